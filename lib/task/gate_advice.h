/*
 * gate_advice: the cause that fits what was seen and the server's name, in a sentence or two.
 * What real servers do is observed in tests/lab; the text says what to change.
 */
#ifndef STAPLE_TASK_GATE_ADVICE_H
#define STAPLE_TASK_GATE_ADVICE_H

#include "report/gate.h"

/* A path without a staple. */
const char *gate_advice_missing(const struct gate_result *r, const struct gate_path *p);

/* The nearest pair of which one is stapled soundly. */
const char *gate_advice_difference(const struct gate_path *with, const struct gate_path *without);

/* Adds the finding that names the cause, when what was seen on the worst path tells it. */
void gate_advice_cause(struct gate_result *r);

#endif
