/*
 * csr: the parts of staple-csr, each a file: what is asked for (csr_wish.c), the key
 * (csr_key.c), many requests (csr_batch.c), and the program itself (staple-csr.c).
 */
#ifndef STAPLE_TOOLS_CSR_H
#define STAPLE_TOOLS_CSR_H

#include "crypto/request.h"
#include "judge/finding.h"
#include "report/csr.h"
#include "tools/csr_options.h"

struct csr_run {
	struct tool_run *run;
	struct request request;
	struct findings findings;
	struct key *key;      /* owned */
	struct buf password;  /* of the key; n == 0: none */
};

/* All return STATUS_HOLDS to go on, or a status after a message.  A rule that the user's words
 * break is an error among the findings, and no reason to stop reading. */

/* Names, subject, features and usages, in the order: --from, arguments, options. */
int csr_wish_read(struct csr_run *w, const char *const *args, size_t n);

/* Features and the CA's record (--ca, --force). */
int csr_wish_judge(struct csr_run *w);

/* The key of --key, or a new one. */
int csr_key_get(struct csr_run *w);

/* The algorithm of a new key, judged by the policy; NULL: there is a finding. */
const struct key_algorithm *csr_key_algorithm(struct csr_run *w);

/* Reads --password-file, or asks. */
MUST_USE int csr_key_need_password(struct csr_run *w, const char *prompt, bool twice, struct err *e);
const char *csr_key_password(struct csr_run *w); /* NULL: none */

/* The whole of --batch. */
int csr_batch_run(struct csr_run *w);

#endif
