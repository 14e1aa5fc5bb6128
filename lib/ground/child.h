/*
 * child: run a command, and end it with all that it started.
 *
 * The command is given to /bin/sh -c in a process group of its own, with
 * standard input from /dev/null, standard output and error to ours (or to
 * /dev/null), no other descriptor open and default signal handling.
 *
 * What a command starts is found again by its process group, by the parents of
 * each process in /proc, and with `subreaper` also when it has made itself a
 * daemon: such processes become ours, and every stranger among our children
 * that is younger than the command is taken to be of it.  So at most one
 * subreaper command should run at a time.  At most LIMIT_CHILDREN are under way.
 */
#ifndef STAPLE_GROUND_CHILD_H
#define STAPLE_GROUND_CHILD_H

#include "ground/err.h"

#include <sys/types.h>

struct child {
	pid_t pid;   /* 0: none */
	bool reaped;
	int status;  /* of waitpid, once reaped */
	struct child_entry *entry; /* in the list of those under way */
};

struct child_options {
	const char *command;      /* for /bin/sh -c */
	const char *const *args;  /* "$1" and on; NULL-terminated, or NULL */
	const char *const *env;   /* "NAME=value" added to the environment; NULL-terminated, or NULL */
	bool quiet;               /* output to /dev/null */
	bool subreaper;           /* adopt orphaned descendants too (daemons), so that child_stop
				     finds them outside the process group */
};

/* ERR_IO when the process could not be made.  A SIGCHLD that is ignored is set to its
 * default: the status would be lost. */
MUST_USE int child_start(struct child *c, const struct child_options *o, struct err *e);

/* Waits at most timeout_ms (-1: for ever).  1: it ended, c->status is set; 0: it runs. */
MUST_USE int child_wait(struct child *c, int64_t timeout_ms, struct err *e);

/* SIGTERM to the group and every descendant, after grace_ms SIGKILL; reaps all.  To be
 * called for every `subreaper` child, also when child_wait saw it end; harmless again. */
void child_stop(struct child *c, int64_t grace_ms);

/* Stops every child that is under way, with a second of grace; async-signal-safe, for the
 * end after a signal. */
void child_stop_all(void);

/* start and wait; the command's exit status in *status (128 + N for a signal).  ERR_TIMEOUT
 * when it had to be stopped.  What it left running when it ended by itself is left alone. */
MUST_USE int child_run(const struct child_options *o, int64_t timeout_ms, int *status,
		       struct err *e);

#endif
