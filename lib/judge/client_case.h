/*
 * client_case: what the files judge/client*.c share; others use judge/client.h.
 */
#ifndef STAPLE_JUDGE_CLIENT_CASE_H
#define STAPLE_JUDGE_CLIENT_CASE_H

#include "judge/client.h"

/* What a client does about a staple with one kind of fault. */
enum client_effect {
	EFFECT_ACCEPT,   /* it does not look, or does not mind */
	EFFECT_MISSING,  /* as if there were no staple */
	EFFECT_LIVE,     /* refuses, unless its own question to the responder is answered well */
	EFFECT_REFUSE,
	EFFECT_UNKNOWN   /* not known, or it depends on the build */
};

/* The fault's row: what each client does.  NULL: there is no row, which is EFFECT_UNKNOWN. */
struct client_effects {
	const char *id;               /* of the finding; sorted */
	enum client_effect firefox, gnutls;
	const char *firefox_error;    /* or NULL */
};
const struct client_effects *client_effects_get(const char *id);

/* A client's grace, in seconds. */
struct client_grace {
	int64_t expired;        /* after nextUpdate */
	int64_t future;         /* before thisUpdate; INT64_MAX: it does not look */
	int64_t age;            /* greatest age of thisUpdate with a nextUpdate; INT64_MAX: none */
	int64_t age_without;    /* the same when there is no nextUpdate */
};
extern const struct client_grace CLIENT_GRACE_FIREFOX, CLIENT_GRACE_GNUTLS;

/* What GnuTLS reads from a TLS Feature value, which it decodes as lax BER.  False: it fails to
 * decode it, and then knows of no feature at all. */
bool client_gnutls_features(struct span value, bool *status_request);

/* What mozilla::pkix makes of a TLS Feature value.  NULL: every value is status_request; else why
 * it refuses the certificate whatever is stapled. */
const char *client_firefox_features(struct span value);

/* Does RFC 7633, 4.2.2 hold along the chain?  Else *level is that of the certificate that breaks
 * it. */
bool client_superset_holds(const struct client_input *in, size_t *level);

#endif
