#include "task/verify.h"

void verify_result_init(struct verify_result *r)
{
	*r = (struct verify_result){.path = {.state = CHAIN_INVALID}};
	cert_list_init(&r->certs);
	buf_init(&r->path.storage);
}

void verify_result_wipe(struct verify_result *r)
{
	chain_path_wipe(&r->path);
	cert_list_wipe(&r->certs);
}

static int add_all(struct cert_list *to, const struct cert_list *from, struct err *e)
{
	for (size_t i = 0; from && i < from->n; i++)
		if (cert_list_add(to, from->v[i].der, e) != 0)
			return -1;
	return 0;
}

/* The leaf and all that may help to build its path. */
static int gather(const struct verify *v, const char *source, struct span bytes,
		  struct verify_result *r, struct findings *f, struct err *e)
{
	struct report_verify *out = &r->report;

	if (cert_list_add_bytes(&r->certs, bytes, source, e) != 0)
		return -1;
	if (!v->staple_only)
		promise_order(&r->certs, source, f);
	if (add_all(&r->certs, v->chain, e) != 0 ||
	    add_all(&r->certs, v->issuer, e) != 0)
		return -1;
	out->cert = &r->certs.v[0];
	return hash_digest(HASH_SHA256, out->cert->der, &out->sha256, e);
}

static const struct cert *find_issuer(const struct verify *v, const struct verify_result *r)
{
	const struct cert *named;

	if (v->issuer) { /* the one of the file that fits; if none does, the first is judged as it is */
		named = chain_issuer(&r->certs.v[0], v->issuer, NULL);
		return named ? named : &v->issuer->v[0];
	}
	if (r->path.n > 1)
		return &r->path.cert[1];
	return chain_issuer(&r->certs.v[0], &r->certs, v->trust);
}

static int judge_staple(const struct verify *v, const struct cert *issuer, struct verify_result *r,
			struct findings *f, struct err *e)
{
	struct staple_input in = {.response = v->staple,
				  .cert = r->report.cert,
				  .issuer = issuer,
				  .extra = &r->certs,
				  .now = v->now,
				  .policy = v->policy,
				  .allow_sha1 = v->allow_sha1,
				  .max_age = v->max_age,
				  .subject = r->report.source};

	r->report.staple = &r->staple;
	r->report.staple_source = v->staple_source;
	return staple_judge(&in, &r->staple, f, e);
}

/* With roots given, a staple is worth what its issuer is worth. */
static int judge_issuer(const struct verify *v, const struct cert *issuer, struct verify_result *r,
			struct findings *f, struct err *e)
{
	const char *id = "chain.untrusted";

	if (!issuer || !v->trust)
		return 0;
	if (chain_build(issuer, &r->certs, v->trust, &r->path, e) != 0)
		return -1;
	if (r->path.state == CHAIN_NO_ISSUER && r->path.n > 0 &&
	    !cert_self_issued(&r->path.cert[r->path.n - 1]))
		id = "chain.no-issuer";
	if (r->path.state != CHAIN_TRUSTED)
		findings_add(f, id, r->report.source,
			     "the issuer does not lead to a trusted certificate: %s",
			     r->path.reason);
	return 0;
}

/* What the clients that were asked for do with a good staple, with none, and with this one. */
static int predict_rows(const struct verify *v, struct verify_result *r, struct err *e)
{
	struct span staples[LIMIT_CHAIN] = {v->staple};
	struct client_input in = {.chain = r->path.cert,
				  .n = r->path.n,
				  .staples = staples,
				  .issuer = find_issuer(v, r),
				  .now = v->now,
				  .tls = PATH_TLS_1_3,
				  .suppose = CLIENT_GOOD};
	struct report_verify *out = &r->report;

	out->clients = v->clients;
	if (client_predict(&in, out->with_staple, e) != 0)
		return -1;
	in.suppose = CLIENT_NONE;
	if (client_predict(&in, out->without_staple, e) != 0)
		return -1;
	in.suppose = CLIENT_AS_SERVED;
	return v->staple_source ? client_predict(&in, out->this_staple, e) : 0;
}

static int predict(const struct verify *v, struct verify_result *r, struct findings *f,
		   struct err *e)
{
	struct report_verify *out = &r->report;
	unsigned wanted = v->clients ? v->clients : v->policy->clients;

	if (out->cert->x.ca ||
	    r->path.n == 0) /* what a CA's own certificate promises binds others */
		return 0;
	if (client_judge(r->path.cert, r->path.n, wanted, out->source, v->now, f, e) != 0)
		return -1;
	return v->clients ? predict_rows(v, r, e) : 0;
}

static int judge_all(const struct verify *v, struct verify_result *r, struct findings *f,
		     struct err *e)
{
	struct promise_input in = {.cert = r->report.cert,
				   .subject = r->report.source,
				   .now = v->now,
				   .policy = v->policy,
				   .expect = v->expect,
				   .csr = v->csr,
				   .path = &r->path,
				   .host = v->host,
				   .key_spki = v->key_spki};

	if (v->staple_only) {
		const struct cert *issuer = find_issuer(v, r);

		return judge_staple(v, issuer, r, f, e) != 0 ? -1
							     : judge_issuer(v, issuer, r, f, e);
	}
	if (chain_build(r->report.cert, &r->certs, v->trust, &r->path, e) != 0)
		return -1;
	r->report.path = &r->path;
	promise_judge(&in, f);
	if (predict(v, r, f, e) != 0)
		return -1;
	return v->staple_source ? judge_staple(v, find_issuer(v, r), r, f, e) : 0;
}

int verify_certificate(const struct verify *v, const char *source, struct span bytes,
		       struct verify_result *r, struct findings *f, struct err *e)
{
	struct report_verify *out = &r->report;

	*out = (struct report_verify){.source = source,
				      .verdict = VERDICT_UNKNOWN,
				      .findings = f,
				      .first = f->n,
				      .end = f->n,
				      .staple_only = v->staple_only};
	if (gather(v, source, bytes, r, f, e) != 0) {
		if (e->code == ERR_MEMORY)
			return -1;
		out->error = e->text;
		return 0;
	}
	if (judge_all(v, r, f, e) != 0 || findings_check(f, e) != 0)
		return -1;
	out->end = f->n;
	out->verdict = findings_verdict(f, out->first);
	if (v->staple_source && r->staple.state == STAPLE_REFUSED)
		out->verdict = VERDICT_FAIL; /* a waiver makes no proof where there is none */
	return 0;
}
