#include "tests/unit/unit.h"

#include "facts/csr.h"
#include "facts/oid.h"
#include "tests/unit/facts/tlv.h"

#define D(x) (UINT32_C(1) << DEVIATION_##x)
#define REQUEST_OID "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x0e"
#define FEATURE(v) "\x30\x11\x06\x08\x2b\x06\x01\x05\x05\x07\x01\x18\x04\x05\x30\x03\x02\x01" v
#define KEY "\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00" "0123456789abcdef0123456789abcdef"

/* A request with these attributes (the content of [0], or absent) and this version. */
static size_t build(struct span version, struct span attributes, uint8_t out[1024])
{
	const struct span info[] = {version, BYTES("\x30\x00"), BYTES(KEY)};
	const struct span rest[] = {BYTES("\x30\x05\x06\x03\x2b\x65\x70"), BYTES("\x03\x02\x00\x01")};
	uint8_t b[512];
	size_t n = tlv_join(out, 0, info, 3);

	if (span_present(attributes))
		n = tlv_put(out, n, span_of(b, tlv_wrap(b, tlv_put(b, 0, attributes),
							DER_CONTEXT_CONS(0))));
	return tlv_wrap(out, tlv_join(out, tlv_wrap(out, n, DER_SEQUENCE), rest, 2), DER_SEQUENCE);
}

static void attributes(void **state)
{
	static const struct {
		const char *what;
		struct span attributes;
		enum must_staple must;
		unsigned requests;
		uint32_t deviations;
	} cases[] = {
		{"none", BYTES(""), MUST_STAPLE_NO, 0, 0},
		{"no [0] at all", {NULL, 0}, MUST_STAPLE_NO, 0, D(ATTRIBUTE)},
		{"one", BYTES("\x30\x22" REQUEST_OID "\x31\x15\x30\x13" FEATURE("\x05")),
			MUST_STAPLE_YES, 1, 0},
		{"two values in one attribute", BYTES("\x30\x37" REQUEST_OID "\x31\x2a\x30\x13"
			FEATURE("\x11") "\x30\x13" FEATURE("\x05")), MUST_STAPLE_YES, 2,
			D(EXTENSION_REQUESTS) | D(EXTENSION_DUPLICATE)},
		{"two attributes", BYTES("\x30\x22" REQUEST_OID "\x31\x15\x30\x13" FEATURE("\x05")
			"\x30\x22" REQUEST_OID "\x31\x15\x30\x13" FEATURE("\x11")), MUST_STAPLE_YES,
			2, D(EXTENSION_REQUESTS) | D(EXTENSION_DUPLICATE)},
		{"twice in one list", BYTES("\x30\x35" REQUEST_OID "\x31\x28\x30\x26" FEATURE("\x05")
			FEATURE("\x05")), MUST_STAPLE_YES, 1, D(EXTENSION_DUPLICATE)},
		{"no value", BYTES("\x30\x0d" REQUEST_OID "\x31\x00"), MUST_STAPLE_NO, 0,
			D(ATTRIBUTE)},
		{"a value that is none", BYTES("\x30\x0f" REQUEST_OID "\x31\x02\x05\x00"),
			MUST_STAPLE_NO, 0, D(ATTRIBUTE)},
		{"an attribute whose OID is padded", BYTES("\x30\x07\x06\x03\x2a\x80\x01\x31\x00"), MUST_STAPLE_NO,
			0, D(ATTRIBUTE)},
		{"an unknown attribute with values that break off", BYTES("\x30\x07\x06\x02\x2a\x03\x31\x01\x05"),
			MUST_STAPLE_NO, 0, D(ATTRIBUTE)},
		{"an attribute without an OID", BYTES("\x30\x02\x05\x00\x30\x22" REQUEST_OID
			"\x31\x15\x30\x13" FEATURE("\x05")), MUST_STAPLE_YES, 1, D(ATTRIBUTE)},
	};
	uint8_t der[1024];
	struct csr c;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		size_t n = build((struct span)BYTES("\x02\x01\x00"), cases[i].attributes, der);
		struct span cursor, values = SPAN_NONE, list;
		unsigned lists = 0;

		if (csr_decode(span_of(der, n), &c, &e) != 0)
			fail_msg("%s: %s", cases[i].what, e.text);
		if (c.deviations != cases[i].deviations || csr_must_staple(&c) != cases[i].must)
			fail_msg("%s: %08x, %d", cases[i].what, c.deviations, csr_must_staple(&c));
		assert_int_equal(c.extension_requests, cases[i].requests);
		for (cursor = c.attributes; csr_extensions_next(&cursor, &values, &list);)
			lists++;
		assert_int_equal(lists, cases[i].requests);
	}
}

static void the_frame(void **state)
{
	uint8_t der[1024], *copy;
	struct csr c;
	struct err e;
	size_t n = build((struct span)BYTES("\x02\x01\x02"), (struct span)BYTES(""), der);

	(void)state;
	assert_int_equal(csr_decode(span_of(der, n), &c, &e), 0);
	assert_int_equal(c.version, 3);
	assert_int_equal(c.deviations, D(REQUEST_VERSION));
	assert_int_equal(c.key.kind, KEY_ED25519);
	assert_int_equal(csr_decode(span_of(der, n + 1), &c, &e), -1);
	assert_non_null(strstr(e.text, "1 octets behind it"));
	n = build((struct span)BYTES("\x02\x02\x00\x00"), (struct span)BYTES(""), der);
	assert_int_equal(csr_decode(span_of(der, n), &c, &e), 0);
	assert_int_equal(c.version, 1);
	assert_int_equal(c.deviations, D(REQUEST_VERSION));
	n = build((struct span)BYTES("\x02\x01\x00"),
		  (struct span)BYTES("\x30\x22" REQUEST_OID "\x31\x15\x30\x13" FEATURE("\x05")), der);
	for (size_t cut = 0; cut < n; cut++) {
		copy = test_malloc(cut ? cut : 1);
		memcpy(copy, der, cut);
		assert_int_equal(csr_decode(span_of(copy, cut), &c, &e), -1);
		test_free(copy);
	}
	copy = test_malloc(n);
	for (size_t i = 0; i < n; i++)
		for (unsigned v = 0; v < 256; v++) {
			memcpy(copy, der, n);
			copy[i] = (uint8_t)v;
			(void)!csr_decode(span_of(copy, n), &c, &e);
		}
	test_free(copy);
	n = build((struct span)BYTES("\x02\x01\x00"), (struct span)BYTES("\x05\x00"), der);
	assert_int_equal(csr_decode(span_of(der, n), &c, &e), -1);
	assert_non_null(strstr(e.text, "an attribute (RFC 2986, 4.1): tag 0x05"));
}

/* Others find the extensions in what is no DER here; we say why we do not. */
static void a_request_in_no_der(void **state)
{
	static const struct {
		struct span attributes;
		const char *error;
	} cases[] = {
		{BYTES("\x30\x23" REQUEST_OID "\x31\x81\x15\x30\x13" FEATURE("\x05")),
		 "an attribute (RFC 2986, 4.1): length not minimal"},
		{BYTES("\x30\x23" REQUEST_OID "\x31\x16\x30\x81\x13" FEATURE("\x05")),
		 "extensionRequest (RFC 2986, 4.1): length not minimal"},
		{BYTES("\x30\x22" REQUEST_OID "\x11\x15\x30\x13" FEATURE("\x05")),
		 "an attribute (RFC 2986, 4.1): tag 0x11"},
		{BYTES("\x30\x24" REQUEST_OID "\x31\x17\x30\x13" FEATURE("\x05") "\x30\x80"),
		 "extensionRequest (RFC 2986, 4.1): indefinite length"},
		{BYTES("\x30\x23\x06\x0a\x2a\x86\x48\x86\xf7\x0d\x01\x09\x0e\x80"
		       "\x31\x15\x30\x13" FEATURE("\x05")),
		 "an attribute (RFC 2986, 4.1): its OBJECT IDENTIFIER ends within a number"},
	};
	uint8_t der[1024];
	struct csr c;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		size_t n = build((struct span)BYTES("\x02\x01\x00"), cases[i].attributes, der);

		assert_int_equal(csr_decode(span_of(der, n), &c, &e), -1);
		assert_non_null(strstr(e.text, cases[i].error));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(attributes),
		cmocka_unit_test(the_frame),
		cmocka_unit_test(a_request_in_no_der),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
