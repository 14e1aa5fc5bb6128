#!/usr/bin/python3
"""OCSP responses of every kind, good and bad, for a leaf of a pki.py folder.

    staples.py DIR KIND LEAF >response.der
    staples.py DIR --list

As a module: Staples(DIR).make(KIND, LEAF) gives the bytes.  Kinds, SECS in seconds:
"""
import datetime
import os
import sys

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.x509 import ocsp
from cryptography.x509.oid import NameOID

STATUSES = {"malformed": "MALFORMED_REQUEST", "internal": "INTERNAL_ERROR",
            "trylater": "TRY_LATER", "sigrequired": "SIG_REQUIRED", "unauthorized": "UNAUTHORIZED"}
# kind: (what it is, builder arguments)
KINDS = {
    "good": ("good, signed by the delegate", {}),
    "good-direct": ("good, signed by the issuer itself", {"signer": "issuer"}),
    "byname": ("good, responder named by its name", {"byname": True}),
    "nocheckless": ("good, delegate without ocsp-nocheck", {"signer": "ocsp-nocheckless"}),
    "sha256": ("good, SHA-256 CertID", {"hash": hashes.SHA256()}),
    "nonext": ("good, no nextUpdate", {"left": None}),
    "nonext-old": ("good, no nextUpdate, 30 days old", {"left": None, "age": 30 * 86400}),
    "revoked": ("revoked, keyCompromise", {"status": "REVOKED", "reason": "key_compromise"}),
    "hold": ("revoked, certificateHold", {"status": "REVOKED", "reason": "certificate_hold"}),
    "unknown": ("unknown", {"status": "UNKNOWN"}),
    "expired": ("nextUpdate an hour ago (expired:SECS)", {"left": -3600, "age": 8 * 86400}),
    "future": ("thisUpdate in two days (future:SECS)", {"age": -2 * 86400}),
    "left": ("good for SECS more, AGE old (left:SECS[:AGE])", {}),
    "sha1sig": ("good, RSA or ECDSA with SHA-1", {"digest": hashes.SHA1()}),
    "badsig": ("good, one bit of the signature flipped", {"spoil": "signature"}),
    "truncated": ("good, cut in the middle", {"spoil": "truncate"}),
    "trailing": ("good, with a byte behind it", {"spoil": "trailing"}),
    "wrongserial": ("good, for another leaf of the same issuer", {"leaf": "ms2"}),
    "otherissuer": ("good, same serial, CertID of the other CA", {"issuer": "other"}),
    "wrongsigner": ("good, delegate of the other CA", {"signer": "ocsp-other"}),
    "noeku": ("good, signer lacks OCSPSigning", {"signer": "ocsp-noeku"}),
    "selfleaf": ("good, signed by the leaf itself", {"signer": "leaf"}),
    "nosigner": ("good, the delegate's certificate is missing", {"certs": False}),
    "delegate-expired": ("good, the delegate has expired", {"signer": "ocsp-expired"}),
    "rootdelegate": ("good, delegated by the root", {"signer": "ocsp-root"}),
    "rootdirect": ("good, signed by the root", {"signer": "root"}),
    "certs": ("good, with copies of the leaf up to N certificates (certs:N)", {}),
    "bytes": ("good, with a certificate that makes it N bytes long (bytes:N)", {}),
    "garbage": ("no DER at all", {}),
    "empty": ("nothing", {}),
}


def seconds(n):
    return datetime.timedelta(seconds=n)


class Staples:
    def __init__(self, folder):
        self.folder = folder
        self.cache = {}

    def load(self, label):
        """(certificate, key) of a NAME in the folder."""
        if label not in self.cache:
            with open(os.path.join(self.folder, label + ".pem"), "rb") as f:
                c = x509.load_pem_x509_certificate(f.read())
            with open(os.path.join(self.folder, label + ".key"), "rb") as f:
                k = serialization.load_pem_private_key(f.read(), None)
            self.cache[label] = (c, k)
        return self.cache[label]

    def issuer_of(self, leaf):
        return "intms" if leaf.startswith("ims_") else "int"

    def make(self, kind, leaf, nonce=None, hash=None):
        """The bytes of a response of this kind for this leaf; hash: of the CertID, as asked."""
        base, *numbers = kind.split(":")
        if base in STATUSES:
            status = ocsp.OCSPResponseStatus[STATUSES[base]]
            return ocsp.OCSPResponseBuilder.build_unsuccessful(status).public_bytes(
                serialization.Encoding.DER)
        if base == "garbage":
            return b"This is not an OCSP response.\n" * 8
        if base == "empty":
            return b""
        how = dict(KINDS[base][1])
        if base == "expired" and numbers:
            how["left"] = -int(numbers[0])
            how["age"] = int(numbers[0]) + 7 * 86400
        if base == "future" and numbers:
            how["age"] = -int(numbers[0])
        if base == "left":
            how["left"] = int(numbers[0])
            how["age"] = int(numbers[1]) if len(numbers) > 1 else 60
        if base == "certs":
            how["more"] = [self.load(leaf)[0]] * (int(numbers[0]) - 1)
        if base == "bytes":
            return self.of_size(leaf, int(numbers[0]), nonce)
        how.setdefault("hash", hash or hashes.SHA1())
        if how.get("leaf") == leaf:
            how["leaf"] = "ms"
        return self.build(leaf, nonce=nonce, **how)

    def of_size(self, leaf, size, nonce):
        """Nobody signs the certificates of a response.  The signature's length varies."""
        key = ed25519.Ed25519PrivateKey.generate()
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "filling")])
        filling = size - 2000
        while True:
            now = datetime.datetime.utcnow()
            c = (x509.CertificateBuilder().subject_name(name).issuer_name(name).serial_number(1)
                 .public_key(key.public_key()).not_valid_before(now).not_valid_after(now + seconds(86400))
                 .add_extension(x509.UnrecognizedExtension(x509.ObjectIdentifier("2.999.1"), b"\x05" * filling),
                                False).sign(key, None))
            der = self.build(leaf, nonce=nonce, more=[c])
            if len(der) == size:
                return der
            filling += size - len(der)

    def build(self, leaf_name, signer=None, byname=False, hash=None, left=7 * 86400, age=60,
              status="GOOD", reason=None, digest=None, spoil=None, leaf=None, issuer=None,
              certs=True, nonce=None, more=()):
        issued_by = self.issuer_of(leaf_name)
        default = "ocsp-ms" if issued_by == "intms" else "ocsp"
        signer = {"issuer": issued_by, "leaf": leaf_name, None: default}.get(signer, signer)
        about = self.load(leaf or leaf_name)[0]
        signer_cert, signer_key = self.load(signer)
        if issuer:
            # the same serial under another issuer: CertID only, so a stand-in is signed
            other, other_key = self.load(issuer)
            about = (x509.CertificateBuilder().subject_name(about.subject)
                     .issuer_name(other.subject).public_key(about.public_key())
                     .serial_number(about.serial_number)
                     .not_valid_before(about.not_valid_before)
                     .not_valid_after(about.not_valid_after).sign(other_key, hashes.SHA256()))
            above = other
        else:
            above = self.load(issued_by)[0]
        now = datetime.datetime.utcnow().replace(microsecond=0)
        this = now - seconds(age)
        b = ocsp.OCSPResponseBuilder().add_response(
            about, above, hash or hashes.SHA1(), ocsp.OCSPCertStatus[status], this,
            None if left is None else now + seconds(left),
            now - seconds(86400) if status == "REVOKED" else None,
            x509.ReasonFlags[reason] if reason else None)
        encoding = ocsp.OCSPResponderEncoding
        b = b.responder_id(encoding.NAME if byname else encoding.HASH, signer_cert)
        if certs and signer not in ("int", "intms"):
            b = b.certificates([signer_cert, *more])
        if nonce is not None:
            b = b.add_extension(x509.OCSPNonce(nonce), False)
        der = b.sign(signer_key, digest or hashes.SHA256()).public_bytes(serialization.Encoding.DER)
        if spoil == "truncate":
            der = der[:len(der) // 2]
        elif spoil == "trailing":
            der += b"\0"
        elif spoil == "signature":
            mark = ocsp.load_der_ocsp_response(der).signature
            at = der.index(mark) + len(mark) - 3
            der = der[:at] + bytes([der[at] ^ 1]) + der[at + 1:]
        return der


def main():
    if len(sys.argv) == 3 and sys.argv[2] == "--list":
        for kind in list(STATUSES) + list(KINDS):
            print(kind)
    elif len(sys.argv) == 4:
        sys.stdout.buffer.write(Staples(sys.argv[1]).make(sys.argv[2], sys.argv[3]))
    else:
        rows = ["  %-18s%s" % (k, v[0]) for k, v in KINDS.items()]
        sys.exit(__doc__ + "\n".join(rows) + "\n  " + ", ".join(STATUSES))


if __name__ == "__main__":
    main()
