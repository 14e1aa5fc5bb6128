/* What every target of a parsed object does: walks all there is to walk, makes all its texts,
 * and looks that what comes out lies in the input and is UTF-8. */
#ifndef STAPLE_TESTS_FUZZ_FACTS_H
#define STAPLE_TESTS_FUZZ_FACTS_H

#include "facts/cert.h"
#include "facts/dn.h"
#include "facts/oid.h"
#include "ground/utf8.h"
#include "tests/fuzz/fuzz.h"

/* Absent, or within the input. */
static inline void fuzz_inside(struct span outer, struct span s)
{
	if (!s.p || s.n == 0)
		return;
	FUZZ_CHECK(s.p >= outer.p && s.n <= outer.n);
	FUZZ_CHECK((size_t)(s.p - outer.p) <= outer.n - s.n);
}

/* Text that goes to JSON and terminals later; what is no UTF-8 there would be replaced. */
static inline void fuzz_text(struct buf *b)
{
	FUZZ_CHECK(!b->failed);
	for (struct span s = buf_span(b); s.n > 0;) {
		uint32_t c;

		s = span_from(s, utf8_next(s, &c));
		FUZZ_CHECK(c != UTF8_BAD);
	}
	buf_reset(b);
}

static inline void fuzz_name(struct span all, struct span name, struct buf *b)
{
	fuzz_inside(all, name);
	dn_text(b, name);
	fuzz_text(b);
	if (dn_attribute(name, "CN", b))
		fuzz_text(b);
	FUZZ_CHECK(!dn_empty(name) || dn_readable(name));
}

static inline void fuzz_urls(struct span all, const struct extension_facts *x)
{
	struct span cursor = x->aia, method;
	struct general_name where;
	size_t ocsp = 0, issuers = 0;
	bool within = false;

	while (x->aia.p && extension_aia_next(&cursor, &within, &method, &where)) {
		fuzz_inside(all, method);
		fuzz_inside(all, where.value);
		ocsp += where.kind == NAME_URI && span_equal(method, OID_OCSP);
		issuers += where.kind == NAME_URI && span_equal(method, OID_CA_ISSUERS);
	}
	for (size_t i = 0; i < ocsp; i++)
		FUZZ_CHECK(span_present(extension_ocsp_url(x, i)));
	FUZZ_CHECK(!span_present(extension_ocsp_url(x, ocsp)));
	FUZZ_CHECK(!span_present(extension_ca_issuers_url(x, issuers)));
	for (size_t i = 0;; i++) {
		struct span url = extension_crl_url(x, i);

		if (!span_present(url))
			break;
		fuzz_inside(all, url);
	}
}

static inline void fuzz_extensions(struct span all, const struct extension_facts *x, unsigned lists,
				   struct buf *b)
{
	struct span cursor = x->list, oid;
	struct extension one;
	struct general_name name;
	unsigned count = 0, features = 0;
	bool within = false;

	while (x->list.p && extension_next(&cursor, &one)) {
		fuzz_inside(all, one.value);
		oid_dotted(b, one.oid);
		fuzz_text(b);
		features += span_equal(one.oid, OID_TLS_FEATURE);
		count++;
	}
	/* x->list is the first of several, which only requests may have */
	FUZZ_CHECK(lists > 1 ? count <= x->count : count == x->count);
	FUZZ_CHECK(lists > 1 ? features <= x->feature.extensions : features == x->feature.extensions);
	for (cursor = x->san; x->san.p && extension_name_next(&cursor, &within, &name);) {
		fuzz_inside(all, name.value);
		extension_name_text(b, &name);
		buf_reset(b); /* a DNS name is handed on as it is, whatever its bytes */
		(void)extension_name_sound(&name);
	}
	within = false;
	for (cursor = x->eku_value; x->eku_value.p && extension_eku_next(&cursor, &within, &oid);)
		fuzz_inside(all, oid);
	for (size_t i = 0; i < features; i++)
		fuzz_inside(all, extension_feature_value(x, i));
	fuzz_urls(all, x);
}

static inline void fuzz_key(struct span all, const struct spki *k)
{
	const char *kind = key_kind_text(k->kind);
	char text[32];

	fuzz_inside(all, k->der);
	fuzz_inside(all, k->bits);
	fuzz_inside(all, k->curve);
	FUZZ_CHECK(strncmp(spki_text(k, text), kind, strlen(kind)) == 0);
	FUZZ_CHECK(k->kind == KEY_EC || !span_present(k->curve));
}

#endif
