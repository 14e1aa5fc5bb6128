/*
 * fetch: what the two files of staple-fetch share: one round, and staying for more.
 */
#ifndef STAPLE_TOOLS_FETCH_H
#define STAPLE_TOOLS_FETCH_H

#include "ground/when.h"
#include "tools/tool.h"

struct fetch_round {
	void (*tick)(void *context); /* in: called about once a second while waiting; or NULL */
	int64_t next;                /* out: when the first staple is due; WHEN_NONE: not known */
	size_t count;                /* out: certificates */
};

/* One round over the arguments, reported into run->out.  A status. */
int fetch_round(struct tool_run *run, const char *const *args, size_t n, struct fetch_round *out);

/* Rounds for ever: when a staple is due, after failures with backoff, and on SIGHUP.  Returns
 * only when the arguments are wrong. */
int fetch_watch(struct tool_run *run, const char *const *args, size_t n);

#endif
