/* The chain, RFC 7633's rule along it, and whether the certificate can be stapled at all. */
#include "judge/promise.h"
#include "judge/promise_weak.h"

#include <stdio.h>
#include <strings.h>

/* A certificate that lives no longer needs no revocation (CA/Browser Forum BR, 1.6.1). */
#define SHORT_LIVED (7 * 24 * 3600)

static const char *state_id(const struct chain_path *p)
{
	switch (p->state) {
	case CHAIN_TRUSTED:
		break;
	case CHAIN_NO_ISSUER:
		/* A path that is whole, but ends in a root that nobody here trusts, was checked. */
		if (p->n > 0 && cert_self_issued(&p->cert[p->n - 1]))
			return "chain.untrusted";
		return "chain.no-issuer";
	case CHAIN_NOT_CA:
		return "chain.not-ca";
	case CHAIN_BAD_SIGNATURE:
		return "chain.bad-signature";
	case CHAIN_WEAK:
		return "chain.weak";
	case CHAIN_CONSTRAINTS:
		return "chain.constraints";
	case CHAIN_INVALID:
		break;
	}
	return "chain.invalid";
}

static void add_at_level(const struct promise_input *in, struct findings *f, const char *id,
			 size_t level, const char *what)
{
	struct buf label;

	buf_init(&label);
	if (level < in->path->n)
		cert_label(&in->path->cert[level], &label);
	findings_add(f, id, in->subject, "at level %zu (%s): %s", level, buf_cstr(&label), what);
	buf_wipe(&label);
}

static void check_issuer_dates(const struct promise_input *in, struct findings *f)
{
	char from[WHEN_TEXT_SIZE], until[WHEN_TEXT_SIZE], what[96];

	for (size_t i = 1; i < in->path->n; i++) {
		const struct cert *c = &in->path->cert[i];
		/* The anchor's own dates are not part of the path (RFC 5280, 6.1), but clients look. */
		bool anchor = i + 1 == in->path->n && in->path->state == CHAIN_TRUSTED;

		if (c->not_before != WHEN_NONE && c->not_after != WHEN_NONE &&
		    in->now >= c->not_before && in->now <= c->not_after)
			continue;
		snprintf(what, sizeof what, "valid from %s to %s", when_format(c->not_before, from),
			 when_format(c->not_after, until));
		add_at_level(in, f, anchor ? "chain.anchor-expired" : "chain.issuer-expired", i, what);
	}
}

/* Is one value of the upper certificate's extension covered by the lower one? */
static bool covered(const struct cert *lower, struct span upper, int64_t *missing)
{
	struct span value;

	for (size_t i = 0; span_present(value = extension_feature_value(&lower->x, i)); i++)
		if (feature_superset(value, upper, missing))
			return true;
	return feature_superset(SPAN_NONE, upper, missing);
}

static void check_superset(const struct promise_input *in, struct findings *f)
{
	for (size_t i = 0; i + 1 < in->path->n; i++) {
		const struct cert *lower = &in->path->cert[i], *upper = &in->path->cert[i + 1];
		struct span value;
		int64_t missing = 0;
		char what[128];

		if (upper->x.has_key_usage && !(upper->x.key_usage & KEY_USAGE_KEY_CERT_SIGN))
			continue;
		for (size_t k = 0; span_present(value = extension_feature_value(&upper->x, k)); k++) {
			if (covered(lower, value, &missing))
				continue;
			snprintf(what, sizeof what, "feature %lld of its issuer's certificate is not listed",
				 (long long)missing);
			add_at_level(in, f, "chain.features-not-superset", i,
				     upper->x.feature.malformed
					     ? "its issuer's certificate has a malformed list of features"
					     : what);
			break;
		}
	}
}

/* The issuers' own signatures and keys; an anchor's signature vouches for nothing.  What rests on
 * MD5 and the like is already refused by the path's state when that was validated. */
static void check_strength(const struct promise_input *in, struct findings *f)
{
	const struct policy *p = in->policy;
	char text[32];
	bool sha1;

	for (size_t i = 1; i < in->path->n; i++) {
		const struct cert *c = &in->path->cert[i];
		bool anchor = i + 1 == in->path->n && in->path->state == CHAIN_TRUSTED;

		if (!anchor && !cert_self_issued(c) &&
		    promise_weak(c->signature_algorithm_oid, &sha1) &&
		    (sha1 || in->path->state != CHAIN_WEAK))
			findings_add_as(f, "chain.weak", sha1 ? p->cert_sha1 : SEVERITY_ERROR,
					in->subject, "at level %zu: signed with %s", i,
					sha1 ? "SHA-1" : "MD5 or older");
		if ((c->key.kind == KEY_RSA || c->key.kind == KEY_RSA_PSS) &&
		    c->key.size < p->key_rsa_min)
			findings_add(f, "chain.weak", in->subject,
				     "at level %zu: the issuer's key is %s; the policy asks for %u bits", i,
				     spki_text(&c->key, text), p->key_rsa_min);
	}
}

void promise_chain(const struct promise_input *in, struct findings *f)
{
	if (!in->path)
		return;
	if (in->path->state != CHAIN_TRUSTED)
		add_at_level(in, f, state_id(in->path), in->path->level, in->path->reason);
	check_issuer_dates(in, f);
	check_strength(in, f);
	check_superset(in, f);
}

/* http or https, a host, and nothing that no client could ask. */
static bool url_usable(struct span url)
{
	struct span rest;

	if (url.n > 7 && strncasecmp((const char *)url.p, "http://", 7) == 0)
		rest = span_from(url, 7);
	else if (url.n > 8 && strncasecmp((const char *)url.p, "https://", 8) == 0)
		rest = span_from(url, 8);
	else
		return false;
	for (size_t i = 0; i < url.n; i++)
		if (url.p[i] <= ' ' || url.p[i] >= 0x7f)
			return false;
	return rest.n > 0 && rest.p[0] != '/' && rest.p[0] != ':' && rest.p[0] != '?' &&
	       rest.p[0] != '#';
}

static void check_urls(const struct promise_input *in, struct findings *f)
{
	struct span url = extension_ocsp_url(&in->cert->x, 0);
	size_t usable = 0, n = 0;

	if (!span_present(url)) {
		findings_add(f, "ocsp.no-url", in->subject,
			     "the certificate names no OCSP responder, so nobody can fetch its staple");
		return;
	}
	for (; span_present(url); url = extension_ocsp_url(&in->cert->x, ++n))
		if (url_usable(url))
			usable++;
	if (usable == 0)
		findings_add(f, "ocsp.bad-url", in->subject, "%.*s is not a plain http or https URL",
			     (int)(extension_ocsp_url(&in->cert->x, 0).n > 200
					   ? 200
					   : extension_ocsp_url(&in->cert->x, 0).n),
			     (const char *)extension_ocsp_url(&in->cert->x, 0).p);
}

void promise_ca(const struct policy_ca *ca, const char *subject, int64_t now, struct findings *f)
{
	char day[WHEN_TEXT_SIZE];

	if (ca->ocsp == CA_OCSP_NO || (ca->ocsp == CA_OCSP_ENDED && now >= ca->ocsp_ended))
		findings_add_hint(f, "ca.ocsp-ended", subject, ca->remedy,
				  "%s runs no OCSP%s%.10s (source: %s)", ca->name,
				  ca->ocsp == CA_OCSP_ENDED ? " since " : "",
				  ca->ocsp == CA_OCSP_ENDED ? when_format(ca->ocsp_ended, day) : "",
				  ca->source ? ca->source : "none");
	if (policy_ca_old(ca, now))
		findings_add(f, "ca.record-old", subject, "the record of %s was checked on %.10s", ca->id,
			     when_format(ca->checked, day));
}

void promise_stapleable(const struct promise_input *in, struct findings *f)
{
	const struct policy_ca *ca = in->ca;
	const struct cert *c = in->cert;
	char life[WHEN_DURATION_SIZE];

	if (cert_must_staple(c) == MUST_STAPLE_NO)
		return;
	check_urls(in, f);
	if (!in->ca_known)
		ca = policy_ca_of(in->policy, c);
	if (ca)
		promise_ca(ca, in->subject, in->now, f);
	if (c->not_before != WHEN_NONE && c->not_after != WHEN_NONE &&
	    c->not_after - c->not_before <= SHORT_LIVED)
		findings_add(f, "ocsp.short-lived", in->subject, "valid for %s in all",
			     when_duration_human(c->not_after - c->not_before, life));
}
