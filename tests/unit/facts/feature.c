#include "tests/unit/unit.h"

#include "facts/feature.h"

#define BYTES(s) span_of(s, sizeof(s) - 1)

static void each_value_has_its_verdict(void **state)
{
	static const struct {
		const char *what;
		struct span value;
		enum must_staple must;
	} cases[] = {
		{"{5}", {(const uint8_t *)"\x30\x03\x02\x01\x05", 5}, MUST_STAPLE_YES},
		{"{17}", {(const uint8_t *)"\x30\x03\x02\x01\x11", 5}, MUST_STAPLE_NO},
		{"{5,17}", {(const uint8_t *)"\x30\x06\x02\x01\x05\x02\x01\x11", 8},
			MUST_STAPLE_YES},
		{"{}", {(const uint8_t *)"\x30\x00", 2}, MUST_STAPLE_NO},
		{"{-1}", {(const uint8_t *)"\x30\x03\x02\x01\xff", 5}, MUST_STAPLE_NO},
		{"{2^64}", {(const uint8_t *)"\x30\x0b\x02\x09\x01\0\0\0\0\0\0\0\0", 13},
			MUST_STAPLE_NO},
		{"{2^64,5}", {(const uint8_t *)"\x30\x0e\x02\x09\x01\0\0\0\0\0\0\0\0\x02\x01\x05",
			16}, MUST_STAPLE_YES},
		{"{2^32+5}", {(const uint8_t *)"\x30\x07\x02\x05\x01\0\0\0\x05", 9},
			MUST_STAPLE_NO},
		{"padded 5", {(const uint8_t *)"\x30\x04\x02\x02\x00\x05", 6},
			MUST_STAPLE_MALFORMED},
		{"padded -1", {(const uint8_t *)"\x30\x04\x02\x02\xff\xff", 6},
			MUST_STAPLE_MALFORMED},
		{"no octets", {(const uint8_t *)"\x30\x02\x02\x00", 4}, MUST_STAPLE_MALFORMED},
		{"5, then no octets", {(const uint8_t *)"\x30\x05\x02\x01\x05\x02\x00", 7},
			MUST_STAPLE_MALFORMED},
		{"behind it", {(const uint8_t *)"\x30\x03\x02\x01\x05\x00", 6},
			MUST_STAPLE_MALFORMED},
		{"length in two octets", {(const uint8_t *)"\x30\x81\x03\x02\x01\x05", 6},
			MUST_STAPLE_MALFORMED},
		{"indefinite", {(const uint8_t *)"\x30\x80\x02\x01\x05\0\0", 7},
			MUST_STAPLE_MALFORMED},
		{"a SET", {(const uint8_t *)"\x31\x03\x02\x01\x05", 5}, MUST_STAPLE_MALFORMED},
		{"an INTEGER", {(const uint8_t *)"\x02\x01\x05", 3}, MUST_STAPLE_MALFORMED},
		{"an ENUMERATED in it", {(const uint8_t *)"\x30\x03\x0a\x01\x05", 5},
			MUST_STAPLE_MALFORMED},
		{"a SEQUENCE in it", {(const uint8_t *)"\x30\x05\x30\x03\x02\x01\x05", 7},
			MUST_STAPLE_MALFORMED},
		{"cut", {(const uint8_t *)"\x30\x03\x02\x01", 4}, MUST_STAPLE_MALFORMED},
		{"cut inside", {(const uint8_t *)"\x30\x02\x02\x01", 4}, MUST_STAPLE_MALFORMED},
		{"nothing", {(const uint8_t *)"", 0}, MUST_STAPLE_MALFORMED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct feature_facts f = {0};
		bool well = feature_decode(cases[i].value, &f);

		if (feature_must_staple(&f) != cases[i].must)
			fail_msg("%s: %s", cases[i].what,
				 must_staple_text(feature_must_staple(&f)));
		assert_int_equal(well, cases[i].must != MUST_STAPLE_MALFORMED);
		assert_int_equal(f.why != NULL, f.malformed);
	}
}

static void tells_what_is_in_it(void **state)
{
	struct feature_facts f = {0};

	(void)state;
	assert_true(feature_decode(BYTES("\x30\x0e\x02\x01\x05\x02\x01\x11\x02\x01\x05"
					 "\x02\x03\x01\x00\x00"), &f));
	assert_int_equal(f.values, 4);
	assert_true(f.status_request && f.status_request_v2 && f.other && f.repeated);
	assert_true(f.above_65535);
	assert_false(f.negative || f.empty);
	f = (struct feature_facts){0};
	assert_true(feature_decode(BYTES("\x30\x03\x02\x01\x80"), &f));
	assert_true(f.negative && f.other);
	assert_false(f.above_65535 || f.repeated);
	f = (struct feature_facts){0};
	assert_true(feature_decode(BYTES("\x30\x04\x02\x02\x40\x00"), &f));
	assert_false(f.above_65535);
}

static void several_are_united(void **state)
{
	struct feature_facts f = {0};

	(void)state;
	assert_true(feature_decode(BYTES("\x30\x00"), &f));
	assert_true(feature_decode(BYTES("\x30\x03\x02\x01\x11"), &f));
	assert_int_equal(feature_must_staple(&f), MUST_STAPLE_NO);
	assert_true(feature_decode(BYTES("\x30\x03\x02\x01\x05"), &f));
	assert_int_equal(feature_must_staple(&f), MUST_STAPLE_YES);
	assert_true(f.empty);
	assert_false(f.repeated);
	assert_false(feature_decode(BYTES("\x31\x00"), &f));
	assert_int_equal(feature_must_staple(&f), MUST_STAPLE_MALFORMED);
	assert_string_equal(f.why, "not a SEQUENCE");
	assert_int_equal(f.values, 2);
}

static void what_is_encoded_decodes_to_the_same(void **state)
{
	static const int64_t values[] = {5, 17, 0, -1, 127, 128, -128, -129, 65535, 65536,
					 INT64_MAX, INT64_MIN};
	struct buf b;
	struct err e;

	(void)state;
	buf_init(&b);
	for (size_t n = 0; n <= sizeof values / sizeof values[0]; n++) {
		struct feature_facts f = {0};
		struct span cursor, content;
		bool inside = false;
		size_t i = 0;
		int64_t v;

		buf_reset(&b);
		feature_encode(&b, values, n);
		assert_int_equal(buf_check(&b, "value", &e), 0);
		assert_true(feature_decode(buf_span(&b), &f));
		assert_int_equal(f.values, n);
		for (cursor = buf_span(&b); feature_next(&cursor, &inside, &content); i++) {
			assert_true(feature_int(content, &v));
			assert_true(v == values[i]);
		}
		assert_int_equal(i, n);
	}
	buf_reset(&b);
	feature_encode(&b, values, 1);
	assert_true(span_equal(buf_span(&b), BYTES("\x30\x03\x02\x01\x05")));
	buf_wipe(&b);
}

static void supersets(void **state)
{
	const struct span five = BYTES("\x30\x03\x02\x01\x05"), none = BYTES("\x30\x00"),
			  both = BYTES("\x30\x06\x02\x01\x11\x02\x01\x05"),
			  large = BYTES("\x30\x05\x02\x03\x01\x00\x00"),
			  bad = BYTES("\x30\x04\x02\x02\x00\x05");
	int64_t missing = -1;

	(void)state;
	assert_true(feature_superset(five, five, &missing));
	assert_true(feature_superset(both, five, NULL));
	assert_true(feature_superset(SPAN_NONE, SPAN_NONE, NULL));
	assert_true(feature_superset(SPAN_NONE, none, NULL));
	assert_true(feature_superset(five, SPAN_NONE, NULL));
	assert_true(feature_superset(large, large, NULL));
	assert_false(feature_superset(five, both, &missing));
	assert_int_equal(missing, 17);
	assert_false(feature_superset(SPAN_NONE, five, &missing));
	assert_int_equal(missing, 5);
	assert_false(feature_superset(none, five, &missing));
	assert_false(feature_superset(five, large, &missing));
	assert_int_equal(missing, 65536);
	assert_false(feature_superset(bad, five, &missing));
	assert_false(feature_superset(five, bad, &missing));
	assert_false(feature_superset(bad, bad, &missing));
	assert_false(feature_superset(bad, none, NULL));
}

static void decimals(void **state)
{
	static const struct {
		struct span content;
		const char *text;
	} cases[] = {
		{{(const uint8_t *)"\x00", 1}, "0"},
		{{(const uint8_t *)"\xff", 1}, "-1"},
		{{(const uint8_t *)"\x80", 1}, "-128"},
		{{(const uint8_t *)"\x00\xff", 2}, "255"},
		{{(const uint8_t *)"\x3b\x9a\xca\x00", 4}, "1000000000"},
		{{(const uint8_t *)"\x01\0\0\0\0\0\0\0\0", 9}, "18446744073709551616"},
		{{(const uint8_t *)"\xfe\0\0\0\0\0\0\0\0", 9}, "-36893488147419103232"},
		{{(const uint8_t *)"\x80\0\0\0\0\0\0\0", 8}, "-9223372036854775808"},
	};
	uint8_t longest[FEATURE_OCTETS_MAX];
	struct buf b;

	(void)state;
	buf_init(&b);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		buf_reset(&b);
		feature_decimal(&b, cases[i].content);
		assert_string_equal(buf_cstr(&b), cases[i].text);
	}
	memset(longest, 0xff, sizeof longest);
	longest[0] = 0x7f; /* 2^4095 - 1 */
	buf_reset(&b);
	feature_decimal(&b, span_of(longest, sizeof longest));
	assert_int_equal(b.n, 1233);
	assert_memory_equal(b.p, "52219444", 8);
	buf_wipe(&b);
}

static void a_set_keeps_each_value_once(void **state)
{
	struct feature_set set = {.n = 0};
	uint8_t octets[3] = {1, 0, 0};

	(void)state;
	assert_true(feature_set_add(&set, span_str("\x05")));
	assert_false(feature_set_add(&set, span_str("\x05")));
	assert_true(feature_set_add(&set, span_str("\x80")));
	assert_true(feature_set_has(&set, span_str("\x80")));
	assert_false(feature_set_has(&set, span_str("\x11")));
	for (unsigned i = 0; i < 300; i++) {
		uint8_t *v = test_malloc(3);

		memcpy(v, octets, 3);
		v[1] = (uint8_t)(i >> 8);
		v[2] = (uint8_t)i;
		assert_int_equal(feature_set_add(&set, span_of(v, 3)), i < FEATURE_LARGE_MAX - 1);
		if (i >= FEATURE_LARGE_MAX - 1)
			test_free(v);
	}
	assert_int_equal(set.left_out, 300 - (FEATURE_LARGE_MAX - 1));
	for (size_t i = 1; i < set.n; i++)
		test_free((void *)(uintptr_t)set.large[i].p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_value_has_its_verdict),
		cmocka_unit_test(tells_what_is_in_it),
		cmocka_unit_test(several_are_united),
		cmocka_unit_test(what_is_encoded_decodes_to_the_same),
		cmocka_unit_test(supersets),
		cmocka_unit_test(decimals),
		cmocka_unit_test(a_set_keeps_each_value_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
