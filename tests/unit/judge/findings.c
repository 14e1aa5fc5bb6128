#include "tests/unit/unit.h"

#include "judge/policyfile.h"

#define LAST INT64_C(1798761599) /* 2026-12-31T23:59:59Z */

static void policy(struct policy *p, const char *text)
{
	struct err e;

	assert_int_equal(policy_init(p, &e), 0);
	if (policy_read_text(p, span_str(text), "F", &e) != 0)
		fail_msg("%s", e.text);
}

static void added_ones_keep_what_they_say(void **state)
{
	struct findings f;
	struct err e;

	(void)state;
	findings_init(&f, NULL, 0);
	assert_int_equal(findings_verdict(&f, 0), VERDICT_PASS);
	findings_add(&f, "feature.in-ca", "a.pem#1", "%d of %s", 3, "them");
	assert_int_equal(findings_verdict(&f, 0), VERDICT_PASS);
	findings_add_hint(&f, "feature.missing", "b", "do that", "no %c", 'x');
	assert_int_equal(findings_check(&f, &e), 0);
	assert_int_equal(f.n, 2);
	assert_string_equal(f.v[0].subject, "a.pem#1");
	assert_string_equal(f.v[0].message, "3 of them");
	assert_ptr_equal(f.v[0].hint, finding_rule_get("feature.in-ca")->remedy);
	assert_int_equal(f.v[0].severity, SEVERITY_WARNING);
	assert_string_equal(f.v[1].hint, "do that");
	assert_int_equal(findings_verdict(&f, 0), VERDICT_FAIL);
	assert_int_equal(findings_verdict(&f, 2), VERDICT_PASS);
	assert_true(findings_has(&f, 0, "feature.in-ca"));
	assert_false(findings_has(&f, 1, "feature.in-ca"));
	findings_wipe(&f);
	assert_int_equal(f.n, 0);
}

static void what_could_not_be_checked_is_unknown(void **state)
{
	struct findings f;

	(void)state;
	findings_init(&f, NULL, 0);
	findings_add(&f, "chain.no-issuer", "a", "none");
	assert_int_equal(findings_verdict(&f, 0), VERDICT_UNKNOWN);
	findings_add(&f, "feature.missing", "a", "none");
	assert_int_equal(findings_verdict(&f, 0), VERDICT_FAIL);
	findings_wipe(&f);
}

static void an_unlisted_id_is_not_lost(void **state)
{
	struct findings f;
	struct err e;

	(void)state;
	findings_init(&f, NULL, 0);
	findings_add(&f, "no.such-id", "a", "lost");
	assert_int_equal(findings_verdict(&f, 0), VERDICT_UNKNOWN);
	assert_int_equal(findings_check(&f, &e), -1);
	assert_int_equal(e.code, ERR_INTERNAL);
	assert_string_equal(e.text, "finding 'no.such-id' is not in the catalogue");
	findings_wipe(&f);
}

static void the_policy_sets_severities(void **state)
{
	struct policy p;
	struct findings f;

	(void)state;
	policy(&p, "severity { feature.missing = warning feature.in-ca = off }");
	findings_init(&f, &p, 0);
	findings_add(&f, "feature.missing", "a", "m");
	findings_add(&f, "feature.in-ca", "a", "m");
	findings_add(&f, "feature.critical", "a", "m");
	assert_int_equal(f.n, 2);
	assert_int_equal(f.v[0].severity, SEVERITY_WARNING);
	assert_int_equal(f.v[1].severity, SEVERITY_ERROR);
	findings_wipe(&f);
	policy_wipe(&p);
}

static const char waiver[] = "waiver { finding = feature.missing\nsubject = '*legacy*'\n"
			     "until = 2026-12-31\nreason = 'old box'\nby = 'me' }";

static void a_waiver_holds_to_its_last_second(void **state)
{
	struct policy p;
	struct findings f;

	(void)state;
	policy(&p, waiver);
	findings_init(&f, &p, LAST);
	findings_add(&f, "feature.missing", "LEGACY.pem", "m");
	assert_int_equal(f.n, 1);
	assert_non_null(f.v[0].waived);
	assert_string_equal(f.v[0].waived->reason, "old box");
	assert_string_equal(f.v[0].waived->by, "me");
	assert_int_equal(f.v[0].waived->until, LAST);
	assert_int_equal(f.v[0].severity, SEVERITY_ERROR);
	assert_int_equal(findings_verdict(&f, 0), VERDICT_PASS);
	findings_wipe(&f);

	findings_init(&f, &p, LAST + 1);
	findings_add(&f, "feature.missing", "LEGACY.pem", "m");
	assert_int_equal(f.n, 2);
	assert_null(f.v[0].waived);
	assert_string_equal(f.v[1].rule->id, "policy.waiver-ended");
	assert_string_equal(f.v[1].message, "the waiver of feature.missing (old box, by me) ended at "
					    "2026-12-31T23:59:59Z");
	assert_int_equal(f.v[1].severity, SEVERITY_INFO);
	assert_int_equal(findings_verdict(&f, 0), VERDICT_FAIL);
	findings_wipe(&f);
	policy_wipe(&p);
}

static void a_waiver_is_for_its_finding_and_subject_only(void **state)
{
	struct policy p;
	struct findings f;
	struct buf b;

	(void)state;
	policy(&p, waiver);
	findings_init(&f, &p, LAST);
	findings_add(&f, "feature.missing", "new.pem", "m");
	findings_add(&f, "feature.critical", "legacy.pem", "m");
	assert_int_equal(f.n, 2);
	assert_null(f.v[0].waived);
	assert_null(f.v[1].waived);
	buf_init(&b);
	policy_print_unused(&p, &b);
	assert_string_equal(buf_cstr(&b),
			    "F:1: the waiver of feature.missing for '*legacy*' matched nothing\n");
	findings_add(&f, "feature.missing", "legacy.pem", "m");
	buf_reset(&b);
	policy_print_unused(&p, &b);
	assert_string_equal(buf_cstr(&b), "");
	buf_wipe(&b);
	findings_wipe(&f);
	policy_wipe(&p);
}

static void of_two_waivers_the_one_in_force_holds(void **state)
{
	struct policy p;
	struct findings f;

	(void)state;
	policy(&p, "waiver { finding = feature.missing subject = '*' until = 2026-01-01 reason = a "
		   "by = a }\n"
		   "waiver { finding = feature.missing subject = '*' until = 2026-12-31 reason = b "
		   "by = b }");
	findings_init(&f, &p, LAST);
	findings_add(&f, "feature.missing", "x", "m");
	assert_int_equal(f.n, 1);
	assert_string_equal(f.v[0].waived->reason, "b");
	findings_wipe(&f);
	policy_wipe(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(added_ones_keep_what_they_say),
		cmocka_unit_test(what_could_not_be_checked_is_unknown),
		cmocka_unit_test(an_unlisted_id_is_not_lost),
		cmocka_unit_test(the_policy_sets_severities),
		cmocka_unit_test(a_waiver_holds_to_its_last_second),
		cmocka_unit_test(a_waiver_is_for_its_finding_and_subject_only),
		cmocka_unit_test(of_two_waivers_the_one_in_force_holds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
