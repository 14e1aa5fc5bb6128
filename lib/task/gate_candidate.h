/*
 * gate_candidate: the certificate that is to be deployed, judged before it is: as staple-verify
 * does, with its responder asked now, and against what the target shows today.
 */
#ifndef STAPLE_TASK_GATE_CANDIDATE_H
#define STAPLE_TASK_GATE_CANDIDATE_H

#include "task/gate.h"

struct gate_candidate {
	const char *name;        /* the file */
	struct cert_list certs;  /* the leaf first */
	struct buf staple;       /* that is shipped with it; n == 0 and !has_staple: none */
	bool has_staple;
	bool ask;                /* its responder is asked */
	int64_t timeout_ms;
	struct chain_path path;
	struct cert issuer;      /* spans into certs, or the trust anchors */
	bool has_issuer;
	struct staple_result answer; /* of the responder */
	struct findings findings; /* of the candidate itself, names left out */
};

/* Reads the files: ERR_NOT_FOUND, ERR_PARSE, ... */
MUST_USE int gate_candidate_open(struct gate_candidate *c, const char *cert_file,
				 const char *chain_file, const char *staple_file, struct err *e);
void gate_candidate_wipe(struct gate_candidate *c);

/* Judges what does not depend on a target, and asks its responder when c->ask. */
MUST_USE int gate_candidate_judge(struct gate_candidate *c, const struct gate_options *o,
				  struct err *e);

/* Asks its responders in turn; an answer is judged as a staple is.  For gate_candidate_judge. */
MUST_USE int gate_candidate_ask(struct gate_candidate *c, const struct gate_options *o,
				struct err *e);

/* Is it there and Must-Staple, so that the server has to staple? */
bool gate_candidate_needs_staple(const struct gate_candidate *c);

/* For a target: does it fit its names, and what cannot be known from outside?  c may be NULL. */
struct gate_plan;
MUST_USE int gate_candidate_against(const struct gate_candidate *c, const struct gate_options *o,
				    const struct gate_plan *plan, struct gate_result *r, struct err *e);

#endif
