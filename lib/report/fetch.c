/* What the writers of "fetch" share. */
#include "report/fetch.h"

const char *report_fetch_outcome_text(enum report_fetch_outcome o)
{
	static const char *const texts[] = {
		[FETCH_NOT_DUE] = "not-due", [FETCH_REPLACED] = "replaced", [FETCH_KEPT] = "kept",
		[FETCH_REMOVED] = "removed", [FETCH_CHECKED] = "checked",
		[FETCH_IMPOSSIBLE] = "impossible"};

	return texts[o];
}

enum { GOOD, EXPIRED, FUTURE, REVOKED, UNKNOWN, OTHER, REFUSED, UNSUCCESSFUL, MALFORMED, UNCHECKED, MISSING };

const char *const report_fetch_statuses[] = {
	[GOOD] = "good", [EXPIRED] = "expired", [FUTURE] = "future", [REVOKED] = "revoked",
	[UNKNOWN] = "unknown", [OTHER] = "other-certificate", [REFUSED] = "refused",
	[UNSUCCESSFUL] = "unsuccessful", [MALFORMED] = "malformed", [UNCHECKED] = "unchecked",
	[MISSING] = "missing", NULL};

static int status_of(bool present, const struct staple_result *r, int64_t now)
{
	if (!present)
		return MISSING;
	if (r->state == STAPLE_GOOD)
		return GOOD;
	if (r->state == STAPLE_UNCHECKED)
		return UNCHECKED;
	if (!r->decoded)
		return MALFORMED;
	if (r->response_status != OCSP_SUCCESSFUL)
		return UNSUCCESSFUL;
	if (!r->matched)
		return OTHER;
	if (r->status != OCSP_GOOD)
		return r->status == OCSP_REVOKED ? REVOKED : UNKNOWN;
	if (r->next_update != WHEN_NONE && r->next_update < now)
		return EXPIRED;
	return r->this_update > now ? FUTURE : REFUSED;
}

const char *report_fetch_status(bool present, const struct staple_result *r, int64_t now)
{
	return report_fetch_statuses[status_of(present, r, now)];
}
