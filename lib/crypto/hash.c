#include "crypto/hash.h"

#include "crypto/library.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

struct hash_row {
	gnutls_digest_algorithm_t algorithm;
	const char *name;
	uint8_t oid[9];
	size_t oid_n, n;
};

/* By enum hash_kind.  OIDs: RFC 3370, 2.1 and RFC 5754, 2. */
static const struct hash_row rows[] = {
	[HASH_NONE] = {GNUTLS_DIG_UNKNOWN, "none", {0}, 0, 0},
	[HASH_SHA1] = {GNUTLS_DIG_SHA1, "SHA-1", {0x2b, 0x0e, 0x03, 0x02, 0x1a}, 5, 20},
	[HASH_SHA224] = {GNUTLS_DIG_SHA224, "SHA-224",
			 {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x04}, 9, 28},
	[HASH_SHA256] = {GNUTLS_DIG_SHA256, "SHA-256",
			 {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01}, 9, 32},
	[HASH_SHA384] = {GNUTLS_DIG_SHA384, "SHA-384",
			 {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02}, 9, 48},
	[HASH_SHA512] = {GNUTLS_DIG_SHA512, "SHA-512",
			 {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03}, 9, 64},
};
#define ROWS (sizeof rows / sizeof rows[0])

enum hash_kind hash_from_oid(struct span oid)
{
	for (size_t i = HASH_SHA1; i < ROWS; i++)
		if (span_equal(oid, span_of(rows[i].oid, rows[i].oid_n)))
			return (enum hash_kind)i;
	return HASH_NONE;
}

struct span hash_oid(enum hash_kind k)
{
	return k == HASH_NONE ? SPAN_NONE : span_of(rows[k].oid, rows[k].oid_n);
}

const char *hash_name(enum hash_kind k)
{
	return rows[k].name;
}

int hash_digest(enum hash_kind k, struct span bytes, struct digest *out, struct err *e)
{
	int rc;

	if (k == HASH_NONE)
		return err_set(e, ERR_UNSUPPORTED, "digest: no such algorithm");
	rc = gnutls_hash_fast(rows[k].algorithm, bytes.p ? bytes.p : (const uint8_t *)"", bytes.n,
			      out->bytes);
	if (rc < 0)
		return err_set(e, ERR_CRYPTO, "digest %s: %s", rows[k].name, crypto_error_text(rc));
	out->n = rows[k].n;
	return 0;
}

int hash_random(uint8_t *out, size_t n, struct err *e)
{
	int rc = gnutls_rnd(GNUTLS_RND_RANDOM, out, n);

	if (rc < 0)
		return err_set(e, ERR_CRYPTO, "random bytes: %s", crypto_error_text(rc));
	return 0;
}
