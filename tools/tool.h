/*
 * tool: what every program does the same way: options, policy, time, messages, the report's
 * output, progress and the exit status.
 *
 * A program is one struct tool and a run function:
 *
 *	int main(int argc, char **argv) { return tool_main(argc, argv, &tool); }
 */
#ifndef STAPLE_TOOLS_TOOL_H
#define STAPLE_TOOLS_TOOL_H

#include "ground/buf.h"
#include "judge/policy.h"
#include "report/report.h"

#include <popt.h>

/* The same in every program and for ever. */
enum tool_status {
	STATUS_HOLDS = 0,     /* checked, and it holds */
	STATUS_FAILS = 1,     /* checked, and it does not hold */
	STATUS_UNCHECKED = 2  /* could not be checked: usage, input, no answer */
};

/* A row of tool.options: a table of its own, under this title in --help. */
#define TOOL_GROUP(title, table) {NULL, '\0', POPT_ARG_INCLUDE_TABLE, (table), 0, (title), NULL}

/* Which of the common options a program has, beside those that all have
 * (--explain, -q, -v, --version, --help, --color, --no-system-policy, --policy, --at). */
enum tool_options {
	TOOL_FORMAT = 1 << 0,   /* --format and --output */
	TOOL_TRUST = 1 << 1,
	TOOL_CHAIN = 1 << 2,
	TOOL_TIMEOUT = 1 << 3,  /* --timeout and --deadline */
	TOOL_JOBS = 1 << 4,
	TOOL_PROGRESS = 1 << 5,
	TOOL_DESCRIBES = 1 << 6 /* judges nothing: of policies only those that --policy names are read */
};

struct tool_run;

struct tool {
	const char *name;       /* "staple-gate" */
	const char *summary;    /* one line */
	const char *args;       /* "TARGET...": behind [OPTION...] in the usage line */
	const char *example;    /* one command, at the end of --help */
	unsigned has;           /* enum tool_options */
	const char *formats;    /* "text json junit": the first is the default; with TOOL_FORMAT */
	int64_t timeout_default_ms, deadline_default_ms; /* with TOOL_TIMEOUT; 0: no deadline */
	const struct poptOption *options; /* its own; groups or options; or NULL */
	/* Called for each own option whose popt `val` is not 0 (options that may be repeated); NULL
	 * when there is none.  0, or a status after tool_usage.  `arg` is popt's copy, the callee's to free. */
	int (*option)(struct tool_run *run, int val, const char *arg);
	/* Returns an enum tool_status.  args: what popt left, NULL-terminated. */
	int (*run)(struct tool_run *run, const char *const *args, size_t n);
};

struct tool_run {
	const struct tool *tool;
	int64_t now;            /* --at, or the clock, read once */
	bool at_given;
	const char *format;     /* one of tool->formats */
	const char *output;     /* --output, or NULL: standard output */
	struct policy policy;   /* read */
	const char *trust;      /* or NULL */
	const char *chain;      /* or NULL */
	int64_t timeout_ms, deadline_ms;
	unsigned jobs;          /* at least 1; the processors unless --jobs was given */
	bool jobs_given;
	bool quiet;
	int verbose;
	bool color;             /* for the report on standard output */
	bool wrap;              /* the report is read on a terminal: break its lines */
	bool progress;          /* show progress on standard error */
	size_t columns;         /* of the terminal; 80 when it is none */
	struct buf out;         /* the report: tool_main writes it when run returns */
	bool out_failed;        /* an early tool_flush could not write */
	bool no_sandbox;        /* --no-sandbox */
	bool progress_shown;    /* a line of progress stands on standard error */
	const char *program;    /* argv[0] */
};

int tool_main(int argc, char **argv, const struct tool *tool);

/*
 * Gives up what the program does not need from here on (ground/sandbox.h): all writing but where
 * `outputs` (files or folders, NULL-terminated, "-" and NULL for none) and --output lie, running
 * other programs and, unless `network`, sockets.  To be called by each program's run function
 * once its options are read, before it reads what others wrote; not by one that is to run commands
 * or to use a PKCS#11 module, which need what we do not.  A status; a message was written.
 */
MUST_USE int tool_confine(struct tool_run *run, bool network, const char *const *outputs);

/* message.c: "staple-gate: MESSAGE" on standard error, escaped.  tool_note only without -q. */
void tool_error(const struct tool_run *run, const char *fmt, ...) PRINTF_LIKE(2, 3);
void tool_note(const struct tool_run *run, const char *fmt, ...) PRINTF_LIKE(2, 3);
void tool_fail(const struct tool_run *run, const struct err *e);

/* Usage error: message, and where to find help; returns STATUS_UNCHECKED. */
int tool_usage(const struct tool_run *run, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* One line of progress on standard error, replaced by the next; NULL clears it. */
void tool_progress(struct tool_run *run, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* options.c: an option's number; *n stays where there is no text.  0, or a status after tool_usage. */
int tool_number(const struct tool_run *run, const char *name, const char *text, unsigned least, unsigned most,
		unsigned *n);

/* Writes what run->out holds to standard output now (streams); does nothing with --output. */
void tool_flush(struct tool_run *run);

/* A report of this kind into run->out, in the format asked for. */
struct report tool_report(struct tool_run *run, const char *kind);

/* 1 beats 2 beats 0. */
int tool_status_worst(int a, int b);
int tool_status_of(enum verdict v);

#endif
