/*
 * work: share numbered items out to threads, results in order.
 *
 * `produce` is called by one thread at a time, in order, and hands out items;
 * `process` runs in `jobs` threads at once, each with its own state; `deliver`
 * is called by one thread at a time, in the items' order.  So the outcome is
 * the same whatever the number of jobs.  At most `window` items are under way.
 *
 * Items are produced a little ahead, so that threads find one without waiting for
 * each other, and what produce started (a read of the disk) has time to end.
 */
#ifndef STAPLE_GROUND_WORK_H
#define STAPLE_GROUND_WORK_H

#include "ground/err.h"

struct work {
	unsigned jobs;   /* 1: no thread is made, all runs in the caller */
	unsigned window; /* 0: 4 * jobs */
	void *context;   /* passed to every call */

	/* 1: *item is a new item; 0: no more; -1: stop with e. */
	int (*produce)(void *context, void **item, struct err *e);
	/* `worker` is 0 .. jobs - 1.  -1: stop with e. */
	int (*process)(void *context, unsigned worker, void *item, struct err *e);
	/* Takes the item back, in order; also frees it, whatever it returns.  -1: stop with e. */
	int (*deliver)(void *context, void *item, struct err *e);
	/* Frees an item that will not be delivered because the work stopped; may be NULL. */
	void (*discard)(void *context, void *item);

	unsigned ahead; /* items made before they are wanted; 0: none beyond the next */
};

/* Runs until produce has no more, or the first error in the items' order: what stands before
 * it has been delivered, nothing behind it.  Where threads cannot be made, fewer do the work.
 * Signals are left to the thread that calls. */
MUST_USE int work_run(const struct work *w, struct err *e);

/* Processors that this process may use; at least 1. */
unsigned work_processors(void);

#endif
