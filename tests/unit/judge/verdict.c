#include "tests/unit/unit.h"

#include "judge/verdict.h"

static void words_of_severity_and_verdict(void **state)
{
	enum severity s;

	(void)state;
	for (enum severity i = SEVERITY_OFF; i <= SEVERITY_ERROR; i++) {
		assert_int_equal(severity_parse(severity_text(i), &s), 0);
		assert_int_equal(s, i);
	}
	assert_int_equal(severity_parse("Error", &s), -1);
	assert_int_equal(severity_parse("", &s), -1);
	assert_string_equal(verdict_text(VERDICT_PASS), "pass");
	assert_string_equal(verdict_text(VERDICT_UNKNOWN), "unknown");
	assert_string_equal(verdict_text(VERDICT_FAIL), "fail");
	assert_int_equal(verdict_worst(VERDICT_FAIL, VERDICT_UNKNOWN), VERDICT_FAIL);
	assert_int_equal(verdict_worst(VERDICT_PASS, VERDICT_UNKNOWN), VERDICT_UNKNOWN);
	assert_int_equal(verdict_worst(VERDICT_PASS, VERDICT_PASS), VERDICT_PASS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_of_severity_and_verdict),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
