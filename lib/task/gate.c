#include "task/gate.h"

#include "task/gate_evidence.h"
#include "task/gate_judge.h"
#include "task/gate_plan.h"
#include "task/gate_verdict.h"

#include <stdio.h>
#include <stdlib.h>

/* Targets under way or waiting for an earlier one's end: one that is dead delays nobody. */
#define WINDOW 4096u

struct run_target {
	struct run_target *next;  /* in order */
	struct gate_plan plan;
	struct gate_result result;
	bool over;
};

struct run {
	const struct gate_options *o;
	const struct gate_callbacks *c;
	struct gate_summary *summary;
	struct gate_judge judge;
	struct run_target *first, *last; /* not delivered yet, in order */
	struct run_target *look;         /* where next_job goes on */
	size_t waiting;                  /* in the list */
	struct ticket *tickets;          /* of the jobs under way */
	bool exhausted;                  /* no more targets */
	bool failed;
	struct err *e;
};

/* Which cell a job is of; its owner. */
struct ticket {
	struct ticket *next;
	struct run_target *target;
	size_t cell;
};

static struct ticket *ticket_new(struct run *r, struct run_target *target, size_t cell)
{
	struct ticket *t = malloc(sizeof *t);

	if (!t)
		return NULL;
	*t = (struct ticket){r->tickets, target, cell};
	r->tickets = t;
	return t;
}

/* They are as few as the handshakes in flight. */
static void ticket_free(struct run *r, struct ticket *t)
{
	struct ticket **at = &r->tickets;

	while (*at && *at != t)
		at = &(*at)->next;
	if (*at)
		*at = t->next;
	free(t);
}

static void fail(struct run *r)
{
	r->failed = true;
}

/* --- results --- */

static int skipped_rounds(struct run *r, struct run_target *t);

static void deliver(struct run *r)
{
	while (r->first && r->first->over) {
		struct run_target *t = r->first;
		struct gate_summary *s = r->summary;

		s->targets++;
		s->passed += t->result.verdict == VERDICT_PASS;
		s->failed += t->result.verdict == VERDICT_FAIL;
		s->unknown += t->result.verdict == VERDICT_UNKNOWN;
		r->c->deliver(r->c->context, &t->result);
		r->first = t->next;
		if (!r->first)
			r->last = NULL;
		if (r->look == t)
			r->look = r->first;
		r->waiting--;
		gate_result_wipe(&t->result);
		gate_plan_wipe(&t->plan);
		free(t);
		if (r->c->progress)
			r->c->progress(r->c->context, s->targets, s->paths);
	}
}

static void settle(struct run *r, struct run_target *t)
{
	if (t->over || !gate_plan_over(&t->plan))
		return;
	t->over = true;
	if (skipped_rounds(r, t) != 0 || gate_verdict(r->o, &t->plan, &t->result, r->e) != 0 ||
	    (r->o->save && gate_evidence_save(r->o->save, &t->result, r->e) != 0))
		fail(r);
	else
		deliver(r);
}

/* Rounds that were not tried since the address gave no answer: unknown, told once a cell. */
static int skipped_rounds(struct run *r, struct run_target *t)
{
	const struct gate_plan *p = &t->plan;

	for (size_t i = 0; i < p->cell_count; i++) {
		const struct gate_plan_cell *c = &p->cells[i];
		struct path met;

		if (!p->dead[c->address] || c->started >= p->scope.rounds || c->not_served)
			continue;
		path_init(&met);
		probe_address_text(&p->addresses[c->address], met.address);
		met.tls = c->tls;
		met.key = c->key;
		met.round = c->started + 1;
		snprintf(met.reason, sizeof met.reason, "rounds %u to %u were not tried, as this address "
			 "had not answered", c->started + 1, p->scope.rounds);
		if (!gate_result_add(&t->result, &met, p->scope.sni[c->sni], r->o->policy, r->o->now, r->e))
			return -1;
	}
	return 0;
}

/* --- what the probe asks and tells --- */

static struct run_target *open_target(struct run *r)
{
	const struct gate_target *target;
	struct run_target *t;

	if (r->exhausted || r->waiting >= WINDOW)
		return NULL;
	target = r->c->next(r->c->context);
	if (!target) {
		r->exhausted = true;
		return NULL;
	}
	t = calloc(1, sizeof *t);
	if (!t) {
		err_set(r->e, ERR_MEMORY, "gate: out of memory");
		fail(r);
		return NULL;
	}
	t->result.target = target->text;
	t->result.host = target->host;
	t->result.protocol = target->starttls ? target->starttls->name : "tls";
	findings_init(&t->result.findings, r->o->policy, r->o->now);
	if (r->last)
		r->last->next = t;
	else
		r->first = t;
	r->last = t;
	r->waiting++;
	if (gate_plan_init(&t->plan, target, r->o, r->e) != 0) {
		fail(r);
		return NULL;
	}
	return t;
}

static bool job_of(struct run *r, struct run_target *t, struct probe_job *job)
{
	size_t cell = 0;

	if (t->over || !gate_plan_next(&t->plan, job, &cell))
		return false;
	job->owner = ticket_new(r, t, cell);
	if (!job->owner) {
		err_set(r->e, ERR_MEMORY, "gate: out of memory");
		fail(r);
		return false;
	}
	return true;
}

static enum probe_next next_job(void *context, struct probe_job *job)
{
	struct run *r = context;
	struct run_target *t, *from = r->look ? r->look : r->first;

	if (r->failed)
		return PROBE_END;
	for (t = from; t; t = t->next)
		if (job_of(r, t, job)) {
			r->look = t;
			return PROBE_JOB;
		}
	for (t = r->first; t && t != from; t = t->next)
		if (job_of(r, t, job)) {
			r->look = t;
			return PROBE_JOB;
		}
	while (!r->failed && (t = open_target(r)))
		if (job_of(r, t, job)) {
			r->look = t;
			return PROBE_JOB;
		}
	if (r->failed || (r->exhausted && !r->first))
		return PROBE_END;
	return PROBE_WAIT;
}

static void on_resolved(void *context, const struct probe_job *job, const struct probe_address *v,
			size_t n, const char *why)
{
	struct run *r = context;
	struct ticket *ticket = job->owner;
	struct run_target *t = ticket->target;

	ticket_free(r, ticket);
	if (gate_plan_addresses(&t->plan, v, n, r->e) != 0)
		fail(r);
	if (n == 0)
		findings_add(&t->result.findings, "path.unreachable", t->result.target, "%s", why);
	else if (why)
		findings_add(&t->result.findings, "path.skipped", t->result.target, "%s", why);
	settle(r, t);
}

/* What the server calls itself, once. */
static int note_server(struct gate_result *g, const struct path *met)
{
	if (met->offers_udp && !findings_has(&g->findings, 0, "path.udp-unchecked"))
		findings_add(&g->findings, "path.udp-unchecked", g->target,
			     "%s announces HTTP/3 (Alt-Svc), and UDP is not looked at", met->address);
	if (met->server[0] && !g->server)
		g->server = strdup(met->server);
	return met->server[0] && !g->server ? -1 : 0;
}

static int take_path(struct run *r, struct run_target *t, size_t cell, struct path *met)
{
	const struct gate_plan *plan = &t->plan;
	const char *sni = plan->scope.sni[plan->cells[cell].sni];
	const char *host = sni[0] ? sni : probe_is_address(plan->target->host) ? plan->target->host : NULL;
	struct gate_path *p;

	p = gate_result_add(&t->result, met, sni, r->o->policy, r->o->now, r->e);
	r->summary->paths++;
	if (!p)
		return -1;
	p->first_after_start = r->o->rehearsal && t->result.path_count == 1;
	if (note_server(&t->result, met) != 0)
		return err_set(r->e, ERR_MEMORY, "gate: out of memory");
	if (met->outcome == PATH_SERVED &&
	    gate_judge_path(&r->judge, &t->result, p, met, host, r->e) != 0)
		return -1;
	return gate_plan_done(&t->plan, cell, met->outcome, r->e);
}

static void on_done(void *context, const struct probe_job *job, struct path *path)
{
	struct run *r = context;
	struct ticket *ticket = job->owner;
	struct run_target *t = ticket->target;
	size_t cell = ticket->cell;

	ticket_free(r, ticket);
	if (!r->failed && take_path(r, t, cell, path) != 0)
		fail(r);
	path_wipe(path);
	if (!r->failed)
		settle(r, t);
}

/* --- the run --- */

static void run_wipe(struct run *r)
{
	for (struct ticket *t = r->tickets, *next; t; t = next) { /* of jobs that an error cut short */
		next = t->next;
		free(t);
	}
	while (r->first) {
		struct run_target *t = r->first;

		r->first = t->next;
		gate_result_wipe(&t->result);
		gate_plan_wipe(&t->plan);
		free(t);
	}
	gate_known_wipe(&r->judge.known);
}

int gate_run(const struct gate_options *o, const struct gate_callbacks *c,
	     struct gate_summary *summary, struct err *e)
{
	struct run r = {.o = o, .c = c, .summary = summary, .judge = {.o = o}, .e = e};
	struct probe_callbacks callbacks = {.context = &r, .next = next_job, .resolved = on_resolved,
					    .done = on_done};
	struct probe *p;
	int rc;

	*summary = (struct gate_summary){0};
	if (probe_new(&p, &o->probe, e) != 0)
		return -1;
	rc = probe_run(p, &callbacks, e);
	probe_free(p);
	summary->staples_verified = r.judge.verified;
	if (r.failed)
		rc = -1;
	run_wipe(&r);
	return rc;
}
