#include "tests/unit/unit.h"

#include "crypto/hash.h"
#include "crypto/library.h"

#include <stdio.h>

/* The digests of "abc": FIPS 180-4's own examples. */
static const struct {
	enum hash_kind kind;
	const char *name, *hex;
} abc[] = {
	{HASH_SHA1, "SHA-1", "a9993e364706816aba3e25717850c26c9cd0d89d"},
	{HASH_SHA224, "SHA-224", "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"},
	{HASH_SHA256, "SHA-256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
	{HASH_SHA384, "SHA-384",
	 "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
	 "8086072ba1e7cc2358baeca134c825a7"},
	{HASH_SHA512, "SHA-512",
	 "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
	 "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
};

static void to_hex(struct span s, char *out)
{
	for (size_t i = 0; i < s.n; i++)
		snprintf(out + 2 * i, 3, "%02x", s.p[i]);
}

static void digests_of_abc(void **state)
{
	struct digest d;
	struct err e;
	char hex[2 * HASH_MAX + 1];

	(void)state;
	for (size_t i = 0; i < sizeof abc / sizeof abc[0]; i++) {
		assert_int_equal(hash_digest(abc[i].kind, span_str("abc"), &d, &e), 0);
		to_hex(digest_span(&d), hex);
		assert_string_equal(hex, abc[i].hex);
		assert_string_equal(hash_name(abc[i].kind), abc[i].name);
	}
}

static void the_empty_text_has_a_digest(void **state)
{
	struct digest a, b;
	struct err e;

	(void)state;
	assert_int_equal(hash_digest(HASH_SHA256, SPAN_NONE, &a, &e), 0);
	assert_int_equal(hash_digest(HASH_SHA256, span_str(""), &b, &e), 0);
	assert_true(span_equal(digest_span(&a), digest_span(&b)));
	assert_memory_equal(a.bytes, "\xe3\xb0\xc4\x42", 4);
}

static void oids_go_both_ways(void **state)
{
	static const uint8_t md5[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x05};

	(void)state;
	for (int k = HASH_SHA1; k <= HASH_SHA512; k++)
		assert_int_equal(hash_from_oid(hash_oid((enum hash_kind)k)), k);
	assert_int_equal(hash_from_oid(span_of(md5, sizeof md5)), HASH_NONE);
	assert_int_equal(hash_from_oid(SPAN_NONE), HASH_NONE);
	assert_false(span_present(hash_oid(HASH_NONE)));
}

static void no_algorithm_is_an_error(void **state)
{
	struct digest d;
	struct err e;

	(void)state;
	assert_int_equal(hash_digest(HASH_NONE, span_str("abc"), &d, &e), -1);
	assert_int_equal(e.code, ERR_UNSUPPORTED);
}

static void random_bytes_differ(void **state)
{
	uint8_t a[16] = {0}, b[16] = {0};
	struct err e;

	(void)state;
	assert_int_equal(hash_random(a, sizeof a, &e), 0);
	assert_int_equal(hash_random(b, sizeof b, &e), 0);
	assert_memory_not_equal(a, b, sizeof a);
}

static int start(void **state)
{
	struct err e;

	(void)state;
	return crypto_start(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digests_of_abc),
		cmocka_unit_test(the_empty_text_has_a_digest),
		cmocka_unit_test(oids_go_both_ways),
		cmocka_unit_test(no_algorithm_is_an_error),
		cmocka_unit_test(random_bytes_differ),
	};
	return cmocka_run_group_tests(tests, start, NULL);
}
