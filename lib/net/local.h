/*
 * local: what is said to programs on this machine over Unix sockets: HAProxy's runtime API, and
 * systemd (sd_notify(3)).
 */
#ifndef STAPLE_NET_LOCAL_H
#define STAPLE_NET_LOCAL_H

#include "ground/buf.h"

/* Sends a command and appends what comes back until the other side closes, at most 64 KB and
 * within timeout_ms.  ERR_NETWORK, ERR_TIMEOUT, ERR_LIMIT; the text names the socket. */
MUST_USE int local_ask(const char *path, struct span command, int64_t timeout_ms, struct buf *answer,
		       struct err *e);

/* One datagram, as NOTIFY_SOCKET wants it; a path that begins with '@' is an abstract name. */
MUST_USE int local_notify(const char *path, const char *text, struct err *e);

/* HAProxy: `set ssl ocsp-response`.  ERR_NETWORK with what HAProxy said unless it took the staple. */
MUST_USE int local_haproxy_staple(const char *path, struct span der, int64_t timeout_ms,
				  struct err *e);

#endif
