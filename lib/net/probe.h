/*
 * probe: TLS handshakes, many at once in one event loop.
 *
 * Each handshake is full (never resumed), asks for a staple, and tells what was met as a
 * struct path: the chain and the staples as bytes.  Nothing is verified here: a certificate
 * of anyone completes, and judge/ says what it is worth.  Names are resolved in the same
 * loop.  Every connection has a timeout and a cap on the bytes that it may send, and the run
 * a deadline.
 *
 * UDP (HTTP/3) is not spoken; path.offers_udp tells when a server announced it.
 */
#ifndef STAPLE_NET_PROBE_H
#define STAPLE_NET_PROBE_H

#include "facts/path.h"
#include "ground/err.h"
#include "net/starttls.h"

#include <sys/socket.h>

/* Where to connect to: IPv4, IPv6 or a UNIX socket. */
struct probe_address {
	struct sockaddr_storage sa;
	socklen_t n;
};

/* "192.0.2.1", "192.0.2.1:443", "2001:db8::1", "[2001:db8::1]:443", "unix:/run/x" or "/run/x";
 * `port` when none is named.  -1: it is no address (perhaps a name). */
MUST_USE int probe_address_parse(const char *text, uint16_t port, struct probe_address *out);

/* "192.0.2.1:443", "[2001:db8::1]:443", "unix:/run/x". */
void probe_address_text(const struct probe_address *a, char out[80]);

/* A file with a key and certificate that the client shows when it is asked for one. */
struct probe_identity {
	const char *cert, *key; /* PEM; key NULL: in the same file */
};

struct probe_options {
	int64_t timeout_ms;     /* of one connection, to the end of its handshake; and of one name */
	int64_t deadline_ms;    /* of the whole run; 0: none */
	unsigned in_flight;     /* connections at once; 0: 64 */
	size_t max_bytes;       /* that one server may send; 0: LIMIT_TLS_BYTES */
	const char *alpn;       /* protocols, separated by commas; or NULL: none offered */
	bool proxy_protocol;    /* send a PROXY line (version 1) first */
	const struct probe_identity *identity; /* or NULL */
};

enum probe_kind { PROBE_RESOLVE, PROBE_HANDSHAKE };

/* One thing to do.  Strings are borrowed until it is done. */
struct probe_job {
	enum probe_kind kind;
	void *owner;            /* the caller's */
	/* PROBE_RESOLVE */
	const char *host;
	uint16_t port;
	/* PROBE_HANDSHAKE */
	struct probe_address address;
	const char *sni;        /* NULL or "": none is sent */
	enum path_tls tls;      /* 0: 1.2 or 1.3, as the server likes */
	enum key_kind key;      /* KEY_EC, KEY_RSA; KEY_UNKNOWN: any */
	unsigned round;
	const struct starttls *starttls; /* or NULL: TLS at once */
	bool ask_http;          /* offer http/1.1, and if the server takes it ask whether it has HTTP/3 */
};

enum probe_next { PROBE_JOB, PROBE_WAIT, PROBE_END };

struct probe_callbacks {
	void *context;
	/* Fills *job; PROBE_WAIT: nothing to do until something under way is done; PROBE_END:
	 * nothing more will come unless something under way brings it. */
	enum probe_next (*next)(void *context, struct probe_job *job);
	/* A name was resolved, or not: then n is 0 and why says the reason; or not as a whole. */
	void (*resolved)(void *context, const struct probe_job *job, const struct probe_address *v,
			 size_t n, const char *why);
	/* A handshake ended, in whatever way.  *path is the callee's to wipe. */
	void (*done)(void *context, const struct probe_job *job, struct path *path);
	/* Called now and then (at least each 100 ms); true: stop, what is under way ends as
	 * PATH_SKIPPED.  Or NULL. */
	bool (*interrupted)(void *context);
};

struct probe;

/* ERR_CRYPTO when the local library cannot offer what a job may ask for. */
MUST_USE int probe_new(struct probe **out, const struct probe_options *o, struct err *e);
void probe_free(struct probe *p);

/* Until next says PROBE_END with nothing under way.  -1 only when the loop itself cannot go on;
 * what servers do is told by the paths. */
MUST_USE int probe_run(struct probe *p, const struct probe_callbacks *c, struct err *e);

/* Can this version and key kind be offered at all? */
bool probe_can(const struct probe *p, enum path_tls tls, enum key_kind key);

/* For one look at a server: resolves `host` (a name or an address), goes through its addresses until
 * one serves, with any key kind.  sni NULL: the host unless it is an address; "": none.  The
 * outcome is in *out, which the caller wipes. */
MUST_USE int probe_server(const char *host, uint16_t port, const char *sni, enum path_tls tls,
			  const struct starttls *starttls, const struct probe_options *o,
			  struct path *out, struct err *e);

/* Is the text an IPv4 or IPv6 address (without port or brackets)? */
bool probe_is_address(const char *host);

#endif
