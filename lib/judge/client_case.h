/*
 * client_case: what the files judge/client*.c share; others use judge/client.h.
 */
#ifndef STAPLE_JUDGE_CLIENT_CASE_H
#define STAPLE_JUDGE_CLIENT_CASE_H

#include "judge/client.h"

/* What a client does about a staple with one kind of fault. */
enum client_effect {
	EFFECT_ACCEPT,	/* it does not look, or does not mind */
	EFFECT_MISSING, /* as if there were no staple */
	EFFECT_LIVE,	/* refuses, unless its own question to the responder is answered well */
	EFFECT_REFUSE,
	EFFECT_UNKNOWN /* not known, or it depends on the build */
};

/* The fault's row: what each client does.  NULL: there is no row, which is EFFECT_UNKNOWN. */
struct client_effects {
	const char *id; /* of the finding; sorted */
	enum client_effect firefox, gnutls;
	const char *firefox_error; /* or NULL */
};
const struct client_effects *client_effects_get(const char *id);

/* A client's grace, in seconds. */
struct client_grace {
	int64_t expired;     /* after nextUpdate */
	int64_t future;	     /* before thisUpdate; INT64_MAX: it does not look */
	int64_t age;	     /* greatest age of thisUpdate with a nextUpdate; INT64_MAX: none */
	int64_t age_without; /* the same when there is no nextUpdate */
};
extern const struct client_grace CLIENT_GRACE_FIREFOX, CLIENT_GRACE_GNUTLS;

/* What the leaf's staple is to the clients, found once. */
struct client_leaf_staple {
	bool present;
	bool good; /* supposed, or judged by every rule */
	struct staple_result result;
	struct findings found; /* by the rules alone: no skew, no policy */
};

MUST_USE int client_staple_judge(const struct client_input *in, struct client_leaf_staple *out,
				 struct err *e);
/* Refuses or accepts because of the staple itself.  False: the staple counts as missing. */
bool client_staple_decide(const struct client_input *in, const struct client_leaf_staple *s,
			  bool firefox, struct client_row *row);
/* The title of the first error that was found. */
const char *client_staple_error(const struct client_leaf_staple *s);

void client_say(struct client_row *row, enum client_answer a, const char *fmt, ...)
	PRINTF_LIKE(3, 4);

/* What GnuTLS reads from a TLS Feature value, which it decodes as lax BER.  False: it fails to
 * decode it, and then knows of no feature at all. */
bool client_gnutls_features(struct span value, bool *status_request);

/* What mozilla::pkix makes of a TLS Feature value.  NULL: every value is status_request; else why
 * it refuses the certificate whatever is stapled. */
const char *client_firefox_features(struct span value);

/* Is the staple's signer above the leaf's issuer, or named by one who is, as far as names tell?
 * GnuTLS takes both, when the chain leads to its trust. */
enum client_above { ABOVE_NO, ABOVE_DELEGATE, ABOVE_ITSELF };
enum client_above client_signer_above(const struct client_input *in);

/* Does RFC 7633, 4.2.2 hold along the chain?  Else *level is that of the certificate that breaks
 * it. */
bool client_superset_holds(const struct client_input *in, size_t *level);

#endif
