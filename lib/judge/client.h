/*
 * client: what Firefox, GnuTLS, OpenSSL and a client that follows RFC 7633 to the letter do
 * with this chain and these staples.
 *
 * A table of predictions with their sources (client_table.c), driven by the findings of
 * judge/staple.h under each client's own grace periods; tests/lab compares it with the real
 * programs.  Only what follows from the TLS Feature extension, from critical extensions and from
 * staples is predicted: trust, names and dates of the certificates are judged elsewhere.
 */
#ifndef STAPLE_JUDGE_CLIENT_H
#define STAPLE_JUDGE_CLIENT_H

#include "facts/path.h"
#include "judge/staple.h"

enum client_answer { CLIENT_ACCEPTS, CLIENT_REFUSES, CLIENT_DEPENDS };

/* Which staple the leaf comes with. */
enum client_staple {
	CLIENT_AS_SERVED,  /* staples[], judged */
	CLIENT_NONE,       /* none, whatever staples[] holds */
	CLIENT_GOOD,       /* suppose a good one for the leaf, and none for its issuers */
	CLIENT_ALL_GOOD    /* suppose a good one for every certificate */
};

struct client_input {
	const struct cert *chain; /* the leaf first; n >= 1 */
	size_t n;
	const struct span *staples; /* as many as chain; absent: none; NULL: none at all */
	const struct cert *issuer; /* of the leaf, or NULL */
	int64_t now;
	bool responder_up;        /* Firefox repairs some faults by asking the responder itself */
	enum path_tls tls;
	enum client_staple suppose;
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

/* "firefox", "gnutls,openssl", "all": a set of enum policy_client.  -1: not a client; *bad, of at
 * most 32 octets, is the word. */
MUST_USE int client_parse(const char *list, unsigned *out, char bad[33]);

/*
 * The clients of `wanted` (enum policy_client) that refuse the certificate although good staples
 * come with it: a finding each.  `chain` is the leaf and its issuers as far as they are known.
 */
MUST_USE int client_judge(const struct cert *chain, size_t n, unsigned wanted, const char *subject,
			  int64_t now, struct findings *f, struct err *e);

#endif
