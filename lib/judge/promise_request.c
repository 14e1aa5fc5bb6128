/* The certificate against the request that it came from, in both directions. */
#include "judge/promise.h"

#include "crypto/signature.h"
#include "facts/dn.h"

#include <strings.h>

/* Host names do not regard the case of ASCII letters (RFC 4343). */
static bool same_name(const struct general_name *a, const struct general_name *b)
{
	if (a->kind != b->kind || a->value.n != b->value.n)
		return false;
	if (a->kind == NAME_DNS || a->kind == NAME_EMAIL)
		return a->value.n == 0 || strncasecmp((const char *)a->value.p,
						      (const char *)b->value.p, a->value.n) == 0;
	return span_equal(a->value, b->value);
}

static bool has_name(struct span san, const struct general_name *name)
{
	struct general_name n;
	bool inside = false;

	while (span_present(san) && extension_name_next(&san, &inside, &n))
		if (same_name(&n, name))
			return true;
	return false;
}

/* The request's common name asks for a DNS name too, as most CAs read it. */
static bool is_common_name(struct span subject, const struct general_name *name)
{
	struct buf cn;
	bool same;

	buf_init(&cn);
	same = name->kind == NAME_DNS && dn_attribute(subject, "CN", &cn) &&
	       cn.n == name->value.n &&
	       (cn.n == 0 || strncasecmp((const char *)cn.p, (const char *)name->value.p, cn.n) == 0);
	buf_wipe(&cn);
	return same;
}

static void add_name(struct findings *f, const char *id, const char *subject, const char *what,
		     const struct general_name *n)
{
	struct buf text;

	buf_init(&text);
	extension_name_text(&text, n);
	findings_add(f, id, subject, "%s %s %s", name_kind_text(n->kind), buf_cstr(&text), what);
	buf_wipe(&text);
}

static void compare_names(const struct promise_input *in, struct findings *f)
{
	struct span wanted = in->csr->x.san, got = in->cert->x.san, cursor;
	struct general_name n;
	bool inside;

	cursor = wanted;
	inside = false;
	while (span_present(wanted) && extension_name_next(&cursor, &inside, &n))
		if (!has_name(got, &n))
			add_name(f, "csr.name-missing", in->subject,
				 "was asked for and is not in the certificate", &n);
	cursor = got;
	inside = false;
	while (span_present(got) && extension_name_next(&cursor, &inside, &n))
		if (!has_name(wanted, &n) && !is_common_name(in->csr->subject, &n))
			add_name(f, "csr.name-added", in->subject,
				 "is in the certificate and was not asked for", &n);
}

/* Does one of the well-formed values of x contain this INTEGER? */
static bool has_value(const struct extension_facts *x, struct span integer)
{
	struct span value, content;

	for (size_t i = 0; span_present(value = extension_feature_value(x, i)); i++) {
		bool inside = false;

		while (feature_next(&value, &inside, &content))
			if (span_equal(content, integer))
				return true;
	}
	return false;
}

/* A finding for each value of `a` that `b` does not list. */
static void compare_values(const struct promise_input *in, const struct extension_facts *a,
			   const struct extension_facts *b, const char *id, const char *what,
			   struct findings *f)
{
	struct span value, content;
	int64_t v;

	for (size_t i = 0; span_present(value = extension_feature_value(a, i)); i++) {
		bool inside = false;

		while (feature_next(&value, &inside, &content)) {
			if (has_value(b, content))
				continue;
			if (feature_int(content, &v))
				findings_add(f, id, in->subject, "feature %lld%s %s", (long long)v,
					     v == FEATURE_STATUS_REQUEST ? " (status_request, Must-Staple)" : "",
					     what);
			else
				findings_add(f, id, in->subject, "a feature above 2^63 %s", what);
		}
	}
}

static void compare_features(const struct promise_input *in, struct findings *f)
{
	const struct feature_facts *wanted = &in->csr->x.feature, *got = &in->cert->x.feature;

	if (wanted->extensions > 1)
		findings_add(f, "csr.feature-duplicate", in->subject,
			     "the request has the TLS Feature extension %u times", wanted->extensions);
	if (wanted->malformed) {
		findings_add(f, "csr.feature-malformed", in->subject,
			     "the request's TLS Feature extension is not a DER SEQUENCE OF INTEGER: %s",
			     wanted->why ? wanted->why : "unreadable");
		return;
	}
	if (wanted->extensions > 0 && got->extensions == 0 && wanted->values == 0)
		findings_add(f, "csr.feature-dropped", in->subject,
			     "the request's TLS Feature extension (an empty list) is not in the certificate");
	if (got->malformed)
		return; /* feature.malformed says so */
	compare_values(in, &in->csr->x, &in->cert->x, "csr.feature-dropped",
		       "was asked for and is not in the certificate", f);
	compare_values(in, &in->cert->x, &in->csr->x, "csr.feature-added",
		       "is in the certificate and was not asked for", f);
}

void promise_request(const struct promise_input *in, struct findings *f)
{
	const struct csr *r = in->csr;
	struct signature_facts s;
	struct err e;

	if (signature_check(r->key.der, r->signature_algorithm, r->tbs, r->signature, &s, &e) != 0)
		findings_add(f, "csr.signature", in->subject, "could not be checked: %s", e.text);
	else if (s.state != SIGNATURE_GOOD)
		findings_add(f, "csr.signature", in->subject,
			     "the request is not signed by its own key (%s)", s.algorithm);
	if (!span_equal(r->key.der, in->cert->key.der))
		findings_add(f, "csr.key-differs", in->subject,
			     "the certificate's public key is not the request's");
	compare_names(in, f);
	compare_features(in, f);
	if (r->x.has_key_usage && in->cert->x.has_key_usage &&
	    r->x.key_usage != in->cert->x.key_usage)
		findings_add(f, "csr.key-usage-differs", in->subject,
			     "asked for 0x%03x, the certificate has 0x%03x (bit 0 is digitalSignature)",
			     r->x.key_usage, in->cert->x.key_usage);
	else if (r->x.has_key_usage && !in->cert->x.has_key_usage)
		findings_add(f, "csr.key-usage-differs", in->subject,
			     "asked for 0x%03x, the certificate has none", r->x.key_usage);
}
