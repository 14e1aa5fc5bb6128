/* The times of a response (RFC 6960, 2.4 and 4.2.2.1) under the policy's thresholds. */
#include "judge/staple_case.h"

static void check_age(struct staple_case *c, const struct ocsp_single *s)
{
	int64_t now = c->in->now,
		max = c->in->max_age ? c->in->max_age : c->in->policy->staple_max_age;
	char t[WHEN_TEXT_SIZE], a[WHEN_DURATION_SIZE], b[WHEN_DURATION_SIZE];

	if (max > 0 && now - s->this_update > max)
		ADD(c, "staple.too-old", "thisUpdate %s is %s ago, more than the %s allowed",
		    when_format(s->this_update, t), when_duration_human(now - s->this_update, a),
		    when_duration_human(max, b));
}

/* How long a good staple still lasts, against what the policy wants. */
static void check_left(struct staple_case *c, const struct ocsp_single *s)
{
	const struct policy *p = c->in->policy;
	int64_t life = s->next_update - s->this_update, left = s->next_update - c->in->now;
	int64_t least = when_duration_resolve(p->staple_min_left, life);
	char a[WHEN_DURATION_SIZE], b[WHEN_DURATION_SIZE], d[WHEN_DURATION_SIZE];

	if (left < 0 || left >= least)
		return;
	findings_add_as(c->f, "staple.little-left", p->staple_min_left_severity, c->in->subject,
			"%s left until nextUpdate, less than the %s (%s) that the policy asks for",
			when_duration_human(left, a), when_duration_human(least, b),
			when_duration_format(p->staple_min_left, d));
}

static void check_next(struct staple_case *c, const struct ocsp_single *s)
{
	char t[WHEN_TEXT_SIZE], u[WHEN_TEXT_SIZE], d[WHEN_DURATION_SIZE];

	if (s->next_update < s->this_update)
		ADD(c, "staple.reversed", "nextUpdate %s is before thisUpdate %s",
		    when_format(s->next_update, t), when_format(s->this_update, u));
	if (s->next_update < c->in->now)
		ADD(c, "staple.expired", "nextUpdate %s passed %s ago",
		    when_format(s->next_update, t),
		    when_duration_human(c->in->now - s->next_update, d));
	if (c->in->cert->not_after != WHEN_NONE && s->next_update > c->in->cert->not_after)
		ADD(c, "staple.outlives-cert", "nextUpdate %s is after the certificate's end %s",
		    when_format(s->next_update, t), when_format(c->in->cert->not_after, u));
	if (c->by_delegate && s->next_update > c->delegate.not_after)
		ADD(c, "staple.outlives-signer",
		    "nextUpdate %s is after the responder certificate's end %s",
		    when_format(s->next_update, t), when_format(c->delegate.not_after, u));
	check_left(c, s);
}

void staple_times(struct staple_case *c, const struct ocsp_single *s)
{
	int64_t now = c->in->now;
	char t[WHEN_TEXT_SIZE], d[WHEN_DURATION_SIZE];

	if (s->this_update == WHEN_NONE) {
		ADD(c, "staple.malformed", "thisUpdate is no time");
		return;
	}
	if (s->this_update > now + c->in->policy->skew)
		ADD(c, "staple.future", "thisUpdate %s is %s ahead", when_format(s->this_update, t),
		    when_duration_human(s->this_update - now, d));
	if (c->r.produced_at != WHEN_NONE && s->this_update > c->r.produced_at)
		ADD(c, "staple.produced-before-update", "producedAt is before thisUpdate %s",
		    when_format(s->this_update, t));
	if (s->next_update == WHEN_NONE)
		ADD(c, "staple.no-next-update", "there is no nextUpdate; thisUpdate is %s",
		    when_format(s->this_update, t));
	else
		check_next(c, s);
	check_age(c, s);
}

static void within(struct staple_case *c, const struct cert *signer, const char *whose)
{
	int64_t t = c->r.produced_at;
	char p[WHEN_TEXT_SIZE], a[WHEN_TEXT_SIZE], b[WHEN_TEXT_SIZE];

	if (t >= signer->not_before && t <= signer->not_after && signer->not_before != WHEN_NONE &&
	    signer->not_after != WHEN_NONE)
		return;
	ADD(c, "staple.produced-outside",
	    "producedAt %s is not within the %s certificate's life, %s to %s",
	    when_format(t, p), whose, when_format(signer->not_before, a),
	    when_format(signer->not_after, b));
}

void staple_produced(struct staple_case *c)
{
	char t[WHEN_TEXT_SIZE], d[WHEN_DURATION_SIZE];

	if (c->r.produced_at == WHEN_NONE) {
		ADD(c, "staple.malformed", "producedAt is no time");
		return;
	}
	if (c->r.produced_at > c->in->now + c->in->policy->skew)
		ADD(c, "staple.produced-future", "producedAt %s is %s ahead",
		    when_format(c->r.produced_at, t),
		    when_duration_human(c->r.produced_at - c->in->now, d));
	if (c->in->issuer)
		within(c, c->in->issuer, "issuer's");
	if (c->by_delegate)
		within(c, &c->delegate, "responder's");
}
