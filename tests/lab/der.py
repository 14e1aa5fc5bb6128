"""DER by hand, for objects that no library makes."""
import datetime

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def tlv(tag, *parts):
    body = b"".join(parts)
    n = len(body)
    if n < 128:
        return bytes([tag, n]) + body
    size = n.to_bytes((n.bit_length() + 7) // 8, "big")
    return bytes([tag, 128 + len(size)]) + size + body


def seq(*parts):
    return tlv(0x30, *parts)


def explicit(n, *parts):
    return tlv(0xa0 + n, *parts)


def octets(data):
    return tlv(4, data)


def integer(n):
    return tlv(2, n.to_bytes(n.bit_length() // 8 + 1, "big", signed=True))


def enumerated(n):
    return tlv(10, bytes([n]))


def oid(text):
    first, second, *rest = (int(x) for x in text.split("."))
    out = bytearray()
    for n in [40 * first + second] + rest:
        part = [n & 127]
        while n > 127:
            n >>= 7
            part.insert(0, 128 + (n & 127))
        out += bytes(part)
    return tlv(6, bytes(out))


def time(t, form="%Y%m%d%H%M%SZ"):
    moment = datetime.datetime.fromtimestamp(t, datetime.timezone.utc)
    return tlv(0x18, moment.strftime(form).encode())


def extension(name, critical=False, value=b"\x05\x00"):
    return seq(oid(name), tlv(1, b"\xff") if critical else b"", octets(value))


HASHES = {"sha1": "1.3.14.3.2.26", "sha224": "2.16.840.1.101.3.4.2.4",
          "sha256": "2.16.840.1.101.3.4.2.1", "sha384": "2.16.840.1.101.3.4.2.2",
          "sha512": "2.16.840.1.101.3.4.2.3", "md5": "1.2.840.113549.2.5"}

SIGNERS = {("ec", "sha256"): "1.2.840.10045.4.3.2", ("ec", "sha1"): "1.2.840.10045.4.1",
           ("ec", "sha384"): "1.2.840.10045.4.3.3", ("rsa", "sha256"): "1.2.840.113549.1.1.11",
           ("rsa", "sha1"): "1.2.840.113549.1.1.5", ("rsa", "md5"): "1.2.840.113549.1.1.4"}
DIGESTS = {"sha1": hashes.SHA1(), "sha256": hashes.SHA256(), "sha384": hashes.SHA384(),
           "md5": hashes.MD5()}


def sign(key, digest, data):
    """(AlgorithmIdentifier, signature octets)"""
    if digest == "pss":
        params = seq(explicit(0, seq(oid(HASHES["sha256"]), tlv(5))),
                     explicit(1, seq(oid("1.2.840.113549.1.1.8"), seq(oid(HASHES["sha256"]), tlv(5)))),
                     explicit(2, integer(20)))
        pad = padding.PSS(padding.MGF1(hashes.SHA256()), 20)
        return (seq(oid("1.2.840.113549.1.1.10"), params), key.sign(data, pad, hashes.SHA256()))
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return (seq(oid("1.3.101.112")), key.sign(data))
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return (seq(oid(SIGNERS["ec", digest])), key.sign(data, ec.ECDSA(DIGESTS[digest])))
    return (seq(oid(SIGNERS["rsa", digest]), tlv(5)),
            key.sign(data, padding.PKCS1v15(), DIGESTS[digest]))


# --- certificates and requests ---

def common_name(text):
    return seq(tlv(0x31, seq(oid("2.5.4.3"), tlv(0x0c, text.encode())))) if text else seq()


def utc_time(t):
    moment = datetime.datetime.fromtimestamp(t, datetime.timezone.utc)
    return tlv(0x17, moment.strftime("%y%m%d%H%M%SZ").encode())


def spki(key):
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def certificate(subject, issuer, key, issuer_key, serial, not_before, not_after, extensions=(),
                digest="sha256"):
    """Names are DER (common_name), extensions a list of extension(...); times in Unix seconds."""
    algorithm = sign(issuer_key, digest, b"")[0]
    tbs = seq(explicit(0, integer(2)), integer(serial), algorithm, issuer,
              seq(utc_time(not_before), utc_time(not_after)), subject, spki(key),
              explicit(3, seq(*extensions)) if extensions else b"")
    return seq(tbs, algorithm, tlv(3, b"\0" + sign(issuer_key, digest, tbs)[1]))


def request(subject, key, *extension_requests, spoil=False):
    """Each of extension_requests is the list of extensions of one extensionRequest value."""
    attributes = b"".join(seq(oid("1.2.840.113549.1.9.14"), tlv(0x31, seq(*extensions)))
                          for extensions in extension_requests)
    info = seq(integer(0), subject, spki(key), tlv(0xa0, attributes))
    algorithm, signature = sign(key, "sha256", info + (b"!" if spoil else b""))
    return seq(info, algorithm, tlv(3, b"\0" + signature))


def features(*values, critical=False):
    return extension("1.3.6.1.5.5.7.1.24", critical, seq(*(integer(v) for v in values)))


def names(*dns):
    return extension("2.5.29.17", False, seq(*(tlv(0x82, n.encode()) for n in dns)))


def basic_constraints(ca, length=None):
    return extension("2.5.29.19", True, seq(tlv(1, b"\xff") if ca else b"",
                                            integer(length) if length is not None else b""))


def key_usage(*bits):
    """By their numbers in RFC 5280, 4.2.1.3."""
    value = sum(1 << (15 - b) for b in bits)
    data = value.to_bytes(2, "big").rstrip(b"\0")
    unused = next(i for i in range(8) if data[-1] >> i & 1)
    return extension("2.5.29.15", True, tlv(3, bytes([unused]) + data))


def eku(*last):
    """1 serverAuth, 2 clientAuth, 9 OCSPSigning."""
    return extension("2.5.29.37", False, seq(*(oid(f"1.3.6.1.5.5.7.3.{n}") for n in last)))


def ocsp_url(url):
    return extension("1.3.6.1.5.5.7.1.1", False,
                     seq(seq(oid("1.3.6.1.5.5.7.48.1"), tlv(0x86, url.encode()))))
