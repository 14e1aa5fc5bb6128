/*
 * gate_plan: the paths of one target, and which of them is tried next.
 *
 * A cell is an address, a name, a version and a key kind.  Its first round comes before the others:
 * it may show that the server does not have it.  The others follow even so, as behind one address
 * may be several servers.  When an address does not answer in time, nothing more is tried there.
 */
#ifndef STAPLE_TASK_GATE_PLAN_H
#define STAPLE_TASK_GATE_PLAN_H

#include "task/gate.h"

/* Handshakes at one target at once: enough to meet several workers, few enough to be polite. */
#define GATE_PER_TARGET 8u

enum gate_cell_state { CELL_NEW, CELL_TRYING, CELL_ANSWERED, CELL_OVER };

struct gate_plan_cell {
	size_t address, sni;
	enum path_tls tls;
	enum key_kind key;
	enum gate_cell_state state;
	unsigned started;          /* rounds */
	bool not_served;           /* in one of them */
};

struct gate_plan {
	const struct gate_target *target;
	struct gate_scope scope;   /* in force; its lists are borrowed */
	char *own_sni[1];          /* when none is named: the host, or "" */
	struct probe_address *addresses; /* owned */
	bool *dead;                /* owned: no answer in time, or no connection */
	bool *asked;               /* owned: was asked for HTTP/3 */
	size_t address_count;
	struct gate_plan_cell *cells; /* owned */
	size_t cell_count, cell_cap;
	size_t in_flight;
	bool resolving, resolved;
	bool alone;                /* the first handshake is made alone */
	bool began;                /* the first handshake was started */
	bool first_over;
	unsigned paths;            /* done */
};

/* The scope of a target under the gate's defaults and the policy. */
MUST_USE int gate_plan_init(struct gate_plan *p, const struct gate_target *t,
			    const struct gate_options *o, struct err *e);
void gate_plan_wipe(struct gate_plan *p);

/* The addresses are known: makes the cells. */
MUST_USE int gate_plan_addresses(struct gate_plan *p, const struct probe_address *v, size_t n,
				 struct err *e);

/* The next thing to do, and the cell that it is of (for gate_plan_done); false: nothing now. */
bool gate_plan_next(struct gate_plan *p, struct probe_job *job, size_t *cell);

/* A handshake of that cell ended so. */
MUST_USE int gate_plan_done(struct gate_plan *p, size_t cell, enum path_outcome outcome,
			    struct err *e);

/* Nothing is left to do and nothing is under way. */
bool gate_plan_over(const struct gate_plan *p);

#endif
