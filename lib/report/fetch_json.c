/* Certificates and their staples as JSON (staple-json(7)). */
#include "report/fetch.h"

static void begin(struct report *r)
{
	report_json_head(r);
	json_key(&r->json, "certificates");
	json_array(&r->json);
}

static void member_seconds(struct json *j, const char *key, int64_t from, int64_t to)
{
	if (from == WHEN_NONE || to == WHEN_NONE) {
		json_key(j, key);
		json_null(j);
	} else {
		json_member_int(j, key, to - from);
	}
}

static void write_staple(struct report *r, const struct report_fetch *x)
{
	const struct staple_result *s = &x->now;
	struct json *j = &r->json;
	int64_t end = s->dark_at != WHEN_NONE ? s->dark_at : s->next_update;

	json_member_bool(j, "present", x->present);
	json_member_cstring(j, "status", x->status);
	json_member_time(j, "this_update", s->this_update);
	json_member_time(j, "next_update", s->next_update);
	json_member_time(j, "produced_at", s->produced_at);
	member_seconds(j, "age", s->this_update, r->at);
	member_seconds(j, "remaining", r->at, end);
	json_member_time(j, "dark_at", s->dark_at);
	json_member_time(j, "revoked_at", s->revoked_at);
	json_member_cstring(j, "responder", s->responder[0] ? s->responder : NULL);
	json_member_time(j, "next_refresh", x->next_refresh);
}

static void item(struct report *r, const void *p)
{
	const struct report_fetch *x = p;
	struct json *j = &r->json;

	json_object(j);
	json_member_cstring(j, "source", x->source);
	json_member_cstring(j, "verdict", verdict_text(x->verdict));
	json_member_hex(j, "serial", x->cert ? x->cert->serial : SPAN_NONE);
	json_member_cstring(j, "must_staple",
			    x->cert ? must_staple_text(cert_must_staple(x->cert)) : NULL);
	json_member_cstring(j, "staple", x->staple);
	json_member_cstring(j, "outcome", report_fetch_outcome_text(x->outcome));
	write_staple(r, x);
	json_member_cstring(j, "url", x->url);
	json_member_cstring(j, "method", !x->url ? NULL : x->posted ? "POST" : "GET");
	json_member_cstring(j, "last_error", x->last_error);
	json_key(j, "findings");
	report_json_findings(j, x->findings, x->first, x->end);
	json_object_end(j);
}

static void end(struct report *r, enum verdict verdict, const void *summary)
{
	const struct report_fetch_summary *s = summary;

	json_array_end(&r->json);
	json_key(&r->json, "findings");
	report_json_findings(&r->json, s->findings, 0, s->findings->n);
	json_member_cstring(&r->json, "verdict", verdict_text(verdict));
	json_object_end(&r->json);
	json_end(&r->json);
}

const struct report_writer report_fetch_json = {"fetch", "json", begin, item, end};
