#!/usr/bin/python3
"""A self-signed server certificate around a raw TLS Feature value.

    wrap-feature.py VALUE-FILE OUT [critical|ocsp-signer]
"""
import os
import sys

from cryptography.hazmat.primitives.asymmetric import ec

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from der import basic_constraints, certificate, common_name, eku, extension, names, ocsp_url  # noqa: E402

NOW, DAY = 1768478400, 86400
value_file, out, *how = sys.argv[1:]
with open(value_file, "rb") as f:
    value = f.read()
key = ec.generate_private_key(ec.SECP256R1())
me = common_name("vector")
with open(out, "wb") as f:
    f.write(certificate(me, me, key, key, 1, NOW - DAY, NOW + 60 * DAY, [
        basic_constraints(False), eku(9 if "ocsp-signer" in how else 1), names("vector.test"),
        ocsp_url("http://127.0.0.1:1/"),
        extension("1.3.6.1.5.5.7.1.24", "critical" in how, value)]))
