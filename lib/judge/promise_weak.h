/*
 * promise_weak: signature algorithms under a certificate that can be forged, for judge/promise*.c.
 */
#ifndef STAPLE_JUDGE_PROMISE_WEAK_H
#define STAPLE_JUDGE_PROMISE_WEAK_H

#include "ground/span.h"

/* By the algorithm's OID content.  *sha1: a policy decides; else (MD2, MD4, MD5) nothing does. */
bool promise_weak(struct span oid, bool *sha1);

#endif
