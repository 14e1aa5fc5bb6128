/*
 * starttls: what is said before TLS, per protocol.
 *
 * A dialogue is a pure state machine: the server's bytes in, ours out; no socket.  It is
 * strict about order and sizes: a line of at most 4 KiB, at most 64 KiB in all, and nothing
 * behind the answer that starts TLS (that is how commands are injected).
 */
#ifndef STAPLE_NET_STARTTLS_H
#define STAPLE_NET_STARTTLS_H

#include "ground/buf.h"
#include "ground/limits.h"

struct starttls_talk;

/* One protocol; the table is in starttls.c. */
struct starttls {
	const char *name;  /* "smtp": as a URL's scheme and for --starttls */
	uint16_t port;     /* its usual port */
	/* Looks at what stands in talk->in; writes to talk->out. */
	void (*step)(struct starttls_talk *t);
};

enum starttls_state {
	STARTTLS_TALKING,
	STARTTLS_READY,    /* TLS begins now */
	STARTTLS_REFUSED,  /* understood, but TLS is not offered */
	STARTTLS_GARBAGE,  /* not this protocol */
	STARTTLS_TOO_MUCH, /* a line or dialogue beyond the limits */
	STARTTLS_INJECTED  /* plaintext behind the answer */
};

struct starttls_talk {
	const struct starttls *protocol;
	const char *host;       /* for XMPP's stream header */
	enum starttls_state state;
	struct buf in, out;     /* not yet looked at; to be sent */
	size_t total;           /* bytes that came in all */
	int stage;              /* the protocol's own */
	bool offered;           /* the server listed STARTTLS */
	char reason[200];       /* when it did not become ready */
	char greeting[64];      /* the beginning of what the server said first */
};

/* NULL: there is no such protocol.  By its usual port; NULL: none begins in plaintext there. */
const struct starttls *starttls_get(const char *name);
const struct starttls *starttls_by_port(uint16_t port);

/* The names in the table's order; NULL behind the last. */
const char *starttls_name(size_t i);

/* Is this a port where TLS is spoken at once (443, 465, 636, 853, 990, 993, 995, 5223, ...)? */
bool starttls_direct_port(uint16_t port);

/* Starts a dialogue; talk->out holds what the client says first, if it speaks first. */
void starttls_begin(struct starttls_talk *t, const struct starttls *protocol, const char *host);
void starttls_wipe(struct starttls_talk *t);

/* The server's bytes. */
enum starttls_state starttls_feed(struct starttls_talk *t, struct span bytes);

#endif
