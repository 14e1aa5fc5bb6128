#include "judge/staple_case.h"

#include "facts/dn.h"
#include "facts/mistaken.h"
#include "facts/oid.h"
#include "ground/der.h"
#include "ground/limits.h"
#include "ground/text.h"

#include <stdio.h>

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
	if (check_issuer(&c) != 0 || staple_signer(&c) != 0 || staple_singles(&c) != 0)
		return -1;
	staple_produced(&c);
	conclude(&c, first);
	return 0;
}
