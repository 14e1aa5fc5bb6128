#include "tools/verify_inputs.h"

#include "facts/mistaken.h"
#include "ground/file.h"
#include "ground/pem.h"

#include <unistd.h>

struct verify_words verify_words;

static struct poptOption with_options[] = {
	{"csr", '\0', POPT_ARG_STRING, &verify_words.csr, 0, "compare with this certificate request",
	 "FILE"},
	{"key", '\0', POPT_ARG_STRING, &verify_words.key, 0, "the private key that must fit", "FILE"},
	{"host", '\0', POPT_ARG_STRING, &verify_words.host, 0, "the certificate must be for this name",
	 "NAME"},
	{"expect", '\0', POPT_ARG_STRING, &verify_words.expect, 0,
	 "must-staple (default), no-must-staple, as-requested, any", "WHAT"},
	{"issuer", '\0', POPT_ARG_STRING, &verify_words.issuer, 0, "the certificate of the issuer",
	 "FILE"},
	POPT_TABLEEND};
static struct poptOption staple_options[] = {
	{"staple", '\0', POPT_ARG_STRING, &verify_words.staple, 0, "judge this OCSP response too", "FILE"},
	{"staple-only", '\0', POPT_ARG_NONE, &verify_words.staple_only, 0, "judge nothing but the staple",
	 NULL},
	{"max-age", '\0', POPT_ARG_STRING, &verify_words.max_age, 0, "a staple may be this old at most",
	 "DURATION"},
	{"allow-sha1", '\0', POPT_ARG_NONE, &verify_words.allow_sha1, 0,
	 "staples may be signed with SHA-1", NULL},
	POPT_TABLEEND};
static struct poptOption more_options[] = {
	{"client", '\0', POPT_ARG_STRING, &verify_words.client, 0,
	 "what they do: firefox, gnutls, openssl, rfc7633, all", "LIST"},
	{"show-policy", '\0', POPT_ARG_NONE, &verify_words.show_policy, 0,
	 "show the policy in force and end", NULL},
	POPT_TABLEEND};

const struct poptOption verify_option_table[] = {
	TOOL_GROUP("What the certificate must fit:", with_options),
	TOOL_GROUP("The staple:", staple_options),
	TOOL_GROUP("What more is told:", more_options),
	POPT_TABLEEND};

int verify_read(const char *path, struct buf *out, struct err *e)
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

static int read_csr(struct verify_inputs *in, struct err *e)
{
	if (!verify_words.csr)
		return 0;
	if (verify_read(verify_words.csr, &in->csr_bytes, e) != 0)
		return -1;
	if (unwrap_pem(&in->csr_bytes, "CERTIFICATE REQUEST", e) != 0 ||
	    csr_decode(buf_span(&in->csr_bytes), &in->csr, e) != 0)
		return mistaken(MISTAKEN_FOR_REQUEST, buf_span(&in->csr_bytes), verify_words.csr, e)
			       ? -1 : err_prefix(e, "%s", verify_words.csr);
	in->v.csr = &in->csr;
	return 0;
}

static int read_key(struct verify_inputs *in, struct err *e)
{
	struct buf b;
	int rc;

	if (!verify_words.key)
		return 0;
	buf_init(&b);
	rc = verify_read(verify_words.key, &b, e);
	if (rc == 0)
		rc = key_load(&in->key, buf_span(&b), verify_words.key, NULL, e);
	if (rc == 0)
		in->v.key_spki = key_spki(in->key)->der;
	buf_wipe_secret(&b);
	return rc;
}

static int read_staple(struct verify_inputs *in, struct err *e)
{
	if (!verify_words.staple)
		return 0;
	if (verify_read(verify_words.staple, &in->staple_bytes, e) != 0)
		return -1;
	/* What is damaged is no response: the judge says so. */
	(void)!unwrap_pem(&in->staple_bytes, "OCSP RESPONSE", NULL);
	in->v.staple_source = verify_words.staple;
	in->v.staple = buf_span(&in->staple_bytes);
	return 0;
}

static int read_certificates(const struct tool_run *run, struct verify_inputs *in, struct err *e)
{
	if (run->chain && cert_list_add_file(&in->chain, run->chain, e) != 0)
		return -1;
	if (verify_words.issuer) {
		if (cert_list_add_file(&in->issuer, verify_words.issuer, e) != 0)
			return -1;
		in->v.issuer = &in->issuer;
	}
	if (run->trust)
		return trust_new_file(&in->trust, run->trust, e);
	return verify_words.staple_only ? 0 : trust_new_system(&in->trust, e);
}

static int read_words(struct tool_run *run, struct verify_inputs *in)
{
	static const char *const words[] = {[EXPECT_MUST_STAPLE] = "must-staple",
					    [EXPECT_NO_MUST_STAPLE] = "no-must-staple",
					    [EXPECT_AS_REQUESTED] = "as-requested",
					    [EXPECT_ANY] = "any"};
	size_t i = verify_words.csr ? EXPECT_AS_REQUESTED : EXPECT_MUST_STAPLE;
	struct duration d;
	struct err e;
	char bad[33];

	if (verify_words.expect)
		for (i = 0; i < 4 && strcmp(words[i], verify_words.expect) != 0;)
			i++;
	if (i == 4)
		return tool_usage(
			run,
			"--expect %s: must be must-staple, no-must-staple, as-requested or any",
			verify_words.expect);
	in->v.expect = (enum promise_expect)i;
	if (in->v.expect == EXPECT_AS_REQUESTED && !verify_words.csr)
		return tool_usage(run, "--expect as-requested needs the request: --csr FILE");
	if (verify_words.client && client_parse(verify_words.client, &in->v.clients, bad) != 0)
		return tool_usage(
			run, "--client %s: must be firefox, gnutls, openssl, rfc7633 or all", bad);
	if (verify_words.max_age && when_duration_parse(verify_words.max_age, false, &d, &e) != 0)
		return tool_usage(run, "--max-age: %s", e.text);
	if (verify_words.max_age)
		in->v.max_age = d.seconds;
	if (verify_words.staple_only && !verify_words.staple)
		return tool_usage(run, "--staple-only needs a staple: --staple FILE");
	return STATUS_HOLDS;
}

int verify_inputs_read(struct tool_run *run, struct verify_inputs *in)
{
	struct err e = {ERR_NONE, ""};
	int status = read_words(run, in);

	if (status != STATUS_HOLDS)
		return status;
	if (verify_words.host && !*verify_words.host)
		return tool_usage(run, "--host '': a name or an address is expected");
	in->v.policy = &run->policy;
	in->v.now = run->now;
	in->v.host = verify_words.host;
	in->v.chain = &in->chain;
	in->v.staple_only = verify_words.staple_only != 0;
	in->v.allow_sha1 = verify_words.allow_sha1 != 0;
	if (read_csr(in, &e) != 0 || read_key(in, &e) != 0 || read_staple(in, &e) != 0 ||
	    read_certificates(run, in, &e) != 0) {
		tool_fail(run, &e);
		return STATUS_UNCHECKED;
	}
	in->v.trust = in->trust;
	return STATUS_HOLDS;
}

void verify_inputs_init(struct verify_inputs *in)
{
	*in = (struct verify_inputs){.trust = NULL};
	buf_init(&in->csr_bytes);
	buf_init(&in->staple_bytes);
	cert_list_init(&in->chain);
	cert_list_init(&in->issuer);
}

void verify_inputs_wipe(struct verify_inputs *in)
{
	trust_free(in->trust);
	cert_list_wipe(&in->issuer);
	cert_list_wipe(&in->chain);
	key_free(in->key);
	buf_wipe(&in->staple_bytes);
	buf_wipe(&in->csr_bytes);
}
