#!/usr/bin/python3
"""Makes the seeds of the targets of stores from those of the target `cert`: run after
make-corpus.py, from the top of the source tree."""
import base64
import hashlib
import io
import os
import sqlite3
import struct
import subprocess
import tarfile
import tempfile
import zipfile

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs7

TOP = "tests/fuzz/corpus"
DERS = [open(f"{TOP}/cert/{n}", "rb").read() for n in ("everything", "ca")]
CERTS = [x509.load_der_x509_certificate(d) for d in DERS]
PEM = b"".join(c.public_bytes(serialization.Encoding.PEM) for c in CERTS)
STAPLE = open(f"{TOP}/ocsp/good", "rb").read()


def put(target, name, data):
    os.makedirs(f"{TOP}/{target}", exist_ok=True)
    with open(f"{TOP}/{target}/{name}", "wb") as f:
        f.write(data)


put("pkcs7", "two", pkcs7.serialize_certificates(CERTS, serialization.Encoding.DER))
put("pkcs7", "pem", pkcs7.serialize_certificates(CERTS, serialization.Encoding.PEM))

key = ec.generate_private_key(ec.SECP256R1())
with tempfile.TemporaryDirectory() as d:
    with open(f"{d}/key", "wb") as f:
        f.write(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                  serialization.NoEncryption()))
    with open(f"{d}/certs", "wb") as f:
        f.write(PEM)
    for name, words in {
            "plain": ["-certpbe", "NONE", "-keypbe", "NONE", "-nomac"],
            "aes": ["-iter", "1", "-keypbe", "AES-256-CBC", "-certpbe", "AES-256-CBC"],
            "3des": ["-iter", "1", "-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES",
                     "-macalg", "sha1"]}.items():
        made = subprocess.run(["openssl", "pkcs12", "-export", "-nokeys", "-in", f"{d}/certs",
                               "-passout", "pass:changeit", *words], check=True,
                              capture_output=True)
        put("pkcs12", name, made.stdout)


def utf(s):
    return struct.pack(">H", len(s)) + s.encode()


def keystore(magic, version):
    body = struct.pack(">III", magic, version, len(DERS))
    for i, der in enumerate(DERS):
        body += struct.pack(">I", 2) + utf(f"alias{i}") + struct.pack(">Q", 0)
        body += (utf("X.509") if version == 2 else b"") + struct.pack(">I", len(der)) + der
    chain = utf("X.509") + struct.pack(">I", len(DERS[0])) + DERS[0]
    entry = struct.pack(">I", 1) + utf("key") + struct.pack(">Q", 0)
    entry += struct.pack(">I", 4) + b"\x30\x02\x05\x00" + struct.pack(">I", 1) + chain
    if version == 2:
        body = body[:8] + struct.pack(">I", len(DERS) + 1) + body[12:] + entry
    digest = hashlib.sha1("changeit".encode("utf-16be") + b"Mighty Aphrodite" + body).digest()
    return body + digest


put("jks", "jks", keystore(0xFEEDFEED, 2))
put("jks", "version-1", keystore(0xFEEDFEED, 1))
put("jks", "jceks", keystore(0xCECECECE, 2))

with tempfile.TemporaryDirectory() as d:
    db = sqlite3.connect(f"{d}/cert9.db")
    db.execute("PRAGMA page_size=512")
    db.execute("CREATE TABLE nssPublic (id PRIMARY KEY UNIQUE ON CONFLICT ABORT, a0, a3, a11)")
    for i, der in enumerate(DERS):
        db.execute("INSERT INTO nssPublic VALUES (?,?,?,?)",
                   (i, b"\x00\x00\x00\x01", b"nick%d" % i, der))
    db.commit()
    db.close()
    with open(f"{d}/cert9.db", "rb") as f:
        put("nss", "two", f.read())

b64 = base64.b64encode
secret = ("apiVersion: v1\nkind: Secret\nmetadata:\n  name: www\n  namespace: default\n"
          "type: kubernetes.io/tls\ndata:\n  tls.crt: %s\n  tls.key: %s\n"
          "  tls.ocsp-staple: %s\n" % (b64(PEM).decode(), b64(b"none").decode(),
                                       b64(STAPLE).decode()))
put("kubernetes", "secret", secret.encode())
put("kubernetes", "two", (secret + "---\n" + secret).encode())
put("kubernetes", "json", (
    '{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"ConfigMap",'
    '"metadata":{"name":"ca","namespace":"n"},"data":{"ca.crt":%s},"binaryData":{"k.jks":"%s"}}]}'
    % ('"' + PEM.decode().replace("\n", "\\n") + '"', b64(keystore(0xFEEDFEED, 2)).decode())
).encode())


def tar(mode, inner=None):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as t:
        for name, data in (("etc/a.pem", PEM), ("b.der", DERS[0]), ("c.tar", inner)):
            if data:
                info = tarfile.TarInfo(name)
                info.size = len(data)
                t.addfile(info, io.BytesIO(data))
    return out.getvalue()


put("archive", "tar", tar("w"))
put("archive", "nested", tar("w", tar("w:gz")))
put("archive", "gz", tar("w:gz"))
put("archive", "xz", tar("w:xz"))
out = io.BytesIO()
with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
    z.writestr("a.pem", PEM)
    z.writestr("META-INF/CERT.RSA", pkcs7.serialize_certificates(CERTS, serialization.Encoding.DER))
put("archive", "zip", out.getvalue())
for target in ("pkcs7", "jks", "nss", "kubernetes", "archive"):
    name = sorted(os.listdir(f"{TOP}/{target}"))[0]
    with open(f"{TOP}/{target}/{name}", "rb") as f:
        put("store", target, f.read())
put("store", "pem", PEM)
put("store", "der", DERS[0])
put("store", "staple", STAPLE)
