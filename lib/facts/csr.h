/*
 * csr: what a certificate request says (PKCS #10, RFC 2986, 4).
 */
#ifndef STAPLE_FACTS_CSR_H
#define STAPLE_FACTS_CSR_H

#include "facts/extension.h"
#include "facts/spki.h"
#include "ground/err.h"

struct csr {
	struct span der;
	struct span tbs;        /* CertificationRequestInfo, TLV: what is signed */
	int version;            /* 1 for v1 (0) */
	struct span subject;    /* Name, TLV */
	struct spki key;
	struct span signature_algorithm; /* TLV */
	struct span signature_algorithm_oid;
	struct span signature;
	unsigned extension_requests; /* extensionRequest values (RFC 2985, 5.4.2), over all
					attributes; more than one is a deviation, x is then their
					union and x.list the first one's */
	struct span attributes; /* content of the SET OF Attribute, or absent */
	bool has_challenge_password;
	struct extension_facts x;
	uint32_t deviations;
};

MUST_USE int csr_decode(struct span der, struct csr *out, struct err *e);

static inline enum must_staple csr_must_staple(const struct csr *c)
{
	return feature_must_staple(&c->x.feature);
}

/* Walks the extensionRequests: *list is the content of each SEQUENCE OF Extension, as
 * x.list for extension_next; *cursor begins as c->attributes, *values as SPAN_NONE. */
bool csr_extensions_next(struct span *cursor, struct span *values, struct span *list);

#endif
