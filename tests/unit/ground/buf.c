#include "tests/unit/unit.h"

#include "ground/buf.h"

#include <stdio.h>
#include <stdlib.h>

static void grows_and_keeps_what_it_had(void **state)
{
	struct buf b;
	struct err e;

	(void)state;
	buf_init(&b);
	for (int i = 0; i < 1000; i++)
		buf_printf(&b, "%d,", i);
	assert_int_equal(buf_check(&b, "b", &e), 0);
	assert_int_equal(b.n, 10 * 2 + 90 * 3 + 900 * 4);
	assert_memory_equal(b.p, "0,1,2,3,", 8);
	assert_string_equal(buf_cstr(&b) + b.n - 8, "998,999,");
	buf_wipe(&b);
	assert_null(b.p);
}

static void failure_is_sticky_and_keeps_the_old(void **state)
{
	struct buf b;
	struct err e;

	(void)state;
	buf_init(&b);
	b.limit = 4;
	buf_add_str(&b, "abcd");
	assert_int_equal(buf_check(&b, "b", &e), 0);
	buf_add_byte(&b, 'e');
	buf_add_str(&b, "");
	assert_int_equal(buf_check(&b, "the row", &e), -1);
	assert_int_equal(e.code, ERR_LIMIT);
	assert_non_null(strstr(e.text, "the row"));
	assert_int_equal(b.n, 4);
	buf_reset(&b);
	buf_add_str(&b, "xy");
	assert_int_equal(buf_check(&b, "b", &e), 0);
	buf_wipe(&b);
}

static void sizes_cannot_overflow(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b);
	buf_add_byte(&b, 1);
	assert_false(buf_reserve(&b, SIZE_MAX));
	assert_true(b.failed);
	buf_wipe(&b);
}

static void the_nul_does_not_count(void **state)
{
	struct buf b;
	struct err e;

	(void)state;
	buf_init(&b);
	b.limit = 4;
	buf_printf(&b, "%s", "abcd");
	assert_string_equal(buf_cstr(&b), "abcd");
	assert_int_equal(buf_check(&b, "b", &e), 0);
	buf_printf(&b, "%d", 1);
	assert_int_equal(buf_check(&b, "b", &e), -1);
	assert_string_equal(buf_cstr(&b), "");
	buf_wipe(&b);
	b.limit = 64;
	for (int i = 0; i < 64; i++)
		buf_add_byte(&b, 'x');
	assert_int_equal(strlen(buf_cstr(&b)), 64);
	buf_wipe(&b);
}

static void room_is_where_the_next_byte_goes(void **state)
{
	struct buf b;
	uint8_t *p;

	(void)state;
	buf_init(&b);
	buf_add_str(&b, "ab");
	p = buf_room(&b, 1000);
	assert_ptr_equal(p, b.p + 2);
	memset(p, 'c', 1000);
	b.n += 1000;
	buf_add_byte(&b, 'd');
	assert_int_equal(buf_cstr(&b)[1002], 'd');
	b.limit = 1004;
	assert_non_null(buf_room(&b, 1));
	assert_null(buf_room(&b, 2));
	assert_null(buf_room(&b, 1));
	buf_wipe(&b);
}

static void secrets_are_overwritten(void **state)
{
	uint8_t secret[16];
	struct buf b;

	(void)state;
	memset(secret, 7, sizeof secret);
	wipe_secret(secret, 8);
	for (int i = 0; i < 16; i++)
		assert_int_equal(secret[i], i < 8 ? 0 : 7);
	wipe_secret(NULL, 0);
	buf_init(&b);
	buf_wipe_secret(&b);
	buf_add_str(&b, "x");
	buf_wipe_secret(&b);
	assert_null(b.p);
}

static void errors_keep_whole_characters(void **state)
{
	struct err e;
	char many[2 * ERR_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i + 1 < sizeof many; i += 2)
		memcpy(many + i, "\xc3\xa9", 2);
	many[sizeof many - 1] = '\0';
	many[sizeof many - 2] = '\0';
	assert_int_equal(err_set(&e, ERR_PARSE, "%s", many), -1);
	assert_int_equal(strlen(e.text) % 2, 0);
	err_set(&e, ERR_PARSE, "bad");
	assert_int_equal(err_prefix(&e, "%s", "file"), -1);
	assert_string_equal(e.text, "file: bad");
}

static void arrays_grow(void **state)
{
	size_t cap = 0, huge = SIZE_MAX / 4;
	uint32_t *v = NULL;

	(void)state;
	for (uint32_t i = 0; i < 1000; i++) {
		v = array_grow(v, i, &cap, sizeof *v);
		assert_non_null(v);
		assert_true(cap > i);
		v[i] = i;
	}
	for (uint32_t i = 0; i < 1000; i++)
		assert_int_equal(v[i], i);
	assert_null(array_grow(v, huge, &huge, sizeof *v));
	assert_int_equal(huge, SIZE_MAX / 4);
	free(v);
}

static void strings_are_copied(void **state)
{
	char text[8], **v = NULL;
	size_t n = 0, cap = 0, huge = SIZE_MAX / 2;

	(void)state;
	for (unsigned i = 0; i < 100; i++) {
		snprintf(text, sizeof text, "%u", i);
		assert_string_equal(array_add_copy(&v, &n, &cap, text), text);
		assert_int_equal(n, i + 1);
	}
	assert_string_equal(v[0], "0");
	assert_string_equal(v[99], "99");
	n = huge; /* no memory for so many: nothing changes */
	assert_null(array_add_copy(&v, &n, &huge, "x"));
	assert_int_equal(n, SIZE_MAX / 2);
	for (size_t i = 0; i < 100; i++)
		free(v[i]);
	free(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows_and_keeps_what_it_had),
		cmocka_unit_test(failure_is_sticky_and_keeps_the_old),
		cmocka_unit_test(sizes_cannot_overflow),
		cmocka_unit_test(the_nul_does_not_count),
		cmocka_unit_test(room_is_where_the_next_byte_goes),
		cmocka_unit_test(secrets_are_overwritten),
		cmocka_unit_test(errors_keep_whole_characters),
		cmocka_unit_test(arrays_grow),
		cmocka_unit_test(strings_are_copied),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
