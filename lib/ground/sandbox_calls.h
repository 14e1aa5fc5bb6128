/*
 * sandbox_calls: the fence of seccomp, for sandbox.c only; the door to libseccomp.
 */
#ifndef STAPLE_GROUND_SANDBOX_CALLS_H
#define STAPLE_GROUND_SANDBOX_CALLS_H

#include "ground/sandbox.h"

/* False: built without libseccomp, or the kernel has no filters. */
bool sandbox_calls_possible(void);

/* 1: in force; 0: whoever runs us does not let us have filters, as the kernel says (a container's own
 * filter, an emulator); -1. */
MUST_USE int sandbox_calls_enter(const struct sandbox *s, struct err *e);

#endif
