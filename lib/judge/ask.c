#include "judge/ask.h"

#include "facts/feature.h"
#include "judge/promise.h"
#include "judge/stance.h"

bool ask_key(const struct spki *key, const char *subject, const struct policy *p, struct findings *f)
{
	size_t first = f->n;

	promise_key_strength(key, subject, p, f);
	return findings_verdict(f, first) == VERDICT_PASS;
}

void ask_features(const int64_t *features, size_t n, const char *subject, struct findings *f)
{
	bool status_request = false, v2 = false;

	for (size_t i = 0; i < n; i++) {
		status_request = status_request || features[i] == FEATURE_STATUS_REQUEST;
		v2 = v2 || features[i] == FEATURE_STATUS_REQUEST_V2;
	}
	if (v2 && !status_request)
		findings_add_hint(f, "feature.v2-only", subject, "Ask for status_request (5) instead.",
				  "the request asks for status_request_v2 (17), but not for "
				  "status_request (5)");
	if (n > 1 || (n == 1 && !status_request && !v2))
		findings_add_hint(f, "feature.other-values", subject,
				  "Ask for exactly {5}: leave out --feature.",
				  "the request asks for %zu features, not only status_request (5)", n);
}

void ask_stance(const struct san_list *names, bool must_staple, const char *subject,
		const struct policy *p, struct findings *f)
{
	enum must_staple m = must_staple ? MUST_STAPLE_YES : MUST_STAPLE_NO;
	bool any = false;

	for (size_t i = 0; i < names->n; i++) {
		if (names->v[i].kind != NAME_DNS)
			continue;
		any = true;
		if (stance_judge(p, names->v[i].text, m, subject, f))
			return;
	}
	if (!any)
		stance_judge(p, NULL, m, subject, f);
}

static void ask_must_staple(const struct policy_ca *ca, const char *subject, struct findings *f)
{
	bool refused = ca->must_staple == CA_STAPLE_REFUSED;
	char since[WHEN_TEXT_SIZE];

	if (!refused && ca->must_staple != CA_STAPLE_DROPPED)
		return;
	findings_add_hint(f, refused ? "ca.refuses-must-staple" : "ca.drops-must-staple", subject,
			  ca->remedy, "%s %s Must-Staple%s%.10s (source: %s)", ca->name,
			  refused ? "refuses requests for" : "silently drops",
			  ca->since != WHEN_NONE ? " since " : "", when_format(ca->since, since),
			  ca->source ? ca->source : "none");
}

void ask_ca(const struct policy_ca *ca, const char *subject, int64_t now, struct findings *f)
{
	ask_must_staple(ca, subject, f);
	promise_ca(ca, subject, now, f);
}
