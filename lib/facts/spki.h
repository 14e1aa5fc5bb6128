/*
 * spki: what a SubjectPublicKeyInfo says (RFC 5280, 4.1.2.7): kind and size of the key.
 * It does not check that the key is a valid one; crypto/ does.
 */
#ifndef STAPLE_FACTS_SPKI_H
#define STAPLE_FACTS_SPKI_H

#include "ground/span.h"

enum key_kind {
	KEY_UNKNOWN = 0, KEY_RSA, KEY_RSA_PSS, KEY_DSA, KEY_EC, KEY_ED25519, KEY_ED448
};

struct spki {
	struct span der;    /* the whole TLV */
	struct span algorithm; /* OID content */
	struct span curve;  /* named curve's OID content, for KEY_EC */
	struct span bits;   /* the BIT STRING's octets: what an OCSP key hash is over
			       (RFC 6960, 4.1.1) */
	enum key_kind kind;
	unsigned size;      /* bits of the modulus or the curve; 0: unknown */
};

/* Consumes one SubjectPublicKeyInfo.  -1: it cannot be delimited.  A key that is not
 * understood is KEY_UNKNOWN, never an error; *odd tells that its kind is known and its
 * parameters or bits are not as that kind wants them, or that even the kind is unreadable. */
MUST_USE int spki_decode(struct span *in, struct spki *out, bool *odd);

/* "RSA", "RSA-PSS", "EC", "Ed25519", ... and for people "RSA 2048", "EC P-256". */
const char *spki_curve_text(const struct spki *k); /* "P-256", ...; NULL: no known curve */
const char *key_kind_text(enum key_kind k);
const char *spki_text(const struct spki *k, char out[32]);

#endif
