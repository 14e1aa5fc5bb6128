#include "tests/unit/unit.h"

#include "net/probe.h"
#include "net/probe_message.h"

static void addresses_are_read_and_written(void **state)
{
	static const struct {
		const char *text, *again; /* NULL: refused */
	} cases[] = {
		{"192.0.2.1", "192.0.2.1:443"},
		{"192.0.2.1:25", "192.0.2.1:25"},
		{"2001:db8::1", "[2001:db8::1]:443"},
		{"[2001:db8::1]", "[2001:db8::1]:443"},
		{"[2001:db8::1]:25", "[2001:db8::1]:25"},
		{"unix:/run/x", "unix:/run/x"},
		{"/run/x", "unix:/run/x"},
		{"192.0.2.1:0", NULL},
		{"192.0.2.1:65536", NULL},
		{"192.0.2.1:25x", NULL},
		{"192.0.2.1:", NULL},
		{"192.0.2", NULL},
		{"[2001:db8::1", NULL},
		{"[2001:db8::1]25", NULL},
		{"www.example.test", NULL},
		{"unix:", NULL},
		{"", NULL},
	};
	struct probe_address a;
	char text[80];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		if (probe_address_parse(cases[i].text, 443, &a) != 0) {
			assert_null(cases[i].again);
			continue;
		}
		assert_non_null(cases[i].again);
		probe_address_text(&a, text);
		assert_string_equal(text, cases[i].again);
	}
}

static int read_message(struct path *p, bool tls13, const char *cert, size_t n, const char *status,
			size_t status_n, bool *many)
{
	return probe_message_read(p, tls13, span_of(cert, n),
				  status ? span_of(status, status_n) : SPAN_NONE, many);
}
#define READ(p, tls13, cert, status) \
	read_message(p, tls13, cert, sizeof cert - 1, status, sizeof status - 1, &many)

static void a_chain_of_tls_1_2(void **state)
{
	struct path p;
	bool many;

	(void)state;
	path_init(&p);
	assert_int_equal(READ(&p, false, "\0\0\x09\0\0\x01" "A\0\0\x02" "BC", "\x01\0\0\x03" "xyz"), 0);
	assert_int_equal(p.count, 2);
	assert_true(span_equal(p.cert[1].der, span_str("BC")));
	assert_true(span_equal(p.cert[0].staple, span_str("xyz")));
	assert_false(span_present(p.cert[1].staple));
	assert_int_equal(READ(&p, false, "\0\0\x04\0\0\x01" "A", "\x01\0\0\0"), 0);
	assert_true(span_present(p.cert[0].staple));
	assert_int_equal(p.cert[0].staple.n, 0);
	assert_int_equal(read_message(&p, false, "\0\0\0", 3, NULL, 0, &many), 0);
	assert_int_equal(p.count, 0);
}

static void a_chain_of_tls_1_3(void **state)
{
	struct path p;
	bool many;

	(void)state;
	path_init(&p);
	assert_int_equal(read_message(&p, true, "\0" "\0\0\x15" "\0\0\x01" "A" "\0\x0a" "\0\x12\0\0"
				      "\0\x05\0\x02" "\x01\0" "\0\0\x01" "B" "\0\0", 25, NULL, 0, &many), -1);
	assert_int_equal(read_message(&p, true, "\0" "\0\0\x16" "\0\0\x01" "A" "\0\x0a" "\0\x12\0\0"
				      "\0\x05\0\x02" "\x01\0" "\0\0\x01" "B" "\0\0", 26, NULL, 0, &many), 0);
	assert_int_equal(p.count, 2);
	assert_true(span_equal(p.cert[0].staple, span_of("\x01\0", 2))); /* no status: as it came */
	assert_int_equal(read_message(&p, true, "\0" "\0\0\x0f" "\0\0\x01" "A" "\0\x09" "\0\x05\0\x05"
				      "\x01\0\0\x01" "s", 19, NULL, 0, &many), 0);
	assert_true(span_equal(p.cert[0].staple, span_str("s")));
}

static void what_does_not_fit_is_refused(void **state)
{
	static const char whole[] = "\0" "\0\0\x0f" "\0\0\x01" "A" "\0\x09" "\0\x05\0\x05" "\x01\0\0\x01" "s";
	struct path p;
	bool many;

	(void)state;
	path_init(&p);
	for (size_t n = 0; n + 1 < sizeof whole; n++)
		assert_int_equal(read_message(&p, true, whole, n, NULL, 0, &many), -1);
	assert_int_equal(read_message(&p, true, whole, sizeof whole, NULL, 0, &many), -1);
}

static void more_certificates_than_any_chain(void **state)
{
	struct path p;
	struct buf b;
	bool many;
	size_t n = (LIMIT_CHAIN + 1) * 4;

	(void)state;
	path_init(&p);
	buf_init(&b);
	for (int extra = 0; extra <= 1; extra++) {
		buf_reset(&b);
		n = (size_t)(LIMIT_CHAIN + extra) * 4;
		buf_add_byte(&b, 0);
		buf_add_byte(&b, (uint8_t)(n >> 8));
		buf_add_byte(&b, (uint8_t)n);
		for (size_t i = 0; i < n / 4; i++)
			buf_add_bytes(&b, "\0\0\x01" "A", 4);
		assert_int_equal(probe_message_read(&p, false, buf_span(&b), SPAN_NONE, &many), 0);
		assert_int_equal(many, extra);
		assert_int_equal(p.count, LIMIT_CHAIN);
	}
	buf_wipe(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_read_and_written),
		cmocka_unit_test(a_chain_of_tls_1_2),
		cmocka_unit_test(a_chain_of_tls_1_3),
		cmocka_unit_test(what_does_not_fit_is_refused),
		cmocka_unit_test(more_certificates_than_any_chain),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
