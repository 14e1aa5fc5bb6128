/*
 * staple-fetch: get the staple before it is needed and keep it fresh.
 *
 * Options here; a round is task/refresh, the server is told by task/deliver, and staying is
 * fetch_watch.
 */
#include "tools/fetch.h"

#include "ground/limits.h"
#include "task/deliver.h"
#include "task/refresh.h"

#include <stdio.h>

#define STATUS_TEMPFAIL 75 /* EX_TEMPFAIL of sysexits(3) */

static struct {
	const char *issuer, *out, *out_dir, *url, *layout, *hash, *refresh_at, *retry_for, *max_age;
	const char *hook, *haproxy, *on_revoked;
	int pem, aia, post, nonce, force, check, watch, tempfail, retries, per_host;
} given = {.retries = 1, .per_host = 4};

static const struct poptOption options[] = {
	{"issuer", '\0', POPT_ARG_STRING, &given.issuer, 0, "the issuer's certificate", "FILE"},
	{"aia", '\0', POPT_ARG_NONE, &given.aia, 0,
	 "get a missing issuer from the certificate's CA Issuers URL", NULL},
	{"out", '\0', POPT_ARG_STRING, &given.out, 0, "the staple's file (CERT.ocsp)", "FILE"},
	{"out-dir", '\0', POPT_ARG_STRING, &given.out_dir, 0, "put the staples there", "DIR"},
	{"layout", '\0', POPT_ARG_STRING, &given.layout, 0,
	 "names as this server wants them: plain, nginx, haproxy, hitch, exim, lighttpd, gnutls, "
	 "kubernetes", "SERVER"},
	{"pem", '\0', POPT_ARG_NONE, &given.pem, 0, "write a PEM block instead of DER", NULL},
	{"url", '\0', POPT_ARG_STRING, &given.url, 0, "ask this responder", "URL"},
	{"post", '\0', POPT_ARG_NONE, &given.post, 0, "always POST, never GET", NULL},
	{"hash", '\0', POPT_ARG_STRING, &given.hash, 0, "hash of the CertID", "sha1|sha256"},
	{"nonce", '\0', POPT_ARG_NONE, &given.nonce, 0, "send a nonce", NULL},
	{"max-age", '\0', POPT_ARG_STRING, &given.max_age, 0,
	 "refuse a staple whose thisUpdate is longer ago", "DURATION"},
	{"refresh-at", '\0', POPT_ARG_STRING, &given.refresh_at, 0,
	 "ask at this share of the staple's life (50%), or so long after thisUpdate",
	 "SHARE|DURATION"},
	{"force", '\0', POPT_ARG_NONE, &given.force, 0, "ask although no staple is due", NULL},
	{"retries", '\0', POPT_ARG_INT, &given.retries, 0, "ask so often again (1)", "N"},
	{"retry-for", '\0', POPT_ARG_STRING, &given.retry_for, 0,
	 "ask again for so long, instead of --retries", "DURATION"},
	{"per-host", '\0', POPT_ARG_INT, &given.per_host, 0,
	 "ask one host so many times at once (4)", "N"},
	{"on-revoked", '\0', POPT_ARG_STRING, &given.on_revoked, 0,
	 "what becomes of the old staple of a revoked certificate", "keep|remove"},
	{"hook", '\0', POPT_ARG_STRING, &given.hook, 0,
	 "run once after all when a file changed; the files are in STAPLE_CHANGED and $1...",
	 "COMMAND"},
	{"haproxy-socket", '\0', POPT_ARG_STRING, &given.haproxy, 0,
	 "push new staples through HAProxy's runtime API", "PATH"},
	{"check", '\0', POPT_ARG_NONE, &given.check, 0,
	 "ask nobody: judge the staples that are there", NULL},
	{"watch", '\0', POPT_ARG_NONE, &given.watch, 0,
	 "stay, and refresh when due; SIGHUP looks at everything anew", NULL},
	{"tempfail", '\0', POPT_ARG_NONE, &given.tempfail, 0,
	 "status 75 instead of 2 when a responder could not be asked", NULL},
	POPT_TABLEEND};

static int read_length(const struct tool_run *run, const char *name, const char *value,
		       bool share, struct duration *d)
{
	struct err e;

	if (!value)
		return STATUS_HOLDS;
	if (when_duration_parse(value, share, d, &e) != 0)
		return tool_usage(run, "--%s: %s", name, e.text);
	if (d->percent < 0 && d->seconds <= 0)
		return tool_usage(run, "--%s %s: must be longer than nothing", name, value);
	return STATUS_HOLDS;
}

static int read_words(struct tool_run *run, struct refresh_options *o)
{
	struct err e;
	struct buf b;

	if (given.hash && strcmp(given.hash, "sha1") != 0 && strcmp(given.hash, "sha256") != 0)
		return tool_usage(run, "--hash %s: must be sha1 or sha256", given.hash);
	o->hash = given.hash && strcmp(given.hash, "sha256") == 0 ? HASH_SHA256 : HASH_SHA1;
	if (given.on_revoked && strcmp(given.on_revoked, "keep") != 0 &&
	    strcmp(given.on_revoked, "remove") != 0)
		return tool_usage(run, "--on-revoked %s: must be keep or remove", given.on_revoked);
	o->remove_revoked = given.on_revoked && strcmp(given.on_revoked, "remove") == 0;
	o->layout = given.layout ? layout_get(given.layout) : &layouts[0];
	if (!o->layout) {
		buf_init(&b);
		for (size_t i = 0; i < layout_count; i++)
			buf_printf(&b, "%s%s", i > 0 ? ", " : "", layouts[i].name);
		tool_usage(run, "--layout %s: must be one of %s", given.layout, buf_cstr(&b));
		buf_wipe(&b);
		return STATUS_UNCHECKED;
	}
	if (given.retries < 0 || given.retries > 1000)
		return tool_usage(run, "--retries %d: must be from 0 to 1000", given.retries);
	if (given.per_host < 1 || given.per_host > 4096)
		return tool_usage(run, "--per-host %d: must be from 1 to 4096", given.per_host);
	if (given.url && fetch_url_check(given.url, &e) != 0)
		return tool_usage(run, "--url: %s", e.text);
	return STATUS_HOLDS;
}

static int read_lengths(struct tool_run *run, struct refresh_options *o)
{
	struct duration max_age = {0, -1}, retry_for = {0, -1};
	int status;

	o->refresh_at = (struct duration){0, 50};
	if ((status = read_length(run, "refresh-at", given.refresh_at, true, &o->refresh_at)) != 0 ||
	    (status = read_length(run, "max-age", given.max_age, false, &max_age)) != 0 ||
	    (status = read_length(run, "retry-for", given.retry_for, false, &retry_for)) != 0)
		return status;
	o->max_age = max_age.seconds;
	o->retry_for_ms = retry_for.seconds * 1000;
	return STATUS_HOLDS;
}

/* Options that cannot stand together. */
static int check_words(struct tool_run *run, size_t n)
{
	if (n == 0)
		return tool_usage(run, "which certificate?");
	if (given.out && given.out_dir)
		return tool_usage(run, "--out and --out-dir exclude each other");
	if (given.out && n > 1)
		return tool_usage(run, "--out is for one certificate, and there are %zu; see --out-dir", n);
	if (given.out && given.layout)
		return tool_usage(run, "--out and --layout exclude each other");
	if (given.check && (given.watch || given.force))
		return tool_usage(run, "--check asks nobody: --%s cannot stand beside it",
				  given.watch ? "watch" : "force");
	if (given.watch && run->at_given)
		return tool_usage(run, "--watch goes with the clock: --at cannot stand beside it");
	return STATUS_HOLDS;
}

static void tell_attempt(void *context, const char *text)
{
	const struct tool_run *run = context;

	if (run->verbose)
		tool_note(run, "%s", text);
}

/* --- the server is told --- */

static int push_haproxy(struct tool_run *run, const struct report_fetch *items, size_t n)
{
	int status = STATUS_HOLDS;
	struct err e;

	for (size_t i = 0; i < n; i++) {
		if (items[i].outcome != FETCH_REPLACED)
			continue;
		if (deliver_haproxy(given.haproxy, items[i].staple, run->timeout_ms, &e) != 0) {
			tool_fail(run, &e);
			status = STATUS_UNCHECKED;
		}
	}
	return status;
}

static int deliver(struct tool_run *run, const struct refresh *r)
{
	const char *const *changed;
	const struct report_fetch *items;
	size_t n, changed_count;
	int status = STATUS_HOLDS;
	struct err e;

	items = refresh_items(r, &n);
	changed = refresh_changed(r, &changed_count);
	if (changed_count == 0)
		return STATUS_HOLDS;
	if (given.haproxy)
		status = push_haproxy(run, items, n);
	tool_flush(run); /* before what the hook itself writes */
	if (given.hook && deliver_hook(given.hook, changed, changed_count, &e) != 0) {
		tool_fail(run, &e);
		status = STATUS_UNCHECKED;
	}
	return status;
}

/* --- the report --- */

/* Loud, whatever the format is. */
static void warn_of_revoked(const struct tool_run *run, const struct report_fetch *x)
{
	for (size_t i = x->first; i < x->end; i++)
		if (strcmp(x->findings->v[i].rule->id, "staple.revoked") == 0 ||
		    strcmp(x->findings->v[i].rule->id, "fetch.goes-dark") == 0)
			tool_error(run, "%s: %s", x->source, x->findings->v[i].message);
}

static enum verdict write_items(struct tool_run *run, const struct refresh *r)
{
	struct report report = {.out = &run->out, .tool = run->tool->name, .version = PACKAGE_VERSION,
		.at = run->now, .color = run->color, .columns = run->columns, .verbose = run->verbose,
		.quiet = run->quiet, .writer = report_writer_get("fetch", run->format)};
	struct report_fetch_summary summary = {.findings = refresh_findings(r)};
	enum verdict all = VERDICT_PASS;

	summary.items = refresh_items(r, &summary.n);
	report.writer->begin(&report);
	for (size_t i = 0; i < summary.n; i++) {
		report.writer->item(&report, &summary.items[i]);
		warn_of_revoked(run, &summary.items[i]);
		all = verdict_worst(all, summary.items[i].verdict);
	}
	report.writer->end(&report, all, &summary);
	return all;
}

/* --- a round --- */

static int refuse(const struct tool_run *run, const struct err *e)
{
	tool_fail(run, e);
	return STATUS_UNCHECKED;
}

static int run_round(struct tool_run *run, const struct refresh_options *o, struct refresh *r,
		     const char *const *args, size_t n, struct fetch_round *out)
{
	struct err e;
	size_t count;
	int status;

	for (size_t i = 0; i < n; i++)
		if (refresh_add(r, args[i], &e) != 0)
			return refuse(run, &e);
	if (refresh_run(r, &e) != 0)
		return refuse(run, &e);
	refresh_items(r, &count);
	if (count == 0) {
		tool_error(run, "%s: no certificate that could be stapled", args[0]);
		return STATUS_UNCHECKED;
	}
	out->next = refresh_next(r);
	out->count = count;
	status = tool_status_of(write_items(run, r));
	if (given.tempfail && status == STATUS_UNCHECKED && refresh_unanswered(r))
		status = STATUS_TEMPFAIL;
	if (o->check)
		return status;
	return deliver(run, r) == STATUS_HOLDS || status == STATUS_FAILS ? status : STATUS_UNCHECKED;
}

/* Everything is read anew in each round: certificates are renewed meanwhile. */
int fetch_round(struct tool_run *run, const char *const *args, size_t n, struct fetch_round *out)
{
	struct refresh_options o = {.policy = &run->policy, .now = run->now, .aia = given.aia,
		.url = given.url, .out = given.out, .out_dir = given.out_dir, .pem = given.pem,
		.post = given.post, .nonce = given.nonce, .check = given.check, .force = given.force,
		.retries = (unsigned)given.retries, .note = tell_attempt, .note_context = run,
		.limits = {.timeout_ms = run->timeout_ms, .deadline_ms = run->deadline_ms,
			   .max_bytes = LIMIT_OCSP_RESPONSE, .redirects = LIMIT_REDIRECTS,
			   .jobs = run->jobs_given ? run->jobs : 16,
			   .per_host = (unsigned)given.per_host,
			   .agent = "staple-tools/" PACKAGE_VERSION,
			   .tick = out->tick}};
	struct cert_list issuers;
	struct refresh *r = NULL;
	struct err e;
	int status;

	cert_list_init(&issuers);
	o.given = &issuers;
	status = read_words(run, &o);
	if (status == STATUS_HOLDS)
		status = read_lengths(run, &o);
	if (status == STATUS_HOLDS &&
	    ((given.issuer && cert_list_add_file(&issuers, given.issuer, &e) != 0) ||
	     (run->chain && cert_list_add_file(&issuers, run->chain, &e) != 0) ||
	     refresh_new(&r, &o, &e) != 0))
		status = refuse(run, &e);
	if (status == STATUS_HOLDS)
		status = run_round(run, &o, r, args, n, out);
	refresh_free(r);
	cert_list_wipe(&issuers);
	return status;
}

static int run_fetch(struct tool_run *run, const char *const *args, size_t n)
{
	struct fetch_round round = {.next = WHEN_NONE};
	int status = check_words(run, n);

	if (status != STATUS_HOLDS)
		return status;
	return given.watch ? fetch_watch(run, args, n) : fetch_round(run, args, n, &round);
}

int main(int argc, char **argv)
{
	static const struct tool tool = {
		.name = "staple-fetch",
		.summary = "Get the staple before it is needed and keep it fresh",
		.args = "CERT|FOLDER...",
		.example = "staple-fetch --hook 'nginx -s reload' /etc/nginx/tls/www.pem",
		.has = TOOL_FORMAT | TOOL_CHAIN | TOOL_TIMEOUT | TOOL_JOBS,
		.formats = "text json openmetrics",
		.timeout_default_ms = 10000,
		.options = options,
		.run = run_fetch,
	};

	return tool_main(argc, argv, &tool);
}
