/*
 * path: what one handshake showed.
 *
 * A path to a server is an address, a protocol version, a key kind, a server name and
 * the number of the round.  net/probe fills it, judge and report read it.
 */
#ifndef STAPLE_FACTS_PATH_H
#define STAPLE_FACTS_PATH_H

#include "facts/spki.h"
#include "ground/buf.h"
#include "ground/limits.h"

enum path_tls { PATH_TLS_1_2 = 12, PATH_TLS_1_3 = 13 };

enum path_outcome {
	PATH_SERVED,      /* a handshake with a certificate: chain and staples are there */
	PATH_NOT_SERVED,  /* the server has no such version or key kind, and said so */
	PATH_UNREACHABLE, /* no connection: refused, no route, no such name */
	PATH_TIMEOUT,
	PATH_NOT_TLS,     /* something answered, but not in TLS; or STARTTLS was refused */
	PATH_BROKEN,      /* the handshake broke: alert, limits, garbage */
	PATH_SKIPPED,     /* not tried: an earlier round of this address timed out, or the deadline came */
	PATH_LIMIT,       /* more bytes or certificates than any sound server sends */
	PATH_INJECTED     /* plaintext behind the answer to STARTTLS */
};

struct path_cert {
	struct span der;       /* borrowed from the path's storage */
	struct span staple;    /* absent: none; present with n == 0: an empty one was sent */
};

struct path {
	char address[80];      /* "192.0.2.1:443", "[2001:db8::1]:443", "unix:/run/x" */
	enum path_tls tls;     /* that was negotiated, or asked for; 0: none was named and none came */
	enum key_kind key;     /* KEY_RSA or KEY_EC as asked; where any would do: of the leaf served */
	char sni[256];         /* "" : none was sent */
	unsigned round;        /* from 1 */
	enum path_outcome outcome;
	char reason[256];      /* in words, when not PATH_SERVED */
	size_t count;
	struct path_cert cert[LIMIT_CHAIN]; /* the leaf first, as served */
	struct buf storage;    /* owns the bytes of chain and staples */
	int64_t elapsed_ms;    /* from the start of the connection to the handshake's end */
	bool first_after_start; /* the rehearsal's first handshake */
	char server[64];       /* what the server calls itself (Server header, greeting); "": not told */
	bool offers_udp;       /* the server told of HTTP/3 (Alt-Svc), which no handshake here sees */
};

void path_init(struct path *p);
void path_wipe(struct path *p);

const char *path_outcome_text(enum path_outcome o); /* "served", "not served", ... */
const char *path_tls_text(enum path_tls t); /* "1.2", "1.3"; "any" for 0 */

#endif
