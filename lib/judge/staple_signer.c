/*
 * Who signed the response, and may they (RFC 6960, 4.2.2.2)?  The certificate's issuer itself, or
 * one whom that same issuer named by a certificate of its own with id-kp-OCSPSigning.
 */
#include "judge/staple_case.h"

#include "crypto/hash.h"
#include "facts/dn.h"

/* What may be wrong with a delegate, the gravest first. */
enum fault {
	FAULT_NOT_ISSUED = 1 << 0, /* not by the certificate's own issuer */
	FAULT_ALGORITHM =
		1 << 1, /* its certificate is signed with what proves nothing, or is unknown */
	FAULT_SHA1 = 1 << 2,
	FAULT_WEAK_KEY = 1 << 3, /* the key that signed its certificate */
	FAULT_NO_EKU = 1 << 4,
	FAULT_KEY_USAGE = 1 << 5,
	FAULT_DATES = 1 << 6,
	FAULT_CRITICAL = 1 << 7,
	FAULT_MALFORMED = 1 << 8
};
/* Of these the policy decides. */
#define FAULTS_OF_STRENGTH (FAULT_SHA1 | FAULT_WEAK_KEY)

/* Deviations that leave it open what the certificate says. */
#define DEVIATIONS_FATAL                                                                           \
	(deviation_bit(DEVIATION_SIGNATURE_ALGORITHMS_DIFFER) |                                    \
	 deviation_bit(DEVIATION_EXTENSION_DUPLICATE) |                                            \
	 deviation_bit(DEVIATION_EXTENSION_MALFORMED) | deviation_bit(DEVIATION_TIME_UNREADABLE) | \
	 deviation_bit(DEVIATION_TRAILING))

struct signer {
	struct cert cert;
	bool is_issuer; /* the issuer, or another certificate for its key and name */
	bool id_fits;
	struct signature_facts response; /* the response under this key */
	struct signature_facts own;	 /* a delegate's certificate under the issuer's key */
	unsigned faults;
};

struct choice {
	struct staple_case *c;
	bool any_fits, any_signed;
	bool found;
	struct signer best;
	struct signer stranger;		/* signed it, but the responder id names another */
	struct signature_facts refused; /* of a signer that fits but did not sign */
};

static const char *label(const struct cert *c, struct buf *b)
{
	buf_reset(b);
	cert_label(c, b);
	return buf_cstr(b);
}

static bool below_rsa_min(const struct staple_case *c, const struct signature_facts *s)
{
	return s->rsa && s->key_size < c->in->policy->ocsp_rsa_min;
}

static int id_fits(const struct ocsp_response *r, const struct cert *c, bool *fits, struct err *e)
{
	struct digest d;

	*fits = false;
	if (span_present(r->responder_name)) {
		*fits = dn_equal(r->responder_name, c->subject);
		return 0;
	}
	if (hash_digest(HASH_SHA1, c->key.bits, &d, e) != 0)
		return -1;
	*fits = span_equal(r->responder_key, digest_span(&d));
	return 0;
}

/* Was the delegate named by the issuer, and for this?  With no issuer at hand nothing is known. */
static int find_faults(const struct staple_case *c, struct signer *s)
{
	const struct cert *d = &s->cert, *issuer = c->in->issuer;
	int64_t now = c->in->now;

	s->faults = 0;
	if (signature_check(issuer->key.der, d->signature_algorithm, d->tbs, d->signature, &s->own,
			    c->e) != 0)
		return -1;
	if (s->own.state == SIGNATURE_BAD || !dn_equal(d->issuer, issuer->subject))
		s->faults |= FAULT_NOT_ISSUED;
	else if (s->own.state != SIGNATURE_GOOD)
		s->faults |= FAULT_ALGORITHM;
	if (s->own.sha1)
		s->faults |= FAULT_SHA1;
	if (below_rsa_min(c, &s->own))
		s->faults |= FAULT_WEAK_KEY;
	if (!d->x.has_eku || !(d->x.eku & EKU_OCSP_SIGNING))
		s->faults |= FAULT_NO_EKU;
	if (d->x.has_key_usage && !(d->x.key_usage & KEY_USAGE_DIGITAL_SIGNATURE))
		s->faults |= FAULT_KEY_USAGE;
	if (now < d->not_before || now > d->not_after)
		s->faults |= FAULT_DATES;
	if (d->x.unknown_critical > 0)
		s->faults |= FAULT_CRITICAL;
	if (d->deviations & DEVIATIONS_FATAL || d->signature_odd)
		s->faults |= FAULT_MALFORMED;
	return 0;
}

/* Fewer faults are better; those that only a policy refuses count least. */
static bool better(const struct signer *a, const struct signer *b)
{
	unsigned grave_a = a->faults & ~(unsigned)FAULTS_OF_STRENGTH;
	unsigned grave_b = b->faults & ~(unsigned)FAULTS_OF_STRENGTH;

	if (a->is_issuer != b->is_issuer)
		return a->is_issuer;
	if ((grave_a == 0) != (grave_b == 0))
		return grave_a == 0;
	return grave_a == grave_b ? a->faults < b->faults : grave_a < grave_b;
}

/* One certificate that may be the signer's. */
static int consider(struct choice *ch, const struct cert *cert)
{
	struct staple_case *c = ch->c;
	const struct cert *issuer = c->in->issuer;
	struct signer s = {.cert = *cert};

	s.is_issuer = issuer && span_equal(cert->key.der, issuer->key.der);
	if (id_fits(&c->r, cert, &s.id_fits, c->e) != 0 ||
	    signature_check(cert->key.der, c->r.signature_algorithm, c->r.tbs, c->r.signature,
			    &s.response, c->e) != 0)
		return -1;
	if (s.id_fits && s.response.state != SIGNATURE_GOOD && !ch->any_fits)
		ch->refused = s.response;
	ch->any_fits = ch->any_fits || s.id_fits;
	if (s.response.state != SIGNATURE_GOOD)
		return 0;
	if (!s.id_fits) {
		if (!ch->any_signed)
			ch->stranger = s;
		ch->any_signed = true;
		return 0;
	}
	if (!s.is_issuer && issuer && find_faults(c, &s) != 0)
		return -1;
	if (!ch->found || better(&s, &ch->best))
		ch->best = s;
	ch->found = true;
	return 0;
}

static int consider_all(struct choice *ch)
{
	struct staple_case *c = ch->c;
	struct span cursor = c->r.certs, der;
	struct cert cert;
	struct err why;

	if (c->in->issuer && consider(ch, c->in->issuer) != 0)
		return -1;
	for (size_t i = 0; span_present(cursor) && ocsp_cert_next(&cursor, &der); i++) {
		/* One that cannot be read is not the signer's; another may be. */
		if (cert_decode(der, &cert, &why) != 0)
			ADD(c, "staple.unreadable-certificate", "certs[%zu]: %s", i, why.text);
		else if (cert.deviations & deviation_bit(DEVIATION_TRAILING))
			ADD(c, "staple.unreadable-certificate", "certs[%zu]: data behind one of its "
			    "fields", i);
		else if (consider(ch, &cert) != 0)
			return -1;
	}
	for (size_t i = 0; c->in->extra && i < c->in->extra->n; i++)
		if (consider(ch, &c->in->extra->v[i]) != 0)
			return -1;
	return 0;
}

/* Nobody both fits the responder id and signed: say which of the two it was. */
static void report_none(const struct choice *ch)
{
	struct staple_case *c = ch->c;
	struct buf b;

	buf_init(&b);
	if (ch->any_fits && ch->refused.state == SIGNATURE_BROKEN)
		ADD(c, "staple.broken-algorithm", "the response is signed with %s",
		    ch->refused.algorithm);
	else if (ch->any_fits && ch->refused.state == SIGNATURE_UNSUPPORTED)
		ADD(c, "staple.unsupported-algorithm", "the response is signed with %s",
		    ch->refused.algorithm);
	else if (ch->any_signed)
		ADD(c, "staple.responder-id", "the responder id is %s, but the signature is by %s",
		    c->out->responder, label(&ch->stranger.cert, &b));
	else if (ch->any_fits)
		ADD(c, "staple.bad-signature",
		    "the %s signature does not check under the key of %s", ch->refused.algorithm,
		    c->out->responder);
	else
		ADD(c, "staple.signer-missing",
		    "%s is not the issuer, and no certificate for it is in the response",
		    c->out->responder);
	buf_wipe(&b);
}

static void report_strength(struct staple_case *c, const struct signer *s)
{
	enum severity sha1 = c->in->allow_sha1 ? SEVERITY_OFF : c->in->policy->ocsp_sha1;

	if (s->response.sha1)
		findings_add_as(c->f, "staple.sha1", sha1, c->in->subject,
				"the response is signed with %s", s->response.algorithm);
	if (s->faults & FAULT_SHA1)
		findings_add_as(c->f, "staple.sha1", sha1, c->in->subject,
				"the responder's certificate is signed with %s", s->own.algorithm);
	if (below_rsa_min(c, &s->response))
		ADD(c, "staple.weak-key", "the response is signed with RSA of %u bits, below %u",
		    s->response.key_size, c->in->policy->ocsp_rsa_min);
	if (s->faults & FAULT_WEAK_KEY)
		ADD(c, "staple.weak-key",
		    "the responder's certificate is signed with RSA of %u bits, below %u",
		    s->own.key_size, c->in->policy->ocsp_rsa_min);
}

static void report_faults(struct staple_case *c, const struct signer *s)
{
	const struct cert *d = &s->cert;
	char from[WHEN_TEXT_SIZE], to[WHEN_TEXT_SIZE];
	struct buf who, by;

	buf_init(&who);
	buf_init(&by);
	label(d, &who);
	dn_text(&by, d->issuer);
	if (s->faults & FAULT_NOT_ISSUED)
		ADD(c, "staple.signer-not-delegated",
		    "%s signed the response, but its certificate, by "
		    "%s, was not issued by the certificate's own issuer",
		    buf_cstr(&who), buf_cstr(&by));
	if (s->faults & FAULT_ALGORITHM)
		ADD(c,
		    s->own.state == SIGNATURE_BROKEN ? "staple.broken-algorithm"
						     : "staple.unsupported-algorithm",
		    "the certificate of the responder %s is signed with %s", buf_cstr(&who),
		    s->own.algorithm);
	if (s->faults & FAULT_NO_EKU)
		ADD(c, "staple.signer-no-eku",
		    "the certificate of the responder %s does not have id-kp-OCSPSigning",
		    buf_cstr(&who));
	if (s->faults & FAULT_KEY_USAGE)
		ADD(c, "staple.signer-key-usage",
		    "the key usage of the responder %s lacks digitalSignature",
		    buf_cstr(&who));
	if (s->faults & FAULT_DATES)
		ADD(c, "staple.signer-not-valid",
		    "the certificate of the responder %s is valid from %s to %s only",
		    buf_cstr(&who), when_format(d->not_before, from),
		    when_format(d->not_after, to));
	if (s->faults & (FAULT_CRITICAL | FAULT_MALFORMED))
		ADD(c, "staple.signer-malformed", "the certificate of the responder %s %s",
		    buf_cstr(&who),
		    s->faults & FAULT_CRITICAL ? "has a critical extension that is not known"
					       : "cannot be read in only one way");
	buf_wipe(&by);
	buf_wipe(&who);
}

static void take_delegate(struct staple_case *c, const struct signer *s)
{
	struct span bound =
		c->in->issuer ? extension_feature_value(&c->in->issuer->x, 0) : SPAN_NONE;
	struct buf b;

	c->by_delegate = true;
	c->delegate = s->cert;
	c->out->by_delegate = true;
	c->out->delegate_not_after = s->cert.not_after;
	c->out->delegate_nocheck = s->cert.x.ocsp_nocheck;
	if (span_present(bound) &&
	    !feature_superset(extension_feature_value(&s->cert.x, 0), bound, NULL))
		ADD(c, "staple.signer-features",
		    "the responder's certificate lacks a TLS feature that its "
		    "issuer's certificate lists");
	buf_init(&b);
	ADD(c, s->cert.x.ocsp_nocheck ? "staple.signer-nocheck" : "staple.signer-no-nocheck",
	    "signed by the delegated responder %s", label(&s->cert, &b));
	buf_wipe(&b);
}

int staple_signer(struct staple_case *c)
{
	struct choice ch = {.c = c};

	if (consider_all(&ch) != 0)
		return -1;
	if (!ch.found) {
		if (c->in->issuer || ch.any_fits)
			report_none(&ch);
		return 0;
	}
	report_strength(c, &ch.best);
	if (!ch.best.is_issuer) {
		report_faults(c, &ch.best);
		take_delegate(c, &ch.best);
	}
	c->authentic = c->in->issuer && (ch.best.faults & ~(unsigned)FAULTS_OF_STRENGTH) == 0;
	return 0;
}
