/*
 * Where a reader may say something else about a certificate or a request than we do: rules by what it
 * is, each with its reason; those for both are here.  What no rule explains is a finding.  Of what
 * deviates in nothing, GnuTLS, OpenSSL and we have to say the same, but for the rules without a
 * deviation.
 */
#ifndef STAPLE_TESTS_FUZZ_RULES_H
#define STAPLE_TESTS_FUZZ_RULES_H

#include "tests/fuzz/support/look_fields.h"

struct rule {
	uint32_t facts; /* set of enum fact */
	enum reader reader;
	uint32_t deviations; /* any of these is recorded: of an extension's fact, in that extension */
	bool (*holds)(const struct difference *d); /* and this, unless it is NULL */
	const char *reason;
};

#define F(name) (UINT32_C(1) << FACT_##name)
#define D(name) (UINT32_C(1) << DEVIATION_##name)
#define ANY UINT32_MAX /* no deviation is asked for */

#define VALUES (F(NAMES) | F(CA) | F(KEY_USAGE) | F(PURPOSES) | F(OCSP) | F(SKI) | F(AKI))

static const struct rule common_rules[] = {
	/* whether it loads */
	{F(LOADS), BOTH, ANY, not_der,
	 "Lengths that are indefinite or not minimal, and bits that are no element at all, are refused "
	 "by us alone."},
	{F(LOADS), GNUTLS, ANY, oid_refused_by_libtasn1,
	 "libtasn1 refuses object identifiers that are none, or whose numbers it cannot hold."},
	{F(LOADS), GNUTLS, ANY, name_refused_by_gnutls,
	 "GnuTLS refuses names with attributes, types or forms that it does not read; they are told as hex."},
	{F(LOADS), OPENSSL, ANY, name_refused_by_openssl,
	 "OpenSSL refuses names with values of another type or form than it knows; they are told as hex."},
	{F(LOADS), BOTH, D(TRAILING), refused_by_them, "Behind the last field the libraries take nothing."},
	{F(LOADS), BOTH, D(ALGORITHM), refused_by_them, "An algorithm has to have a name, and parameters a value."},
	{F(LOADS), BOTH, D(BIT_STRING), bits_refused, "A BIT STRING has to begin with 0 to 7 unused bits."},
	{F(LOADS), GNUTLS, ANY, extension_oid_long, "GnuTLS has room for 127 characters of an extension's name."},
	{F(LOADS), OPENSSL, D(EXTENSION_MALFORMED), extension_refused_by_openssl,
	 "OpenSSL refuses an extension whose name is no object identifier."},
	{F(LOADS), BOTH, D(KEY_UNREADABLE), key_not_delimited, "A key is an algorithm with a name, parameters that are a value, a BIT STRING, and no more."},
	/* keys and signatures */
	{F(KEY) | F(KEY_SIZE), BOTH, ANY, key_unread_by_them,
	 "The library does not know this kind of key, its curve or its parameters, or it is no such key."},
	{F(KEY_SIZE), BOTH, ANY, key_unsized_by_us, "The size of kinds that serve no TLS is not told by us."},
	{F(KEY_SIZE), GNUTLS, ANY, p521, "GnuTLS counts the bits of P-521 in whole octets."},
	{F(KEY) | F(KEY_SIZE), BOTH, D(KEY_UNREADABLE), NULL,
	 "A garbled key is written anew by the libraries as they understood it."},
	{F(KEY), GNUTLS, ANY, key_written_anew,
	 "GnuTLS writes the key anew, with the parameters that it should have."},
	{F(SIGNATURE), BOTH, ANY, signature_not_octets,
	 "Of a signature that is not whole octets GnuTLS gives nothing, and OpenSSL clears unused bits."},
	{F(ALGORITHM), BOTH, D(ALGORITHM), NULL,
	 "An object identifier that is none is taken for one, or for a part of one."},
	{F(ALGORITHM), GNUTLS, ANY, algorithm_long, "GnuTLS cuts the name of an algorithm at 127 characters."},
	/* extensions */
	{VALUES, BOTH, D(EXTENSION_MALFORMED) | D(EXTENSION_DUPLICATE) | D(BOOLEAN) | D(BIT_STRING), NULL,
	 "Of an extension that is no DER or breaks off, each keeps what it likes; of several, one."},
	{VALUES | F(FEATURES) | F(CRITICAL), GNUTLS, ANY, extension_oid_cut,
	 "libtasn1 leaves out the last number of an object identifier if it does not end."},
	{F(NAMES), BOTH, D(SAN_SYNTAX) | D(SAN_EMPTY), NULL,
	 "One name is broken: some drop all, some read it differently; it is recorded."},
	{F(NAMES), BOTH, ANY, name_of_another_kind,
	 "A name of a kind that we do not read, recorded nowhere, is broken within."},
	{F(NAMES), GNUTLS, ANY, empty_directory_name, "GnuTLS takes a directory name that is empty for the end."},
	{F(KEY_USAGE), GNUTLS, ANY, usage_of_many_bits,
	 "GnuTLS gives up on more than the nine bits that have a name; we tell these."},
	{F(PURPOSES), GNUTLS, ANY, purpose_long, "GnuTLS cuts the name of a purpose at 127 characters."},
	{F(CA), BOTH, ANY, path_long, "A path length that no int holds is as good as none; each keeps what it can."},
	{F(OCSP), BOTH, ANY, location_odd,
	 "The library drops all where one location, whose inside we do not read, is broken or of a kind that "
	 "it does not know."},
	{F(SKI) | F(AKI), GNUTLS, ANY, identifier_empty, "GnuTLS has no key identifier of no octets."},
	{F(AKI), BOTH, ANY, aki_tail_broken,
	 "Behind the key identifier, which is all that we read, the extension is broken."},
	{F(FEATURES) | F(CRITICAL), GNUTLS, ANY, beyond_16_bits,
	 "GnuTLS keeps each value in 16 bits, and fails on one that is larger."},
	{F(FEATURES), GNUTLS, ANY, repeated, "GnuTLS keeps each value once."},
	{F(FEATURES), GNUTLS, ANY, many_features, "GnuTLS keeps at most 64 values."},
	{F(FEATURES) | F(CRITICAL), BOTH, D(EXTENSION_MALFORMED) | D(EXTENSION_DUPLICATE), NULL,
	 "A value that is not DER is malformed; of several extensions the libraries take one."},
};

struct readers {
	bool (*ours)(struct facts *f, struct span der);
	bool (*gnutls)(struct facts *f, struct span der);
	bool (*openssl)(struct facts *f, struct span der);
	uint32_t gnutls_tells; /* set of enum fact */
};

struct rules {
	const struct rule *rule;
	size_t n;
};
#define RULES(table) {table, sizeof(table) / sizeof((table)[0])}

/* Does something deviate that the rule names? */
static inline bool rule_concerns(const struct rule *r, const struct difference *d)
{
	if (r->deviations == ANY)
		return true;
	if (!d->c)
		return false;
	return (r->deviations & (span_present(extension_of(d->fact)) ? own_deviations(d) : d->c->deviations)) != 0;
}

/* The rule of these two tables that explains the difference, or NULL. */
static inline const struct rule *rule_of(const struct rules tables[2], const struct difference *d)
{
	for (const struct rules *t = tables; t < tables + 2; t++)
		for (const struct rule *r = t->rule; r < t->rule + t->n; r++)
			if ((r->facts >> d->fact & 1) && (r->reader & d->reader) && rule_concerns(r, d) &&
			    (!r->holds || r->holds(d)))
				return r;
	return NULL;
}

#endif
