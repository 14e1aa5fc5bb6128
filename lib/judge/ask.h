/*
 * ask: is this the right thing to ask a CA for?  Judged before the request is made.
 *
 * What came back is judged by judge/promise.h.
 */
#ifndef STAPLE_JUDGE_ASK_H
#define STAPLE_JUDGE_ASK_H

#include "crypto/san.h"
#include "judge/policy.h"

/* The key against the policy: key.kind, key.weak.  True when there is no error. */
bool ask_key(const struct spki *key, const char *subject, const struct policy *p,
	     struct findings *f);

/* The TLS features: feature.other-values, and feature.v2-only for a list without 5. */
void ask_features(const int64_t *features, size_t n, const char *subject, struct findings *f);

/* What the policy says of the names that are asked for, which of them first: policy.required,
 * policy.forbidden. */
void ask_stance(const struct san_list *names, bool must_staple, const char *subject,
		const struct policy *p, struct findings *f);

/* A request for Must-Staple to this CA: ca.refuses-must-staple, ca.drops-must-staple,
 * ca.ocsp-ended, ca.record-old. */
void ask_ca(const struct policy_ca *ca, const char *subject, int64_t now, struct findings *f);

#endif
