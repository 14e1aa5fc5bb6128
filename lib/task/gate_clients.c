/* What the clients will do on the worst path. */
#include "task/gate_verdict.h"

/* --- clients --- */

static int predict(const struct gate_options *o, const struct gate_path *p, bool up,
		   struct client_row rows[CLIENT_COUNT], struct err *e)
{
	const struct gate_chain *c = p->chain;
	struct span staples[LIMIT_CHAIN];
	struct client_input in = {.chain = c->certs.v, .n = c->certs.n, .staples = staples,
				  .issuer = c->has_issuer ? &c->issuer : NULL, .now = o->now,
				  .responder_up = up, .tls = p->tls};

	for (size_t i = 0; i < LIMIT_CHAIN; i++)
		staples[i] = SPAN_NONE;
	if (p->staple)
		staples[0] = buf_span(&p->staple->bytes);
	for (size_t i = 1; p->upper && i < c->certs.n; i++)
		if (p->upper[i])
			staples[i] = buf_span(&p->upper[i]->bytes);
	return client_predict(&in, rows, e);
}

/* A client that the policy wants served, and that refuses what passes here otherwise. */
static void refusing_clients(const struct gate_options *o, struct gate_result *r)
{
	if (findings_verdict(&r->worst->findings, 0) != VERDICT_PASS)
		return;
	for (size_t i = 0; i < CLIENT_COUNT; i++)
		if ((o->policy->clients & (1u << i)) && r->clients[i].answer == CLIENT_REFUSES)
			findings_add(&r->findings, "gate.client-refuses", r->target, "%s refuses: %s",
				     r->clients[i].client, r->clients[i].reason);
}

int gate_clients(const struct gate_options *o, struct gate_result *r, struct err *e)
{
	if (!r->worst || !r->worst->chain->readable)
		return 0;
	if (predict(o, r->worst, false, r->clients, e) != 0 ||
	    predict(o, r->worst, true, r->clients_up, e) != 0)
		return -1;
	r->clients_known = true;
	refusing_clients(o, r);
	return 0;
}
