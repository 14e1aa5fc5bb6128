/* The SingleResponses: which are about the certificate, and what they say (RFC 6960, 4.2.1). */
#include "judge/staple_case.h"

#include "facts/oid.h"
#include "ground/text.h"

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

int staple_singles(struct staple_case *c)
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
