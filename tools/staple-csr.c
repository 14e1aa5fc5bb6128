/* staple-csr: asks a CA for a Must-Staple certificate.  See staple-csr(1). */
#include "tools/csr.h"

#include "crypto/pkcs11.h"
#include "facts/mistaken.h"
#include "ground/file.h"
#include "ground/sandbox.h"
#include "task/order.h"

#include <unistd.h>

/* --out; NULL: standard output. */
static const char *out_path(void)
{
	return csr_options.out && strcmp(csr_options.out, "-") != 0 ? csr_options.out : NULL;
}

static int write_order(struct csr_run *w)
{
	const struct csr_options *o = &csr_options;
	struct order order = {.request = &w->request, .key = w->key, .key_path = o->out_key,
			      .password = csr_key_password(w), .der = o->der, .force = o->force,
			      .path = out_path()};
	struct err e;

	if (order_run(&order, &e) == 0)
		return STATUS_HOLDS;
	tool_fail(w->run, &e);
	return STATUS_UNCHECKED;
}

/* To standard output, unless that is for the request. */
static void write_report(struct csr_run *w, const struct report_csr *item)
{
	struct tool_run *run = w->run;
	enum verdict verdict = findings_verdict(&w->findings, 0);
	bool text = strcmp(run->format, "text") == 0;
	bool aside = text && !run->output && !out_path();
	struct buf side;
	struct report r = tool_report(run, "csr");
	struct report_csr_end end = {.made = item != NULL, .bad = item == NULL,
				     .findings = &w->findings};
	struct err e;

	if (text && run->quiet)
		return;
	buf_init(&side);
	if (aside) {
		r.out = &side;
		r.color = false;
	}
	r.writer->begin(&r);
	if (item)
		r.writer->item(&r, item);
	r.writer->end(&r, verdict, &end);
	if (side.n > 0 && file_write_fd(STDERR_FILENO, "standard error", buf_span(&side), &e) != 0)
		tool_fail(run, &e);
	buf_wipe(&side);
}

static int report_made(struct csr_run *w)
{
	const struct csr_options *o = &csr_options;
	struct digest sha256;
	struct report_csr item = {.key_new = o->out_key, .key_encrypted = o->out_key && w->password.n,
				  .path = out_path(),
				  .key_path = o->key ? o->key : o->out_key, .request = &w->request,
				  .key = key_spki(w->key), .key_sha256 = &sha256};
	struct err e;

	if (hash_digest(HASH_SHA256, item.key->der, &sha256, &e) != 0) {
		tool_fail(w->run, &e);
		return STATUS_UNCHECKED;
	}
	write_report(w, &item);
	return STATUS_HOLDS;
}

/* The reason stands on standard error too: who asks for a request looks there when there is none. */
static int report_refused(struct csr_run *w)
{
	size_t i = 0;

	write_report(w, NULL);
	while (i < w->findings.n && w->findings.v[i].severity != SEVERITY_ERROR)
		i++;
	if (i < w->findings.n && (w->run->output || out_path() || w->run->quiet))
		tool_error(w->run, "nothing was made: %s [%s]", w->findings.v[i].message,
			   w->findings.v[i].rule->id);
	return tool_status_of(findings_verdict(&w->findings, 0));
}

static bool holds(const struct csr_run *w)
{
	return findings_verdict(&w->findings, 0) == VERDICT_PASS;
}

static int run_single(struct csr_run *w, const char *const *args, size_t n)
{
	int status = csr_wish_read(w, args, n);

	if (status == STATUS_HOLDS)
		status = csr_wish_judge(w);
	if (status == STATUS_HOLDS && w->request.names.n == 0 && holds(w))
		return tool_usage(w->run, "%s: has no name to take over; give one", csr_options.from);
	if (status == STATUS_HOLDS && w->request.subject.n == 0)
		request_default_subject(&w->request);
	if (status == STATUS_HOLDS && holds(w))
		status = csr_key_get(w);
	if (status != STATUS_HOLDS)
		return status;
	if (!holds(w))
		return report_refused(w);
	status = write_order(w);
	return status == STATUS_HOLDS ? report_made(w) : status;
}

/* A token's module writes where it pleases. */
static int confine(struct tool_run *run)
{
	const struct csr_options *o = &csr_options;
	const char *outputs[5] = {"/dev/tty"}; /* where passwords are asked for */
	size_t n = 1;

	if (o->key && pkcs11_is_url(o->key))
		return STATUS_HOLDS;
	if (o->out)
		outputs[n++] = o->out;
	if (o->out_key)
		outputs[n++] = o->out_key;
	if (o->out_dir)
		outputs[n++] = o->out_dir;
	return tool_confine(run, false, outputs);
}

/* A file where a name belongs: the request would ask for a certificate of that name. */
static int check_names(const struct tool_run *run_, const char *const *args, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (mistaken_file(args[i]) && access(args[i], F_OK) == 0)
			return tool_usage(run_, "%s: a file, not a name; --from takes the names out of a "
					  "certificate or request, --key takes a key", args[i]);
	return STATUS_HOLDS;
}

static int run(struct tool_run *run_, const char *const *args, size_t n)
{
	struct csr_run w = {.run = run_};
	int status = check_names(run_, args, n);

	if (status == STATUS_HOLDS)
		status = csr_options_check(run_, n);

	if (status != 0) {
		csr_options_wipe();
		return status;
	}
	if (confine(run_) != STATUS_HOLDS) {
		csr_options_wipe();
		return STATUS_UNCHECKED;
	}
	request_init(&w.request);
	buf_init(&w.password);
	findings_init(&w.findings, &run_->policy, run_->now);
	status = csr_options.batch ? csr_batch_run(&w) : run_single(&w, args, n);
	key_free(w.key);
	buf_wipe_secret(&w.password);
	findings_wipe(&w.findings);
	request_wipe(&w.request);
	csr_options_wipe();
	return status;
}

static const struct tool tool = {
	.name = "staple-csr",
	.summary = "ask a CA for a Must-Staple certificate (RFC 7633)",
	.args = "NAME...",
	.example = "staple-csr --out-key www.key --out www.csr www.example.com example.com",
	.has = TOOL_FORMAT | TOOL_JOBS | TOOL_PROGRESS,
	.formats = "text json",
	.options = csr_option_table,
	.option = csr_option_add,
	.run = run,
};

int main(int argc, char **argv)
{
	return tool_main(argc, argv, &tool);
}
