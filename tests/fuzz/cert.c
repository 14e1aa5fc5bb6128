/* Certificates; and where GnuTLS reads the same bytes, it must say the same. */
#include "tests/fuzz/support/facts.h"

#include <gnutls/x509.h>

static void same_span(struct span ours, const void *theirs, size_t n)
{
	FUZZ_CHECK(ours.n == n && memcmp(ours.p, theirs, n) == 0);
}

static void same_names(const struct cert *c, gnutls_x509_crt_t t)
{
	gnutls_datum_t dn;

	if (gnutls_x509_crt_get_raw_dn(t, &dn) == 0) {
		same_span(c->subject, dn.data, dn.size);
		gnutls_free(dn.data);
	}
	if (gnutls_x509_crt_get_raw_issuer_dn(t, &dn) == 0) {
		same_span(c->issuer, dn.data, dn.size);
		gnutls_free(dn.data);
	}
}

/* One extension, well formed: GnuTLS looks at the first, and takes what it cannot read for none. */
static void same_features(const struct cert *c, gnutls_x509_crt_t t)
{
	const struct feature_facts *f = &c->x.feature;
	gnutls_x509_tlsfeatures_t features;
	unsigned value, critical, five = 0;

	if (f->extensions > 1 || f->malformed || f->above_65535 || f->negative || f->values > 60)
		return;
	FUZZ_CHECK(gnutls_x509_tlsfeatures_init(&features) == 0);
	if (gnutls_x509_crt_get_tlsfeatures(t, features, 0, &critical) == 0)
		for (unsigned i = 0; gnutls_x509_tlsfeatures_get(features, i, &value) == 0; i++)
			five |= value == 5;
	else
		FUZZ_CHECK(f->extensions == 0 || f->values == 0);
	FUZZ_CHECK((five != 0) == f->status_request);
	gnutls_x509_tlsfeatures_deinit(features);
}

/* What GnuTLS cannot tell: times before 1970, and 9999-12-31, which is its "no end". */
static void same_time(int64_t ours, time_t theirs)
{
	if (ours != WHEN_NONE && ours >= 0 && ours != 253402300799 && theirs != (time_t)-1)
		FUZZ_CHECK(ours == theirs);
}

static void same_times(const struct cert *c, gnutls_x509_crt_t t)
{
	if (c->deviations & deviation_bit(DEVIATION_TIME_FORMAT))
		return;
	same_time(c->not_before, gnutls_x509_crt_get_activation_time(t));
	same_time(c->not_after, gnutls_x509_crt_get_expiration_time(t));
}

/* Not where data stands behind a field: libtasn1 takes the next field from there, and so sees
 * another serial number, for one. */
static void compare(const struct cert *c)
{
	gnutls_datum_t der = {(unsigned char *)c->der.p, (unsigned)c->der.n};
	unsigned char serial[4096];
	size_t n = sizeof serial;
	gnutls_x509_crt_t t;

	if (c->deviations & deviation_bit(DEVIATION_TRAILING))
		return;
	FUZZ_CHECK(gnutls_x509_crt_init(&t) == 0);
	if (gnutls_x509_crt_import(t, &der, GNUTLS_X509_FMT_DER) == 0) {
		if (gnutls_x509_crt_get_serial(t, serial, &n) == 0)
			same_span(c->serial, serial, n);
		if (gnutls_x509_crt_get_version(t) > 0)
			FUZZ_CHECK(c->version == gnutls_x509_crt_get_version(t));
		same_names(c, t);
		same_features(c, t);
		same_times(c, t);
	}
	gnutls_x509_crt_deinit(t);
}

static void describe(struct span all, const struct cert *c)
{
	struct buf b;

	buf_init(&b);
	fuzz_inside(all, c->tbs);
	fuzz_inside(all, c->serial);
	fuzz_inside(all, c->signature);
	fuzz_name(all, c->subject, &b);
	fuzz_name(all, c->issuer, &b);
	fuzz_key(all, &c->key);
	fuzz_extensions(all, &c->x, &b);
	cert_label(c, &b);
	FUZZ_CHECK(b.n > 0);
	(void)cert_is_ca(c);
	FUZZ_CHECK((c->deviations & c->x.deviations) == c->x.deviations);
	FUZZ_CHECK(c->deviations < deviation_bit(DEVIATION_COUNT));
	buf_wipe(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span all = span_of(data, size), in = all;
	struct cert c;
	struct err e;

	if (cert_decode(all, &c, &e) == 0) {
		describe(all, &c);
		compare(&c);
		FUZZ_CHECK(c.der.p == data && c.der.n == size);
	} else {
		FUZZ_CHECK(e.code == ERR_PARSE || e.code == ERR_LIMIT);
		FUZZ_CHECK(e.text[0] != '\0');
	}
	if (cert_decode_next(&in, &c, &e) == 0)
		FUZZ_CHECK(in.n + c.der.n == size);
	return 0;
}
