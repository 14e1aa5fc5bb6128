/*
 * promise: does the certificate hold what it promises, and can it be kept?
 *
 * The TLS Feature extension itself, names, key, the request it came from, its chain (RFC
 * 7633, 4.2.2) and whether it can be stapled at all.  Facts in, findings out; signatures and
 * the path come from crypto/chain.h as data.
 */
#ifndef STAPLE_JUDGE_PROMISE_H
#define STAPLE_JUDGE_PROMISE_H

#include "crypto/chain.h"
#include "facts/csr.h"
#include "judge/policy.h"

enum promise_expect {
	EXPECT_MUST_STAPLE, EXPECT_NO_MUST_STAPLE, EXPECT_AS_REQUESTED, EXPECT_ANY
};

struct promise_input {
	const struct cert *cert;
	const char *subject;           /* of the findings: "store.pem#3" */
	int64_t now;
	const struct policy *policy;   /* never NULL */
	bool ca_known;                 /* policy_ca_of was asked already; */
	const struct policy_ca *ca;    /* this is what it said */
	enum promise_expect expect;
	const struct csr *csr;         /* or NULL */
	const struct chain_path *path; /* or NULL: nothing is said about chain and trust */
	const char *host;              /* or NULL */
	struct span key_spki;          /* of the private key that must fit; or absent */
};

/* All of the checks below that the input allows. */
void promise_judge(const struct promise_input *in, struct findings *f);

/* Its parts, each usable alone. */
void promise_extension(const struct promise_input *in, struct findings *f);  /* the value and its place */
void promise_expectation(const struct promise_input *in, struct findings *f);
void promise_request(const struct promise_input *in, struct findings *f);
void promise_key(const struct promise_input *in, struct findings *f);
void promise_dates(const struct promise_input *in, struct findings *f);
void promise_host(const struct promise_input *in, struct findings *f);
void promise_chain(const struct promise_input *in, struct findings *f);
void promise_stapleable(const struct promise_input *in, struct findings *f); /* URL, CA record, lifetime */

/* Does a file with several certificates begin with the server's own? */
void promise_order(const struct cert_list *file, const char *subject, struct findings *f);

/* The same rules for what is only about to be asked for (judge/ask.h): a key against the policy
 * (key.kind, key.weak), and whether a CA still runs OCSP (ca.ocsp-ended, ca.record-old). */
void promise_key_strength(const struct spki *k, const char *subject, const struct policy *p,
			  struct findings *f);
void promise_ca(const struct policy_ca *ca, const char *subject, int64_t now, struct findings *f);

#endif
