/*
 * chain: a path from a certificate to a trust anchor.
 *
 * Path building and signatures are GnuTLS's, with its time checks off (its clock is
 * global); dates are judged elsewhere, at a time that is an argument.
 */
#ifndef STAPLE_CRYPTO_CHAIN_H
#define STAPLE_CRYPTO_CHAIN_H

#include "facts/cert.h"
#include "ground/buf.h"
#include "ground/limits.h"

/* Certificates as DER with their facts; owns the bytes. */
struct cert_list {
	struct cert *v;   /* owned; each points into its own heap block */
	size_t n, cap;
};

void cert_list_init(struct cert_list *l);
void cert_list_wipe(struct cert_list *l);

/* Copies and decodes one certificate; the same DER twice is kept once. */
MUST_USE int cert_list_add(struct cert_list *l, struct span der, struct err *e);

/* Adds every certificate of a file's bytes: PEM (any number of blocks, other labels are
 * skipped), DER (one), PKCS#7 DER.  `name` is for errors.  A damaged block is an error, and so is
 * a file without any, so that the list is never empty afterwards. */
MUST_USE int cert_list_add_bytes(struct cert_list *l, struct span bytes, const char *name,
				 struct err *e);
MUST_USE int cert_list_add_file(struct cert_list *l, const char *path, struct err *e);

/* Trust anchors. */
struct trust;
/* From a PEM file (or DER of one certificate); an empty or unreadable one is an error. */
MUST_USE int trust_new_file(struct trust **out, const char *path, struct err *e);
/* The system's store; none, or an empty one, is an error. */
MUST_USE int trust_new_system(struct trust **out, struct err *e);
MUST_USE int trust_new_list(struct trust **out, const struct cert_list *anchors, struct err *e);
void trust_free(struct trust *t);

enum chain_state {
	CHAIN_TRUSTED,
	CHAIN_NO_ISSUER,     /* a certificate's issuer is neither given nor trusted */
	CHAIN_NOT_CA,        /* an issuer that is no CA, or may not sign certificates, or a path too long */
	CHAIN_BAD_SIGNATURE,
	CHAIN_WEAK,          /* signed with an algorithm below GnuTLS's profile */
	CHAIN_CONSTRAINTS,   /* name constraints or other critical rules */
	CHAIN_INVALID        /* anything else that GnuTLS refuses; see reason */
};

struct chain_path {
	enum chain_state state;
	size_t level;            /* where it broke: 0 the leaf, 1 its issuer, ... */
	size_t n;                /* certificates of the path, leaf first, the anchor last when trusted */
	struct cert cert[LIMIT_CHAIN]; /* spans into the leaf, the list, or `storage` */
	char reason[256];
	struct buf storage;      /* owns an anchor's bytes that came from the system's store */
};

/*
 * Builds the path for `leaf` from the certificates given, in any order, and validates it.
 * Among several paths one that validates wins, then one that ends in an anchor, then the
 * longest.  SHA-1 signatures are no CHAIN_WEAK: a policy decides on them; and RFC 7633's rule
 * for issuers is judge/promise.h's, so that a path that breaks only that is CHAIN_TRUSTED.
 * With `trust` NULL only the path is built, as far as it goes (state CHAIN_NO_ISSUER unless it
 * ends in a self-signed certificate).  -1 only when it could not be tried.
 */
MUST_USE int chain_build(const struct cert *leaf, const struct cert_list *given,
			 const struct trust *trust, struct chain_path *out, struct err *e);
void chain_path_wipe(struct chain_path *p);

/* The certificate among `given` (or the trust anchors) that issued `c`: its name, and its
 * signature checks.  NULL: there is none.  A pointer into `given`, or into the trust. */
const struct cert *chain_issuer(const struct cert *c, const struct cert_list *given,
				const struct trust *trust);

/* Does the name fit (RFC 6125; wildcards in the leftmost label; IP addresses by SAN)?  Only
 * subjectAltName counts; *by_cn is set when only the common name would have matched. */
bool chain_name_matches(const struct cert *c, const char *host, bool *by_cn);

#endif
