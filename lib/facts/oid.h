/*
 * oid: names of things.  OIDs are compared by their content octets.
 */
#ifndef STAPLE_FACTS_OID_H
#define STAPLE_FACTS_OID_H

#include "ground/buf.h"

/* The same OID?  They differ in their last octets more often than anywhere else, so these are
 * looked at first: for tables. */
static inline bool oid_is(struct span a, struct span b)
{
	return a.n == b.n && a.n > 0 && a.p[a.n - 1] == b.p[b.n - 1] && bytes_equal(a.p, b.p, a.n);
}

/* X.690, 8.19: each subidentifier is minimal, the last one ends, and each fits 63 bits. */
bool oid_readable(struct span oid);

/* Appends dotted decimal ("1.3.6.1.5.5.7.1.24"); for octets that are no OID their hex. */
void oid_dotted(struct buf *out, struct span oid);

/* Appends the content octets of dotted decimal, `n` characters.  -1: it is no OID, or an arc of it
 * is far above 32 bits; out may then hold a part. */
MUST_USE int oid_parse(const char *dotted, size_t n, struct buf *out);

/* A known OID's name ("status_request"-like short names: "sha256WithRSAEncryption",
 * "id-kp-serverAuth", "tlsFeature"), or NULL. */
const char *oid_name(struct span oid);

/* Content octets of the OIDs that more than one file needs. */
extern const struct span OID_TLS_FEATURE, OID_SUBJECT_ALT_NAME, OID_KEY_USAGE, OID_EXT_KEY_USAGE,
	OID_BASIC_CONSTRAINTS, OID_AIA, OID_OCSP, OID_CA_ISSUERS, OID_OCSP_BASIC, OID_OCSP_NONCE,
	OID_OCSP_NOCHECK, OID_EXTENSION_REQUEST, OID_SHA1, OID_SHA256, OID_SHA384, OID_SHA512;

#endif
