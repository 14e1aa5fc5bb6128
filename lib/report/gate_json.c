/* The gate's JSON: staple-json(7) has the keys. */
#include "report/gate.h"
#include "report/report.h"

#include "ground/when.h"

struct state {
	struct findings all;  /* of the whole document: each id and message once a target */
};

static struct state *state_of(struct report *r)
{
	return r->state;
}

static void begin(struct report *r)
{
	static struct state state;

	state = (struct state){0};
	findings_init(&state.all, NULL, r->at);
	r->state = &state;
	report_json_head(r);
	json_key(&r->json, "targets");
	json_array(&r->json);
}

/* Waivers stay with the finding: they are the policy's. */
static void collect(struct findings *all, size_t first, const struct findings *f)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct finding *x = &f->v[i];
		bool known = false;

		for (size_t k = first; k < all->n && !known; k++)
			known = all->v[k].rule == x->rule && strcmp(all->v[k].message, x->message) == 0;
		if (known)
			continue;
		findings_add_copy(all, x, x->subject);
		if (all->n > 0 && !all->failed)
			all->v[all->n - 1].waived = x->waived;
	}
}

static void write_staple(struct json *j, const struct gate_staple *s)
{
	const struct staple_result *x;

	if (!s) {
		json_null(j);
		return;
	}
	x = &s->result;
	json_object(j);
	json_member_cstring(j, "state", x->state == STAPLE_GOOD ? "good" :
			    x->state == STAPLE_REFUSED ? "refused" : "unchecked");
	json_member_int(j, "bytes", (int64_t)s->bytes.n);
	json_member_cstring(j, "response_status",
			    x->decoded ? ocsp_response_status_text(x->response_status) : NULL);
	json_member_cstring(j, "cert_status", x->matched ? ocsp_cert_status_text(x->status) : NULL);
	json_member_time(j, "this_update", x->matched ? x->this_update : WHEN_NONE);
	json_member_time(j, "next_update", x->matched ? x->next_update : WHEN_NONE);
	json_member_time(j, "dark_at", x->state == STAPLE_GOOD ? x->dark_at : WHEN_NONE);
	json_member_cstring(j, "responder", x->responder[0] ? x->responder : NULL);
	json_object_end(j);
}

static void write_path(struct json *j, const struct gate_path *p)
{
	bool leaf = p->chain && p->chain->readable;

	json_object(j);
	json_member_cstring(j, "address", p->address);
	json_member_cstring(j, "tls", path_tls_text(p->tls));
	json_member_cstring(j, "key", gate_key_word(p->key));
	json_member_cstring(j, "sni", p->sni[0] ? p->sni : NULL);
	json_member_int(j, "round", p->round);
	json_member_cstring(j, "outcome", path_outcome_text(p->outcome));
	json_member_cstring(j, "reason", p->reason);
	json_member_cstring(j, "must_staple",
			    leaf ? must_staple_text(cert_must_staple(&p->chain->certs.v[0])) : NULL);
	json_key(j, "stapled");
	if (p->outcome == PATH_SERVED)
		json_bool(j, p->stapled);
	else
		json_null(j);
	json_key(j, "staple");
	write_staple(j, p->staple);
	json_member_int(j, "elapsed_ms", p->elapsed_ms);
	json_member_bool(j, "first_after_start", p->first_after_start);
	json_member_cstring(j, "verdict", verdict_text(p->verdict));
	json_key(j, "findings");
	report_json_findings(j, &p->findings, 0, p->findings.n);
	json_object_end(j);
}

static void write_clients(struct json *j, const struct gate_result *g)
{
	json_array(j);
	for (size_t i = 0; g->clients_known && i < CLIENT_COUNT; i++) {
		json_object(j);
		json_member_cstring(j, "client", g->clients[i].client);
		json_member_cstring(j, "responder_down", client_answer_text(g->clients[i].answer));
		json_member_cstring(j, "reason", g->clients[i].reason);
		json_member_cstring(j, "responder_up", client_answer_text(g->clients_up[i].answer));
		json_member_cstring(j, "reason_up", g->clients_up[i].reason);
		json_object_end(j);
	}
	json_array_end(j);
}

static void write_not_served(struct json *j, const struct gate_result *g)
{
	json_array(j);
	for (size_t i = 0; i < g->not_served_count; i++) {
		const struct gate_not_served *n = &g->not_served[i];

		json_object(j);
		json_member_cstring(j, "address", n->address);
		json_member_cstring(j, "tls", path_tls_text(n->tls));
		json_member_cstring(j, "key", gate_key_word(n->key));
		json_member_cstring(j, "sni", n->sni[0] ? n->sni : NULL);
		json_member_cstring(j, "reason", n->reason);
		json_object_end(j);
	}
	json_array_end(j);
}

static void write_dark(struct report *r, const struct gate_result *g)
{
	json_member_time(&r->json, "dark_at", g->dark_at);
	json_key(&r->json, "dark_in");
	if (g->dark_at == WHEN_NONE)
		json_null(&r->json);
	else
		json_int(&r->json, g->dark_at - r->at);
}

static void item(struct report *r, const void *what)
{
	const struct gate_result *g = what;
	struct json *j = &r->json;
	size_t first = state_of(r)->all.n;

	json_object(j);
	json_member_cstring(j, "target", g->target);
	json_member_cstring(j, "protocol", g->protocol);
	json_member_cstring(j, "server", g->server);
	json_member_cstring(j, "verdict", verdict_text(g->verdict));
	json_member_cstring(j, "cell", gate_cell_text(g->cell));
	json_key(j, "score");
	if (g->cell == GATE_UNKNOWN)
		json_null(j);
	else
		json_int(j, g->cell);
	json_member_cstring(j, "must_staple", g->served ? must_staple_text(g->must_staple) : NULL);
	write_dark(r, g);
	json_key(j, "clients");
	write_clients(j, g);
	json_key(j, "paths");
	json_array(j);
	for (size_t i = 0; i < g->path_count; i++)
		write_path(j, &g->paths[i]);
	json_array_end(j);
	json_key(j, "not_served");
	write_not_served(j, g);
	json_key(j, "findings");
	report_json_findings(j, &g->findings, 0, g->findings.n);
	json_object_end(j);
	collect(&state_of(r)->all, first, &g->findings);
	for (size_t i = 0; i < g->path_count; i++)
		collect(&state_of(r)->all, first, &g->paths[i].findings);
}

static void end(struct report *r, enum verdict verdict, const void *what)
{
	const struct gate_summary *s = what;
	struct json *j = &r->json;

	json_array_end(j);
	json_member_cstring(j, "verdict", verdict_text(verdict));
	if (s->findings)
		collect(&state_of(r)->all, 0, s->findings);
	json_key(j, "findings");
	r->out->failed = r->out->failed || state_of(r)->all.failed;
	report_json_findings(j, &state_of(r)->all, 0, state_of(r)->all.n);
	json_key(j, "summary");
	json_object(j);
	json_member_int(j, "targets", (int64_t)s->targets);
	json_member_int(j, "pass", (int64_t)s->passed);
	json_member_int(j, "fail", (int64_t)s->failed);
	json_member_int(j, "unknown", (int64_t)s->unknown);
	json_member_int(j, "handshakes", (int64_t)s->paths);
	json_member_int(j, "staples_verified", (int64_t)s->staples_verified);
	json_object_end(j);
	json_object_end(j);
	json_end(j);
	findings_wipe(&state_of(r)->all);
}

const struct report_writer report_gate_json = {"gate", "json", begin, item, end};
