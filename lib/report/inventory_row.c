/* What the inventory's writers of JSON share: one object's members. */
#include "report/inventory.h"

#include "facts/dn.h"
#include "facts/oid.h"
#include "ground/json_quick.h"
#include "ground/when.h"

static void member_text(struct json *j, const char *key, void (*make)(struct buf *, struct span),
			struct span from)
{
	size_t start = json_text_begin(j, span_str(key));

	make(j->out, from);
	json_text_end(j, start);
}

static void json_algorithm(struct json *j, struct span oid)
{
	const char *name = oid_name(oid);

	if (name)
		json_quick_cstring(j, "signature_algorithm", name);
	else
		member_text(j, "signature_algorithm", oid_dotted, oid);
}

static void json_features(struct json *j, const struct extension_facts *x)
{
	struct span value, cursor, content;
	int64_t v;
	bool inside;

	if (x->feature.extensions == 0) {
		json_quick_word(j, "features", "[]");
		return;
	}
	json_member_array(j, "features");
	for (size_t i = 0; i < x->feature.extensions; i++) {
		struct feature_facts f = {0};

		value = extension_feature_value(x, i);
		if (!feature_decode(value, &f))
			continue;
		cursor = value;
		inside = false;
		while (feature_next(&cursor, &inside, &content))
			if (feature_int(content, &v))
				json_int(j, v);
			else
				json_hex(j, content);
	}
	json_array_end(j);
}

/* Of nothing but DNS names, all of them plain: each takes two octets beside its own there, and three
 * here.  False: nothing is written. */
static bool names_quick(struct json *j, struct span san)
{
	uint8_t *p = json_quick_list(j, "names", san.n + san.n / 2 + 2), before = '[';
	struct general_name n;
	bool inside = false;

	while (p && extension_name_next(&san, &inside, &n))
		p = n.kind == NAME_DNS ? json_quick_element(p, &before, n.value) : NULL;
	return json_quick_list_end(j, p, before);
}

static void json_names(struct json *j, const struct extension_facts *x)
{
	struct span cursor = x->san;
	struct general_name n;
	struct buf b;
	bool inside = false;

	if (names_quick(j, x->san))
		return;
	json_member_array(j, "names");
	while (span_present(x->san) && extension_name_next(&cursor, &inside, &n)) {
		if (n.kind == NAME_DNS) {
			json_string(j, n.value);
			continue;
		}
		buf_init(&b);
		extension_name_text(&b, &n);
		json_string(j, buf_span(&b));
		buf_wipe(&b);
	}
	json_array_end(j);
}

static bool ocsp_urls_quick(struct json *j, struct span aia)
{
	uint8_t *p = json_quick_list(j, "ocsp_urls", aia.n + 2), before = '[';
	struct general_name n;
	struct span method;
	bool inside = false;

	while (p && extension_aia_next(&aia, &inside, &method, &n))
		if (n.kind == NAME_URI && span_equal(method, OID_OCSP))
			p = json_quick_element(p, &before, n.value);
	return json_quick_list_end(j, p, before);
}

static void json_ocsp_urls(struct json *j, const struct extension_facts *x)
{
	struct span cursor = x->aia, method;
	struct general_name n;
	bool inside = false;

	if (ocsp_urls_quick(j, x->aia))
		return;
	json_member_array(j, "ocsp_urls");
	while (span_present(x->aia) && extension_aia_next(&cursor, &inside, &method, &n))
		if (n.kind == NAME_URI && span_equal(method, OID_OCSP))
			json_string(j, n.value);
	json_array_end(j);
}

static void json_key_facts(struct json *j, const struct spki *k)
{
	const char *curve = spki_curve_text(k);

	json_quick_cstring(j, "key_kind", key_kind_text(k->kind));
	json_quick_int(j, "key_size", k->size);
	if (curve)
		json_quick_cstring(j, "key_curve", curve);
}

static void json_staple(struct json *j, const struct inventory_staple *s)
{
	json_object(j);
	json_member_cstring(j, "source", s->source);
	json_member_cstring(j, "response_status", ocsp_response_status_text(s->response_status));
	if (s->matched) {
		json_member_cstring(j, "status", ocsp_cert_status_text(s->status));
		json_member_time(j, "this_update", s->this_update);
		json_member_time(j, "next_update", s->next_update);
	}
	json_member_cstring(j, "judged", s->judged);
	json_object_end(j);
}

static void json_staples(struct json *j, const struct inventory_cert *c)
{
	if (c->staple_count == 0) {
		json_quick_word(j, "staples", "[]");
		return;
	}
	json_member_array(j, "staples");
	for (size_t i = 0; i < c->staple_count; i++)
		json_staple(j, &c->staples[i]);
	json_array_end(j);
}

static void json_services(struct json *j, const struct inventory_cert *c)
{
	if (c->service_count == 0) {
		json_quick_word(j, "served_by", "[]");
		return;
	}
	json_member_array(j, "served_by");
	for (size_t i = 0; i < c->service_count; i++) {
		const struct inventory_service *s = &c->services[i];

		json_object(j);
		json_member_cstring(j, "server", s->server);
		json_member_cstring(j, "file", s->file);
		json_member_int(j, "line", (int64_t)s->line);
		json_member_cstring(j, "stapling", s->stapling);
		json_member_cstring(j, "staple_file", s->staple_file);
		json_key(j, "staple");
		if (s->staple.judged)
			json_staple(j, &s->staple);
		else
			json_null(j);
		json_object_end(j);
	}
	json_array_end(j);
}

void inventory_json_place(struct json *j, const struct inventory_place *p)
{
	json_member_cstring(j, "source", p->source);
	json_member_int(j, "index", (int64_t)p->index);
	if (p->entry)
		json_member_cstring(j, "entry", p->entry);
	if (!p->links)
		return;
	json_member_array(j, "links");
	for (const char *const *l = p->links; *l; l++)
		json_cstring(j, *l);
	json_array_end(j);
}

void inventory_json_cert(struct json *j, const struct inventory_cert *c)
{
	const struct cert *x = c->cert;
	int64_t days = inventory_days(x->not_after, c->now);

	json_quick_hex(j, "sha256", span_of(c->sha256, 32));
	json_quick_cstring(j, "must_staple", must_staple_text(cert_must_staple(x)));
	json_features(j, &x->x);
	member_text(j, "subject", dn_text, x->subject);
	if (span_present(c->issuer))
		json_quick_string(j, "issuer", c->issuer);
	else
		member_text(j, "issuer", dn_text, x->issuer);
	json_quick_hex(j, "serial", x->serial);
	json_quick_time(j, "not_before", x->not_before);
	json_quick_time(j, "not_after", x->not_after);
	if (days == INT64_MIN)
		json_member_null(j, "days_left");
	else
		json_quick_int(j, "days_left", days);
	json_names(j, &x->x);
	json_key_facts(j, &x->key);
	json_algorithm(j, x->signature_algorithm_oid);
	json_ocsp_urls(j, &x->x);
	json_quick_cstring(j, "ca_id", c->ca ? c->ca->id : NULL);
	json_quick_bool(j, "self_issued", cert_self_issued(x));
	json_quick_bool(j, "ca", cert_is_ca(x));
	json_quick_cstring(j, "format", c->format);
	json_staples(j, c);
	json_services(j, c);
	if (c->findings) {
		json_key(j, "findings");
		report_json_findings(j, c->findings, c->first, c->end);
	} else {
		json_quick_word(j, "findings", "[]");
	}
}

void inventory_json_request(struct json *j, const struct inventory_request *r)
{
	const struct csr *x = r->csr;

	inventory_json_place(j, &r->place);
	json_member_cstring(j, "must_staple", must_staple_text(csr_must_staple(x)));
	json_features(j, &x->x);
	member_text(j, "subject", dn_text, x->subject);
	json_names(j, &x->x);
	json_key_facts(j, &x->key);
	json_algorithm(j, x->signature_algorithm_oid);
	json_member_cstring(j, "format", r->format);
	json_key(j, "findings");
	report_json_findings(j, r->findings, 0, r->findings->n);
}

void inventory_json_response(struct json *j, const struct inventory_response *r)
{
	struct span cursor = r->response->responses;
	struct ocsp_single s;

	inventory_json_place(j, &r->place);
	json_member_cstring(j, "response_status", ocsp_response_status_text(r->response->status));
	json_member_hex(j, "certificate",
			r->for_sha256 ? span_of(r->for_sha256, 32) : SPAN_NONE);
	json_member_cstring(j, "judged", r->judged);
	json_member_time(j, "produced_at", r->response->basic ? r->response->produced_at : WHEN_NONE);
	json_member_array(j, "responses");
	while (r->response->basic && ocsp_single_next(&cursor, &s)) {
		json_object(j);
		json_member_hex(j, "serial", s.serial);
		json_member_cstring(j, "status", ocsp_cert_status_text(s.status));
		json_member_time(j, "this_update", s.this_update);
		json_member_time(j, "next_update", s.next_update);
		json_object_end(j);
	}
	json_array_end(j);
	json_member_cstring(j, "format", r->format);
}

void inventory_json_problem(struct json *j, const struct inventory_problem *p)
{
	/* `path` is the word of the contract, `source` that of the other records. */
	json_member_cstring(j, "path", p->source);
	json_member_cstring(j, "source", p->source);
	json_key(j, "index");
	if (p->index == SIZE_MAX)
		json_null(j);
	else
		json_int(j, (int64_t)p->index);
	json_member_cstring(j, "severity", p->note ? "info" : "error");
	json_member_cstring(j, "reason", p->reason);
}

void inventory_json_summary(struct json *j, const struct inventory_summary *s)
{
	json_member_array(j, "roots");
	for (const char *const *r = s->roots; r && *r; r++)
		json_cstring(j, *r);
	json_array_end(j);
	json_member_int(j, "files", (int64_t)s->files);
	json_member_int(j, "found", (int64_t)s->found);
	json_member_int(j, "certificates", (int64_t)s->distinct);
	json_member_int(j, "must_staple", (int64_t)s->must_staple);
	json_member_int(j, "malformed", (int64_t)s->malformed);
	json_member_int(j, "expired", (int64_t)s->expired);
	json_member_int(j, "expires_within_30_days", (int64_t)s->expires_30d);
	json_member_int(j, "with_errors", (int64_t)s->errors);
	json_member_int(j, "with_warnings", (int64_t)s->warnings);
	json_member_int(j, "requests", (int64_t)s->requests);
	json_member_int(j, "requests_must_staple", (int64_t)s->requests_must_staple);
	json_member_int(j, "staples", (int64_t)s->staples);
	json_member_int(j, "private_keys_passed_over", (int64_t)s->keys);
	json_member_int(j, "problems", (int64_t)s->problems);
	json_member_int(j, "notes", (int64_t)s->notes);
	json_member_array(j, "issuers");
	for (size_t i = 0; i < s->ca_count; i++) {
		json_object(j);
		json_member_cstring(j, "issuer", s->cas[i].name);
		json_member_int(j, "certificates", (int64_t)s->cas[i].n);
		json_member_int(j, "must_staple", (int64_t)s->cas[i].must_staple);
		json_object_end(j);
	}
	json_array_end(j);
}
