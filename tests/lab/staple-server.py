#!/usr/bin/python3
"""TLS servers that staple any bytes, or behave badly: one process, a loopback port for each.

    staple-server.py DIR [--log FILE] SPEC...

DIR is a pki.py folder.  SPEC is LEAF:KIND[,OPTION...]; LEAF may be two joined by + (ECDSA and
RSA; the staple is for the one that is served).  Prints one line "SPEC PORT" for each, then
"ready".  KIND is a kind of staples.py, made anew for each handshake, or
  none              no staple
  file=PATH         the bytes of that file, read at each handshake
  mode=PATH         the KIND that stands in that file, read at each handshake
  size=N            N bytes of nonsense
OPTIONs: tls12, tls13 (that version alone), cold (the first handshake has none), flap (every
second has none), fickle (every second handshake is refused), bashful (the others are), nochain
(the leaf alone; with it chain=N, so many copies of its issuer, and with=NAME, a certificate of
the folder), smtp (STARTTLS as SMTP before it), smtp-refuse, smtp-inject (plaintext behind the 220), smtp-endless (a banner
without end), tickets (session resumption is allowed).

Or SPEC is a behaviour that is no TLS server at all:
  raw:hang      accepts and is silent          raw:drip    a byte of a record each second
  raw:garbage   answers with noise             raw:close   closes after the ClientHello
  raw:alert     a fatal alert                  raw:storm   warning alerts without end
  raw:http      an HTTP answer                 raw:reset   resets after the ClientHello
  LEAF:empty-staple12   TLS 1.2, a CertificateStatus of zero length (then silence)
  LEAF:bigcert=N        TLS 1.2, a Certificate message of N bytes
Each handshake is logged as "SPEC VERSION RESULT" with --log: RESULT is "ok REQUEST-LINE", or
what the client's alert said.
"""
import argparse
import os
import socket
import struct
import sys
import threading
import time

from OpenSSL import SSL, crypto

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from staples import Staples  # noqa: E402

OPTIONS = None
STAPLES = None
LOCK = threading.Lock()


def log(spec, version, result):
    if OPTIONS.log:
        with LOCK, open(OPTIONS.log, "a", encoding="utf-8") as f:
            f.write("%s %s %s\n" % (spec, version, result))


def read_line(sock, limit=1000):
    line = b""
    while not line.endswith(b"\n") and len(line) < limit:
        c = sock.recv(1)
        if not c:
            break
        line += c
    return line


class TlsServer:
    """One SPEC with a real TLS stack behind it."""

    def __init__(self, spec):
        self.spec = spec
        leaf, _, rest = spec.partition(":")
        self.kind, *self.options = rest.split(",")
        self.leaves = leaf.split("+")
        self.count = 0
        self.contexts = [self.context(one) for one in self.leaves]

    def context(self, leaf):
        c = SSL.Context(SSL.TLS_SERVER_METHOD)
        base = os.path.join(OPTIONS.folder, leaf)
        if "nochain" in self.options:
            c.use_certificate_file(base + ".pem")
        else:
            c.use_certificate_chain_file(base + ".chain.pem")
        c.use_privatekey_file(base + ".key")
        for option in self.options:
            if option.startswith(("chain=", "with=")):
                word, value = option.split("=")
                name, times = (value, 1) if word == "with" else ("int", int(value))
                with open(os.path.join(OPTIONS.folder, name + ".pem"), "rb") as f:
                    more = crypto.load_certificate(crypto.FILETYPE_PEM, f.read())
                for _ in range(times):
                    c.add_extra_chain_cert(more)
        if "tickets" not in self.options:
            c.set_session_cache_mode(SSL.SESS_CACHE_OFF)
            c.set_options(SSL.OP_NO_TICKET)
        version = {"tls12": SSL.TLS1_2_VERSION, "tls13": SSL.TLS1_3_VERSION}
        for option in self.options:
            if option in version:
                c.set_min_proto_version(version[option])
                c.set_max_proto_version(version[option])
        c.set_ocsp_server_callback(lambda connection, data: self.staple(leaf))
        return c

    def staple(self, leaf):
        kind = self.kind
        if kind.startswith("mode="):
            with open(kind[5:], encoding="utf-8") as f:
                kind = f.read().strip()
        if kind == "none" or ("cold" in self.options and self.count == 1):
            return b""
        if "flap" in self.options and self.count % 2 == 0:
            return b""
        if kind.startswith("file="):
            with open(kind[5:], "rb") as f:
                return f.read()
        if kind.startswith("size="):
            return b"\x30" * int(kind[5:])
        return STAPLES.make(kind, leaf)

    def starttls(self, sock):
        """False: there will be no TLS."""
        mode = [o for o in self.options if o.startswith("smtp")]
        if not mode:
            return True
        if mode[0] == "smtp-endless":
            while True:
                sock.sendall(b"220-" + b"welcome " * 8 + b"\r\n")
                time.sleep(0.001)
        sock.sendall(b"220 lab.test ESMTP\r\n")
        while True:
            line = read_line(sock).upper()
            if line.startswith(b"EHLO"):
                sock.sendall(b"250-lab.test\r\n250-PIPELINING\r\n250 STARTTLS\r\n")
            elif line.startswith(b"STARTTLS"):
                if mode[0] == "smtp-refuse":
                    sock.sendall(b"454 4.7.0 TLS not available\r\n")
                    continue
                sock.sendall(b"220 go ahead\r\n" +
                             (b"250 injected\r\n" if mode[0] == "smtp-inject" else b""))
                return True
            elif line.startswith(b"QUIT") or not line:
                return False
            else:
                sock.sendall(b"250 ok\r\n")

    def choose(self, sock):
        """Two leaves: RSA when the ClientHello offers no ECDSA at all."""
        if len(self.contexts) == 1:
            return self.contexts[0]
        hello = sock.recv(16384, socket.MSG_PEEK)
        return self.contexts[1 if not offers_ecdsa(hello) else 0]

    def serve(self, sock):
        sock.settimeout(20)
        if not self.starttls(sock):
            return
        with LOCK:
            self.count += 1
            second = self.count % 2 == 0
        if ("fickle" if second else "bashful") in self.options:
            sock.recv(16384)
            sock.sendall(record(21, b"\x02\x28"))
            return
        sock.settimeout(None)
        t = SSL.Connection(self.choose(sock), sock)
        t.set_accept_state()
        try:
            t.do_handshake()
            version = t.get_protocol_version_name()
            request = t.recv(4096).split(b"\r\n")[0].decode("ascii", "replace")
            t.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nok\n")
            t.shutdown()
            log(self.spec, version, "ok " + request)
        except SSL.ZeroReturnError:
            log(self.spec, t.get_protocol_version_name(), "ok")
        except SSL.Error as e:
            log(self.spec, t.get_protocol_version_name(), repr(e))


def offers_ecdsa(hello):
    """Does a ClientHello offer an ECDSA signature scheme (RFC 8446, 4.2.3)?"""
    at = 5 + 4 + 2 + 32
    at += 1 + hello[at]
    at += 2 + struct.unpack(">H", hello[at:at + 2])[0]
    at += 1 + hello[at]
    at += 2
    while at + 4 <= len(hello):
        kind, length = struct.unpack(">HH", hello[at:at + 4])
        if kind == 13:
            schemes = hello[at + 6:at + 4 + length]
            return any(schemes[i:i + 2] in (b"\x04\x03", b"\x05\x03", b"\x06\x03")
                       for i in range(0, len(schemes), 2))
        at += 4 + length
    return True


def record(kind, body):
    out = b""
    for i in range(0, len(body), 16384):
        part = body[i:i + 16384]
        out += struct.pack(">BHH", kind, 0x0303, len(part)) + part
    return out


def message(kind, body):
    return bytes([kind]) + struct.pack(">I", len(body))[1:] + body


class RawServer:
    """Answers that no TLS stack would give."""

    def __init__(self, spec):
        self.spec = spec
        self.leaf, _, self.kind = spec.partition(":")

    def hello(self, staple):
        extensions = struct.pack(">HHB", 0xff01, 1, 0) + (struct.pack(">HH", 5, 0) if staple else b"")
        return message(2, b"\x03\x03" + os.urandom(32) + b"\0" + b"\xc0\x2b\0" +
                       struct.pack(">H", len(extensions)) + extensions)

    def chain(self):
        out = b""
        for label in (self.leaf, "int"):
            with open(os.path.join(OPTIONS.folder, label + ".pem"), "rb") as f:
                c = crypto.load_certificate(crypto.FILETYPE_PEM, f.read())
            der = crypto.dump_certificate(crypto.FILETYPE_ASN1, c)
            out += struct.pack(">I", len(der))[1:] + der
        return message(11, struct.pack(">I", len(out))[1:] + out)

    def serve(self, sock):
        sock.settimeout(60)
        kind, _, number = self.kind.partition("=")
        if kind == "hang":
            time.sleep(60)
            return
        sock.recv(16384)
        log(self.spec, "-", "hello")
        if kind == "drip":
            for byte in record(22, self.hello(False)) * 60:
                sock.sendall(bytes([byte]))
                time.sleep(1)
        elif kind == "garbage":
            sock.sendall(b"\xff\xfe this is not TLS \r\n" * 50)
        elif kind == "http":
            sock.sendall(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
        elif kind == "alert":
            sock.sendall(record(21, b"\x02\x28"))
        elif kind == "storm":
            while True:
                sock.sendall(record(21, b"\x01\x5a"))
        elif kind == "reset":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif kind == "empty-staple12":
            sock.sendall(record(22, self.hello(True) + self.chain() +
                                message(22, b"\x01\0\0\0")))
            time.sleep(10)
        elif kind == "bigcert":
            size = int(number)
            sock.sendall(record(22, self.hello(False)))
            body = struct.pack(">I", size - 3)[1:] + struct.pack(">I", size - 6)[1:] + b"\x30" * (size - 6)
            sock.sendall(record(22, message(11, body)))
            time.sleep(10)


def listen(spec):
    leaf, _, kind = spec.partition(":")
    raw = leaf == "raw" or kind.split("=")[0] in ("empty-staple12", "bigcert")
    server = RawServer(spec) if raw else TlsServer(spec)
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)

    def one(sock):
        try:
            server.serve(sock)
        except OSError:
            pass
        finally:
            sock.close()

    def loop():
        while True:
            sock, _ = listener.accept()
            threading.Thread(target=one, args=(sock,), daemon=True).start()

    threading.Thread(target=loop, daemon=True).start()
    print("%s %d" % (spec, listener.getsockname()[1]), flush=True)


def main():
    global OPTIONS, STAPLES
    parser = argparse.ArgumentParser(description="TLS servers that staple any bytes",
                                     epilog=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--log")
    parser.add_argument("specs", nargs="+")
    OPTIONS = parser.parse_args()
    STAPLES = Staples(OPTIONS.folder)
    for spec in OPTIONS.specs:
        listen(spec)
    print("ready", flush=True)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
