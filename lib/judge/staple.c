#include "judge/staple_case.h"

#include "facts/dn.h"
#include "facts/mistaken.h"
#include "facts/oid.h"
#include "ground/der.h"
#include "ground/limits.h"
#include "ground/text.h"

#include <stdio.h>

#define ADD(c, id, ...) findings_add((c)->f, id, (c)->in->subject, __VA_ARGS__)

static void describe_responder(struct staple_case *c)
{
	struct buf b;

	buf_init(&b);
	if (span_present(c->r.responder_name)) {
		dn_text(&b, c->r.responder_name);
	} else {
		buf_add_str(&b, "key ");
		text_hex(&b, c->r.responder_key);
	}
	snprintf(c->out->responder, sizeof c->out->responder, "%s", buf_cstr(&b));
	buf_wipe(&b);
}

static bool add_status(struct staple_case *c)
{
	static const struct {
		int64_t status;
		const char *id;
	} rules[] = {
		{OCSP_MALFORMED_REQUEST, "staple.malformed-request"},
		{OCSP_INTERNAL_ERROR, "staple.internal-error"},
		{OCSP_TRY_LATER, "staple.try-later"},
		{OCSP_SIG_REQUIRED, "staple.sig-required"},
		{OCSP_UNAUTHORIZED, "staple.unauthorized"},
	};
	const char *id = "staple.unknown-response-status";

	if (c->r.status == OCSP_SUCCESSFUL)
		return true;
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
		if (rules[i].status == c->r.status)
			id = rules[i].id;
	ADD(c, id, "the responder answered %s (%lld)", ocsp_response_status_text(c->r.status),
	    (long long)c->r.status);
	return false;
}

/* Bytes to facts.  False: there is nothing more to judge. */
static bool decode(struct staple_case *c)
{
	struct span der = c->in->response;
	struct err why = {ERR_NONE, ""};
	size_t whole;

	if (der.n == 0) {
		ADD(c, "staple.empty", "the response has no bytes");
		return false;
	}
	if (der_measure(der, &whole) != 0 || whole > der.n)
		whole = der.n;
	if (ocsp_decode(span_of(der.p, whole), &c->r, &why) != 0) {
		(void)!mistaken(MISTAKEN_FOR_STAPLE, der, "staple", &why);
		ADD(c, "staple.malformed", "%s", why.text);
		return false;
	}
	if (whole < der.n)
		ADD(c, "staple.trailing-data", "%zu bytes follow the response of %zu bytes",
		    der.n - whole, whole);
	c->out->decoded = true;
	c->out->response_status = c->r.status;
	if (!add_status(c))
		return false;
	if (!span_present(c->r.type)) {
		ADD(c, "staple.malformed",
		    "the response says successful, but has no responseBytes");
		return false;
	}
	if (!c->r.basic) {
		ADD(c, "staple.wrong-type", "the response type is not id-pkix-ocsp-basic");
		return false;
	}
	return true;
}

static void check_envelope(struct staple_case *c)
{
	if (c->r.version != 1)
		ADD(c, "staple.version", "the response's version is %lld, not 1",
		    (long long)c->r.version);
	if (c->r.unknown_critical > 0) {
		struct buf oid;

		buf_init(&oid);
		oid_dotted(&oid, c->r.unknown_critical_oid);
		ADD(c, "staple.critical-extension",
		    "the response has the unknown critical extension %s", buf_cstr(&oid));
		buf_wipe(&oid);
	}
	if (c->r.time_odd)
		ADD(c, "staple.odd-time", "a time is not written as YYYYMMDDHHMMSSZ");
	if (!span_present(c->in->nonce))
		return;
	if (!span_present(c->r.nonce))
		ADD(c, "staple.nonce-missing", "a nonce was asked for, but there is none");
	else if (!span_equal(c->in->nonce, c->r.nonce))
		ADD(c, "staple.nonce-differs", "the nonce is not the one that was sent");
}

/* The certificates stand outside of what is signed: anybody on the way can add some, until clients
 * or the handshake itself cannot take the response any more. */
static void check_size(struct staple_case *c)
{
	struct span cursor = c->r.certs, der;
	size_t n = 0, size = c->r.der.n;

	while (span_present(cursor) && ocsp_cert_next(&cursor, &der))
		n++;
	c->out->inflated = size > LIMIT_STAPLE || n > LIMIT_STAPLE_CERTS;
	if (size > LIMIT_STAPLE)
		ADD(c, "staple.too-large", "the response has %zu bytes, at most %u are safe%s", size,
		    LIMIT_STAPLE, size > LIMIT_STAPLE_TLS13 ? ": TLS 1.3 cannot carry it at all" : "");
	if (n > LIMIT_STAPLE_CERTS)
		ADD(c, "staple.many-certificates", "the response holds %zu certificates, at most %u are "
		    "safe", n, LIMIT_STAPLE_CERTS);
}

/* Do certificate and issuer belong together at all? */
static int check_issuer(struct staple_case *c)
{
	const struct cert *cert = c->in->cert, *issuer = c->in->issuer;
	struct signature_facts s;
	struct buf a, b;

	if (!issuer) {
		ADD(c, "staple.no-issuer", "the issuer of the certificate is not at hand");
		return 0;
	}
	if (signature_check(issuer->key.der, cert->signature_algorithm, cert->tbs, cert->signature,
			    &s, c->e) != 0)
		return -1;
	buf_init(&a);
	buf_init(&b);
	dn_text(&a, cert->issuer);
	dn_text(&b, issuer->subject);
	if (!dn_equal(cert->issuer, issuer->subject))
		ADD(c, "staple.issuer-mismatch", "the certificate's issuer is %s, not %s",
		    buf_cstr(&a), buf_cstr(&b));
	else if (s.state == SIGNATURE_BAD)
		ADD(c, "staple.issuer-mismatch",
		    "%s did not sign the certificate: another key of the same name",
		    buf_cstr(&b));
	buf_wipe(&b);
	buf_wipe(&a);
	return 0;
}

/* Worse first: revoked, unknown, good; then the earlier end. */
static bool worse(const struct ocsp_single *a, const struct staple_result *out)
{
	static const int rank[] = {[OCSP_GOOD] = 0, [OCSP_UNKNOWN] = 1, [OCSP_REVOKED] = 2};

	if (rank[a->status] != rank[out->status])
		return rank[a->status] > rank[out->status];
	return a->next_update != WHEN_NONE &&
	       (out->next_update == WHEN_NONE || a->next_update < out->next_update);
}

static void take_single(struct staple_case *c, const struct ocsp_single *s)
{
	struct staple_result *out = c->out;

	if (out->matched && s->status != out->status)
		ADD(c, "staple.contradiction",
		    "one SingleResponse for the certificate says %s, another %s: the worst counts",
		    ocsp_cert_status_text(out->status), ocsp_cert_status_text(s->status));
	if (out->matched && !worse(s, out))
		return;
	out->matched = true;
	out->status = s->status;
	out->this_update = s->this_update;
	out->next_update = s->next_update;
	out->revoked_at = s->revoked_at;
	out->reason = s->reason;
}

static void judge_single(struct staple_case *c, const struct ocsp_single *s)
{
	char t[WHEN_TEXT_SIZE];

	take_single(c, s);
	if (s->status == OCSP_REVOKED)
		ADD(c, "staple.revoked", "the certificate was revoked at %s (%s)",
		    when_format(s->revoked_at, t), ocsp_reason_text(s->reason));
	else if (s->status != OCSP_GOOD)
		ADD(c, "staple.unknown", "the responder does not know the certificate");
	staple_times(c, s);
}

static void check_single_extensions(struct staple_case *c, const struct ocsp_single *s)
{
	struct buf oid;

	if (s->unknown_critical == 0)
		return;
	buf_init(&oid);
	oid_dotted(&oid, s->unknown_critical_oid);
	ADD(c, "staple.critical-extension",
	    "a SingleResponse has the unknown critical extension %s", buf_cstr(&oid));
	buf_wipe(&oid);
}

/* None of them is about the certificate: tell how near the nearest came. */
static void report_no_match(struct staple_case *c, enum staple_fit nearest, struct span other)
{
	struct buf mine, theirs;

	buf_init(&mine);
	buf_init(&theirs);
	text_hex(&mine, c->in->cert->serial);
	text_hex(&theirs, other);
	switch (nearest) {
	case STAPLE_UNKNOWN_HASH:
		ADD(c, "staple.hash-algorithm",
		    "serial %s is there, but hashed with an algorithm that is "
		    "not known or proves nothing",
		    buf_cstr(&mine));
		break;
	case STAPLE_OTHER_NAME:
		ADD(c, "staple.other-issuer",
		    "serial %s is there, but the issuer's name hash is another's",
		    buf_cstr(&mine));
		break;
	case STAPLE_OTHER_KEY:
		ADD(c, "staple.other-issuer-key",
		    "serial %s is there, but the issuer's key hash is another's",
		    buf_cstr(&mine));
		break;
	case STAPLE_OTHER_SERIAL:
	case STAPLE_FITS:
		ADD(c, "staple.other-certificate", "it is about serial %s, not %s",
		    buf_cstr(&theirs), buf_cstr(&mine));
		break;
	}
	buf_wipe(&theirs);
	buf_wipe(&mine);
}

static int judge_singles(struct staple_case *c)
{
	struct span cursor = c->r.responses, other = SPAN_NONE;
	enum staple_fit nearest = STAPLE_OTHER_SERIAL, fit;
	struct ocsp_single s;

	if (c->r.count == 0) {
		ADD(c, "staple.no-single", "the response has no SingleResponse");
		return 0;
	}
	while (ocsp_single_next(&cursor, &s)) {
		if (!span_present(other))
			other = s.serial;
		check_single_extensions(c, &s);
		if (staple_fit(c, &s, &fit) != 0)
			return -1;
		if (fit == STAPLE_FITS)
			judge_single(c, &s);
		else if (fit != STAPLE_OTHER_SERIAL)
			nearest = fit;
	}
	if (!c->out->matched)
		report_no_match(c, nearest, other);
	return 0;
}

static void sooner(int64_t *dark, int64_t t)
{
	if (t != WHEN_NONE && (*dark == WHEN_NONE || t < *dark))
		*dark = t;
}

/* "good" is the only way to pass: what a policy waives does not make a proof of nothing. */
static void conclude(struct staple_case *c, size_t first)
{
	struct staple_result *out = c->out;
	bool proved = c->authentic && out->matched && out->status == OCSP_GOOD;

	switch (findings_verdict(c->f, first)) {
	case VERDICT_PASS:
		out->state = proved ? STAPLE_GOOD : STAPLE_REFUSED;
		break;
	case VERDICT_FAIL:
		out->state = STAPLE_REFUSED;
		break;
	case VERDICT_UNKNOWN:
		out->state = STAPLE_UNCHECKED;
		break;
	}
	if (out->state != STAPLE_GOOD)
		return;
	sooner(&out->dark_at, out->next_update);
	sooner(&out->dark_at, out->delegate_not_after);
	sooner(&out->dark_at, c->in->cert->not_after);
}

int staple_judge(const struct staple_input *in, struct staple_result *out, struct findings *f,
		 struct err *e)
{
	struct staple_case c = {.in = in, .out = out, .f = f, .e = e};
	size_t first = f->n;

	*out = (struct staple_result){.state = STAPLE_UNCHECKED,
				      .this_update = WHEN_NONE,
				      .next_update = WHEN_NONE,
				      .produced_at = WHEN_NONE,
				      .revoked_at = WHEN_NONE,
				      .reason = -1,
				      .delegate_not_after = WHEN_NONE,
				      .dark_at = WHEN_NONE};
	if (!decode(&c)) {
		conclude(&c, first);
		return 0;
	}
	out->produced_at = c.r.produced_at;
	describe_responder(&c);
	check_envelope(&c);
	check_size(&c);
	if (check_issuer(&c) != 0 || staple_signer(&c) != 0 || judge_singles(&c) != 0)
		return -1;
	staple_produced(&c);
	conclude(&c, first);
	return 0;
}
