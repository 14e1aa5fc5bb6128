/*
 * staple-fetch: get the staple before it is needed and keep it fresh.
 *
 * Options here; a round of task/refresh is fetch_round.c, and staying is fetch_watch.c.
 */
#include "tools/fetch.h"

#include "ground/limits.h"

#include <stdlib.h>
#include <sys/stat.h>

static struct fetch_words given;
static unsigned retries = 1, per_host = 4;

static struct poptOption ask_options[] = {
	{"issuer", '\0', POPT_ARG_STRING, &given.issuer, 0, "the issuer's certificate", "FILE"},
	{"aia", '\0', POPT_ARG_NONE, &given.aia, 0,
	 "get a missing issuer from the certificate's CA Issuers URL", NULL},
	{"url", '\0', POPT_ARG_STRING, &given.url, 0, "ask this responder", "URL"},
	{"post", '\0', POPT_ARG_NONE, &given.post, 0, "always POST, never GET", NULL},
	{"hash", '\0', POPT_ARG_STRING, &given.hash, 0, "hash of the CertID", "sha1|sha256"},
	{"nonce", '\0', POPT_ARG_NONE, &given.nonce, 0, "send a nonce", NULL},
	{"retries", '\0', POPT_ARG_STRING, &given.retries, 0, "ask so often again (1)", "N"},
	{"retry-for", '\0', POPT_ARG_STRING, &given.retry_for, 0,
	 "ask again for so long, instead of --retries", "DURATION"},
	{"per-host", '\0', POPT_ARG_STRING, &given.per_host, 0,
	 "ask one host so many times at once (4)", "N"},
	POPT_TABLEEND};
static struct poptOption when_options[] = {
	{"refresh-at", '\0', POPT_ARG_STRING, &given.refresh_at, 0,
	 "ask at this share of the staple's life (50%), or so long after thisUpdate",
	 "SHARE|DURATION"},
	{"max-age", '\0', POPT_ARG_STRING, &given.max_age, 0,
	 "refuse a staple whose thisUpdate is longer ago", "DURATION"},
	{"force", '\0', POPT_ARG_NONE, &given.force, 0, "ask although no staple is due", NULL},
	{"check", '\0', POPT_ARG_NONE, &given.check, 0,
	 "ask nobody: judge the staples that are there", NULL},
	{"watch", '\0', POPT_ARG_NONE, &given.watch, 0,
	 "stay, and refresh when due; SIGHUP looks at everything anew", NULL},
	POPT_TABLEEND};
static struct poptOption out_options[] = {
	{"out", '\0', POPT_ARG_STRING, &given.out, 0, "the staple's file (CERT.ocsp)", "FILE"},
	{"out-dir", '\0', POPT_ARG_STRING, &given.out_dir, 0, "put the staples there", "DIR"},
	{"layout", '\0', POPT_ARG_STRING, &given.layout, 0,
	 "names as this server wants them: plain, nginx, haproxy, hitch, exim, lighttpd, gnutls, "
	 "kubernetes", "SERVER"},
	{"pem", '\0', POPT_ARG_NONE, &given.pem, 0, "write a PEM block instead of DER", NULL},
	{"on-revoked", '\0', POPT_ARG_STRING, &given.on_revoked, 0,
	 "what becomes of the old staple of a revoked certificate", "keep|remove"},
	POPT_TABLEEND};
static struct poptOption then_options[] = {
	{"hook", '\0', POPT_ARG_STRING, &given.hook, 0,
	 "run once after all when a file changed; the files are in STAPLE_CHANGED and $1...",
	 "COMMAND"},
	{"haproxy-socket", '\0', POPT_ARG_STRING, &given.haproxy, 0,
	 "push new staples through HAProxy's runtime API", "PATH"},
	{"tempfail", '\0', POPT_ARG_NONE, &given.tempfail, 0,
	 "status 75 instead of 2 when a responder could not be asked", NULL},
	POPT_TABLEEND};

static const struct poptOption options[] = {
	TOOL_GROUP("Whom to ask, and how:", ask_options),
	TOOL_GROUP("When:", when_options),
	TOOL_GROUP("Where the staples go:", out_options),
	TOOL_GROUP("What follows:", then_options),
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

/* "SCHEME://USER:PASSWORD@HOST" */
static bool has_user(const char *url)
{
	const char *host = strstr(url, "://");
	size_t n = host ? strcspn(host + 3, "/?#") : 0;

	return n > 0 && memchr(host + 3, '@', n) != NULL;
}

static int read_names(struct tool_run *run, struct refresh_options *o)
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
	if (tool_number(run, "retries", given.retries, 0, 1000, &retries) != 0 ||
	    tool_number(run, "per-host", given.per_host, 1, 4096, &per_host) != 0)
		return STATUS_UNCHECKED;
	if (given.url && has_user(given.url))
		return tool_usage(run, "--url: a user's name and password in a URL are shown to every user of this "
				  "machine, and no responder asks for them");
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
static int check_words(struct tool_run *run, const char *const *args, size_t n)
{
	if (n == 0)
		return tool_usage(run, "which certificate?");
	if (given.out && given.out_dir)
		return tool_usage(run, "--out and --out-dir exclude each other");
	if (given.out && n > 1)
		return tool_usage(run, "--out is for one certificate, and there are %zu; see --out-dir", n);
	for (size_t i = 0; i < n; i++)
		if (strcmp(args[i], "-") == 0 && (!given.out || given.watch || given.check))
			return tool_usage(run, "a certificate from standard input needs --out, and neither "
					  "--watch nor --check");
	if (given.out && strcmp(given.out, "-") == 0 && (given.watch || given.check || given.hook))
		return tool_usage(run, "--out - is for one round: no --watch, --check or --hook");
	if (given.out && given.layout)
		return tool_usage(run, "--out and --layout exclude each other");
	if (given.check && (given.watch || given.force))
		return tool_usage(run, "--check asks nobody: --%s cannot stand beside it",
				  given.watch ? "watch" : "force");
	if (given.watch && run->at_given)
		return tool_usage(run, "--watch goes with the clock: --at cannot stand beside it");
	return STATUS_HOLDS;
}

int fetch_options_read(struct tool_run *run, struct refresh_options *o)
{
	int status;

	*o = (struct refresh_options){.policy = &run->policy, .now = run->now, .aia = given.aia,
		.url = given.url, .out = given.out, .out_dir = given.out_dir, .pem = given.pem,
		.post = given.post, .nonce = given.nonce, .check = given.check, .force = given.force,
		.retries = retries,
		.limits = {.timeout_ms = run->timeout_ms, .deadline_ms = run->deadline_ms,
			   .max_bytes = LIMIT_OCSP_RESPONSE, .redirects = LIMIT_REDIRECTS,
			   .jobs = run->jobs_given ? run->jobs : 16,
			   .per_host = per_host,
			   .agent = "staple-tools/" PACKAGE_VERSION}};
	if (given.out && strcmp(given.out, "-") == 0) {
		o->out = "/dev/stdout";
		o->out_stream = true;
	}
	status = read_names(run, o);
	return status == STATUS_HOLDS ? read_lengths(run, o) : status;
}

static void tell_proxies(const struct tool_run *run)
{
	static const char *const names[] = {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy",
					    "ALL_PROXY", "no_proxy", "NO_PROXY"};

	for (size_t i = 0; run->verbose && i < sizeof names / sizeof *names; i++) {
		const char *url = getenv(names[i]), *host = url ? strrchr(url, '@') : NULL;

		if (host) /* what stands before it can be a password */
			tool_note(run, "%s is ...%s", names[i], host);
		else if (url)
			tool_note(run, "%s is %s", names[i], url);
	}
}

/* A hook needs what we do not. */
static int confine(struct tool_run *run, const char *const *args, size_t n)
{
	const char *out[] = {given.out, NULL};
	int status = STATUS_UNCHECKED;
	struct places p = {0};

	if (given.hook)
		return STATUS_HOLDS;
	if (given.check || given.out)
		return tool_confine(run, !given.check, given.check ? NULL : out);
	if (fetch_places(&p, given.out_dir ? &given.out_dir : args, given.out_dir ? 1 : n) == 0)
		status = tool_confine(run, true, p.v);
	else
		tool_error(run, "sandbox: out of memory");
	fetch_places_wipe(&p);
	return status;
}

static int run_fetch(struct tool_run *run, const char *const *args, size_t n)
{
	struct fetch_round round = {.words = &given, .next = WHEN_NONE};
	struct refresh_options unused;
	int status = check_words(run, args, n);

	if (status == STATUS_HOLDS)
		status = fetch_options_read(run, &unused); /* wrong words end even --watch */
	if (status == STATUS_HOLDS)
		status = confine(run, args, n);
	if (status != STATUS_HOLDS)
		return status;
	tell_proxies(run);
	return given.watch ? fetch_watch(run, args, n, &given) : fetch_round(run, args, n, &round);
}

int main(int argc, char **argv)
{
	static const struct tool tool = {
		.name = "staple-fetch",
		.summary = "get the staple before it is needed and keep it fresh",
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
