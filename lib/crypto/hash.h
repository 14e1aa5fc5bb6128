/*
 * hash: digests, and random bytes.
 */
#ifndef STAPLE_CRYPTO_HASH_H
#define STAPLE_CRYPTO_HASH_H

#include "ground/err.h"

#define HASH_MAX 64

enum hash_kind { HASH_NONE, HASH_SHA1, HASH_SHA224, HASH_SHA256, HASH_SHA384, HASH_SHA512 };

struct digest {
	uint8_t bytes[HASH_MAX];
	size_t n;
};

/* By the OID's content octets; HASH_NONE for any other (MD5 too). */
enum hash_kind hash_from_oid(struct span oid);
struct span hash_oid(enum hash_kind k);
const char *hash_name(enum hash_kind k); /* "SHA-256" */

MUST_USE int hash_digest(enum hash_kind k, struct span bytes, struct digest *out, struct err *e);

static inline struct span digest_span(const struct digest *d)
{
	return (struct span){d->bytes, d->n};
}

MUST_USE int hash_random(uint8_t *out, size_t n, struct err *e);

#endif
