/*
 * fetch: OCSP and CA Issuers over HTTP (libcurl), many requests at once.
 *
 *	struct fetch *f;
 *	if (fetch_new(&f, &limits, e) != 0) return -1;
 *	... fetch_add(f, &request, e) ...
 *	while ((rc = fetch_next(f, &answer, e)) > 0) {
 *		... look; perhaps fetch_add again ...
 *		fetch_answer_wipe(&answer);
 *	}
 *	fetch_free(f);
 *
 * Only http and https, also behind redirects, which keep the method.  Size, time, redirects and
 * the requests under way, in all and at one host, are bounded.  Nothing is sent that identifies
 * the user (no cookies, no .netrc); proxies are as libcurl's environment variables say.
 *
 * It does not look into a body: whether it is an OCSP response is judged elsewhere.
 */
#ifndef STAPLE_NET_FETCH_H
#define STAPLE_NET_FETCH_H

#include "ground/buf.h"

struct fetch_limits {
	int64_t timeout_ms;   /* one request with its redirects, once it was started */
	int64_t deadline_ms;  /* all of it, from fetch_new on; 0: none */
	size_t max_bytes;     /* of a body */
	unsigned redirects;
	unsigned jobs;        /* under way at once; at least 1 */
	unsigned per_host;    /* under way at once at one host name; at least 1 */
	const char *agent;    /* User-Agent, copied */
	void (*tick)(void *context); /* called about once a second while waiting; or NULL */
	void *tick_context;
};

struct fetch_request {
	const char *url;        /* copied */
	const char *name;       /* of the place, for errors; copied; NULL: the URL */
	struct span post;       /* a body to POST, copied; absent: GET */
	const char *type;       /* its Content-Type; a literal */
	const char *accept;     /* a literal; or NULL */
	bool no_cache;          /* ask caches on the way to look anew (RFC 5019, 6.1) */
	int64_t wait_ms;        /* start it so much later */
	void *tag;              /* comes back in the answer */
};

/* What came back.  err.code is ERR_NONE when there was an HTTP answer, whatever its status. */
struct fetch_answer {
	void *tag;
	struct err err;         /* ERR_NETWORK, ERR_TIMEOUT, ERR_LIMIT, ERR_UNSUPPORTED */
	int status;             /* 200, 503, ... */
	struct buf body;
	char type[80];          /* Content-Type without parameters, lower case; "" */
	char *url;              /* that was asked last; owned */
	bool posted;
	int64_t date;           /* Date; WHEN_NONE */
	int64_t age;            /* Age, seconds; -1: none */
	int64_t max_age;        /* Cache-Control max-age, seconds; -1: none */
	int64_t retry_after;    /* Retry-After in seconds; -1: none, or a date */
	int64_t elapsed_ms;
};

struct fetch; /* requests waiting and under way */

MUST_USE int fetch_new(struct fetch **out, const struct fetch_limits *limits, struct err *e);
void fetch_free(struct fetch *f);

/* ERR_USAGE: no URL; ERR_UNSUPPORTED: neither http nor https. */
MUST_USE int fetch_add(struct fetch *f, const struct fetch_request *r, struct err *e);

/* Waits for the next answer.  1: it is in *out; 0: none is waited for; -1: it could not be tried. */
MUST_USE int fetch_next(struct fetch *f, struct fetch_answer *out, struct err *e);
void fetch_answer_wipe(struct fetch_answer *a);

/* How many were under way at once, at most; for tests of the limits. */
unsigned fetch_peak(const struct fetch *f);

/* The request for an OCSPRequest's DER at a responder: GET when the whole URL is at most
 * LIMIT_OCSP_GET_URL bytes (RFC 5019, 5) and `url` has no query, else, or with `post`, POST.
 * `text` holds the URL and must outlive the fetch_add; `url` is the request's name. */
MUST_USE int fetch_ocsp(const char *url, struct span ocsp_request, bool post, struct buf *text,
			struct fetch_request *out, struct err *e);

/* Can this URL be asked at all?  ERR_UNSUPPORTED: it is neither http nor https, or has no host. */
MUST_USE int fetch_url_check(const char *url, struct err *e);

/* Milliseconds of a clock that is never set; for waiting. */
int64_t fetch_clock_ms(void);

#endif
