/*
 * staple-inspect: what does this certificate, request, staple or server promise?
 *
 * It describes and never judges: what it sees does not change its exit status.
 */
#include "ground/file.h"
#include "ground/limits.h"
#include "report/inspect.h"
#include "report/report.h"
#include "task/inspect.h"
#include "tools/tool.h"

static int read_source(struct inspect *in, const char *name, struct err *e)
{
	bool standard = strcmp(name, "-") == 0;
	struct buf bytes;
	int rc;

	buf_init(&bytes);
	rc = standard ? file_read_fd(0, "standard input", LIMIT_SMALL_FILE, &bytes, e)
		      : file_read(name, LIMIT_SMALL_FILE, &bytes, e);
	if (rc == 0)
		rc = inspect_bytes(in, name, &bytes, e);
	buf_wipe_secret(&bytes);
	return rc;
}

static void write_report(struct tool_run *run, const struct inspect_list *list)
{
	struct report r = {.out = &run->out, .tool = run->tool->name, .version = PACKAGE_VERSION,
			   .at = run->now, .color = run->color, .columns = run->columns,
			   .verbose = run->verbose, .quiet = run->quiet};

	r.writer = report_writer_get("inspect", run->format);
	r.writer->begin(&r);
	for (size_t i = 0; i < list->n; i++)
		r.writer->item(&r, &(struct inspect_item){list, i});
	r.writer->end(&r, VERDICT_PASS, NULL);
}

static int run_inspect(struct tool_run *run, const char *const *args, size_t n)
{
	int status = STATUS_HOLDS;
	bool read = false;
	struct inspect in;
	struct err e;

	if (n == 0)
		return tool_usage(run, "a file, a server or - is needed");
	inspect_init(&in, run->now);
	for (size_t i = 0; i < n; i++) {
		if (read_source(&in, args[i], &e) == 0)
			continue;
		tool_fail(run, &e);
		status = STATUS_UNCHECKED;
	}
	for (size_t i = 0; i < in.list.n; i++)
		read |= in.list.v[i].kind != INSPECT_UNREADABLE;
	if (!read)
		status = STATUS_UNCHECKED;
	if (!run->quiet || strcmp(run->format, "text") != 0)
		write_report(run, &in.list);
	inspect_wipe(&in);
	return status;
}

static const struct tool tool = {
	.name = "staple-inspect",
	.summary = "describe certificates, requests, staples and servers",
	.args = "FILE|-...",
	.example = "staple-inspect www.example.com.pem",
	.has = TOOL_FORMAT,
	.formats = "text json",
	.run = run_inspect,
};

int main(int argc, char **argv)
{
	return tool_main(argc, argv, &tool);
}
