#!/usr/bin/python3
"""Responders and servers made to break those who ask them: staple-fetch, staple-gate, staple-inspect.

    hostile-peers.py LAB-FOLDER WORK-FOLDER RESPONDER-URL GOOD13-PORT GOOD12-PORT

Each run must end soon, with status 1 or 2 and a reason, with little memory, without a character that
a terminal obeys; a staple that is there stays; what could not be checked does not pass.  The lab's
certificates name RESPONDER-URL, which a policy maps to the hostile ones.  Speaks TAP.
"""
import concurrent.futures
import gzip
import os
import re
import resource
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time

from checks import ok, plan, read, trial

LAB, WORK, RESPONDER = sys.argv[1:4]
GOOD = {"1.3": int(sys.argv[4]), "1.2": int(sys.argv[5])}
SECONDS = 12
TIMEOUT = ("--timeout", "1s")
LIMIT_OCSP_RESPONSE = 256 * 1024


def lab(name):
    return os.path.join(LAB, name)


def each(what, results):
    results = list(results)
    problems = [p for p in results if p]
    ok(results and not problems, "%s (%d)" % (what, len(results)), *problems[:8])


def run(*args):
    return trial(args, WORK, SECONDS)


# --- any server: what it does with a connection stands in a table ---

def listen(serve):
    """A port; serve(socket) for each connection."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)

    def one(s):
        s.settimeout(30)
        try:
            serve(s)
        except OSError:
            pass
        finally:
            s.close()

    def loop():
        while True:
            s, _ = listener.accept()
            threading.Thread(target=one, args=(s,), daemon=True).start()

    threading.Thread(target=loop, daemon=True).start()
    return listener.getsockname()[1]


def forever(s, data, pause=0.0, begin=b""):
    s.sendall(begin)
    while True:
        s.sendall(data)
        if pause:
            time.sleep(pause)


def reset(s):
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


# --- responders ---

BAD = b"\x1b[31m\x9b2J\x07\xe2\x80\xae\xc3\x28\xff"
OK = b"HTTP/1.1 200 OK\r\n"
TYPE = b"Content-Type: application/ocsp-response\r\n"
LATE = b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n"
HEADERS = [  # behind a 200; the body is no response
    b"Content-Type: " + BAD, b"Content-Type: " + b"x" * 60000, b"Server: " + BAD, b"Date: " + BAD,
    b"Date: Fri, 31 Dec 99999999999 23:59:59 GMT", b"Age: 99999999999999999999", b"Age: -5",
    b"Cache-Control: max-age=99999999999999999999", b"Content-Length: 99999999999999999999",
    b"Content-Length: -1", b"Content-Length: 5\r\nContent-Length: 7", b"Content-Length: 10000",
    b"Content-Length: 1", b"Transfer-Encoding: " + BAD, b"Content-Encoding: gzip", b"Content-Encoding: " + BAD,
    b"Set-Cookie: " + BAD, b"X: a\r\n b\r\n\tc", b"X\0Y: z", b"Alt-Svc: h3=\":1\"", b"Upgrade: h2c",
    b"Strict-Transport-Security: max-age=9", b"Connection: " + BAD, b"no colon", b": no name"]
STATUS = [b"HTTP/1.1 500 " + BAD, b"HTTP/1.1 200 " + BAD, b"HTTP/9.9 200 OK", b"HTTP/1.1 999 X",
          b"HTTP/1.1 -1 X", b"HTTP/1.1 99999999999 X", b"HTTP/1.1", b"ICY 200 OK", BAD, b"220 mx ESMTP",
          b"HTTP/1.1 204 No", b"HTTP/1.1 206 Part", b"HTTP/1.1 304 Same", b"HTTP/1.1 101 Other",
          b"HTTP/1.1 401 Who\r\nWWW-Authenticate: Basic realm=\"" + BAD + b"\"", b"HTTP/1.1 407 Proxy"]
PLACES = [b"file:///etc/passwd", b"gopher://127.0.0.1/", b"ftp://127.0.0.1/", b"dict://127.0.0.1/",
          b"data:application/ocsp-response,x", b"javascript:x", b"//", b"", b"http://", b"http://\x1b[31m/",
          b"http://a b/", b"http://127.0.0.1:99999/", b"http://127.0.0.1:1/" + BAD, b"http://[::1", b"https:",
          b"http://u:p@127.0.0.1:1/", b"/" * 60000, b"http://127.0.0.1:1/" + b"x" * 50000, b"\0", BAD]


def said(data):
    return lambda s: s.sendall(data)


def broken(data):
    def serve(s):
        s.sendall(data)
        reset(s)
    return serve


RESPONDERS = {}
for _i, _line in enumerate(HEADERS):
    RESPONDERS["header-%d" % _i] = said(OK + _line + b"\r\n\r\n" + gzip.compress(b"\x30" * 9999) + b"<html>")
for _i, _line in enumerate(STATUS):
    RESPONDERS["status-%d" % _i] = said(_line + b"\r\n" + TYPE + b"Connection: close\r\n\r\n<html>")
for _i, _line in enumerate(PLACES):
    RESPONDERS["place-%d" % _i] = said(b"HTTP/1.1 302 There\r\nContent-Length: 0\r\nLocation: " + _line + b"\r\n\r\n")
for _i, _line in enumerate((b"99999999999999999999", b"-1", BAD, b"Fri, 31 Dec 9999 23:59:59 GMT")):
    RESPONDERS["later-%d" % _i] = said(LATE + b"Retry-After: " + _line + b"\r\n\r\n")
RESPONDERS.update({
    "headers-endless": lambda s: forever(s, b"X: y\r\n", begin=OK),
    "header-endless": lambda s: forever(s, b"x" * 4096, begin=OK + b"X: "),
    "headers-slow": lambda s: forever(s, b"X: y\r\n", 0.3, OK),
    "continue-endless": lambda s: forever(s, b"HTTP/1.1 100 Continue\r\n\r\n"),
    "body-endless": lambda s: forever(s, b"\x30" * 65536, begin=OK + TYPE + b"\r\n"),
    "body-slow": lambda s: forever(s, b"\x30", 0.3, OK + TYPE + b"\r\n"),
    "gzip-bomb": said(OK + TYPE + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(bytes(100 << 20))),
    "chunks-endless": lambda s: forever(s, b"1\r\n0\r\n", begin=OK + TYPE + b"Transfer-Encoding: chunked\r\n\r\n"),
    "chunk-huge": said(OK + TYPE + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n0"),
    "chunk-more": said(OK + TYPE + b"Transfer-Encoding: chunked\r\n\r\n10000000000000000\r\n0"),
    "chunk-word": lambda s: forever(s, b"x" * 4096, begin=OK + b"Transfer-Encoding: chunked\r\n\r\n1;"),
    "chunk-trailer": lambda s: forever(s, b"X: y\r\n", begin=OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n"),
    "limit": said(OK + TYPE + b"\r\n" + b"\x30" * LIMIT_OCSP_RESPONSE),
    "limit+1": said(OK + TYPE + b"\r\n" + b"\x30" * (LIMIT_OCSP_RESPONSE + 1)),
    "silent": lambda s: time.sleep(20), "closed": lambda s: None, "reset": reset,
    "reset-in-head": broken(OK), "reset-in-body": broken(OK + TYPE + b"Content-Length: 9\r\n\r\n0"),
    "tls": said(b"\x16\x03\x03\x00\x02\x02\x28"), "nothing-said": said(b"\r\n" * 9000), "nul": said(bytes(9000)),
})


def responder(s):
    """The first part of the path says what it does."""
    head = b""
    while b"\r\n\r\n" not in head and len(head) < 9000:
        more = s.recv(4096)
        if not more:
            return
        head += more
    RESPONDERS[head.split(b"/", 2)[1].decode().split(" ")[0]](s)
    s.shutdown(socket.SHUT_WR)
    s.recv(65536)


def fetch_one(job):
    name, port, more = job
    kept = name + ".ocsp"
    with open(os.path.join(WORK, kept), "wb") as f:
        f.write(read(lab("ms.ocsp")))
    done, wrong = run("staple-fetch", "--no-system-policy", "--retries", "0", "--force", *TIMEOUT, "--url", "http://127.0.0.1:%d/%s/" % (port, name), "--out", kept, *more,
                      lab("ms.chain.pem"))
    if wrong:
        return "%s: %s" % (name, wrong)
    if read(os.path.join(WORK, kept)) != read(lab("ms.ocsp")) or not re.search(b"fetch\\.|staple\\.", done.stdout):
        return "%s: %s" % (name, done)
    os.remove(os.path.join(WORK, kept))
    done, wrong = run("staple-fetch", "--no-system-policy", "--retries", "0", *TIMEOUT, "--post",
                      "--url", "http://127.0.0.1:%d/%s/" % (port, name), "--out", kept, lab("ms.chain.pem"))
    if wrong or done.returncode == 0 or os.path.exists(os.path.join(WORK, kept)):
        return "%s by POST: %s %s" % (name, wrong, done)
    return None


def issuer_one(job):
    """CA Issuers, and the responder of the gate's candidate: only a policy's map leads there."""
    name, port = job
    policy = name + ".conf"
    with open(os.path.join(WORK, policy), "w") as f:
        f.write("responder '%s*' { url = 'http://127.0.0.1:%d/%s/' }\n" % (RESPONDER, port, name))
    done, wrong = run("staple-gate", "--policy", "./" + policy, "--trust", lab("root.pem"), "--rounds", "1", "--tls",
                      "1.3", "--key-kind", "ecdsa", *TIMEOUT, "--format", "json", "--cert",
                      lab("ms.chain.pem"), "localhost:%d" % GOOD["1.3"])
    if wrong or done.returncode == 0:
        return "%s, gate: %s %s" % (name, wrong, done)
    return None


def responders(pool):
    port = listen(responder)
    names = list(RESPONDERS)
    each("hostile responders: staple-fetch ends, keeps and says why", pool.map(fetch_one, (
        (n, port, ("--format", "json") if i % 2 else ()) for i, n in enumerate(names))))
    each("hostile responders of a candidate: staple-gate does not pass",
         pool.map(issuer_one, ((n, port) for n in names[::3] + ["body-endless", "headers-endless", "silent"])))


def issuers(pool):
    """--aia: what is served in place of an issuer."""
    many = b"".join(read(lab("plain.pem")) for _ in range(300))
    bodies = {"many": many, "noise": os.urandom(50000), "begin": b"-----BEGIN CERTIFICATE-----\n" * 9000,
              "deep": b"\x30\x80" * 60000, "large": b"\x30\x84\xff\xff\xff\xff" + bytes(90000), "bad": BAD * 900,
              "other": read(lab("other.pem")), "itself": read(lab("ms.pem"))}
    at = {}
    for name, body in bodies.items():
        at[name] = said(OK + b"Content-Length: %d\r\n\r\n" % len(body) + body)
    RESPONDERS.update(at)
    port = listen(responder)

    def one(name):
        folder = os.path.join(WORK, "aia-" + name)
        subprocess.run([sys.executable, os.path.join(os.environ["SRCDIR"], "tests/lab/pki.py"), folder, "--only", "ms",
                        "--ocsp", RESPONDER, "--issuers", "http://127.0.0.1:%d/%s/x" % (port, name)], check=True)
        cert = os.path.join(folder, "ms.pem")
        done, wrong = run("staple-fetch", "--no-system-policy", "--retries", "0", *TIMEOUT,
                          "--aia", "--out", "aia-%s.ocsp" % name, cert)
        left = [f for f in os.listdir(folder) if f.endswith(".issuer")]
        if wrong or done.returncode == 0 or left or b"staple.no-issuer" not in done.stdout:
            return "%s: %s %s %s" % (name, wrong, left, done)
        return None
    each("hostile CA Issuers: nothing is kept", pool.map(one, list(bodies) + ["body-endless", "headers-endless",
                                                                              "place-0", "header-0"]))


# --- TLS servers ---

def record(kind, body, version=0x0303):
    return struct.pack(">BHH", kind, version, len(body)) + body


def message(kind, body, length=None):
    return bytes([kind]) + struct.pack(">I", len(body) if length is None else length)[1:] + body


HELLO = message(2, b"\x03\x03" + bytes(32) + b"\0\xc0\x2b\0" + struct.pack(">HHHB", 5, 0xff01, 1, 0))
RETRY = message(2, b"\x03\x03" + bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c") +
                b"\0\x13\x01\0" + struct.pack(">HHHHHHH", 12, 43, 2, 0x0304, 51, 2, 24))
TINY = message(11, struct.pack(">I", 60000)[1:] + b"\0\0\1A" * 15000)
TLS = {
    "bytes": lambda s: [s.sendall(record(22, HELLO[i:i + 1])) for i in range(len(HELLO))] and time.sleep(9),
    "empty-records": lambda s: forever(s, record(22, b"")), "empty-data": lambda s: forever(s, record(23, b"")),
    "hello-requests": lambda s: forever(s, record(22, message(0, b""))),
    "hellos": lambda s: forever(s, record(22, HELLO)), "retries": lambda s: forever(s, record(22, RETRY)),
    "cipher-changes": lambda s: forever(s, record(20, b"\1")), "unknown-type": lambda s: forever(s, record(99, b"x")),
    "heartbeats": lambda s: forever(s, record(24, b"\1\0\1x")), "alerts": lambda s: forever(s, record(21, b"\1\0")),
    "long-record": said(b"\x16\x03\x03\xff\xff" + bytes(65535)), "long-message": said(record(22, b"\2\xff\xff\xff")),
    "slow-message": lambda s: forever(s, record(22, b"\0"), 0.2, record(22, b"\2\0\xff\xff")),
    "many-certificates": said(record(22, HELLO) + b"".join(record(22, TINY[i:i + 9000])
                                                           for i in range(0, len(TINY), 9000))),
    "certificates-endless": lambda s: forever(s, record(22, bytes(9000)),
                                              begin=record(22, HELLO) + record(22, b"\x0b\xff\xff\xff")),
    "tickets": lambda s: forever(s, record(22, message(4, bytes(6))), begin=record(22, HELLO)),
    "ssl2": said(b"\x80\x2e\x04\x00\x01\x00\x02" + bytes(60)), "old": said(record(22, HELLO, 0x0300)),
    "bad-alert": said(record(21, b"\x09\xfe")), "long-alert": said(record(21, bytes(300))),
    "text": said(BAD * 50), "zeros": lambda s: forever(s, bytes(4096)), "ones": lambda s: forever(s, b"\xff" * 4096),
}
PLAIN = {"x": b"x", "escape": BAD + b"\n", "line": b"220-" + b"y" * 900, "nul": b"\0",
         "smtp": b"220-go on\r\n", "imap": b"* OK\r\n", "tags": b"<stream:features>", "ber": b"\x30\x80", "packet": b"\xff\xff\xff\0"}
PROTOCOLS = "smtp lmtp imap pop3 ftp ldap xmpp xmpp-server sieve nntp postgres mysql".split()


def gate_one(job):
    what, port, more = job
    done, wrong = run("staple-gate", "--no-system-policy", "--trust", lab("root.pem"), "--rounds", "2", *TIMEOUT, *more, "127.0.0.1:%d" % port)
    if wrong or done.returncode != 2 or b"unknown" not in done.stdout:
        return "%s %s: %s %s" % (what, more, wrong, done)
    done, wrong = run("staple-inspect", "--no-system-policy", *TIMEOUT, "--format", "json",
                      *(o for o in more if o not in ("--format", "json")), "127.0.0.1:%d" % port)
    return "%s, inspect: %s %s" % (what, wrong, done) if wrong else None


def servers(pool):
    ports = {name: listen(lambda s, f=f: (s.recv(9000), f(s))) for name, f in TLS.items()}
    each("hostile TLS servers: unknown, in time", pool.map(gate_one, (
        (n, p, ("--format", "json") if i % 2 else ()) for i, (n, p) in enumerate(ports.items()))))
    fast = {name: listen(lambda s, d=d: forever(s, d * (4096 // len(d) + 1))) for name, d in PLAIN.items()}
    slow = listen(lambda s: forever(s, b"2", 0.2))
    each("hostile dialogues before TLS: unknown, in time", pool.map(gate_one, (
        [(n, p, ("--starttls", PROTOCOLS[(i + k) % 12])) for k, p in enumerate((slow, *fast.values()))
         for i, n in enumerate(("a", "b", "c", "d"))] + [("slow", slow, ("--starttls", p)) for p in PROTOCOLS])))


def between(backend, change):
    """A port in front of the backend: what comes from there passes change(bytes so far, bytes)."""
    def serve(s):
        b = socket.create_connection(("127.0.0.1", backend), 9)

        def up():
            try:
                while data := s.recv(9000):
                    b.sendall(data)
                b.shutdown(socket.SHUT_WR)
            except OSError:
                pass
        threading.Thread(target=up, daemon=True).start()
        seen = 0
        while data := b.recv(9000):
            out, end = change(seen, data)
            seen += len(data)
            s.sendall(out)
            if end:
                break
        b.close()
    return listen(serve)


def cut(n):
    return lambda seen, data: (data[:max(n - seen, 0)], seen + len(data) >= n)


def flip(n):
    def change(seen, data):
        if seen <= n < seen + len(data):
            data = bytearray(data)
            data[n - seen] ^= 0x10
        return bytes(data), False
    return change


def interrupted(pool):
    """A sound server whose bytes end, or are changed, somewhere: until its handshake is over nothing
    passes, and from there on all does."""
    for version, backend in GOOD.items():
        for what, how in (("ends", cut), ("is changed", flip)):
            places = list(range(0, 3400, 131)) + [1, 4, 5, 6, 9]

            def one(n):
                port = between(backend, how(n))
                done, wrong = run("staple-gate", "--no-system-policy", "--trust", lab("root.pem"), "--rounds", "1",
                                  "--tls", version, "--key-kind", "ecdsa", "--timeout", "4s", "--sni",
                                  "localhost", "127.0.0.1:%d" % port)
                return n, wrong, done
            results = sorted(pool.map(one, places), key=lambda r: r[0])
            passed = [n for n, wrong, done in results if done and done.returncode == 0]
            first = min(passed, default=9999)
            bad = [r for r in results if r[1] or (r[2].returncode == 0) != (r[0] >= first)]
            ok(not bad and 900 < first < 3400, "TLS %s that %s somewhere: no pass before byte %d, at %d places" % (
                version, what, first, len(places)), *bad[:4])


def behind():
    """What stands behind a good handshake: an HTTP server's own words."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(lab("plain.chain.pem"), lab("plain.key"))
    context.set_alpn_protocols(["http/1.1"])
    words = {"server": OK + b"Server: " + BAD + b"\r\nAlt-Svc: " + BAD + b"\r\n\r\n",
             "long": OK + b"Server: " + b"x" * 9000 + b"\r\n\r\n", "nul": bytes(9000)}
    problems = []
    for name, data in list(words.items()) + [("endless", None), ("silent", b"")]:
        def serve(s):
            with context.wrap_socket(s, server_side=True) as t:
                t.recv(4096)
                if data is None:
                    forever(t, b"X: y\r\n", begin=OK)
                t.sendall(data)
                time.sleep(0 if data else 9)
        done, wrong = run("staple-gate", "--no-system-policy", "--trust", lab("root.pem"), "--rounds", "2", *TIMEOUT, "--sni", "localhost", "127.0.0.1:%d" % listen(serve))
        if wrong or done.returncode != 0 or b"PASS" not in done.stdout:
            problems.append("%s: %s %s" % (name, wrong, done))
    ok(not problems, "hostile words behind the handshake change nothing", *problems)


def haproxy():
    """HAProxy's socket is somebody else's, too."""
    problems = []
    for name, serve in (("endless", lambda s: forever(s, BAD * 99)), ("silent", lambda s: time.sleep(20)),
                        ("lines", lambda s: forever(s, b"x\n")), ("closed", lambda s: None), ("reset", reset)):
        path = os.path.join(WORK, name + ".sock")
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(path)
        listener.listen(9)

        def loop(listener=listener, serve=serve):
            while True:
                s, _ = listener.accept()
                try:
                    serve(s)
                except OSError:
                    pass
                s.close()
        threading.Thread(target=loop, daemon=True).start()
        done, wrong = run("staple-fetch", "--no-system-policy", "--retries", "0", *TIMEOUT,
                          "--deadline", "5s", "--out", name + ".sock.ocsp", "--haproxy-socket", path,
                          lab("ms.chain.pem"))
        if wrong or done.returncode == 0 or b"aproxy" not in done.stderr and name.encode() not in done.stderr:
            problems.append("%s: %s %s" % (name, wrong, done))
    ok(not problems, "hostile HAProxy sockets: status 2, in time", *problems)


def main():
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        responders(pool)
        issuers(pool)
        servers(pool)
        interrupted(pool)
    behind()
    haproxy()
    # It must be able to fail.
    done, wrong = run("printf", "\\033[31m")
    ok(wrong and "obeyed" in wrong, "an escape sequence is found out", wrong)
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    ok(most < 100000 or os.environ.get("STAPLE_SANITIZED"), "none took much memory", "%d KB" % most)
    plan()


main()
