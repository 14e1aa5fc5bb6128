#include "facts/extension.h"

static const struct deviation_text texts[DEVIATION_COUNT] = {
	[DEVIATION_VERSION] = {"version", "RFC 5280, 4.1.2.1",
		"the version is not 1, 2 or 3, has superfluous octets, or is too low for the "
		"fields that follow"},
	[DEVIATION_SERIAL_PADDED] = {"serial-padded", "X.690, 8.3.2",
		"the serial number is empty or has superfluous octets"},
	[DEVIATION_SERIAL_NOT_POSITIVE] = {"serial-not-positive", "RFC 5280, 4.1.2.2",
		"the serial number is zero or negative"},
	[DEVIATION_SERIAL_LONG] = {"serial-long", "RFC 5280, 4.1.2.2",
		"the serial number is longer than 20 octets"},
	[DEVIATION_SIGNATURE_ALGORITHMS_DIFFER] = {"signature-algorithms-differ",
		"RFC 5280, 4.1.1.2",
		"the signature algorithm within the signed part is not the one outside"},
	[DEVIATION_ISSUER_EMPTY] = {"issuer-empty", "RFC 5280, 4.1.2.4", "the issuer is empty"},
	[DEVIATION_TIME_FORMAT] = {"time-format", "RFC 5280, 4.1.2.5",
		"a time is not written as UTCTime through 2049 and GeneralizedTime from 2050, "
		"in UTC, with seconds"},
	[DEVIATION_TIME_UNREADABLE] = {"time-unreadable", "RFC 5280, 4.1.2.5",
		"a time cannot be read"},
	[DEVIATION_VALIDITY_REVERSED] = {"validity-reversed", "RFC 5280, 4.1.2.5",
		"the validity ends before it begins"},
	[DEVIATION_UNIQUE_ID] = {"unique-id", "RFC 5280, 4.1.2.8",
		"there is an issuer or subject unique identifier"},
	[DEVIATION_EXTENSION_DUPLICATE] = {"extension-duplicate", "RFC 5280, 4.2",
		"an extension occurs more than once"},
	[DEVIATION_EXTENSION_MALFORMED] = {"extension-malformed", "RFC 5280, 4.2",
		"the value of a known extension, or an extension's object identifier, cannot be read"},
	[DEVIATION_EXTENSIONS_EMPTY] = {"extensions-empty", "RFC 5280, 4.1.2.9",
		"the list of extensions is empty"},
	[DEVIATION_BOOLEAN] = {"boolean", "X.690, 11.1", "a BOOLEAN is neither 00 nor FF"},
	[DEVIATION_BIT_STRING] = {"bit-string", "X.690, 11.2",
		"a BIT STRING is empty, has unused bits that are set, or trailing zero bits in a "
		"list of named bits"},
	[DEVIATION_SAN_EMPTY] = {"san-empty", "RFC 5280, 4.2.1.6",
		"the subject alternative name has no entry"},
	[DEVIATION_SAN_SYNTAX] = {"san-syntax", "RFC 5280, 4.2.1.6",
		"an alternative name is empty, is no IA5 text, holds a NUL, or is an IP address "
		"of a wrong length"},
	[DEVIATION_PATHLEN_WITHOUT_CA] = {"path-length-without-ca", "RFC 5280, 4.2.1.9",
		"a path length is given, but the certificate is no CA"},
	[DEVIATION_NAME_SYNTAX] = {"name-syntax", "RFC 5280, 4.1.2.4",
		"the subject or the issuer is not a readable Name"},
	[DEVIATION_KEY_UNREADABLE] = {"key-unreadable", "RFC 5280, 4.1.2.7",
		"the public key cannot be read"},
	[DEVIATION_TRAILING] = {"trailing-data", "RFC 5280, 4.1",
		"there is data behind the last field of a structure"},
	[DEVIATION_DEFAULT_ENCODED] = {"default-encoded", "X.690, 11.5",
		"a value that is the default is written out"},
	[DEVIATION_ALGORITHM] = {"algorithm-unreadable", "RFC 5280, 4.1.1.2",
		"an algorithm identifier has no readable object identifier, or parameters that are no "
		"value of their type"},
	[DEVIATION_KEY_USAGE_EMPTY] = {"key-usage-empty", "RFC 5280, 4.2.1.3",
		"the key usage has no bit set"},
	[DEVIATION_CERT_SIGN_WITHOUT_CA] = {"cert-sign-without-ca", "RFC 5280, 4.2.1.9",
		"the key usage has keyCertSign, but the certificate is no CA"},
	[DEVIATION_REQUEST_VERSION] = {"request-version", "RFC 2986, 4.1",
		"the version of the request is not v1 (0)"},
	[DEVIATION_ATTRIBUTE] = {"attribute-malformed", "RFC 2986, 4.1",
		"the attributes of the request are missing, or one cannot be read"},
	[DEVIATION_EXTENSION_REQUESTS] = {"extension-requests", "RFC 2985, 5.4.2",
		"there is more than one extensionRequest"},
};

const struct deviation_text *deviation_text(enum deviation d)
{
	return &texts[d];
}
