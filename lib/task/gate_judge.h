/*
 * gate_judge: what a path showed, judged; the same bytes once.
 *
 * A chain is judged once for each target and name, a staple once in the whole run.
 */
#ifndef STAPLE_TASK_GATE_JUDGE_H
#define STAPLE_TASK_GATE_JUDGE_H

#include "task/gate.h"
#include "task/gate_known.h"

struct gate_judge {
	const struct gate_options *o;
	struct gate_known known;
	size_t verified;           /* staples judged for real */
};

/* Fills chain, staples, findings and verdict of a served path out of what was met.  `host` is
 * the name to be checked, or NULL. */
MUST_USE int gate_judge_path(struct gate_judge *j, struct gate_result *r, struct gate_path *p,
			     const struct path *met, const char *host, struct err *e);

/* Adds what the chain's judgement says about whether it can be stapled at all. */
void gate_judge_stapleable(struct gate_path *p, const char *subject);

/* gate_chain.c: the chain of what was met, which the result keeps; judged when it is new.  NULL:
 * failed. */
struct gate_chain *gate_judge_chain(struct gate_judge *j, struct gate_result *r,
				    const struct path *met, const char *host, struct err *e);

/* "TARGET ADDRESS TLS 1.3 ECDSA round 2" */
void gate_judge_subject(const struct gate_result *r, const struct gate_path *p, char out[512]);

#endif
