/* The leaf's staple as each client sees it: what was found, under the client's own grace. */
#include "judge/client_case.h"

#include <stdarg.h>
#include <stdio.h>

void client_say(struct client_row *row, enum client_answer a, const char *fmt, ...)
{
	va_list ap;

	row->answer = a;
	va_start(ap, fmt);
	vsnprintf(row->reason, sizeof row->reason, fmt, ap);
	va_end(ap);
}

int client_staple_judge(const struct client_input *in, struct client_leaf_staple *s, struct err *e)
{
	struct policy bare = {.ocsp_sha1 = SEVERITY_ERROR, .staple_min_left = {.percent = 0}};
	struct staple_input staple = {.cert = &in->chain[0],
				      .issuer = in->issuer,
				      .now = in->now,
				      .policy = &bare,
				      .subject = "staple"};

	*s = (struct client_leaf_staple){.present = false};
	findings_init(&s->found, NULL, in->now);
	if (in->suppose == CLIENT_GOOD || in->suppose == CLIENT_ALL_GOOD) {
		s->present = s->good = true;
		return 0;
	}
	if (in->suppose == CLIENT_NONE || !in->staples || !span_present(in->staples[0]))
		return 0;
	s->present = true;
	staple.response = in->staples[0];
	if (staple_judge(&staple, &s->result, &s->found, e) != 0 ||
	    findings_check(&s->found, e) != 0)
		return -1;
	s->good = s->result.state == STAPLE_GOOD;
	return 0;
}

const char *client_staple_error(const struct client_leaf_staple *s)
{
	for (size_t i = 0; i < s->found.n; i++)
		if (s->found.v[i].severity == SEVERITY_ERROR)
			return s->found.v[i].rule->title;
	return "the staple is not good";
}

/* Is this finding one about times, which the graces below judge? */
static bool is_time(const char *id)
{
	return strcmp(id, "staple.expired") == 0 || strcmp(id, "staple.future") == 0;
}

static const char *time_fault(const struct client_leaf_staple *s, const struct client_grace *g,
			      int64_t now)
{
	const struct staple_result *r = &s->result;

	if (!s->result.matched || r->this_update == WHEN_NONE)
		return NULL;
	if (r->next_update != WHEN_NONE && now - r->next_update > g->expired)
		return "the staple has expired";
	if (g->future != INT64_MAX && r->this_update - now > g->future)
		return "the staple is from the future";
	if (now - r->this_update > (r->next_update == WHEN_NONE ? g->age_without : g->age))
		return "the staple is too old";
	return NULL;
}

static enum client_effect effect_of_one(const char *id, const struct client_effects *row,
					bool firefox, enum client_above above)
{
	if (!row)
		return EFFECT_UNKNOWN;
	if (firefox)
		return row->firefox;
	if (above != ABOVE_NO && strcmp(id, "staple.signer-not-delegated") == 0)
		return EFFECT_ACCEPT;
	if (above == ABOVE_ITSELF && strncmp(id, "staple.signer-", 14) == 0)
		return EFFECT_ACCEPT;
	return row->gnutls;
}

/* The gravest effect of what was found; *why is its title, *code Firefox's error. */
static enum client_effect effect_of(const struct client_input *in,
				    const struct client_leaf_staple *s, bool firefox,
				    const char **why, const char **code)
{
	enum client_above above = s->found.n > 0 ? client_signer_above(in) : ABOVE_NO;
	enum client_effect worst = EFFECT_ACCEPT;

	for (size_t i = 0; i < s->found.n; i++) {
		const struct finding *x = &s->found.v[i];
		const struct client_effects *row = client_effects_get(x->rule->id);
		enum client_effect effect;

		if ((x->severity != SEVERITY_ERROR && !row) || is_time(x->rule->id))
			continue;
		effect = effect_of_one(x->rule->id, row, firefox, above);
		/* what is certainly refused beats what is not known */
		if (worst == EFFECT_REFUSE || (effect <= worst && effect != EFFECT_REFUSE))
			continue;
		worst = effect;
		*why = x->rule->title;
		*code = firefox && row ? row->firefox_error : NULL;
	}
	return worst;
}

bool client_staple_decide(const struct client_input *in, const struct client_leaf_staple *s,
			  bool firefox, struct client_row *row)
{
	const struct client_grace *g = firefox ? &CLIENT_GRACE_FIREFOX : &CLIENT_GRACE_GNUTLS;
	const char *why = NULL, *code = NULL,
		   *late = s->good && in->suppose != CLIENT_AS_SERVED ? NULL
								      : time_fault(s, g, in->now);
	enum client_effect effect = effect_of(in, s, firefox, &why, &code);

	if (effect == EFFECT_MISSING)
		return false;
	if (late && effect < EFFECT_LIVE) {
		bool future = firefox && strcmp(late, "the staple is from the future") == 0;

		why = late;
		code = !firefox ? NULL
		       : future ? "SEC_ERROR_OCSP_FUTURE_RESPONSE"
				: "SEC_ERROR_OCSP_OLD_RESPONSE";
		effect = firefox && !future ? EFFECT_LIVE : EFFECT_REFUSE;
	}
	if (effect == EFFECT_LIVE && in->responder_up) {
		client_say(row, CLIENT_ACCEPTS, "%s, but it asks the responder itself", why);
		return true;
	}
	switch (effect) {
	case EFFECT_LIVE:
	case EFFECT_REFUSE:
		client_say(row, CLIENT_REFUSES, "%s%s%s%s", why, code ? " (" : "", code ? code : "",
			   code ? ")" : "");
		break;
	case EFFECT_UNKNOWN:
		client_say(row, CLIENT_DEPENDS, "%s: what it does then is not known", why);
		break;
	case EFFECT_ACCEPT:
	case EFFECT_MISSING:
		client_say(row, CLIENT_ACCEPTS, "%s",
			   s->good ? "the staple is good"
			   : why   ? why
				   : "the staple is within what it grants");
		break;
	}
	return true;
}
