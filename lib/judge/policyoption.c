#include "judge/policyoption.h"

const struct policysection policysections[] = {
	[SECTION_TOP] = {"", false, false},
	[SECTION_STAPLE] = {"staple", false, false},
	[SECTION_CERTIFICATE] = {"certificate", false, false},
	[SECTION_GATE] = {"gate", false, false},
	[SECTION_SEVERITY] = {"severity", false, false},
	[SECTION_NAME] = {"name", true, true},
	[SECTION_RESPONDER] = {"responder", true, true},
	[SECTION_WAIVER] = {"waiver", false, true},
	[SECTION_CA] = {"ca", true, true},
};
const size_t policysection_count = sizeof policysections / sizeof policysections[0];

/* Each list's order is that of the enum or the bits that it names. */
static const char *const severities[] = {"off", "info", "warning", "error", NULL};
static const char *const algorithm[] = {"allow", "", "warning", "error", NULL};
static const char *const stances[] = {"allowed", "required", "forbidden", NULL};
static const char *const clients[] = {"firefox", "gnutls", "openssl", "rfc7633", NULL};
static const char *const versions[] = {"1.2", "1.3", NULL};
static const char *const kinds[] = {"all", "rsa", "rsa-pss", "dsa", "ec", "ed25519", "ed448", NULL};
static const char *const ca_staple[] = {"unknown", "on-request", "profile", "silently-dropped",
					"refused", NULL};
static const char *const ca_ocsp[] = {"unknown", "yes", "no", "ended", NULL};

#define AT(field) offsetof(struct policy, field)
#define CA(field) offsetof(struct policy_ca, field)
#define WAIVER(field) offsetof(struct policy_waiver, field)
#define HALF_DAY 43200

const struct policyoption policyoptions[] = {
	{SECTION_TOP, "skew", OPTION_DURATION, AT(skew), 0, 0, HALF_DAY, NULL, false},
	{SECTION_TOP, "must_staple", OPTION_WORD, AT(must_staple), 0, 0, 0, stances, false},
	{SECTION_TOP, "clients", OPTION_SET, AT(clients), 0, 0, 0, clients, false},
	{SECTION_STAPLE, "min_left", OPTION_SHARE, AT(staple_min_left), 0, 0, 0, NULL, false},
	{SECTION_STAPLE, "min_left_severity", OPTION_WORD, AT(staple_min_left_severity), 0, 0, 0,
	 severities, false},
	{SECTION_STAPLE, "max_age", OPTION_DURATION, AT(staple_max_age), 0, 0, 0, NULL, false},
	{SECTION_STAPLE, "sha1", OPTION_WORD, AT(ocsp_sha1), 0, 0, 0, algorithm, false},
	{SECTION_STAPLE, "rsa_min", OPTION_NUMBER, AT(ocsp_rsa_min), 0, 1024, 16384, NULL, false},
	{SECTION_CERTIFICATE, "min_left", OPTION_DURATION, AT(cert_min_left), 0, 0, 0, NULL, false},
	{SECTION_CERTIFICATE, "max_life", OPTION_DURATION, AT(cert_max_life), 0, 0, 0, NULL, false},
	{SECTION_CERTIFICATE, "key_kinds", OPTION_SET, AT(key_kinds), 0, 0, 0, kinds, false},
	{SECTION_CERTIFICATE, "rsa_min", OPTION_NUMBER, AT(key_rsa_min), 0, 1024, 16384, NULL, false},
	{SECTION_CERTIFICATE, "ec_min", OPTION_NUMBER, AT(key_ec_min), 0, 192, 521, NULL, false},
	{SECTION_CERTIFICATE, "sha1", OPTION_WORD, AT(cert_sha1), 0, 0, 0, algorithm, false},
	{SECTION_GATE, "rounds", OPTION_NUMBER, AT(rounds), 0, 1, 1000, NULL, false},
	{SECTION_GATE, "tls", OPTION_SET, AT(tls), 0, 0, 0, versions, false},
	{SECTION_GATE, "every_address", OPTION_BOOL, AT(every_address), 0, 0, 0, NULL, false},
	{SECTION_SEVERITY, NULL, OPTION_WORD, 0, 0, 0, 0, severities, false},
	{SECTION_NAME, "must_staple", OPTION_WORD, offsetof(struct policy_name_rule, stance), 0, 0, 0,
	 stances, true},
	{SECTION_RESPONDER, "url", OPTION_URL, offsetof(struct policy_responder, url), 0, 0, 0, NULL,
	 true},
	{SECTION_WAIVER, "finding", OPTION_FINDING, WAIVER(finding), 0, 0, 0, NULL, true},
	{SECTION_WAIVER, "subject", OPTION_STRING, WAIVER(subject), 0, 0, 0, NULL, true},
	{SECTION_WAIVER, "until", OPTION_LAST_DAY, WAIVER(until), WAIVER(w.until), 0, 0, NULL, true},
	{SECTION_WAIVER, "reason", OPTION_STRING, WAIVER(w.reason), 0, 0, 0, NULL, true},
	{SECTION_WAIVER, "by", OPTION_STRING, WAIVER(w.by), 0, 0, 0, NULL, true},
	{SECTION_CA, "name", OPTION_STRING, CA(name), 0, 0, 0, NULL, true},
	{SECTION_CA, "issuer", OPTION_STRINGS, CA(issuer_match), CA(issuer_match_count), 0, 0, NULL,
	 false},
	{SECTION_CA, "key_ids", OPTION_HEX, CA(key_ids), CA(key_id_count), 0, 0, NULL, false},
	{SECTION_CA, "ocsp", OPTION_OCSP, CA(ocsp), CA(ocsp_ended), 0, 0, ca_ocsp, false},
	{SECTION_CA, "must_staple", OPTION_WORD, CA(must_staple), 0, 0, 0, ca_staple, false},
	{SECTION_CA, "since", OPTION_DATE, CA(since), 0, 0, 0, NULL, false},
	{SECTION_CA, "source", OPTION_STRING, CA(source), 0, 0, 0, NULL, true},
	{SECTION_CA, "checked", OPTION_DATE, CA(checked), 0, 0, 0, NULL, true},
	{SECTION_CA, "remedy", OPTION_STRING, CA(remedy), 0, 0, 0, NULL, false},
};
const size_t policyoption_count = sizeof policyoptions / sizeof policyoptions[0];

const struct policysection *policysection_get(const char *name)
{
	for (size_t i = 0; i < policysection_count; i++)
		if (strcmp(policysections[i].name, name) == 0)
			return &policysections[i];
	return NULL;
}

const struct policyoption *policyoption_get(const struct policysection *section, const char *name)
{
	for (size_t i = 0; i < policyoption_count; i++) {
		const struct policyoption *o = &policyoptions[i];

		if (&policysections[o->section] != section)
			continue;
		if (o->name ? strcmp(o->name, name) == 0 : finding_rule_get(name) != NULL)
			return o;
	}
	return NULL;
}

void policyoption_names(const struct policysection *section, struct buf *out)
{
	const char *between = "";

	for (size_t i = 0; i < policyoption_count; i++)
		if (&policysections[policyoptions[i].section] == section && policyoptions[i].name) {
			buf_printf(out, "%s%s", between, policyoptions[i].name);
			between = ", ";
		}
	for (size_t i = 1; i < policysection_count && !section->name[0]; i++)
		buf_printf(out, ", %s", policysections[i].name);
	if (!section->name[0])
		buf_add_str(out, ", include");
}
