/*
 * scan_count: how many certificates each issuer has in a report, and how many of them must staple.
 */
#ifndef STAPLE_TASK_SCAN_COUNT_H
#define STAPLE_TASK_SCAN_COUNT_H

#include "task/scan_part.h"

struct scan_count { /* all zero: nothing counted */
	struct seen seen;          /* SHA-256 of the issuers' names */
	struct inventory_count *v; /* owned, with the names; a row for each of `seen` */
	size_t n, cap;             /* n of v, which a failure leaves one short of `seen` */
};

/* Counts c for its issuer, or among the self-issued, which are one row.  `known` is what was worked
 * out for the issuer: the row is remembered there. */
MUST_USE int scan_count_issuer(struct scan_count *is, const struct cert *c, struct issuer *known,
			       struct err *e);

/* The most first, then by name. */
void scan_count_sort(struct scan_count *is);
void scan_count_wipe(struct scan_count *is);

#endif
