#include "tests/unit/unit.h"

#include "judge/policyfile.h"

#include <stdlib.h>

/* The text is refused with exactly this message. */
static void refused(const char *text, const char *message)
{
	struct policy p;
	struct err e;

	assert_int_equal(policy_init(&p, &e), 0);
	e.text[0] = '\0';
	if (policy_read_text(&p, span_str(text), "F", &e) == 0)
		fail_msg("accepted: %s", text);
	if (strcmp(e.text, message) != 0)
		fail_msg("%s\n\tgot:    %s\n\twanted: %s", text, e.text, message);
	policy_wipe(&p);
}

static void accepted(struct policy *p, const char *text)
{
	struct err e;

	assert_int_equal(policy_init(p, &e), 0);
	if (policy_read_text(p, span_str(text), "F", &e) != 0)
		fail_msg("refused: %s", e.text);
}

static const char every_option[] =
	"skew = 1m\n"
	"must_staple = forbidden\n"
	"clients = {openssl, rfc7633}\n"
	"staple {\n"
	"	min_left = 36h\n"
	"	min_left_severity = info\n"
	"	max_age = 3d\n"
	"	sha1 = allow\n"
	"	rsa_min = 4096\n"
	"}\n"
	"certificate {\n"
	"	min_left = 2w\n"
	"	max_life = 100d\n"
	"	key_kinds = {ec, \"ed25519\"}\n"
	"	rsa_min = 3072\n"
	"	ec_min = 384\n"
	"	sha1 = warning\n"
	"}\n"
	"gate {\n"
	"	rounds = 7\n"
	"	tls = 1.3 # a list of one\n"
	"	every_address = no\n"
	"}\n"
	"severity {\n"
	"	feature.in-ca = error\n"
	"	csr.name-added = off\n"
	"}\n"
	"name '*.bank.example' { must_staple = required }\n"
	"name www.bank.example { must_staple = allowed }\n"
	"responder 'http://ocsp.old.example/*' { url = 'http://127.0.0.1:8080/${x}' }\n"
	"waiver {\n"
	"	finding = feature.critical\n"
	"	subject = '*legacy*'\n"
	"	until = 2026-12-31\n"
	"	reason = \"the vendor's \\\"appliance\\\"\"\n"
	"	by = 'A. Admin'\n"
	"}\n"
	"ca ours {\n"
	"	name = 'Our CA'\n"
	"	issuer = {'O=Example Ltd', 'CN=Example*'}\n"
	"	key_ids = {00ff10}\n"
	"	ocsp = 'ended 2026-01-02'\n"
	"	must_staple = silently-dropped\n"
	"	since = 2026-01-01\n"
	"	source = 'wiki'\n"
	"	checked = 2026-11-01\n"
	"	remedy = 'Leave.'\n"
	"}\n";

static void every_option_is_set(void **state)
{
	struct policy p;

	(void)state;
	accepted(&p, every_option);
	assert_int_equal(p.skew, 60);
	assert_int_equal(p.must_staple, POLICY_FORBIDDEN);
	assert_int_equal(p.clients, POLICY_OPENSSL | POLICY_RFC7633);
	assert_int_equal(p.staple_min_left.seconds, 36 * 3600);
	assert_int_equal(p.staple_min_left.percent, -1);
	assert_int_equal(p.staple_min_left_severity, SEVERITY_INFO);
	assert_int_equal(p.staple_max_age, 3 * 86400);
	assert_int_equal(p.ocsp_sha1, SEVERITY_OFF);
	assert_int_equal(p.ocsp_rsa_min, 4096);
	assert_int_equal(p.cert_min_left, 14 * 86400);
	assert_int_equal(p.cert_max_life, 100 * 86400);
	assert_int_equal(p.key_kinds, 1 << KEY_EC | 1 << KEY_ED25519);
	assert_int_equal(p.key_rsa_min, 3072);
	assert_int_equal(p.key_ec_min, 384);
	assert_int_equal(p.cert_sha1, SEVERITY_WARNING);
	assert_int_equal(p.rounds, 7);
	assert_int_equal(p.tls, 2);
	assert_false(p.every_address);
	assert_int_equal(policy_severity(&p, finding_rule_get("feature.in-ca")), SEVERITY_ERROR);
	assert_int_equal(policy_severity(&p, finding_rule_get("csr.name-added")), SEVERITY_OFF);
	assert_int_equal(p.name_count, 2);
	assert_string_equal(p.names[1].pattern, "www.bank.example");
	assert_int_equal(p.responder_count, 1);
	assert_string_equal(p.responders[0].url, "http://127.0.0.1:8080/${x}");
	assert_int_equal(p.waiver_count, 1);
	assert_string_equal(p.waivers[0].w.reason, "the vendor's \"appliance\"");
	assert_string_equal(p.waivers[0].w.by, "A. Admin");
	assert_int_equal(p.waivers[0].until, INT64_C(1798761599)); /* 2026-12-31T23:59:59Z */
	assert_int_equal(p.waivers[0].w.until, INT64_C(1798761599));
	assert_int_equal(p.ca_count, 1);
	assert_string_equal(p.cas[0].id, "ours");
	assert_int_equal(p.cas[0].issuer_match_count, 2);
	assert_string_equal(p.cas[0].key_ids[0], "00ff10");
	assert_int_equal(p.cas[0].ocsp, CA_OCSP_ENDED);
	assert_int_equal(p.cas[0].ocsp_ended, INT64_C(1767312000)); /* 2026-01-02 */
	assert_int_equal(p.cas[0].must_staple, CA_STAPLE_DROPPED);
	policy_wipe(&p);
}

static void printed(const struct policy *p, struct buf *out)
{
	struct err e;

	buf_init(out);
	assert_int_equal(policy_print(p, out, &e), 0);
	(void)buf_cstr(out);
}

/* Without the comments, which name other lines after a round trip. */
static void strip_comments(struct buf *b)
{
	size_t n = 0;

	for (size_t i = 0; i < b->n; i++) {
		if (b->p[i] == '#')
			while (b->p[i] != '\n')
				i++;
		b->p[n++] = b->p[i];
	}
	b->n = n;
	(void)buf_cstr(b);
}

static void printed_and_read_back_it_is_the_same(void **state)
{
	struct policy p, q;
	struct buf a, b;

	(void)state;
	accepted(&p, every_option);
	printed(&p, &a);
	assert_non_null(strstr((char *)a.p, "skew = 1m"));
	assert_non_null(strstr((char *)a.p, "# F:1\n"));
	assert_non_null(strstr((char *)a.p, "reason = 'the vendor\\'s \"appliance\"'"));
	assert_non_null(strstr((char *)a.p, "ocsp = 'ended 2026-01-02'"));
	accepted(&q, (char *)a.p);
	printed(&q, &b);
	strip_comments(&a);
	strip_comments(&b);
	assert_string_equal((char *)a.p, (char *)b.p);
	buf_wipe(&a);
	buf_wipe(&b);
	policy_wipe(&p);
	policy_wipe(&q);
}

static void nothing_is_the_built_in_policy(void **state)
{
	struct policy p, q;
	struct buf a, b;
	struct err e;

	(void)state;
	accepted(&p, "");
	assert_int_equal(policy_init(&q, &e), 0);
	printed(&p, &a);
	printed(&q, &b);
	assert_string_equal((char *)a.p, (char *)b.p);
	assert_null(strstr((char *)a.p, "F:"));
	buf_wipe(&a);
	buf_wipe(&b);
	policy_wipe(&p);
	policy_wipe(&q);
}

#define TOP "skew, must_staple, clients, staple, certificate, gate, severity, name, responder, " \
	    "waiver, ca, include"

static void wrong_values_say_what_is_allowed(void **state)
{
	(void)state;
	refused("skew = 1", "F:1: skew: '1' is not allowed; allowed: a duration like 90s, 15m, 24h, "
			    "7d, 2w, or 0");
	refused("skew = 13h", "F:1: skew: '13h' is not allowed; allowed: at most 12h");
	refused("\nmust_staple = yes",
		"F:2: must_staple: 'yes' is not allowed; allowed: allowed, required, forbidden");
	refused("clients = {firefox, chrome}",
		"F:1: clients: 'chrome' is not allowed; allowed: firefox, gnutls, openssl, rfc7633");
	refused("clients = {firefox, firefox}", "F:1: clients: 'firefox' is listed twice");
	refused("staple { min_left = 101% }",
		"F:1: staple.min_left: '101%' is not allowed; allowed: a duration like 24h, or a "
		"share of the staple's life like 25%");
	refused("staple { min_left_severity = fatal }",
		"F:1: staple.min_left_severity: 'fatal' is not allowed; allowed: off, info, warning, "
		"error");
	refused("staple {\n\tmax_age = 25%\n}",
		"F:2: staple.max_age: '25%' is not allowed; allowed: a duration like 90s, 15m, 24h, "
		"7d, 2w, or 0");
	refused("staple { sha1 = info }",
		"F:1: staple.sha1: 'info' is not allowed; allowed: allow, warning, error");
	refused("staple { sha1 = '' }",
		"F:1: staple.sha1: '' is not allowed; allowed: allow, warning, error");
	refused("staple { rsa_min = 512 }",
		"F:1: staple.rsa_min: '512' is not allowed; allowed: a number from 1024 to 16384");
	refused("certificate { min_left = -1d }",
		"F:1: certificate.min_left: '-1d' is not allowed; allowed: a duration like 90s, 15m, "
		"24h, 7d, 2w, or 0");
	refused("certificate { max_life = forever }",
		"F:1: certificate.max_life: 'forever' is not allowed; allowed: a duration like 90s, "
		"15m, 24h, 7d, 2w, or 0");
	refused("certificate { key_kinds = {rsa, all} }",
		"F:1: certificate.key_kinds: 'all' stands alone");
	refused("certificate { key_kinds = ecdsa }",
		"F:1: certificate.key_kinds: 'ecdsa' is not allowed; allowed: all, rsa, rsa-pss, dsa, "
		"ec, ed25519, ed448");
	refused("certificate { rsa_min = 0x800 }",
		"F:1: certificate.rsa_min: '0x800' is not allowed; allowed: a number from 1024 to "
		"16384");
	refused("certificate { ec_min = 522 }",
		"F:1: certificate.ec_min: '522' is not allowed; allowed: a number from 192 to 521");
	refused("certificate { sha1 = off }",
		"F:1: certificate.sha1: 'off' is not allowed; allowed: allow, warning, error");
	refused("gate { rounds = 0 }",
		"F:1: gate.rounds: '0' is not allowed; allowed: a number from 1 to 1000");
	refused("gate { rounds = 99999999999999999999 }",
		"F:1: gate.rounds: '99999999999999999999' is not allowed; allowed: a number from 1 "
		"to 1000");
	refused("gate { tls = {1.2, 1.1} }",
		"F:1: gate.tls: '1.1' is not allowed; allowed: 1.2, 1.3");
	refused("gate { every_address = true }",
		"F:1: gate.every_address: 'true' is not allowed; allowed: yes, no");
	refused("severity { feature.missing = fatal }",
		"F:1: severity.feature.missing: 'fatal' is not allowed; allowed: off, info, warning, "
		"error");
	refused("severity { chain.no-issuer = off }",
		"F:1: severity.chain.no-issuer: 'chain.no-issuer' says that something could not be "
		"checked, which no policy can change");
	refused("name a { must_staple = no }",
		"F:1: name.must_staple: 'no' is not allowed; allowed: allowed, required, forbidden");
	refused("responder a { url = 'ftp://a/' }",
		"F:1: responder.url: 'ftp://a/' is not allowed; allowed: an http:// or https:// URL "
		"with a host");
	refused("responder a { url = 'http:///' }",
		"F:1: responder.url: 'http:///' is not allowed; allowed: an http:// or https:// URL "
		"with a host");
}

static void wrong_waivers_and_records(void **state)
{
	(void)state;
	refused("waiver { finding = feature.mising }",
		"F:1: waiver.finding: 'feature.mising' is no finding id (--explain all lists them)");
	refused("waiver { finding = chain.no-issuer }",
		"F:1: waiver.finding: 'chain.no-issuer' says that something could not be checked, "
		"which no policy can change");
	refused("waiver { until = 2026-13-01 }",
		"F:1: waiver.until: '2026-13-01' is not allowed; allowed: a date like 2026-12-31");
	refused("waiver { until = '2026-12-31T00:00:00Z' }",
		"F:1: waiver.until: '2026-12-31T00:00:00Z' is not allowed; allowed: a date like "
		"2026-12-31");
	refused("waiver {\nfinding = feature.critical\nsubject = a\nreason = b\nby = c\n}",
		"F:6: 'until' of this section 'waiver' is missing");
	refused("waiver {\nfinding = feature.critical\nsubject = a\nuntil = 2026-12-31\nby = c\n}",
		"F:6: 'reason' of this section 'waiver' is missing");
	refused("waiver {\nfinding = feature.critical\nsubject = a\nuntil = 2026-12-31\nreason = c}",
		"F:5: 'by' of this section 'waiver' is missing");
	refused("waiver {\nsubject = a\nuntil = 2026-12-31\nreason = c\nby = d}",
		"F:5: 'finding' of this section 'waiver' is missing");
	refused("waiver {\nfinding = feature.critical\nuntil = 2026-12-31\nreason = c\nby = d}",
		"F:5: 'subject' of this section 'waiver' is missing");
	refused("waiver { reason = '' }",
		"F:1: waiver.reason: '' is not allowed; allowed: text that is not empty");
	refused("waiver {\n}\n", "F:2: 'finding' of this section 'waiver' is missing");
	refused("name '*.a' {\n}", "F:2: 'must_staple' of this section 'name' is missing");
	refused("responder '*' { }", "F:1: 'url' of this section 'responder' is missing");
	refused("name '' { must_staple = allowed }",
		"F:1: a title that is not empty is missing behind 'name'");
	refused("ca nobody { must_staple = refused }",
		"F:1: unknown CA id 'nobody'; a new record needs its 'name' too");
	refused("ca nobody { name = a\nsource = b }",
		"F:2: unknown CA id 'nobody'; a new record needs its 'checked' too");
	refused("ca a { issuer = Example }",
		"F:1: ca.issuer: 'Example' is not allowed; allowed: ATTRIBUTE=VALUE of the issuer's "
		"name, like O=Example");
	refused("ca a { key_ids = {00, 0G} }",
		"F:1: ca.key_ids: '0G' is not allowed; allowed: a key identifier in lower-case hex");
	refused("ca a { ocsp = 'ended soon' }",
		"F:1: ca.ocsp: 'ended soon' is not allowed; allowed: yes, no, unknown, 'ended DATE'");
	refused("ca a { ocsp = ended }",
		"F:1: ca.ocsp: 'ended' is not allowed; allowed: yes, no, unknown, 'ended DATE'");
	refused("ca a { must_staple = never }",
		"F:1: ca.must_staple: 'never' is not allowed; allowed: unknown, on-request, profile, "
		"silently-dropped, refused");
	refused("ca a { checked = yesterday }",
		"F:1: ca.checked: 'yesterday' is not allowed; allowed: a date like 2026-12-31");
}

static void unknown_words_are_errors(void **state)
{
	(void)state;
	refused("skw = 5m", "F:1: unknown option or section 'skw'; allowed: " TOP);
	refused("gates { }", "F:1: unknown option or section 'gates'; allowed: " TOP);
	refused("gate {\n\n\tround = 3\n}",
		"F:3: unknown option 'round' in 'gate'; allowed: rounds, tls, every_address");
	refused("rounds = 3", "F:1: unknown option or section 'rounds'; allowed: " TOP);
	refused("waiver { untill = 2026-12-31 }",
		"F:1: unknown option 'untill' in 'waiver'; allowed: finding, subject, until, reason, "
		"by");
	refused("severity { feature.mising = off }",
		"F:1: unknown finding id 'feature.mising' in 'severity' (--explain all lists them)");
	refused("gate|rounds = 3", "F:1: '|' is not allowed here: put the text in quotes");
	refused("'gate|rounds' = 3", "F:1: ''gate|rounds'' in place of an option or section");
}

static void twice_is_an_error(void **state)
{
	struct policy p;

	(void)state;
	refused("skew = 5m\nskew = 5m", "F:2: option 'skew' is given twice (first in line 1)");
	refused("gate { rounds = 3 }\n\ngate {\n rounds = 3 }",
		"F:4: option 'rounds' of 'gate' is given twice (first in line 1)");
	refused("clients = {gnutls}\nclients = {firefox, gnutls}",
		"F:2: option 'clients' is given twice (first in line 1)");
	refused("severity { feature.missing = off\nfeature.missing = off }",
		"F:2: option 'feature.missing' of 'severity' is given twice (first in line 1)");
	refused("name a { must_staple = allowed }\nname a { must_staple = required }",
		"F:2: option 'must_staple' of name 'a' is given twice (first in line 1)");
	refused("waiver { by = a\nby = b }",
		"F:2: option 'by' of 'waiver' is given twice (first in line 1)");
	accepted(&p, "gate { rounds = 3 }\ngate { tls = {1.2} }\n");
	assert_int_equal(p.tls, 1);
	policy_wipe(&p);
}

static void syntax_is_strict(void **state)
{
	(void)state;
	refused("skew = \"${HOME}\"", "F:1: '${' is not allowed here: put the text in single quotes");
	refused("skew = ${HOME}", "F:1: '$' is not allowed here: put the text in single quotes");
	refused("skew = a${HOME}", "F:1: '$' is not allowed here: put the text in single quotes");
	refused("skew = '${HOME}'", "F:1: skew: '${HOME}' is not allowed; allowed: a duration like 90s, "
				    "15m, 24h, 7d, 2w, or 0");
	refused("clients += {gnutls}",
		"F:1: '+' is not allowed here: a list is given whole, with '='");
	refused("clients = {}", "F:1: an empty place in the list of 'clients'");
	refused("clients = {gnutls,}", "F:1: an empty place in the list of 'clients'");
	refused("clients = {gnutls firefox}",
		"F:1: 'firefox' behind a value of 'clients'; allowed: ',' '}'");
	refused("clients = {,}", "F:1: ',' in the list of 'clients'; allowed: values, commas");
	refused("skew = {5m}", "F:1: 'skew' takes one value, not a list");
	refused("skew = ,", "F:1: ',' in place of the value of 'skew'");
	refused("skew =", "F:1: 'end of file' in place of the value of 'skew'");
	refused("skew 5m", "F:1: '5m' behind option 'skew'; allowed: '='");
	refused("skew = 5m }", "F:1: '}' in place of an option or section");
	refused("gate\n[ ]", "F:2: '[' is not allowed here: put the text in quotes");
	refused("gate = 3", "F:1: '=' behind section 'gate'; allowed: '{'");
	refused("gate {\nrounds = 3", "F:2: section 'gate' of line 1 has no '}'");
	refused("gate { { } }", "F:1: '{' in section 'gate'; allowed: an option, '}'");
	refused("name { must_staple = allowed }",
		"F:1: '{' behind section 'name'; allowed: its title, then '{'");
	refused("name a b { }", "F:1: 'b' behind section 'name'; allowed: '{'");
	refused("skew = '5m", "F:1: a string that does not end on its line");
	refused("skew = '5m\n'", "F:1: a string that does not end on its line");
	refused("skew = \"5\\m\"", "F:1: unknown escape; allowed in double quotes: \\\\ and \\\"");
	refused("skew = '5\tm'", "F:1: control character 0x09 in a string");
	refused("skew = 5\xc3\xa9", "F:1: byte 0xc3 is not allowed here: put the text in quotes");
	refused("/* a */ skew = 5m", "F:1: '/' is not allowed here: put the text in quotes");
	refused("include 'a'", "F:1: ''a'' behind include; allowed: '('");
	refused("include()", "F:1: ')' behind include(; allowed: the name of a file");
	refused("include('a', 'b')", "F:1: ',' behind the file of include; allowed: ')'");
	refused("include('a')", "F:1: includes are nested more than 16 deep");
}

static void nul_bytes_are_refused(void **state)
{
	struct policy p;
	struct err e;

	(void)state;
	assert_int_equal(policy_init(&p, &e), 0);
	assert_int_equal(policy_read_text(&p, span_of("skew\0= 5m", 9), "F", &e), -1);
	assert_string_equal(e.text, "F: it holds a NUL byte; this is no policy");
	policy_wipe(&p);
}

static void later_files_win(void **state)
{
	struct policy p;
	struct buf b;
	struct err e;

	(void)state;
	accepted(&p, "skew = 1m\nname a { must_staple = required }\nname b { must_staple = allowed }");
	assert_int_equal(policy_read_text(&p, span_str("name a { must_staple = forbidden }"), "G", &e),
			 0);
	assert_int_equal(p.name_count, 2);
	assert_string_equal(p.names[0].pattern, "b");
	assert_int_equal(p.names[1].stance, POLICY_FORBIDDEN);
	printed(&p, &b);
	assert_non_null(strstr((char *)b.p, "# F:1\n"));
	assert_non_null(strstr((char *)b.p, "must_staple = allowed                   # F:3\n"));
	assert_non_null(strstr((char *)b.p, "must_staple = forbidden                 # G:1\n"));
	buf_wipe(&b);
	policy_wipe(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_option_is_set),
		cmocka_unit_test(printed_and_read_back_it_is_the_same),
		cmocka_unit_test(nothing_is_the_built_in_policy),
		cmocka_unit_test(wrong_values_say_what_is_allowed),
		cmocka_unit_test(wrong_waivers_and_records),
		cmocka_unit_test(unknown_words_are_errors),
		cmocka_unit_test(twice_is_an_error),
		cmocka_unit_test(syntax_is_strict),
		cmocka_unit_test(nul_bytes_are_refused),
		cmocka_unit_test(later_files_win),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
