/* Objects as JSON (staple-json(7)). */
#include "report/inspect_json.h"
#include "report/report.h"


static void begin(struct report *r)
{
	report_json_head(r);
	json_key(&r->json, "objects");
	json_array(&r->json);
}

static void end(struct report *r, enum verdict verdict, const void *summary)
{
	(void)verdict; /* nothing is judged */
	(void)summary;
	json_array_end(&r->json);
	json_object_end(&r->json);
	json_end(&r->json);
	buf_add_byte(r->out, '\n');
}

static void write_single(struct json *j, const struct ocsp_single *s, int64_t now)
{
	json_object(j);
	json_member_hex(j, "serial", s->serial);
	json_member_cstring(j, "status", ocsp_cert_status_text(s->status));
	json_member_time(j, "this_update", s->this_update);
	json_member_time(j, "next_update", s->next_update);
	inspect_json_left(j, "seconds_left", s->next_update, now);
	json_member_time(j, "revoked_at", s->revoked_at);
	json_member_cstring(j, "reason", s->reason >= 0 ? ocsp_reason_text(s->reason) : NULL);
	inspect_json_oid(j, "hash", s->hash_oid);
	json_member_hex(j, "issuer_name_hash", s->name_hash);
	json_member_hex(j, "issuer_key_hash", s->key_hash);
	json_member_int(j, "unknown_critical_extensions", s->unknown_critical);
	json_object_end(j);
}

static void write_carried(struct json *j, const struct ocsp_response *r)
{
	struct span cursor = r->certs, der;
	struct cert c;

	json_key(j, "certificates");
	json_array(j);
	while (span_present(r->certs) && ocsp_cert_next(&cursor, &der)) {
		json_object(j);
		if (cert_decode(der, &c, NULL) == 0) {
			report_json_dn(j, "subject", c.subject);
			report_json_dn(j, "issuer", c.issuer);
			json_member_time(j, "not_after", c.not_after);
		} else {
			json_key(j, "subject");
			json_null(j);
		}
		json_object_end(j);
	}
	json_array_end(j);
}

static void write_ocsp(struct json *j, const struct inspect_object *o, int64_t now)
{
	const struct ocsp_response *r = &o->ocsp;
	struct span cursor = r->responses;
	struct ocsp_single s;

	json_member_cstring(j, "response_status", ocsp_response_status_text(r->status));
	json_member_int(j, "response_status_code", r->status);
	inspect_json_oid(j, "response_type", r->type);
	if (span_present(r->responder_name)) {
		report_json_dn(j, "responder_name", r->responder_name);
	} else {
		json_key(j, "responder_name");
		json_null(j);
	}
	json_member_hex(j, "responder_key_hash", r->responder_key);
	json_member_time(j, "produced_at", r->produced_at);
	json_member_hex(j, "nonce", r->nonce);
	inspect_json_oid(j, "signature_algorithm", r->signature_algorithm_oid);
	json_member_int(j, "unknown_critical_extensions", r->unknown_critical);
	json_key(j, "responses");
	json_array(j);
	while (span_present(r->responses) && ocsp_single_next(&cursor, &s))
		write_single(j, &s, now);
	json_array_end(j);
	write_carried(j, r);
	inspect_json_deviations(j, r->deviations);
}

static void write_crl(struct json *j, const struct inspect_crl *c, int64_t now)
{
	if (span_present(c->issuer))
		report_json_dn(j, "issuer", c->issuer);
	json_member_time(j, "this_update", c->this_update);
	json_member_time(j, "next_update", c->next_update);
	inspect_json_left(j, "seconds_left", c->next_update, now);
}

static void write_server(struct json *j, const struct inspect_server *s)
{
	json_key(j, "handshakes");
	json_array(j);
	for (size_t i = 0; i < s->n; i++) {
		const struct path *p = &s->paths[i];
		bool served = p->outcome == PATH_SERVED && p->count > 0;

		json_object(j);
		json_member_cstring(j, "tls", p->tls == PATH_TLS_1_2 ? "1.2" : "1.3");
		json_member_cstring(j, "address", p->address);
		json_member_cstring(j, "outcome", path_outcome_text(p->outcome));
		json_member_cstring(j, "reason", p->reason[0] ? p->reason : NULL);
		json_member_int(j, "certificates", served ? (int64_t)p->count : 0);
		json_key(j, "stapled");
		if (served)
			json_bool(j, span_present(p->cert[0].staple) && p->cert[0].staple.n > 0);
		else
			json_null(j);
		json_member_int(j, "elapsed_ms", p->elapsed_ms);
		json_object_end(j);
	}
	json_array_end(j);
}

static void write_kind(struct json *j, const struct inspect_object *o,
		       const struct inspect_item *item)
{
	switch (o->kind) {
	case INSPECT_CERTIFICATE:
		inspect_json_certificate(j, o, item);
		break;
	case INSPECT_REQUEST:
		inspect_json_request(j, o);
		break;
	case INSPECT_OCSP_RESPONSE:
		write_ocsp(j, o, item->list->now);
		break;
	case INSPECT_CRL:
		write_crl(j, &o->crl, item->list->now);
		break;
	case INSPECT_PRIVATE_KEY:
	case INSPECT_PUBLIC_KEY:
		if (o->kind == INSPECT_PRIVATE_KEY)
			json_member_bool(j, "encrypted", o->key.encrypted);
		if (o->key.known)
			inspect_json_key(j, &o->key.spki);
		break;
	case INSPECT_STORE:
	case INSPECT_PKCS7:
	case INSPECT_PKCS12:
		json_member_cstring(j, "store", o->store.format);
		json_member_int(j, "certificate_count", (int64_t)o->store.certificates);
		json_member_int(j, "private_key_count", (int64_t)o->store.keys);
		break;
	case INSPECT_SERVER:
		write_server(j, &o->server);
		break;
	default:
		break;
	}
}

static void item(struct report *r, const void *what)
{
	const struct inspect_item *i = what;
	const struct inspect_object *o = &i->list->v[i->at];
	struct json *j = &r->json;

	json_object(j);
	json_member_cstring(j, "kind", inspect_kind_text(o->kind));
	json_member_cstring(j, "source", o->source);
	json_member_int(j, "index", (int64_t)o->index);
	if (o->within >= 0)
		json_member_int(j, "within", o->within);
	if (o->entry)
		json_member_cstring(j, "entry", o->entry);
	if (o->line)
		json_member_int(j, "line", (int64_t)o->line);
	json_member_string(j, "label", o->label);
	json_member_hex(j, "sha256", o->sha256.n ? digest_span(&o->sha256) : SPAN_NONE);
	if (o->trailing)
		json_member_int(j, "trailing_octets", (int64_t)o->trailing);
	if (o->reason[0])
		json_member_cstring(j, "reason", o->reason);
	write_kind(j, o, i);
	json_object_end(j);
}

const struct report_writer report_inspect_json = {"inspect", "json", begin, item, end};
