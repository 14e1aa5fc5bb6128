#include "judge/promise.h"
#include "judge/promise_weak.h"

#include "ground/text.h"
#include "facts/dn.h"
#include "facts/oid.h"
#include "judge/stance.h"

#include <stdio.h>

static bool has_feature(const struct promise_input *in)
{
	return in->cert->x.feature.extensions > 0;
}

void promise_expectation(const struct promise_input *in, struct findings *f)
{
	enum must_staple m = cert_must_staple(in->cert);

	if (in->expect == EXPECT_MUST_STAPLE && m == MUST_STAPLE_NO)
		findings_add(f, "feature.missing", in->subject,
			     has_feature(in) ? "the TLS Feature extension does not list status_request (5)"
					     : "the certificate has no TLS Feature extension");
	if (in->expect == EXPECT_NO_MUST_STAPLE && m != MUST_STAPLE_NO)
		findings_add(f, "feature.present", in->subject,
			     "the TLS Feature extension is there%s",
			     m == MUST_STAPLE_YES ? " and lists status_request (5)" : "");
}

void promise_key_strength(const struct spki *k, const char *subject, const struct policy *p,
			  struct findings *f)
{
	char text[32];

	if (p->key_kinds && !(p->key_kinds & (1u << k->kind)))
		findings_add(f, "key.kind", subject, "the policy does not allow a key of kind %s",
			     spki_text(k, text));
	if ((k->kind == KEY_RSA || k->kind == KEY_RSA_PSS) && k->size < p->key_rsa_min)
		findings_add(f, "key.weak", subject, "%s; the policy asks for %u bits at least",
			     spki_text(k, text), p->key_rsa_min);
	if (k->kind == KEY_EC && k->size > 0 && k->size < p->key_ec_min)
		findings_add(f, "key.weak", subject, "%s; the policy asks for %u bits at least",
			     spki_text(k, text), p->key_ec_min);
}

void promise_key(const struct promise_input *in, struct findings *f)
{
	const struct spki *k = &in->cert->key;
	char text[32];

	if (span_present(in->key_spki) && !span_equal(in->key_spki, k->der))
		findings_add(f, "key.mismatch", in->subject,
			     "the private key's public half is not the certificate's key (%s)",
			     spki_text(k, text));
	promise_key_strength(k, in->subject, in->policy, f);
}

void promise_dates(const struct promise_input *in, struct findings *f)
{
	const struct cert *c = in->cert;
	char a[WHEN_TEXT_SIZE], b[WHEN_TEXT_SIZE], d[WHEN_DURATION_SIZE], w[WHEN_DURATION_SIZE];

	if (c->not_before == WHEN_NONE)
		findings_add(f, "cert.not-yet-valid", in->subject, "notBefore cannot be read");
	else if (in->now < c->not_before)
		findings_add(f, "cert.not-yet-valid", in->subject, "notBefore %s, now %s",
			     when_format(c->not_before, a), when_format(in->now, b));
	if (c->not_after == WHEN_NONE) {
		findings_add(f, "cert.expired", in->subject, "notAfter cannot be read");
		return;
	}
	if (in->now > c->not_after)
		findings_add(f, "cert.expired", in->subject, "notAfter %s, now %s",
			     when_format(c->not_after, a), when_format(in->now, b));
	else if (in->policy->cert_min_left > 0 && c->not_after - in->now < in->policy->cert_min_left)
		findings_add(f, "cert.expires-soon", in->subject, "%s left until %s; the policy asks for %s",
			     when_duration_human(c->not_after - in->now, d),
			     when_format(c->not_after, a),
			     when_duration_human(in->policy->cert_min_left, w));
	if (in->policy->cert_max_life > 0 && c->not_before != WHEN_NONE &&
	    c->not_after - c->not_before > in->policy->cert_max_life)
		findings_add(f, "cert.life-too-long", in->subject, "valid for %s; the policy allows %s",
			     when_duration_human(c->not_after - c->not_before, d),
			     when_duration_human(in->policy->cert_max_life, w));
}

void promise_host(const struct promise_input *in, struct findings *f)
{
	bool by_cn = false;

	if (!in->host || chain_name_matches(in->cert, in->host, &by_cn))
		return;
	if (by_cn)
		findings_add(f, "name.cn-only", in->subject,
			     "%s is the common name, but no subjectAltName has it", in->host);
	else
		findings_add(f, "name.mismatch", in->subject, "no name of the certificate fits %s",
			     in->host);
}

/* What is odd about the certificate as such. */
static void check_form(const struct promise_input *in, struct findings *f)
{
	const struct cert *c = in->cert;
	const char *name = oid_name(c->signature_algorithm_oid);
	struct buf oid;
	bool sha1;

	for (int d = 0; d < DEVIATION_COUNT; d++)
		if (c->deviations & deviation_bit(d))
			findings_add(f, "cert.deviation", in->subject, "%s (%s)",
				     deviation_text(d)->text, deviation_text(d)->section);
	if (c->x.unknown_critical > 0) {
		buf_init(&oid);
		oid_dotted(&oid, c->x.unknown_critical_oid);
		findings_add(f, "cert.unknown-critical", in->subject,
			     "%u unknown critical extension%s, the first is %s", c->x.unknown_critical,
			     c->x.unknown_critical == 1 ? "" : "s", buf_cstr(&oid));
		buf_wipe(&oid);
	}
	if (!cert_self_issued(c) && promise_weak(c->signature_algorithm_oid, &sha1))
		findings_add_as(f, "cert.weak-signature", sha1 ? in->policy->cert_sha1 : SEVERITY_ERROR,
				in->subject, "signed with %s", name ? name : "an obsolete algorithm");
}

void promise_judge(const struct promise_input *in, struct findings *f)
{
	check_form(in, f);
	promise_extension(in, f);
	promise_expectation(in, f);
	/* A CA need not promise anything itself. */
	if (!in->cert->x.ca || cert_must_staple(in->cert) != MUST_STAPLE_NO)
		stance_judge_names(in->policy, in->cert->x.san, cert_must_staple(in->cert), in->subject,
				   f);
	if (in->csr)
		promise_request(in, f);
	promise_key(in, f);
	promise_dates(in, f);
	promise_host(in, f);
	promise_chain(in, f);
	promise_stapleable(in, f);
}
