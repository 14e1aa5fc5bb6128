/*
 * resolve: names to addresses without blocking the loop (c-ares).
 *
 * /etc/hosts first, then DNS as resolv.conf says; A and AAAA.  What the environment says about
 * resolving (LOCALDOMAIN, RES_OPTIONS, HOSTALIASES) is not followed.
 */
#ifndef STAPLE_NET_RESOLVE_H
#define STAPLE_NET_RESOLVE_H

#include "net/probe.h"

struct resolve;

/* n is 0 and why is given when there is none; why beside addresses says that these are not all. */
typedef void (*resolve_done)(void *context, const struct probe_address *v, size_t n,
			     const char *why);

MUST_USE int resolve_new(struct resolve **out, int epoll, int64_t timeout_ms, struct err *e);
void resolve_free(struct resolve *r);

/* `done` is called once, perhaps before this returns.  Addresses are given at once. */
void resolve_start(struct resolve *r, const char *host, uint16_t port, resolve_done done,
		   void *context);

/* Milliseconds until resolve_tick has to be called; -1: nothing is under way. */
int64_t resolve_wait(struct resolve *r);
void resolve_tick(struct resolve *r);

/* Ends all that is under way: each gets `done` with n 0. */
void resolve_cancel(struct resolve *r);

#endif
