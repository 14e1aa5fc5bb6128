/* Rules (rules.h) about requests alone. */
#ifndef STAPLE_TESTS_FUZZ_CSR_RULES_H
#define STAPLE_TESTS_FUZZ_CSR_RULES_H

#include "facts/csr.h"
#include "tests/fuzz/support/rules.h"

/* What a request has in common with a certificate, for the rules. */
static inline struct cert csr_as_cert(const struct csr *c)
{
	return (struct cert){
		.der = c->der, .tbs = c->tbs, .version = c->version, .issuer = c->subject,
		.subject = c->subject, .key = c->key, .x = c->x, .deviations = c->deviations,
		.signature_algorithm = c->signature_algorithm, .signature = c->signature,
		.signature_algorithm_oid = c->signature_algorithm_oid};
}

/* We refuse a request for its extensions. */
static inline bool extensions_broken(const struct difference *d)
{
	return !d->c && (strncmp(d->why, "request: extension ", 19) == 0);
}

/* An extension with something behind its value, or whose name the library does not read. */
static inline bool list_broken(const struct difference *d)
{
	struct span cursor = d->c->x.list;
	struct extension e;
	bool odd = false;

	while (extension_next(&cursor, &e))
		odd |= !oid_readable(e.oid) || oid_long(e.oid);
	return (d->c->x.deviations & deviation_bit(DEVIATION_TRAILING)) ||
	       (d->reader == OPENSSL ? !openssl_reads_extensions(d) : odd);
}

/* The fields of the part that is signed, up to the attributes. */
static inline bool attributes_at(const struct difference *d, struct span *out)
{
	*out = d->der;
	if (der_get(out, DER_SEQUENCE, out) != 0 || der_get(out, DER_SEQUENCE, out) != 0)
		return false;
	for (int i = 0; i < 3; i++)
		if (der_get_any(out, NULL, NULL, NULL) != 0)
			return false;
	return true;
}

/* We refuse [0], or an attribute's SET, that is not constructed. */
static inline bool set_primitive(const struct difference *d)
{
	return !d->c && (strstr(d->why, "attributes (RFC 2986, 4.1): tag 0x80") ||
			 strstr(d->why, "an attribute (RFC 2986, 4.1): tag 0x11"));
}

static inline bool attribute_name_cut(const struct difference *d)
{
	return !d->c && strstr(d->why, "an attribute (RFC 2986, 4.1): its OBJECT IDENTIFIER");
}

static inline bool attribute_refused_by_openssl(const struct difference *d)
{
	struct span all, one;

	if (!refused_by_them(d) || !attributes_at(d, &all) || der_get(&all, DER_CONTEXT_CONS(0), &all) != 0)
		return false;
	while (der_get_any(&all, NULL, NULL, &one) == 0) {
		const unsigned char *p = one.p;
		X509_ATTRIBUTE *a = d2i_X509_ATTRIBUTE(NULL, &p, (long)one.n);

		X509_ATTRIBUTE_free(a);
		if (!a)
			return true;
	}
	return false;
}

/* They have nothing, or fail, and an attribute cannot be read. */
static inline bool attribute_broken(const struct difference *d)
{
	return (d->c->deviations & deviation_bit(DEVIATION_ATTRIBUTE)) &&
	       (d->theirs[0] == '\0' || strcmp(d->theirs, "?") == 0 ||
		strcmp(d->theirs, d->fact == FACT_CRITICAL ? "0" : "none") == 0);
}

/* We refuse a request that breaks off, or whose key does, or with a version of no octets. */
static inline bool request_field_missing(const struct difference *d)
{
	return !d->c && (strstr(d->why, ": end of data") || strncmp(d->why, "request: subjectPKInfo ", 23) == 0 ||
			 strncmp(d->why, "request: version ", 17) == 0);
}

static inline bool request_version_padded(const struct difference *d)
{
	struct span in = d->der;

	return refused_by_them(d) && der_get(&in, DER_SEQUENCE, &in) == 0 &&
	       der_get(&in, DER_SEQUENCE, &in) == 0 && der_get_integer(&in, NULL, NULL) != 0;
}

static inline bool several_requests(const struct difference *d)
{
	return (d->c->deviations & deviation_bit(DEVIATION_EXTENSION_REQUESTS)) != 0;
}

static const struct rule request_rules[] = {
	{F(LOADS), GNUTLS, ANY, request_field_missing, "GnuTLS takes requests that lack a field."},
	{F(LOADS), OPENSSL, D(REQUEST_VERSION), request_version_padded, "OpenSSL refuses superfluous octets of the version."},
	{F(LOADS), OPENSSL, ANY, attribute_refused_by_openssl,
	 "OpenSSL refuses attributes whose values, which we do not read, are none of their type."},
	{F(LOADS), BOTH, D(ATTRIBUTE), refused_by_them, "An attribute has a name and values, no more."},
	{F(LOADS), BOTH, ANY, set_primitive, "The libraries take a SET that is not constructed, or do not look."},
	{F(LOADS), GNUTLS, ANY, attribute_name_cut,
	 "libtasn1 leaves out the last number of an object identifier if it does not end."},
	{F(LOADS), BOTH, ANY, extensions_broken, "The libraries look at the extensions only when they are asked for them."},
	{VALUES | F(FEATURES) | F(CRITICAL), BOTH, ANY, attribute_broken,
	 "The library looks no further than to the first attribute that it cannot read."},
	{VALUES | F(FEATURES) | F(CRITICAL), BOTH, ANY, list_broken,
	 "The library has no extensions at all where one has no value, or something behind it."},
	{VALUES | F(FEATURES) | F(CRITICAL), BOTH, ANY, several_requests,
	 "Of several requests for extensions the libraries take one."},
	{F(VERSION), BOTH, D(REQUEST_VERSION), NULL, "A version that is none is told by each in its own way."},
};

/* GnuTLS hands out neither the subject as it stands nor the signature, nor what only CAs put in. */
static const struct readers csr_readers = {facts_ours_request, facts_gnutls_request, facts_openssl_request,
					   ~(F(SUBJECT) | F(SIGNATURE) | F(OCSP) | F(AKI))};
static const struct rules csr_rules[2] = {RULES(common_rules), RULES(request_rules)};

#endif
