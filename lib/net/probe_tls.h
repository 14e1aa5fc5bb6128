/*
 * probe_tls: one GnuTLS client session over a descriptor of ours, and what its end means.
 */
#ifndef STAPLE_NET_PROBE_TLS_H
#define STAPLE_NET_PROBE_TLS_H

#include "net/probe.h"

#include <gnutls/gnutls.h>

/* Shared by all sessions of a run. */
struct probe_tls_context {
	gnutls_certificate_credentials_t credentials;
	gnutls_priority_t priority[3][4]; /* any, 1.2, 1.3; any, RSA, EC, EdDSA; made when needed */
	char alpn[8][64];
	unsigned alpn_count;
	size_t max_bytes;
	size_t asking;            /* connections that wait for an HTTP answer */
};

MUST_USE int probe_tls_start(struct probe_tls_context *c, const struct probe_options *o,
			     struct err *e);
void probe_tls_end(struct probe_tls_context *c);
/* NULL: the library cannot.  The groups are 0 any, 1 RSA, 2 EC, 3 EdDSA. */
gnutls_priority_t probe_tls_priority(struct probe_tls_context *c, enum path_tls tls,
				     enum key_kind key);
unsigned probe_tls_key_group(enum key_kind key);
bool probe_tls_can(struct probe_tls_context *c, enum path_tls tls, enum key_kind key);

struct probe_tls {
	gnutls_session_t session;
	struct probe_tls_context *context;
	int fd;
	size_t received;
	bool over;                /* received passed the cap */
	uint8_t first[16];        /* what came first: TLS or not? */
	unsigned warnings;
	bool asked_for_certificate;
	struct path *path;
	size_t certificate_n, status_n; /* in path->storage, one behind the other */
	bool certificate_seen, status_seen;
};

enum probe_tls_step { PROBE_TLS_AGAIN, PROBE_TLS_DONE };

/* `path` gets the outcome. */
MUST_USE int probe_tls_open(struct probe_tls *t, struct probe_tls_context *c, int fd,
			    const struct probe_job *job, struct path *path, struct err *e);

/* Goes on with the handshake.  DONE: path->outcome, reason and chain are filled. */
enum probe_tls_step probe_tls_step(struct probe_tls *t, const struct probe_job *job);
bool probe_tls_wants_write(const struct probe_tls *t);

/* After a handshake: did the server take http/1.1?  Plain send and receive: bytes, 0 at the end,
 * -1 on an error, -2 for later. */
bool probe_tls_is_http(const struct probe_tls *t);
ptrdiff_t probe_tls_send(struct probe_tls *t, const void *p, size_t n);
ptrdiff_t probe_tls_receive(struct probe_tls *t, void *p, size_t n);

/* Did the server refuse the protocols that were offered (ALPN)? */
bool probe_tls_alpn_refused(const struct probe_tls *t);

void probe_tls_close(struct probe_tls *t);

#endif
