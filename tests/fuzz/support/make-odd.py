#!/usr/bin/python3
"""Makes the certificates of tests/fuzz/corpus/cert and the requests of corpus/csr that are sound but for
one part, each for a rule of rules.h, cert_rules.h or csr_rules.h.  Run from the top of the source
tree; the files are the same each time."""

TOP = "tests/fuzz/corpus"


def tlv(tag, *parts):
    content = b"".join(parts)
    n = len(content)
    length = bytes([n]) if n < 128 else bytes([0x81, n]) if n < 256 else bytes([0x82, n >> 8, n & 255])
    return bytes([tag]) + length + content


def oid(text):
    numbers = [int(n) for n in text.split(".")]
    out = b""
    for n in [numbers[0] * 40 + numbers[1]] + numbers[2:]:
        octets = [n & 127]
        while n := n >> 7:
            octets.append(n & 127 | 128)
        out += bytes(reversed(octets))
    return tlv(6, out)


def sequence(*parts):
    return tlv(0x30, *parts)


def name(value, kind="2.5.4.3"):
    return sequence(tlv(0x31, sequence(oid(kind), value)))


def utf8(text):
    return tlv(0x0c, text.encode())


def validity(before, after):
    return sequence(before, after)


def utc(text):
    return tlv(0x17, text.encode())


def key(algorithm, bits, unused=0):
    return sequence(sequence(*algorithm), tlv(3, bytes([unused]), bits))


def extension(kind, value, critical=b""):
    return sequence(oid(kind) if isinstance(kind, str) else kind, critical, tlv(4, value))


def extensions(*all_of_them):
    return tlv(0xa3, sequence(*all_of_them))


NULL = b"\5\0"
ECDSA = sequence(oid("1.2.840.10045.4.3.2"))
EC, P256, RSA = oid("1.2.840.10045.2.1"), oid("1.2.840.10045.3.1.7"), oid("1.2.840.113549.1.1.1")
POINT = bytes.fromhex("046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
                      "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5")
POINT_521 = bytes.fromhex(
    "0400c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de"
    "3348b3c1856a429bf97e7e31c2e5bd66011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97"
    "ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650")
MODULUS = tlv(2, b"\0\xc1" + bytes(range(1, 128)))
NUMBERS = sequence(MODULUS, tlv(2, b"\1\0\1"))
SOUND = {
    "version": tlv(0xa0, tlv(2, b"\2")),
    "serial": tlv(2, b"\7"),
    "inner": ECDSA,
    "issuer": name(utf8("A")),
    "validity": validity(utc("260101000000Z"), utc("270101000000Z")),
    "subject": name(utf8("B")),
    "key": key([EC, P256], POINT),
    "ids": b"",
    "extensions": b"",
    "behind": b"",
    "outer": ECDSA,
    "signature": tlv(3, b"\0\x30\6\2\1\1\2\1\1"),
}
SKI, KU, SAN, BC, CRL = "2.5.29.14", "2.5.29.15", "2.5.29.17", "2.5.29.19", "2.5.29.31"
AKI, EKU, AIA, FEATURE = "2.5.29.35", "2.5.29.37", "1.3.6.1.5.5.7.1.1", "1.3.6.1.5.5.7.1.24"
OCSP = oid("1.3.6.1.5.5.7.48.1")
UNKNOWN = sequence(oid("1.2.3.4"))


def put(what, **changes):
    p = SOUND | changes
    tbs = [p[k] for k in list(SOUND)[:10]]
    with open(f"{TOP}/cert/{what}", "wb") as f:
        f.write(sequence(sequence(*tbs), p["outer"], p["signature"]))


def put_extension(what, kind, value):
    put(what, extensions=extensions(extension(kind, value)))


def both(algorithm):
    return {"inner": algorithm, "outer": algorithm}


put("sound")
# whether it loads
put("length-not-minimal", subject=b"\x30\x81\x0c" + SOUND["subject"][2:])
put("serial-padded", serial=tlv(2, b"\0\7"))
put("serial-of-no-octets", serial=tlv(2))
put("serial-of-129-octets", serial=tlv(2, b"\0" + bytes([200]) * 128))
put("serial-of-300-octets", serial=tlv(2, bytes([100]) * 300))
put("version-258", version=tlv(0xa0, tlv(2, b"\1\2")))
put("version-padded", version=tlv(0xa0, tlv(2, b"\0\2")))
put("version-5", version=tlv(0xa0, tlv(2, b"\4")))
put("version-0", version=tlv(0xa0, tlv(2, b"\xff")))
put("version-minus-1", version=tlv(0xa0, tlv(2, b"\xfe")))
put("version-of-5-octets", version=tlv(0xa0, tlv(2, b"\1\0\0\0\0")))
put("version-of-nothing", version=tlv(0xa0), serial=tlv(2, b"\2") + tlv(2, b"\7"))
put("serial-within-the-version", version=tlv(0xa0, tlv(2, b"\2"), tlv(2, b"\7")), serial=b"")
put("version-1-with-extensions", version=b"", extensions=extensions(extension(BC, b"\x30\0")))
put("behind-the-dates", validity=validity(utc("260101000000Z"), utc("270101000000Z") + NULL))
put("behind-the-extensions", behind=NULL)
put("parameters-null-with-content", **both(sequence(oid("1.2.840.113549.1.1.11"), tlv(5, b"\0"))))
put("parameters-padded-integer", **both(sequence(oid("1.2.840.10045.4.3.2"), tlv(2, b"\0\5"))))
put("parameters-bmp-of-one-octet", **both(sequence(oid("1.2.840.10045.4.3.2"), tlv(0x1e, b"a"))))
put("algorithm-without-oid", **both(sequence()))
put("algorithm-oid-cut", **both(sequence(tlv(6, b"\x2a\x86\x48\xce\x3d\4\3\x82"))))
put("algorithms-differ", inner=sequence(oid("1.2.840.10045.4.3.3")))
put("signature-of-no-octets", signature=tlv(3))
put("signature-unused-bits-set", signature=tlv(3, b"\3\x30\6\2\1\1\2\1\1"))
put("signature-of-another-kind", **both(UNKNOWN))
put("unique-id-of-no-octets", ids=tlv(0x81))
put("extension-twice", extensions=extensions(extension(BC, b"\x30\0"), extension(BC, b"\x30\0")))
put("extension-oid-long", extensions=extensions(extension(".".join(["1.2"] + ["268435455"] * 14), b"\5\0")))
put("extension-oid-cut", extensions=extensions(extension(tlv(6, b"\x55\x1d\x11\xff"), sequence(tlv(0x82, b"a")))))
put("extension-without-value", extensions=extensions(sequence(oid(BC))))
put("subject-value-of-a-null", subject=name(NULL))
put("subject-utf8-broken", subject=name(tlv(0x0c, b"\xc3(")))
put("issuer-rdn-cut", issuer=sequence(b"\x31\x84\0\0"))
put("time-integer", validity=validity(tlv(2, b"\0"), utc("270101000000Z")))
put("time-without-seconds", validity=validity(utc("2601010000Z"), utc("270101000000Z")))
put("time-with-an-offset", validity=validity(utc("260101000000+0100"), utc("270101000000Z")))
put("time-of-day-32", validity=validity(utc("260132000000Z"), utc("270101000000Z")))
put("time-generalized-in-2026", validity=validity(tlv(0x18, b"20260101000000Z"), utc("270101000000Z")))
put("time-with-a-fraction", validity=validity(tlv(0x18, b"20260101000000.5Z"), utc("270101000000Z")))
put("time-with-many-digits", validity=validity(utc("26122014120141320Z"), utc("270101000000Z")))
put("time-of-second-60", validity=validity(utc("260911141160Z"), utc("270101000000Z")))
put("time-before-1970", validity=validity(utc("690101000000Z"), utc("270101000000Z")))
# keys
put("key-without-algorithm", key=key([], POINT))
put("key-curve-of-no-octets", key=key([EC, tlv(6)], POINT))
put("key-parameters-odd", key=key([EC, b"\x2a\0"], POINT))
put("key-parameters-unused-bits-set", key=key([oid("1.2.3.4"), tlv(3, b"\7\xff")], POINT))
put("key-trailing", key=sequence(sequence(EC, P256), tlv(3, b"\0", POINT), NULL))
put("key-point-off-the-curve", key=key([EC, P256], POINT[:-1] + b"\0"))
put("key-x25519", key=key([oid("1.3.101.110")], bytes(range(32))))
put("key-p521", key=key([EC, oid("1.3.132.0.35")], POINT_521))
put("key-unused-bits-set", key=key([RSA, NULL], NUMBERS[:-1] + b"\1", 1))
put("key-rsa-garbled", key=key([RSA, NULL], sequence(MODULUS)))
put("key-rsa-without-null", key=key([RSA], NUMBERS))
put("key-rsa-parameters-octets", key=key([RSA, tlv(4, b"a")], NUMBERS))
put("key-dsa-padded", key=key([oid("1.2.840.10040.4.1"), sequence(MODULUS, tlv(2, b"\x11"), tlv(2, b"\2"))],
                              tlv(2, b"\0\5")))
put("key-dsa", key=key([oid("1.2.840.10040.4.1"), sequence(MODULUS, tlv(2, b"\x11"), tlv(2, b"\2"))],
                       tlv(2, b"\5")))
# extensions
put_extension("names-trailing", SAN, sequence(tlv(0x82, b"a.example")) + NULL)
put_extension("names-empty", SAN, sequence())
put_extension("names-dns-empty", SAN, sequence(tlv(0x82, b"a.example"), tlv(0x82)))
put_extension("names-dns-constructed", SAN, sequence(tlv(0xa2, b"\x16\1a"), tlv(0x82, b"a.example")))
put_extension("names-registered-oid-cut", SAN, sequence(tlv(0x82, b"a.example"), tlv(0x88, b"\x2a\x82")))
put_extension("names-ip-of-5-octets", SAN, sequence(tlv(0x87, b"12345")))
put_extension("names-other-broken", SAN, sequence(tlv(0x82, b"a.example"), tlv(0xa0, b"\2\1\0")))
put_extension("names-directory-empty", SAN, sequence(tlv(0xa4, sequence()), tlv(0x82, b"a.example")))
put_extension("issuers-names-of-no-octets", "2.5.29.18", b"")
put_extension("usage-of-17-bits", KU, tlv(3, b"\7\x80\0\x80"))
put_extension("usage-trailing-zeros", KU, tlv(3, b"\0\x80"))
put_extension("locations-other-broken", AIA, sequence(
    sequence(OCSP, tlv(0x86, b"http://o/")), sequence(OCSP, tlv(0xa0, b"\2\1\0"))))
put_extension("locations-x400", AIA, sequence(
    sequence(OCSP, tlv(0x86, b"http://o/")), sequence(OCSP, tlv(0xa3, sequence(sequence())))))
put_extension("locations-constructed", AIA, sequence(
    sequence(OCSP, tlv(0x86, b"http://o/")), sequence(OCSP, tlv(0xa6, b"\x30\0")),
    sequence(OCSP, tlv(0x86, b"http://p/"))))
put_extension("locations-dns-first", AIA, sequence(
    sequence(OCSP, tlv(0x82, b"o")), sequence(OCSP, tlv(0x86, b"http://o/"))))
put_extension("identifier-of-no-octets", SKI, tlv(4))
put_extension("issuers-identifier-of-no-octets", AKI, sequence(tlv(0x80)))
put_extension("issuers-serial-padded", AKI, sequence(
    tlv(0x80, b"12"), tlv(0xa1, tlv(0xa4, name(utf8("A")))), tlv(0x82, b"\0\1")))
put_extension("issuers-name-and-serial", AKI, sequence(
    tlv(0x80, b"12"), tlv(0xa1, tlv(0xa4, name(utf8("A")))), tlv(0x82, b"\1")))
put_extension("issuers-other-name-broken", AKI, sequence(tlv(0xa1, tlv(0xa0, b"\2\1\0")), tlv(0x82, b"\1")))
put_extension("path-length-of-48-bits", BC, sequence(tlv(1, b"\xff"), tlv(2, b"\x30\2\1\5\xff\xff")))
put_extension("feature-64-values", FEATURE, sequence(*[tlv(2, b"\1" + bytes([i])) for i in range(64)]))
put_extension("feature-65-values", FEATURE, sequence(*[tlv(2, b"\1" + bytes([i])) for i in range(65)]))
put_extension("purpose-oid-long", EKU, sequence(oid(".".join(["1.2"] + ["268435455"] * 14)), oid("1.3.6.1.5.5.7.3.1")))
put_extension("feature-of-17-bits", FEATURE, sequence(tlv(2, b"\1\0\0")))

# requests
REQUEST = oid("1.2.840.113549.1.9.14")
VALID = extension(FEATURE, sequence(tlv(2, b"\5")))


def attribute(*values, kind=REQUEST):
    return sequence(kind, tlv(0x31, *values))


def put_request(what, *attributes, version=tlv(2, b"\0"), tag=0xa0, public=SOUND["key"]):
    with open(f"{TOP}/csr/{what}", "wb") as f:
        f.write(sequence(sequence(version, SOUND["subject"], public, tlv(tag, *attributes)),
                         ECDSA, SOUND["signature"]))


def put_requested(what, kind, value):
    put_request(what, attribute(sequence(extension(kind, value), VALID)))


put_request("sound", attribute(sequence(VALID)))
put_request("version-padded", version=tlv(2, b"\0\0"))
put_request("version-of-5-octets", version=tlv(2, b"\1\0\0\0\0"))
put_request("key-of-nothing", public=sequence())
put_request("attribute-trailing", sequence(REQUEST, tlv(0x31, sequence(VALID)), NULL))
put_request("attribute-of-nothing", sequence(), attribute(sequence(VALID)))
put_request("attribute-with-another-value", attribute(utf8("B")), attribute(sequence(VALID)))
put_request("version-of-no-octets", version=tlv(2))
put_request("attribute-null-with-content", attribute(tlv(5, b"\0"), kind=oid("1.2.3")))
put_request("attribute-oid-of-no-octets", attribute(kind=tlv(6)))
put_request("attribute-length-not-minimal", sequence(REQUEST, b"\x31\x81\x15", sequence(VALID)))
put_request("attributes-primitive", attribute(sequence(VALID)), tag=0x80)
put_request("extension-without-value", attribute(sequence(sequence(oid(BC)))))
put_request("extension-trailing", attribute(sequence(sequence(oid(FEATURE), tlv(4, b"\x30\0"), NULL))))
put_request("extension-oid-cut", attribute(sequence(extension(tlv(6, b"\x55\xff"), NULL), VALID)))
put_request("two-requests", attribute(sequence(VALID)), attribute(sequence(extension(BC, b"\x30\0"))))
put_requested("names-trailing", SAN, sequence(tlv(0x82, b"a.example")) + NULL)
put_requested("usage-of-17-bits", KU, tlv(3, b"\7\x80\0\x80"))
put_requested("path-length-of-48-bits", BC, sequence(tlv(1, b"\xff"), tlv(2, b"\x30\2\1\5\xff\xff")))
with open(f"{TOP}/csr/nothing", "wb") as f:
    f.write(sequence())
