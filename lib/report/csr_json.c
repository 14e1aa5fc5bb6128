#include "facts/feature.h"
#include "report/csr.h"

static void begin(struct report *r)
{
	report_json_head(r);
	json_key(&r->json, "requests");
	json_array(&r->json);
}

static void write_names(struct json *j, const struct san_list *names)
{
	json_key(j, "names");
	json_array(j);
	for (size_t i = 0; i < names->n; i++) {
		json_object(j);
		json_member_cstring(j, "kind", name_kind_text(names->v[i].kind));
		json_member_cstring(j, "value", names->v[i].text);
		json_object_end(j);
	}
	json_array_end(j);
}

static void write_key(struct json *j, const struct report_csr *x)
{
	json_key(j, "key");
	json_object(j);
	json_member_cstring(j, "kind", key_kind_text(x->key->kind));
	json_member_int(j, "size", x->key->size);
	json_member_bool(j, "new", x->key_new);
	json_member_bool(j, "encrypted", x->key_encrypted);
	json_object_end(j);
	json_member_hex(j, "key_sha256", digest_span(x->key_sha256));
}

static void write_asked(struct json *j, const struct request *q)
{
	enum must_staple must_staple = MUST_STAPLE_NO;
	struct buf text;

	report_json_dn(j, "subject", buf_span(&q->subject));
	json_key(j, "features");
	json_array(j);
	for (size_t i = 0; i < q->feature_count; i++) {
		if (q->features[i] == FEATURE_STATUS_REQUEST)
			must_staple = MUST_STAPLE_YES;
		json_int(j, q->features[i]);
	}
	json_array_end(j);
	json_member_cstring(j, "must_staple", must_staple_text(must_staple));
	buf_init(&text);
	request_key_usage_text(q->key_usage, &text);
	if (q->key_usage)
		json_member_string(j, "key_usage", buf_span(&text));
	if (text.failed)
		j->out->failed = true;
	buf_wipe(&text);
}

static void item(struct report *r, const void *item_)
{
	const struct report_csr *x = item_;
	struct json *j = &r->json;

	json_object(j);
	if (x->line > 0)
		json_member_int(j, "line", (int64_t)x->line);
	json_member_cstring(j, "state", x->kept ? "kept" : "made");
	json_member_cstring(j, "file", x->path);
	json_member_cstring(j, "key_file", x->key_path);
	write_names(j, &x->request->names);
	write_asked(j, x->request);
	write_key(j, x);
	json_object_end(j);
}

static void end(struct report *r, enum verdict verdict, const void *summary)
{
	const struct report_csr_end *s = summary;
	struct json *j = &r->json;

	json_array_end(j);
	json_key(j, "summary");
	json_object(j);
	json_member_int(j, "made", (int64_t)s->made);
	json_member_int(j, "kept", (int64_t)s->kept);
	json_member_int(j, "bad", (int64_t)s->bad);
	json_object_end(j);
	json_member_cstring(j, "verdict", verdict_text(verdict));
	json_key(j, "findings");
	report_json_findings(j, s->findings, 0, s->findings->n);
	json_object_end(j);
	json_end(j);
}

const struct report_writer report_csr_json = {"csr", "json", begin, item, end};
