/*
 * gate_known: the staples that a run has judged, found again by what their judgement depends on.
 *
 * Ten thousand targets often send few staples: each is verified once.
 */
#ifndef STAPLE_TASK_GATE_KNOWN_H
#define STAPLE_TASK_GATE_KNOWN_H

#include "crypto/hash.h"
#include "report/gate.h"

struct gate_known_staple {
	struct digest key;
	struct staple_result result;
	struct findings findings;
};

struct gate_known { /* all zero: empty */
	struct gate_known_staple **v; /* owned: a hash table */
	size_t n, cap;
};

void gate_known_wipe(struct gate_known *k);

/* SHA-256 of all that a judgement depends on: staple, certificate, issuer (or NULL), and the chain,
 * which may hold the certificate of a delegated responder. */
MUST_USE int gate_known_key(const struct gate_staple *s, const struct cert *cert,
			    const struct cert *issuer, struct digest *out, struct err *e);

/* NULL: it was not judged yet, or is not remembered. */
const struct gate_known_staple *gate_known_get(const struct gate_known *k, const struct digest *key);

/* Remembers a judgement.  Without memory, or when there are too many, it is made again the next
 * time. */
void gate_known_add(struct gate_known *k, const struct digest *key, const struct gate_staple *s);

#endif
