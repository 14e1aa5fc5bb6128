/*
 * csr_options: the command line of staple-csr, and whether its parts go together.
 */
#ifndef STAPLE_TOOLS_CSR_OPTIONS_H
#define STAPLE_TOOLS_CSR_OPTIONS_H

#include "facts/extension.h"
#include "tools/tool.h"

struct csr_option {       /* one that may be repeated, in the order given */
	int what;         /* enum csr_option_kind */
	char *arg;        /* owned */
};

enum csr_option_kind {
	CSR_DNS = 1, CSR_IP, CSR_EMAIL, CSR_URI, CSR_FEATURE, CSR_EKU, CSR_KEY_USAGE, CSR_CARRY
};

struct csr_options {
	char *new_key, *out_key, *key, *out, *subject, *from, *ca, *batch, *out_dir;
	char *password_file, *pin_file;
	int der, no_must_staple, force, encrypt_key;
	struct csr_option *repeated; /* owned */
	size_t repeated_count, repeated_cap;
};

extern struct csr_options csr_options;
extern const struct poptOption csr_option_table[];

/* For struct tool's `option`. */
int csr_option_add(struct tool_run *run, int val, const char *arg);

void csr_options_wipe(void);

/* 0, or a status after tool_usage.  `names`: how many arguments were left. */
int csr_options_check(struct tool_run *run, size_t names);

#endif
