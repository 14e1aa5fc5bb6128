#!/usr/bin/python3
"""An OCSP responder with faults, on a free loopback port.

    responder.py DIR MODEFILE [--port N] [--log FILE]

DIR is a pki.py folder.  The mode file is read at each request: its first word is the mode for
everything, a further line "LEAF MODE" is for one leaf.  It need not exist: then "good".
Prints "listening on http://127.0.0.1:PORT/" when ready.  Every request is logged in one line,
"METHOD LEAF MODE PATHLENGTH CONCURRENT", when --log is given.  GET of a /NAME.pem, .cer (DER)
or .p7c that pki.py made is answered with it: CA Issuers.

Modes are the kinds of staples.py (made fresh for the serial asked for, a nonce echoed), and
  no-nonce KIND, wrong-nonce KIND        nonce left out, or another
  fixed FILE                             these bytes
  http404, http500, http503, html        an error, or a page with status 200
  wrongct                                good, as text/html
  close, reset                           no answer at all
  hang[:SECS], slow[:SECS]               silent for SECS (60); byte by byte, SECS apart (0.2)
  delay:SECS                             good after SECS
  redirect:N, redirect-loop, redirect-file, redirect-https   302s; after N of them, good
  big[:MEGABYTES]                        50 MB without an end in sight
  chunked                                good, in chunks, without a length
  cached:AGE, stale                      good, with Age; with an Age above its max-age
  date:SECS                              good, its Date header off by SECS
  flaky:N                                http503, but every N-th request is answered good
"""
import argparse
import base64
import email.utils
import http.server
import os
import socket
import struct
import sys
import threading
import time
import urllib.parse

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509 import ocsp

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from staples import Staples  # noqa: E402

OPTIONS = None
STAPLES = None
LOCK = threading.Lock()
BUSY = 0
COUNT = 0


def leaf_of(serial):
    """The name of the certificate with this serial number."""
    for file in sorted(os.listdir(OPTIONS.folder)):
        base, end = os.path.splitext(file)
        if end == ".pem" and "." not in base and base != "bundle":
            if STAPLES.load(base)[0].serial_number == serial:
                return base
    return "unknown"


def mode_for(leaf):
    mode = "good"
    try:
        with open(OPTIONS.modes, encoding="utf-8") as f:
            lines = f.read().splitlines()
    except FileNotFoundError:
        return mode
    if lines and lines[0].strip():
        mode = lines[0].strip()
    for line in lines[1:]:
        name, _, rest = line.strip().partition(" ")
        if name == leaf:
            mode = rest.strip()
    return mode


def number(mode, default):
    return float(mode.split(":")[1]) if ":" in mode else default


class Handler(http.server.BaseHTTPRequestHandler):
    timeout = 30
    protocol_version = "HTTP/1.1"

    def respond(self, body, status=200, kind="application/ocsp-response", length=True, **headers):
        self.send_response_only(status)
        self.send_header("Server", "lab")
        self.send_header("Date", headers.pop("Date", email.utils.formatdate(usegmt=True)))
        self.send_header("Content-Type", kind)
        if length:
            self.send_header("Content-Length", str(len(body)))
        for key, value in headers.items():
            self.send_header(key.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def make(self, kind):
        nonce = self.nonce
        if kind.startswith("no-nonce"):
            kind, nonce = kind.partition(" ")[2] or "good", None
        elif kind.startswith("wrong-nonce"):
            kind, nonce = kind.partition(" ")[2] or "good", b"\0" * 16
        if kind.startswith("fixed "):
            with open(kind[6:], "rb") as f:
                return f.read()
        return STAPLES.make(kind, self.leaf, nonce=nonce, hash=self.hash)

    def redirect(self, where):
        self.respond(b"", 302, "text/plain", Location=where)

    def fault(self, mode):
        """True when the mode was one of HTTP and is answered."""
        base = mode.split(":")[0]
        if base in ("http404", "http500", "http503"):
            self.respond(b"no\n", int(base[4:]), "text/plain")
        elif base == "html":
            self.respond(b"<!DOCTYPE html><title>Welcome</title><p>Please sign in.\n", 200, "text/html")
        elif base == "wrongct":
            self.respond(self.make("good"), kind="text/html")
        elif base in ("close", "reset"):
            if base == "reset":
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
        elif base in ("hang", "delay"):
            time.sleep(number(mode, 60))
            if base == "delay":
                self.respond(self.make("good"))
        elif base == "slow":
            self.drip(self.make("good"), number(mode, 0.2))
        elif base in ("redirect", "redirect-loop", "redirect-file", "redirect-https"):
            self.lead_on(base, int(number(mode, 1)))
        elif base == "big":
            self.flood(int(number(mode, 50)))
        elif base == "chunked":
            self.chunks(self.make("good"))
        elif base == "cached":
            self.respond(self.make("good"), Age=str(int(number(mode, 86400))), Via="1.1 cache")
        elif base == "stale":
            self.respond(self.make("good"), Age="9000", Cache_Control="public, max-age=3600")
        elif base == "date":
            self.respond(self.make("good"),
                         Date=email.utils.formatdate(time.time() + number(mode, 0), usegmt=True))
        elif base == "flaky":
            if COUNT % int(number(mode, 2)):
                self.respond(b"later\n", 503, "text/plain")
            else:
                self.respond(self.make("good"))
        else:
            return False
        return True

    def drip(self, body, pause):
        self.send_response_only(200)
        self.send_header("Content-Type", "application/ocsp-response")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        for i in range(len(body)):
            self.wfile.write(body[i:i + 1])
            time.sleep(pause)

    def flood(self, megabytes):
        self.send_response_only(200)
        self.send_header("Content-Type", "application/ocsp-response")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        for _ in range(megabytes * 16):
            self.wfile.write(b"\x30" * 65536)

    def chunks(self, body):
        self.send_response_only(200)
        self.send_header("Content-Type", "application/ocsp-response")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for i in range(0, len(body), 100):
            part = body[i:i + 100]
            self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
        self.wfile.write(b"0\r\n\r\n")

    def lead_on(self, kind, left):
        here = "http://%s:%d" % self.server.server_address
        if kind == "redirect-loop":
            self.redirect(here + self.path)
        elif kind == "redirect-file":
            self.redirect("file:///etc/passwd")
        elif kind == "redirect-https":
            self.redirect("https://%s:%d/" % self.server.server_address)
        else:
            done = 0
            path = self.path
            if path.startswith("/hop"):
                done, path = int(path[4:path.index("/", 1)]), path[path.index("/", 1):]
            if done >= left:
                self.respond(self.make("good"))
            else:
                self.redirect("%s/hop%d%s" % (here, done + 1, path))

    def answer(self, request):
        global BUSY, COUNT
        with LOCK:
            BUSY += 1
            COUNT += 1
            busy = BUSY
        try:
            self.nonce, self.hash, self.leaf = None, None, "none"
            try:
                asked = ocsp.load_der_ocsp_request(request)
                self.leaf = leaf_of(asked.serial_number)
                self.hash = asked.hash_algorithm
                for e in asked.extensions:
                    if isinstance(e.value, x509.OCSPNonce):
                        self.nonce = e.value.nonce
            except ValueError:
                pass
            mode = mode_for(self.leaf)
            if OPTIONS.log:
                with LOCK, open(OPTIONS.log, "a", encoding="utf-8") as f:
                    f.write("%s %s %s %d %d\n" % (self.command, self.leaf, mode, len(self.path), busy))
            if self.leaf == "none" and not mode.startswith("redirect"):
                self.respond(STAPLES.make("malformed", "ms"))
            elif not self.fault(mode):
                self.respond(self.make(mode))
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        finally:
            with LOCK:
                BUSY -= 1

    def issuer(self):
        """A certificate of the folder, for CA Issuers; False when the path names none."""
        base, end = os.path.splitext(os.path.basename(self.path))
        if end not in (".pem", ".cer", ".p7c"):
            return False
        try:
            c = STAPLES.load(base)[0]
        except FileNotFoundError:
            self.respond(b"no such certificate\n", 404, "text/plain")
            return True
        if end == ".p7c":
            self.respond(pkcs7.serialize_certificates([c], serialization.Encoding.DER),
                         kind="application/pkcs7-mime")
        else:
            encoding = serialization.Encoding.PEM if end == ".pem" else serialization.Encoding.DER
            self.respond(c.public_bytes(encoding), kind="application/pkix-cert")
        return True

    def do_GET(self):
        if self.issuer():
            return
        path = self.path
        if path.startswith("/hop"):
            path = path[path.index("/", 1):]
        request = b""
        for text in (path[1:], path[path.rindex("/") + 1:]):  # below the root, or below a folder
            try:
                request = base64.b64decode(urllib.parse.unquote(text), validate=True)
                ocsp.load_der_ocsp_request(request)
                break
            except ValueError:
                pass
        self.answer(request)

    def do_POST(self):
        length = int(self.headers.get("Content-Length", "0"))
        self.answer(self.rfile.read(min(length, 65536)))

    def log_message(self, format, *args):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


def main():
    global OPTIONS, STAPLES
    parser = argparse.ArgumentParser(description="an OCSP responder with faults",
                                     epilog=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("modes")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--log")
    OPTIONS = parser.parse_args()
    STAPLES = Staples(OPTIONS.folder)
    server = Server(("127.0.0.1", OPTIONS.port), Handler)
    print("listening on http://127.0.0.1:%d/" % server.server_address[1], flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
