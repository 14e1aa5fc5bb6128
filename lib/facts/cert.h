/*
 * cert: what a certificate says (RFC 5280, 4.1).
 *
 * A struct of spans into the DER that the caller keeps; no allocation, no copy, no clock.
 * It refuses only what cannot be delimited: lengths, forms, missing fields.  Every other
 * deviation is recorded in `deviations`, so that an odd certificate is still listed and
 * judged.  It does not check signatures, dates or names.
 */
#ifndef STAPLE_FACTS_CERT_H
#define STAPLE_FACTS_CERT_H

#include "facts/extension.h"
#include "facts/spki.h"
#include "ground/err.h"
#include "ground/when.h"

struct cert {
	struct span der;       /* the whole Certificate */
	struct span tbs;       /* TBSCertificate with its header: what is signed */
	int version;           /* 1, 2, 3; another number as it stands there plus 1 */
	struct span serial;    /* content octets, as they are */
	struct span signature_algorithm;     /* outer AlgorithmIdentifier, TLV */
	struct span signature_algorithm_oid; /* its OID's content */
	struct span tbs_signature_algorithm; /* inner AlgorithmIdentifier, TLV */
	struct span signature; /* octets of the BIT STRING */
	bool signature_odd;    /* they are not whole octets: no signature is like that */
	struct span issuer;    /* Name, TLV */
	struct span subject;   /* Name, TLV */
	int64_t not_before;    /* WHEN_NONE when unreadable (recorded) */
	int64_t not_after;
	struct spki key;
	struct extension_facts x;
	uint32_t deviations;   /* of enum deviation; includes x.deviations */
};

/* Exactly one Certificate, nothing behind it.  ERR_PARSE names what was expected, what was
 * met and the section; ERR_LIMIT above LIMIT_CERT_DER. */
MUST_USE int cert_decode(struct span der, struct cert *out, struct err *e);

/* One Certificate at the front of *in, which moves behind it. */
MUST_USE int cert_decode_next(struct span *in, struct cert *out, struct err *e);

static inline enum must_staple cert_must_staple(const struct cert *c)
{
	return feature_must_staple(&c->x.feature);
}

/* Subject and issuer are the same Name. */
static inline bool cert_self_issued(const struct cert *c)
{
	return span_equal(c->subject, c->issuer);
}

/* basicConstraints CA, or a v1 certificate that is self-issued. */
bool cert_is_ca(const struct cert *c);

/* "CN", or the first DNS name, or the whole subject, or the serial: a name for people. */
void cert_label(const struct cert *c, struct buf *out);

#endif
