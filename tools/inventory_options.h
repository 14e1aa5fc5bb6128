/*
 * inventory_options: the command line of staple-inventory, and whether its parts go together.
 */
#ifndef STAPLE_TOOLS_INVENTORY_OPTIONS_H
#define STAPLE_TOOLS_INVENTORY_OPTIONS_H

#include "task/scan.h"
#include "tools/tool.h"

struct inventory_words {
	const char **v; /* owned, NULL-terminated; the texts are not */
	size_t n, cap;
};

/* 0, or -1: no memory. */
MUST_USE int inventory_words_add(struct inventory_words *l, const char *s);

/* Options that may be given several times. */
enum inventory_repeated {
	OPTION_INCLUDE = 1, OPTION_EXCLUDE, OPTION_ISSUER, OPTION_NAME, OPTION_FAIL_ON,
	OPTIONS_REPEATED
};

struct inventory_options { /* as they were given */
	char *expires_within, *sort, *password_file, *columns, *db, *history;
	char *max_depth;
	int archives, diff, servers, one_file_system, must_staple, trouble, ca, leaf;
	struct inventory_words lists[OPTIONS_REPEATED];
};

extern struct inventory_options inventory_options;
extern const struct poptOption inventory_option_table[];

/* For struct tool's `option`. */
int inventory_option_add(struct tool_run *run, int val, const char *arg);

/* Do --db, --diff and --history go together and with the format?  0, or a status after
 * tool_usage, as from those below. */
int inventory_options_check(struct tool_run *run);

/* What is to be walked, reported and failed on; the words of --fail-on are cut in place, and `ids`
 * holds those that are findings. */
int inventory_options_read(struct tool_run *run, struct scan_options *o, struct inventory_words *ids);

/* --columns, which must have been given, into `out`, which ends with NULL. */
#define INVENTORY_COLUMNS_MAX 63
int inventory_options_columns(struct tool_run *run,
			      const struct inventory_column *out[INVENTORY_COLUMNS_MAX + 1]);

void inventory_options_wipe(void);

#endif
