/*
 * gate_rehearsal: the real server, started with the new certificate, for as long as the gate looks
 * at it.  Whether it listens is asked of the kernel and not by a connection: the first handshake
 * after the start is the gate's.
 */
#ifndef STAPLE_TASK_GATE_REHEARSAL_H
#define STAPLE_TASK_GATE_REHEARSAL_H

#include "ground/child.h"
#include "task/gate.h"

struct gate_rehearsal {
	struct child child;
	bool running;
};

/* Starts the command and waits until each target's addresses (or, without --connect, its port)
 * listen.  Targets without --connect get the addresses that were found.  -1: a port was taken
 * before, the command ended, or wait_ms passed; then nothing runs. */
MUST_USE int gate_rehearsal_start(struct gate_rehearsal *r, const char *command, bool quiet,
				  struct gate_target *targets, size_t n,
				  const struct gate_scope *scope, int64_t wait_ms, struct err *e);

/* Ends the server with everything that it started. */
void gate_rehearsal_stop(struct gate_rehearsal *r);

#endif
