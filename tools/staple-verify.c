/* staple-verify: is the certificate what was asked for, and can its promise be kept? */
#include "tools/tool.h"

#include "crypto/key.h"
#include "facts/mistaken.h"
#include "ground/file.h"
#include "ground/pem.h"
#include "judge/policyfile.h"
#include "task/verify.h"

#include <stdlib.h>
#include <unistd.h>

static struct {
	char *csr, *key, *host, *expect, *client, *staple, *issuer, *max_age;
	int staple_only, allow_sha1, show_policy;
} given;

static struct poptOption with_options[] = {
	{"csr", '\0', POPT_ARG_STRING, &given.csr, 0, "compare with this certificate request",
	 "FILE"},
	{"key", '\0', POPT_ARG_STRING, &given.key, 0, "the private key that must fit", "FILE"},
	{"host", '\0', POPT_ARG_STRING, &given.host, 0, "the certificate must be for this name",
	 "NAME"},
	{"expect", '\0', POPT_ARG_STRING, &given.expect, 0,
	 "must-staple (default), no-must-staple, as-requested, any", "WHAT"},
	{"issuer", '\0', POPT_ARG_STRING, &given.issuer, 0, "the certificate of the issuer",
	 "FILE"},
	POPT_TABLEEND};
static struct poptOption staple_options[] = {
	{"staple", '\0', POPT_ARG_STRING, &given.staple, 0, "judge this OCSP response too", "FILE"},
	{"staple-only", '\0', POPT_ARG_NONE, &given.staple_only, 0, "judge nothing but the staple",
	 NULL},
	{"max-age", '\0', POPT_ARG_STRING, &given.max_age, 0, "a staple may be this old at most",
	 "DURATION"},
	{"allow-sha1", '\0', POPT_ARG_NONE, &given.allow_sha1, 0,
	 "staples may be signed with SHA-1", NULL},
	POPT_TABLEEND};
static struct poptOption more_options[] = {
	{"client", '\0', POPT_ARG_STRING, &given.client, 0,
	 "what they do: firefox, gnutls, openssl, rfc7633, all", "LIST"},
	{"show-policy", '\0', POPT_ARG_NONE, &given.show_policy, 0,
	 "show the policy in force and end", NULL},
	POPT_TABLEEND};

static const struct poptOption options[] = {
	TOOL_GROUP("What the certificate must fit:", with_options),
	TOOL_GROUP("The staple:", staple_options),
	TOOL_GROUP("What more is told:", more_options),
	POPT_TABLEEND};

/* Everything that is read before the first certificate is judged. */
struct inputs {
	struct verify v;
	struct buf csr_bytes, staple_bytes;
	struct csr csr;
	struct key *key;
	struct cert_list chain, issuer;
	struct trust *trust;
};

static int read_file(const char *path, struct buf *out, struct err *e)
{
	if (strcmp(path, "-") == 0)
		return file_read_fd(STDIN_FILENO, "standard input", LIMIT_SMALL_FILE, out, e);
	return file_read(path, LIMIT_SMALL_FILE, out, e);
}

/* The DER of the first block whose label ends so, or the bytes as they are when there is none. */
static int unwrap_pem(struct buf *b, const char *label, struct err *e)
{
	struct span window = buf_span(b), want = span_str(label);
	const char *damage = NULL;
	struct pem_block block;
	ptrdiff_t n;

	if (!pem_present(window))
		return 0;
	while (pem_next(&window, true, &block) == PEM_BLOCK) {
		if (block.label.n < want.n ||
		    !span_equal(span_from(block.label, block.label.n - want.n), want))
			continue;
		damage = block.damage;
		n = damage ? -1
			   : pem_decode(block.body, b->p, &damage); /* in place: it only shrinks */
		if (n < 0)
			return err_set(e, ERR_PARSE, "PEM block: %s", damage);
		b->n = (size_t)n;
		return 0;
	}
	return 0;
}

static int read_csr(struct inputs *in, struct err *e)
{
	if (!given.csr)
		return 0;
	if (read_file(given.csr, &in->csr_bytes, e) != 0)
		return -1;
	if (unwrap_pem(&in->csr_bytes, "CERTIFICATE REQUEST", e) != 0 ||
	    csr_decode(buf_span(&in->csr_bytes), &in->csr, e) != 0)
		return mistaken(MISTAKEN_FOR_REQUEST, buf_span(&in->csr_bytes), given.csr, e)
			       ? -1 : err_prefix(e, "%s", given.csr);
	in->v.csr = &in->csr;
	return 0;
}

static int read_key(struct inputs *in, struct err *e)
{
	struct buf b;
	int rc;

	if (!given.key)
		return 0;
	buf_init(&b);
	rc = read_file(given.key, &b, e);
	if (rc == 0)
		rc = key_load(&in->key, buf_span(&b), given.key, NULL, e);
	if (rc == 0)
		in->v.key_spki = key_spki(in->key)->der;
	buf_wipe_secret(&b);
	return rc;
}

static int read_staple(struct inputs *in, struct err *e)
{
	if (!given.staple)
		return 0;
	if (read_file(given.staple, &in->staple_bytes, e) != 0)
		return -1;
	/* What is damaged is no response: the judge says so. */
	(void)!unwrap_pem(&in->staple_bytes, "OCSP RESPONSE", NULL);
	in->v.staple_source = given.staple;
	in->v.staple = buf_span(&in->staple_bytes);
	return 0;
}

static int read_certificates(const struct tool_run *run, struct inputs *in, struct err *e)
{
	if (run->chain && cert_list_add_file(&in->chain, run->chain, e) != 0)
		return -1;
	if (given.issuer) {
		if (cert_list_add_file(&in->issuer, given.issuer, e) != 0)
			return -1;
		in->v.issuer = &in->issuer;
	}
	if (run->trust)
		return trust_new_file(&in->trust, run->trust, e);
	return given.staple_only ? 0 : trust_new_system(&in->trust, e);
}

static int read_words(struct tool_run *run, struct inputs *in)
{
	static const char *const words[] = {[EXPECT_MUST_STAPLE] = "must-staple",
					    [EXPECT_NO_MUST_STAPLE] = "no-must-staple",
					    [EXPECT_AS_REQUESTED] = "as-requested",
					    [EXPECT_ANY] = "any"};
	size_t i = given.csr ? EXPECT_AS_REQUESTED : EXPECT_MUST_STAPLE;
	struct duration d;
	struct err e;
	char bad[33];

	if (given.expect)
		for (i = 0; i < 4 && strcmp(words[i], given.expect) != 0;)
			i++;
	if (i == 4)
		return tool_usage(
			run,
			"--expect %s: must be must-staple, no-must-staple, as-requested or any",
			given.expect);
	in->v.expect = (enum promise_expect)i;
	if (in->v.expect == EXPECT_AS_REQUESTED && !given.csr)
		return tool_usage(run, "--expect as-requested needs the request: --csr FILE");
	if (given.client && client_parse(given.client, &in->v.clients, bad) != 0)
		return tool_usage(
			run, "--client %s: must be firefox, gnutls, openssl, rfc7633 or all", bad);
	if (given.max_age && when_duration_parse(given.max_age, false, &d, &e) != 0)
		return tool_usage(run, "--max-age: %s", e.text);
	if (given.max_age)
		in->v.max_age = d.seconds;
	if (given.staple_only && !given.staple)
		return tool_usage(run, "--staple-only needs a staple: --staple FILE");
	return STATUS_HOLDS;
}

static int read_inputs(struct tool_run *run, struct inputs *in)
{
	struct err e = {ERR_NONE, ""};
	int status = read_words(run, in);

	if (status != STATUS_HOLDS)
		return status;
	if (given.host && !*given.host)
		return tool_usage(run, "--host '': a name or an address is expected");
	in->v.policy = &run->policy;
	in->v.now = run->now;
	in->v.host = given.host;
	in->v.chain = &in->chain;
	in->v.staple_only = given.staple_only != 0;
	in->v.allow_sha1 = given.allow_sha1 != 0;
	if (read_csr(in, &e) != 0 || read_key(in, &e) != 0 || read_staple(in, &e) != 0 ||
	    read_certificates(run, in, &e) != 0) {
		tool_fail(run, &e);
		return STATUS_UNCHECKED;
	}
	in->v.trust = in->trust;
	return STATUS_HOLDS;
}

static void inputs_wipe(struct inputs *in)
{
	trust_free(in->trust);
	cert_list_wipe(&in->issuer);
	cert_list_wipe(&in->chain);
	key_free(in->key);
	buf_wipe(&in->staple_bytes);
	buf_wipe(&in->csr_bytes);
}

/* One certificate, read, judged and reported.  Its verdict. */
/* On a terminal, where the text says it, too, it would stand twice. */
static bool is_read_in_report(const struct tool_run *run)
{
	return !run->output && !run->quiet && strcmp(run->format, "text") == 0 && isatty(STDOUT_FILENO) &&
	       isatty(STDERR_FILENO);
}

static enum verdict verify_file(struct tool_run *run, const struct inputs *in, const char *path,
				struct report *report, struct findings *f)
{
	struct err e = {ERR_NONE, ""};
	struct verify_result r;
	enum verdict verdict;
	struct buf b;

	buf_init(&b);
	verify_result_init(&r);
	if (read_file(path, &b, &e) != 0) {
		mistaken_server(path, path, &e);
		r.report = (struct report_verify){.source = path,
						  .error = e.text,
						  .findings = f,
						  .first = f->n,
						  .end = f->n,
						  .verdict = VERDICT_UNKNOWN};
	} else if (verify_certificate(&in->v, path, buf_span(&b), &r, f, &e) != 0) {
		r.report.error = e.text;
		r.report.verdict = VERDICT_UNKNOWN;
	}
	verdict = r.report.verdict;
	if (r.report.error && !is_read_in_report(run))
		tool_error(run, "%s", r.report.error);
	report->writer->item(report, &r.report);
	verify_result_wipe(&r);
	buf_wipe(&b);
	return verdict;
}

static int show_policy(struct tool_run *run)
{
	struct err e;

	if (policy_print(&run->policy, &run->out, &e) == 0)
		return STATUS_HOLDS;
	tool_fail(run, &e);
	return STATUS_UNCHECKED;
}

static int verify_files(struct tool_run *run, const struct inputs *in, const char *const *args,
			size_t n)
{
	struct report report = tool_report(run, "verify");
	enum verdict all = VERDICT_PASS;
	struct findings f;

	findings_init(&f, &run->policy, run->now);
	report.writer->begin(&report);
	for (size_t i = 0; i < n; i++)
		all = verdict_worst(all, verify_file(run, in, args[i], &report, &f));
	report.writer->end(&report, all, &f);
	findings_wipe(&f);
	return tool_status_of(all);
}

static int run_verify(struct tool_run *run, const char *const *args, size_t n)
{
	struct inputs in = {.trust = NULL};
	int status;

	if (given.show_policy)
		return show_policy(run);
	if (n == 0)
		return tool_usage(run, "which certificate?");
	if (given.staple && n > 1)
		return tool_usage(run, "--staple belongs to one certificate, and there are %zu", n);
	if (tool_confine(run, false, NULL) != STATUS_HOLDS)
		return STATUS_UNCHECKED;
	buf_init(&in.csr_bytes);
	buf_init(&in.staple_bytes);
	cert_list_init(&in.chain);
	cert_list_init(&in.issuer);
	status = read_inputs(run, &in);
	if (status == STATUS_HOLDS)
		status = verify_files(run, &in, args, n);
	inputs_wipe(&in);
	return status;
}

int main(int argc, char **argv)
{
	static const struct tool tool = {
		.name = "staple-verify",
		.summary = "is a certificate what was asked for, and can it be stapled?",
		.args = "CERT...",
		.example = "staple-verify --csr www.csr --chain chain.pem --host www.example.com "
			   "www.pem",
		.has = TOOL_FORMAT | TOOL_TRUST | TOOL_CHAIN,
		.formats = "text json",
		.options = options,
		.run = run_verify,
	};

	return tool_main(argc, argv, &tool);
}
