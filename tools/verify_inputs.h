/*
 * verify_inputs: the command line of staple-verify, and the files that it names beside the
 * certificates to be judged.
 */
#ifndef STAPLE_TOOLS_VERIFY_INPUTS_H
#define STAPLE_TOOLS_VERIFY_INPUTS_H

#include "crypto/key.h"
#include "task/verify.h"
#include "tools/tool.h"

struct verify_words { /* as they were given */
	char *csr, *key, *host, *expect, *client, *staple, *issuer, *max_age;
	int staple_only, allow_sha1, show_policy;
};

extern struct verify_words verify_words;
extern const struct poptOption verify_option_table[];

/* Everything that is read before the first certificate is judged. */
struct verify_inputs {
	struct verify v;
	struct buf csr_bytes, staple_bytes;
	struct csr csr;
	struct key *key;
	struct cert_list chain, issuer;
	struct trust *trust;
};

void verify_inputs_init(struct verify_inputs *in);

/* Checks the words, reads the files and fills in->v.  A status; a message was written. */
int verify_inputs_read(struct tool_run *run, struct verify_inputs *in);
void verify_inputs_wipe(struct verify_inputs *in);

/* A file, "-" for standard input; at most LIMIT_SMALL_FILE bytes. */
MUST_USE int verify_read(const char *path, struct buf *out, struct err *e);

#endif
