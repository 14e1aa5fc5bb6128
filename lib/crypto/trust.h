/*
 * trust: what a set of trust anchors is made of, for the files of crypto/ only; others use
 * crypto/chain.h.
 */
#ifndef STAPLE_CRYPTO_TRUST_H
#define STAPLE_CRYPTO_TRUST_H

#include "crypto/chain.h"

struct trust {
	struct cert_list anchors;
};

#endif
