#include "tests/unit/unit.h"

#include "judge/finding.h"

static void rows_are_sorted_and_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < finding_rule_count; i++) {
		if (i > 0 && strcmp(finding_rules[i - 1].id, finding_rules[i].id) >= 0)
			fail_msg("%s stands behind %s", finding_rules[i].id,
				 finding_rules[i - 1].id);
		assert_ptr_equal(finding_rule_get(finding_rules[i].id), &finding_rules[i]);
	}
	assert_null(finding_rule_get("feature"));
	assert_null(finding_rule_get("feature.missing2"));
	assert_null(finding_rule_get(""));
}

/* One of the fields' habits; `what` is for the message. */
static void check_text(const struct finding_rule *r, const char *what, const char *s, char end)
{
	size_t n = strlen(s);

	if (n < 3 || s[n - 1] == ' ' || strchr(s, '\n') || strchr(s, '\t'))
		fail_msg("%s: its %s is empty or ends badly", r->id, what);
	if (end ? s[n - 1] != end : s[n - 1] == '.')
		fail_msg("%s: its %s ends in '%c'", r->id, what, s[n - 1]);
}

static void rows_are_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < finding_rule_count; i++) {
		const struct finding_rule *r = &finding_rules[i];

		assert_non_null(strchr(r->id, '.'));
		assert_int_equal(strspn(r->id, "abcdefghijklmnopqrstuvwxyz0123456789-."),
				 strlen(r->id));
		assert_true(r->severity > SEVERITY_OFF);
		if (r->unchecked)
			assert_int_equal(r->severity, SEVERITY_ERROR);
		check_text(r, "basis", r->basis, 0);
		check_text(r, "title", r->title, 0);
		check_text(r, "explanation", r->explanation, '.');
		check_text(r, "remedy", r->remedy, '.');
		if (strlen(r->title) > 90)
			fail_msg("%s: its title is longer than a line", r->id);
	}
}

static void explanation_begins_with_the_id(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b);
	finding_explain(&b, finding_rule_get("feature.missing"));
	assert_int_equal(strncmp(buf_cstr(&b), "feature.missing (error): ", 25), 0);
	assert_non_null(strstr(buf_cstr(&b), "\n    basis:  RFC 7633, "));
	assert_non_null(strstr(buf_cstr(&b), "\n    remedy: Ask the CA"));
	for (const char *line = buf_cstr(&b); *line;) {
		size_t n = strcspn(line, "\n");

		if (line != (char *)b.p)
			assert_memory_equal(line, "    ", 4);
		assert_true(n > 4);
		line += n + 1;
	}
	buf_wipe(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_sorted_and_found),
		cmocka_unit_test(rows_are_whole),
		cmocka_unit_test(explanation_begins_with_the_id),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
