/* staple-inventory: which certificates do the stores hold, which must staple, which are in trouble? */
#include "tools/progress.h"
#include "tools/secret.h"
#include "tools/tool.h"

#include "crypto/pkcs11.h"
#include "facts/mistaken.h"
#include "ground/file.h"
#include "ground/limits.h"
#include "task/history.h"
#include "task/scan.h"

#include <stdlib.h>
#include <unistd.h>

/* Options that may be given several times. */
struct list {
	const char **v; /* NULL-terminated */
	size_t n, cap;
};

enum repeated {
	OPTION_INCLUDE = 1, OPTION_EXCLUDE, OPTION_ISSUER, OPTION_NAME, OPTION_FAIL_ON, REPEATED_END
};

static struct {
	char *expires_within, *sort, *password_file, *columns, *db, *history;
	int max_depth;
	int archives, diff, servers, one_file_system, must_staple, trouble, ca, leaf;
	struct list lists[REPEATED_END];
} given = {.max_depth = -1};

static struct poptOption where_options[] = {
	{"max-depth", '\0', POPT_ARG_INT, &given.max_depth, 0, "folders to go down; 0: none", "N"},
	{"one-file-system", '\0', POPT_ARG_NONE, &given.one_file_system, 0,
	 "stay on the file system of each PATH", NULL},
	{"include", '\0', POPT_ARG_STRING, NULL, OPTION_INCLUDE, "read only files that match", "GLOB"},
	{"exclude", '\0', POPT_ARG_STRING, NULL, OPTION_EXCLUDE, "leave out what matches", "GLOB"},
	{"archives", '\0', POPT_ARG_NONE, &given.archives, 0, "look into archives", NULL},
	{"servers", '\0', POPT_ARG_NONE, &given.servers, 0,
	 "read servers' configurations: who serves what, and does it staple", NULL},
	{"password-file", '\0', POPT_ARG_STRING, &given.password_file, 0,
	 "passwords of keystores, a line each", "FILE"},
	POPT_TABLEEND};
static struct poptOption which_options[] = {
	{"must-staple", '\0', POPT_ARG_NONE, &given.must_staple, 0, "report only what must staple", NULL},
	{"trouble", '\0', POPT_ARG_NONE, &given.trouble, 0, "report only what has warnings or errors",
	 NULL},
	{"expires-within", '\0', POPT_ARG_STRING, &given.expires_within, 0,
	 "report only what ends by then", "DURATION"},
	{"issuer", '\0', POPT_ARG_STRING, NULL, OPTION_ISSUER, "report only what this issued", "GLOB"},
	{"name", '\0', POPT_ARG_STRING, NULL, OPTION_NAME, "report only what bears this name", "GLOB"},
	{"ca", '\0', POPT_ARG_NONE, &given.ca, 0, "report only CA certificates", NULL},
	{"leaf", '\0', POPT_ARG_NONE, &given.leaf, 0, "report only what is no CA certificate", NULL},
	{"fail-on", '\0', POPT_ARG_STRING, NULL, OPTION_FAIL_ON, "status 1 on: error, warning, finding ids",
	 "LIST"},
	POPT_TABLEEND};
static struct poptOption how_options[] = {
	{"sort", '\0', POPT_ARG_STRING, &given.sort, 0, "found (default), expiry, name, issuer, source",
	 "KEY"},
	{"columns", '\0', POPT_ARG_STRING, &given.columns, 0,
	 "of the table or CSV, with commas; \"list\" lists them", "LIST"},
	POPT_TABLEEND};
static struct poptOption record_options[] = {
	{"db", '\0', POPT_ARG_STRING, &given.db, 0, "record the scan in this database", "FILE"},
	{"diff", '\0', POPT_ARG_NONE, &given.diff, 0, "with --db: tell only what changed since the last scan",
	 NULL},
	{"history", '\0', POPT_ARG_STRING, &given.history, 0,
	 "with --db: tell one certificate's life and end", "SHA256|NAME"},
	POPT_TABLEEND};

static const struct poptOption options[] = {
	TOOL_GROUP("Where to look:", where_options),
	TOOL_GROUP("What to report:", which_options),
	TOOL_GROUP("How the table looks:", how_options),
	TOOL_GROUP("From scan to scan:", record_options),
	POPT_TABLEEND};

static int list_add(struct list *l, const char *s)
{
	const char **v = array_grow(l->v, l->n + 1, &l->cap, sizeof *v);

	if (!v)
		return -1;
	l->v = v;
	v[l->n++] = s;
	v[l->n] = NULL;
	return 0;
}

static int option(struct tool_run *run, int val, const char *arg)
{
	static const char *const names[] = {[OPTION_INCLUDE] = "include", [OPTION_EXCLUDE] = "exclude",
					    [OPTION_ISSUER] = "issuer", [OPTION_NAME] = "name"};

	if (arg[0] == '\0' && val != OPTION_FAIL_ON)
		return tool_usage(run, "--%s: an empty pattern matches nothing", names[val]);
	if (list_add(&given.lists[val], arg) != 0) {
		tool_error(run, "out of memory");
		return STATUS_UNCHECKED;
	}
	return STATUS_HOLDS;
}

static int read_sort(struct tool_run *run, struct scan_options *o)
{
	static const char *const words[] = {"found", "expiry", "name", "issuer", "source"};

	for (size_t i = 0; given.sort && i < sizeof words / sizeof words[0]; i++)
		if (strcmp(words[i], given.sort) == 0) {
			o->sort = (enum scan_sort)i;
			return STATUS_HOLDS;
		}
	if (given.sort)
		return tool_usage(run, "--sort %s: must be found, expiry, name, issuer or source",
				  given.sort);
	return STATUS_HOLDS;
}

/* "error, warning, ID": the words are cut in place. */
static int read_fail_on(struct tool_run *run, struct scan_options *o, char *rest, struct list *ids)
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
		else if (list_add(ids, word) != 0)
			return STATUS_UNCHECKED;
	}
	o->fail.ids = ids->v;
	return STATUS_HOLDS;
}

/* Each --fail-on adds to those before: none of them is lost. */
static int read_fail_ons(struct tool_run *run, struct scan_options *o, struct list *ids)
{
	const char *const *v = given.lists[OPTION_FAIL_ON].v;
	int status = STATUS_HOLDS;

	for (; status == STATUS_HOLDS && v && *v; v++)
		status = read_fail_on(run, o, (char *)(uintptr_t)*v, ids);
	return status;
}

static int read_options(struct tool_run *run, struct scan_options *o, struct list *ids)
{
	struct duration d;
	struct err e;
	int status;

	o->walk = (struct walk_options){.max_depth = given.max_depth,
					.one_file_system = given.one_file_system,
					.include = given.lists[OPTION_INCLUDE].v,
					.exclude = given.lists[OPTION_EXCLUDE].v};
	o->filter = (struct scan_filter){.must_staple = given.must_staple, .trouble = given.trouble,
					 .ca = given.ca, .leaf = given.leaf,
					 .issuers = given.lists[OPTION_ISSUER].v,
					 .names = given.lists[OPTION_NAME].v};
	if (given.max_depth < -1)
		return tool_usage(run, "--max-depth %d: must be 0 or more", given.max_depth);
	if (given.expires_within) {
		if (when_duration_parse(given.expires_within, false, &d, &e) != 0)
			return tool_usage(run, "--expires-within: %s", e.text);
		o->filter.expires_within = d.seconds > 0 ? d.seconds : 1;
	}
	status = read_sort(run, o);
	if (status == STATUS_HOLDS)
		status = read_fail_ons(run, o, ids);
	if (status == STATUS_HOLDS && given.sort && strcmp(run->format, "ndjson") == 0)
		return tool_usage(run, "--sort: ndjson comes in the order found");
	return status;
}

/* Where certificates usually stand; those that exist are scanned when no PATH is given. */
static const char *const usual[] = {
	"/etc/ssl", "/etc/pki", "/etc/letsencrypt/live", "/etc/letsencrypt/archive",
	"/etc/nginx", "/etc/apache2", "/etc/httpd", "/etc/haproxy", "/etc/hitch", "/etc/lighttpd",
	"/etc/exim4", "/var/lib/exim4", "/etc/postfix", "/etc/dovecot", "/etc/dehydrated", "/etc/caddy",
	"/var/lib/dehydrated/certs", "/var/lib/caddy", "/usr/local/etc/ssl", "/usr/local/share/ca-certificates",
};

static int usual_places(struct tool_run *run, struct list *roots)
{
	struct buf names;

	buf_init(&names);
	for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++)
		if (access(usual[i], F_OK) == 0) {
			if (list_add(roots, usual[i]) != 0)
				return STATUS_UNCHECKED;
			buf_printf(&names, "%s%s", names.n ? ", " : "", usual[i]);
		}
	if (roots->n > 0)
		tool_note(run, "no PATH given; reading the usual places: %s", buf_cstr(&names));
	buf_wipe(&names);
	if (roots->n == 0)
		return tool_usage(run, "no PATH given, and none of the usual places exists");
	return STATUS_HOLDS;
}

static struct progress shown;

static void progress(void *context, size_t files, size_t of, size_t certs, double share)
{
	const struct progress_now now = {files, of, certs, share};
	char text[160];

	if (progress_text(&shown, &now, text, sizeof text))
		tool_progress(context, "%s", text);
}

static double flushed;
static bool streams, waits; /* for a pipe: whoever reads the report waits, too */

static int flush(void *context, struct err *e)
{
	struct tool_run *run = context;

	if (given.diff)
		buf_reset(&run->out); /* the listing is not asked for */
	else if (run->out.n > 0 && (run->out.n >= 256 * 1024 || (streams && (waits || progress_due(&flushed)))))
		tool_flush(run);
	return run->out_failed ? err_set(e, ERR_IO, "the report could not be written") : 0;
}

#define COLUMNS_MAX 63

/* --columns into `out`, which ends with NULL. */
static int read_columns(struct tool_run *run, const struct inventory_column **out)
{
	char *rest = given.columns, *word;
	size_t n = 0;

	if (strcmp(run->format, "text") != 0 && strcmp(run->format, "csv") != 0)
		return tool_usage(run, "--columns: only text and csv have columns");
	while ((word = strsep(&rest, ",")) != NULL) {
		for (char *p = word; (p = strchr(p, '-')) != NULL;)
			*p = '_'; /* must-staple, as the option is written */
		if (n == COLUMNS_MAX || !(out[n] = inventory_column_get(word)))
			return tool_usage(run, "--columns %s: no such column; --columns list lists them", word);
		n++;
	}
	return STATUS_HOLDS;
}

/* Of the one file that was named: what it is when it is no certificate. */
static void note_mistaken(const struct tool_run *run, const char *path)
{
	struct err e;
	struct buf b;

	buf_init(&b);
	if (file_read(path, LIMIT_SMALL_FILE, &b, &e) == 0 &&
	    mistaken(MISTAKEN_FOR_STORE, buf_span(&b), path, &e))
		tool_note(run, "%s", e.text);
	buf_wipe_secret(&b);
}

static int run_scan(struct tool_run *run, struct scan_options *o, const char *const *roots)
{
	struct report r = tool_report(run, "inventory");
	const struct inventory_column *columns[COLUMNS_MAX + 1] = {NULL};
	struct scan_counts counts = {0};
	enum verdict verdict;
	struct err e;

	if (given.columns && read_columns(run, columns) != STATUS_HOLDS)
		return STATUS_UNCHECKED;
	r.choose = given.columns ? columns : NULL;
	o->policy = &run->policy;
	o->now = run->now;
	o->jobs = o->walk.jobs = run->jobs;
	o->stream = !given.servers && (strcmp(run->format, "ndjson") == 0 ||
				       (given.diff && given.lists[OPTION_FAIL_ON].n == 0));
	streams = o->stream;
	waits = strcmp(roots[0], "-") == 0 && !roots[1];
	o->servers = given.servers;
	o->context = run;
	o->progress = run->progress ? progress : NULL;
	progress_begin(&shown);
	o->flush = flush;
	if (!o->counts)
		o->counts = &counts;
	if (scan_run(o, roots, &r, &verdict, &e) != 0) {
		if (!run->out_failed)
			tool_fail(run, &e);
		return STATUS_UNCHECKED;
	}
	if (o->counts->found + o->counts->problems == 0 && !given.servers && roots[0] && !roots[1])
		note_mistaken(run, roots[0]);
	return tool_status_of(verdict);
}

static struct report plain_report(struct tool_run *run)
{
	return (struct report){.out = &run->out, .tool = run->tool->name, .version = PACKAGE_VERSION,
			       .at = run->now, .color = run->color, .columns = run->columns,
			       .verbose = run->verbose, .quiet = run->quiet};
}

/* The scan, recorded; with --diff only what changed is written. */
static int run_recorded(struct tool_run *run, struct scan_options *o, const char *const *roots)
{
	bool json = strcmp(run->format, "json") == 0;
	struct report r = plain_report(run);
	struct scan_counts counts;
	struct history h;
	struct err e;
	int status;

	if (history_open(&h, given.db, roots, run->now, &e) != 0) {
		history_wipe(&h);
		tool_fail(run, &e);
		return STATUS_UNCHECKED;
	}
	o->note = history_note;
	o->record = history_place;
	o->unlisted = given.diff;
	o->record_context = &h;
	o->counts = &counts;
	counts.files = SIZE_MAX;
	status = run_scan(run, o, roots);
	if (counts.files != SIZE_MAX && !run->out_failed) {
		if (given.diff)
			buf_reset(&run->out);
		if (history_commit(&h, counts.files, counts.problems, &e) != 0 ||
		    (given.diff && history_diff(&h, &r, json, &e) != 0)) {
			tool_fail(run, &e);
			status = STATUS_UNCHECKED;
		}
	}
	history_wipe(&h);
	return status;
}

static int check_history(struct tool_run *run)
{
	bool plain = strcmp(run->format, "text") == 0 || strcmp(run->format, "json") == 0;

	if ((given.diff || given.history) && !given.db)
		return tool_usage(run, "--%s needs the database: --db FILE", given.diff ? "diff" : "history");
	if ((given.diff || given.history) && !plain)
		return tool_usage(run, "--%s: the format must be text or json", given.diff ? "diff" : "history");
	if (given.history && given.history[0] == '\0')
		return tool_usage(run, "--history: needs digits of a fingerprint, or a name");
	return STATUS_HOLDS;
}

static int run_history(struct tool_run *run)
{
	struct report r = plain_report(run);
	struct err e;

	if (history_tell(given.db, given.history, &r, strcmp(run->format, "json") == 0, &e) == 0)
		return STATUS_HOLDS;
	buf_reset(&run->out);
	tool_fail(run, &e);
	return STATUS_UNCHECKED;
}

/* Was the same path given before?  Of very many (a shell's *.pem) not all are asked; the walk knows. */
#define REPEATED_MAX 500

static bool is_repeated(const char *const *args, size_t i)
{
	for (size_t k = 0; k < i && k < REPEATED_MAX; k++)
		if (strcmp(args[k], args[i]) == 0)
			return true;
	return false;
}

static int run(struct tool_run *run, const char *const *args, size_t n)
{
	struct scan_options o = {0};
	struct list roots = {0}, ids = {0};
	struct store_passwords passwords = {0};
	const char *const outputs[] = {given.db, NULL};
	struct buf secrets;
	struct err e;
	bool tokens = false;
	int status;

	if (given.columns && strcmp(given.columns, "list") == 0) {
		for (const struct inventory_column *c = inventory_columns; c->title; c++)
			buf_printf(&run->out, "%s\n", c->title);
		return STATUS_HOLDS;
	}
	status = check_history(run);
	if (status == STATUS_HOLDS && given.history)
		return run_history(run);
	if (status == STATUS_HOLDS)
		status = read_options(run, &o, &ids);
	buf_init(&secrets);
	o.store.passwords = &passwords;
	o.store.archives = given.archives;
	if (status == STATUS_HOLDS && given.password_file &&
	    secret_read_list(given.password_file, &secrets, &passwords.v, &passwords.n, &e) != 0) {
		tool_fail(run, &e);
		status = STATUS_UNCHECKED;
	}

	for (size_t i = 0; status == STATUS_HOLDS && i < n; i++) {
		if (pkcs11_is_url(args[i]) && pkcs11_check_url(args[i], &e) != 0)
			status = tool_usage(run, "%s", e.text);
		tokens |= pkcs11_is_url(args[i]); /* modules need what is given up below */
		if (status == STATUS_HOLDS && !is_repeated(args, i) && list_add(&roots, args[i]) != 0)
			status = STATUS_UNCHECKED;
	}
	o.usual = n == 0;
	if (status == STATUS_HOLDS && n == 0)
		status = usual_places(run, &roots);
	if (status == STATUS_HOLDS && given.archives && store_archives_start(&e) != 0) {
		tool_fail(run, &e);
		status = STATUS_UNCHECKED;
	}
	if (status == STATUS_HOLDS)
		status = tokens ? STATUS_HOLDS : tool_confine(run, false, outputs);
	if (status == STATUS_HOLDS)
		status = given.db ? run_recorded(run, &o, roots.v) : run_scan(run, &o, roots.v);
	buf_wipe_secret(&secrets);
	free(passwords.v);
	free(roots.v);
	free(ids.v);
	for (size_t i = 0; i < REPEATED_END; i++)
		free(given.lists[i].v);
	return status;
}

static const struct tool tool = {
	.name = "staple-inventory",
	.summary = "which certificates must staple, which are in trouble?",
	.args = "PATH...|-",
	.example = "staple-inventory --must-staple --expires-within 30d /etc/ssl",
	.has = TOOL_FORMAT | TOOL_JOBS | TOOL_PROGRESS,
	.formats = "text json ndjson csv openmetrics html",
	.options = options,
	.option = option,
	.run = run,
};

int main(int argc, char **argv)
{
	return tool_main(argc, argv, &tool);
}
