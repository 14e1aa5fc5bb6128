/*
 * stance: does the policy require or forbid Must-Staple for these names?
 *
 * For certificates, for requests that were found, and for requests that are to be made.
 */
#ifndef STAPLE_JUDGE_STANCE_H
#define STAPLE_JUDGE_STANCE_H

#include "facts/feature.h"
#include "judge/policy.h"

/* One DNS name; NULL: an object that has none.  policy.required, policy.forbidden; true when
 * one was found. */
bool stance_judge(const struct policy *p, const char *name, enum must_staple m,
		  const char *subject, struct findings *f);

/* All names of an object (the value of its subjectAltName, or absent), of which the first that
 * speaks is enough. */
void stance_judge_names(const struct policy *p, struct span san, enum must_staple m,
			const char *subject, struct findings *f);

#endif
