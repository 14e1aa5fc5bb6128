/*
 * deliver: the server learns of its new staples.
 */
#ifndef STAPLE_TASK_DELIVER_H
#define STAPLE_TASK_DELIVER_H

#include "ground/err.h"

/* A reload that takes longer has hung. */
#define DELIVER_HOOK_MS 120000

/* Runs the command once for all changed files: one path a line in STAPLE_CHANGED, and as "$1" and
 * on.  -1 with what happened unless it ended with status 0. */
MUST_USE int deliver_hook(const char *command, const char *const *changed, size_t n, struct err *e);

/* Pushes the staple in this file through HAProxy's runtime socket. */
MUST_USE int deliver_haproxy(const char *socket, const char *staple, int64_t timeout_ms,
			     struct err *e);

#endif
