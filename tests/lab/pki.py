#!/usr/bin/python3
"""A laboratory PKI in a folder, made in well under a second.

    pki.py DIR [--ocsp URL]... [--issuers URL] [--days N] [--start-days-ago N] [--only NAME,NAME...]
           [--copies N]

Writes NAME.pem, NAME.key for: root, int (issues the leaves), intms (an intermediate with the
TLS Feature extension), other-root, other (another CA with the same name as int), the OCSP
signers ocsp (delegated by int), ocsp-noeku, ocsp-expired, ocsp-nocheckless, ocsp-root
(delegated by root) and ocsp-other (by the other CA), and the leaves of LEAVES below.  Each
leaf has NAME.chain.pem (leaf and intermediate) and NAME.all.pem (chain and key).  bundle.pem
is int and root, index.txt and index-ms.txt are for openssl ocsp (under int and intms).

The leaves' names are localhost, NAME.lab.test and 127.0.0.1.  --ocsp and --issuers go into
the AIA; {name} in them becomes the leaf's name.
"""
import argparse
import datetime
import ipaddress
import os

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID as AIA
from cryptography.x509.oid import ExtendedKeyUsageOID as EKU
from cryptography.x509.oid import NameOID

FEATURE = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.24")
MUST_STAPLE = bytes.fromhex("3003020105")

# name: (TLS Feature's value or None, critical, issuer)
LEAVES = {
    "ms": (MUST_STAPLE, False, "int"),
    "ms2": (MUST_STAPLE, False, "int"),
    "ms-rsa": (MUST_STAPLE, False, "int"),
    "plain": (None, False, "int"),
    "noaia": (MUST_STAPLE, False, "int"),
    "revoked": (MUST_STAPLE, False, "int"),
    "unknown": (MUST_STAPLE, False, "int"),
    "expired": (MUST_STAPLE, False, "int"),          # the certificate itself
    "f17": ("3003020111", False, "int"),             # status_request_v2 alone
    "f6": ("3003020106", False, "int"),
    "f5_17": ("3006020105020111", False, "int"),
    "fdup": ("3006020105020105", False, "int"),
    "fcrit": (MUST_STAPLE, True, "int"),
    "funk": ("3003020117", False, "int"),            # {23}
    "fempty": ("3000", False, "int"),
    "fbad": ("020105", False, "int"),                # not a SEQUENCE
    "fpad": ("300402020005", False, "int"),          # padded INTEGER
    "foct": ("04053003020105", False, "int"),        # wrapped once too often
    "ims_ms": (MUST_STAPLE, False, "intms"),
    "ims_plain": (None, False, "intms"),
}
# Made only with --also: "client" may be used by clients alone.
MORE = {"client": (MUST_STAPLE, False, "int")}


def name(text):
    return x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Lab"),
                      x509.NameAttribute(NameOID.COMMON_NAME, text)])


class Pki:
    def __init__(self, folder, options):
        self.folder, self.options = folder, options
        now = datetime.datetime.utcnow().replace(microsecond=0)
        self.start = now - datetime.timedelta(days=options.start_days_ago)
        self.end = now + datetime.timedelta(days=options.days)
        self.known = {}  # name: (certificate, key)

    def path(self, file):
        return os.path.join(self.folder, file)

    def write(self, file, data, mode=0o644):
        with open(os.open(self.path(file), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as f:
            f.write(data)

    def make(self, label, subject, issuer, extensions, key=None, start=None, end=None):
        """One certificate; issuer None means self-signed."""
        key = key or ec.generate_private_key(ec.SECP256R1())
        above, signer = self.known[issuer] if issuer else (None, key)
        b = (x509.CertificateBuilder().subject_name(subject)
             .issuer_name(above.subject if above else subject).public_key(key.public_key())
             .serial_number(x509.random_serial_number())
             .not_valid_before(start or self.start).not_valid_after(end or self.end))
        for value, critical in extensions:
            b = b.add_extension(value, critical)
        b = b.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        if above:
            b = b.add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), False)
        c = b.sign(signer, hashes.SHA256())
        self.known[label] = (c, key)
        self.write(label + ".pem", pem(c))
        self.write(label + ".key", key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption()), 0o600)
        return c

    def ca(self, label, subject, issuer, more=()):
        long = self.start + datetime.timedelta(days=3650)
        self.make(label, name(subject), issuer, [
            (x509.BasicConstraints(True, None), True), (usage(sign=False, ca=True), True), *more],
            start=self.start - datetime.timedelta(days=30), end=long)

    def signer(self, label, issuer, eku=True, nocheck=True, **dates):
        extensions = [(usage(sign=True, ca=False), True)]
        if eku:
            extensions.append((x509.ExtendedKeyUsage([EKU.OCSP_SIGNING]), False))
        if nocheck:
            extensions.append((x509.OCSPNoCheck(), False))
        self.make(label, name("Lab " + label), issuer, extensions, **dates)

    def leaf(self, label, feature, critical, issuer):
        o = self.options
        where = [(AIA.OCSP, url) for url in o.ocsp] + [(AIA.CA_ISSUERS, o.issuers)]
        where = [x509.AccessDescription(
            kind, x509.UniformResourceIdentifier(url.replace("{name}", label)))
            for kind, url in where if url and label != "noaia"]
        extensions = [
            (x509.BasicConstraints(False, None), True), (usage(sign=True, ca=False), True),
            (x509.ExtendedKeyUsage([EKU.CLIENT_AUTH if label == "client" else EKU.SERVER_AUTH]), False),
            (x509.SubjectAlternativeName([
                x509.DNSName("localhost"),
                x509.DNSName(label.replace("_", "-") + ".lab.test"),
                x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)]
        if where:
            extensions.append((x509.AuthorityInformationAccess(where), False))
        if feature:
            value = feature if isinstance(feature, bytes) else bytes.fromhex(feature)
            extensions.append((x509.UnrecognizedExtension(FEATURE, value), critical))
        key = rsa.generate_private_key(65537, 2048) if label.endswith("rsa") else None
        dates = {}
        if label == "expired":
            dates = {"start": self.start - datetime.timedelta(days=20),
                     "end": datetime.datetime.utcnow() - datetime.timedelta(days=1)}
        c = self.make(label, name(label + ".lab.test"), issuer, extensions, key, **dates)
        chain = pem(c) + pem(self.known[issuer][0])
        self.write(label + ".chain.pem", chain)
        with open(self.path(label + ".key"), "rb") as f:
            self.write(label + ".all.pem", chain + f.read(), 0o600)

    def index(self, file, issuer, leaves):
        lines = []
        for label in leaves:
            c = self.known[label][0]
            if LEAVES[label][2] != issuer or label == "unknown":
                continue
            serial = "%X" % c.serial_number
            serial = "0" * (len(serial) % 2) + serial
            state, when = "V", ""
            if label == "revoked":
                state, when = "R", stamp(self.start) + ",keyCompromise"
            lines.append("%s\t%s\t%s\t%s\tunknown\t/O=Lab/CN=%s.lab.test\n" % (
                state, stamp(c.not_valid_after), when, serial, label))
        self.write(file, "".join(lines).encode())


def stamp(t):
    return t.strftime("%y%m%d%H%M%SZ")


def pem(c):
    return c.public_bytes(serialization.Encoding.PEM)


def usage(sign, ca):
    return x509.KeyUsage(sign, False, False, False, False, ca, ca, False, False)


def main():
    parser = argparse.ArgumentParser(description="make a laboratory PKI")
    parser.add_argument("folder")
    parser.add_argument("--ocsp", action="append", default=[],
                        help="OCSP URL for the AIA; may be repeated")
    parser.add_argument("--issuers", help="CA Issuers URL for the AIA")
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--start-days-ago", type=int, default=40)
    parser.add_argument("--only", help="these leaves alone")
    parser.add_argument("--also", choices=MORE, help="this leaf, too")
    parser.add_argument("--copies", type=int, default=0,
                        help="N further leaves like ms and plain: ms-c1, plain-c1, ...")
    options = parser.parse_args()
    for i in range(options.copies):
        LEAVES["ms-c%d" % (i + 1)] = LEAVES["ms"]
        LEAVES["plain-c%d" % (i + 1)] = LEAVES["plain"]
    if options.also:
        LEAVES[options.also] = MORE[options.also]
    os.makedirs(options.folder, exist_ok=True)
    p = Pki(options.folder, options)
    p.ca("root", "Lab Root", None)
    p.ca("int", "Lab Intermediate", "root")
    p.ca("intms", "Lab Must-Staple Intermediate", "root",
         [(x509.UnrecognizedExtension(FEATURE, MUST_STAPLE), False)])
    p.ca("other-root", "Other Root", None)
    p.ca("other", "Lab Intermediate", "other-root")
    p.signer("ocsp", "int")
    p.signer("ocsp-noeku", "int", eku=False)
    p.signer("ocsp-nocheckless", "int", nocheck=False)
    p.signer("ocsp-expired", "int", start=p.start - datetime.timedelta(days=20),
             end=datetime.datetime.utcnow() - datetime.timedelta(days=1))
    p.signer("ocsp-root", "root")
    p.signer("ocsp-other", "other")
    p.signer("ocsp-ms", "intms")
    leaves = options.only.split(",") if options.only else list(LEAVES)
    for label in leaves:
        p.leaf(label, *LEAVES[label])
    p.write("bundle.pem", pem(p.known["int"][0]) + pem(p.known["root"][0]))
    p.index("index.txt", "int", leaves)
    p.index("index-ms.txt", "intms", leaves)


if __name__ == "__main__":
    main()
