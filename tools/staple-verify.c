/* staple-verify: is the certificate what was asked for, and can its promise be kept? */
#include "tools/verify_inputs.h"

#include "facts/mistaken.h"
#include "judge/policyfile.h"

#include <unistd.h>

/* On a terminal, where the text says it, too, it would stand twice. */
static bool is_read_in_report(const struct tool_run *run)
{
	return !run->output && !run->quiet && strcmp(run->format, "text") == 0 && isatty(STDOUT_FILENO) &&
	       isatty(STDERR_FILENO);
}

/* One certificate, read, judged and reported.  Its verdict. */
static enum verdict verify_file(struct tool_run *run, const struct verify_inputs *in, const char *path,
				struct report *report, struct findings *f)
{
	struct err e = {ERR_NONE, ""};
	struct verify_result r;
	enum verdict verdict;
	struct buf b;

	buf_init(&b);
	verify_result_init(&r);
	if (verify_read(path, &b, &e) != 0) {
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

static int verify_files(struct tool_run *run, const struct verify_inputs *in, const char *const *args,
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
	struct verify_inputs in;
	int status;

	if (verify_words.show_policy)
		return show_policy(run);
	if (n == 0)
		return tool_usage(run, "which certificate?");
	if (verify_words.staple && n > 1)
		return tool_usage(run, "--staple belongs to one certificate, and there are %zu", n);
	if (tool_confine(run, false, NULL) != STATUS_HOLDS)
		return STATUS_UNCHECKED;
	verify_inputs_init(&in);
	status = verify_inputs_read(run, &in);
	if (status == STATUS_HOLDS)
		status = verify_files(run, &in, args, n);
	verify_inputs_wipe(&in);
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
		.options = verify_option_table,
		.run = run_verify,
	};

	return tool_main(argc, argv, &tool);
}
