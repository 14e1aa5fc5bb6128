/*
 * validate: one path, already built, under GnuTLS's rules without its clock.
 *
 * For crypto/chain.c.  Checks signatures, who may be a CA, path lengths, name constraints,
 * unknown critical extensions and key purposes; not dates, and not RFC 7633.
 */
#ifndef STAPLE_CRYPTO_VALIDATE_H
#define STAPLE_CRYPTO_VALIDATE_H

#include "crypto/chain.h"

struct validation {
	enum chain_state state; /* CHAIN_TRUSTED: it holds */
	size_t level;           /* where it broke */
	char reason[256];
};

/* `path`: the leaf first, the anchor last; n >= 1.  -1 only when it could not be tried. */
MUST_USE int validate_path(const struct cert *const *path, size_t n, struct validation *out,
			   struct err *e);

#endif
