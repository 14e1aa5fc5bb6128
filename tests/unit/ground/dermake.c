#include "tests/unit/unit.h"

#include "ground/dermake.h"

static struct buf b;

/* What was written, against hex. */
static void is_hex(const char *hex)
{
	assert_int_equal(b.n, strlen(hex) / 2);
	for (size_t i = 0; i < b.n; i++) {
		const char *digits = "0123456789abcdef";

		assert_int_equal(hex[2 * i], digits[b.p[i] >> 4]);
		assert_int_equal(hex[2 * i + 1], digits[b.p[i] & 15]);
	}
	buf_reset(&b);
}

static void elements_nest(void **state)
{
	size_t outer, inner;

	(void)state;
	outer = dermake_begin(&b, DER_SEQUENCE);
	dermake_unsigned(&b, 5);
	inner = dermake_begin(&b, DER_SET);
	dermake_end(&b, inner);
	dermake_bits(&b, span_str("ab"));
	dermake_end(&b, outer);
	is_hex("300a0201053100" "0303006162");
}

static void integers_are_minimal_and_not_negative(void **state)
{
	(void)state;
	dermake_unsigned(&b, 0);
	is_hex("020100");
	dermake_unsigned(&b, 127);
	is_hex("02017f");
	dermake_unsigned(&b, 128);
	is_hex("02020080");
	dermake_unsigned(&b, UINT64_MAX);
	is_hex("020900ffffffffffffffff");
}

/* One length for each form (X.690, 10.1), read back by the strict cursor. */
static void lengths_are_the_shortest(void **state)
{
	static const size_t sizes[] = {0, 1, 127, 128, 255, 256, 65535, 65536, 100000};
	static uint8_t zeros[100000];

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		struct span all, content;
		size_t at = dermake_begin(&b, DER_SEQUENCE);

		dermake_add(&b, DER_OCTET_STRING, span_of(zeros, sizes[i]));
		dermake_end(&b, at);
		all = buf_span(&b);
		assert_int_equal(der_get(&all, DER_SEQUENCE, &content), 0);
		assert_true(der_end(all));
		assert_int_equal(der_get(&content, DER_OCTET_STRING, &all), 0);
		assert_int_equal(all.n, sizes[i]);
		assert_true(der_end(content));
		buf_reset(&b);
	}
}

static void a_set_is_sorted(void **state)
{
	size_t at;

	(void)state;
	at = dermake_begin(&b, DER_SET);
	dermake_unsigned(&b, 300);
	dermake_add(&b, DER_UTF8_STRING, span_str("b"));
	dermake_unsigned(&b, 2);
	dermake_unsigned(&b, 1);
	dermake_sort_set(&b, at);
	dermake_end(&b, at);
	is_hex("310d" "020101" "020102" "0202012c" "0c0162");
}

static void failure_is_kept(void **state)
{
	struct buf small;
	struct err e;
	size_t at;

	(void)state;
	buf_init(&small);
	small.limit = 4;
	at = dermake_begin(&small, DER_SEQUENCE);
	dermake_add(&small, DER_UTF8_STRING, span_str("too long"));
	dermake_end(&small, at);
	assert_int_equal(buf_check(&small, "it", &e), -1);
	buf_wipe(&small);
	dermake_add(&b, DER_UTF8_STRING, span_str("x"));
	buf_add_byte(&b, 0x30); /* no element */
	dermake_sort_set(&b, 0);
	assert_int_equal(buf_check(&b, "it", &e), -1);
	buf_wipe(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(elements_nest),
		cmocka_unit_test(integers_are_minimal_and_not_negative),
		cmocka_unit_test(lengths_are_the_shortest),
		cmocka_unit_test(a_set_is_sorted),
		cmocka_unit_test(failure_is_kept),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
