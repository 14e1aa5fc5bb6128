#include "task/gate_verdict.h"

#include "task/gate_advice.h"
#include "task/gate_candidate.h"

#include <stdlib.h>

static enum must_staple must_staple_of(const struct gate_path *p)
{
	if (!p->chain || !p->chain->readable)
		return MUST_STAPLE_NO;
	return cert_must_staple(&p->chain->certs.v[0]);
}

/* --- staples that are not there --- */

static void missing_staples(const struct gate_options *o, struct gate_result *r)
{
	bool needed = gate_candidate_needs_staple(o->candidate);
	char subject[512];

	for (size_t i = 0; i < r->path_count; i++) {
		struct gate_path *p = &r->paths[i];

		if (!gate_served(p) || p->stapled || !p->chain->readable)
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
	return gate_served(a) && gate_served(b) && strcmp(a->sni, b->sni) == 0;
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

		if (!gate_served(p))
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
	if (r->path_count)
		qsort(r->paths, r->path_count, sizeof r->paths[0], by_place);
	if (gate_outcome_settle(o, plan, r, e) != 0)
		return -1;
	gate_outcome_tell(r);
	missing_staples(o, r);
	differences(r);
	different_certificates(r);
	verdict_of_paths(r);
	draw_cell(r);
	gate_advice_cause(r);
	if (gate_clients(o, r, e) != 0 || gate_candidate_against(o->candidate, o, plan, r, e) != 0)
		return -1;
	verdict_of_paths(r);
	if (r->verdict == VERDICT_UNKNOWN)
		r->cell = GATE_UNKNOWN;
	for (size_t i = 0; i < r->path_count; i++)
		if (findings_check(&r->paths[i].findings, e) != 0)
			return -1;
	return findings_check(&r->findings, e);
}
