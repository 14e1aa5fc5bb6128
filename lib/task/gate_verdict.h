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

/* gate_outcome.c: drops the paths, which stand by address, name, key kind and version, that are no
 * question of the target, telling so; one that is refused in some rounds only is broken. */
MUST_USE int gate_outcome_settle(const struct gate_options *o, const struct gate_plan *plan,
				 struct gate_result *r, struct err *e);

/* Of each path without a handshake, why. */
void gate_outcome_tell(struct gate_result *r);

/* gate_clients.c: predicts for the worst path, when it is known; a client that the policy wants
 * served and that refuses is a finding. */
MUST_USE int gate_clients(const struct gate_options *o, struct gate_result *r, struct err *e);

/* Was there a handshake to its end? */
static inline bool gate_served(const struct gate_path *p)
{
	return p->outcome == PATH_SERVED;
}

/* Is a sound staple on this path, whatever the certificate says? */
static inline bool gate_stapled_well(const struct gate_path *p)
{
	return p->staple && p->staple->result.state == STAPLE_GOOD;
}

#endif
