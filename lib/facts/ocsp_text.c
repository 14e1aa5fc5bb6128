#include "facts/ocsp.h"

const char *ocsp_response_status_text(int64_t s)
{
	static const char *const text[] = {"successful", "malformedRequest", "internalError",
					   "tryLater", "unknown", "sigRequired", "unauthorized"};

	return s >= 0 && s < (int64_t)(sizeof text / sizeof text[0]) ? text[s] : "unknown";
}

const char *ocsp_cert_status_text(enum ocsp_cert_status s)
{
	static const char *const text[] = {"good", "revoked", "unknown"};

	return text[s];
}

/* CRLReason, RFC 5280, 5.3.1 */
const char *ocsp_reason_text(int reason)
{
	static const char *const text[] = {
		"unspecified", "keyCompromise", "cACompromise", "affiliationChanged", "superseded",
		"cessationOfOperation", "certificateHold", "unknown", "removeFromCRL",
		"privilegeWithdrawn", "aACompromise"};

	if (reason == -1)
		return "unspecified";
	return reason >= 0 && reason < (int)(sizeof text / sizeof text[0]) ? text[reason] : "unknown";
}
