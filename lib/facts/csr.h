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
					attributes; more than one is a deviation, and x is their union */
	bool has_challenge_password;
	struct extension_facts x;
	uint32_t deviations;
};

MUST_USE int csr_decode(struct span der, struct csr *out, struct err *e);

static inline enum must_staple csr_must_staple(const struct csr *c)
{
	return feature_must_staple(&c->x.feature);
}

#endif
