/* Rules (rules.h) about certificates alone. */
#ifndef STAPLE_TESTS_FUZZ_CERT_RULES_H
#define STAPLE_TESTS_FUZZ_CERT_RULES_H

#include "tests/fuzz/support/rules.h"

static const struct rule certificate_rules[] = {
	/* whether it loads */
	{F(LOADS), GNUTLS, ANY, field_missing, "GnuTLS takes extensions and keys that lack a field."},
	{F(LOADS), GNUTLS, ANY, extensions_outside,
	 "libtasn1 takes the extensions from behind [3], in which nothing stands."},
	{F(LOADS), OPENSSL, D(SERIAL_PADDED), refused_by_them, "OpenSSL refuses superfluous octets and none at all."},
	{F(LOADS), GNUTLS, D(VERSION), version_long, "GnuTLS refuses a version below 1, and one of more than one octet."},
	{F(LOADS), OPENSSL, D(VERSION), version_long, "OpenSSL refuses superfluous octets of the version."},
	{F(LOADS), GNUTLS, D(VERSION), version_too_low, "GnuTLS refuses fields that the version does not have yet."},
	{F(LOADS), GNUTLS, D(SIGNATURE_ALGORITHMS_DIFFER), refused_by_them, "GnuTLS wants the same algorithm twice."},
	{F(LOADS), GNUTLS, D(EXTENSION_DUPLICATE), refused_by_them, "GnuTLS wants each extension once."},
	{F(LOADS), BOTH, D(TIME_FORMAT) | D(TIME_UNREADABLE), time_refused_by_them,
	 "A time that is not written as RFC 5280, 4.1.2.5 wants it is refused."},
	/* the rest */
	{F(VERSION), BOTH, D(VERSION), version_unknown, "A version that is none is told by each in its own way."},
	{F(LOADS), GNUTLS, ANY, version_not_alone,
	 "Of version and serial number libtasn1 takes the one for the other, whatever they stand in."},
	{F(SERIAL), GNUTLS, D(TRAILING), version_trailing,
	 "What stands behind the version libtasn1 takes for the serial number, or a part of it."},
	{F(NOT_BEFORE) | F(NOT_AFTER), BOTH, D(TIME_FORMAT) | D(TIME_UNREADABLE), time_odd,
	 "A time that is not written as RFC 5280, 4.1.2.5 wants it is read by each in its own way."},
	{F(NOT_BEFORE) | F(NOT_AFTER), GNUTLS, ANY, before_1970, "GnuTLS has no times before 1970."},
};

static const struct readers cert_readers = {facts_ours, facts_gnutls, facts_openssl, UINT32_MAX};
static const struct rules cert_rules[2] = {RULES(common_rules), RULES(certificate_rules)};

#endif
