#!/usr/bin/python3
"""Certificates, requests and chains that keep what they promise, and some that do not.

    promise-cases.py DIR

Writes DIR/cases.tsv: name, status, error ids, warning ids (each sorted, comma-separated, "-" for
none), and the arguments of staple-verify with DIR as {}.  "Now" is always NOW below.
"""
import os
import sys
import warnings

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from der import (basic_constraints, certificate, common_name, eku, extension, features,  # noqa: E402
                 integer, key_usage, names, ocsp_url, octets, oid, request, seq, tlv)

NOW = 1768478400  # 2026-01-15T12:00:00Z
DAY = 86400
URL = "http://127.0.0.1:1/"
FEATURE = "1.3.6.1.5.5.7.1.24"
HOST = "www.example.test"


def new_key():
    return ec.generate_private_key(ec.SECP256R1())


class Authority:
    def __init__(self, name, by=None, feature=None, constraints=None, usage=(5, 6), extra=(),
                 life=(-900, 900), digest="sha256", key=None):
        self.name, self.key = common_name(name), key or new_key()
        up = by or self
        extensions = [constraints if constraints is not None else basic_constraints(True)]
        if usage:
            extensions.append(key_usage(*usage))
        if feature:
            extensions.append(feature)
        self.der = certificate(self.name, up.name, self.key, up.key, 7, NOW + life[0] * DAY,
                               NOW + life[1] * DAY, extensions + list(extra), digest)


class Cases:
    def __init__(self, folder):
        self.folder, self.rows, self.serial = folder, [], 100
        self.key = new_key()
        self.root = Authority("Test Root")
        self.ca = Authority("Test CA", by=self.root)
        self.write("root.der", self.root.der)
        self.write("ca.der", self.ca.der)
        self.write("leaf.key", self.key.private_bytes(serialization.Encoding.PEM,
                   serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        self.write("other.key", new_key().private_bytes(serialization.Encoding.PEM,
                   serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))

    def write(self, name, data):
        with open(os.path.join(self.folder, name), "wb") as f:
            f.write(data)

    def leaf(self, *more, feature=features(5), san=names(HOST), usage=eku(1), url=ocsp_url(URL),
             subject="", by=None, key=None, life=(-10, 80), digest="sha256", ca=False):
        by = by or self.ca
        self.serial += 1
        extensions = [basic_constraints(ca)] + [x for x in (usage, san, url, feature) if x] + list(more)
        return certificate(common_name(subject), by.name, key or self.key, by.key, self.serial,
                           NOW + life[0] * DAY, NOW + life[1] * DAY, extensions, digest)

    def add(self, name, der, errors="", warnings="", args="", chain="ca.der", status=None,
            trust="root.der"):
        self.write(name + ".der", der)
        if status is None:
            status = 1 if errors else 0

        def ids(words):
            return ",".join(sorted(words.split())) or "-"
        self.rows.append("\t".join([name, str(status), ids(errors), ids(warnings),
                                    f"--at @{NOW} --trust {{}}/{trust} "
                                    + (f"--chain {{}}/{chain} " if chain else "")
                                    + f"{args} {{}}/{name}.der"]))

    def save(self):
        with open(os.path.join(self.folder, "cases.tsv"), "w", encoding="utf-8") as f:
            f.write("\n".join(self.rows) + "\n")


def the_extension(c):
    def raw(value):
        return extension(FEATURE, False, value)

    def bad(name, value):
        c.add(name, c.leaf(feature=raw(value)), "feature.malformed client.firefox-refuses",
              "cert.deviation")
    c.add("good", c.leaf())
    c.add("missing", c.leaf(feature=None), "feature.missing")
    c.add("missing-wanted", c.leaf(feature=None), args="--expect no-must-staple")
    c.add("any-without", c.leaf(feature=None), args="--expect any")
    c.add("present", c.leaf(), "feature.present", args="--expect no-must-staple")
    bad("not-a-sequence", integer(5))
    bad("wrapped", octets(seq(integer(5))))
    bad("trailing-inside", seq(integer(5)) + b"\0")
    bad("padded", seq(b"\x02\x02\x00\x05"))
    bad("no-octets", seq(b"\x02\x00"))
    bad("boolean", seq(b"\x01\x01\xff"))
    bad("long-length", b"\x30\x81\x03" + integer(5))
    bad("cut", b"\x30\x03\x02\x01")
    c.add("malformed-unwanted", c.leaf(feature=raw(integer(5))),
          "feature.malformed feature.present client.firefox-refuses", "cert.deviation", args="--expect no-must-staple")
    c.add("empty", c.leaf(feature=features()), "feature.empty feature.missing client.firefox-refuses")
    c.add("v2-only", c.leaf(feature=features(17)), "feature.missing client.firefox-refuses",
          "feature.v2-only")
    c.add("both", c.leaf(feature=features(5, 17)), "client.firefox-refuses", "feature.other-values")
    c.add("six", c.leaf(feature=features(6)), "feature.missing client.firefox-refuses",
          "feature.other-values")
    c.add("twice-the-value", c.leaf(feature=features(5, 5)), "", "feature.repeated-value")
    c.add("negative", c.leaf(feature=features(5, -1)), "feature.negative client.firefox-refuses",
          "feature.other-values")
    c.add("large", c.leaf(feature=features(5, 65536)), "feature.above-65535 client.firefox-refuses",
          "feature.other-values")
    c.add("critical", c.leaf(feature=features(5, critical=True)), "feature.critical")
    c.add("critical-openssl", c.leaf(feature=features(5, critical=True)),
          "feature.critical client.openssl-refuses", args="--client openssl")
    c.add("rfc7633-malformed", c.leaf(feature=raw(integer(5))),
          "feature.malformed client.rfc7633-refuses", "cert.deviation", args="--client rfc7633")
    c.add("duplicate", c.leaf(features(5)), "feature.duplicate chain.invalid "
          "client.firefox-refuses client.gnutls-refuses", "cert.deviation")


def roles(c):
    c.add("client-too", c.leaf(usage=eku(1, 2)), "", "feature.client-auth")
    c.add("client-only", c.leaf(usage=eku(2)), "", "feature.client-auth feature.no-server-auth")
    c.add("ocsp-signer", c.leaf(usage=eku(9)), "", "feature.in-ocsp-signer")
    c.add("in-ca", c.leaf(ca=True, usage=key_usage(5)), "", "feature.in-ca")


def requests(c):
    subject, ask = common_name(""), [names(HOST), features(5)]

    def case(name, cert, csr, errors="", warnings="", args=""):
        c.write(name + ".csr", csr)
        c.add(name, cert, errors, warnings, f"--csr {{}}/{name}.csr {args}")
    case("asked", c.leaf(), request(subject, c.key, ask))
    case("dropped", c.leaf(feature=None), request(subject, c.key, ask), "csr.feature-dropped")
    case("added", c.leaf(), request(subject, c.key, [names(HOST)]), "csr.feature-added")
    case("dropped-17", c.leaf(), request(subject, c.key, [names(HOST), features(5, 17)]),
         "csr.feature-dropped")
    case("exchanged", c.leaf(feature=features(17)), request(subject, c.key, ask),
         "csr.feature-added csr.feature-dropped client.firefox-refuses", "feature.v2-only")
    case("plain", c.leaf(feature=None), request(subject, c.key, [names(HOST)]))
    case("plain-must", c.leaf(feature=None), request(subject, c.key, [names(HOST)]),
         "feature.missing", args="--expect must-staple")
    case("asks-twice", c.leaf(), request(subject, c.key, [names(HOST), features(5), features(5)]),
         "csr.feature-duplicate")
    case("asks-in-two-lists", c.leaf(), request(subject, c.key, ask, [features(5)]),
         "csr.feature-duplicate")
    case("asks-malformed", c.leaf(), request(subject, c.key, [names(HOST),
         extension(FEATURE, False, integer(5))]), "csr.feature-malformed")
    case("other-key", c.leaf(key=new_key()), request(subject, c.key, ask), "csr.key-differs")
    case("forged", c.leaf(), request(subject, c.key, ask, spoil=True), "csr.signature")
    case("name-missing", c.leaf(), request(subject, c.key, [names(HOST, "mail.example.test"),
         features(5)]), "csr.name-missing")
    case("name-added", c.leaf(san=names(HOST, "mail.example.test")), request(subject, c.key, ask),
         "", "csr.name-added")
    case("name-in-capitals", c.leaf(san=names(HOST.upper())), request(subject, c.key, ask))
    case("usage-differs", c.leaf(key_usage(0, 2)), request(subject, c.key, ask + [key_usage(0)]),
         "", "csr.key-usage-differs")


def certificates(c):
    c.add("key-fits", c.leaf(), args="--key {}/leaf.key")
    c.add("key-of-another", c.leaf(), "key.mismatch", args="--key {}/other.key")
    c.add("host", c.leaf(), args=f"--host {HOST}")
    c.add("host-in-capitals", c.leaf(), args=f"--host {HOST.upper()}")
    c.add("wildcard", c.leaf(san=names("*.example.test")), args=f"--host {HOST}")
    c.add("wildcard-deeper", c.leaf(san=names("*.example.test")), "name.mismatch",
          args=f"--host a.{HOST}")
    c.add("wildcard-itself", c.leaf(san=names("*.example.test")), "name.mismatch",
          args="--host example.test")
    c.add("idn-host", c.leaf(san=names("xn--bcher-kva.example.test")),
          args="--host b\u00fccher.example.test")
    c.add("host-with-final-dot", c.leaf(), args=f"--host {HOST}.")
    c.add("other-host", c.leaf(), "name.mismatch", args="--host mail.example.test")
    c.add("cn-beside-san", c.leaf(subject="mail.example.test"), "name.mismatch",
          args="--host mail.example.test")
    c.add("cn-only", c.leaf(san=None, subject=HOST), "name.cn-only", args=f"--host {HOST}")
    address = extension("2.5.29.17", False, seq(tlv(0x87, bytes([192, 0, 2, 1]))))
    c.add("address", c.leaf(san=address), args="--host 192.0.2.1")
    c.add("other-address", c.leaf(san=address), "name.mismatch", args="--host 192.0.2.2")
    c.add("ended", c.leaf(life=(-90, -1)), "cert.expired")
    c.add("not-begun", c.leaf(life=(1, 90)), "cert.not-yet-valid")
    c.add("short-lived", c.leaf(life=(-1, 5)))
    c.add("short-key", c.leaf(key=rsa.generate_private_key(65537, 1024)), "key.weak")
    c.add("sha1", c.leaf(digest="sha1"), "cert.weak-signature")
    c.add("unknown-critical", c.leaf(extension("1.2.3.4", True)),
          "client.gnutls-refuses chain.constraints", "cert.unknown-critical")


def responders(c):
    c.add("no-url", c.leaf(url=None), "ocsp.no-url")
    c.add("no-url-plain", c.leaf(url=None, feature=None), args="--expect any")
    for n, url in enumerate(("ldap://example.test/x", "http:///x", "http://", "ocsp.example.test",
                             "http://exa mple.test/", "https:example.test")):
        c.add(f"bad-url-{n}", c.leaf(url=ocsp_url(url)), "ocsp.bad-url")
    for n, url in enumerate(("https://example.test/", "HTTP://example.test", "http://[::1]:8080/x")):
        c.add(f"good-url-{n}", c.leaf(url=ocsp_url(url)))


def chains(c):
    def below(name, authority, errors="", warnings="", feature=features(5), args="", status=None,
              trust="root.der", **more):
        c.write(name + ".chain.der", authority.der)
        c.add(name, c.leaf(by=authority, feature=feature, **more), errors, warnings, args,
              chain=name + ".chain.der", status=status, trust=trust)
    root = c.root
    superset = "chain.features-not-superset client.firefox-refuses client.gnutls-refuses"
    below("ca-with-5", Authority("CA5", by=root, feature=features(5)), "",
          "client.gnutls-issuer-staple")
    below("ca-with-5-plain", Authority("CA5", by=root, feature=features(5)), superset, feature=None,
          args="--expect any")
    below("ca-with-5-17", Authority("CA517", by=root, feature=features(5, 17)), superset)
    below("ca-with-17-5-both", Authority("CA175", by=root, feature=features(17, 5)),
          "client.firefox-refuses", "client.gnutls-issuer-staple feature.other-values",
          feature=features(5, 17))
    below("ca-with-17-leaf-5", Authority("CA17", by=root, feature=features(17)), superset)
    below("ca-malformed", Authority("CAbad", by=root, feature=extension(FEATURE, False, integer(5))),
          superset)
    below("ca-that-may-not-sign", Authority("NoSign", by=root, feature=features(17), usage=(6,)),
          "chain.not-ca client.firefox-refuses client.gnutls-refuses")
    below("ca-expired", Authority("Old", by=root, life=(-900, -1)), "chain.issuer-expired")
    below("ca-that-is-none", Authority("None", by=root, constraints=basic_constraints(False),
                                       usage=()), "chain.not-ca")
    below("ca-of-others", Authority("Alone"), "chain.untrusted")
    below("ca-of-others-17", Authority("Alone", feature=features(17)), "chain.untrusted " + superset)
    impostor = Authority("Test CA", by=root)
    c.write("impostor.der", impostor.der)
    c.add("issuer-impostor", c.leaf(), "chain.bad-signature", chain="impostor.der")
    c.add("issuer-missing", c.leaf(), "chain.no-issuer", chain=None, status=2)
    c.add("issuer-missing-and-expired", c.leaf(life=(-90, -1)), "cert.expired chain.no-issuer",
          chain=None)
    below("path-too-long", Authority("Deep", by=c.limited), "chain.not-ca", args="--issuer {}/limited.der")
    permitted = seq(oid("2.5.29.30"), octets(seq(tlv(0xa0, seq(tlv(0x82, b"example.org"))))))
    below("name-constraints", Authority("Only org", by=root, extra=[permitted]), "chain.constraints")
    below("name-constraints-and-features",
          Authority("Only org", by=root, feature=features(17), extra=[permitted]),
          "chain.constraints " + superset)
    for name, usage in (("server", eku(1)), ("none", None), ("any", extension("2.5.29.37", False, seq(oid(
            "2.5.29.37.0"))))):
        below("issuer-for-mail-leaf-" + name, Authority("Mail", by=root, extra=[eku(4)]),
              "chain.constraints", usage=usage)
    below("chain-md5", Authority("Broken", by=c.rsa_root, digest="md5"), "chain.weak",
          trust="rsa-root.der")
    below("chain-sha1", Authority("Weak", by=root, digest="sha1"), "chain.weak")
    short = Authority("Short", by=root, key=rsa.generate_private_key(65537, 1024))
    below("chain-short-rsa", short, "chain.weak")
    # an anchor's own signature vouches for nothing
    anchor = Authority("Anchor SHA-1", digest="sha1")
    c.write("anchor-sha1.der", anchor.der)
    c.add("anchor-with-sha1", c.leaf(by=anchor), trust="anchor-sha1.der", chain=None)
    anchor = Authority("Old anchor", life=(-900, -1))
    c.write("old-anchor.der", anchor.der)
    c.add("anchor-expired", c.leaf(by=anchor), "", "chain.anchor-expired", trust="old-anchor.der",
          chain=None)
    # the trust anchor binds too, unless it may not sign certificates (and then it is none)
    anchor = Authority("Anchor 17", feature=features(17))
    c.write("anchor17.der", anchor.der)
    c.add("anchor-with-17", c.leaf(by=anchor), superset, trust="anchor17.der", chain=None)
    anchor = Authority("Anchor 5", feature=features(5))
    c.write("anchor5.der", anchor.der)
    c.add("anchor-with-5", c.leaf(by=anchor), trust="anchor5.der", chain=None)


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    warnings.simplefilter("ignore")
    c = Cases(folder)
    c.limited = Authority("Limited", by=c.root, constraints=basic_constraints(True, 0))
    c.write("limited.der", c.limited.der)
    c.rsa_root = Authority("RSA Root", key=rsa.generate_private_key(65537, 2048))
    c.write("rsa-root.der", c.rsa_root.der)
    for part in (the_extension, roles, requests, certificates, responders, chains):
        part(c)
    c.save()


if __name__ == "__main__":
    main()
