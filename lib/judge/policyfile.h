/*
 * policyfile: policies read from files and printed (libconfuse; staple-policy(5)).
 */
#ifndef STAPLE_JUDGE_POLICYFILE_H
#define STAPLE_JUDGE_POLICYFILE_H

#include "judge/policy.h"

/* Where policies and CA records are found: SYSCONFDIR and DATADIR as configured, or beside the
 * program when it was not installed.  `program` is the path of the running program. */
struct policy_places {
	char *system; /* SYSCONFDIR/staple-tools/policy.conf; owned */
	char *data;   /* the folder with default.conf, strict.conf, ca/; owned */
};
MUST_USE int policy_places_find(struct policy_places *out, struct err *e);
void policy_places_wipe(struct policy_places *p);

/* Built-in defaults, the CA records, the system's file if it exists and `system`, then each
 * of `names`: a path (it has a '/' or exists), or a bare name of a shipped policy.  Errors
 * name file, line, option and what is allowed. */
MUST_USE int policy_load(struct policy *p, bool system, const char *const *names, size_t n,
			 struct err *e);

/* Reads one file over p. */
MUST_USE int policy_read(struct policy *p, const char *path, struct err *e);

/* The policy in force, in its own syntax, each value with the file and line that set it as a
 * comment.  Read back it gives the same policy. */
MUST_USE int policy_print(const struct policy *p, struct buf *out, struct err *e);

#endif
