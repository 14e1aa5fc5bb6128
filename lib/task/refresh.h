/*
 * refresh: get staples before they are needed, and keep them fresh.
 *
 * One round: read each certificate and the staple that is there, see whether a new one is due,
 * ask the responder, judge the answer, and only then replace the file, at once and whole.  Only
 * a good and later answer replaces; a file that is not good for its certificate counts as absent.
 *
 * What is wrong with one certificate is a finding of that certificate and stops no other.
 */
#ifndef STAPLE_TASK_REFRESH_H
#define STAPLE_TASK_REFRESH_H

#include "crypto/hash.h"
#include "net/fetch.h"
#include "report/fetch.h"
#include "task/layout.h"

struct refresh_options {
	const struct policy *policy;     /* never NULL */
	int64_t now;
	const struct cert_list *given;   /* possible issuers: --issuer, --chain; never NULL */
	bool aia;                        /* get a missing issuer from the CA Issuers URL, and keep it
					    as CERT.issuer */
	const char *url;                 /* ask there; or NULL */
	const char *out, *out_dir;       /* the staple's file, or its folder; or NULL */
	bool out_stream;                 /* `out` is a stream: what it holds is not looked at */
	const struct layout *layout;     /* never NULL */
	bool pem;                        /* write PEM instead of DER */
	bool post, nonce;
	enum hash_kind hash;             /* of the CertID */
	struct duration refresh_at;      /* a share of the life, or a time after thisUpdate */
	bool check;                      /* ask nobody */
	bool force;                      /* ask although nothing is due */
	unsigned retries;                /* further rounds over the URLs */
	int64_t retry_for_ms;            /* 0: `retries` counts; else until so long after the start */
	int64_t max_age;                 /* of a staple; 0: the policy's */
	bool remove_revoked;
	struct fetch_limits limits;
	void (*note)(void *context, const char *text); /* what is tried and fails; or NULL */
	void *note_context;
};

struct refresh;

/* Options and what they point to outlive it. */
MUST_USE int refresh_new(struct refresh **out, const struct refresh_options *o, struct err *e);
void refresh_free(struct refresh *r);

/* A certificate's file, "-" for standard input; or a folder: the certificate files in it and NAME/fullchain.pem below
 * it, without CA certificates, copies, and what cannot be stapled and does not promise to be. */
MUST_USE int refresh_add(struct refresh *r, const char *path, struct err *e);

/* One round over all.  ERR_USAGE: two certificates have the same staple file.  -1 also when
 * memory or a library failed; staples that were replaced by then are whole. */
MUST_USE int refresh_run(struct refresh *r, struct err *e);

/* After the round.  All are borrowed. */
const struct report_fetch *refresh_items(const struct refresh *r, size_t *n);
const struct findings *refresh_findings(const struct refresh *r);

/* Paths of the files that changed, in order. */
const char *const *refresh_changed(const struct refresh *r, size_t *n);

/* True when some staple is missing or overdue only because nobody answered. */
bool refresh_unanswered(const struct refresh *r);

/* When the first certificate is due; WHEN_NONE when none can be said. */
int64_t refresh_next(const struct refresh *r);

#endif
