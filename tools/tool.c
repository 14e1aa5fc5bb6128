#include "tools/tool.h"

#include "crypto/library.h"
#include "ground/child.h"
#include "ground/file.h"
#include "ground/sandbox.h"
#include "judge/policyfile.h"
#include "tools/options.h"

#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* --- status --- */

int tool_status_worst(int a, int b)
{
	if (a == STATUS_FAILS || b == STATUS_FAILS)
		return STATUS_FAILS;
	return a > b ? a : b;
}

int tool_status_of(enum verdict v)
{
	switch (v) {
	case VERDICT_PASS:
		return STATUS_HOLDS;
	case VERDICT_FAIL:
		return STATUS_FAILS;
	case VERDICT_UNKNOWN:
		break;
	}
	return STATUS_UNCHECKED;
}

/* --- output --- */

/* Whole, also what was made elsewhere on its way here. */
static int check_report(const struct tool_run *run, struct err *e)
{
	if (buf_memory_failed())
		return err_set(e, ERR_MEMORY, "report: out of memory");
	return buf_check(&run->out, "report", e);
}

void tool_flush(struct tool_run *run)
{
	struct err e;

	if (run->output || run->out_failed)
		return;
	if (check_report(run, &e) != 0 ||
	    file_write_fd(STDOUT_FILENO, "standard output", buf_span(&run->out), &e) != 0) {
		tool_fail(run, &e);
		run->out_failed = true;
	}
	buf_reset(&run->out);
}

/* The report, whole or not at all; what cannot be written was not checked. */
static int write_report(struct tool_run *run, int status)
{
	struct err e;

	if (run->out.n > 0 && run->out.p[run->out.n - 1] != '\n')
		buf_add_byte(&run->out, '\n');
	if (!run->output) {
		if (run->out.n > 0 || run->out.failed || buf_memory_failed())
			tool_flush(run);
		return run->out_failed ? STATUS_UNCHECKED : status;
	}
	if (status == STATUS_UNCHECKED && run->out.n == 0)
		return status; /* nothing was reported: the old report stays */
	if (check_report(run, &e) == 0 &&
	    file_replace(run->output, 0644, FILE_KEEP_MODE, buf_span(&run->out), &e) == 0)
		return status;
	tool_fail(run, &e);
	return STATUS_UNCHECKED;
}

struct report tool_report(struct tool_run *run, const char *kind)
{
	return (struct report){.out = &run->out, .tool = run->tool->name, .version = PACKAGE_VERSION,
			       .at = run->now, .color = run->color, .columns = run->columns,
			       .wrap = run->wrap, .verbose = run->verbose, .quiet = run->quiet,
			       .writer = report_writer_get(kind, run->format)};
}

static int explain(struct tool_run *run, const char *id)
{
	const struct finding_rule *r = finding_rule_get(id);

	if (strcmp(id, "all") == 0) {
		for (size_t i = 0; i < finding_rule_count; i++) {
			if (i > 0)
				buf_add_byte(&run->out, '\n');
			finding_explain(&run->out, &finding_rules[i]);
		}
		return STATUS_HOLDS;
	}
	if (!r)
		return tool_usage(run, "--explain %s: no such finding; --explain all lists them", id);
	finding_explain(&run->out, r);
	return STATUS_HOLDS;
}

/* --- the run --- */

/* Nothing half-written and no process is left behind. */
static void on_signal(int sig)
{
	file_replace_abandon_all();
	child_stop_all();
	signal(sig, SIG_DFL);
	raise(sig);
}

static void catch_signals(void)
{
	struct sigaction a = {.sa_handler = on_signal};

	sigemptyset(&a.sa_mask);
	sigaction(SIGINT, &a, NULL);
	sigaction(SIGTERM, &a, NULL);
	sigaction(SIGHUP, &a, NULL);
	signal(SIGPIPE, SIG_IGN); /* a closed output is an error that is told */
	signal(SIGXFSZ, SIG_IGN); /* and so is a file that may not grow */
}

/* Descriptors 0 to 2 exist, so that no file that we open becomes one of them. */
static int open_standard(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (write(fd, "", 0) != 0 && errno == EBADF && fd > 0)
			return -1;
	return 0;
}

/* A waiver that matched nothing may be a pattern with a slip; only -v tells, as one run seldom
 * meets every object. */
static void note_unused_waivers(const struct tool_run *run)
{
	struct buf b;

	if (!run->verbose)
		return;
	buf_init(&b);
	policy_print_unused(&run->policy, &b);
	for (const char *line = buf_cstr(&b); *line;) {
		size_t n = strcspn(line, "\n");

		tool_note(run, "%.*s", (int)n, line);
		line += n + (line[n] == '\n');
	}
	buf_wipe(&b);
}

static int load_policy(struct tool_run *run, const struct options *o, struct err *e)
{
	if ((run->tool->has & TOOL_DESCRIBES) && o->policy_count == 0)
		return policy_init(&run->policy, e);
	return policy_load(&run->policy, o->system_policy, o->policies, o->policy_count, e);
}

static int run_tool(struct tool_run *run, const struct options *o)
{
	struct err e;
	int status;

	if (o->explain)
		return explain(run, o->explain);
	if (crypto_start(&e) != 0 || load_policy(run, o, &e) != 0) {
		tool_fail(run, &e);
		return STATUS_UNCHECKED;
	}
	if (*crypto_neutralised() && run->verbose)
		tool_note(run, "ignored from the environment: %s", crypto_neutralised());
	status = run->tool->run(run, o->args, o->arg_count);
	note_unused_waivers(run);
	tool_progress(run, NULL);
	return status;
}

int tool_main(int argc, char **argv, const struct tool *tool)
{
	struct tool_run run = {.tool = tool, .program = argv[0],
			       .timeout_ms = tool->timeout_default_ms,
			       .deadline_ms = tool->deadline_default_ms};
	struct options o;
	int status;

	sandbox_hide_memory();
	if (open_standard() != 0)
		return STATUS_UNCHECKED;
	if (!setlocale(LC_CTYPE, "C.UTF-8")) /* names are UTF-8 whatever the locale */
		setlocale(LC_CTYPE, "");
	catch_signals();
	buf_init(&run.out);
	run.now = (int64_t)time(NULL);
	status = options_read(&o, &run, argc, argv);
	if (o.done) {
		if (fflush(stdout) != 0 || ferror(stdout)) {
			tool_error(&run, "standard output: %s", strerror(errno));
			status = STATUS_UNCHECKED;
		}
	} else if (status == 0) {
		status = run_tool(&run, &o);
		status = write_report(&run, status);
	}
	policy_wipe(&run.policy);
	buf_wipe(&run.out);
	options_wipe(&o);
	return status;
}
