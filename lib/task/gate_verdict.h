/*
 * gate_verdict: what the judged paths of a target mean together: missing staples, differences,
 * cell and score, the moment it goes dark, the clients, the verdict.
 */
#ifndef STAPLE_TASK_GATE_VERDICT_H
#define STAPLE_TASK_GATE_VERDICT_H

#include "task/gate_judge.h"
#include "task/gate_plan.h"

/* The result's paths are complete; fills the rest. */
MUST_USE int gate_verdict(const struct gate_options *o, const struct gate_plan *plan,
			  struct gate_result *r, struct err *e);

/* Is a sound staple on this path, whatever the certificate says? */
static inline bool gate_stapled_well(const struct gate_path *p)
{
	return p->staple && p->staple->result.state == STAPLE_GOOD;
}

#endif
