#include "tools/inventory_options.h"

#include <limits.h>
#include <stdlib.h>

struct inventory_options inventory_options;
static struct inventory_options *const given = &inventory_options;

static struct poptOption where_options[] = {
	{"max-depth", '\0', POPT_ARG_STRING, &inventory_options.max_depth, 0, "folders to go down; 0: none", "N"},
	{"one-file-system", '\0', POPT_ARG_NONE, &inventory_options.one_file_system, 0,
	 "stay on the file system of each PATH", NULL},
	{"include", '\0', POPT_ARG_STRING, NULL, OPTION_INCLUDE, "read only files that match", "GLOB"},
	{"exclude", '\0', POPT_ARG_STRING, NULL, OPTION_EXCLUDE, "leave out what matches", "GLOB"},
	{"archives", '\0', POPT_ARG_NONE, &inventory_options.archives, 0, "look into archives", NULL},
	{"servers", '\0', POPT_ARG_NONE, &inventory_options.servers, 0,
	 "read servers' configurations: who serves what, and does it staple", NULL},
	{"password-file", '\0', POPT_ARG_STRING, &inventory_options.password_file, 0,
	 "passwords of keystores, a line each", "FILE"},
	POPT_TABLEEND};
static struct poptOption which_options[] = {
	{"must-staple", '\0', POPT_ARG_NONE, &inventory_options.must_staple, 0,
	 "report only what must staple", NULL},
	{"trouble", '\0', POPT_ARG_NONE, &inventory_options.trouble, 0,
	 "report only what has warnings or errors", NULL},
	{"expires-within", '\0', POPT_ARG_STRING, &inventory_options.expires_within, 0,
	 "report only what ends by then", "DURATION"},
	{"issuer", '\0', POPT_ARG_STRING, NULL, OPTION_ISSUER, "report only what this issued", "GLOB"},
	{"name", '\0', POPT_ARG_STRING, NULL, OPTION_NAME, "report only what bears this name", "GLOB"},
	{"ca", '\0', POPT_ARG_NONE, &inventory_options.ca, 0, "report only CA certificates", NULL},
	{"leaf", '\0', POPT_ARG_NONE, &inventory_options.leaf, 0,
	 "report only what is no CA certificate", NULL},
	{"fail-on", '\0', POPT_ARG_STRING, NULL, OPTION_FAIL_ON, "status 1 on: error, warning, finding ids",
	 "LIST"},
	POPT_TABLEEND};
static struct poptOption how_options[] = {
	{"sort", '\0', POPT_ARG_STRING, &inventory_options.sort, 0,
	 "found (default), expiry, name, issuer, source", "KEY"},
	{"columns", '\0', POPT_ARG_STRING, &inventory_options.columns, 0,
	 "of the table or CSV, with commas; \"list\" lists them", "LIST"},
	POPT_TABLEEND};
static struct poptOption record_options[] = {
	{"db", '\0', POPT_ARG_STRING, &inventory_options.db, 0, "record the scan in this database", "FILE"},
	{"diff", '\0', POPT_ARG_NONE, &inventory_options.diff, 0,
	 "with --db: tell only what changed since the last scan", NULL},
	{"history", '\0', POPT_ARG_STRING, &inventory_options.history, 0,
	 "with --db: tell one certificate's life and end", "SHA256|NAME"},
	POPT_TABLEEND};

const struct poptOption inventory_option_table[] = {
	TOOL_GROUP("Where to look:", where_options),
	TOOL_GROUP("What to report:", which_options),
	TOOL_GROUP("How the table looks:", how_options),
	TOOL_GROUP("From scan to scan:", record_options),
	POPT_TABLEEND};

int inventory_words_add(struct inventory_words *l, const char *s)
{
	const char **v = array_grow(l->v, l->n + 1, &l->cap, sizeof *v);

	if (!v)
		return -1;
	l->v = v;
	v[l->n++] = s;
	v[l->n] = NULL;
	return 0;
}

int inventory_option_add(struct tool_run *run, int val, const char *arg)
{
	static const char *const names[] = {[OPTION_INCLUDE] = "include", [OPTION_EXCLUDE] = "exclude",
					    [OPTION_ISSUER] = "issuer", [OPTION_NAME] = "name"};

	if (arg[0] == '\0' && val != OPTION_FAIL_ON)
		return tool_usage(run, "--%s: an empty pattern matches nothing", names[val]);
	if (inventory_words_add(&given->lists[val], arg) != 0) {
		tool_error(run, "out of memory");
		return STATUS_UNCHECKED;
	}
	return STATUS_HOLDS;
}

static int read_sort(struct tool_run *run, struct scan_options *o)
{
	static const char *const words[] = {"found", "expiry", "name", "issuer", "source"};

	for (size_t i = 0; given->sort && i < sizeof words / sizeof words[0]; i++)
		if (strcmp(words[i], given->sort) == 0) {
			o->sort = (enum scan_sort)i;
			return STATUS_HOLDS;
		}
	if (given->sort)
		return tool_usage(run, "--sort %s: must be found, expiry, name, issuer or source",
				  given->sort);
	return STATUS_HOLDS;
}

/* "error, warning, ID": the words are cut in place. */
static int read_fail_on(struct tool_run *run, struct scan_options *o, char *rest,
			struct inventory_words *ids)
{
	char *word;

	while ((word = strsep(&rest, ",")) != NULL) {
		word += strspn(word, " ");
		word[strcspn(word, " ")] = '\0';
		if (strcmp(word, "error") == 0)
			o->fail.errors = true;
		else if (strcmp(word, "warning") == 0)
			o->fail.warnings = true;
		else if (!finding_rule_get(word))
			return tool_usage(run, "--fail-on %s: must be error, warning, or the id of a "
					  "finding; --explain all lists them", word);
		else if (inventory_words_add(ids, word) != 0)
			return STATUS_UNCHECKED;
	}
	o->fail.ids = ids->v;
	return STATUS_HOLDS;
}

/* Each --fail-on adds to those before: none of them is lost. */
static int read_fail_ons(struct tool_run *run, struct scan_options *o, struct inventory_words *ids)
{
	const char *const *v = given->lists[OPTION_FAIL_ON].v;
	int status = STATUS_HOLDS;

	for (; status == STATUS_HOLDS && v && *v; v++)
		status = read_fail_on(run, o, (char *)(uintptr_t)*v, ids);
	return status;
}

int inventory_options_read(struct tool_run *run, struct scan_options *o, struct inventory_words *ids)
{
	struct duration d;
	unsigned depth = 0;
	struct err e;
	int status;

	o->walk = (struct walk_options){.max_depth = -1,
					.one_file_system = given->one_file_system,
					.include = given->lists[OPTION_INCLUDE].v,
					.exclude = given->lists[OPTION_EXCLUDE].v};
	o->filter = (struct scan_filter){.must_staple = given->must_staple, .trouble = given->trouble,
					 .ca = given->ca, .leaf = given->leaf,
					 .issuers = given->lists[OPTION_ISSUER].v,
					 .names = given->lists[OPTION_NAME].v};
	if (tool_number(run, "max-depth", given->max_depth, 0, INT_MAX, &depth) != 0)
		return STATUS_UNCHECKED;
	if (given->max_depth)
		o->walk.max_depth = (int)depth;
	if (given->expires_within) {
		if (when_duration_parse(given->expires_within, false, &d, &e) != 0)
			return tool_usage(run, "--expires-within: %s", e.text);
		o->filter.expires_within = d.seconds > 0 ? d.seconds : 1;
	}
	status = read_sort(run, o);
	if (status == STATUS_HOLDS)
		status = read_fail_ons(run, o, ids);
	if (status == STATUS_HOLDS && given->sort && strcmp(run->format, "ndjson") == 0)
		return tool_usage(run, "--sort: ndjson comes in the order found");
	return status;
}

int inventory_options_columns(struct tool_run *run,
			      const struct inventory_column *out[INVENTORY_COLUMNS_MAX + 1])
{
	char *rest = given->columns, *word;
	size_t n = 0;

	if (strcmp(run->format, "text") != 0 && strcmp(run->format, "csv") != 0)
		return tool_usage(run, "--columns: only text and csv have columns");
	while ((word = strsep(&rest, ",")) != NULL) {
		for (char *p = word; (p = strchr(p, '-')) != NULL;)
			*p = '_'; /* must-staple, as the option is written */
		if (n == INVENTORY_COLUMNS_MAX || !(out[n] = inventory_column_get(word)))
			return tool_usage(run, "--columns %s: no such column; --columns list lists them", word);
		n++;
	}
	return STATUS_HOLDS;
}

int inventory_options_check(struct tool_run *run)
{
	bool plain = strcmp(run->format, "text") == 0 || strcmp(run->format, "json") == 0;

	if ((given->diff || given->history) && !given->db)
		return tool_usage(run, "--%s needs the database: --db FILE", given->diff ? "diff" : "history");
	if ((given->diff || given->history) && !plain)
		return tool_usage(run, "--%s: the format must be text or json", given->diff ? "diff" : "history");
	if (given->history && given->history[0] == '\0')
		return tool_usage(run, "--history: needs digits of a fingerprint, or a name");
	return STATUS_HOLDS;
}

void inventory_options_wipe(void)
{
	for (size_t i = 0; i < OPTIONS_REPEATED; i++)
		free(given->lists[i].v);
}
