#!/usr/bin/python3
"""One Must-Staple certificate in files that hide it: is it found, or is at least something told?

    inventory-hidden.py PKI-FOLDER WORK-FOLDER

For each file: "found" (it is listed as Must-Staple), "told" (status 2 and a problem), "noted" (a
note, status 0; what no server reads either), each with and without --archives where they differ.
Speaks TAP.
"""
import base64
import gzip
import io
import json
import os
import subprocess
import sys
import tarfile
import zipfile

LAB, WORK = sys.argv[1:3]
BEGIN, END = b"-----BEGIN CERTIFICATE-----", b"-----END CERTIFICATE-----"
count = 0


def lab(name):
    with open(os.path.join(LAB, name), "rb") as f:
        data = f.read()
    return data[data.index(b"-----BEGIN"):] if name.endswith(".pem") else data


def der_of(pem):
    return base64.b64decode(b"".join(line for line in pem.split(b"\n") if line and line[:1] != b"-"))


PEM, OTHER = lab("ms.pem"), lab("plain.pem")
DER = der_of(PEM)
TEXT = base64.b64encode(DER)
LINES = PEM.split(b"\n")
SECRET = b"apiVersion: v1\nkind: Secret\nmetadata: {name: x}\ndata:\n  tls.crt: " + base64.b64encode(PEM) + b"\n"


def block(body, begin=BEGIN, end=END):
    return begin + b"\n" + body + b"\n" + end + b"\n"


def indented(by):
    return b"".join(by + line + b"\n" for line in LINES if line)


def zipped(name, data):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        z.writestr(name, data)
    return out.getvalue()


def tarred(name, data):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as t:
        info = tarfile.TarInfo(name)
        info.size = len(data)
        t.addfile(info, io.BytesIO(data))
    return out.getvalue()


def before():
    """Something stands before it; who reads PEM, as servers do, passes that over."""
    for name, data in (("zero", b"0 is a digit\n"), ("mark", b"\xef\xbb\xbf"), ("blanks", b" \t"),
                       ("word", b"cert: "), ("nul", b"abc\0def\n"), ("nuls", bytes(5000) + b"\n"),
                       ("noise", os.urandom(9000) + b"\n"), ("program", b"\x7fELF" + os.urandom(2000)),
                       ("lines", (b"#" * 79 + b"\n") * 20000), ("line", b"#" * 9000000 + b"\n"),
                       ("half-gzip", b"\x1f\x8b\n"), ("dash", b"-"), ("feed", b"\f"),
                       ("begin", BEGIN + b"\n"), ("bad", block(b"!!!!")),
                       ("no-end", OTHER[:OTHER.index(b"-----END")]),
                       ("key-no-end", b"-----BEGIN PRIVATE KEY-----\nAAAA\n"),
                       ("der", der_of(OTHER)), ("der-line", der_of(OTHER) + b"\n"),
                       ("key", lab("key.der")), ("locked", lab("locked.der")), ("crl", lab("crl.der")),
                       ("staple", lab("ms.ocsp")), ("pkcs7", lab("other.p7b")), ("pkcs12", lab("other.p12"))):
        yield "before-" + name, data + PEM, "found"
    for name, data in (("zip", b"PK\x03\x04\n"), ("xz", b"\xfd7zXZ\0\n")):
        yield "magic-" + name, data + PEM, "noted told"
    for name, data in (("jks", b"\xfe\xed\xfe\xed\n"), ("jceks", b"\xce\xce\xce\xce\n"),
                       ("sqlite", b"SQLite format 3\0\n")):
        yield "magic-" + name, data + PEM, "told"


def spelling():
    for name, data, want in (
            ("cr", PEM.replace(b"\n", b"\r"), "found"), ("crlf", PEM.replace(b"\n", b"\r\n"), "found"),
            ("blanks", PEM.replace(b"\n", b"  \t\n"), "found"), ("line", block(TEXT), "found"),
            ("no-lines", BEGIN + TEXT + END, "found"), ("indented", indented(b"   "), "found"),
            ("empty-lines", block(b"\n" + TEXT + b"\n"), "found"),
            ("x509", PEM.replace(b"CERT", b"X509 CERT"), "found"),
            ("trusted", PEM.replace(b"CERT", b"TRUSTED CERT"), "found"),
            ("no-padding", block(TEXT.rstrip(b"=")), "told" if b"=" in TEXT else "found"),
            ("headers", block(b"Proc-Type: 4,X\n\n" + TEXT), "told"),
            ("pkcs7", PEM.replace(b"CERTIFICATE", b"PKCS7"), "told"),
            ("other-end", PEM.replace(b"END CERT", b"END X509 CERT"), "told"),
            ("no-end", PEM[:PEM.index(b"-----END")], "told"), ("padded", block(TEXT + b"===="), "told"),
            ("url", block(b"-_" + TEXT), "told"), ("tail", block(TEXT + b"\nno base64!"), "told"),
            ("comment", indented(b"# "), "told"), ("json", json.dumps({"c": PEM.decode()}).encode(), "told"),
            ("utf-16", PEM.decode().encode("utf-16"), "told"),
            ("small", PEM.lower(), "noted"), ("bare", TEXT, "noted"), ("hex", DER.hex().encode(), "noted"),
            ("attribute", PEM.replace(b"CERT", b"ATTRIBUTE CERT"), "noted")):
        yield "spelt-" + name, data, want


def aliases():
    """What YAML's anchors stand for."""
    head, text = b"apiVersion: v1\nkind: Secret\nmetadata: {name: x}\n", base64.b64encode(PEM)
    yield "alias-text.yaml", head + b"note: &c " + text + b"\ndata: {tls.crt: *c}\n", "found"
    yield "alias-again.yaml", head + b"a: &c none\nb: &c " + text + b"\ndata: {tls.crt: *c}\n", "found"
    yield "alias-map.yaml", head + b"spec: &c {tls.crt: " + text + b"}\ndata: *c\n", "told"
    yield "alias-merge.yaml", head + b"spec: &c {tls.crt: " + text + b"}\ndata: {<<: *c}\n", "told"
    yield "alias-items.yaml", b"apiVersion: v1\nkind: List\nx: &c\n  kind: Secret\n  data: {tls.crt: " + text + \
        b"}\nitems: [*c]\n", "told"
    yield "alias-other.yaml", head + b"spec: {a: &c {b: c}, d: *c}\n", "noted"


def containers():
    yield "der", DER, "found"
    yield "der-second", der_of(OTHER) + DER, "found"
    yield "der-nuls", DER + bytes(10), "found"
    for name, data in (("gz", gzip.compress(PEM)), ("zip", zipped("a.pem", PEM)), ("tar", tarred("a.pem", PEM)),
                       ("tar.gz", gzip.compress(tarred("a", DER)))):
        yield "archive." + name, data, "noted found"
    yield "secret.yaml", SECRET, "found"
    yield "secret-crlf.yaml", SECRET.replace(b"\n", b"\r\n"), "found"
    yield "secret-comments.yaml", b"# about it\n" * 500 + SECRET, "found"
    yield "secret-text.yaml", SECRET.split(b"data:")[0] + b"stringData:\n  c: |\n" + indented(b"    "), "found"
    yield "map.yaml", b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\nbinaryData:\n  c: " + \
        base64.b64encode(DER) + b"\n", "found"
    yield "list.json", json.dumps({"apiVersion": "v1", "kind": "List", "items": [{
        "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x"},
        "data": {"tls.crt": base64.b64encode(PEM).decode()}}]}).encode(), "found"
    yield "array.json", json.dumps([{"kind": "Pod"}, {
        "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x"},
        "data": {"tls.crt": base64.b64encode(PEM).decode()}}]).encode(), "found"
    yield "certnew.p7b", block(base64.b64encode(lab("ms.p7b"))), "found"
    yield "store.bcfks", bytes.fromhex("301a3012300b06092a864886f70d01050d0403010203300404020102"), "told"


def names():
    for name in ("\x1b[31m.pem", "new\nline.pem", ".hidden", "x~", "x.bak", "x.txt", "x.exe", "-v",
                 "a b", "$(id)", "x" * 250, b"\xff\xfe.pem"):
        yield name, PEM, "found"


def outcome(path, *options):
    done = subprocess.run(["staple-inventory", "--no-system-policy", "--format", "json", *options, "--", path],
                          capture_output=True, timeout=100)
    report = json.loads(done.stdout)
    if any(c["must_staple"] == "yes" for c in report["certificates"]):
        return "found"
    told = {p["severity"] for p in report["problems"]}
    return "told" if "error" in told and done.returncode == 2 else "noted" if told else "silent"


def main():
    global count
    for make in (before, spelling, aliases, containers, names):
        for name, data, want in make():
            raw = name if isinstance(name, bytes) else name.encode()
            path = os.path.join(WORK.encode(), raw)
            with open(path, "wb") as f:
                f.write(data)
            first, *rest = want.split()
            got = [outcome(path), outcome(path, "--archives")]
            fine = got == [first, (rest or [first])[0]]
            count += 1
            print("%s %d - %r: %s" % ("ok" if fine else "not ok", count, raw, want))
            if not fine:
                print("# %s" % got)
            os.remove(path)
    print("1..%d" % count)


main()
