#include "tests/unit/unit.h"

#include "ground/text.h"
#include "ground/utf8.h"
#include "ground/when.h"

#include <stdio.h>

static struct buf out;
static struct json j;

static int fresh(void **state)
{
	(void)state;
	buf_init(&out);
	json_begin(&j, &out, 0);
	return 0;
}

static int wiped(void **state)
{
	(void)state;
	buf_wipe(&out);
	return 0;
}

/* What json_string makes of these bytes. */
static const char *string(const void *p, size_t n)
{
	buf_reset(&out);
	json_begin(&j, &out, 0);
	json_string(&j, span_of(p, n));
	json_end(&j);
	assert_false(out.failed);
	return buf_cstr(&out);
}

static void writes_every_kind(void **state)
{
	(void)state;
	json_object(&j);
	json_member_int(&j, "a", -42);
	json_member_string(&j, "b", span_str("x"));
	json_member_cstring(&j, "c", NULL);
	json_member_string(&j, "d", SPAN_NONE);
	json_member_string(&j, "e", span_str(""));
	json_member_hex(&j, "f", span_of("\x00\xab\xff", 3));
	json_member_hex(&j, "g", SPAN_NONE);
	json_member_bool(&j, "h", true);
	json_member_bool(&j, "i", false);
	json_member_time(&j, "k", 0);
	json_member_time(&j, "l", WHEN_NONE);
	json_key(&j, "m");
	json_array(&j);
	json_int(&j, INT64_MIN);
	json_int(&j, INT64_MAX);
	json_int(&j, 0);
	json_null(&j);
	json_array(&j);
	json_array_end(&j);
	json_object(&j);
	json_object_end(&j);
	json_raw(&j, span_str("{\"r\":1}"));
	json_array_end(&j);
	json_object_end(&j);
	json_end(&j);
	assert_false(out.failed);
	assert_string_equal(buf_cstr(&out),
			    "{\"a\":-42,\"b\":\"x\",\"c\":null,\"d\":null,\"e\":\"\",\"f\":\"00abff\","
			    "\"g\":null,\"h\":true,\"i\":false,\"k\":\"1970-01-01T00:00:00Z\","
			    "\"l\":null,\"m\":[-9223372036854775808,9223372036854775807,0,null,[],{},"
			    "{\"r\":1}]}");
}

static void indents(void **state)
{
	(void)state;
	json_begin(&j, &out, 2);
	json_object(&j);
	json_member_int(&j, "a", 1);
	json_key(&j, "b");
	json_array(&j);
	json_int(&j, 2);
	json_object(&j);
	json_object_end(&j);
	json_array_end(&j);
	json_key(&j, "c");
	json_array(&j);
	json_array_end(&j);
	json_object_end(&j);
	json_end(&j);
	assert_string_equal(buf_cstr(&out), "{\n  \"a\": 1,\n  \"b\": [\n    2,\n    {}\n  ],\n"
					    "  \"c\": []\n}");
}

static void escapes_what_must_be(void **state)
{
	static const struct {
		const char *in, *want;
	} cases[] = {
		{"plain", "\"plain\""},
		{"a \"quoted\" \\ word", "\"a \\\"quoted\\\" \\\\ word\""},
		{"\n\r\t\b\f\x1b\x7f", "\"\\n\\r\\t\\u0008\\u000c\\u001b\\u007f\""},
		{"/<>&'", "\"/<>&'\""},
		{"Z\xc3\xbcrich \xe2\x82\xac \xf0\x9f\x94\x92", "\"Z\xc3\xbcrich \xe2\x82\xac "
								"\xf0\x9f\x94\x92\""},
		{"\xc2\x9b" "31m", "\"\\u009b31m\""},
		{"\xe2\x80\xae" "gpj\xe2\x80\xa8", "\"\\u202egpj\\u2028\""},
		{"\xf3\xa0\x81\x81", "\"\\udb40\\udc41\""},
		{"\xff", "\"\xef\xbf\xbd\""},
		{"a\x80\xbf" "b", "\"a\xef\xbf\xbd\xef\xbf\xbd" "b\""},
		{"\xc0\xaf", "\"\xef\xbf\xbd\xef\xbf\xbd\""},
		{"\xe0\x80\xaf", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
		{"\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
		{"\xf4\x90\x80\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
		{"\xf0\x8f\xbf\xbf", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
		{"\xe2\x82", "\"\xef\xbf\xbd\xef\xbf\xbd\""},
		{"\xf0\x9f\x94", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
		{"\xc3", "\"\xef\xbf\xbd\""},
		{"\xef\xbf\xbd", "\"\xef\xbf\xbd\""},
		{"\xef\xbf\xbf", "\"\\uffff\""}, /* XML does not take it, escaped or not */
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_string_equal(string(cases[i].in, strlen(cases[i].in)), cases[i].want);
	assert_string_equal(string("a\0b", 3), "\"a\\u0000b\"");
}

/* The same bytes appended between json_text_begin and json_text_end. */
static void text_in_pieces(const void *p, size_t n, char *want)
{
	size_t from;

	buf_reset(&out);
	json_begin(&j, &out, 0);
	from = json_text_begin(&j, SPAN_NONE);
	buf_add_bytes(&out, p, n / 3);
	buf_add(&out, span_from(span_of(p, n), n / 3));
	json_text_end(&j, from);
	json_end(&j);
	assert_false(out.failed);
	assert_string_equal(buf_cstr(&out), want);
}

/* Each byte at each place of plain texts of many lengths: the fast path must not miss one. */
static void no_byte_slips_through(void **state)
{
	char text[48], got[sizeof text + 16];

	(void)state;
	for (size_t n = 1; n <= sizeof text; n++)
		for (unsigned c = 0; c < 256; c++)
			for (size_t at = 0; at < n; at++) {
				bool plain = c >= 0x20 && c < 0x7f && c != '"' && c != '\\';

				memset(text, '#', n);
				text[at] = (char)c;
				snprintf(got, sizeof got, "%s", string(text, n));
				assert_int_equal(strlen(got) == n + 2, plain);
				assert_int_equal(strspn(got + 1, "#"), c == '#' ? n : at);
				assert_string_equal(got + strlen(got) - 1, "\"");
				if (plain)
					assert_int_equal(got[1 + at], (char)c);
				text_in_pieces(text, n, got);
			}
}

/* Whatever the bytes, what comes out is UTF-8 without a control character. */
static void always_valid_utf8(void **state)
{
	uint8_t bytes[32];
	uint64_t r = 42;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		struct span got;
		size_t n = 0;

		while (n < sizeof bytes) {
			static const uint8_t pool[] = {0xc2, 0xe0, 0xed, 0xf0, 0xf4, 0x80, 0xa0,
						       0x90, 0xbf, 'a', '"', '\\', 0xef, 0x9b};
			r = r * 6364136223846793005u + 1442695040888963407u;
			bytes[n++] = r >> 60 ? pool[(r >> 33) % sizeof pool] : (uint8_t)(r >> 40);
		}
		string(bytes, (size_t)(r >> 50) % (sizeof bytes + 1));
		got = buf_span(&out);
		while (got.n > 0) {
			uint32_t c;
			size_t size = utf8_next(got, &c);

			assert_true(c != UTF8_BAD && c >= 0x20 && !utf8_hidden(c));
			got = span_from(got, size);
		}
	}
}

static void fails(void (*wrong)(void))
{
	buf_reset(&out);
	json_begin(&j, &out, 0);
	wrong();
	json_end(&j);
	assert_true(out.failed);
}

static void nothing(void)
{
}

static void open_array(void)
{
	json_array(&j);
}

static void closed_twice(void)
{
	json_array(&j);
	json_array_end(&j);
	json_array_end(&j);
}

static void closed_as_another(void)
{
	json_object(&j);
	json_array_end(&j);
}

static void two_values(void)
{
	json_int(&j, 1);
	json_int(&j, 2);
}

static void key_without_value(void)
{
	json_object(&j);
	json_key(&j, "a");
	json_object_end(&j);
}

static void key_in_array(void)
{
	json_array(&j);
	json_member_int(&j, "a", 1);
	json_array_end(&j);
}

static void value_without_key(void)
{
	json_object(&j);
	json_int(&j, 1);
	json_object_end(&j);
}

static void two_keys(void)
{
	json_object(&j);
	json_key(&j, "a");
	json_member_int(&j, "b", 1);
	json_object_end(&j);
}

static void empty_raw(void)
{
	json_raw(&j, span_str(""));
}

static void too_deep(void)
{
	for (int i = 0; i <= JSON_DEPTH; i++)
		json_array(&j);
	for (int i = 0; i <= JSON_DEPTH; i++)
		json_array_end(&j);
}

static void wrong_documents_fail(void **state)
{
	(void)state;
	fails(nothing);
	fails(open_array);
	fails(closed_twice);
	fails(closed_as_another);
	fails(two_values);
	fails(key_without_value);
	fails(key_in_array);
	fails(value_without_key);
	fails(two_keys);
	fails(empty_raw);
	fails(too_deep);
}

static void the_deepest_that_is_allowed(void **state)
{
	(void)state;
	for (int i = 0; i < JSON_DEPTH; i++)
		json_array(&j);
	for (int i = 0; i < JSON_DEPTH; i++)
		json_array_end(&j);
	json_end(&j);
	assert_false(out.failed);
	assert_int_equal(out.n, 2 * JSON_DEPTH);
}

static void a_limit_is_kept_exactly(void **state)
{
	struct err e;

	(void)state;
	out.limit = 12;
	json_object(&j);
	json_member_cstring(&j, "k", "12345");
	assert_int_equal(buf_check(&out, "o", &e), 0);
	json_object_end(&j);
	assert_int_equal(buf_check(&out, "o", &e), -1);
	assert_int_equal(e.code, ERR_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(writes_every_kind, fresh, wiped),
		cmocka_unit_test_setup_teardown(indents, fresh, wiped),
		cmocka_unit_test_setup_teardown(escapes_what_must_be, fresh, wiped),
		cmocka_unit_test_setup_teardown(no_byte_slips_through, fresh, wiped),
		cmocka_unit_test_setup_teardown(always_valid_utf8, fresh, wiped),
		cmocka_unit_test_setup_teardown(wrong_documents_fail, fresh, wiped),
		cmocka_unit_test_setup_teardown(the_deepest_that_is_allowed, fresh, wiped),
		cmocka_unit_test_setup_teardown(a_limit_is_kept_exactly, fresh, wiped),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
