#include "tests/unit/unit.h"

#include "judge/promise.h"

/* A certificate with nothing wrong, as facts; each test spoils one of them. */
static struct cert good_cert(void)
{
	static const uint8_t key[] = {0x30, 0x00};
	struct cert c = {.version = 3, .not_before = 1000, .not_after = 90 * 86400};

	c.key = (struct spki){.der = {key, sizeof key}, .kind = KEY_EC, .size = 256};
	c.x.path_len = -1;
	c.x.has_eku = true;
	c.x.eku = EKU_SERVER_AUTH;
	c.x.feature = (struct feature_facts){.extensions = 1, .status_request = true, .values = 1};
	return c;
}

static struct policy policy;
static struct findings found;

static int setup(void **state)
{
	struct err e;

	(void)state;
	findings_init(&found, &policy, 5000);
	return policy_init(&policy, &e);
}

static int teardown(void **state)
{
	(void)state;
	findings_wipe(&found);
	policy_wipe(&policy);
	return 0;
}

static struct promise_input input(const struct cert *c)
{
	return (struct promise_input){.cert = c, .subject = "c.pem", .now = 5000, .policy = &policy,
				      .expect = EXPECT_MUST_STAPLE};
}

static void only(const char *id, enum severity severity)
{
	assert_int_equal(found.n, 1);
	assert_string_equal(found.v[0].rule->id, id);
	assert_int_equal(found.v[0].severity, severity);
	assert_string_equal(found.v[0].subject, "c.pem");
	assert_true(found.v[0].message[0] != '\0');
	assert_true(found.v[0].hint[0] != '\0');
}

static void nothing_is_said_of_a_good_one(void **state)
{
	struct cert c = good_cert();
	struct promise_input in = input(&c);

	(void)state;
	promise_extension(&in, &found);
	promise_expectation(&in, &found);
	promise_key(&in, &found);
	promise_dates(&in, &found);
	promise_chain(&in, &found);
	assert_int_equal(found.n, 0);
	assert_int_equal(findings_verdict(&found, 0), VERDICT_PASS);
}

static void missing_and_present_are_told_by_what_was_expected(void **state)
{
	struct cert c = good_cert();
	struct promise_input in = input(&c);

	(void)state;
	in.expect = EXPECT_NO_MUST_STAPLE;
	promise_expectation(&in, &found);
	only("feature.present", SEVERITY_ERROR);
	findings_wipe(&found);
	c.x.feature = (struct feature_facts){0};
	promise_expectation(&in, &found);
	assert_int_equal(found.n, 0);
	in.expect = EXPECT_ANY;
	promise_expectation(&in, &found);
	assert_int_equal(found.n, 0);
	in.expect = EXPECT_MUST_STAPLE;
	promise_expectation(&in, &found);
	only("feature.missing", SEVERITY_ERROR);
}

static void a_malformed_promise_is_never_no_promise(void **state)
{
	struct cert c = good_cert();
	struct promise_input in = input(&c);

	(void)state;
	c.x.feature = (struct feature_facts){.extensions = 1, .malformed = true, .why = "padded"};
	in.expect = EXPECT_NO_MUST_STAPLE;
	promise_expectation(&in, &found);
	only("feature.present", SEVERITY_ERROR);
	findings_wipe(&found);
	promise_extension(&in, &found);
	only("feature.malformed", SEVERITY_ERROR);
	assert_non_null(strstr(found.v[0].message, "padded"));
}

static void each_oddity_of_the_list_has_its_finding(void **state)
{
	static const struct {
		struct feature_facts x;
		const char *id;
		enum severity severity;
	} rows[] = {
		{{.extensions = 1, .empty = true}, "feature.empty", SEVERITY_ERROR},
		{{.extensions = 1, .negative = true, .status_request = true}, "feature.negative",
		 SEVERITY_ERROR},
		{{.extensions = 1, .above_65535 = true, .status_request = true},
		 "feature.above-65535", SEVERITY_ERROR},
		{{.extensions = 2, .status_request = true}, "feature.duplicate", SEVERITY_ERROR},
		{{.extensions = 1, .critical = true, .status_request = true}, "feature.critical",
		 SEVERITY_ERROR},
		{{.extensions = 1, .repeated = true, .status_request = true},
		 "feature.repeated-value", SEVERITY_WARNING},
		{{.extensions = 1, .status_request_v2 = true}, "feature.v2-only", SEVERITY_WARNING},
		{{.extensions = 1, .status_request = true, .other = true}, "feature.other-values",
		 SEVERITY_WARNING},
		{{.extensions = 1, .status_request = true, .status_request_v2 = true},
		 "feature.other-values", SEVERITY_WARNING},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct cert c = good_cert();
		struct promise_input in = input(&c);

		c.x.feature = rows[i].x;
		promise_extension(&in, &found);
		only(rows[i].id, rows[i].severity);
		findings_wipe(&found);
	}
}

static void the_role_of_the_certificate_matters(void **state)
{
	static const struct {
		bool ca;
		uint16_t eku;
		const char *id;
	} rows[] = {
		{true, EKU_SERVER_AUTH, "feature.in-ca"},
		{false, EKU_OCSP_SIGNING, "feature.in-ocsp-signer"},
		{false, EKU_EMAIL_PROTECTION, "feature.no-server-auth"},
		{false, EKU_SERVER_AUTH | EKU_CLIENT_AUTH, "feature.client-auth"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct cert c = good_cert();
		struct promise_input in = input(&c);

		c.x.ca = rows[i].ca;
		c.x.eku = rows[i].eku;
		promise_extension(&in, &found);
		only(rows[i].id, SEVERITY_WARNING);
		findings_wipe(&found);
	}
}

static void dates_hold_to_the_second(void **state)
{
	struct cert c = good_cert();
	struct promise_input in = input(&c);

	(void)state;
	in.now = c.not_before;
	promise_dates(&in, &found);
	in.now = c.not_after;
	promise_dates(&in, &found);
	assert_int_equal(found.n, 0);
	in.now = c.not_before - 1;
	promise_dates(&in, &found);
	only("cert.not-yet-valid", SEVERITY_ERROR);
	findings_wipe(&found);
	in.now = c.not_after + 1;
	promise_dates(&in, &found);
	only("cert.expired", SEVERITY_ERROR);
	findings_wipe(&found);
	c.not_after = WHEN_NONE;
	in.now = 5000;
	promise_dates(&in, &found);
	only("cert.expired", SEVERITY_ERROR);
}

static void the_policy_bounds_life_and_keys(void **state)
{
	static const uint8_t other[] = {0x30, 0x01, 0x00};
	struct cert c = good_cert();
	struct promise_input in = input(&c);

	(void)state;
	policy.cert_max_life = 86400;
	promise_dates(&in, &found);
	only("cert.life-too-long", SEVERITY_ERROR);
	findings_wipe(&found);
	policy.cert_max_life = 0;
	policy.cert_min_left = 91 * 86400;
	promise_dates(&in, &found);
	only("cert.expires-soon", SEVERITY_WARNING);
	findings_wipe(&found);
	policy.key_kinds = 1u << KEY_RSA;
	promise_key(&in, &found);
	only("key.kind", SEVERITY_ERROR);
	findings_wipe(&found);
	policy.key_kinds = 0;
	policy.key_ec_min = 384;
	promise_key(&in, &found);
	only("key.weak", SEVERITY_ERROR);
	findings_wipe(&found);
	policy.key_ec_min = 256;
	in.key_spki = span_of(other, sizeof other);
	promise_key(&in, &found);
	only("key.mismatch", SEVERITY_ERROR);
}

static void a_promise_that_cannot_be_kept_is_an_error(void **state)
{
	struct cert c = good_cert();
	struct promise_input in = input(&c);

	(void)state;
	promise_stapleable(&in, &found);
	only("ocsp.no-url", SEVERITY_ERROR);
	findings_wipe(&found);
	c.x.feature = (struct feature_facts){0};
	promise_stapleable(&in, &found);
	assert_int_equal(found.n, 0);
}

static void a_path_says_where_it_broke(void **state)
{
	static struct chain_path path;
	struct cert c = good_cert();
	struct promise_input in = input(&c);

	(void)state;
	path = (struct chain_path){.state = CHAIN_BAD_SIGNATURE, .level = 0, .n = 1};
	path.cert[0] = c;
	strcpy(path.reason, "the signature does not check");
	in.path = &path;
	promise_chain(&in, &found);
	only("chain.bad-signature", SEVERITY_ERROR);
	findings_wipe(&found);
	path.state = CHAIN_NO_ISSUER;
	path.cert[0].issuer = span_str("a");
	path.cert[0].subject = span_str("b");
	promise_chain(&in, &found);
	only("chain.no-issuer", SEVERITY_ERROR);
	assert_int_equal(findings_verdict(&found, 0), VERDICT_UNKNOWN);
	findings_wipe(&found);
	path.cert[0].subject = span_str("a");
	promise_chain(&in, &found);
	only("chain.untrusted", SEVERITY_ERROR);
	assert_int_equal(findings_verdict(&found, 0), VERDICT_FAIL);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(nothing_is_said_of_a_good_one),
		T(missing_and_present_are_told_by_what_was_expected),
		T(a_malformed_promise_is_never_no_promise),
		T(each_oddity_of_the_list_has_its_finding),
		T(the_role_of_the_certificate_matters),
		T(dates_hold_to_the_second),
		T(the_policy_bounds_life_and_keys),
		T(a_promise_that_cannot_be_kept_is_an_error),
		T(a_path_says_where_it_broke),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
