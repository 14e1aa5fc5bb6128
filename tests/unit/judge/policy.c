#include "tests/unit/unit.h"

#include "judge/policyfile.h"

#include <stdlib.h>

static void read_text(struct policy *p, const char *text)
{
	struct err e;

	assert_int_equal(policy_init(p, &e), 0);
	if (policy_read_text(p, span_str(text), "F", &e) != 0)
		fail_msg("%s", e.text);
}

static void defaults_are_as_documented(void **state)
{
	struct policy p;
	struct err e;

	(void)state;
	assert_int_equal(policy_init(&p, &e), 0);
	assert_int_equal(p.skew, 300);
	assert_int_equal(p.staple_min_left.percent, 25);
	assert_int_equal(p.staple_min_left_severity, SEVERITY_WARNING);
	assert_int_equal(p.staple_max_age, 0);
	assert_int_equal(p.ocsp_sha1, SEVERITY_ERROR);
	assert_int_equal(p.ocsp_rsa_min, 2048);
	assert_int_equal(p.cert_min_left, 0);
	assert_int_equal(p.cert_max_life, 0);
	assert_int_equal(p.clients, POLICY_FIREFOX | POLICY_GNUTLS);
	assert_int_equal(p.must_staple, POLICY_ALLOWED);
	assert_int_equal(p.rounds, 3);
	assert_int_equal(p.tls, 3);
	assert_true(p.every_address);
	assert_int_equal(policy_stance(&p, "www.example"), POLICY_ALLOWED);
	for (size_t i = 0; i < finding_rule_count; i++)
		assert_int_equal(policy_severity(&p, &finding_rules[i]), finding_rules[i].severity);
	policy_wipe(&p);
	assert_int_equal(policy_severity(NULL, &finding_rules[0]), finding_rules[0].severity);
}

static void the_last_match_of_a_name_wins(void **state)
{
	struct policy p;

	(void)state;
	read_text(&p, "must_staple = forbidden\n"
		      "name '*.bank.example' { must_staple = required }\n"
		      "name 'test.*' { must_staple = allowed }\n");
	assert_int_equal(policy_stance(&p, "www.BANK.example"), POLICY_REQUIRED);
	assert_int_equal(policy_stance(&p, "*.bank.example"), POLICY_REQUIRED);
	assert_int_equal(policy_stance(&p, "a.b.bank.example"), POLICY_REQUIRED);
	assert_int_equal(policy_stance(&p, "test.bank.example"), POLICY_ALLOWED);
	assert_int_equal(policy_stance(&p, "bank.example"), POLICY_FORBIDDEN);
	assert_int_equal(policy_stance(&p, "bank.example.org"), POLICY_FORBIDDEN);
	policy_wipe(&p);
}

static void a_responder_can_be_moved(void **state)
{
	struct policy p;

	(void)state;
	read_text(&p, "responder 'http://ocsp.example/*' { url = 'http://127.0.0.1:1/' }\n"
		      "responder '*/special' { url = 'http://127.0.0.1:2/' }\n");
	assert_string_equal(policy_responder(&p, "http://ocsp.example/a"), "http://127.0.0.1:1/");
	assert_string_equal(policy_responder(&p, "http://ocsp.example/special"),
			    "http://127.0.0.1:2/");
	assert_null(policy_responder(&p, "http://other.example/"));
	policy_wipe(&p);
}

/* Name: one RDN each for O (UTF8String "Example Ltd") and CN (PrintableString "Sub CA"). */
static const uint8_t issuer[] = {
	0x30, 0x27, 0x31, 0x14, 0x30, 0x12, 0x06, 0x03, 0x55, 0x04, 0x0a, 0x0c, 0x0b, 'E', 'x',
	'a',  'm',  'p',  'l',  'e',  ' ',  'L',  't',  'd',  0x31, 0x0f, 0x30, 0x0d, 0x06, 0x03,
	0x55, 0x04, 0x03, 0x13, 0x06, 'S',  'u',  'b',  ' ',  'C',  'A'};

#define REST "source = b\nchecked = 2026-01-01 }\n"

static void a_ca_is_known_by_name_or_key(void **state)
{
	static const uint8_t key[] = {0x01, 0xab, 0xff}, other[] = {0x01, 0xab};
	struct cert c = {.issuer = span_of(issuer, sizeof issuer)};
	struct policy p;

	(void)state;
	read_text(&p, "ca none { name = a\n" REST
		      "ca by-name { name = a\nissuer = {'CN=Root*', 'O=example ltd'}\n" REST
		      "ca later { name = a\nissuer = {'CN=Sub CA'}\n" REST
		      "ca by-key { name = a\nkey_ids = {00, 01abff}\n" REST);
	assert_string_equal(policy_ca_of(&p, &c)->id, "by-name");
	c.x.aki = span_of(key, sizeof key);
	assert_string_equal(policy_ca_of(&p, &c)->id, "by-key");
	c.x.aki = span_of(other, sizeof other);
	assert_string_equal(policy_ca_of(&p, &c)->id, "by-name");
	c.issuer = span_of("\x30\x00", 2);
	assert_null(policy_ca_of(&p, &c));
	c.x.aki = span_of(key, 0);
	assert_null(policy_ca_of(&p, &c));
	assert_string_equal(policy_ca_get(&p, "later")->id, "later");
	assert_null(policy_ca_get(&p, "Later"));
	policy_wipe(&p);
}

static void a_record_grows_old(void **state)
{
	const int64_t checked = INT64_C(1767225600); /* 2026-01-01 */
	struct policy p;

	(void)state;
	read_text(&p, "ca a { name = a\n" REST);
	assert_false(policy_ca_old(&p.cas[0], checked));
	assert_false(policy_ca_old(&p.cas[0], checked + 366 * 86400 - 1));
	assert_true(policy_ca_old(&p.cas[0], checked + 366 * 86400));
	policy_wipe(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_are_as_documented),
		cmocka_unit_test(the_last_match_of_a_name_wins),
		cmocka_unit_test(a_responder_can_be_moved),
		cmocka_unit_test(a_ca_is_known_by_name_or_key),
		cmocka_unit_test(a_record_grows_old),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
