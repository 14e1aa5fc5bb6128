/*
 * algorithm: AlgorithmIdentifier ::= SEQUENCE { algorithm OID, parameters ANY OPTIONAL }
 * (RFC 5280, 4.1.1.2).
 *
 * It does not know which parameters an algorithm wants, only whether what stands there is an
 * element of DER.
 */
#ifndef STAPLE_FACTS_ALGORITHM_H
#define STAPLE_FACTS_ALGORITHM_H

#include "ground/span.h"

struct algorithm {
	struct span der;        /* the whole TLV */
	struct span oid;        /* content octets; SPAN_NONE when it cannot be read */
	struct span parameters; /* what stands behind the OID; n is 0: nothing */
};

/* Consumes one AlgorithmIdentifier; -1 when it cannot be delimited.  Adds DEVIATION_ALGORITHM and
 * DEVIATION_TRAILING to *deviations where they hold. */
MUST_USE int algorithm_decode(struct span *in, struct algorithm *out, uint32_t *deviations);

#endif
