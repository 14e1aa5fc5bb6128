#!/usr/bin/python3
"""Every way in which an OCSP response can be wrong, as files, with what must be found.

    judge-cases.py DIR [NOW]

Writes DIR/cases.tsv: name, status, error ids, warning ids (each sorted, comma-separated, "-" for
none), and the arguments of staple-verify with DIR as {}.  The responses are built octet by octet,
since no library makes most of them.  "Now" is always NOW below: nothing depends on the date.
"""
import base64
import datetime
import hashlib
import os
import sys
import warnings

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID as EKU
from cryptography.x509.oid import NameOID

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from der import (HASHES, SIGNERS, enumerated, explicit, extension, integer, octets, oid,
                  # noqa: E402
                 seq, sign, time, tlv)

NOW = 1768478400  # 2026-01-15T12:00:00Z
HOUR, DAY = 3600, 86400
DER = serialization.Encoding.DER


# --- the cast ---

def utc(t):
    return datetime.datetime.utcfromtimestamp(t)


class Party:
    """A key and the certificates that others gave it."""
    serials = 1000

    def __init__(self, name, key=None, by=None, digest=None, serial=None, life=(-300, 300),
                 ca=False, eku=(), usage=None, extra=(), nocheck=False):
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.key = key or ec.generate_private_key(ec.SECP256R1())
        issuer = by or self
        Party.serials += 1
        b = (x509.CertificateBuilder().subject_name(self.name).issuer_name(issuer.name)
             .public_key(self.key.public_key()).serial_number(serial or Party.serials)
             .not_valid_before(utc(NOW + life[0] * DAY)).not_valid_after(utc(NOW + life[1] * DAY))
             .add_extension(x509.BasicConstraints(ca, None), critical=True))
        if eku:
            b = b.add_extension(x509.ExtendedKeyUsage(list(eku)), critical=False)
        if usage:
            bits = dict.fromkeys(["digital_signature", "content_commitment", "key_encipherment",
                                  "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign",
                                  "encipher_only", "decipher_only"], False)
            bits.update(dict.fromkeys(usage, True))
            b = b.add_extension(x509.KeyUsage(**bits), critical=True)
        if nocheck:
            b = b.add_extension(x509.OCSPNoCheck(), critical=False)
        for name_, critical, value in extra:
            b = b.add_extension(x509.UnrecognizedExtension(x509.ObjectIdentifier(name_), value),
                                critical=critical)
        if isinstance(issuer.key, ed25519.Ed25519PrivateKey):
            self.cert = b.sign(issuer.key, None)
        else:
            self.cert = b.sign(issuer.key, digest or hashes.SHA256())
        self.der = self.cert.public_bytes(DER)

    def spki_bits(self):
        """The BIT STRING's octets of the key: what key hashes are over."""
        key = self.key.public_key()
        if isinstance(key, ec.EllipticCurvePublicKey):
            return key.public_bytes(serialization.Encoding.X962,
                                    serialization.PublicFormat.UncompressedPoint)
        if isinstance(key, ed25519.Ed25519PublicKey):
            return key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        return key.public_bytes(DER, serialization.PublicFormat.PKCS1)


# --- responses ---

class Maker:
    def __init__(self):
        rsa2048 = rsa.generate_private_key(65537, 2048)
        self.root = Party("Root", ca=True)
        self.ca = Party("Issuing CA", by=self.root, ca=True, serial=0x10)
        self.rsa_ca = Party("RSA CA", key=rsa2048, ca=True)
        self.short_ca = Party("Short RSA CA", key=rsa.generate_private_key(65537, 1024), ca=True)
        self.old_key = Party("Issuing CA", by=self.root, ca=True)      # same name, another key
        self.other_ca = Party("Other CA", ca=True)
        self.leaf = Party("leaf", by=self.ca, serial=0x4242, life=(-30, 60), eku=[EKU.SERVER_AUTH])
        self.second = Party("second", by=self.ca, serial=0x4343, life=(-30, 60))
        self.rsa_leaf = Party("rsa leaf", by=self.rsa_ca, serial=0x4242, life=(-30, 60))
        self.short_leaf = Party("short leaf", by=self.short_ca, serial=0x4242, life=(-30, 60))
        self.ed_ca = Party("Ed CA", key=ed25519.Ed25519PrivateKey.generate(), ca=True)
        self.ed_leaf = Party("ed leaf", by=self.ed_ca, life=(-30, 60))
        bound = ("1.3.6.1.5.5.7.1.24", False, bytes.fromhex("3003020105"))
        self.bound_ca = Party("Bound CA", ca=True, extra=[bound])
        self.bound_leaf = Party("bound leaf", by=self.bound_ca, life=(-30, 60), extra=[bound])
        self.dying = Party("dying", by=self.ca, serial=0x4444, life=(-30, 2))
        signer = dict(eku=[EKU.OCSP_SIGNING], nocheck=True)
        self.delegates = {
            "good": Party("Responder", by=self.ca, usage=["digital_signature"], **signer),
            "no-nocheck": Party("Responder", by=self.ca, eku=[EKU.OCSP_SIGNING]),
            "no-eku": Party("Responder", by=self.ca),
            "any-eku": Party("Responder", by=self.ca, eku=[x509.ObjectIdentifier("2.5.29.37.0")]),
            "crl-sign": Party("Responder", by=self.ca, usage=["crl_sign"], **signer),
            "expired": Party("Responder", by=self.ca, life=(-20, -1), **signer),
            "not-yet": Party("Responder", by=self.ca, life=(1, 20), **signer),
            "short": Party("Responder", by=self.ca, life=(-20, 3), **signer),
            "young": Party("Responder", by=self.ca, life=(-0.01, 20), **signer),
            "root": Party("Responder", by=self.root, **signer),
            "other": Party("Responder", by=self.other_ca, **signer),
            "namesake": Party("Responder", by=self.old_key, **signer),
            "critical": Party("Responder", by=self.ca, extra=[("1.2.3.4", True, b"\x05\x00")],
                              **signer),
            "sha1": Party("Responder", by=self.rsa_ca, digest=hashes.SHA1(), **signer),
            "md5": Party("Responder", by=self.rsa_ca, digest=hashes.MD5(), **signer),
            "unbound": Party("Responder", by=self.bound_ca, **signer),
            "bound": Party("Responder", by=self.bound_ca, extra=[bound], **signer),
            "short-rsa": Party("Responder", by=self.short_ca, **signer),
        }

    def single(self, leaf=None, issuer=None, digest="sha1", status="good", this=-DAY, next_=6 * DAY,
               extensions=b"", name=None, key=None, form="%Y%m%d%H%M%SZ", reason=None):
        leaf, issuer = leaf or self.leaf, issuer or self.ca
        h = (lambda b: hashlib.new(digest, b).digest())
        why = explicit(0, enumerated(reason)) if reason is not None else b""
        status = {"good": tlv(0x80), "unknown": tlv(0x82),
                  "revoked": tlv(0xa1, time(NOW - DAY), why)}[status]
        return seq(seq(seq(oid(HASHES[digest]), tlv(5)),
                       octets(h(name or issuer.name.public_bytes())),
                       octets(h(key or issuer.spki_bits())), integer(leaf.cert.serial_number)),
                   status, time(NOW + this, form),
                   explicit(0, time(NOW + next_, form)) if next_ is not None else b"",
                   explicit(1, seq(extensions)) if extensions else b"")

    def response(self, singles, signer=None, certs=None, by_key=False, named=None, produced=-DAY,
                 version=b"", extensions=b"", digest="sha256", algorithm=None, spoil=0, status=0,
                 kind="1.3.6.1.5.5.7.48.1.1"):
        signer = signer or self.ca
        named = named or signer
        who = (explicit(2, octets(hashlib.sha1(named.spki_bits()).digest())) if by_key
               else explicit(1, named.name.public_bytes()))
        data = seq(version, who, time(NOW + produced), seq(*singles),
                   explicit(1, seq(extensions)) if extensions else b"")
        used, signature = sign(signer.key, digest, data)
        if spoil:
            signature = signature[:-2] + bytes([signature[-2] ^ spoil]) + signature[-1:]
        basic = seq(data, algorithm or used, tlv(3, b"\0" + signature),
                    explicit(0, seq(*certs)) if certs else b"")
        return seq(enumerated(status), explicit(0, seq(oid(kind), octets(basic))))


# --- the cases ---

class Cases:
    def __init__(self, folder):
        self.folder, self.rows, self.m = folder, [], Maker()
        m = self.m
        for name, party in {"leaf": m.leaf, "ca": m.ca, "rsa-leaf": m.rsa_leaf, "rsa-ca": m.rsa_ca,
                            "short-leaf": m.short_leaf, "short-ca": m.short_ca, "old-ca": m.old_key,
                            "other-ca": m.other_ca, "dying": m.dying, "root": m.root, "bound-ca": m.bound_ca,
                            "ed-ca": m.ed_ca, "ed-leaf": m.ed_leaf,
                            "bound-leaf": m.bound_leaf,
                            "responder": m.delegates["good"]}.items():
            self.write(name + ".der", party.der)

    def write(self, name, data):
        with open(os.path.join(self.folder, name), "wb") as f:
            f.write(data)

    def add(self, name, data, errors="", warnings="", args="", leaf="leaf", issuer="ca"):
        """errors, warnings: ids, blank-separated."""
        def ids(words):
            return ",".join(sorted(words.split())) or "-"
        self.write(name + ".ocsp", data)
        status = 2 if errors in ("staple.no-issuer", "chain.no-issuer") else 1 if errors else 0
        issuer = f"--issuer {{}}/{issuer}.der " if issuer else ""
        self.rows.append("\t".join([name, str(status), ids(errors), ids(warnings),
                                    f"--at @{NOW} --staple-only --staple {{}}/{name}.ocsp {issuer}"
                                    f"{args} {{}}/{leaf}.der"]))

    def one(self, name, errors="", warnings="", single=None, args="", **response):
        self.add(name, self.m.response([self.m.single(**(single or {}))], **response), errors,
                 warnings, args)

    def by(self, name, which, errors="", warnings="", single=None, **more):
        d = self.m.delegates[which]
        self.one(name, errors, warnings, single, signer=d, certs=more.pop("certs", [d.der]), **more)

    def save(self):
        with open(os.path.join(self.folder, "cases.tsv"), "w") as f:
            f.write("\n".join(self.rows) + "\n")


def identity(c):
    m = c.m
    for digest in ("sha1", "sha224", "sha256", "sha384", "sha512"):
        c.one("certid-" + digest, single={"digest": digest})
    c.one("certid-md5", "staple.hash-algorithm", single={"digest": "md5"})
    c.one("other-serial", "staple.other-certificate", single={"leaf": m.second})
    c.one("other-name", "staple.other-issuer", single={"name": m.other_ca.name.public_bytes()})
    c.one("other-key", "staple.other-issuer-key", single={"key": m.old_key.spki_bits()})
    c.one("other-ca", "staple.other-issuer", single={"issuer": m.other_ca})
    c.add("second-of-two", m.response([m.single(leaf=m.second), m.single()]))
    c.add("none", m.response([]), "staple.no-single")
    c.add("twice", m.response([m.single(), m.single(digest="sha256")]))
    c.add("good-then-revoked", m.response([m.single(), m.single(status="revoked")]),
          "staple.revoked",
          "staple.contradiction")
    c.add("revoked-then-good", m.response([m.single(status="revoked"), m.single()]),
          "staple.revoked",
          "staple.contradiction")
    c.add("good-then-unknown", m.response([m.single(), m.single(status="unknown",
                                                                digest="sha256")]),
          "staple.unknown", "staple.contradiction")
    c.add("fresh-then-expired", m.response([m.single(), m.single(this=-9 * DAY, next_=-DAY)]),
          "staple.expired")
    c.one("revoked", "staple.revoked", single={"status": "revoked"})
    c.one("hold", "staple.revoked", single={"status": "revoked", "reason": 6})
    c.one("revoked-and-expired", "staple.revoked staple.expired",
          single={"status": "revoked", "this": -9 * DAY, "next_": -DAY})
    c.one("unknown", "staple.unknown", single={"status": "unknown"})
    c.add("wrong-issuer", m.response([m.single()]),
          "staple.issuer-mismatch staple.signer-missing staple.other-issuer-key",
          issuer="other-ca")
    c.add("namesake-issuer", m.response([m.single()]),
          "staple.issuer-mismatch staple.bad-signature staple.other-issuer-key",
          issuer="old-ca")
    c.add("no-issuer", m.response([m.single()]), "staple.no-issuer", issuer=None)
    c.add("no-issuer-expired", m.response([m.single(this=-9 * DAY, next_=-DAY)]),
          "staple.no-issuer staple.expired", issuer=None)
    c.add("issuer-trusted", m.response([m.single()]), args="--trust {}/root.der")
    c.add("issuer-not-trusted", m.response([m.single()]), "chain.untrusted",
          args="--chain {}/root.der --trust {}/other-ca.der")
    c.add("issuer-of-nobody", m.response([m.single()]), "chain.no-issuer",
          args="--trust {}/other-ca.der")


def times(c):
    c.one("last-second", warnings="staple.little-left", single={"this": -7 * DAY, "next_": 0},
          produced=-7 * DAY)
    c.one("expired-1s", "staple.expired", single={"this": -7 * DAY, "next_": -1}, produced=-7 * DAY)
    c.one("expired-30d", "staple.expired", single={"this": -37 * DAY, "next_": -30 * DAY},
          produced=-37 * DAY)
    c.one("future-4min", single={"this": 240}, produced=240)
    c.one("future-5min", single={"this": 300}, produced=300)
    c.one("future-301s", "staple.future", "staple.produced-future", single={"this": 301},
          produced=301)
    c.one("future-2d", "staple.future", "staple.produced-future", single={"this": 2 * DAY},
          produced=2 * DAY)
    c.one("reversed", "staple.reversed staple.expired", single={"this": -DAY, "next_": -2 * DAY})
    c.one("no-next", warnings="staple.no-next-update", single={"next_": None})
    c.one("no-next-old", "staple.too-old", "staple.no-next-update", single={"next_": None,
                                                                            "this": -8 * DAY},
          produced=-8 * DAY, args="--max-age 7d")
    c.one("no-next-old-enough", "", "staple.no-next-update", single={"next_": None,
                                                                     "this": -7 * DAY},
          produced=-7 * DAY, args="--max-age 7d")
    c.one("too-old", "staple.too-old", single={"this": -8 * DAY, "next_": 9 * DAY},
          produced=-8 * DAY,
          args="--max-age 7d")
    c.one("little-left", warnings="staple.little-left", single={"this": -6 * DAY, "next_": DAY},
          produced=-6 * DAY)
    c.one("produced-before-issuer", "staple.produced-outside", "staple.produced-before-update",
          produced=-301 * DAY)
    c.one("produced-before-this", "", "staple.produced-before-update", produced=-2 * DAY)
    c.one("produced-in-the-future", "", "staple.produced-future", produced=HOUR)
    c.by("produced-before-delegate", "young", "staple.produced-outside", produced=-DAY)
    c.by("outlives-delegate", "short", warnings="staple.outlives-signer")
    c.add("outlives-cert", c.m.response([c.m.single(leaf=c.m.dying)]), "", "staple.outlives-cert",
          leaf="dying")
    c.one("fraction", "", "staple.odd-time", single={"form": "%Y%m%d%H%M%S.5Z"})


def within(der, change):
    """Other content in the outermost element, whose length has two octets."""
    assert der[1] == 0x82
    return tlv(der[0], change(der[4:]))


def signers(c):
    m = c.m
    rsa_single = {"leaf": m.rsa_leaf, "issuer": m.rsa_ca}

    def rsa_case(name, errors="", args="", single=None, **more):
        c.add(name, m.response([m.single(**rsa_single)], **dict({"signer": m.rsa_ca}, **more)),
              errors,
              args=args, leaf="rsa-leaf", issuer="rsa-ca")
    c.one("direct-by-key", by_key=True)
    c.by("delegate", "good")
    c.by("delegate-by-key", "good", by_key=True)
    c.by("delegate-without-nocheck", "no-nocheck")
    c.by("delegate-without-eku", "no-eku", "staple.signer-no-eku")
    c.by("delegate-any-eku", "any-eku", "staple.signer-no-eku")
    c.by("delegate-crl-sign", "crl-sign", "staple.signer-key-usage")
    c.by("delegate-expired", "expired", "staple.signer-not-valid", "staple.outlives-signer",
         produced=-2 * DAY,
         single={"this": -2 * DAY})
    c.by("delegate-not-yet", "not-yet", "staple.signer-not-valid staple.produced-outside")
    c.by("delegate-of-root", "root", "staple.signer-not-delegated")
    c.by("delegate-of-another", "other", "staple.signer-not-delegated")
    c.by("delegate-of-namesake", "namesake", "staple.signer-not-delegated")
    c.by("delegate-critical", "critical", "staple.signer-malformed")
    c.by("delegate-missing", "good", "staple.signer-missing", certs=[])
    c.by("delegate-at-hand", "good", certs=[], args="--chain {}/responder.der")
    c.by("delegate-behind-rubbish", "good", "staple.unreadable-certificate",
         certs=[seq(b"\x02\x01\x05"), m.second.der, m.delegates["good"].der])
    c.by("delegate-second-choice", "good",
         certs=[m.delegates["no-eku"].der, m.delegates["good"].der], by_key=True)
    good = m.delegates["good"].der
    for n in (8, 9):
        c.by(f"certificates-{n}", "good", "", "staple.many-certificates" if n > 8 else "",
             certs=[good] + [m.second.der] * (n - 1))
    c.by("delegate-with-more", "good", "staple.unreadable-certificate staple.signer-missing",
         certs=[within(good, lambda body: body + tlv(5))])
    c.by("stranger-with-more", "good", "staple.unreadable-certificate",
         certs=[good, within(m.second.der, lambda body: body + tlv(5))])
    signature = m.delegates["good"].cert.signature
    c.by("delegate-signature-of-bits", "good", "staple.signer-malformed",
         certs=[good[:-len(signature) - 1] + b"\1" + signature])
    c.one("by-the-leaf", "staple.signer-no-eku", signer=m.leaf, certs=[m.leaf.der])
    c.one("by-the-root", "staple.signer-missing", signer=m.root)
    c.one("by-the-root-with-cert", "staple.signer-no-eku staple.signer-not-delegated",
          signer=m.root,
          certs=[m.root.der])
    c.one("names-another", "staple.responder-id", named=m.other_ca, certs=[])
    c.one("names-another-key", "staple.responder-id", named=m.other_ca, by_key=True)
    c.one("names-issuer-signed-by-delegate", "staple.responder-id", signer=m.delegates["good"],
          named=m.ca,
          certs=[m.delegates["good"].der])
    c.one("bit-flipped", "staple.bad-signature", spoil=1)
    c.one("sha384", digest="sha384")
    c.one("sha1", "staple.sha1", digest="sha1")
    c.one("sha1-allowed", digest="sha1", args="--allow-sha1")
    c.add("ed25519", m.response([m.single(leaf=m.ed_leaf, issuer=m.ed_ca)], signer=m.ed_ca),
          leaf="ed-leaf", issuer="ed-ca")
    rsa_case("rsa")
    rsa_case("rsa-pss", digest="pss")
    rsa_case("rsa-sha1", "staple.sha1", digest="sha1")
    rsa_case("md5", "staple.broken-algorithm", digest="md5")
    rsa_case("md5-allowed", "staple.broken-algorithm", digest="md5", args="--allow-sha1")
    for digest, errors, args in (("sha1", "staple.sha1", ""), ("sha1", "", "--allow-sha1"),
                                 ("md5", "staple.broken-algorithm", "--allow-sha1")):
        d = m.delegates[digest]
        rsa_case(f"delegate-{digest}{'-allowed' if args else ''}", errors, args, signer=d,
                 certs=[d.der])
    c.add("short-rsa", m.response([m.single(leaf=m.short_leaf, issuer=m.short_ca)],
                                  signer=m.short_ca),
          "staple.weak-key", leaf="short-leaf", issuer="short-ca")
    d = m.delegates["short-rsa"]
    c.add("delegate-short-rsa", m.response([m.single(leaf=m.short_leaf, issuer=m.short_ca)],
                                           signer=d,
          certs=[d.der]), "staple.weak-key", leaf="short-leaf", issuer="short-ca")
    for which, found in (("unbound", "staple.signer-features"), ("bound", "")):
        d = m.delegates[which]
        c.add("delegate-" + which, m.response([m.single(leaf=m.bound_leaf, issuer=m.bound_ca)],
              signer=d, certs=[d.der]), "", found, leaf="bound-leaf", issuer="bound-ca")
    c.one("unknown-algorithm", "staple.unsupported-algorithm", algorithm=seq(oid("1.2.3.4.5")))
    ecdsa, used = SIGNERS["ec", "sha256"], SIGNERS["rsa", "sha256"]
    c.one("algorithm-with-null", algorithm=seq(oid(ecdsa), tlv(5)))
    c.one("algorithm-with-parameters", "staple.unsupported-algorithm",
          algorithm=seq(oid(ecdsa), octets(b"x")))
    c.one("algorithm-with-a-tail", "staple.malformed", algorithm=seq(oid(ecdsa), tlv(5), tlv(5)))
    rsa_case("rsa-without-null", algorithm=seq(oid(used)))
    rsa_case("rsa-with-parameters", "staple.unsupported-algorithm",
             algorithm=seq(oid(used), integer(1)))
    rsa_case("rsa-with-a-tail", "staple.malformed", algorithm=seq(oid(used), tlv(5), tlv(5)))
    c.one("algorithm-for-another-key", "staple.bad-signature",
          algorithm=seq(oid(SIGNERS["rsa", "sha256"]), tlv(5)))


def of_size(m, size):
    """Made as long as that by a certificate that nobody signed for; signatures vary in length."""
    d = m.delegates["good"]
    filling = size - 2000
    while True:
        more = Party("filling", key=m.ed_ca.key, extra=[("2.999.1", False, b"\x05" * filling)])
        der = m.response([m.single()], signer=d, certs=[d.der, more.der])
        if len(der) == size:
            return der
        filling += size - len(der)


def envelope(c):
    m = c.m
    good = m.response([m.single()])
    for size in (16380, 16381, 65527, 65528):
        c.add(f"bytes-{size}", of_size(m, size), "", "staple.too-large" if size > 16380 else "")
    c.one("version-1-spelt-out", version=explicit(0, integer(0)))
    c.one("version-2", "staple.version", version=explicit(0, integer(1)))
    for n, name in ((1, "staple.malformed-request"), (2, "staple.internal-error"),
                    (3, "staple.try-later"), (5, "staple.sig-required"), (6, "staple.unauthorized"),
                    (4, "staple.unknown-response-status"), (7, "staple.unknown-response-status")):
        c.add(f"status-{n}", seq(enumerated(n)), name)
    c.one("refusal-with-a-good-answer", "staple.try-later", status=3)
    c.add("success-without-bytes", seq(enumerated(0)), "staple.malformed")
    c.one("other-type", "staple.wrong-type", kind="1.3.6.1.5.5.7.48.1.2")
    c.add("empty", b"", "staple.empty")
    c.add("garbage", bytes(range(7, 207)), "staple.malformed")
    c.add("html", b"<!DOCTYPE html><title>503</title>", "staple.malformed")
    c.add("truncated", good[:-20], "staple.malformed")
    c.add("one-byte", b"\x30", "staple.malformed")
    c.add("trailing", good + b"\0", "staple.trailing-data")
    c.add("ber", b"\x30\x80" + seq(enumerated(3))[2:] + b"\0\0", "staple.malformed")
    c.add("pem", b"-----BEGIN OCSP RESPONSE-----\n" + base64.encodebytes(good)
          + b"-----END OCSP RESPONSE-----\n")
    unknown = extension("1.2.3.4", True)
    c.one("critical", "staple.critical-extension", extensions=unknown)
    c.one("critical-single", "staple.critical-extension", single={"extensions": unknown})
    c.one("not-critical", extensions=extension("1.2.3.4"))
    c.one("not-critical-single", single={"extensions": extension("1.2.3.4")})
    c.one("critical-sct", single={"extensions": extension("1.3.6.1.4.1.11129.2.4.5", True,
                                                          octets(b""))})
    c.one("critical-nonce", extensions=extension("1.3.6.1.5.5.7.48.1.2", True, octets(b"12345678")))


def main():
    warnings.simplefilter("ignore")  # that SHA-1 and MD5 are out of date is why they are here
    global NOW
    folder = sys.argv[1]
    if len(sys.argv) > 2:
        NOW = int(sys.argv[2])
    os.makedirs(folder, exist_ok=True)
    c = Cases(folder)
    for part in (identity, times, signers, envelope):
        part(c)
    c.save()


if __name__ == "__main__":
    main()
