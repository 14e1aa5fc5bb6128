#include "task/gate_judge.h"

#include "crypto/hash.h"
#include "judge/promise.h"

#include <stdio.h>
#include <stdlib.h>

/* Staples remembered over all targets: at some 700 bytes each below the memory that a run over
 * ten thousand targets may take. */
#define KNOWN_MAX 16384u

struct gate_known {
	struct digest key;
	struct staple_result result;
	struct findings findings;
};

void gate_judge_wipe(struct gate_judge *j)
{
	for (size_t i = 0; i < j->known_cap; i++) {
		if (!j->known[i])
			continue;
		findings_wipe(&j->known[i]->findings);
		free(j->known[i]);
	}
	free(j->known);
	j->known = NULL;
	j->known_count = j->known_cap = 0;
}

/* --- chains --- */

/* A served chain is all that a client gets: an issuer that is missing is no open question. */
static void judge_chain_findings(struct gate_chain *c, const struct promise_input *in,
				 const struct policy *policy, int64_t now)
{
	struct findings f;

	findings_init(&f, policy, now);
	promise_judge(in, &f);
	if (in->cert->x.has_eku && !(in->cert->x.eku & (EKU_SERVER_AUTH | EKU_ANY)))
		findings_add(&f, "cert.not-for-servers", "", "the extended key usage of the served "
			     "certificate does not list id-kp-serverAuth");
	for (size_t i = 0; i < f.n; i++) {
		const struct finding *x = &f.v[i];

		if (strcmp(x->rule->id, "chain.no-issuer") == 0)
			findings_add(&c->findings, "chain.untrusted", "", "%s; the server sent %zu certificate%s",
				     x->message, c->certs.n, c->certs.n == 1 ? "" : "s");
		else
			findings_add_copy(&c->findings, x, "");
	}
	if (f.failed)
		c->findings.failed = true;
	findings_wipe(&f);
}

/* The path is large and only needed here. */
static int judge_chain(struct gate_judge *j, struct gate_chain *c, const char *host, struct err *e)
{
	struct promise_input in = {.cert = &c->certs.v[0], .now = j->o->now, .policy = j->o->policy,
				   .expect = EXPECT_ANY, .host = host, .subject = ""};
	struct chain_path *path = calloc(1, sizeof *path);
	const struct cert *issuer;
	int rc;

	if (!path)
		return err_set(e, ERR_MEMORY, "gate: out of memory");
	rc = chain_build(in.cert, &c->certs, j->o->trust, path, e);
	if (rc == 0) {
		issuer = chain_issuer(in.cert, &c->certs, j->o->trust);
		c->has_issuer = issuer != NULL;
		if (issuer)
			c->issuer = *issuer;
		in.path = path;
		judge_chain_findings(c, &in, j->o->policy, j->o->now);
	}
	chain_path_wipe(path);
	free(path);
	return rc;
}

static int build_chain(struct gate_judge *j, struct gate_chain *c, const struct path *met,
		       const char *host, struct err *e)
{
	struct err why;

	for (size_t i = 0; i < met->count; i++) {
		if (cert_list_add(&c->certs, met->cert[i].der, &why) == 0)
			continue;
		if (why.code == ERR_MEMORY)
			return err_set(e, why.code, "%s", why.text);
		findings_add(&c->findings, "path.bad-certificate", "", "certificate %zu of the chain: %s",
			     i, why.text);
		if (i == 0)
			return 0;
	}
	c->readable = true;
	return judge_chain(j, c, host, e);
}

static bool same_chain(const struct gate_chain *c, const struct path *met, const char *sni)
{
	struct span all = buf_span(&c->bytes);

	if (strcmp(c->sni, sni) != 0)
		return false;
	for (size_t i = 0; i < met->count; i++) {
		struct span der = met->cert[i].der;

		if (all.n < der.n || !span_equal(span_of(all.p, der.n), der))
			return false;
		all = span_from(all, der.n);
	}
	return all.n == 0;
}

static struct gate_chain *chain_of(struct gate_judge *j, struct gate_result *r,
				   const struct path *met, const char *host, struct err *e)
{
	struct gate_chain *c;

	for (c = r->chains; c; c = c->next)
		if (same_chain(c, met, met->sni))
			return c;
	c = calloc(1, sizeof *c);
	if (!c) {
		err_set(e, ERR_MEMORY, "gate: out of memory");
		return NULL;
	}
	c->next = r->chains;
	r->chains = c;
	snprintf(c->sni, sizeof c->sni, "%s", met->sni);
	findings_init(&c->findings, j->o->policy, j->o->now);
	for (size_t i = 0; i < met->count; i++)
		buf_add(&c->bytes, met->cert[i].der);
	if (buf_check(&c->bytes, "chain", e) != 0 || build_chain(j, c, met, host, e) != 0)
		return NULL;
	return c;
}

/* --- staples --- */

/* Of all that a judgement depends on: the chain may hold the certificate of a delegated responder. */
static int key_of(const struct gate_staple *s, const struct cert *cert, const struct cert *issuer,
		  struct digest *out, struct err *e)
{
	struct digest d[4];
	struct span parts[4] = {buf_span(&s->bytes), cert->der, issuer ? issuer->der : span_str(""),
				buf_span(&s->chain->bytes)};

	memset(d, 0, sizeof d); /* hashed below with what stands between the members */
	for (size_t i = 0; i < 4; i++)
		if (hash_digest(HASH_SHA256, parts[i], &d[i], e) != 0)
			return -1;
	return hash_digest(HASH_SHA256, span_of(d, sizeof d), out, e);
}

static size_t slot_of(const struct gate_judge *j, const struct digest *key)
{
	size_t i = 0;

	memcpy(&i, key->bytes, sizeof i);
	i &= j->known_cap - 1;
	while (j->known[i] && memcmp(j->known[i]->key.bytes, key->bytes, key->n) != 0)
		i = (i + 1) & (j->known_cap - 1);
	return i;
}

static const struct gate_known *recall(const struct gate_judge *j, const struct digest *key)
{
	return j->known_cap ? j->known[slot_of(j, key)] : NULL;
}

/* Without memory, or when there are too many, it is judged again the next time. */
static void remember(struct gate_judge *j, const struct digest *key, const struct gate_staple *s)
{
	struct gate_known *k, **old = j->known;
	size_t cap = j->known_cap;

	if (s->findings.failed || j->known_count >= KNOWN_MAX || !(k = calloc(1, sizeof *k)))
		return;
	if (j->known_count * 2 >= cap) {
		struct gate_known **v = calloc(cap ? cap * 2 : 64, sizeof(struct gate_known *));

		if (!v) {
			free(k);
			return;
		}
		j->known = v;
		j->known_cap = cap ? cap * 2 : 64;
		for (size_t i = 0; i < cap; i++)
			if (old[i])
				j->known[slot_of(j, &old[i]->key)] = old[i];
		free(old);
	}
	k->key = *key;
	k->result = s->result;
	findings_init(&k->findings, s->findings.policy, s->findings.now);
	for (size_t i = 0; i < s->findings.n; i++)
		findings_add_copy(&k->findings, &s->findings.v[i], "");
	if (k->findings.failed) {
		findings_wipe(&k->findings);
		free(k);
		return;
	}
	j->known[slot_of(j, key)] = k;
	j->known_count++;
}

static int judge_staple(struct gate_judge *j, struct gate_staple *s, const struct cert *cert,
			const struct cert *issuer, struct err *e)
{
	struct staple_input in = {.response = buf_span(&s->bytes), .cert = cert, .issuer = issuer,
				  .extra = &s->chain->certs, .now = j->o->now,
				  .policy = j->o->policy, .subject = ""};
	const struct gate_known *k;
	struct digest key;

	if (key_of(s, cert, issuer, &key, e) != 0)
		return -1;
	k = recall(j, &key);
	if (k) {
		s->result = k->result;
		for (size_t i = 0; i < k->findings.n; i++)
			findings_add_copy(&s->findings, &k->findings.v[i], "");
		return 0;
	}
	j->verified++;
	if (staple_judge(&in, &s->result, &s->findings, e) != 0)
		return -1;
	remember(j, &key, s);
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

	p->chain = chain_of(j, r, met, host, e);
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

void gate_judge_outcome(struct gate_result *r, struct gate_path *p)
{
	static const char *const ids[] = {
		[PATH_SERVED] = NULL,          [PATH_NOT_SERVED] = "path.not-served",
		[PATH_UNREACHABLE] = "path.unreachable", [PATH_TIMEOUT] = "path.timeout",
		[PATH_NOT_TLS] = "path.not-tls", [PATH_BROKEN] = "path.broken",
		[PATH_SKIPPED] = "path.skipped", [PATH_LIMIT] = "path.too-much",
		[PATH_INJECTED] = "path.injected",
	};
	char subject[512];

	if (!ids[p->outcome])
		return;
	gate_judge_subject(r, p, subject);
	findings_add(&p->findings, ids[p->outcome], subject, "%s", p->reason ? p->reason : "no reason known");
}
