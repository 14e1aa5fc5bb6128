/*
 * client: what Firefox, GnuTLS, OpenSSL and a client that follows RFC 7633 to the letter do
 * with this chain and these staples.  A table of predictions with their sources; it is
 * compared with the real programs in tests/lab.
 */
#ifndef STAPLE_JUDGE_CLIENT_H
#define STAPLE_JUDGE_CLIENT_H

#include "facts/path.h"
#include "judge/staple.h"

enum client_answer { CLIENT_ACCEPTS, CLIENT_REFUSES, CLIENT_DEPENDS };

struct client_input {
	const struct cert *chain; /* the leaf first; n >= 1 */
	size_t n;
	const struct span *staples; /* as many as chain; absent: none */
	const struct cert *issuer; /* of the leaf, or NULL */
	int64_t now;
	bool responder_up;        /* Firefox repairs some faults by asking the responder itself */
	enum path_tls tls;
};

struct client_row {
	const char *client;       /* "firefox", "gnutls", "openssl", "rfc7633" */
	enum client_answer answer;
	char reason[256];
};

#define CLIENT_COUNT 4

/* One row for each client, in the order of enum policy_client's bits. */
MUST_USE int client_predict(const struct client_input *in, struct client_row out[CLIENT_COUNT],
			    struct err *e);
const char *client_answer_text(enum client_answer a); /* "accepts", "refuses", "depends" */

#endif
