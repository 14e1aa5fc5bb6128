/* What all JSON writers share: the document's head and the findings (staple-json(7)). */
#include "report/report.h"

#include "facts/dn.h"
#include "ground/when.h"

void report_json_head(struct report *r)
{
	json_begin(&r->json, r->out, 2);
	json_object(&r->json);
	json_member_int(&r->json, "schema", 1);
	json_member_cstring(&r->json, "tool", r->tool);
	json_member_cstring(&r->json, "version", r->version);
	json_member_time(&r->json, "at", r->at);
}

void report_json_dn(struct json *j, const char *key, struct span name)
{
	struct buf b;

	buf_init(&b);
	dn_text(&b, name);
	json_member_string(j, key, buf_span(&b));
	j->out->failed |= b.failed;
	buf_wipe(&b);
}

static void write_waived(struct json *j, const struct waived *w)
{
	char day[WHEN_TEXT_SIZE];

	json_key(j, "waived");
	json_object(j);
	json_member_cstring(j, "reason", w->reason);
	json_member_cstring(j, "by", w->by);
	when_format(w->until, day);
	day[10] = '\0'; /* the date alone, as the policy gives it */
	json_member_cstring(j, "until", day);
	json_object_end(j);
}

void report_json_findings(struct json *j, const struct findings *f, size_t first, size_t end)
{
	json_array(j);
	for (size_t i = first; i < end && i < f->n; i++) {
		const struct finding *x = &f->v[i];

		json_object(j);
		json_member_cstring(j, "id", x->rule->id);
		json_member_cstring(j, "severity", severity_text(x->severity));
		json_member_cstring(j, "basis", x->rule->basis);
		json_member_cstring(j, "subject", x->subject);
		json_member_cstring(j, "message", x->message);
		json_member_cstring(j, "hint", x->hint);
		if (x->waived)
			write_waived(j, x->waived);
		json_object_end(j);
	}
	json_array_end(j);
}
