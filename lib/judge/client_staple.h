/*
 * client_staple: what a staple looks like to clients: the judge's findings, sorted into the
 * faults that clients tell apart.  For judge/client.c.
 */
#ifndef STAPLE_JUDGE_CLIENT_STAPLE_H
#define STAPLE_JUDGE_CLIENT_STAPLE_H

#include "judge/client.h"

/* In the order in which a client meets them: the first that applies decides. */
enum client_fault {
	CLIENT_STAPLE_NONE,          /* nothing was stapled */
	CLIENT_STAPLE_EMPTY,         /* zero bytes, which TLS forbids (RFC 6066, 8) */
	CLIENT_STAPLE_UNREADABLE,    /* no DER, trailing data, another type or version */
	CLIENT_STAPLE_TRY_LATER,
	CLIENT_STAPLE_UNSUCCESSFUL,  /* any other response status */
	CLIENT_STAPLE_SIGNER,        /* signed by one that may not, or whose certificate lacks */
	CLIENT_STAPLE_ANCESTOR,      /* signed by a delegate of another issuer */
	CLIENT_STAPLE_ALGORITHM,     /* SHA-1, MD5, an unknown algorithm, a short key */
	CLIENT_STAPLE_SIGNATURE,     /* the signature does not check */
	CLIENT_STAPLE_CRITICAL,      /* an unknown critical extension */
	CLIENT_STAPLE_OTHER_SERIAL,  /* about another certificate */
	CLIENT_STAPLE_OTHER_NAME,    /* this serial, another issuer's name */
	CLIENT_STAPLE_OTHER_KEY,     /* this serial and issuer name, another issuer's key */
	CLIENT_STAPLE_REVOKED,
	CLIENT_STAPLE_UNKNOWN,
	CLIENT_STAPLE_READ           /* status good, signed by one that may; the times decide */
};

struct client_staple {
	enum client_fault fault;
	struct staple_result result; /* times, as far as they could be read */
	bool times_odd;              /* the judge refused it for another reason than the above */
	char finding[64];            /* id of the first error finding, or "" */
};

MUST_USE int client_staple_read(const struct client_input *in, struct span staple,
				struct client_staple *out, struct err *e);

#endif
