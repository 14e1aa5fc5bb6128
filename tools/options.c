#include "tools/options.h"

#include "ground/when.h"
#include "ground/work.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { OPT_HELP = 0x10000, OPT_VERSION, OPT_VERBOSE };

/* popt writes through pointers: one command line a process. */
static struct {
	char *format, *output, *trust, *chain, *timeout, *deadline, *at, *color, *progress, *explain, *jobs;
	const char **policies;
	int quiet, no_system_policy, no_sandbox;
} given;

static struct poptOption format_options[] = {
	{"format", '\0', POPT_ARG_STRING, &given.format, 0, "how the report is written", NULL},
	{"output", '\0', POPT_ARG_STRING, &given.output, 0,
	 "write the report there, replacing the file at once (-: standard output)", "FILE"},
	POPT_TABLEEND};
static struct poptOption trust_options[] = {
	{"trust", '\0', POPT_ARG_STRING, &given.trust, 0,
	 "trust these roots (PEM) instead of the system's", "FILE"},
	POPT_TABLEEND};
static struct poptOption chain_options[] = {
	{"chain", '\0', POPT_ARG_STRING, &given.chain, 0, "further certificates for the path", "FILE"},
	POPT_TABLEEND};
static struct poptOption timeout_options[] = {
	{"timeout", '\0', POPT_ARG_STRING, &given.timeout, 0,
	 "longest time for one connection or request", "DURATION"},
	{"deadline", '\0', POPT_ARG_STRING, &given.deadline, 0, "longest time for the whole run",
	 "DURATION"},
	POPT_TABLEEND};
static struct poptOption jobs_options[] = {
	{"jobs", '\0', POPT_ARG_STRING, &given.jobs, 0, "how many at once", "N"}, POPT_TABLEEND};
static struct poptOption progress_options[] = {
	{"progress", '\0', POPT_ARG_STRING, &given.progress, 0, "show progress on standard error",
	 "auto|always|never"},
	POPT_TABLEEND};
static struct poptOption common_options[] = {
	{"policy", '\0', POPT_ARG_ARGV, &given.policies, 0, "read this policy too (repeatable)",
	 "FILE|NAME"},
	{"no-system-policy", '\0', POPT_ARG_NONE, &given.no_system_policy, 0,
	 "leave out the system's policy file", NULL},
	{"no-sandbox", '\0', POPT_ARG_NONE, &given.no_sandbox, 0,
	 "keep all rights while reading what others wrote", NULL},
	{"at", '\0', POPT_ARG_STRING, &given.at, 0, "judge as of this time (RFC 3339 or @SECONDS)",
	 "TIME"},
	{"color", '\0', POPT_ARG_STRING, &given.color, 0, "colour in the text report",
	 "auto|always|never"},
	{"explain", '\0', POPT_ARG_STRING, &given.explain, 0, "explain a finding and end", "ID|all"},
	{"quiet", 'q', POPT_ARG_NONE, &given.quiet, 0, "no text but errors: the status alone", NULL},
	{"verbose", 'v', POPT_ARG_NONE, NULL, OPT_VERBOSE, "say more (repeatable)", NULL},
	{"version", 'V', POPT_ARG_NONE, NULL, OPT_VERSION, "show the version and end", NULL},
	{"help", '?', POPT_ARG_NONE, NULL, OPT_HELP, "show this help and end", NULL},
	POPT_TABLEEND};

static const struct {
	unsigned has;
	struct poptOption *table;
} optional_tables[] = {
	{TOOL_FORMAT, format_options}, {TOOL_TRUST, trust_options},     {TOOL_CHAIN, chain_options},
	{TOOL_TIMEOUT, timeout_options}, {TOOL_JOBS, jobs_options}, {TOOL_PROGRESS, progress_options},
};
#define OPTIONAL_TABLES (sizeof optional_tables / sizeof optional_tables[0])

static struct poptOption include(struct poptOption *table, const char *title)
{
	return (struct poptOption){NULL, '\0', POPT_ARG_INCLUDE_TABLE, table, 0, title, NULL};
}

/* The program's own options first, then those that it shares with some, then with all. */
static struct poptOption *build_table(const struct tool *tool)
{
	struct poptOption *t = calloc(3 + OPTIONAL_TABLES, sizeof *t);
	size_t n = 0, shared = 0;

	if (!t)
		return NULL;
	if (tool->options)
		t[n++] = include((struct poptOption *)(uintptr_t)tool->options,
				 tool->options[0].longName ? "Options:" : NULL);
	for (size_t i = 0; i < OPTIONAL_TABLES; i++)
		if (tool->has & optional_tables[i].has)
			t[n++] = include(optional_tables[i].table, shared++ ? NULL : "Report and run:");
	t[n++] = include(common_options, "Common options:");
	return t;
}

static bool word_in(const char *words, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = words; n && (p = strstr(p, word)); p += n)
		if ((p == words || p[-1] == ' ') && (p[n] == ' ' || p[n] == '\0'))
			return true;
	return false;
}

static int bad_option(const struct options *o, const struct tool_run *run, int rc)
{
	const char *bad = poptBadOption(o->context, POPT_BADOPTION_NOALIAS), *best = NULL;
	size_t n;
	char name[40] = "";

	if (rc == POPT_ERROR_BADOPT && bad[0] == '-' && bad[1] == '-') {
		n = strcspn(bad + 2, "=");
		if (n > 0 && n < sizeof name) {
			memcpy(name, bad + 2, n);
			best = options_nearest(o->table, name);
		}
	}
	if (rc == POPT_ERROR_BADOPT && (strcmp(bad, "-h") == 0 || strcmp(name, "usage") == 0))
		best = "help"; /* as other programs have it */
	else if (*name && run->tool->formats && word_in(run->tool->formats, name))
		return tool_usage(run, "%s: %s; did you mean --format %s?", bad, poptStrerror(rc), name);
	if (best)
		return tool_usage(run, "%s: %s; did you mean --%s?", bad, poptStrerror(rc), best);
	return tool_usage(run, "%s: %s", bad, poptStrerror(rc));
}

static int show_version(const struct tool *tool)
{
	printf("%s (%s) %s\n", tool->name, PACKAGE_NAME, PACKAGE_VERSION);
	return STATUS_HOLDS;
}

int tool_number(const struct tool_run *run, const char *name, const char *text, unsigned least, unsigned most,
		unsigned *n)
{
	unsigned long value;
	char *end;

	if (!text)
		return 0;
	value = strtoul(text, &end, 10); /* too large: ULONG_MAX */
	if (text[0] < '0' || text[0] > '9' || *end || value < least || value > most)
		return tool_usage(run, "--%s %s: must be a number from %u to %u", name, text, least, most);
	*n = (unsigned)value;
	return 0;
}

/* auto, always, never; *on is what auto means. */
static int read_switch(const struct tool_run *run, const char *name, const char *value, bool *on)
{
	if (!value || strcmp(value, "auto") == 0)
		return 0;
	*on = strcmp(value, "always") == 0;
	if (!*on && strcmp(value, "never") != 0)
		return tool_usage(run, "--%s %s: must be auto, always or never", name, value);
	return 0;
}

static int read_duration(const struct tool_run *run, const char *name, const char *value,
			 int64_t *ms)
{
	struct duration d;
	struct err e;

	if (!value)
		return 0;
	if (when_duration_parse(value, false, &d, &e) != 0)
		return tool_usage(run, "--%s: %s", name, e.text);
	if (d.seconds <= 0)
		return tool_usage(run, "--%s %s: must be longer than nothing", name, value);
	*ms = d.seconds * 1000;
	return 0;
}

static int read_format(struct tool_run *run)
{
	static char first[32];

	if (!run->tool->formats)
		return 0;
	snprintf(first, sizeof first, "%.*s", (int)strcspn(run->tool->formats, " "), run->tool->formats);
	run->format = given.format ? given.format : first;
	if (!word_in(run->tool->formats, run->format))
		return tool_usage(run, "--format %s: must be one of: %s", run->format,
				  run->tool->formats);
	return 0;
}

static size_t terminal_columns(void)
{
	struct winsize w;
	const char *env = getenv("COLUMNS");
	long n = env ? strtol(env, NULL, 10) : 0;

	if (n >= 20 && n <= 1000)
		return (size_t)n;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col >= 20)
		return w.ws_col;
	return 80;
}

static int read_common(struct options *o, struct tool_run *run)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
	struct err e;

	run->output = given.output && strcmp(given.output, "-") != 0 ? given.output : NULL;
	run->trust = given.trust;
	run->chain = given.chain;
	run->quiet = given.quiet != 0;
	run->no_sandbox = given.no_sandbox != 0;
	run->columns = terminal_columns();
	run->color = !run->output && isatty(STDOUT_FILENO) && !(no_color && *no_color) &&
		     !(term && strcmp(term, "dumb") == 0);
	run->progress = isatty(STDERR_FILENO) && !run->quiet && !(term && strcmp(term, "dumb") == 0);
	run->jobs = work_processors();
	run->jobs_given = given.jobs != NULL;
	o->system_policy = !given.no_system_policy;
	o->explain = given.explain;
	o->policies = given.policies;
	for (o->policy_count = 0; o->policies && o->policies[o->policy_count];)
		o->policy_count++;
	if (given.at) {
		run->at_given = true;
		if (when_parse(given.at, &run->now, &e) != 0)
			return tool_usage(run, "--at: %s", e.text);
	}
	run->wrap = !run->output && isatty(STDOUT_FILENO);
	if (tool_number(run, "jobs", given.jobs, 1, 4096, &run->jobs) ||
	    read_switch(run, "color", given.color, &run->color) ||
	    read_switch(run, "progress", given.progress, &run->progress) ||
	    read_duration(run, "timeout", given.timeout, &run->timeout_ms) ||
	    read_duration(run, "deadline", given.deadline, &run->deadline_ms))
		return STATUS_UNCHECKED;
	return read_format(run);
}

int options_read(struct options *o, struct tool_run *run, int argc, char **argv)
{
	char help[256], formats[128];
	int rc, status;

	*o = (struct options){0};
	o->table = build_table(run->tool);
	if (!o->table)
		return tool_usage(run, "out of memory");
	if (run->tool->formats) {
		snprintf(formats, sizeof formats, "%s", run->tool->formats);
		for (char *p = formats; *p; p++)
			if (*p == ' ')
				*p = '|';
		format_options[0].argDescrip = strdup(formats);
	}
	o->context = poptGetContext(run->tool->name, argc, (const char **)argv, o->table, 0);
	if (!o->context)
		return tool_usage(run, "out of memory");
	snprintf(help, sizeof help, "[OPTION...] %s", run->tool->args);
	poptSetOtherOptionHelp(o->context, help);
	while ((rc = poptGetNextOpt(o->context)) > 0) {
		char *arg = NULL;

		if (rc == OPT_HELP || rc == OPT_VERSION) {
			o->done = true;
			return rc == OPT_HELP ? options_help(o, run->tool) : show_version(run->tool);
		}
		if (rc == OPT_VERBOSE) {
			run->verbose++;
			continue;
		}
		arg = poptGetOptArg(o->context);
		status = run->tool->option ? run->tool->option(run, rc, arg) : 0;
		if (status != 0)
			return status;
	}
	if (rc < -1)
		return bad_option(o, run, rc);
	o->args = poptGetArgs(o->context);
	while (o->args && o->args[o->arg_count])
		o->arg_count++;
	status = read_common(o, run);
	return status == STATUS_HOLDS ? options_own_files(o, run) : status;
}

void options_wipe(struct options *o)
{
	if (o->context)
		poptFreeContext(o->context);
	free(o->table);
	free((char *)(uintptr_t)format_options[0].argDescrip);
	format_options[0].argDescrip = NULL;
}
