#!/usr/bin/python3
"""Makes the seeds in tests/fuzz/corpus that a person cannot write: certificates, requests, OCSP
responses, and triples for the target `staple`.  Run from the top of the source tree; the keys are
made anew, so the files differ each time.  What a fuzzer found stands there under its own name."""
import datetime
import ipaddress
import os

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID as AIA
from cryptography.x509.oid import ExtendedKeyUsageOID as EKU
from cryptography.x509.oid import NameOID

NOW = datetime.datetime(2026, 9, 21, 14, 13, 20)  # 1790000000, as in staple.c
DAY = datetime.timedelta(days=1)
DER = serialization.Encoding.DER
TOP = "tests/fuzz/corpus"


def put(target, name, data):
    os.makedirs(f"{TOP}/{target}", exist_ok=True)
    with open(f"{TOP}/{target}/{name}", "wb") as f:
        f.write(data)


def name(cn):
    return x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Zürich & Söhne"),
                      x509.NameAttribute(NameOID.COMMON_NAME, cn)])


def cert(subject, key, issuer, issuer_key, serial, extensions=(), days=90):
    builder = (x509.CertificateBuilder().subject_name(subject).issuer_name(issuer)
               .public_key(key.public_key()).serial_number(serial)
               .not_valid_before(NOW - 10 * DAY).not_valid_after(NOW + days * DAY))
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(issuer_key, hashes.SHA256())


def feature(der):
    return x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.5.5.7.1.24"), der)


ca_key = ec.generate_private_key(ec.SECP256R1())
ca = cert(name("Fuzz CA"), ca_key, name("Fuzz CA"), ca_key, 1,
          [(x509.BasicConstraints(True, 0), True),
           (x509.SubjectKeyIdentifier.from_public_key(ca_key.public_key()), False)], 900)
leaf_key = ec.generate_private_key(ec.SECP256R1())
many = [
    (x509.SubjectAlternativeName([
        x509.DNSName("www.example.com"), x509.DNSName("*.example.com"),
        x509.IPAddress(ipaddress.ip_address("192.0.2.1")),
        x509.IPAddress(ipaddress.ip_address("2001:db8::1")),
        x509.RFC822Name("a@example.com"), x509.UniformResourceIdentifier("https://example.com/"),
        x509.DirectoryName(name("dir")), x509.RegisteredID(x509.ObjectIdentifier("1.2.3.4"))]),
     False),
    (x509.AuthorityInformationAccess([
        x509.AccessDescription(AIA.OCSP, x509.UniformResourceIdentifier("http://ocsp.example.com/")),
        x509.AccessDescription(AIA.CA_ISSUERS,
                               x509.UniformResourceIdentifier("http://ca.example.com/ca.der"))]),
     False),
    (x509.CRLDistributionPoints([x509.DistributionPoint(
        [x509.UniformResourceIdentifier("http://ca.example.com/ca.crl")], None, None, None)]), False),
    (x509.KeyUsage(True, False, True, False, False, False, False, False, False), True),
    (x509.ExtendedKeyUsage([EKU.SERVER_AUTH, EKU.CLIENT_AUTH]), False),
    (x509.BasicConstraints(False, None), True),
    (x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), False),
    (x509.TLSFeature([x509.TLSFeatureType.status_request]), False),
]
leaf = cert(name("www.example.com"), leaf_key, ca.subject, ca_key, 0x1234567890abcdef, many)
rsa_key = rsa.generate_private_key(65537, 2048)
put("cert", "everything", leaf.public_bytes(DER))
put("cert", "ca", ca.public_bytes(DER))
put("cert", "rsa", cert(name("rsa"), rsa_key, ca.subject, ca_key, 2).public_bytes(DER))
put("cert", "ed25519", cert(name("ed"), ed25519.Ed25519PrivateKey.generate(), ca.subject, ca_key,
                            3).public_bytes(DER))
values = {"must-staple": "3003020105", "both": "3006020105020111", "empty": "3000",
          "negative": "30030201ff", "large": "300b0209010000000000000000", "padded": "300402020005",
          "trailing": "30030201050500", "not-integer": "3003040105", "truncated": "30030201",
          "twice": "3006020105020105", "long-form": "308103020105"}
for what, der in values.items():
    put("feature", what, bytes.fromhex(der))
    put("cert", "feature-" + what,
        cert(name(what), leaf_key, ca.subject, ca_key, 9,
             [(feature(bytes.fromhex(der)), what == "both")]).public_bytes(DER))

request = x509.CertificateSigningRequestBuilder().subject_name(name("www.example.com"))
put("csr", "plain", request.sign(leaf_key, hashes.SHA256()).public_bytes(DER))
request = request.add_extension(x509.TLSFeature([x509.TLSFeatureType.status_request]), False)
request = request.add_extension(many[0][0], False)
put("csr", "must-staple", request.sign(leaf_key, hashes.SHA256()).public_bytes(DER))
request = request.add_attribute(x509.oid.AttributeOID.CHALLENGE_PASSWORD, b"secret")
put("csr", "password", request.sign(rsa_key, hashes.SHA256()).public_bytes(DER))

delegate_key = ec.generate_private_key(ec.SECP256R1())
delegate = cert(name("responder"), delegate_key, ca.subject, ca_key, 77,
                [(x509.ExtendedKeyUsage([EKU.OCSP_SIGNING]), False), (x509.OCSPNoCheck(), False)])


def response(status, algorithm=hashes.SHA1(), by=None, next_update=NOW + 6 * DAY,
             this_update=NOW - DAY, nonce=None, subject=leaf):
    revoked = status == ocsp.OCSPCertStatus.REVOKED
    builder = ocsp.OCSPResponseBuilder().add_response(
        subject, ca, algorithm, status, this_update, next_update,
        NOW - 2 * DAY if revoked else None, x509.ReasonFlags.key_compromise if revoked else None)
    if nonce:
        builder = builder.add_extension(x509.OCSPNonce(nonce), False)
    if by is None:
        return builder.responder_id(ocsp.OCSPResponderEncoding.HASH, ca).sign(
            ca_key, hashes.SHA256()).public_bytes(DER)
    return builder.responder_id(ocsp.OCSPResponderEncoding.NAME, delegate).certificates(
        [delegate]).sign(by, hashes.SHA256()).public_bytes(DER)


STATUS = ocsp.OCSPCertStatus
responses = {
    "good": response(STATUS.GOOD),
    "good-sha256": response(STATUS.GOOD, hashes.SHA256()),
    "good-nonce": response(STATUS.GOOD, nonce=bytes(range(16))),
    "good-delegate": response(STATUS.GOOD, by=delegate_key),
    "revoked": response(STATUS.REVOKED),
    "unknown": response(STATUS.UNKNOWN),
    "no-next-update": response(STATUS.GOOD, next_update=None),
    "expired": response(STATUS.GOOD, this_update=NOW - 9 * DAY, next_update=NOW - DAY),
    "future": response(STATUS.GOOD, this_update=NOW + DAY),
    "another-serial": response(STATUS.GOOD, subject=delegate),
    "try-later": ocsp.OCSPResponseBuilder.build_unsuccessful(
        ocsp.OCSPResponseStatus.TRY_LATER).public_bytes(DER),
}
responses["forged"] = responses["good"][:-1] + bytes([responses["good"][-1] ^ 1])
for what, der in responses.items():
    put("ocsp", what, der)
    put("staple", what, der + leaf.public_bytes(DER) + ca.public_bytes(DER))
put("staple", "no-issuer", responses["good"] + leaf.public_bytes(DER))
put("der", "cert", leaf.public_bytes(DER))
put("der", "ocsp", responses["good-delegate"])
for what, der in values.items():
    put("der", what, bytes.fromhex(der))
