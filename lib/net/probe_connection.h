/*
 * probe_connection: one connection's life, from connect() to the end of its handshake, in steps
 * that never block.
 */
#ifndef STAPLE_NET_PROBE_CONNECTION_H
#define STAPLE_NET_PROBE_CONNECTION_H

#include "net/probe_tls.h"
#include "net/watch.h"

enum connection_stage {
	CONNECTION_CONNECTING, CONNECTION_TALKING, CONNECTION_HANDSHAKE, CONNECTION_HTTP,
	CONNECTION_OVER
};

struct connection {
	struct watch watch;      /* first: what the loop knows */
	struct probe_tls_context *context;
	int epoll, fd;
	bool used;               /* by a job; else the struct is free for the next */
	bool proxy;              /* a PROXY line goes first */
	bool asking;             /* counted among those that wait for an HTTP answer */
	enum connection_stage stage;
	struct probe_job job;
	struct path path;
	int64_t started, ends;   /* milliseconds, monotonic */
	uint32_t events;         /* that epoll was asked for */
	struct buf out;          /* plaintext to be sent first */
	size_t sent;
	struct starttls_talk talk;
	struct probe_tls tls;
	struct buf http;         /* the answer so far */
};

/* Begins; the stage is CONNECTION_OVER when it is over at once. */
void connection_open(struct connection *c, struct probe_tls_context *context, int epoll,
		     const struct probe_job *job, bool proxy, int64_t now, int64_t ends);

/* Goes on as far as it can. */
void connection_go(struct connection *c);

/* Ends it from outside, unless it is over: a handshake that is over stays what it is. */
void connection_stop(struct connection *c, enum path_outcome outcome, const char *reason);

/* Gives back descriptor and session; the path is the caller's from then on. */
void connection_close(struct connection *c, int64_t now);

/* probe_http.c: a HEAD request behind the handshake, for the server's name and for Alt-Svc.  May it
 * be asked: is it HTTP, and are there not too many that wait for an answer? */
bool connection_may_ask(const struct connection *c);

/* The stage is then CONNECTION_HTTP, or CONNECTION_OVER. */
void connection_ask_http(struct connection *c);

/* False: more of the answer is to come.  True: it was read into the path, and all is over. */
bool connection_read_http(struct connection *c);

#endif
