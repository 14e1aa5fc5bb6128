#include "tests/unit/unit.h"

#include "crypto/library.h"
#include "task/batch_line.h"

#include <stdio.h>
#include <stdlib.h>

static struct err e;

static void lines_are_counted(void **state)
{
	struct span text = span_str("\xef\xbb\xbf" "a\r\n\n# no\n  # no\n, ,\t\nb # c\nc,d"), line;
	size_t number = 0;

	(void)state;
	assert_true(batch_line_next(&text, &number, &line));
	assert_int_equal(number, 1);
	assert_true(span_equal(line, span_str("a\r")));
	assert_true(batch_line_next(&text, &number, &line));
	assert_int_equal(number, 6);
	assert_true(span_equal(line, span_str("b ")));
	assert_true(batch_line_next(&text, &number, &line));
	assert_int_equal(number, 7);
	assert_false(batch_line_next(&text, &number, &line));
}

static void names_of_a_line(void **state)
{
	struct san_list l;

	(void)state;
	san_list_init(&l);
	assert_int_equal(batch_line_names(span_str(" a.example,,b.example\t::1 a.example\r"), &l, &e), 0);
	assert_int_equal(l.n, 3);
	assert_string_equal(l.v[1].text, "b.example");
	assert_int_equal(batch_line_names(span_str("c.example *"), &l, &e), -1);
	assert_int_equal(batch_line_names(span_of("a\0b", 3), &l, &e), -1);
	assert_non_null(strstr(e.text, "NUL"));
	san_list_wipe(&l);
}

static void is_file(const char *name, const char *want)
{
	struct san_list l;
	char *file;

	san_list_init(&l);
	assert_int_equal(san_list_add(&l, NAME_OTHER, name, &e), 1);
	file = batch_line_file(&l.v[0]);
	assert_string_equal(file, want);
	free(file);
	san_list_wipe(&l);
}

static void files_have_safe_names(void **state)
{
	(void)state;
	is_file("www.example.com", "www.example.com");
	is_file("*.example.com", "_wildcard.example.com");
	is_file("https://../../etc/x", "https:__.._.._etc_x");
	is_file("a*b@example.com", "a_b@example.com");
}

static void a_file_name_is_used_once(void **state)
{
	struct batch_seen s = {NULL, 0, 0};
	char name[32];

	(void)state;
	for (int i = 1; i <= 1000; i++) {
		snprintf(name, sizeof name, "h%d", i);
		assert_int_equal(batch_seen_add(&s, name, (size_t)i), 0);
	}
	for (int i = 1; i <= 1000; i++) {
		snprintf(name, sizeof name, "h%d", i);
		assert_int_equal(batch_seen_add(&s, name, 5000), i);
	}
	batch_seen_wipe(&s);
	assert_int_equal(batch_seen_add(&s, "h1", 7), 0);
	batch_seen_wipe(&s);
}

static int start(void **state)
{
	(void)state;
	return crypto_start(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_counted),
		cmocka_unit_test(names_of_a_line),
		cmocka_unit_test(files_have_safe_names),
		cmocka_unit_test(a_file_name_is_used_once),
	};
	return cmocka_run_group_tests(tests, start, NULL);
}
