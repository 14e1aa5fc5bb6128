/*
 * scan: stores to rows.
 *
 * Walks the roots, reads every file by content (store/), hashes and judges every certificate,
 * and writes to a report: as they come when the report streams (ndjson), else at the end, each
 * certificate once with all its places.  The outcome is the same whatever the number of jobs.
 *
 * It does not verify chains or signatures of certificates.
 */
#ifndef STAPLE_TASK_SCAN_H
#define STAPLE_TASK_SCAN_H

#include "report/inventory.h"
#include "store/store.h"
#include "store/walk.h"

enum scan_sort { SCAN_SORT_FOUND, SCAN_SORT_EXPIRY, SCAN_SORT_NAME, SCAN_SORT_ISSUER, SCAN_SORT_SOURCE };

/* Which certificates are reported; all that are asked for must hold. */
struct scan_filter {
	bool must_staple;           /* yes or malformed */
	bool trouble;               /* a warning or an error that is not waived */
	bool ca, leaf;              /* only these; both: all */
	int64_t expires_within;     /* seconds; 0: not asked.  The expired ones too */
	const char *const *issuers; /* globs over the issuer's text or its CN; any; NULL: not asked */
	const char *const *names;   /* globs over DNS names and the subject's CN; any */
};

/* What makes the verdict "fail": severities, ids. */
struct scan_fail {
	bool errors, warnings;
	const char *const *ids;     /* NULL-terminated, or NULL */
};

struct scan_counts {
	size_t files, problems;
	size_t found; /* certificates, requests and staples, whether reported or not */
};

struct scan_options {
	struct store_options store;
	struct walk_options walk;
	struct scan_filter filter;
	struct scan_fail fail;
	enum scan_sort sort;
	const struct policy *policy;
	int64_t now;
	unsigned jobs;
	bool stream;                /* write rows as they come */
	bool unlisted;              /* no rows: only counted, judged and recorded; a stream judges nothing then */
	bool usual;                 /* nobody gave the roots: the report names them */
	bool servers;               /* read server configurations, and say who serves what */
	/* For the tool: show progress, `share` of the whole is done; write out what the report holds.
	 * Either may be NULL. */
	void *context;
	void (*progress)(void *context, size_t files, size_t of, size_t certs, double share);
	int (*flush)(void *context, struct err *e);
	/* Each certificate in each place, whatever the filter says; NULL: none.  `note` writes what is
	 * to be kept, in any thread; `record` gets that with the first place (a stream: with any), in the
	 * order of the report. */
	void (*note)(const struct inventory_cert *c, struct buf *out);
	void *record_context;
	int (*record)(void *context, const uint8_t sha256[32], struct span note, const char *source,
		      size_t index, struct err *e);
	/* Filled when it is given and the scan came to its end. */
	struct scan_counts *counts;
};


/*
 * Scans and reports.  `input` is read instead of a path named "-", as the source "-".  *verdict:
 * fail when o->fail says so, unknown when there was a problem that is no note, else pass.
 * -1: the scan itself failed (memory, output).
 */
MUST_USE int scan_run(const struct scan_options *o, const char *const *roots, struct report *r,
		      enum verdict *verdict, struct err *e);

#endif
