/*
 * Where a reader may say something else about a certificate than we do: rules by what the
 * certificate is, each with its reason.  What no rule explains is a finding.  Of certificates
 * that deviate in nothing, GnuTLS, OpenSSL and we have to say the same, but for the rules
 * without a deviation.
 */
#ifndef STAPLE_TESTS_FUZZ_CERT_RULES_H
#define STAPLE_TESTS_FUZZ_CERT_RULES_H

#include "tests/fuzz/support/cert_looks.h"

struct cert_rule {
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

static const struct cert_rule cert_rules[] = {
	/* whether it loads */
	{F(LOADS), BOTH, ANY, not_der,
	 "Lengths that are indefinite or not minimal, and bits that are no element at all, are refused "
	 "by us alone."},
	{F(LOADS), GNUTLS, ANY, field_missing, "GnuTLS takes extensions and keys that lack a field."},
	{F(LOADS), GNUTLS, ANY, oid_refused_by_libtasn1,
	 "libtasn1 refuses object identifiers that are none, or whose numbers it cannot hold."},
	{F(LOADS), GNUTLS, ANY, name_refused_by_gnutls,
	 "GnuTLS refuses names with attributes, types or forms that it does not read; they are told as hex."},
	{F(LOADS), OPENSSL, ANY, name_refused_by_openssl,
	 "OpenSSL refuses names with values of another type or form than it knows; they are told as hex."},
	{F(LOADS), OPENSSL, D(SERIAL_PADDED), refused_by_them, "OpenSSL refuses superfluous octets and none at all."},
	{F(LOADS), GNUTLS, D(VERSION), version_long, "GnuTLS refuses a version below 1, and one of more than one octet."},
	{F(LOADS), OPENSSL, D(VERSION), version_long, "OpenSSL refuses superfluous octets of the version."},
	{F(LOADS), GNUTLS, D(VERSION), version_too_low, "GnuTLS refuses fields that the version does not have yet."},
	{F(LOADS), BOTH, D(TRAILING), refused_by_them, "Behind the last field the libraries take nothing."},
	{F(LOADS), BOTH, D(ALGORITHM), refused_by_them, "An algorithm has to have a name, and parameters a value."},
	{F(LOADS), BOTH, D(BIT_STRING), refused_by_them, "A BIT STRING has to begin with 0 to 7 unused bits."},
	{F(LOADS), GNUTLS, D(SIGNATURE_ALGORITHMS_DIFFER), refused_by_them, "GnuTLS wants the same algorithm twice."},
	{F(LOADS), GNUTLS, D(EXTENSION_DUPLICATE), refused_by_them, "GnuTLS wants each extension once."},
	{F(LOADS), GNUTLS, ANY, extension_oid_long, "GnuTLS has room for 127 characters of an extension's name."},
	{F(LOADS), OPENSSL, D(EXTENSION_MALFORMED), extension_refused_by_openssl,
	 "OpenSSL refuses an extension whose name is no object identifier."},
	{F(LOADS), BOTH, D(TIME_FORMAT) | D(TIME_UNREADABLE), time_refused_by_them,
	 "A time that is not written as RFC 5280, 4.1.2.5 wants it is refused."},
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
	{F(SIGNATURE), GNUTLS, ANY, unread_by_them, "GnuTLS gives no signature for this algorithm or length."},
	{F(SIGNATURE), BOTH, D(BIT_STRING), NULL, "Unused bits that are set are cleared by the libraries."},
	{F(ALGORITHM) | F(SIGNATURE), BOTH, D(ALGORITHM), NULL,
	 "An object identifier that is none is taken for one, or for a part of one."},
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
	/* the rest */
	{F(VERSION), BOTH, D(VERSION), NULL, "A version that is none is told by each in its own way."},
	{F(SERIAL), GNUTLS, D(TRAILING), version_trailing,
	 "What stands behind the version libtasn1 takes for the serial number, or a part of it."},
	{F(NOT_BEFORE) | F(NOT_AFTER), BOTH, D(TIME_FORMAT) | D(TIME_UNREADABLE), time_odd,
	 "A time that is not written as RFC 5280, 4.1.2.5 wants it is read by each in its own way."},
	{F(NOT_BEFORE) | F(NOT_AFTER), GNUTLS, ANY, before_1970, "GnuTLS has no times before 1970."},
};

/* Does something deviate that the rule names? */
static inline bool cert_rule_concerns(const struct cert_rule *r, const struct difference *d)
{
	if (r->deviations == ANY)
		return true;
	if (!d->c)
		return false;
	return (r->deviations & (span_present(extension_of(d->fact)) ? own_deviations(d) : d->c->deviations)) != 0;
}

/* The rule that explains the difference, or NULL. */
static inline const struct cert_rule *cert_rule(const struct difference *d)
{
	for (size_t i = 0; i < sizeof cert_rules / sizeof cert_rules[0]; i++) {
		const struct cert_rule *r = &cert_rules[i];

		if ((r->facts >> d->fact & 1) && (r->reader & d->reader) && cert_rule_concerns(r, d) &&
		    (!r->holds || r->holds(d)))
			return r;
	}
	return NULL;
}

#undef VALUES
#undef ANY
#undef F
#undef D

#endif
