/* staple-inventory: which certificates do the stores hold, which must staple, which are in trouble? */
#include "tools/inventory_options.h"
#include "tools/progress.h"
#include "tools/secret.h"
#include "tools/tool.h"

#include "crypto/pkcs11.h"
#include "facts/mistaken.h"
#include "ground/file.h"
#include "ground/limits.h"
#include "task/history.h"

#include <stdlib.h>
#include <unistd.h>

static const struct inventory_options *const given = &inventory_options;

/* Where certificates usually stand; those that exist are scanned when no PATH is given. */
static const char *const usual[] = {
	"/etc/ssl", "/etc/pki", "/etc/letsencrypt/live", "/etc/letsencrypt/archive",
	"/etc/nginx", "/etc/apache2", "/etc/httpd", "/etc/haproxy", "/etc/hitch", "/etc/lighttpd",
	"/etc/exim4", "/var/lib/exim4", "/etc/postfix", "/etc/dovecot", "/etc/dehydrated", "/etc/caddy",
	"/var/lib/dehydrated/certs", "/var/lib/caddy", "/usr/local/etc/ssl", "/usr/local/share/ca-certificates",
};

static int usual_places(struct tool_run *run, struct inventory_words *roots)
{
	struct buf names;

	buf_init(&names);
	for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++)
		if (access(usual[i], F_OK) == 0) {
			if (inventory_words_add(roots, usual[i]) != 0)
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

/* Small enough that what is written still lies in a processor's cache. */
#define FLUSH_FROM (64u * 1024u)

static int flush(void *context, struct err *e)
{
	struct tool_run *run = context;

	if (given->diff)
		buf_reset(&run->out); /* the listing is not asked for */
	else if (run->out.n > 0 && (run->out.n >= FLUSH_FROM || (streams && (waits || progress_due(&flushed)))))
		tool_flush(run);
	return run->out_failed ? err_set(e, ERR_IO, "the report could not be written") : 0;
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
	const struct inventory_column *columns[INVENTORY_COLUMNS_MAX + 1] = {NULL};
	struct scan_counts counts = {0};
	enum verdict verdict;
	struct err e;

	if (given->columns && inventory_options_columns(run, columns) != STATUS_HOLDS)
		return STATUS_UNCHECKED;
	r.choose = given->columns ? columns : NULL;
	o->policy = &run->policy;
	o->now = run->now;
	o->jobs = o->walk.jobs = run->jobs;
	o->stream = !given->servers && (strcmp(run->format, "ndjson") == 0 ||
					(given->diff && given->lists[OPTION_FAIL_ON].n == 0));
	streams = o->stream;
	waits = strcmp(roots[0], "-") == 0 && !roots[1];
	o->servers = given->servers;
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
	if (o->counts->found + o->counts->problems == 0 && !given->servers && roots[0] && !roots[1])
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

	if (history_open(&h, given->db, roots, run->now, &e) != 0) {
		history_wipe(&h);
		tool_fail(run, &e);
		return STATUS_UNCHECKED;
	}
	o->note = history_note;
	o->record = history_place;
	o->unlisted = given->diff;
	o->record_context = &h;
	o->counts = &counts;
	counts.files = SIZE_MAX;
	status = run_scan(run, o, roots);
	if (counts.files != SIZE_MAX && !run->out_failed) {
		if (given->diff)
			buf_reset(&run->out);
		if (history_commit(&h, counts.files, counts.problems, &e) != 0 ||
		    (given->diff && history_diff(&h, &r, json, &e) != 0)) {
			tool_fail(run, &e);
			status = STATUS_UNCHECKED;
		}
	}
	history_wipe(&h);
	return status;
}

static int run_history(struct tool_run *run)
{
	struct report r = plain_report(run);
	struct err e;

	if (history_tell(given->db, given->history, &r, strcmp(run->format, "json") == 0, &e) == 0)
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

/* The paths, each once, or the usual places.  *tokens: is there a PKCS#11 URL among them? */
static int find_roots(struct tool_run *run, const char *const *args, size_t n,
		      struct inventory_words *roots, bool *tokens)
{
	struct err e;

	*tokens = false;
	for (size_t i = 0; i < n; i++) {
		if (pkcs11_is_url(args[i]) && pkcs11_check_url(args[i], &e) != 0)
			return tool_usage(run, "%s", e.text);
		*tokens |= pkcs11_is_url(args[i]);
		if (!is_repeated(args, i) && inventory_words_add(roots, args[i]) != 0)
			return STATUS_UNCHECKED;
	}
	return roots->n == 0 ? usual_places(run, roots) : STATUS_HOLDS;
}

static int list_columns(struct tool_run *run)
{
	for (const struct inventory_column *c = inventory_columns; c->title; c++)
		buf_printf(&run->out, "%s\n", c->title);
	return STATUS_HOLDS;
}

static int run(struct tool_run *run, const char *const *args, size_t n)
{
	struct scan_options o = {0};
	struct inventory_words roots = {0}, ids = {0};
	struct store_passwords passwords = {0};
	const char *const outputs[] = {given->db, NULL};
	struct buf secrets;
	struct err e;
	bool tokens = false;
	int status;

	if (given->columns && strcmp(given->columns, "list") == 0)
		return list_columns(run);
	status = inventory_options_check(run);
	if (status == STATUS_HOLDS && given->history)
		return run_history(run);
	if (status == STATUS_HOLDS)
		status = inventory_options_read(run, &o, &ids);
	buf_init(&secrets);
	o.store.passwords = &passwords;
	o.store.archives = given->archives;
	if (status == STATUS_HOLDS && given->password_file &&
	    secret_read_list(given->password_file, &secrets, &passwords.v, &passwords.n, &e) != 0) {
		tool_fail(run, &e);
		status = STATUS_UNCHECKED;
	}
	o.usual = n == 0;
	if (status == STATUS_HOLDS)
		status = find_roots(run, args, n, &roots, &tokens);
	if (status == STATUS_HOLDS && given->archives && store_archives_start(&e) != 0) {
		tool_fail(run, &e);
		status = STATUS_UNCHECKED;
	}
	if (status == STATUS_HOLDS && !tokens) /* their modules need what is given up here */
		status = tool_confine(run, false, outputs);
	if (status == STATUS_HOLDS)
		status = given->db ? run_recorded(run, &o, roots.v) : run_scan(run, &o, roots.v);
	buf_wipe_secret(&secrets);
	free(passwords.v);
	free(roots.v);
	free(ids.v);
	inventory_options_wipe();
	return status;
}

static const struct tool tool = {
	.name = "staple-inventory",
	.summary = "which certificates must staple, which are in trouble?",
	.args = "PATH...|-",
	.example = "staple-inventory --must-staple --expires-within 30d /etc/ssl",
	.has = TOOL_FORMAT | TOOL_JOBS | TOOL_PROGRESS,
	.formats = "text json ndjson csv openmetrics html",
	.options = inventory_option_table,
	.option = inventory_option_add,
	.run = run,
};

int main(int argc, char **argv)
{
	return tool_main(argc, argv, &tool);
}
