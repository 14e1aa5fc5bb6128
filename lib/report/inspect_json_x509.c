/* Certificates and requests as JSON. */
#include "report/inspect_json.h"

#include "facts/oid.h"
#include "report/report.h"

/* --- single values --- */

/* A known OID by its name, any other in dotted decimal; null when it is absent. */
static void value_oid(struct json *j, struct span oid)
{
	const char *name = span_present(oid) ? oid_name(oid) : NULL;
	struct buf b;

	if (!span_present(oid) || name) {
		json_cstring(j, name);
		return;
	}
	buf_init(&b);
	oid_dotted(&b, oid);
	json_string(j, buf_span(&b));
	buf_wipe(&b);
}

void inspect_json_oid(struct json *j, const char *key, struct span oid)
{
	json_key(j, key);
	value_oid(j, oid);
}

void inspect_json_left(struct json *j, const char *key, int64_t until, int64_t now)
{
	json_key(j, key);
	if (until == WHEN_NONE)
		json_null(j);
	else
		json_int(j, until - now);
}

/* --- the TLS feature extension --- */

static void write_features(struct json *j, const struct inspect_object *o)
{
	struct inspect_features w = {.inside = false};
	struct span content;
	struct buf digits;

	buf_init(&digits);
	json_key(j, "features");
	json_array(j);
	while (inspect_feature_next(o, &w, &content)) {
		buf_reset(&digits);
		feature_decimal(&digits, content);
		json_raw(j, buf_span(&digits));
	}
	json_array_end(j);
	json_member_int(j, "features_unlisted", (int64_t)w.set.left_out);
	buf_wipe(&digits);
}

static void write_must_staple(struct json *j, const struct inspect_object *o,
			      const struct feature_facts *f)
{
	json_member_cstring(j, "must_staple", must_staple_text(feature_must_staple(f)));
	write_features(j, o);
	json_member_bool(j, "features_critical", f->critical);
	json_member_int(j, "features_count", f->extensions);
	json_member_cstring(j, "features_malformed", f->why);
}

/* --- what certificates and requests share --- */

static void write_names(struct json *j, const struct extension_facts *x)
{
	struct span cursor = x->san;
	struct general_name n;
	bool inside = false;
	struct buf b;

	buf_init(&b);
	json_key(j, "names");
	json_array(j);
	while (span_present(x->san) && extension_name_next(&cursor, &inside, &n)) {
		json_object(j);
		json_member_cstring(j, "kind", name_kind_text(n.kind));
		buf_reset(&b);
		extension_name_text(&b, &n);
		json_member_string(j, "value", buf_span(&b));
		json_object_end(j);
	}
	json_array_end(j);
	buf_wipe(&b);
}

static void write_access(struct json *j, const char *key, const struct extension_facts *x,
			 struct span wanted)
{
	struct span cursor = x->aia, method;
	struct general_name n;
	bool inside = false;

	json_key(j, key);
	json_array(j);
	while (span_present(x->aia) && extension_aia_next(&cursor, &inside, &method, &n))
		if (n.kind == NAME_URI && span_equal(method, wanted))
			json_string(j, n.value);
	json_array_end(j);
}

static void write_crl_urls(struct json *j, const struct extension_facts *x)
{
	struct span url;

	json_key(j, "crl_urls");
	json_array(j);
	for (size_t i = 0; i < 64 && span_present(url = extension_crl_url(x, i)); i++)
		json_string(j, url);
	json_array_end(j);
}

static void write_usage(struct json *j, const struct extension_facts *x)
{
	struct span cursor = x->eku_value, oid;
	bool inside = false;

	json_key(j, "key_usage");
	if (x->has_key_usage) {
		json_array(j);
		for (unsigned i = 0; i < 9; i++)
			if (x->key_usage & 1u << i)
				json_cstring(j, inspect_key_usages[i]);
		json_array_end(j);
	} else {
		json_null(j);
	}
	json_key(j, "extended_key_usage");
	if (x->has_eku) {
		json_array(j);
		while (extension_eku_next(&cursor, &inside, &oid))
			value_oid(j, oid);
		json_array_end(j);
	} else {
		json_null(j);
	}
}

static void write_extensions(struct json *j, const struct inspect_object *o)
{
	struct inspect_extensions w = {.begun = false};
	struct extension ext;
	struct buf b;

	buf_init(&b);
	json_key(j, "extensions");
	json_array(j);
	while (inspect_extensions_next(o, &w)) {
		while (extension_next(&w.list, &ext)) {
			json_object(j);
			buf_reset(&b);
			oid_dotted(&b, ext.oid);
			json_member_string(j, "oid", buf_span(&b));
			json_member_cstring(j, "name", oid_name(ext.oid));
			json_member_bool(j, "critical", ext.critical);
			json_object_end(j);
		}
	}
	json_array_end(j);
	buf_wipe(&b);
}

void inspect_json_deviations(struct json *j, uint32_t deviations)
{
	json_key(j, "deviations");
	json_array(j);
	for (unsigned d = 0; d < DEVIATION_COUNT; d++) {
		const struct deviation_text *t = deviation_text((enum deviation)d);

		if (!(deviations & deviation_bit((enum deviation)d)))
			continue;
		json_object(j);
		json_member_cstring(j, "id", t->id);
		json_member_cstring(j, "section", t->section);
		json_member_cstring(j, "text", t->text);
		json_object_end(j);
	}
	json_array_end(j);
}

void inspect_json_key(struct json *j, const struct spki *k)
{
	struct digest d;

	json_key(j, "key");
	json_object(j);
	json_member_cstring(j, "kind", key_kind_text(k->kind));
	json_member_int(j, "size", k->size);
	json_member_cstring(j, "curve", spki_curve_text(k));
	if (hash_digest(HASH_SHA256, k->der, &d, NULL) == 0)
		json_member_hex(j, "sha256", digest_span(&d));
	json_object_end(j);
}

static void write_extension_facts(struct json *j, const struct inspect_object *o,
				  const struct extension_facts *x)
{
	write_names(j, x);
	write_usage(j, x);
	json_member_bool(j, "ca", x->ca);
	json_key(j, "path_length");
	if (x->path_len >= 0)
		json_int(j, x->path_len);
	else
		json_null(j);
	json_member_bool(j, "ocsp_nocheck", x->ocsp_nocheck);
	json_member_hex(j, "subject_key_identifier", x->ski);
	json_member_int(j, "unknown_critical_extensions", x->unknown_critical);
	write_extensions(j, o);
}

/* --- whole objects --- */

void inspect_json_certificate(struct json *j, const struct inspect_object *o,
			      const struct inspect_item *item)
{
	const struct inspect_object *issuer = inspect_issuer(item->list, item->at);
	const struct cert *c = &o->cert;

	write_must_staple(j, o, &c->x.feature);
	report_json_dn(j, "subject", c->subject);
	report_json_dn(j, "issuer", c->issuer);
	json_member_bool(j, "self_issued", cert_self_issued(c));
	json_key(j, "issuer_index");
	if (issuer)
		json_int(j, (int64_t)issuer->index);
	else
		json_null(j);
	json_member_int(j, "x509_version", c->version);
	json_member_hex(j, "serial", c->serial);
	json_member_time(j, "not_before", c->not_before);
	json_member_time(j, "not_after", c->not_after);
	inspect_json_left(j, "seconds_left", c->not_after, item->list->now);
	write_access(j, "ocsp_urls", &c->x, OID_OCSP);
	write_access(j, "ca_issuers_urls", &c->x, OID_CA_ISSUERS);
	write_crl_urls(j, &c->x);
	inspect_json_key(j, &c->key);
	inspect_json_oid(j, "signature_algorithm", c->signature_algorithm_oid);
	write_extension_facts(j, o, &c->x);
	json_member_hex(j, "authority_key_identifier", c->x.aki);
	json_member_bool(j, "sct_list", c->x.has_sct_list);
	json_member_bool(j, "precertificate", c->x.precert_poison);
	inspect_json_deviations(j, c->deviations);
}

void inspect_json_request(struct json *j, const struct inspect_object *o)
{
	const struct csr *c = &o->csr;

	write_must_staple(j, o, &c->x.feature);
	report_json_dn(j, "subject", c->subject);
	json_member_int(j, "request_version", c->version);
	inspect_json_key(j, &c->key);
	inspect_json_oid(j, "signature_algorithm", c->signature_algorithm_oid);
	json_member_int(j, "extension_requests", c->extension_requests);
	json_member_bool(j, "challenge_password", c->has_challenge_password);
	write_extension_facts(j, o, &c->x);
	inspect_json_deviations(j, c->deviations);
}
