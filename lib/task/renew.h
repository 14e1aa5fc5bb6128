/*
 * renew: what a new request takes over from a certificate or an older request.
 *
 * Names and subject come along.  TLS features and usages do so only when the caller says it:
 * a Must-Staple that nobody asked for any more is how requests go on asking after their CA
 * has stopped.  What is left behind is told by a finding.
 */
#ifndef STAPLE_TASK_RENEW_H
#define STAPLE_TASK_RENEW_H

#include "crypto/request.h"
#include "judge/finding.h"

enum renew_carry { RENEW_FEATURES = 1, RENEW_KEY_USAGE = 2, RENEW_EKU = 4 };

/* "features,key-usage,eku" or "all" as a set.  ERR_USAGE. */
MUST_USE int renew_carry_parse(const char *words, unsigned *out, struct err *e);

/* Reads the first certificate or request of the file (PEM or DER) and adds to r.  Names that
 * break a rule and what is left behind become findings about `path`. */
MUST_USE int renew_read(struct request *r, const char *path, unsigned carry, struct findings *f,
			struct err *e);

#endif
