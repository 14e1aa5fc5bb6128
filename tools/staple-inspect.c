/*
 * staple-inspect: what does this certificate, request, staple or server promise?
 *
 * It describes and never judges: what it sees does not change its exit status.
 */
#include "facts/mistaken.h"
#include "ground/file.h"
#include "ground/limits.h"
#include "report/inspect.h"
#include "report/report.h"
#include "task/inspect.h"
#include "tools/secret.h"
#include "tools/tool.h"

#include <stdlib.h>
#include <unistd.h>

static const char *sni, *starttls, *password_file;

static const struct poptOption options[] = {
	{"sni", '\0', POPT_ARG_STRING, &sni, 0,
	 "the name to ask a server for; none: ask for none", "NAME"},
	{"starttls", '\0', POPT_ARG_STRING, &starttls, 0,
	 "what is spoken before TLS: smtp, imap, ... or none", "PROTOCOL"},
	{"password-file", '\0', POPT_ARG_STRING, &password_file, 0,
	 "passwords of keys and key stores, a line each", "FILE"},
	POPT_TABLEEND};

static int read_file(struct inspect *in, const char *name, struct err *e)
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

/* A file is what exists or can only be one; "host.pem" that does not exist is rather a file
 * with a wrong name than a server. */
static bool is_file(const char *name)
{
	if (strcmp(name, "-") == 0 || access(name, F_OK) == 0)
		return true;
	if (strstr(name, "://"))
		return false;
	if (strchr(name, '/'))
		return true;
	return mistaken_file(name);
}

static int read_source(struct tool_run *run, struct inspect *in, const char *name, struct err *e)
{
	struct inspect_server_options o = {.starttls = starttls, .timeout_ms = run->timeout_ms,
					   .deadline_ms = run->deadline_ms};

	if (is_file(name))
		return read_file(in, name, e);
	if (!strpbrk(name, ":[/"))
		tool_note(run, "%s: there is no such file; taken for a server", name);
	o.sni = sni && strcmp(sni, "none") == 0 ? "" : sni;
	return inspect_server(in, name, &o, e);
}

/* Something was read: a server counts when it served. */
static bool was_read(const struct inspect_object *o)
{
	bool served = o->kind != INSPECT_SERVER;

	for (size_t i = 0; !served && i < o->server.n; i++)
		served = o->server.paths[i].outcome == PATH_SERVED;
	return served && o->kind != INSPECT_UNREADABLE;
}

static void write_report(struct tool_run *run, const struct inspect_list *list)
{
	struct report r = tool_report(run, "inspect");

	r.writer->begin(&r);
	for (size_t i = 0; i < list->n; i++)
		r.writer->item(&r, &(struct inspect_item){list, i});
	r.writer->end(&r, VERDICT_PASS, NULL);
}

static int run_inspect(struct tool_run *run, const char *const *args, size_t n)
{
	struct store_passwords passwords = {0};
	int status = STATUS_HOLDS;
	bool read = false, network = false;
	struct inspect in;
	struct buf secrets;
	struct err e;

	if (n == 0)
		return tool_usage(run, "a file, a server or - is needed");
	for (size_t i = 0; i < n; i++)
		network |= !is_file(args[i]);
	if (tool_confine(run, network, NULL) != STATUS_HOLDS)
		return STATUS_UNCHECKED;
	inspect_init(&in, run->now);
	in.passwords = &passwords;
	buf_init(&secrets);
	if (password_file &&
	    secret_read_list(password_file, &secrets, &passwords.v, &passwords.n, &e) != 0) {
		tool_fail(run, &e);
		status = STATUS_UNCHECKED;
		n = 0;
	}
	for (size_t i = 0; i < n; i++) {
		if (read_source(run, &in, args[i], &e) == 0)
			continue;
		tool_fail(run, &e);
		status = STATUS_UNCHECKED;
	}
	for (size_t i = 0; i < in.list.n; i++)
		read |= was_read(&in.list.v[i]);
	if (!read)
		status = STATUS_UNCHECKED;
	if (n > 0 && (!run->quiet || strcmp(run->format, "text") != 0))
		write_report(run, &in.list);
	inspect_wipe(&in);
	buf_wipe_secret(&secrets);
	free(passwords.v);
	return status;
}

static const struct tool tool = {
	.name = "staple-inspect",
	.summary = "what do certificates, requests, staples and servers promise?",
	.args = "FILE|HOST[:PORT]|-...",
	.example = "staple-inspect www.example.com.pem",
	.has = TOOL_FORMAT | TOOL_TIMEOUT | TOOL_DESCRIBES,
	.formats = "text json",
	.timeout_default_ms = 10000,
	.options = options,
	.run = run_inspect,
};

int main(int argc, char **argv)
{
	return tool_main(argc, argv, &tool);
}
