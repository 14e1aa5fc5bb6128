/*
 * The predictions as data.
 *
 * Sources: seen on loopback with gnutls-cli 3.7.9 and Firefox 153 (TLS 1.3, a server that sends
 * any bytes as a staple); GnuTLS lib/cert-session.c, lib/x509/ocsp.c and
 * lib/x509/x509_ext.c; NSS lib/mozpkix/lib/pkixocsp.cpp and pkixcheck.cpp.  Where neither was
 * seen nor read the row says EFFECT_UNKNOWN.
 */
#include "judge/client_case.h"

#include "ground/der.h"

#include <stdlib.h>

#define DAY (24 * 3600)

/* mozilla::pkix: a slop of one day at both ends, and nothing older than 10 days (and the slop)
 * counts; without nextUpdate a response is good for one day (and the slop). */
const struct client_grace CLIENT_GRACE_FIREFOX = {DAY, DAY, 11 * DAY, 2 * DAY};
/* GnuTLS looks at nextUpdate to the second, never at a thisUpdate in the future; without
 * nextUpdate thisUpdate may be 15 days old (MAX_OCSP_VALIDITY_SECS). */
const struct client_grace CLIENT_GRACE_GNUTLS = {0, INT64_MAX, INT64_MAX, 15 * DAY};

/* Times (expired, future, too-old, no-next-update) are not here: the graces tell. */
static const struct client_effects table[] = {
	/* finding, Firefox, GnuTLS, Firefox's error */
	{"staple.bad-signature", EFFECT_REFUSE, EFFECT_REFUSE, "SEC_ERROR_OCSP_BAD_SIGNATURE"},
	{"staple.broken-algorithm", EFFECT_REFUSE, EFFECT_REFUSE, NULL},
	{"staple.contradiction", EFFECT_ACCEPT, EFFECT_ACCEPT, NULL},
	{"staple.critical-extension", EFFECT_REFUSE, EFFECT_ACCEPT,
	 "SEC_ERROR_UNKNOWN_CRITICAL_EXTENSION"},
	{"staple.empty", EFFECT_REFUSE, EFFECT_REFUSE, "SEC_ERROR_OCSP_MALFORMED_RESPONSE"},
	{"staple.hash-algorithm", EFFECT_REFUSE, EFFECT_UNKNOWN, NULL},
	{"staple.internal-error", EFFECT_REFUSE, EFFECT_MISSING, "SEC_ERROR_OCSP_SERVER_ERROR"},
	{"staple.malformed", EFFECT_REFUSE, EFFECT_REFUSE, "SEC_ERROR_OCSP_MALFORMED_RESPONSE"},
	{"staple.malformed-request", EFFECT_REFUSE, EFFECT_MISSING, "SEC_ERROR_OCSP_MALFORMED_REQUEST"},
	{"staple.many-certificates", EFFECT_REFUSE, EFFECT_ACCEPT, "SEC_ERROR_OCSP_MALFORMED_RESPONSE"},
	{"staple.no-single", EFFECT_LIVE, EFFECT_REFUSE, NULL},
	{"staple.other-certificate", EFFECT_LIVE, EFFECT_REFUSE,
	 "MOZILLA_PKIX_ERROR_OCSP_RESPONSE_FOR_CERT_MISSING"},
	{"staple.other-issuer", EFFECT_LIVE, EFFECT_REFUSE,
	 "MOZILLA_PKIX_ERROR_OCSP_RESPONSE_FOR_CERT_MISSING"},
	{"staple.other-issuer-key", EFFECT_LIVE, EFFECT_ACCEPT, /* it compares the name alone */
	 "MOZILLA_PKIX_ERROR_OCSP_RESPONSE_FOR_CERT_MISSING"},
	{"staple.produced-outside", EFFECT_ACCEPT, EFFECT_ACCEPT, NULL},
	{"staple.responder-id", EFFECT_LIVE, EFFECT_REFUSE, "SEC_ERROR_OCSP_INVALID_SIGNING_CERT"},
	{"staple.reversed", EFFECT_REFUSE, EFFECT_UNKNOWN, NULL},
	{"staple.revoked", EFFECT_REFUSE, EFFECT_REFUSE, "SEC_ERROR_REVOKED_CERTIFICATE"},
	{"staple.sha1", EFFECT_UNKNOWN, EFFECT_ACCEPT, NULL},
	{"staple.sig-required", EFFECT_REFUSE, EFFECT_MISSING, NULL},
	{"staple.signer-features", EFFECT_ACCEPT, EFFECT_REFUSE, NULL},
	{"staple.signer-key-usage", EFFECT_LIVE, EFFECT_UNKNOWN, "SEC_ERROR_OCSP_INVALID_SIGNING_CERT"},
	{"staple.signer-malformed", EFFECT_LIVE, EFFECT_UNKNOWN, "SEC_ERROR_OCSP_INVALID_SIGNING_CERT"},
	{"staple.signer-missing", EFFECT_LIVE, EFFECT_REFUSE, "SEC_ERROR_OCSP_INVALID_SIGNING_CERT"},
	{"staple.signer-no-eku", EFFECT_LIVE, EFFECT_REFUSE, "SEC_ERROR_OCSP_INVALID_SIGNING_CERT"},
	{"staple.signer-not-delegated", EFFECT_LIVE, EFFECT_REFUSE,
	 "SEC_ERROR_OCSP_INVALID_SIGNING_CERT"},
	{"staple.signer-not-valid", EFFECT_LIVE, EFFECT_REFUSE, "SEC_ERROR_OCSP_INVALID_SIGNING_CERT"},
	{"staple.too-large", EFFECT_ACCEPT, EFFECT_ACCEPT, NULL},
	{"staple.trailing-data", EFFECT_REFUSE, EFFECT_REFUSE, "SEC_ERROR_OCSP_MALFORMED_RESPONSE"},
	{"staple.try-later", EFFECT_LIVE, EFFECT_MISSING, "SEC_ERROR_OCSP_TRY_SERVER_LATER"},
	{"staple.unauthorized", EFFECT_REFUSE, EFFECT_MISSING, "SEC_ERROR_OCSP_UNAUTHORIZED_REQUEST"},
	{"staple.unknown", EFFECT_REFUSE, EFFECT_ACCEPT, "SEC_ERROR_OCSP_UNKNOWN_CERT"},
	{"staple.unknown-response-status", EFFECT_REFUSE, EFFECT_MISSING,
	 "SEC_ERROR_OCSP_UNKNOWN_RESPONSE_STATUS"},
	{"staple.unreadable-certificate", EFFECT_UNKNOWN, EFFECT_UNKNOWN, NULL},
	{"staple.unsupported-algorithm", EFFECT_REFUSE, EFFECT_UNKNOWN, NULL}, /* odd parameters pass it */
	{"staple.version", EFFECT_REFUSE, EFFECT_UNKNOWN, NULL},
	{"staple.wrong-type", EFFECT_REFUSE, EFFECT_REFUSE, NULL},
};

static int compare(const void *id, const void *row)
{
	return strcmp(id, ((const struct client_effects *)row)->id);
}

const struct client_effects *client_effects_get(const char *id)
{
	return bsearch(id, table, sizeof table / sizeof *table, sizeof *table, compare);
}

/* One TLV as libtasn1 reads it: definite lengths, not necessarily minimal. */
static bool lax_get(struct span *in, uint8_t tag, struct span *content)
{
	size_t at = 2, n;

	if (in->n < 2 || in->p[0] != tag)
		return false;
	n = in->p[1];
	if (n & 0x80) {
		size_t octets = n & 0x7f;

		if (octets == 0 || octets > 4 || in->n < 2 + octets)
			return false;
		for (n = 0; at < 2 + octets; at++)
			n = n << 8 | in->p[at];
	}
	if (n > in->n - at)
		return false;
	*content = span_of(in->p + at, n);
	*in = span_from(*in, at + n);
	return true;
}

bool client_gnutls_features(struct span value, bool *status_request)
{
	struct span list, integer;

	*status_request = false;
	if (!lax_get(&value, DER_SEQUENCE, &list) || !der_end(value))
		return false;
	while (!der_end(list)) {
		uint64_t v = 0;

		/* read as an unsigned number of 1 to 4 octets, whatever its sign and padding */
		if (!lax_get(&list, DER_INTEGER, &integer) || integer.n < 1 || integer.n > 4)
			return *status_request = false, false;
		for (size_t i = 0; i < integer.n; i++)
			v = v << 8 | integer.p[i];
		if (v > 65535)
			return *status_request = false, false;
		if (v == FEATURE_STATUS_REQUEST)
			*status_request = true;
	}
	return true;
}

const char *client_firefox_features(struct span value)
{
	struct feature_facts f = {0};

	if (!feature_decode(value, &f))
		return "its TLS Feature extension cannot be read";
	if (f.empty)
		return "its TLS Feature extension is an empty list";
	if (f.status_request_v2 || f.other)
		return "its TLS Feature extension lists more than status_request (5)";
	return NULL;
}

enum client_above client_signer_above(const struct client_input *in)
{
	enum client_above above = ABOVE_NO;
	struct ocsp_response r;
	struct span cursor, der;
	struct cert c;

	if (!in->staples || ocsp_decode(in->staples[0], &r, NULL) != 0)
		return ABOVE_NO;
	for (cursor = r.certs; span_present(r.certs) && ocsp_cert_next(&cursor, &der);) {
		if (cert_decode(der, &c, NULL) != 0)
			continue;
		for (size_t i = 1; i < in->n; i++) {
			if (span_equal(c.subject, in->chain[i].issuer))
				return ABOVE_ITSELF;
			if (span_equal(c.issuer, in->chain[i].issuer))
				above = ABOVE_DELEGATE;
		}
	}
	return above;
}

bool client_superset_holds(const struct client_input *in, size_t *level)
{
	for (size_t i = 0; i + 1 < in->n; i++) {
		struct span upper = extension_feature_value(&in->chain[i + 1].x, 0);

		*level = i;
		if (span_present(upper) &&
		    !feature_superset(extension_feature_value(&in->chain[i].x, 0), upper, NULL))
			return false;
	}
	return true;
}
