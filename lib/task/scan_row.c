/* One certificate of a scan, judged and filtered. */
#include "facts/dn.h"
#include "judge/promise.h"
#include "judge/stance.h"
#include "task/scan_part.h"

#include <stdio.h>

/* Could any rule speak?  Most certificates of a store are plain and in order; for them no list
 * of findings is made.  It may say yes for nothing, never no for something. */
bool scan_may_trouble(const struct scan *s, const struct cert *c)
{
	const struct policy *p = s->o->policy;
	const struct spki *k = &c->key;
	int64_t now = s->o->now;

	if (c->deviations || c->x.unknown_critical || c->x.feature.extensions || p->name_count ||
	    p->must_staple != POLICY_ALLOWED || p->key_kinds || p->cert_max_life > 0)
		return true;
	if (c->not_before == WHEN_NONE || c->not_after == WHEN_NONE || now < c->not_before ||
	    now > c->not_after || c->not_after - now < p->cert_min_left)
		return true;
	if (((k->kind == KEY_RSA || k->kind == KEY_RSA_PSS) && k->size < p->key_rsa_min) ||
	    (k->kind == KEY_EC && k->size < p->key_ec_min))
		return true;
	/* MD and SHA-1 with RSA are pkcs-1 1 to 13 without 11 to 13; all else is looked at there. */
	return !(c->signature_algorithm_oid.n == 9 && c->signature_algorithm_oid.p[8] >= 10) &&
	       !(c->signature_algorithm_oid.n == 8 && c->signature_algorithm_oid.p[6] == 3) &&
	       c->signature_algorithm_oid.n != 3;
}

void scan_judge(const struct scan *s, const struct cert *c, const struct policy_ca *ca,
		const char *source, size_t index, struct findings *f)
{
	struct promise_input in = {.cert = c, .now = s->o->now, .policy = s->o->policy,
				   .expect = EXPECT_ANY, .ca_known = true, .ca = ca};
	uint8_t number[TEXT_INT_MAX];
	struct buf subject;

	buf_init(&subject);
	buf_add_str(&subject, source);
	buf_add_byte(&subject, '#');
	buf_add_bytes(&subject, number, (size_t)(text_put_int(number, (int64_t)index) - number));
	in.subject = buf_cstr(&subject);
	promise_judge(&in, f);
	buf_wipe(&subject);
}

void scan_judge_request(const struct scan *s, const struct csr *c, const struct inventory_place *p,
			struct findings *f)
{
	struct buf subject;

	findings_init(f, s->o->policy, s->o->now);
	buf_init(&subject);
	buf_printf(&subject, "%s#%zu", p->source, p->index);
	stance_judge_names(s->o->policy, c->x.san, csr_must_staple(c), buf_cstr(&subject), f);
	buf_wipe(&subject);
}

enum severity scan_worst(const struct findings *f)
{
	enum severity worst = SEVERITY_OFF;

	for (size_t i = 0; i < f->n; i++)
		if (!f->v[i].waived && f->v[i].severity > worst)
			worst = f->v[i].severity;
	return worst;
}

bool scan_failing(const struct scan *s, const struct findings *f)
{
	const struct scan_fail *w = &s->o->fail;

	for (size_t i = 0; i < f->n; i++) {
		if (f->v[i].waived)
			continue;
		if ((w->errors && f->v[i].severity == SEVERITY_ERROR && !f->v[i].rule->unchecked) ||
		    (w->warnings && f->v[i].severity >= SEVERITY_WARNING && !f->v[i].rule->unchecked))
			return true;
		for (const char *const *id = w->ids; id && *id; id++)
			if (strcmp(*id, f->v[i].rule->id) == 0)
				return true;
	}
	return false;
}

bool scan_unchecked(const struct findings *f)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->v[i].rule->unchecked)
			return true;
	return false;
}

enum verdict scan_verdict(const struct scan *s)
{
	return s->failing ? VERDICT_FAIL : s->sum.problems || s->unchecked ? VERDICT_UNKNOWN : VERDICT_PASS;
}

static bool any_glob(const char *const *globs, struct span text)
{
	for (; *globs; globs++)
		if (text_glob(*globs, text))
			return true;
	return false;
}

static bool issuer_fits(const char *const *globs, const struct cert *c)
{
	struct buf b;
	bool yes;

	buf_init(&b);
	dn_text(&b, c->issuer);
	yes = any_glob(globs, buf_span(&b));
	buf_reset(&b);
	if (!yes && dn_attribute(c->issuer, "CN", &b))
		yes = any_glob(globs, buf_span(&b));
	buf_reset(&b);
	if (!yes && dn_attribute(c->issuer, "O", &b))
		yes = any_glob(globs, buf_span(&b));
	buf_wipe(&b);
	return yes;
}

static bool name_fits(const char *const *globs, const struct cert *c)
{
	struct span cursor = c->x.san;
	struct general_name n;
	struct buf b;
	bool inside = false, yes = false;

	buf_init(&b);
	while (!yes && span_present(c->x.san) && extension_name_next(&cursor, &inside, &n)) {
		buf_reset(&b);
		extension_name_text(&b, &n);
		yes = any_glob(globs, n.kind == NAME_DNS ? n.value : buf_span(&b));
	}
	buf_reset(&b);
	if (!yes && dn_attribute(c->subject, "CN", &b))
		yes = any_glob(globs, buf_span(&b));
	buf_wipe(&b);
	return yes;
}

bool scan_wanted(const struct scan *s, const struct cert *c, const struct findings *f)
{
	const struct scan_filter *w = &s->o->filter;

	if (w->must_staple && cert_must_staple(c) == MUST_STAPLE_NO)
		return false;
	if (w->trouble && scan_worst(f) < SEVERITY_WARNING)
		return false;
	if (w->ca != w->leaf && cert_is_ca(c) != w->ca)
		return false;
	if (w->expires_within > 0 &&
	    (c->not_after == WHEN_NONE || c->not_after - s->o->now > w->expires_within))
		return false;
	return (!w->issuers || issuer_fits(w->issuers, c)) && (!w->names || name_fits(w->names, c));
}
