/* A served chain, judged once for each target and name. */
#include "task/gate_judge.h"

#include "judge/promise.h"

#include <stdio.h>
#include <stdlib.h>

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

struct gate_chain *gate_judge_chain(struct gate_judge *j, struct gate_result *r,
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
