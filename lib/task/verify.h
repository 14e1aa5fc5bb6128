/*
 * verify: what staple-verify does with one certificate, without its options.
 *
 * The certificate's promise, its chain, what clients do, and a staple, as far as each was asked
 * for and given.  Nothing is read, written or fetched here.
 */
#ifndef STAPLE_TASK_VERIFY_H
#define STAPLE_TASK_VERIFY_H

#include "report/verify.h"

struct verify {
	const struct policy *policy;
	int64_t now;
	enum promise_expect expect;
	const struct csr *csr;          /* or NULL */
	struct span key_spki;           /* or absent */
	const char *host;               /* or NULL */
	const struct cert_list *chain;  /* --chain's certificates */
	const struct trust *trust;      /* NULL only with staple_only: the issuer is believed */
	const struct cert_list *issuer; /* --issuer's certificates, or NULL: it is found in the path */
	const char *staple_source;      /* NULL: no staple was given */
	struct span staple;
	bool staple_only, allow_sha1;
	int64_t max_age;                /* 0: the policy's */
	unsigned clients;               /* whose predictions are reported; enum policy_client */
};

/* What one judgement owns, until verify_result_wipe. */
struct verify_result {
	struct report_verify report;
	struct cert_list certs;         /* the file's, the leaf first, and then --chain's */
	struct chain_path path;
	struct staple_result staple;
};

void verify_result_init(struct verify_result *r);
void verify_result_wipe(struct verify_result *r);

/*
 * Judges the first certificate in `bytes` (PEM or DER; the others in it are its chain).  Findings
 * go to f, with `source` as their subject.  A certificate that cannot be read is an error text in
 * the report and the verdict unknown.  -1 only when memory or the library failed.
 */
MUST_USE int verify_certificate(const struct verify *v, const char *source, struct span bytes,
				struct verify_result *r, struct findings *f, struct err *e);

#endif
