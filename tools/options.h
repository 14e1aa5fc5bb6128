/*
 * options: the command line of every program, through popt: the common options, the help, and
 * messages that say what was probably meant.
 */
#ifndef STAPLE_TOOLS_OPTIONS_H
#define STAPLE_TOOLS_OPTIONS_H

#include "tools/tool.h"

struct options {
	poptContext context;
	struct poptOption *table; /* the whole of it; owned */
	const char **args;        /* what was left; owned by the context */
	size_t arg_count;
	const char **policies;    /* --policy, in order; owned by the context's argv */
	size_t policy_count;
	bool system_policy;
	const char *explain;      /* --explain, or NULL */
	bool done;                /* --help or --version was answered */
};

/* Reads the command line into run and o.  0, or a status: then a message was written.  Standard
 * output that could not take the help is STATUS_UNCHECKED. */
int options_read(struct options *o, struct tool_run *run, int argc, char **argv);
void options_wipe(struct options *o);

/* options_help.c: writes the help to standard output. */
int options_help(const struct options *o, const struct tool *tool);

/* options_nearest.c: the long option that `name` is nearly; NULL: none. */
const char *options_nearest(const struct poptOption *table, const char *name);

/* own_files.c: is a file that is to be written also one that is read, or written as something else?
 * 0, or a status: then a message was written. */
int options_own_files(const struct options *o, const struct tool_run *run);

#endif
