#include "task/gate_verdict.h"

#include "task/gate_advice.h"
#include "task/gate_candidate.h"

#include <stdlib.h>
#include <strings.h>

static enum must_staple must_staple_of(const struct gate_path *p)
{
	if (!p->chain || !p->chain->readable)
		return MUST_STAPLE_NO;
	return cert_must_staple(&p->chain->certs.v[0]);
}

static bool served(const struct gate_path *p)
{
	return p->outcome == PATH_SERVED;
}

/* --- paths that are no question of this target --- */

static bool address_served(const struct gate_result *r, const char *address)
{
	for (size_t i = 0; i < r->path_count; i++)
		if (served(&r->paths[i]) && r->paths[i].address == address)
			return true;
	return false;
}

static bool any_served(const struct gate_result *r)
{
	for (size_t i = 0; i < r->path_count; i++)
		if (served(&r->paths[i]))
			return true;
	return false;
}

static void drop_path(struct gate_result *r, size_t i)
{
	free(r->paths[i].reason);
	findings_wipe(&r->paths[i].findings);
	r->path_count--;
	memmove(&r->paths[i], &r->paths[i + 1], (r->path_count - i) * sizeof r->paths[0]);
}

/*
 * An address without a listener stays unknown, but for "localhost", whose addresses are the
 * machine's and not the service's, and where the policy is content with some addresses.
 */
static void excuse_addresses(const struct gate_options *o, const struct gate_plan *plan,
			     struct gate_result *r)
{
	bool local = strcasecmp(plan->target->host, "localhost") == 0 &&
		     plan->scope.connect_count == 0;
	const char *told = NULL;

	if ((!local && o->policy->every_address) || !any_served(r))
		return;
	for (size_t i = 0; i < r->path_count;) {
		struct gate_path *p = &r->paths[i];

		if (address_served(r, p->address) ||
		    (p->outcome != PATH_UNREACHABLE && p->outcome != PATH_SKIPPED &&
		     (local || p->outcome != PATH_TIMEOUT))) {
			i++;
			continue;
		}
		if (told != p->address)
			findings_add(&r->findings, "path.no-listener", r->target, "%s: %s", p->address,
				     p->reason ? p->reason : "no answer");
		told = p->address;
		drop_path(r, i);
	}
}

/* A version or kind that is refused while another works is not there; if none works, nothing is
 * known. */
static int settle_not_served(struct gate_result *r, struct err *e)
{
	for (size_t i = 0; i < r->path_count;) {
		struct gate_path *p = &r->paths[i];
		struct gate_not_served *v;

		if (p->outcome != PATH_NOT_SERVED || !address_served(r, p->address)) {
			i++;
			continue;
		}
		v = array_grow(r->not_served, r->not_served_count, &r->not_served_cap, sizeof *v);
		if (!v)
			return err_set(e, ERR_MEMORY, "gate: out of memory");
		r->not_served = v;
		v[r->not_served_count++] = (struct gate_not_served){
			p->address, p->sni, p->tls, p->key, p->reason};
		findings_add(&r->findings, "path.not-served", r->target, "%s TLS %s %s%s%s: %s", p->address,
			     path_tls_text(p->tls), gate_key_text(p->key), p->sni[0] ? " sni " : "",
			     p->sni, p->reason ? p->reason : "");
		p->reason = NULL;
		drop_path(r, i);
	}
	return 0;
}

static void tell_outcomes(struct gate_result *r)
{
	char subject[512];

	for (size_t i = 0; i < r->path_count; i++) {
		struct gate_path *p = &r->paths[i];

		if (served(p))
			continue;
		if (p->outcome == PATH_NOT_SERVED) {
			gate_judge_subject(r, p, subject);
			findings_add(&p->findings, "path.nothing-served", subject, "%s",
				     p->reason ? p->reason : "refused");
		} else {
			gate_judge_outcome(r, p);
		}
	}
}

/* --- staples that are not there --- */

static void missing_staples(const struct gate_options *o, struct gate_result *r)
{
	bool needed = gate_candidate_needs_staple(o->candidate);
	char subject[512];

	for (size_t i = 0; i < r->path_count; i++) {
		struct gate_path *p = &r->paths[i];

		if (!served(p) || p->stapled || !p->chain->readable)
			continue;
		gate_judge_subject(r, p, subject);
		if (p->first_after_start && must_staple_of(p) == MUST_STAPLE_YES)
			findings_add_hint(&p->findings, "gate.first-handshake", subject,
					  gate_advice_missing(r, p),
					  "the first handshake after the start had no staple");
		if (must_staple_of(p) == MUST_STAPLE_YES)
			findings_add_hint(&p->findings, "staple.missing", subject,
					  gate_advice_missing(r, p),
					  "the certificate is Must-Staple, and no staple was sent");
		else if (needed)
			findings_add_hint(&p->findings, "staple.missing", subject,
					  gate_advice_missing(r, p),
					  "the candidate is Must-Staple, and the server sends no staple today");
		else
			findings_add(&p->findings, "staple.none", subject,
				     "no staple was sent, and the certificate does not ask for one");
		gate_judge_stapleable(p, subject);
	}
}

/* --- differences --- */

static bool comparable(const struct gate_path *a, const struct gate_path *b)
{
	return served(a) && served(b) && strcmp(a->sni, b->sni) == 0;
}

/* The pair of paths whose difference tells most: the nearest ones. */
static int distance(const struct gate_path *a, const struct gate_path *b)
{
	return (a->address != b->address) + (a->tls != b->tls) + (a->key != b->key);
}

static void differences(struct gate_result *r)
{
	const struct gate_path *with = NULL, *without = NULL;
	struct buf b;
	int best = 99;

	for (size_t i = 0; i < r->path_count; i++)
		for (size_t k = 0; k < r->path_count; k++) {
			const struct gate_path *x = &r->paths[i], *y = &r->paths[k];

			if (gate_stapled_well(x) && !gate_stapled_well(y) && comparable(x, y) &&
			    distance(x, y) < best) {
				best = distance(x, y);
				with = x;
				without = y;
			}
		}
	if (!with)
		return;
	buf_init(&b);
	buf_add_str(&b, "with a sound staple: ");
	gate_path_text(&b, with);
	buf_printf(&b, "; %s: ", without->stapled ? "with a bad one" : "with none");
	gate_path_text(&b, without);
	findings_add_hint(&r->findings, "gate.paths-differ", r->target,
			  gate_advice_difference(with, without), "%s", buf_cstr(&b));
	buf_wipe(&b);
}

static void different_certificates(struct gate_result *r)
{
	for (size_t i = 0; i < r->path_count; i++)
		for (size_t k = 0; k < i; k++) {
			const struct gate_path *a = &r->paths[k], *b = &r->paths[i];
			struct buf text;

			if (!comparable(a, b) || a->key != b->key || a->chain == b->chain ||
			    !a->chain->readable || !b->chain->readable ||
			    span_equal(a->chain->certs.v[0].der, b->chain->certs.v[0].der))
				continue;
			buf_init(&text);
			gate_path_text(&text, a);
			buf_add_str(&text, " and ");
			gate_path_text(&text, b);
			findings_add(&r->findings, "gate.certificates-differ", r->target,
				     "%s served different certificates", buf_cstr(&text));
			buf_wipe(&text);
			return;
		}
}

/* --- cell, score, the dark moment --- */

static enum gate_cell cell_of(const struct gate_path *p)
{
	if (must_staple_of(p) != MUST_STAPLE_NO)
		return gate_stapled_well(p) ? GATE_BINDING : GATE_BROKEN;
	return gate_stapled_well(p) ? GATE_OPTIONAL : GATE_OPEN;
}

static bool worse(const struct gate_path *a, const struct gate_path *b)
{
	if (cell_of(a) != cell_of(b))
		return cell_of(a) < cell_of(b);
	if (a->verdict != b->verdict)
		return a->verdict > b->verdict;
	return gate_stapled_well(a) && gate_stapled_well(b) &&
	       a->staple->result.dark_at < b->staple->result.dark_at;
}

static void draw_cell(struct gate_result *r)
{
	bool dark = false;

	r->dark_at = WHEN_NONE;
	r->cell = GATE_UNKNOWN;
	for (size_t i = 0; i < r->path_count; i++) {
		struct gate_path *p = &r->paths[i];
		enum must_staple m;

		if (!served(p))
			continue;
		r->served = true;
		m = must_staple_of(p);
		if (m > r->must_staple)
			r->must_staple = m;
		if (!r->worst || worse(p, r->worst))
			r->worst = p;
		if (gate_stapled_well(p)) {
			if (r->dark_at == WHEN_NONE || p->staple->result.dark_at < r->dark_at)
				r->dark_at = p->staple->result.dark_at;
		} else {
			dark = dark || p->stapled || m != MUST_STAPLE_NO;
		}
	}
	if (dark)
		r->dark_at = WHEN_NONE;
	if (r->worst && r->verdict != VERDICT_UNKNOWN)
		r->cell = cell_of(r->worst);
}

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

static int clients(const struct gate_options *o, struct gate_result *r, struct err *e)
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

/* --- all together --- */

/* By address, name, kind, version, round: the same whatever came back first. */
static int by_place(const void *x, const void *y)
{
	const struct gate_path *a = x, *b = y;
	int d = strcmp(a->address, b->address);

	if (d == 0)
		d = strcmp(a->sni, b->sni);
	if (d == 0)
		d = strcmp(gate_key_word(a->key), gate_key_word(b->key));
	if (d == 0)
		d = (a->tls > b->tls) - (a->tls < b->tls);
	if (d == 0)
		d = (a->round > b->round) - (a->round < b->round);
	return d;
}

static void verdict_of_paths(struct gate_result *r)
{
	r->verdict = r->path_count ? VERDICT_PASS : VERDICT_UNKNOWN;
	for (size_t i = 0; i < r->path_count; i++) {
		struct gate_path *p = &r->paths[i];

		p->verdict = findings_verdict(&p->findings, 0);
		r->verdict = verdict_worst(r->verdict, p->verdict);
	}
	r->verdict = verdict_worst(r->verdict, findings_verdict(&r->findings, 0));
}

int gate_verdict(const struct gate_options *o, const struct gate_plan *plan, struct gate_result *r,
		 struct err *e)
{
	excuse_addresses(o, plan, r);
	if (settle_not_served(r, e) != 0)
		return -1;
	if (r->path_count)
		qsort(r->paths, r->path_count, sizeof r->paths[0], by_place);
	tell_outcomes(r);
	missing_staples(o, r);
	differences(r);
	different_certificates(r);
	verdict_of_paths(r);
	draw_cell(r);
	gate_advice_cause(r);
	if (clients(o, r, e) != 0 || gate_candidate_against(o->candidate, o, plan, r, e) != 0)
		return -1;
	verdict_of_paths(r);
	if (r->verdict == VERDICT_UNKNOWN)
		r->cell = GATE_UNKNOWN;
	for (size_t i = 0; i < r->path_count; i++)
		if (findings_check(&r->paths[i].findings, e) != 0)
			return -1;
	return findings_check(&r->findings, e);
}
