/*
 * fetch_transfer: one HTTP request under way; the part of fetch that speaks to libcurl's easy
 * interface.  For fetch.c alone.
 */
#ifndef STAPLE_NET_FETCH_TRANSFER_H
#define STAPLE_NET_FETCH_TRANSFER_H

#include "net/fetch.h"

struct fetch_host;

enum transfer_state { TRANSFER_WAITING, TRANSFER_RUNNING, TRANSFER_DONE };

struct transfer {
	struct transfer *next;
	enum transfer_state state;
	struct fetch_request request; /* type, accept and tag; url and post point into the two below */
	char *url;                    /* owned: to be asked, or asked now */
	char *name;                   /* owned: for errors; the place that was meant at first */
	struct buf post;
	char *host;                   /* owned: lower case, for the limit of a host */
	struct fetch_host *at;        /* fetch.c's entry of the host; NULL: not looked up yet */
	unsigned redirects_left;
	int64_t not_before, started;  /* of fetch_clock_ms; started 0: not yet */
	void *easy;                   /* CURL *, while it runs */
	void *headers;                /* struct curl_slist * */
	char why[256];                /* libcurl's text */
	size_t header_bytes, max_bytes;
	bool too_big;
	struct fetch_answer answer;
};

MUST_USE int transfer_new(struct transfer **out, const struct fetch_request *r,
			  const struct fetch_limits *limits, struct err *e);
void transfer_free(struct transfer *t);

/* Makes t->easy for the request; `left_ms` is the time that it may take. */
MUST_USE int transfer_open(struct transfer *t, const char *agent, int64_t left_ms, struct err *e);
void transfer_close(struct transfer *t);

/* After libcurl's result: fills the answer and sets TRANSFER_DONE, or turns a redirect into the
 * next request and sets TRANSFER_WAITING. */
void transfer_finish(struct transfer *t, int result);

/* TRANSFER_DONE, with a time-out of the run. */
void transfer_expire(struct transfer *t);

/* fetch_header.c: one header line into the answer; nothing is known of them. */
void fetch_header_read(struct fetch_answer *a, struct span line);
void fetch_header_forget(struct fetch_answer *a);

#endif
