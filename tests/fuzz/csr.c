/* Certificate requests; and where GnuTLS reads the same bytes, it must say the same. */
#include "tests/fuzz/support/facts.h"

#include "facts/csr.h"

#include <gnutls/x509.h>

static void compare(const struct csr *c)
{
	gnutls_datum_t der = {(unsigned char *)c->der.p, (unsigned)c->der.n}, dn;
	const struct feature_facts *f = &c->x.feature;
	gnutls_x509_tlsfeatures_t features;
	unsigned value, critical, five = 0;
	gnutls_x509_crq_t t;

	FUZZ_CHECK(gnutls_x509_crq_init(&t) == 0);
	FUZZ_CHECK(gnutls_x509_tlsfeatures_init(&features) == 0);
	if (gnutls_x509_crq_import(t, &der, GNUTLS_X509_FMT_DER) != 0)
		goto out;
	if (gnutls_x509_crq_get_dn3(t, &dn, 0) == 0)
		gnutls_free(dn.data);
	if (c->extension_requests != 1 || f->extensions > 1 || f->malformed || f->above_65535 ||
	    f->negative || f->values > 60 || c->deviations != 0)
		goto out;
	if (gnutls_x509_crq_get_tlsfeatures(t, features, 0, &critical) == 0)
		for (unsigned i = 0; gnutls_x509_tlsfeatures_get(features, i, &value) == 0; i++)
			five |= value == 5;
	FUZZ_CHECK((five != 0) == f->status_request);
out:
	gnutls_x509_tlsfeatures_deinit(features);
	gnutls_x509_crq_deinit(t);
}

static void describe(struct span all, const struct csr *c)
{
	struct span cursor = c->attributes, values = SPAN_NONE, list;
	unsigned requests = 0;
	struct buf b;

	buf_init(&b);
	fuzz_inside(all, c->tbs);
	fuzz_inside(all, c->signature);
	fuzz_inside(all, c->attributes);
	fuzz_name(all, c->subject, &b);
	fuzz_key(all, &c->key);
	fuzz_extensions(all, &c->x, &b);
	while (c->attributes.p && csr_extensions_next(&cursor, &values, &list)) {
		fuzz_inside(all, list);
		requests++;
	}
	FUZZ_CHECK(requests <= c->extension_requests);
	FUZZ_CHECK(c->deviations < deviation_bit(DEVIATION_COUNT));
	buf_wipe(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span all = span_of(data, size);
	struct csr c;
	struct err e;

	if (csr_decode(all, &c, &e) == 0) {
		describe(all, &c);
		compare(&c);
	} else {
		FUZZ_CHECK(e.code == ERR_PARSE || e.code == ERR_LIMIT);
		FUZZ_CHECK(e.text[0] != '\0');
	}
	return 0;
}
