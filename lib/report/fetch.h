/*
 * fetch: one certificate and its staple after a round of staple-fetch; the item of the "fetch"
 * reports.
 */
#ifndef STAPLE_REPORT_FETCH_H
#define STAPLE_REPORT_FETCH_H

#include "judge/staple.h"
#include "report/report.h"

enum report_fetch_outcome {
	FETCH_NOT_DUE,    /* a good staple is there, and it is too early to ask */
	FETCH_REPLACED,   /* a new staple was written */
	FETCH_KEPT,       /* asked; what is there stays, or nothing is there still */
	FETCH_REMOVED,    /* revoked, and to be removed */
	FETCH_CHECKED,    /* nobody was asked (--check) */
	FETCH_IMPOSSIBLE  /* could not even be asked: no certificate, issuer or URL */
};
const char *report_fetch_outcome_text(enum report_fetch_outcome o); /* "not-due", "replaced", ... */

struct report_fetch {
	const char *source;      /* the certificate's file: the subject of the findings */
	const char *staple;      /* the staple's file; NULL: the certificate could not be read */
	const struct cert *cert; /* NULL: it could not be read */
	enum verdict verdict;
	enum report_fetch_outcome outcome;
	bool present;            /* is there a staple file now? */
	const char *status;      /* of that staple: "good", "expired", "revoked", ..., "missing" */
	struct staple_result now; /* its judgement; times WHEN_NONE when there is none */
	int64_t next_refresh;    /* when it will be asked for; WHEN_NONE: at once */
	const char *url;         /* asked last; or NULL */
	bool posted;
	const char *last_error;  /* why the last answer was not taken; or NULL */
	const struct findings *findings;
	size_t first, end;       /* this certificate's */
};

/* What the files hold now, in one word each; also the values of the metrics' status. */
const char *report_fetch_status(bool present, const struct staple_result *r, int64_t now);
extern const char *const report_fetch_statuses[]; /* all of them; ends with NULL */

struct report_fetch_summary { /* for a writer's end */
	const struct findings *findings; /* of all certificates */
	const struct report_fetch *items;
	size_t n;
};

#endif
