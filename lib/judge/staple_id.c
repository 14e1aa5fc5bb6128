/* The CertID of a SingleResponse against the certificate and its issuer (RFC 6960, 4.1.1). */
#include "judge/staple_case.h"

#include "crypto/hash.h"

static int hashes_to(enum hash_kind k, struct span bytes, struct span want, bool *same,
		     struct err *e)
{
	struct digest d;

	if (hash_digest(k, bytes, &d, e) != 0)
		return -1;
	*same = span_equal(digest_span(&d), want);
	return 0;
}

int staple_fit(const struct staple_case *c, const struct ocsp_single *s, enum staple_fit *out)
{
	const struct cert *issuer = c->in->issuer;
	enum hash_kind k = hash_from_oid(s->hash_oid);
	bool name = false, key = false;

	*out = STAPLE_OTHER_SERIAL;
	if (!span_equal(s->serial, c->in->cert->serial))
		return 0;
	*out = STAPLE_UNKNOWN_HASH;
	if (k == HASH_NONE)
		return 0;
	/* The issuer's subject is the certificate's issuer, or they do not belong together. */
	if (hashes_to(k, c->in->cert->issuer, s->name_hash, &name, c->e) != 0)
		return -1;
	if (issuer && hashes_to(k, issuer->key.bits, s->key_hash, &key, c->e) != 0)
		return -1;
	*out = !name ? STAPLE_OTHER_NAME : issuer && !key ? STAPLE_OTHER_KEY : STAPLE_FITS;
	return 0;
}
