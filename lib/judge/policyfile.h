/*
 * policyfile: policies read from files and printed (staple-policy(5)).
 *
 * libconfuse reads; policysyntax.h is the strictness in front of it.  libconfuse's lexer is
 * global: one thread at a time may read.
 */
#ifndef STAPLE_JUDGE_POLICYFILE_H
#define STAPLE_JUDGE_POLICYFILE_H

#include "judge/policy.h"

/* Where policies and CA records are found: SYSCONFDIR and DATADIR as configured, or beside the
 * program when it runs from its build folder. */
struct policy_places {
	char *system; /* SYSCONFDIR/staple-tools/policy.conf; owned */
	char *data;   /* the folder with default.conf, strict.conf, ca/; owned */
};
MUST_USE int policy_places_find(struct policy_places *out, struct err *e);
void policy_places_wipe(struct policy_places *p);

/* Built-in defaults, the CA records, the system's file if it exists and `system`, then each
 * of `names`: the bare name of a shipped policy, or a path.  p need not be initialised, and is
 * wiped after a failure.  Errors name file, line, option and what is allowed. */
MUST_USE int policy_load(struct policy *p, bool system, const char *const *names, size_t n,
			 struct err *e);

/* The same with places of the caller's; p is initialised, and not wiped after a failure. */
MUST_USE int policy_load_from(struct policy *p, const struct policy_places *places, bool system,
			      const char *const *names, size_t n, struct err *e);

/* Reads one file, with what it includes, over p.  "-" is standard input. */
MUST_USE int policy_read(struct policy *p, const char *path, struct err *e);

/* The same for a text in memory, which cannot include; `name` is for errors. */
MUST_USE int policy_read_text(struct policy *p, struct span text, const char *name, struct err *e);

/* Reads one CA record: a file with the options of a section 'ca' alone. */
MUST_USE int policy_read_ca(struct policy *p, const char *path, const char *id, struct err *e);

/* Reads every CA record of a folder, DIR/ID.conf, in the order of the ids. */
MUST_USE int policy_read_cas(struct policy *p, const char *dir, struct err *e);

/* The policy in force, in its own syntax, each value with the file and line that set it as a
 * comment.  Read back it gives the same policy. */
MUST_USE int policy_print(const struct policy *p, struct buf *out, struct err *e);

/* A line for each waiver that matched no finding so far. */
void policy_print_unused(const struct policy *p, struct buf *out);

#endif
