/*
 * gate_targets: the targets of staple-gate, from the command line and from files.
 */
#ifndef STAPLE_TOOLS_GATE_TARGETS_H
#define STAPLE_TOOLS_GATE_TARGETS_H

#include "ground/limits.h"
#include "task/gate.h"

struct gate_targets {
	struct gate_target *v; /* owned */
	size_t n, cap;
	const char *starttls;  /* for those that name no scheme; or NULL */
};

/* ERR_USAGE says what is wrong with the text. */
MUST_USE int gate_targets_add(struct gate_targets *l, const char *text, struct err *e);

/* A line each: TARGET and perhaps --sni, --connect, --tls, --key-kind, --rounds, --starttls; "-" is
 * standard input.  Errors name file and line. */
MUST_USE int gate_targets_read(struct gate_targets *l, const char *path, struct err *e);

void gate_targets_wipe(struct gate_targets *l);

#endif
