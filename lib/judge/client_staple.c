#include "judge/client_staple.h"

#include "crypto/hash.h"

#include <stdio.h>

/* Which finding of the judge means which fault.  Times are not here: each client has its own slop. */
static const struct {
	const char *id;
	enum client_fault fault;
} faults[] = {
	{"staple.empty", CLIENT_STAPLE_EMPTY},
	{"staple.malformed", CLIENT_STAPLE_UNREADABLE},
	{"staple.trailing-data", CLIENT_STAPLE_UNREADABLE},
	{"staple.wrong-type", CLIENT_STAPLE_UNREADABLE},
	{"staple.version", CLIENT_STAPLE_UNREADABLE},
	{"staple.no-single", CLIENT_STAPLE_UNREADABLE},
	{"staple.try-later", CLIENT_STAPLE_TRY_LATER},
	{"staple.malformed-request", CLIENT_STAPLE_UNSUCCESSFUL},
	{"staple.internal-error", CLIENT_STAPLE_UNSUCCESSFUL},
	{"staple.sig-required", CLIENT_STAPLE_UNSUCCESSFUL},
	{"staple.unauthorized", CLIENT_STAPLE_UNSUCCESSFUL},
	{"staple.unknown-response-status", CLIENT_STAPLE_UNSUCCESSFUL},
	{"staple.signer-missing", CLIENT_STAPLE_SIGNER},
	{"staple.signer-no-eku", CLIENT_STAPLE_SIGNER},
	{"staple.signer-malformed", CLIENT_STAPLE_SIGNER},
	{"staple.signer-key-usage", CLIENT_STAPLE_SIGNER},
	{"staple.signer-not-valid", CLIENT_STAPLE_SIGNER},
	{"staple.responder-id", CLIENT_STAPLE_SIGNER},
	{"staple.issuer-mismatch", CLIENT_STAPLE_SIGNER},
	{"staple.no-issuer", CLIENT_STAPLE_SIGNER},
	{"staple.signer-not-delegated", CLIENT_STAPLE_ANCESTOR},
	{"staple.sha1", CLIENT_STAPLE_ALGORITHM},
	{"staple.weak-key", CLIENT_STAPLE_ALGORITHM},
	{"staple.broken-algorithm", CLIENT_STAPLE_ALGORITHM},
	{"staple.unsupported-algorithm", CLIENT_STAPLE_ALGORITHM},
	{"staple.bad-signature", CLIENT_STAPLE_SIGNATURE},
	{"staple.critical-extension", CLIENT_STAPLE_CRITICAL},
	{"staple.other-certificate", CLIENT_STAPLE_OTHER_SERIAL},
	{"staple.hash-algorithm", CLIENT_STAPLE_OTHER_NAME},
	{"staple.revoked", CLIENT_STAPLE_REVOKED},
	{"staple.unknown", CLIENT_STAPLE_UNKNOWN},
};

static void note_first_error(struct client_staple *out, const struct findings *f)
{
	for (size_t i = 0; i < f->n && !out->finding[0]; i++)
		if (f->v[i].severity == SEVERITY_ERROR)
			snprintf(out->finding, sizeof out->finding, "%s", f->v[i].rule->id);
}

/* The least fault that a finding names; READ when there is none. */
static enum client_fault first_fault(const struct findings *f)
{
	enum client_fault least = CLIENT_STAPLE_READ;

	for (size_t i = 0; i < f->n; i++)
		for (size_t k = 0; k < sizeof faults / sizeof faults[0]; k++)
			if (f->v[i].severity == SEVERITY_ERROR && faults[k].fault < least &&
			    strcmp(f->v[i].rule->id, faults[k].id) == 0)
				least = faults[k].fault;
	return least;
}

/* Some clients look at the serial alone, some at the issuer's name too, some at all three. */
static int refine_other(const struct client_input *in, struct span staple,
			struct client_staple *out, struct err *e)
{
	struct ocsp_response r;
	struct ocsp_single s;
	struct digest name;
	struct span cursor;
	enum hash_kind kind;

	if (out->fault != CLIENT_STAPLE_OTHER_SERIAL || ocsp_decode(staple, &r, NULL) != 0)
		return 0;
	cursor = r.responses;
	while (ocsp_single_next(&cursor, &s)) {
		if (!span_equal(s.serial, in->chain[0].serial))
			continue;
		out->fault = CLIENT_STAPLE_OTHER_NAME;
		kind = hash_from_oid(s.hash_oid);
		if (kind == HASH_NONE)
			return 0;
		if (hash_digest(kind, in->chain[0].issuer, &name, e) != 0)
			return -1;
		if (span_equal(digest_span(&name), s.name_hash))
			out->fault = CLIENT_STAPLE_OTHER_KEY;
		out->result.this_update = s.this_update;
		out->result.next_update = s.next_update;
		out->result.status = s.status;
		return 0;
	}
	return 0;
}

int client_staple_read(const struct client_input *in, struct span staple,
		       struct client_staple *out, struct err *e)
{
	struct policy rules;
	struct findings found;
	struct staple_input judged = {.response = staple, .cert = &in->chain[0],
				      .issuer = in->issuer, .now = in->now, .policy = &rules,
				      .subject = "staple"};
	int rc = -1;

	*out = (struct client_staple){.fault = CLIENT_STAPLE_NONE};
	if (!span_present(staple))
		return 0;
	/* The built-in rules, not the user's: clients do not read our policy. */
	if (policy_init(&rules, e) != 0)
		return -1;
	findings_init(&found, NULL, in->now);
	if (staple_judge(&judged, &out->result, &found, e) == 0 && findings_check(&found, e) == 0) {
		out->fault = first_fault(&found);
		out->times_odd = out->fault == CLIENT_STAPLE_READ &&
				 out->result.state != STAPLE_GOOD;
		if (out->fault == CLIENT_STAPLE_READ && out->result.this_update == WHEN_NONE)
			out->fault = CLIENT_STAPLE_UNREADABLE;
		note_first_error(out, &found);
		rc = refine_other(in, staple, out, e);
	}
	findings_wipe(&found);
	policy_wipe(&rules);
	return rc;
}
