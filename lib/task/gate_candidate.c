#include "task/gate_candidate.h"

#include "facts/dn.h"
#include "ground/file.h"
#include "judge/promise.h"
#include "task/gate_plan.h"
#include "task/gate_verdict.h"

#include <stdio.h>

static const struct cert *leaf(const struct gate_candidate *c)
{
	return &c->certs.v[0];
}

int gate_candidate_open(struct gate_candidate *c, const char *cert_file, const char *chain_file,
			const char *staple_file, struct err *e)
{
	c->name = cert_file;
	cert_list_init(&c->certs);
	buf_init(&c->staple);
	if (cert_list_add_file(&c->certs, cert_file, e) != 0)
		return -1;
	if (c->certs.n == 0)
		return err_set(e, ERR_PARSE, "%s: no certificate in it", cert_file);
	if (chain_file && cert_list_add_file(&c->certs, chain_file, e) != 0)
		return -1;
	if (!staple_file)
		return 0;
	c->has_staple = true;
	return file_read(staple_file, LIMIT_SMALL_FILE, &c->staple, e);
}

void gate_candidate_wipe(struct gate_candidate *c)
{
	cert_list_wipe(&c->certs);
	buf_wipe(&c->staple);
	chain_path_wipe(&c->path);
	findings_wipe(&c->findings);
}

bool gate_candidate_needs_staple(const struct gate_candidate *c)
{
	return c && cert_must_staple(leaf(c)) == MUST_STAPLE_YES;
}

static int judge_shipped_staple(struct gate_candidate *c, const struct gate_options *o,
				struct err *e)
{
	struct staple_input in = {.response = buf_span(&c->staple), .cert = leaf(c),
				  .issuer = c->has_issuer ? &c->issuer : NULL, .extra = &c->certs,
				  .now = o->now, .policy = o->policy, .subject = c->name};
	struct staple_result result;

	return c->has_staple ? staple_judge(&in, &result, &c->findings, e) : 0;
}

int gate_candidate_judge(struct gate_candidate *c, const struct gate_options *o, struct err *e)
{
	struct promise_input in = {.cert = leaf(c), .subject = c->name, .now = o->now,
				   .policy = o->policy, .expect = EXPECT_ANY, .path = &c->path};
	const struct cert *issuer;

	findings_init(&c->findings, o->policy, o->now);
	promise_order(&c->certs, c->name, &c->findings);
	if (chain_build(leaf(c), &c->certs, o->trust, &c->path, e) != 0)
		return -1;
	issuer = chain_issuer(leaf(c), &c->certs, o->trust);
	c->has_issuer = issuer != NULL;
	if (issuer)
		c->issuer = *issuer;
	promise_judge(&in, &c->findings);
	if (!gate_candidate_needs_staple(c))
		findings_add(&c->findings, "candidate.not-must-staple", c->name,
			     "the certificate is not Must-Staple: no client will insist on a staple");
	if (judge_shipped_staple(c, o, e) != 0)
		return -1;
	if (c->path.n > 0 && client_judge(c->path.cert, c->path.n, o->policy->clients, c->name, o->now,
					  &c->findings, e) != 0)
		return -1;
	if (!c->ask)
		findings_add(&c->findings, "candidate.not-asked", c->name,
			     "its responder is outside the question (--no-ask)");
	else if (gate_candidate_ask(c, o, e) != 0)
		return -1;
	return findings_check(&c->findings, e);
}

static const struct gate_path *first_readable(const struct gate_result *r)
{
	for (size_t i = 0; i < r->path_count; i++)
		if (r->paths[i].chain && r->paths[i].chain->readable)
			return &r->paths[i];
	return NULL;
}

/* What no handshake of today can show. */
static void unknowable(const struct gate_candidate *c, struct gate_result *r)
{
	const struct gate_path *today = first_readable(r);
	bool kind = false;
	struct buf a, b;

	if (!today || span_equal(today->chain->certs.v[0].der, leaf(c)->der))
		return; /* it is served already */
	if (gate_candidate_needs_staple(c) && !c->has_staple)
		findings_add(&r->findings, "candidate.staple-file", r->target,
			     "whether the server sends a staple file cannot be seen, and none is shipped");
	if (!dn_equal(today->chain->certs.v[0].issuer, leaf(c)->issuer)) {
		buf_init(&a);
		buf_init(&b);
		dn_text(&a, leaf(c)->issuer);
		dn_text(&b, today->chain->certs.v[0].issuer);
		findings_add(&r->findings, "candidate.other-issuer", r->target,
			     "its issuer is %s, today's is %s", buf_cstr(&a), buf_cstr(&b));
		buf_wipe(&a);
		buf_wipe(&b);
	}
	for (size_t i = 0; i < r->path_count; i++)
		if (r->paths[i].chain && r->paths[i].chain->readable)
			kind = kind || strcmp(gate_key_word(r->paths[i].chain->certs.v[0].key.kind),
					      gate_key_word(leaf(c)->key.kind)) == 0;
	if (!kind)
		findings_add(&r->findings, "candidate.new-key-kind", r->target,
			     "the server serves no %s certificate today", gate_key_text(leaf(c)->key.kind));
}

int gate_candidate_against(const struct gate_candidate *c, const struct gate_options *o,
			   const struct gate_plan *plan, struct gate_result *r, struct err *e)
{
	struct promise_input in = {.now = o->now, .policy = o->policy, .expect = EXPECT_ANY};

	if (!c)
		return 0;
	in.cert = leaf(c);
	in.subject = c->name;
	for (size_t i = 0; i < plan->scope.sni_count; i++) {
		in.host = plan->scope.sni[i][0] ? plan->scope.sni[i] : r->host;
		promise_host(&in, &r->findings);
	}
	for (size_t i = 0; i < c->findings.n; i++)
		findings_add_copy(&r->findings, &c->findings.v[i], c->findings.v[i].subject);
	unknowable(c, r);
	return findings_check(&r->findings, e);
}
