/*
 * child_list: the children under way, for child.c and child_stop.c only.
 *
 * A signal handler walks the table, so its entries are atomic and never move.
 */
#ifndef STAPLE_GROUND_CHILD_LIST_H
#define STAPLE_GROUND_CHILD_LIST_H

#include "ground/child.h"
#include "ground/limits.h"

#include <stdatomic.h>

struct child_entry {
	atomic_bool used;
	atomic_int pid;     /* 0 until the process exists */
	atomic_bool reaped; /* the number may be someone else's by now */
	atomic_int status;
	bool subreaper;
	unsigned long long born; /* ticks since boot; 0 unknown */
};

extern struct child_entry child_list[LIMIT_CHILDREN];

/* Ticks since boot at which a process began; 0 when that cannot be told. */
unsigned long long child_born(pid_t pid);

/* One waitpid for the command itself, without waiting.  True when it has ended. */
bool child_reap(struct child_entry *x);

/* Stops each entry for which it is asked, all at the same time. */
void child_stop_entries(struct child_entry *const *entries, size_t count, int64_t grace_ms);

/* Milliseconds of a clock that nobody sets; and a sleep. */
int64_t child_clock(void);
void child_nap(int64_t ms);

#endif
