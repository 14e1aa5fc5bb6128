#include "task/gate_plan.h"

#include <stdio.h>
#include <stdlib.h>

static void in_force(struct gate_scope *s, const struct gate_scope *t, const struct gate_scope *d,
		     const struct policy *policy)
{
	*s = (struct gate_scope){0};
	s->rounds = t->rounds ? t->rounds : d->rounds ? d->rounds : policy->rounds;
	s->tls = t->tls ? t->tls : d->tls ? d->tls : policy->tls;
	s->keys = t->keys ? t->keys : d->keys;
	s->sni = t->sni_count ? t->sni : d->sni;
	s->sni_count = t->sni_count ? t->sni_count : d->sni_count;
	s->connect = t->connect_count ? t->connect : d->connect;
	s->connect_count = t->connect_count ? t->connect_count : d->connect_count;
}

int gate_plan_init(struct gate_plan *p, const struct gate_target *t, const struct gate_options *o,
		   struct err *e)
{
	static char none[] = "";
	struct probe_address *v;
	int rc = 0;

	*p = (struct gate_plan){.target = t, .alone = o->rehearsal};
	in_force(&p->scope, &t->scope, &o->scope, o->policy);
	if (p->scope.sni_count == 0) {
		p->own_sni[0] = probe_is_address(t->host) ? none : t->host;
		p->scope.sni = p->own_sni;
		p->scope.sni_count = 1;
	}
	if (p->scope.connect_count == 0)
		return 0;
	v = calloc(p->scope.connect_count, sizeof *v);
	if (!v)
		return err_set(e, ERR_MEMORY, "gate: out of memory");
	for (size_t i = 0; i < p->scope.connect_count && rc == 0; i++)
		if (probe_address_parse(p->scope.connect[i], t->port, &v[i]) != 0)
			rc = err_set(e, ERR_USAGE, "'%s' is no address", p->scope.connect[i]);
	if (rc == 0)
		rc = gate_plan_addresses(p, v, p->scope.connect_count, e);
	free(v);
	return rc;
}

void gate_plan_wipe(struct gate_plan *p)
{
	free(p->addresses);
	free(p->dead);
	free(p->asked);
	free(p->cells);
	*p = (struct gate_plan){0};
}

static int add_cell(struct gate_plan *p, const struct gate_plan_cell *c, struct err *e)
{
	struct gate_plan_cell *v = array_grow(p->cells, p->cell_count, &p->cell_cap, sizeof *v);

	if (!v)
		return err_set(e, ERR_MEMORY, "gate: out of memory");
	p->cells = v;
	v[p->cell_count++] = *c;
	return 0;
}

/* Both versions of one address, name and key kind. */
static int add_versions(struct gate_plan *p, size_t address, size_t sni, enum key_kind key,
			struct err *e)
{
	struct gate_plan_cell c = {.address = address, .sni = sni, .key = key};

	c.tls = PATH_TLS_1_3;
	if ((p->scope.tls & GATE_TLS_1_3) && add_cell(p, &c, e) != 0)
		return -1;
	c.tls = PATH_TLS_1_2;
	return p->scope.tls & GATE_TLS_1_2 ? add_cell(p, &c, e) : 0;
}

int gate_plan_addresses(struct gate_plan *p, const struct probe_address *v, size_t n,
			struct err *e)
{
	unsigned keys = p->scope.keys ? p->scope.keys : GATE_KEY_ECDSA | GATE_KEY_RSA;

	p->resolved = true;
	p->resolving = false;
	p->address_count = n;
	p->addresses = calloc(n ? n : 1, sizeof *p->addresses);
	p->dead = calloc(n ? n : 1, sizeof *p->dead);
	p->asked = calloc(n ? n : 1, sizeof *p->asked);
	if (!p->addresses || !p->dead || !p->asked)
		return err_set(e, ERR_MEMORY, "gate: out of memory");
	for (size_t i = 0; i < n; i++) {
		p->addresses[i] = v[i];
		for (size_t s = 0; s < p->scope.sni_count; s++)
			if (((keys & GATE_KEY_ECDSA) && add_versions(p, i, s, KEY_EC, e) != 0) ||
			    ((keys & GATE_KEY_RSA) && add_versions(p, i, s, KEY_RSA, e) != 0) ||
			    ((keys & GATE_KEY_EDDSA) && add_versions(p, i, s, KEY_ED25519, e) != 0))
				return -1;
	}
	return 0;
}

/* A first round if one is left, else a further round of what answered. */
static struct gate_plan_cell *pick(struct gate_plan *p)
{
	struct gate_plan_cell *best = NULL;

	for (size_t i = 0; i < p->cell_count; i++) {
		struct gate_plan_cell *c = &p->cells[i];

		if (c->state == CELL_NEW)
			return c;
		if (c->state == CELL_ANSWERED && c->started < p->scope.rounds &&
		    (!best || c->started < best->started))
			best = c;
	}
	return best;
}

bool gate_plan_next(struct gate_plan *p, struct probe_job *job, size_t *cell)
{
	const struct gate_target *t = p->target;
	struct gate_plan_cell *c;

	*job = (struct probe_job){.kind = PROBE_RESOLVE, .host = t->host, .port = t->port};
	if (!p->resolved) {
		if (p->resolving)
			return false;
		p->resolving = true;
		return true;
	}
	if (p->in_flight >= GATE_PER_TARGET || (p->alone && p->began && !p->first_over))
		return false;
	c = pick(p);
	if (!c)
		return false;
	p->began = true;
	p->in_flight++;
	c->started++;
	if (c->state == CELL_NEW)
		c->state = CELL_TRYING;
	*cell = (size_t)(c - p->cells);
	job->kind = PROBE_HANDSHAKE;
	job->address = p->addresses[c->address];
	job->sni = p->scope.sni[c->sni];
	job->tls = c->tls;
	job->key = c->key;
	job->round = c->started;
	job->starttls = t->starttls;
	/* One path each, over many targets, is asked for by those in a hurry. */
	job->ask_http = t->may_be_http && !p->asked[c->address] &&
			(p->cell_count > 1 || p->scope.rounds > 1);
	p->asked[c->address] = true;
	return true;
}

/* Neither ECDSA nor RSA: perhaps it has an EdDSA certificate. */
static int try_eddsa(struct gate_plan *p, size_t address, size_t sni, struct err *e)
{
	if (p->scope.keys)
		return 0;
	for (size_t i = 0; i < p->cell_count; i++)
		if (p->cells[i].address == address && p->cells[i].sni == sni &&
		    (!p->cells[i].not_served || p->cells[i].key == KEY_ED25519))
			return 0;
	return add_versions(p, address, sni, KEY_ED25519, e);
}

int gate_plan_done(struct gate_plan *p, size_t cell, enum path_outcome outcome, struct err *e)
{
	struct gate_plan_cell *c = &p->cells[cell];

	p->in_flight--;
	p->first_over = true;
	p->paths++;
	if (outcome == PATH_TIMEOUT || outcome == PATH_UNREACHABLE || outcome == PATH_SKIPPED) {
		p->dead[c->address] = true;
		for (size_t i = 0; i < p->cell_count; i++)
			if (p->cells[i].address == c->address)
				p->cells[i].state = CELL_OVER;
		return 0;
	}
	if (c->state == CELL_OVER)
		return 0;
	c->state = outcome == PATH_SERVED || outcome == PATH_NOT_SERVED ? CELL_ANSWERED : CELL_OVER;
	if (outcome != PATH_NOT_SERVED || c->not_served)
		return 0;
	c->not_served = true;
	return try_eddsa(p, c->address, c->sni, e);
}

bool gate_plan_over(const struct gate_plan *p)
{
	if (!p->resolved || p->in_flight > 0)
		return false;
	for (size_t i = 0; i < p->cell_count; i++)
		if (p->cells[i].state == CELL_NEW || p->cells[i].state == CELL_TRYING ||
		    (p->cells[i].state == CELL_ANSWERED && p->cells[i].started < p->scope.rounds))
			return false;
	return true;
}
