#include "task/gate_judge.h"

#include <stdio.h>
#include <stdlib.h>

/* --- staples --- */

static int judge_staple(struct gate_judge *j, struct gate_staple *s, const struct cert *cert,
			const struct cert *issuer, struct err *e)
{
	struct staple_input in = {.response = buf_span(&s->bytes), .cert = cert, .issuer = issuer,
				  .extra = &s->chain->certs, .now = j->o->now,
				  .policy = j->o->policy, .subject = ""};
	const struct gate_known_staple *k;
	struct digest key;

	if (gate_known_key(s, cert, issuer, &key, e) != 0)
		return -1;
	k = gate_known_get(&j->known, &key);
	if (k) {
		s->result = k->result;
		for (size_t i = 0; i < k->findings.n; i++)
			findings_add_copy(&s->findings, &k->findings.v[i], "");
		return 0;
	}
	j->verified++;
	if (staple_judge(&in, &s->result, &s->findings, e) != 0)
		return -1;
	gate_known_add(&j->known, &key, s);
	return 0;
}

/* The certificate at a level as served (duplicates and unreadable ones are not in certs). */
static const struct cert *cert_at(const struct gate_chain *c, struct span der)
{
	for (size_t i = 0; i < c->certs.n; i++)
		if (span_equal(c->certs.v[i].der, der))
			return &c->certs.v[i];
	return NULL;
}

static const struct gate_staple *staple_of(struct gate_judge *j, struct gate_result *r,
					   const struct gate_chain *c, const struct path *met,
					   size_t level, struct err *e)
{
	struct span bytes = met->cert[level].staple;
	const struct cert *cert = cert_at(c, met->cert[level].der), *issuer;
	struct gate_staple *s;

	if (!cert)
		return NULL;
	for (s = r->staples; s; s = s->next)
		if (s->chain == c && s->level == level && span_equal(buf_span(&s->bytes), bytes))
			return s;
	s = calloc(1, sizeof *s);
	if (!s) {
		err_set(e, ERR_MEMORY, "gate: out of memory");
		return NULL;
	}
	s->next = r->staples;
	r->staples = s;
	s->chain = c;
	s->level = level;
	buf_add(&s->bytes, bytes);
	findings_init(&s->findings, j->o->policy, j->o->now);
	issuer = level == 0 ? (c->has_issuer ? &c->issuer : NULL)
			    : chain_issuer(cert, &c->certs, j->o->trust);
	if (buf_check(&s->bytes, "staple", e) != 0 || judge_staple(j, s, cert, issuer, e) != 0)
		return NULL;
	return s;
}

/* --- paths --- */

void gate_judge_subject(const struct gate_result *r, const struct gate_path *p, char out[512])
{
	struct buf b;

	buf_init(&b);
	buf_printf(&b, "%s ", r->target);
	gate_path_text(&b, p);
	snprintf(out, 512, "%s", buf_cstr(&b));
	buf_wipe(&b);
}

/* Whether it can be stapled at all: proved by a good staple, the cause where there is none. */
static bool is_stapleable(const struct finding *x)
{
	return strncmp(x->rule->id, "ocsp.", 5) == 0 || strncmp(x->rule->id, "ca.", 3) == 0;
}

static void copy_findings(struct gate_path *p, const struct findings *from, const char *subject,
			  bool stapleable)
{
	for (size_t i = 0; i < from->n; i++)
		if (is_stapleable(&from->v[i]) == stapleable)
			findings_add_copy(&p->findings, &from->v[i], subject);
	p->findings.failed = p->findings.failed || from->failed; /* one is missing in it */
}

void gate_judge_stapleable(struct gate_path *p, const char *subject)
{
	copy_findings(p, &p->chain->findings, subject, true);
}

static bool gnutls_wanted(const struct policy *p)
{
	return (p->clients & (POLICY_GNUTLS | POLICY_RFC7633)) != 0;
}

/* The staples of the issuers: only TLS 1.3 can carry them (RFC 8446, 4.4.2.1). */
static int judge_upper(struct gate_judge *j, struct gate_result *r, struct gate_path *p,
		       const struct path *met, const char *subject, struct err *e)
{
	const struct cert *c;

	if (met->count < 2 || met->tls != PATH_TLS_1_3)
		return 0;
	p->upper = calloc(met->count, sizeof *p->upper);
	if (!p->upper)
		return err_set(e, ERR_MEMORY, "gate: out of memory");
	for (size_t i = 1; i < met->count; i++) {
		c = cert_at(p->chain, met->cert[i].der);
		if (span_present(met->cert[i].staple) && c) {
			p->upper[i] = staple_of(j, r, p->chain, met, i, e);
			if (!p->upper[i])
				return -1;
			copy_findings(p, &p->upper[i]->findings, subject, false);
		} else if (c && cert_must_staple(c) == MUST_STAPLE_YES && !cert_self_issued(c)) {
			findings_add_as(&p->findings, "staple.missing-intermediate",
					gnutls_wanted(j->o->policy) ? SEVERITY_ERROR : SEVERITY_WARNING,
					subject, "certificate %zu of the chain is Must-Staple, and no staple "
					"of it was sent", i);
		}
	}
	return 0;
}

int gate_judge_path(struct gate_judge *j, struct gate_result *r, struct gate_path *p,
		    const struct path *met, const char *host, struct err *e)
{
	char subject[512];
	bool good = false;

	p->chain = gate_judge_chain(j, r, met, host, e);
	if (!p->chain)
		return -1;
	gate_judge_subject(r, p, subject);
	p->stapled = span_present(met->cert[0].staple);
	if (p->chain->readable && p->stapled) {
		p->staple = staple_of(j, r, p->chain, met, 0, e);
		if (!p->staple)
			return -1;
		good = p->staple->result.state == STAPLE_GOOD;
	}
	copy_findings(p, &p->chain->findings, subject, false);
	if (p->stapled && !good)
		gate_judge_stapleable(p, subject);
	if (p->staple)
		copy_findings(p, &p->staple->findings, subject, false);
	if (p->chain->readable && judge_upper(j, r, p, met, subject, e) != 0)
		return -1;
	return findings_check(&p->findings, e);
}
