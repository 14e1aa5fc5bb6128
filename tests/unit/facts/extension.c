#include "tests/unit/unit.h"

#include "facts/extension.h"
#include "facts/oid.h"
#include "tests/unit/facts/tlv.h"

#include <stdlib.h>

#define D(x) (UINT32_C(1) << DEVIATION_##x)
#define PKIX1 "\x2b\x06\x01\x05\x05\x07\x01"

/* One Extension from its OID's content, perhaps critical, and its value. */
static size_t one(uint8_t *out, struct span oid, const char *critical, struct span value)
{
	uint8_t b[512];
	size_t n = tlv_wrap(out, tlv_put(out, 0, oid), DER_OID), m;

	n = tlv_put(out, n, critical ? span_of(critical, 3) : SPAN_NONE);
	m = tlv_wrap(b, tlv_put(b, 0, value), DER_OCTET_STRING);
	return tlv_wrap(out, tlv_put(out, n, span_of(b, m)), DER_SEQUENCE);
}

static void read_one(struct extension_facts *x, struct span oid, const char *critical,
		     struct span value)
{
	static uint8_t list[512];
	const char *why;

	*x = EXTENSION_FACTS_NONE;
	assert_int_equal(extension_decode(span_of(list, one(list, oid, critical, value)), x, &why),
			 0);
	assert_int_equal(x->count, 1);
}

static void basic_constraints(void **state)
{
	static const struct {
		struct span value;
		bool has, ca;
		int path_len;
		uint32_t deviations;
	} cases[] = {
		{BYTES("\x30\x00"), true, false, -1, 0},
		{BYTES("\x30\x03\x01\x01\xff"), true, true, -1, 0},
		{BYTES("\x30\x06\x01\x01\xff\x02\x01\x00"), true, true, 0, 0},
		{BYTES("\x30\x03\x01\x01\x00"), true, false, -1, D(DEFAULT_ENCODED)},
		{BYTES("\x30\x03\x01\x01\x01"), true, true, -1, D(BOOLEAN)},
		{BYTES("\x30\x03\x02\x01\x03"), true, false, 3, D(PATHLEN_WITHOUT_CA)},
		{BYTES("\x30\x06\x01\x01\xff\x02\x01\xff"), false, false, -1, D(EXTENSION_MALFORMED)},
		{BYTES("\x30\x05\x01\x01\xff\x05\x00"), false, false, -1, D(EXTENSION_MALFORMED)},
		{BYTES("\x30\x00\x00"), false, false, -1, D(EXTENSION_MALFORMED)},
		{BYTES("\x30\x09\x01\x01\xff\x02\x04\x7f\xff\xff\xff"), true, true, INT32_MAX, 0},
		{BYTES("\x30\x0a\x01\x01\xff\x02\x05\x01\x00\x00\x00\x00"), true, true, INT32_MAX, 0},
	};
	struct extension_facts x;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		read_one(&x, OID_BASIC_CONSTRAINTS, NULL, cases[i].value);
		assert_int_equal(x.has_basic_constraints, cases[i].has);
		assert_int_equal(x.ca, cases[i].ca);
		assert_int_equal(x.path_len, cases[i].path_len);
		assert_int_equal(x.deviations, cases[i].deviations);
	}
}

static void key_usage(void **state)
{
	static const struct {
		struct span value;
		unsigned usage;
		uint32_t deviations;
	} cases[] = {
		{BYTES("\x03\x02\x07\x80"), KEY_USAGE_DIGITAL_SIGNATURE, 0},
		{BYTES("\x03\x02\x05\xa0"), KEY_USAGE_DIGITAL_SIGNATURE | KEY_USAGE_KEY_ENCIPHERMENT,
			0},
		{BYTES("\x03\x03\x07\x00\x80"), KEY_USAGE_DECIPHER_ONLY, 0},
		{BYTES("\x03\x02\x00\x80"), KEY_USAGE_DIGITAL_SIGNATURE, D(BIT_STRING)},
		/* keyCertSign stands in a bit that is said to be unused */
		{BYTES("\x03\x02\x07\x84"), KEY_USAGE_DIGITAL_SIGNATURE, D(BIT_STRING)},
		{BYTES("\x03\x02\x02\x04"), KEY_USAGE_KEY_CERT_SIGN, D(CERT_SIGN_WITHOUT_CA)},
		{BYTES("\x03\x01\x00"), 0, D(KEY_USAGE_EMPTY)},
		{BYTES("\x03\x02\x07\x80\x00"), 0, D(EXTENSION_MALFORMED)},
		{BYTES("\x03\x00"), 0, D(EXTENSION_MALFORMED)},
	};
	struct extension_facts x;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		read_one(&x, OID_KEY_USAGE, "\x01\x01\xff", cases[i].value);
		assert_int_equal(x.has_key_usage, !(cases[i].deviations & D(EXTENSION_MALFORMED)));
		assert_int_equal(x.key_usage, cases[i].usage);
		assert_int_equal(x.deviations, cases[i].deviations);
		assert_int_equal(x.unknown_critical, 0);
	}
}

static void purposes(void **state)
{
	const struct span all = BYTES("\x30\x12\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x01"
				      "\x06\x04\x55\x1d\x25\x00\x06\x00");
	struct span value = {all.p, 0}, cursor, oid;
	struct extension_facts x;
	uint8_t copy[32];
	bool inside = false;

	(void)state;
	memcpy(copy, all.p, all.n);
	copy[1] = 0x10; /* without the empty OID */
	value = span_of(copy, 0x12);
	read_one(&x, OID_EXT_KEY_USAGE, NULL, value);
	assert_int_equal(x.eku, EKU_SERVER_AUTH | EKU_ANY);
	assert_int_equal(x.deviations, 0);
	cursor = x.eku_value;
	assert_true(extension_eku_next(&cursor, &inside, &oid));
	assert_string_equal(oid_name(oid), "id-kp-serverAuth");
	assert_true(extension_eku_next(&cursor, &inside, &oid));
	assert_false(extension_eku_next(&cursor, &inside, &oid));
	read_one(&x, OID_EXT_KEY_USAGE, NULL, span_of(all.p, all.n));
	assert_int_equal(x.deviations, D(EXTENSION_MALFORMED));
	read_one(&x, OID_EXT_KEY_USAGE, NULL, (struct span)BYTES("\x30\x00"));
	assert_int_equal(x.deviations, D(EXTENSION_MALFORMED));
	read_one(&x, OID_EXT_KEY_USAGE, NULL, (struct span)BYTES("\x30\x03\x06\x01\x2a"));
	assert_int_equal(x.eku, EKU_OTHER);
}

static void alternative_names(void **state)
{
	static const struct {
		struct span value;
		uint32_t deviations;
		const char *text; /* of the first name */
	} cases[] = {
		{BYTES("\x30\x03\x82\x01" "a"), 0, "a"},
		{BYTES("\x30\x06\x87\x04\xc0\x00\x02\x01"), 0, "192.0.2.1"},
		{BYTES("\x30\x12\x87\x10\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01"), 0,
			"2001:db8::1"},
		{BYTES("\x30\x05\x87\x03\xc0\x00\x02"), D(SAN_SYNTAX), "ip:c00002"},
		{BYTES("\x30\x04\x82\x02" "a\0"), D(SAN_SYNTAX), NULL},
		{BYTES("\x30\x04\x82\x02\xc3\xa9"), D(SAN_SYNTAX), NULL},
		{BYTES("\x30\x02\x82\x00"), D(SAN_SYNTAX), ""},
		{BYTES("\x30\x03\xa2\x01" "a"), D(SAN_SYNTAX), "a"},
		{BYTES("\x30\x00"), D(SAN_EMPTY), NULL},
		{BYTES("\x30\x10\xa4\x0e\x30\x0c\x31\x0a\x30\x08\x06\x03\x55\x04\x03\x0c\x01" "A"), 0,
			"CN=A"},
		{BYTES("\x30\x04\xa4\x02\x05\x00"), D(SAN_SYNTAX), "#0500"},
		{BYTES("\x30\x05\x88\x03\x2a\x03\x04"), 0, "1.2.3.4"},
		{BYTES("\x30\x03\x88\x01\x80"), D(SAN_SYNTAX), "80"},
		{BYTES("\x30\x03\x8a\x01" "a"), D(SAN_SYNTAX), "unknown:61"},
		{BYTES("\x30\x03\x0c\x01" "a"), D(EXTENSION_MALFORMED), NULL},
		{BYTES("\x30\x03\x82\x05" "a"), D(EXTENSION_MALFORMED), NULL},
		{BYTES("\x82\x01" "a"), D(EXTENSION_MALFORMED), NULL},
	};
	struct extension_facts x;
	struct buf b;

	(void)state;
	buf_init(&b);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct general_name n;
		bool inside = false;
		struct span cursor;

		read_one(&x, OID_SUBJECT_ALT_NAME, NULL, cases[i].value);
		assert_int_equal(x.deviations, cases[i].deviations);
		if (!cases[i].text)
			continue;
		cursor = x.san;
		assert_true(extension_name_next(&cursor, &inside, &n));
		buf_reset(&b);
		extension_name_text(&b, &n);
		assert_string_equal(buf_cstr(&b), cases[i].text);
	}
	buf_wipe(&b);
}

static void urls(void **state)
{
	const struct span aia = BYTES("\x30\x2e"
		"\x30\x0e\x06\x08\x2b\x06\x01\x05\x05\x07\x30\x02\x86\x02" "ca"
		"\x30\x0d\x06\x08\x2b\x06\x01\x05\x05\x07\x30\x01\x86\x01" "1"
		"\x30\x0d\x06\x08\x2b\x06\x01\x05\x05\x07\x30\x01\x86\x01" "2");
	const struct span constructed = BYTES("\x30\x1f"
		"\x30\x0d\x06\x08\x2b\x06\x01\x05\x05\x07\x30\x01\x86\x01" "1"
		"\x30\x0e\x06\x08\x2b\x06\x01\x05\x05\x07\x30\x01\xa6\x02\x30\x00");
	const struct span points = BYTES("\x30\x1f"
		"\x30\x0f\xa0\x0d\xa0\x0b\x82\x03" "dns" "\x86\x01" "1" "\x86\x01" "2"
		"\x30\x02\x81\x00"
		"\x30\x08\xa0\x06\xa0\x04\x86\x02" "33");
	struct extension_facts x;

	(void)state;
	read_one(&x, OID_AIA, NULL, aia);
	assert_int_equal(x.deviations, 0);
	assert_true(span_equal(extension_ocsp_url(&x, 0), span_str("1")));
	assert_true(span_equal(extension_ocsp_url(&x, 1), span_str("2")));
	assert_false(span_present(extension_ocsp_url(&x, 2)));
	assert_true(span_equal(extension_ca_issuers_url(&x, 0), span_str("ca")));
	assert_false(span_present(extension_ca_issuers_url(&x, 1)));
	/* a text that is constructed is no URL, and told */
	read_one(&x, OID_AIA, NULL, constructed);
	assert_int_equal(x.deviations, deviation_bit(DEVIATION_EXTENSION_MALFORMED));
	assert_true(span_equal(extension_ocsp_url(&x, 0), span_str("1")));
	assert_false(span_present(extension_ocsp_url(&x, 1)));
	read_one(&x, (struct span)BYTES("\x55\x1d\x1f"), NULL, points);
	assert_int_equal(x.deviations, 0);
	assert_true(span_equal(extension_crl_url(&x, 0), span_str("1")));
	assert_true(span_equal(extension_crl_url(&x, 2), span_str("33")));
	assert_false(span_present(extension_crl_url(&x, 3)));
	x = EXTENSION_FACTS_NONE;
	assert_false(span_present(extension_ocsp_url(&x, 0)) ||
		     span_present(extension_crl_url(&x, 0)));
}

static void several(void **state)
{
	static const struct span oids[] = {BYTES(PKIX1 "\x18"), BYTES("\x2a"), BYTES(PKIX1 "\x18"),
					   BYTES("\x2b"), BYTES("\x2a"), BYTES("\x55\x1d\x13"),
					   BYTES("\x55\x1d\x13")};
	static const struct span values[] = {BYTES("\x30\x03\x02\x01\x05"), BYTES(""),
					     BYTES("\x30\x03\x02\x01\x11"), BYTES(""), BYTES(""),
					     BYTES("\x30\x00"), BYTES("\x30\x03\x01\x01\xff")};
	struct extension_facts x = EXTENSION_FACTS_NONE;
	uint8_t list[1024];
	const char *why;
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < 7; i++)
		n += one(list + n, oids[i], i == 3 ? "\x01\x01\xff" : NULL, values[i]);
	assert_int_equal(extension_decode(span_of(list, n), &x, &why), 0);
	assert_int_equal(x.count, 7);
	assert_int_equal(x.deviations, D(EXTENSION_DUPLICATE));
	assert_int_equal(x.feature.extensions, 2);
	assert_true(x.feature.status_request && x.feature.status_request_v2);
	assert_true(span_equal(extension_feature_value(&x, 1), values[2]));
	assert_false(span_present(extension_feature_value(&x, 2)));
	assert_false(x.ca); /* the first one counts */
	assert_int_equal(x.unknown_critical, 1);
	assert_true(span_equal(x.unknown_critical_oid, oids[3]));
}

static void critical_features(void **state)
{
	struct extension_facts x;

	(void)state;
	read_one(&x, OID_TLS_FEATURE, "\x01\x01\xff", (struct span)BYTES("\x30\x03\x02\x01\x05"));
	assert_true(x.feature.critical);
	assert_int_equal(x.unknown_critical, 0);
	read_one(&x, OID_TLS_FEATURE, "\x01\x01\x00", (struct span)BYTES("\x30\x03\x02\x01\x05"));
	assert_false(x.feature.critical);
	assert_int_equal(x.deviations, D(DEFAULT_ENCODED));
	read_one(&x, OID_TLS_FEATURE, NULL, (struct span)BYTES("\x30\x04\x02\x02\x00\x05"));
	assert_true(x.feature.malformed);
	assert_int_equal(x.deviations, D(EXTENSION_MALFORMED));
}

static void every_deviation_has_its_text(void **state)
{
	(void)state;
	for (unsigned d = 0; d < DEVIATION_COUNT; d++) {
		const struct deviation_text *t = deviation_text((enum deviation)d);

		assert_true(t->id && t->section && t->text);
		for (unsigned other = 0; other < d; other++)
			assert_string_not_equal(t->id, deviation_text((enum deviation)other)->id);
	}
	assert_true(DEVIATION_COUNT <= 32);
}

/* Each byte at each place of names of many lengths. */
static void names_are_ia5_text(void **state)
{
	uint8_t text[33];

	(void)state;
	for (size_t n = 1; n <= sizeof text; n++)
		for (unsigned c = 0; c < 256; c++)
			for (size_t at = 0; at < n; at++) {
				struct general_name name = {NAME_DNS, false, span_of(text, n)};

				memset(text, 0x7f - (int)(at & 1) * 0x7e, n);
				text[at] = (uint8_t)c;
				assert_int_equal(extension_name_sound(&name), c > 0 && c < 0x80);
			}
}

/* By the elements alone. */
static bool slow_next(struct span *list, struct extension *out)
{
	struct span body;
	bool odd;

	out->critical = false;
	return der_get(list, DER_SEQUENCE, &body) == 0 && der_get(&body, DER_OID, &out->oid) == 0 &&
	       (der_peek(body) != DER_BOOLEAN || der_get_boolean(&body, &out->critical, &odd) == 0) &&
	       der_get(&body, DER_OCTET_STRING, &out->value) == 0;
}

static void same_as_slow(const uint8_t *bytes, size_t n)
{
	struct span quick = span_of(bytes, n), slow = quick;
	struct extension a, b;
	bool there = slow_next(&slow, &b);

	assert_int_equal(extension_next(&quick, &a), there);
	if (!there)
		return;
	assert_ptr_equal(quick.p, slow.p);
	assert_int_equal(quick.n, slow.n);
	assert_int_equal(a.critical, b.critical);
	assert_ptr_equal(a.oid.p, b.oid.p);
	assert_int_equal(a.oid.n, b.oid.n);
	assert_ptr_equal(a.value.p, b.value.p);
	assert_int_equal(a.value.n, b.value.n);
}

/* Each octet as any other, and each shorter list. */
static void the_short_look_is_the_long_one(void **state)
{
	static const size_t values[] = {0, 1, 3, 100, 116, 117, 118, 121, 122, 130};

	(void)state;
	for (size_t i = 0; i < 2 * sizeof values / sizeof values[0]; i++) {
		uint8_t value[130] = {0}, list[256], *cut;
		size_t n = one(list, OID_KEY_USAGE, i % 2 ? "\x01\x01\xff" : NULL,
			       span_of(value, values[i / 2])), m = n;

		memset(list + n, 0x30, 4);
		for (size_t at = 0; at < 20 && at < n; at++)
			for (unsigned v = 0; v < 256; v++) {
				uint8_t was = list[at];

				list[at] = (uint8_t)v;
				same_as_slow(list, n + 4);
				list[at] = was;
			}
		for (; m > 0; m--) { /* in a block of its own, so that reading behind it is seen */
			cut = malloc(m);
			assert_non_null(cut);
			memcpy(cut, list, m);
			same_as_slow(cut, m);
			free(cut);
		}
	}
}

static void a_frame_that_deviates_is_noted(void **state)
{
	static const struct {
		struct span list;
		uint32_t deviations;
	} cases[] = {
		{BYTES("\x30\x06\x06\x02\x2a\x03\x04\x00"), 0},
		{BYTES("\x30\x09\x06\x02\x2a\x03\x01\x01\xff\x04\x00"), 0},
		{BYTES("\x30\x09\x06\x02\x2a\x03\x01\x01\x01\x04\x00"), D(BOOLEAN)},
		{BYTES("\x30\x09\x06\x02\x2a\x03\x01\x01\x00\x04\x00"), D(DEFAULT_ENCODED)},
		{BYTES("\x30\x08\x06\x02\x2a\x03\x04\x00\x05\x00"), D(TRAILING)},
		{BYTES("\x30\x0b\x06\x02\x2a\x03\x01\x01\xff\x04\x00\x05\x00"), D(TRAILING)},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct extension_facts x = EXTENSION_FACTS_NONE;
		const char *why;

		assert_int_equal(extension_decode(cases[i].list, &x, &why), 0);
		assert_int_equal(x.deviations, cases[i].deviations);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_short_look_is_the_long_one),
		cmocka_unit_test(a_frame_that_deviates_is_noted),
		cmocka_unit_test(basic_constraints),
		cmocka_unit_test(key_usage),
		cmocka_unit_test(purposes),
		cmocka_unit_test(alternative_names),
		cmocka_unit_test(urls),
		cmocka_unit_test(several),
		cmocka_unit_test(names_are_ia5_text),
		cmocka_unit_test(critical_features),
		cmocka_unit_test(every_deviation_has_its_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
