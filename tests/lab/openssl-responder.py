#!/usr/bin/python3
"""A real OpenSSL OCSP responder on loopback.

Every request is answered by one run of `openssl ocsp -reqin ... -respout ...`, so the bytes
are OpenSSL's own; only the HTTP around them is ours, because OpenSSL's listener cannot bind
one address and hangs on a bare connection.

    openssl-responder.py --index index.txt --ca ca.pem --signer s.pem --key s.key [--port N]

Prints "listening on http://127.0.0.1:PORT/" when it is ready (port 0: a free one).  The index
is read anew at each request, so a revocation shows at once.
"""
import argparse
import base64
import binascii
import http.server
import os
import subprocess
import sys
import tempfile
import urllib.parse

OPTIONS = None


def answer(request):
    """The response of openssl ocsp to these bytes, or None when it made none."""
    with tempfile.TemporaryDirectory() as folder:
        asked, answered = os.path.join(folder, "req"), os.path.join(folder, "resp")
        with open(asked, "wb") as f:
            f.write(request)
        command = ["openssl", "ocsp", "-index", OPTIONS.index, "-CA", OPTIONS.ca,
                   "-rsigner", OPTIONS.signer, "-rkey", OPTIONS.key,
                   "-reqin", asked, "-respout", answered]
        if OPTIONS.seconds:
                # openssl knows minutes and days
            command += ["-nmin", str(max(1, OPTIONS.seconds // 60))]
        elif OPTIONS.days:
            command += ["-ndays", str(OPTIONS.days)]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, check=False)
        try:
            with open(answered, "rb") as f:
                return f.read()
        except FileNotFoundError:
            sys.stderr.buffer.write(done.stderr)
            return None


class Handler(http.server.BaseHTTPRequestHandler):
    timeout = 20

    def reply(self, request):
        response = answer(request) if request else None
        if not response:
            self.send_error(400 if not request else 500)
            return
        self.send_response(200)
        self.send_header("Content-Type", "application/ocsp-response")
        self.send_header("Content-Length", str(len(response)))
        self.end_headers()
        self.wfile.write(response)

    def do_GET(self):  # RFC 6960, A.1
        text = urllib.parse.unquote(self.path[self.path.index("/") + 1:])
        try:
            self.reply(base64.b64decode(text, validate=True))
        except binascii.Error:
            self.reply(b"")

    def do_POST(self):
        length = self.headers.get("Content-Length", "0")
        length = int(length) if length.isdigit() else 0
        self.reply(self.rfile.read(length) if length <= 65536 else b"")

    def log_message(self, format, *args):
        pass


def main():
    global OPTIONS
    parser = argparse.ArgumentParser(description="OpenSSL's OCSP responder behind a loopback HTTP server")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--index", required=True)
    parser.add_argument("--ca", required=True)
    parser.add_argument("--signer", required=True)
    parser.add_argument("--key", required=True)
    parser.add_argument("--days", type=int, default=7, help="nextUpdate so many days on; 0: none")
    parser.add_argument("--seconds", type=int, default=0, help="a shorter life, in whole minutes")
    OPTIONS = parser.parse_args()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", OPTIONS.port), Handler)
    server.daemon_threads = True
    print("listening on http://127.0.0.1:%d/" % server.server_address[1], flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
