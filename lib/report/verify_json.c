/* Judged certificates as JSON (staple-json(7)). */
#include "report/verify.h"

static void begin(struct report *r)
{
	report_json_head(r);
	json_key(&r->json, "certificates");
	json_array(&r->json);
}

/* The union of the well-formed lists, each value with all its digits. */
static void write_features(struct json *j, const struct cert *c)
{
	struct feature_set seen = {.n = 0};
	struct span value, content;
	struct buf digits;

	buf_init(&digits);
	json_key(j, "features");
	json_array(j);
	for (size_t i = 0; span_present(value = extension_feature_value(&c->x, i)); i++) {
		struct feature_facts f = {0};
		bool inside = false;

		if (!feature_decode(value, &f))
			continue;
		while (feature_next(&value, &inside, &content)) {
			if (!feature_set_add(&seen, content))
				continue;
			buf_reset(&digits);
			feature_decimal(&digits, content);
			json_raw(j, buf_span(&digits));
		}
	}
	json_array_end(j);
	buf_wipe(&digits);
}

static const char *state_text(enum chain_state s)
{
	static const char *const texts[] = {
		[CHAIN_TRUSTED] = "trusted", [CHAIN_NO_ISSUER] = "no-issuer",
		[CHAIN_NOT_CA] = "not-ca",   [CHAIN_BAD_SIGNATURE] = "bad-signature",
		[CHAIN_WEAK] = "weak",	     [CHAIN_CONSTRAINTS] = "constraints",
		[CHAIN_INVALID] = "invalid"};

	return texts[s];
}

static void write_chain(struct json *j, const struct chain_path *p)
{
	json_key(j, "chain");
	if (!p) {
		json_null(j);
		return;
	}
	json_object(j);
	json_member_cstring(j, "state", state_text(p->state));
	json_key(j, "certificates");
	json_array(j);
	for (size_t i = 0; i < p->n; i++) {
		json_object(j);
		report_json_dn(j, "subject", p->cert[i].subject);
		json_member_hex(j, "serial", p->cert[i].serial);
		json_member_cstring(j, "must_staple",
				    must_staple_text(cert_must_staple(&p->cert[i])));
		json_object_end(j);
	}
	json_array_end(j);
	json_object_end(j);
}

static void write_single(struct json *j, const struct staple_result *s)
{
	json_member_cstring(j, "status", ocsp_cert_status_text(s->status));
	json_member_time(j, "this_update", s->this_update);
	json_member_time(j, "next_update", s->next_update);
	json_member_time(j, "revoked_at", s->revoked_at);
	json_member_cstring(j, "reason",
			    s->status == OCSP_REVOKED ? ocsp_reason_text(s->reason) : NULL);
}

static void write_staple(struct json *j, const struct report_verify *v)
{
	const struct staple_result *s = v->staple;

	json_key(j, "staple");
	if (!s) {
		json_null(j);
		return;
	}
	json_object(j);
	json_member_cstring(j, "source", v->staple_source);
	json_member_cstring(j, "state",
			    s->state == STAPLE_GOOD	 ? "good"
			    : s->state == STAPLE_REFUSED ? "refused"
							 : "unchecked");
	if (s->decoded)
		json_member_cstring(j, "response_status",
				    ocsp_response_status_text(s->response_status));
	if (s->matched)
		write_single(j, s);
	if (s->responder[0])
		json_member_cstring(j, "responder", s->responder);
	json_member_time(j, "produced_at", s->produced_at);
	json_member_bool(j, "by_delegate", s->by_delegate);
	json_member_time(j, "delegate_not_after", s->delegate_not_after);
	json_member_time(j, "dark_at", s->dark_at);
	json_object_end(j);
}

static void write_row(struct json *j, const char *key, const struct client_row *row)
{
	json_key(j, key);
	json_object(j);
	json_member_cstring(j, "answer", client_answer_text(row->answer));
	json_member_cstring(j, "reason", row->reason);
	json_object_end(j);
}

static void write_clients(struct json *j, const struct report_verify *v)
{
	json_key(j, "clients");
	json_array(j);
	for (size_t i = 0; i < CLIENT_COUNT; i++) {
		if (!(v->clients & 1u << i))
			continue;
		json_object(j);
		json_member_cstring(j, "client", v->with_staple[i].client);
		write_row(j, "with_staple", &v->with_staple[i]);
		write_row(j, "without_staple", &v->without_staple[i]);
		if (v->staple)
			write_row(j, "with_this_staple", &v->this_staple[i]);
		json_object_end(j);
	}
	json_array_end(j);
}

static void write_cert(struct json *j, const struct report_verify *v)
{
	const struct cert *c = v->cert;

	json_member_hex(j, "sha256", digest_span(&v->sha256));
	json_member_hex(j, "serial", c->serial);
	report_json_dn(j, "subject", c->subject);
	report_json_dn(j, "issuer", c->issuer);
	json_member_time(j, "not_before", c->not_before);
	json_member_time(j, "not_after", c->not_after);
	json_member_cstring(j, "must_staple", must_staple_text(cert_must_staple(c)));
	write_features(j, c);
	json_member_bool(j, "features_critical", c->x.feature.critical);
	json_member_int(j, "features_count", c->x.feature.extensions);
	write_chain(j, v->path);
	write_staple(j, v);
	write_clients(j, v);
}

static void item(struct report *r, const void *p)
{
	const struct report_verify *v = p;
	struct json *j = &r->json;

	json_object(j);
	json_member_cstring(j, "source", v->source);
	json_member_cstring(j, "verdict", verdict_text(v->verdict));
	if (v->error)
		json_member_cstring(j, "error", v->error);
	else
		write_cert(j, v);
	json_key(j, "findings");
	report_json_findings(j, v->findings, v->first, v->end);
	json_object_end(j);
}

/* summary: the struct findings of all certificates. */
static void end(struct report *r, enum verdict verdict, const void *summary)
{
	const struct findings *all = summary;

	json_array_end(&r->json);
	json_key(&r->json, "findings");
	report_json_findings(&r->json, all, 0, all->n);
	json_member_cstring(&r->json, "verdict", verdict_text(verdict));
	json_object_end(&r->json);
	json_end(&r->json);
}

const struct report_writer report_verify_json = {"verify", "json", begin, item, end};
