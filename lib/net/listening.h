/*
 * listening: who listens on this machine, as the kernel tells.  Nothing is connected to, so that
 * the first connection that a server sees is the one that counts.
 */
#ifndef STAPLE_NET_LISTENING_H
#define STAPLE_NET_LISTENING_H

#include "net/probe.h"

/* The addresses that are bound to this TCP port and listen, at most `max` of them; a wildcard becomes
 * the loopback address of its family. */
MUST_USE int listening_on(uint16_t port, struct probe_address *v, size_t max, size_t *n,
			  struct err *e);

/* Does somebody listen at this address (itself, or a wildcard of its family), or UNIX socket? */
MUST_USE int listening_at(const struct probe_address *a, bool *yes, struct err *e);

#endif
