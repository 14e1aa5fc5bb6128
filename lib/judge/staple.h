/*
 * staple: is this OCSP response good for this certificate, now?
 *
 * Facts, an issuer, a time and a policy in; findings out.  "good" is the only way to pass:
 * signature, authority of the signer, CertID, status and times must each be seen to hold
 * (RFC 6960, 3.2 and 4.2.2).  No network, no clock.
 *
 * It does not check that the issuer itself is trusted (crypto/chain.h does), and not what a
 * client would do (judge/client.h does).
 */
#ifndef STAPLE_JUDGE_STAPLE_H
#define STAPLE_JUDGE_STAPLE_H

#include "crypto/chain.h"
#include "facts/ocsp.h"
#include "judge/policy.h"

struct staple_input {
	struct span response;            /* as served or read: any bytes */
	const struct cert *cert;
	const struct cert *issuer;       /* that issued cert; NULL: a finding, verdict unknown */
	const struct cert_list *extra;   /* responder certificates that the response may lack; or NULL */
	int64_t now;
	const struct policy *policy;     /* never NULL */
	bool allow_sha1;                 /* beats the policy */
	int64_t max_age;                 /* seconds; 0: the policy's; beats the policy */
	struct span nonce;               /* that was asked for; or absent */
	const char *subject;             /* of the findings: "ocsp.der", "www:443 TLS 1.3 round 2" */
};

enum staple_state {
	STAPLE_GOOD,        /* every rule holds */
	STAPLE_REFUSED,     /* an error finding */
	STAPLE_UNCHECKED    /* it could not be judged: no issuer */
};

struct staple_result {
	enum staple_state state;
	bool decoded;               /* the fields below are filled as far as the response goes */
	int64_t response_status;    /* enum ocsp_response_status */
	bool matched;               /* a SingleResponse for this certificate was found */
	enum ocsp_cert_status status;
	int64_t this_update, next_update, produced_at; /* WHEN_NONE: absent */
	int64_t revoked_at;
	int reason;
	bool inflated;              /* too large, or with too many certificates, for some clients */
	bool by_delegate;           /* signed by a delegated responder */
	bool delegate_nocheck;
	int64_t delegate_not_after; /* WHEN_NONE: no delegate */
	int64_t dark_at;            /* the earliest moment at which a client starts to refuse if no
				       new staple comes: the least of nextUpdate, the delegate's end and
				       the certificate's end; WHEN_NONE when not good */
	char responder[256];        /* name or key hash, for people */
};

/* Adds findings to f and fills *out.  -1 only when memory or the library failed; then
 * out->state is STAPLE_UNCHECKED. */
MUST_USE int staple_judge(const struct staple_input *in, struct staple_result *out,
			  struct findings *f, struct err *e);

#endif
