/*
 * pkcs12_scheme: how a PKCS#12 bag is encrypted, in words: for schemes that GnuTLS does not read.
 */
#ifndef STAPLE_CRYPTO_PKCS12_SCHEME_H
#define STAPLE_CRYPTO_PKCS12_SCHEME_H

#include "ground/buf.h"

/* Appends the scheme of an EncryptedData (RFC 5652, 8): "pbeWithSHAAnd128BitRC2-CBC", or "PBES2 with
 * PBKDF2 (hmacWithSHA256) and rc2-CBC" (RFC 8018, A.4); OIDs that are not known in dotted form.
 * False: it cannot be read, and nothing was appended. */
bool pkcs12_scheme(struct span encrypted_data, struct buf *out);

#endif
