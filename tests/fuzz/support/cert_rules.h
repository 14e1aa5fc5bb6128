/*
 * Where a reader may say something else about a certificate than we do: rules by what the
 * certificate is, each with its reason.  What no rule explains is a finding.  Of certificates
 * that deviate in nothing, GnuTLS, OpenSSL and we have to say the same, but for the rules
 * without a deviation.
 */
#ifndef STAPLE_TESTS_FUZZ_CERT_RULES_H
#define STAPLE_TESTS_FUZZ_CERT_RULES_H

#include "facts/cert.h"
#include "facts/oid.h"
#include "ground/der.h"
#include "tests/differential/facts.h"

#include <gnutls/x509-ext.h>
#include <gnutls/x509.h>
#include <openssl/x509.h>

enum reader { GNUTLS = 1, OPENSSL = 2, BOTH = 3 };

struct difference {
	const struct cert *c; /* ours; NULL where it does not load */
	const char *why;      /* then: why not */
	struct span der;
	const char *ours, *theirs;
};

struct cert_rule {
	uint32_t facts;      /* set of enum fact */
	enum reader reader;
	uint32_t deviations; /* any of these is recorded; or 0 and: */
	bool (*holds)(const struct difference *d);
	const char *reason;
};

#define F(name) (UINT32_C(1) << FACT_##name)
#define D(name) (UINT32_C(1) << DEVIATION_##name)

static inline bool unread_by_them(const struct difference *d)
{
	return strchr(d->theirs, '?') != NULL;
}

/* A name whose inside we do not read, and they do. */
static inline bool name_of_another_kind(const struct difference *d)
{
	return unread_by_them(d) && (strstr(d->ours, "other:") || strstr(d->ours, "x400:") ||
				     strstr(d->ours, "directory:") || strstr(d->ours, "edi:"));
}

/* The octet before the BIT STRING's others. */
static inline bool key_of_odd_bits(const struct difference *d)
{
	return span_present(d->c->key.bits) && d->c->key.bits.p[-1] != 0;
}

static inline bool always(const struct difference *d)
{
	(void)d;
	return true;
}

static inline bool unsized_by_us(const struct difference *d)
{
	return strcmp(d->ours, "0") == 0;
}

static inline bool p521(const struct difference *d)
{
	return strcmp(d->ours, "521") == 0 && strcmp(d->theirs, "528") == 0;
}

static inline bool before_1970(const struct difference *d)
{
	return strcmp(d->theirs, "1970-01-01T00:00:00Z") == 0 && strcmp(d->ours, d->theirs) < 0;
}

/* A value of the extension that 32 bits do not hold. */
static inline bool beyond_32_bits(const struct difference *d)
{
	const struct feature_facts *f = &d->c->x.feature;

	return f->above_65535 || f->negative;
}

static inline bool many_features(const struct difference *d)
{
	return d->c->x.feature.values > 64;
}

static inline bool repeated(const struct difference *d)
{
	return d->c->x.feature.repeated;
}

static inline bool feature_malformed(const struct difference *d)
{
	return d->c->x.feature.malformed;
}

static inline bool feature_twice(const struct difference *d)
{
	return d->c->x.feature.extensions > 1;
}

/* Parameters that are neither a NULL nor a SEQUENCE nor an OID nor absent. */
static inline bool key_parameters_odd(const struct difference *d)
{
	struct span body = d->c->key.der;
	int tag;

	if (der_get(&body, DER_SEQUENCE, &body) != 0 || der_get(&body, DER_SEQUENCE, &body) != 0 ||
	    der_get_any(&body, NULL, NULL, NULL) != 0)
		return true;
	tag = der_peek(body);
	return tag != -1 && tag != DER_NULL && tag != DER_SEQUENCE && tag != DER_OID;
}

/* authorityCertIssuer or authorityCertSerialNumber, which we do not read. */
static inline bool aki_has_more(const struct difference *d)
{
	static const uint8_t oid[] = {0x55, 0x1d, 0x23};
	struct span cursor = d->c->x.list, key;
	struct extension e;

	while (extension_next(&cursor, &e)) {
		if (!span_equal(e.oid, span_of(oid, sizeof oid)) || der_get(&e.value, DER_SEQUENCE, &e.value) != 0)
			continue;
		return der_get_optional(&e.value, DER_CONTEXT(0), &key) < 0 || !der_end(e.value);
	}
	return false;
}

static inline bool openssl_reads_name(struct span name)
{
	const unsigned char *p = name.p;
	X509_NAME *n = d2i_X509_NAME(NULL, &p, (long)name.n);

	X509_NAME_free(n);
	return n != NULL;
}

static inline bool gnutls_reads_name(struct span name)
{
	gnutls_datum_t der = {(unsigned char *)(uintptr_t)name.p, (unsigned)name.n};
	gnutls_x509_dn_t dn;
	bool reads;

	if (gnutls_x509_dn_init(&dn) != 0)
		return false;
	reads = gnutls_x509_dn_import(dn, &der) == 0;
	gnutls_x509_dn_deinit(dn);
	return reads;
}

static inline bool gnutls_reads_san(struct span san)
{
	gnutls_datum_t der = {(unsigned char *)(uintptr_t)san.p, (unsigned)san.n};
	gnutls_subject_alt_names_t names;
	bool reads;

	if (gnutls_subject_alt_names_init(&names) != 0)
		return false;
	reads = gnutls_x509_ext_import_subject_alt_names(&der, names, 0) == 0;
	gnutls_subject_alt_names_deinit(names);
	return reads;
}

static inline bool name_refused_by_gnutls(const struct difference *d)
{
	return d->c && strcmp(d->theirs, "no") == 0 &&
	       (!gnutls_reads_name(d->c->subject) || !gnutls_reads_name(d->c->issuer) ||
		(span_present(d->c->x.san) && !gnutls_reads_san(d->c->x.san)));
}

static inline bool name_refused_by_openssl(const struct difference *d)
{
	return d->c && strcmp(d->theirs, "no") == 0 &&
	       (!openssl_reads_name(d->c->subject) || !openssl_reads_name(d->c->issuer));
}

/* Is everything in it DER, as far as headers tell?  Strings are primitive in
 * DER, and SEQUENCE and SET never. */
static inline bool all_der(struct span in, unsigned depth)
{
	while (in.n > 0) {
		struct span content;
		uint8_t tag;

		if (der_get_any(&in, &tag, &content, NULL) != 0)
			return false;
		if (tag == 0x10 || tag == 0x11 || (tag >> 5 == 1 && tag != DER_SEQUENCE && tag != DER_SET))
			return false;
		if ((tag & 0x20) && (depth > 40 || !all_der(content, depth + 1)))
			return false;
	}
	return true;
}

static inline bool not_der(const struct difference *d)
{
	return !d->c && !all_der(d->der, 0);
}

static inline bool field_missing(const struct difference *d)
{
	return !d->c && (strncmp(d->why, "certificate: extension ", 23) == 0 ||
			 strncmp(d->why, "certificate: subjectPublicKeyInfo ", 34) == 0);
}

/* An object identifier that is none, anywhere. */
static inline bool odd_oid(struct span in)
{
	while (in.n > 0) {
		struct span content;
		uint8_t tag;

		if (der_get_any(&in, &tag, &content, NULL) != 0)
			return false;
		if ((tag & 0x20) && odd_oid(content))
			return true;
		if (tag == DER_OID && !oid_readable(content))
			return true;
	}
	return false;
}

static inline bool oid_refused_by_libtasn1(const struct difference *d)
{
	return d->c && strcmp(d->theirs, "no") == 0 && odd_oid(d->c->der);
}

static inline bool refused_by_them(const struct difference *d)
{
	return d->c && strcmp(d->theirs, "no") == 0 && d->c->deviations != 0;
}

#define VALUES \
	(F(NAMES) | F(CA) | F(KEY_USAGE) | F(PURPOSES) | F(OCSP) | F(SKI) | F(AKI))

static const struct cert_rule cert_rules[] = {
	{F(LOADS), BOTH, 0, not_der,
	 "Lengths that are indefinite or not minimal, and bits that are no element at all, are refused "
	 "by us alone."},
	{F(LOADS), BOTH, 0, refused_by_them,
	 "The libraries refuse the whole certificate for faults that leave every element delimited; it "
	 "is described by us, with what deviates."},
	{UINT32_MAX, GNUTLS, D(TRAILING), NULL,
	 "Behind a field libtasn1 takes what stands there for the next one, and so sees another serial "
	 "number, for one."},
	{F(LOADS), GNUTLS, 0, field_missing, "GnuTLS takes extensions and keys that lack a field."},
	{F(LOADS), GNUTLS, 0, oid_refused_by_libtasn1,
	 "libtasn1 refuses object identifiers that are none, or whose numbers it cannot hold."},
	{F(LOADS), GNUTLS, 0, name_refused_by_gnutls,
	 "GnuTLS refuses names with attributes, types or forms that it does not read; they are told as hex."},
	{F(LOADS), OPENSSL, 0, name_refused_by_openssl,
	 "OpenSSL refuses names with values of another type or form than it knows; they are told as hex."},
	{F(KEY), OPENSSL, 0, key_parameters_odd, "OpenSSL writes parameters of an unknown form anew."},
	{F(VERSION), BOTH, D(VERSION), NULL, "A version that is none is told by each in its own way."},
	{F(AKI), BOTH, 0, aki_has_more,
	 "Behind the key identifier, which is all that we read, the extension is broken."},
	{F(KEY) | F(KEY_SIZE), BOTH, 0, unread_by_them, "The library does not know this kind of key."},
	{F(KEY_SIZE), BOTH, 0, unsized_by_us, "The size of kinds that serve no TLS is not told by us."},
	{F(KEY_SIZE), GNUTLS, 0, p521, "GnuTLS counts the bits of P-521 in whole octets."},
	{F(KEY) | F(KEY_SIZE), BOTH, D(KEY_UNREADABLE) | D(BIT_STRING) | D(ALGORITHM), NULL,
	 "A garbled key is written anew by the libraries as they understood it."},
	{F(KEY), GNUTLS, 0, always, "GnuTLS writes the key anew; its size is compared, and OpenSSL's octets."},
	{F(KEY), OPENSSL, 0, key_of_odd_bits, "OpenSSL clears unused bits that are set."},
	{F(SIGNATURE), GNUTLS, 0, unread_by_them, "GnuTLS gives no signature for this algorithm or length."},
	{F(SIGNATURE), BOTH, D(BIT_STRING), NULL, "Unused bits that are set are cleared by the libraries."},
	{F(ALGORITHM) | F(SIGNATURE), BOTH, D(ALGORITHM), NULL,
	 "An object identifier that is none is taken for one, or for a part of one."},
	{VALUES, BOTH, D(EXTENSION_MALFORMED) | D(EXTENSION_DUPLICATE) | D(BOOLEAN) | D(BIT_STRING), NULL,
	 "Of an extension that is no DER or breaks off, each keeps what it likes; of several, one."},
	{F(NAMES), BOTH, D(SAN_SYNTAX) | D(SAN_EMPTY), NULL,
	 "One name is broken: some drop all, some read it differently; it is recorded."},
	{F(NAMES), BOTH, 0, name_of_another_kind,
	 "A name of a kind that we do not read, recorded nowhere, is broken within."},
	{F(NOT_BEFORE) | F(NOT_AFTER), GNUTLS, 0, before_1970, "GnuTLS has no times before 1970."},
	{F(NOT_BEFORE) | F(NOT_AFTER), BOTH, D(TIME_FORMAT) | D(TIME_UNREADABLE), NULL,
	 "A time that is not written as RFC 5280, 4.1.2.5 wants it is read by each in its own way."},
	{F(FEATURES) | F(CRITICAL), GNUTLS, 0, beyond_32_bits, "GnuTLS keeps each value in 32 bits, or fails on it."},
	{F(FEATURES), GNUTLS, 0, repeated, "GnuTLS keeps each value once."},
	{F(FEATURES), GNUTLS, 0, many_features, "GnuTLS keeps at most 64 values."},
	{F(FEATURES) | F(CRITICAL), BOTH, 0, feature_malformed, "A value that is not DER is malformed."},
	{F(FEATURES) | F(CRITICAL), BOTH, 0, feature_twice, "Of several extensions the libraries take one."},
};

#undef VALUES
#undef F
#undef D

/* The rule that explains the difference, or NULL. */
static inline const struct cert_rule *cert_rule(enum fact fact, enum reader reader,
						const struct difference *d)
{
	for (size_t i = 0; i < sizeof cert_rules / sizeof cert_rules[0]; i++) {
		const struct cert_rule *r = &cert_rules[i];

		if (!(r->facts >> fact & 1) || !(r->reader & reader))
			continue;
		if (r->holds ? r->holds(d) : d->c && (d->c->deviations & r->deviations) != 0)
			return r;
	}
	return NULL;
}

#endif
