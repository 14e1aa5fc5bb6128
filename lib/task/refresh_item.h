/*
 * refresh_item: one certificate within a round of refresh.  For task/refresh*.c alone.
 */
#ifndef STAPLE_TASK_REFRESH_ITEM_H
#define STAPLE_TASK_REFRESH_ITEM_H

#include "task/refresh.h"

#define REFRESH_NONCE 16
#define REFRESH_URLS 8 /* of one certificate: more are no one's */

struct refresh_item {
	char *source;                 /* owned */
	bool from_folder;
	bool dropped;                 /* from a folder, and none of our business */
	struct buf staple_path, issuer_path;
	bool staple_is_link;
	struct cert_list own, more;   /* CERT's certificates; CERT.issuer and what AIA gave */
	const struct cert *cert, *issuer; /* within these or the options' */

	bool present;                 /* a staple file was or is there */
	struct staple_result now;     /* its judgement */
	int64_t due;                  /* WHEN_NONE: at once */

	char *urls[REFRESH_URLS];     /* owned */
	size_t url_count, url;        /* in all; the one that is asked */
	unsigned round;
	bool asking_issuer;
	bool post;                    /* this URL does not take GET */
	bool no_cache;
	uint8_t nonce[REFRESH_NONCE];
	struct buf request, text;     /* the OCSPRequest; the URL of a GET */

	struct findings old;          /* of the staple that is there */
	struct findings found;        /* final */
	struct findings failure;      /* of the worst answer so far */
	bool unanswered;
	bool staple_changed, issuer_changed; /* the files */
	char *asked;                  /* owned: the URL that answered last */
	bool posted;
	char last_error[ERR_TEXT_MAX];
	enum report_fetch_outcome outcome;
};

struct refresh {
	const struct refresh_options *o;
	struct refresh_item **items;  /* owned */
	size_t n, cap;
	struct fetch *fetch;          /* during a round */
	int64_t started;              /* of fetch_clock_ms */
	struct report_fetch *reports; /* owned */
	struct findings all;
	const char **changed;         /* owned; the paths are the items' */
	size_t changed_count;
};

/* The time that a judgement is made at: waiting for retries takes time too. */
int64_t refresh_now(const struct refresh *r);
void refresh_note(const struct refresh *r, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* refresh_find.c: the files of a folder, added. */
MUST_USE int refresh_find(struct refresh *r, const char *folder, struct err *e);
MUST_USE int refresh_add_file(struct refresh *r, const char *path, bool from_folder, struct err *e);

/* refresh_copies.c: of the copies of a certificate in a folder one stays.  ERR_USAGE: two certificates
 * would have the same staple file. */
MUST_USE int refresh_copies(struct refresh *r, struct err *e);

/* refresh_item.c: reads certificate, issuer and staple.  Sets dropped, findings, due. */
MUST_USE int item_load(struct refresh *r, struct refresh_item *it, struct err *e);
MUST_USE int item_judge_present(struct refresh *r, struct refresh_item *it, struct err *e);
void item_find_issuer(const struct refresh *r, struct refresh_item *it);
void item_free(struct refresh_item *it);
bool item_good(const struct refresh_item *it);

/* When a staple with this judgement is to be refreshed; WHEN_NONE: at once. */
int64_t refresh_due(const struct staple_result *s, struct duration refresh_at);

/* refresh_answer.c: takes an answer of the responder to its end, or asks again. */
MUST_USE int item_answer(struct refresh *r, struct refresh_item *it, struct fetch_answer *a,
			 struct err *e);

/* refresh.c: begins with an item whose issuer is known. */
MUST_USE int item_begin(struct refresh *r, struct refresh_item *it, struct err *e);

/* refresh.c: asks the item's URL again in wait_ms. */
MUST_USE int item_ask(struct refresh *r, struct refresh_item *it, int64_t wait_ms, struct err *e);

/* refresh_issuer.c: asks the next CA Issuers URL; takes its answer, and goes on with the item. */
MUST_USE int item_ask_issuer(struct refresh *r, struct refresh_item *it, struct err *e);
MUST_USE int item_take_issuer(struct refresh *r, struct refresh_item *it,
			      const struct fetch_answer *a, struct err *e);

/* refresh_write.c: puts a good staple in its place. */
MUST_USE int item_replace(const struct refresh *r, struct refresh_item *it, struct span der,
			  const struct staple_result *judged, struct findings *f, struct err *e);
MUST_USE int item_write_issuer(struct refresh_item *it, struct findings *f, struct err *e);

#endif
