#include "tests/unit/unit.h"

#include "ground/der.h"
#include "ground/when.h"

#define BYTES(s) span_of(s, sizeof(s) - 1)

/* What der_why says of an input that der_get_any refuses. */
static void refuses_what_is_not_der(void **state)
{
	static const struct {
		struct span in;
		const char *why;
	} cases[] = {
		{{(const uint8_t *)"", 0}, "end of data"},
		{{(const uint8_t *)"\x30", 1}, "end of data"},
		{{(const uint8_t *)"\x30\x80\x00\x00", 4}, "indefinite length"},
		{{(const uint8_t *)"\x04\x01", 2}, "element longer than its container"},
		{{(const uint8_t *)"\x04\x81\x01\x00", 4}, "length not minimal"},
		{{(const uint8_t *)"\x04\x82\x00\x80", 4}, "element longer than its container"},
		{{(const uint8_t *)"\x04\x82\x00\x02\x00\x00", 6}, "length not minimal"},
		{{(const uint8_t *)"\x04\x84\x00\x00\x00\x01\x00", 7}, "length not minimal"},
		{{(const uint8_t *)"\x04\xff\x00", 3}, "length that cannot be read"},
		{{(const uint8_t *)"\x04\x88\x7f\xff\xff\xff\xff\xff\xff\xff", 10}, "*"},
		{{(const uint8_t *)"\x04\x89\x01\x00\x00\x00\x00\x00\x00\x00\x00", 11}, "*"},
		{{(const uint8_t *)"\x1f\x80\x01\x00", 4}, "tag not minimal"},
		{{(const uint8_t *)"\x1f\x88\x80\x80\x80\x00\x00", 7}, "tag number too large"},
		{{(const uint8_t *)"\x1f\x1e\x00", 3}, "tag not minimal"},
		{{(const uint8_t *)"\x1f\xff\xff\xff", 4}, "tag number that does not end"},
		{{(const uint8_t *)"\x1f\x1f", 2}, "end of data"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct span in = cases[i].in, content = SPAN_NONE;
		size_t n;

		assert_int_equal(der_get_any(&in, NULL, &content, NULL), -1);
		assert_ptr_equal(in.p, cases[i].in.p);
		assert_int_equal(in.n, cases[i].in.n);
		assert_null(content.p);
		assert_int_equal(der_measure(in, &n), -1);
		if (cases[i].why[0] != '*')
			assert_string_equal(der_why(in), cases[i].why);
	}
}

static void takes_one_element_and_no_more(void **state)
{
	struct span in = BYTES("\x04\x02" "ab" "\x1f\x1f\x01" "c" "\x30\x00"), content, whole = SPAN_NONE;
	uint8_t tag, long_form[3 + 200] = {0x04, 0x81, 200};

	(void)state;
	assert_int_equal(der_get(&in, DER_INTEGER, &content), -1);
	assert_int_equal(der_get_whole(&in, DER_OCTET_STRING, &content, &whole), 0);
	assert_true(span_equal(content, BYTES("ab")));
	assert_true(span_equal(whole, BYTES("\x04\x02" "ab")));
	assert_int_equal(der_get_any(&in, &tag, &content, &whole), 0);
	assert_int_equal(tag, 0x1f);
	assert_true(span_equal(content, BYTES("c")));
	assert_int_equal(der_get_optional(&in, DER_SET, &content), 0);
	assert_null(content.p);
	assert_string_equal(der_why(in), "tag 0x30");
	assert_int_equal(der_get_optional(&in, DER_SEQUENCE, &content), 1);
	assert_int_equal(content.n, 0);
	assert_non_null(content.p);
	assert_true(der_end(in));
	assert_int_equal(der_get_optional(&in, DER_SEQUENCE, &content), 0);

	in = span_of(long_form, sizeof long_form);
	assert_int_equal(der_get(&in, DER_OCTET_STRING, &content), 0);
	assert_int_equal(content.n, 200);
	in = span_of(long_form, sizeof long_form - 1);
	assert_int_equal(der_get_optional(&in, DER_OCTET_STRING, &content), -1);
}

static void integers_are_minimal(void **state)
{
	static const struct {
		struct span in;
		int64_t v;
	} good[] = {
		{{(const uint8_t *)"\x02\x01\x00", 3}, 0},
		{{(const uint8_t *)"\x02\x01\x7f", 3}, 127},
		{{(const uint8_t *)"\x02\x02\x00\x80", 4}, 128},
		{{(const uint8_t *)"\x02\x01\x80", 3}, -128},
		{{(const uint8_t *)"\x02\x01\xff", 3}, -1},
		{{(const uint8_t *)"\x02\x02\xff\x7f", 4}, -129},
		{{(const uint8_t *)"\x02\x08\x80\x00\x00\x00\x00\x00\x00\x00", 10}, INT64_MIN},
		{{(const uint8_t *)"\x02\x08\x7f\xff\xff\xff\xff\xff\xff\xff", 10}, INT64_MAX},
	};
	struct span in, content;
	int64_t v;
	bool padded;

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		in = good[i].in;
		assert_int_equal(der_get_int64(&in, DER_INTEGER, &v), 0);
		assert_true(v == good[i].v);
		assert_true(der_end(in));
	}
	in = BYTES("\x02\x00");
	assert_int_equal(der_get_integer(&in, &content, &padded), -1);
	in = BYTES("\x02\x02\x00\x05");
	assert_int_equal(der_get_integer(&in, &content, NULL), -1);
	assert_int_equal(der_get_int64(&in, DER_INTEGER, &v), -1);
	assert_int_equal(der_get_integer(&in, &content, &padded), 0);
	assert_true(padded);
	in = BYTES("\x02\x02\xff\x80");
	assert_int_equal(der_get_int64(&in, DER_INTEGER, &v), -1);
	in = BYTES("\x02\x09\x00\x80\x00\x00\x00\x00\x00\x00\x00");
	assert_int_equal(der_get_int64(&in, DER_INTEGER, &v), -1);
	assert_int_equal(der_get_integer(&in, &content, &padded), 0);
	assert_false(padded);
	in = BYTES("\x0a\x01\x06");
	assert_int_equal(der_get_int64(&in, DER_ENUMERATED, &v), 0);
	assert_int_equal(v, 6);
}

static void booleans_and_bits(void **state)
{
	struct span in, octets;
	unsigned unused;
	bool v, odd;

	(void)state;
	in = BYTES("\x01\x01\xff\x01\x01\x00\x01\x01\x01");
	assert_int_equal(der_get_boolean(&in, &v, NULL), 0);
	assert_true(v);
	assert_int_equal(der_get_boolean(&in, &v, &odd), 0);
	assert_false(v);
	assert_false(odd);
	assert_int_equal(der_get_boolean(&in, &v, NULL), -1);
	assert_int_equal(der_get_boolean(&in, &v, &odd), 0);
	assert_true(v);
	assert_true(odd);
	in = BYTES("\x01\x02\xff\xff");
	assert_int_equal(der_get_boolean(&in, &v, &odd), -1);

	in = BYTES("\x03\x02\x05\xa0");
	assert_int_equal(der_get_bits(&in, &octets, &unused, NULL), 0);
	assert_int_equal(unused, 5);
	assert_true(span_equal(octets, BYTES("\xa0")));
	in = BYTES("\x03\x02\x05\xa1");
	assert_int_equal(der_get_bits(&in, &octets, &unused, NULL), -1);
	assert_int_equal(der_get_bits(&in, &octets, &unused, &odd), 0);
	assert_true(odd);
	in = BYTES("\x03\x01\x00");
	assert_int_equal(der_get_bits(&in, &octets, &unused, NULL), 0);
	assert_int_equal(octets.n, 0);
	in = BYTES("\x03\x01\x01");
	assert_int_equal(der_get_bits(&in, &octets, &unused, NULL), -1);
	in = BYTES("\x03\x02\x08\x00");
	assert_int_equal(der_get_bits(&in, &octets, &unused, &odd), -1);
	in = BYTES("\x03\x00");
	assert_int_equal(der_get_bits(&in, &octets, &unused, &odd), -1);
}

static void times(void **state)
{
	struct span in = BYTES("\x17\x0d" "700101000001Z" "\x18\x0f" "20500101000000Z"
			       "\x17\x0b" "7001010000Z");
	int64_t t;
	bool lax;

	(void)state;
	assert_int_equal(der_get_time(&in, &t, NULL), 0);
	assert_int_equal(t, 1);
	assert_int_equal(der_get_time(&in, &t, &lax), 0);
	assert_int_equal(t, INT64_C(2524608000));
	assert_false(lax);
	assert_int_equal(der_get_time(&in, &t, NULL), -1);
	assert_int_equal(der_get_time(&in, &t, &lax), 0);
	assert_int_equal(t, 0);
	assert_true(lax);
	in = BYTES("\x02\x01\x00");
	assert_int_equal(der_get_time(&in, &t, &lax), -1);
}

static void headers_are_written_as_they_are_read(void **state)
{
	static const size_t sizes[] = {0, 1, 127, 128, 255, 256, 65535, 65536, 1 << 20};
	static uint8_t out[(1 << 20) + DER_HEADER_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		size_t n = der_put_header(out, DER_OCTET_STRING, sizes[i]), whole;
		struct span in = span_of(out, n + sizes[i]), content;

		assert_int_equal(der_measure(in, &whole), 0);
		assert_int_equal(whole, n + sizes[i]);
		assert_int_equal(der_get(&in, DER_OCTET_STRING, &content), 0);
		assert_int_equal(content.n, sizes[i]);
	}
}

/* What der_get_common takes, der_get takes too, and both the same; what it leaves changes nothing. */
static void the_short_way_is_no_other(void **state)
{
	static const uint8_t lengths[] = {0, 1, 2, 3, 0x7f, 0x80, 0x81, 0x82, 0x83, 0xff};
	uint8_t element[320] = {0x30};
	size_t taken = 0;

	(void)state;
	for (unsigned a = 0; a < 256; a++)
		for (size_t b = 0; b < sizeof lengths; b++)
			for (size_t c = 0; c < sizeof lengths; c++)
				for (size_t n = 0; n <= sizeof element; n += n < 8 || n > 120 ? 1 : 112) {
					struct span in = span_of(element, n), slow = in, content, same = SPAN_NONE;

					element[1] = (uint8_t)a;
					element[2] = lengths[b];
					element[3] = lengths[c];
					if (!der_get_common(&in, 0x30, &content)) {
						assert_true(in.p == slow.p && in.n == slow.n);
						continue;
					}
					taken++;
					assert_int_equal(der_get(&slow, 0x30, &same), 0);
					assert_true(in.p == slow.p && in.n == slow.n);
					assert_true(content.p == same.p && content.n == same.n);
				}
	assert_true(taken > 1000);
	element[1] = 2;
	assert_false(der_get_common(&(struct span){element, 8}, 0x31, &(struct span){0}));
	assert_true(der_get_common(&(struct span){element, 4}, 0x30, &(struct span){0}));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_short_way_is_no_other),
		cmocka_unit_test(refuses_what_is_not_der),
		cmocka_unit_test(takes_one_element_and_no_more),
		cmocka_unit_test(integers_are_minimal),
		cmocka_unit_test(booleans_and_bits),
		cmocka_unit_test(times),
		cmocka_unit_test(headers_are_written_as_they_are_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
