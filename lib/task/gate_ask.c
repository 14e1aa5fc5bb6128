/* The candidate's responder, asked now. */
#include "task/gate_candidate.h"

#include "crypto/hash.h"
#include "net/fetch.h"

#include <stdlib.h>

#define URLS 4 /* of one certificate: more are no one's */

struct ask {
	struct gate_candidate *c;
	const struct gate_options *o;
	struct fetch *fetch;
	struct buf request;
	char reason[ERR_TEXT_MAX]; /* why the last one gave no answer */
};

static int make_request(struct ask *a, struct err *e)
{
	const struct cert *cert = &a->c->certs.v[0], *issuer = &a->c->issuer;
	struct ocsp_cert_id id = {.hash_oid = hash_oid(HASH_SHA1), .serial = cert->serial};
	struct digest name, key;

	if (hash_digest(HASH_SHA1, issuer->subject, &name, e) != 0 ||
	    hash_digest(HASH_SHA1, issuer->key.bits, &key, e) != 0)
		return -1;
	id.name_hash = digest_span(&name);
	id.key_hash = digest_span(&key);
	return ocsp_request_encode(&a->request, &id, SPAN_NONE, e);
}

/* 1: an answer that was judged; 0: none (reason says why); -1: e. */
static int judge_answer(struct ask *a, const struct fetch_answer *f, struct err *e)
{
	struct staple_input in = {.response = buf_span(&f->body), .cert = &a->c->certs.v[0],
				  .issuer = &a->c->issuer, .extra = &a->c->certs, .now = a->o->now,
				  .policy = a->o->policy, .subject = f->url ? f->url : a->c->name};
	char until[WHEN_TEXT_SIZE];
	struct err why;

	if (f->err.code != ERR_NONE) {
		err_set(&why, f->err.code, "%s", f->err.text);
		memcpy(a->reason, why.text, sizeof a->reason);
		return 0;
	}
	if (f->status != 200) {
		err_set(&why, ERR_NETWORK, "%s: HTTP status %d", in.subject, f->status);
		memcpy(a->reason, why.text, sizeof a->reason);
		return 0;
	}
	if (staple_judge(&in, &a->c->answer, &a->c->findings, e) != 0)
		return -1;
	if (a->c->answer.state == STAPLE_GOOD)
		findings_add(&a->c->findings, "candidate.asked", a->c->name, "%s answered good, until %s",
			     in.subject, a->c->answer.next_update == WHEN_NONE
					 ? "no said end" : when_format(a->c->answer.next_update, until));
	return 1;
}

static int ask_one(struct ask *a, const char *url, struct err *e)
{
	struct fetch_request request;
	struct fetch_answer answer;
	struct buf text;
	int rc;

	buf_init(&text);
	rc = fetch_ocsp(url, buf_span(&a->request), false, &text, &request, e);
	if (rc == 0)
		rc = fetch_add(a->fetch, &request, e);
	if (rc != 0 && (e->code == ERR_UNSUPPORTED || e->code == ERR_USAGE)) {
		memcpy(a->reason, e->text, sizeof a->reason);
		rc = 0; /* the next one, if any */
	} else if (rc == 0) {
		rc = fetch_next(a->fetch, &answer, e);
		if (rc > 0) {
			rc = judge_answer(a, &answer, e);
			fetch_answer_wipe(&answer);
		}
	}
	buf_wipe(&text);
	return rc;
}

static int ask_all(struct ask *a, struct err *e)
{
	const struct cert *cert = &a->c->certs.v[0];
	struct span url;
	int rc = 0;

	for (size_t i = 0; i < URLS && rc == 0; i++) {
		const char *instead;
		struct buf text;

		url = extension_ocsp_url(&cert->x, i);
		if (!span_present(url))
			break;
		buf_init(&text);
		buf_add(&text, url);
		instead = policy_responder(a->o->policy, buf_cstr(&text));
		rc = ask_one(a, instead ? instead : buf_cstr(&text), e);
		buf_wipe(&text);
	}
	return rc;
}

int gate_candidate_ask(struct gate_candidate *c, const struct gate_options *o, struct err *e)
{
	struct fetch_limits limits = {.timeout_ms = c->timeout_ms, .max_bytes = LIMIT_OCSP_RESPONSE,
				      .redirects = LIMIT_REDIRECTS, .jobs = 1, .per_host = 1,
				      .agent = "staple-gate"};
	struct ask a = {.c = c, .o = o};
	int rc;

	if (!c->has_issuer || !span_present(extension_ocsp_url(&c->certs.v[0].x, 0)))
		return 0; /* told by the promise's findings */
	buf_init(&a.request);
	rc = fetch_new(&a.fetch, &limits, e);
	if (rc == 0)
		rc = make_request(&a, e);
	if (rc == 0)
		rc = ask_all(&a, e);
	if (rc == 0 && gate_candidate_needs_staple(c))
		findings_add(&c->findings, "candidate.no-answer", c->name, "%s", a.reason);
	else if (rc == 0)
		findings_add(&c->findings, "candidate.not-asked", c->name,
			     "no answer (%s), and the certificate is not Must-Staple", a.reason);
	fetch_free(a.fetch);
	buf_wipe(&a.request);
	return rc < 0 ? -1 : 0;
}
