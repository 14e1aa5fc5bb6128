#include "tests/unit/unit.h"

#include "facts/dn.h"
#include "facts/oid.h"
#include "facts/shape.h"
#include "facts/spki.h"
#include "ground/text.h"
#include "tests/unit/facts/tlv.h"

/* A Name of one RDN each: OID content, string tag, value. */
static size_t rdn(uint8_t *out, size_t n, struct span oid, uint8_t tag, struct span value)
{
	uint8_t a[256], v[256];
	size_t m = tlv_wrap(a, tlv_put(a, 0, oid), DER_OID);

	m = tlv_put(a, m, span_of(v, tlv_wrap(v, tlv_put(v, 0, value), tag)));
	m = tlv_wrap(a, tlv_wrap(a, m, DER_SEQUENCE), DER_SET);
	return tlv_put(out, n, span_of(a, m));
}

static void a_value_as_rfc4514_writes_it(void **state)
{
	static const struct span cn = BYTES("\x55\x04\x03"), other = BYTES("\x2a\x03\x04");
	static const struct {
		const struct span *oid;
		uint8_t tag;
		struct span value;
		const char *text;
	} cases[] = {
		{&cn, DER_UTF8_STRING, BYTES("A"), "CN=A"},
		{&cn, DER_UTF8_STRING, BYTES("a,b+c\"d\\e<f>g;h=i"), "CN=a\\,b\\+c\\\"d\\\\e\\<f\\>g\\;h=i"},
		{&cn, DER_UTF8_STRING, BYTES(" a "), "CN=\\ a\\ "},
		{&cn, DER_UTF8_STRING, BYTES("#a#"), "CN=\\#a#"},
		{&cn, DER_UTF8_STRING, BYTES(" "), "CN=\\ "},
		{&cn, DER_UTF8_STRING, BYTES("a\0b"), "CN=a\\00b"},
		{&cn, DER_UTF8_STRING, BYTES(""), "CN="},
		{&cn, DER_UTF8_STRING, BYTES("\xc3\xa9"), "CN=\xc3\xa9"},
		{&cn, DER_TELETEX_STRING, BYTES("\xe9"), "CN=\xc3\xa9"},
		{&cn, DER_BMP_STRING, BYTES("\x20\xac\xd8\x3d\xde\x00"), "CN=\xe2\x82\xac\xf0\x9f\x98\x80"},
		{&cn, DER_UNIVERSAL_STRING, BYTES("\x00\x01\xf6\x00"), "CN=\xf0\x9f\x98\x80"},
		/* what is no text is told in hex */
		{&cn, DER_UTF8_STRING, BYTES("\xc3"), "CN=#0c01c3"},
		{&cn, DER_UTF8_STRING, BYTES("a\xff"), "CN=#0c0261ff"},
		{&cn, DER_BMP_STRING, BYTES("\x00"), "CN=#1e0100"},
		{&cn, DER_BMP_STRING, BYTES("\xd8\x00"), "CN=#1e02d800"},
		{&cn, DER_INTEGER, BYTES("\x05"), "CN=#020105"},
		{&other, DER_UTF8_STRING, BYTES("A"), "1.2.3.4=#0c0141"},
	};
	struct buf b;

	(void)state;
	buf_init(&b);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		uint8_t name[512];
		size_t n = rdn(name, 0, *cases[i].oid, cases[i].tag, cases[i].value);

		n = tlv_wrap(name, n, DER_SEQUENCE);
		buf_reset(&b);
		buf_add_str(&b, "x"); /* it is appended */
		dn_text(&b, span_of(name, n));
		assert_string_equal(buf_cstr(&b) + 1, cases[i].text);
		assert_true(dn_readable(span_of(name, n)));
	}
	buf_wipe(&b);
}

static void the_last_comes_first(void **state)
{
	const struct span c = BYTES("\x55\x04\x06"), o = BYTES("\x55\x04\x0a"), cn = BYTES("\x55\x04\x03");
	const struct span pair = BYTES("\x31\x14\x30\x08\x06\x03\x55\x04\x03\x0c\x01" "1"
				       "\x30\x08\x06\x03\x55\x04\x0b\x0c\x01" "2");
	uint8_t name[512];
	struct buf b;
	size_t n;

	(void)state;
	buf_init(&b);
	n = rdn(name, 0, c, DER_PRINTABLE_STRING, span_str("XX"));
	n = rdn(name, n, o, DER_UTF8_STRING, span_str("A, B"));
	n = tlv_put(name, n, pair);
	n = rdn(name, n, cn, DER_UTF8_STRING, span_str("last"));
	n = tlv_wrap(name, n, DER_SEQUENCE);
	dn_text(&b, span_of(name, n));
	assert_string_equal(buf_cstr(&b), "CN=last,CN=1+OU=2,O=A\\, B,C=XX");
	buf_reset(&b);
	assert_true(dn_attribute(span_of(name, n), "CN", &b));
	assert_string_equal(buf_cstr(&b), "1");
	assert_false(dn_attribute(span_of(name, n), "L", &b));
	buf_reset(&b);
	assert_true(dn_attribute(span_of(name, n), "O", &b));
	assert_string_equal(buf_cstr(&b), "A, B");
	assert_false(dn_empty(span_of(name, n)));
	buf_reset(&b);
	dn_text(&b, (struct span)BYTES("\x30\x00"));
	assert_int_equal(b.n, 0);
	assert_true(dn_empty((struct span)BYTES("\x30\x00")));
	dn_text(&b, (struct span)BYTES("\x30\x02\x31\x00"));
	assert_string_equal(buf_cstr(&b), "#30023100");
	buf_reset(&b);
	dn_text(&b, (struct span)BYTES("\x30\x02\x31"));
	assert_string_equal(buf_cstr(&b), "#300231");
	assert_false(dn_readable((struct span)BYTES("\x30\x02\x31")));
	buf_wipe(&b);
}

/* What could be read of it does not stand before the hex. */
static void a_name_is_told_whole_or_not_at_all(void **state)
{
	static const struct span bad[] = {BYTES("\x31\x00"), BYTES("\x31\x01"), BYTES("\x30\x00"),
					  BYTES("\x31\x02\x30\x00"),
					  BYTES("\x31\x0c\x30\x08\x06\x03\x55\x04\x03\x0c\x01" "1\x30\x00"),
					  BYTES("\x31\x0a\x30\x08\x06\x03\x55\x04\x03\x0c\x02" "1")};
	const struct span cn = BYTES("\x55\x04\x03");
	uint8_t name[512];
	struct buf b, want;

	(void)state;
	buf_init(&b);
	buf_init(&want);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		for (unsigned before = 0; before < 3; before++) {
			size_t n = 0;

			for (unsigned k = 0; k < before; k++)
				n = rdn(name, n, cn, DER_UTF8_STRING, span_str("readable"));
			n = tlv_wrap(name, tlv_put(name, n, bad[i]), DER_SEQUENCE);
			buf_reset(&b);
			buf_add_str(&b, "x");
			dn_text(&b, span_of(name, n));
			buf_reset(&want);
			buf_add_str(&want, "x#");
			text_hex(&want, span_of(name, n));
			assert_string_equal(buf_cstr(&b), buf_cstr(&want));
			assert_false(dn_readable(span_of(name, n)));
		}
	buf_wipe(&b);
	buf_wipe(&want);
}

static void oids(void **state)
{
	static const struct {
		struct span oid;
		const char *dotted;
	} cases[] = {
		{BYTES("\x2a"), "1.2"},
		{BYTES("\x00"), "0.0"},
		{BYTES("\x78"), "2.40"},
		{BYTES("\x88\x37\x01"), "2.999.1"},
		{BYTES("\x2b\x06\x01\x05\x05\x07\x01\x18"), "1.3.6.1.5.5.7.1.24"},
		{BYTES("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b"), "1.2.840.113549.1.1.11"},
		{BYTES("\x2a\xff\xff\xff\xff\xff\xff\xff\xff\x7f"), "1.2.9223372036854775807"},
		{BYTES("\x2a\x81\xff\xff\xff\xff\xff\xff\xff\xff\x7f"),
			"2a81ffffffffffffffff7f"},
		{BYTES("\x2a\x80\x01"), "2a8001"},
		{BYTES("\x2a\x86"), "2a86"},
		{BYTES(""), ""},
	};
	struct buf b;

	(void)state;
	buf_init(&b);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		buf_reset(&b);
		oid_dotted(&b, cases[i].oid);
		assert_string_equal(buf_cstr(&b), cases[i].dotted);
	}
	buf_wipe(&b);
	assert_string_equal(oid_name(OID_TLS_FEATURE), "tlsFeature");
	assert_null(oid_name(cases[3].oid));
	assert_null(oid_name(cases[10].oid));
}

static void oids_from_text(void **state)
{
	static const struct {
		const char *dotted, *octets;
		size_t n;
	} good[] = {
		{"2.5.4.3", "\x55\x04\x03", 3},
		{"2.999", "\x88\x37", 2},
		{"1.3.6.1.5.5.7.1.24", "\x2b\x06\x01\x05\x05\x07\x01\x18", 8},
		{"1.2.840.113549", "\x2a\x86\x48\x86\xf7\x0d", 6},
	};
	static const char *const bad[] = {"", "1", "1.", ".1", "1..2", "1.40", "3.1", "1.2.x", "1.2.03"};
	struct buf b;

	(void)state;
	buf_init(&b);
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		buf_reset(&b);
		assert_int_equal(oid_parse(good[i].dotted, strlen(good[i].dotted), &b), 0);
		assert_int_equal(b.n, good[i].n);
		assert_memory_equal(b.p, good[i].octets, b.n);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(oid_parse(bad[i], strlen(bad[i]), &b), -1);
	buf_wipe(&b);
}

/* X.690, 8.19.2: a subidentifier does not begin with 80. */
static bool slow_readable(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] == 0x80 && (i == 0 || p[i - 1] < 0x80))
			return false;
	return n > 0 && p[n - 1] < 0x80;
}

static void oids_of_each_length(void **state)
{
	static const uint8_t octets[] = {0x2b, 0x00, 0x7f, 0x81, 0xff};

	(void)state;
	for (size_t n = 1; n <= 9; n++)
		for (unsigned fill = 0; fill < sizeof octets; fill++)
			for (size_t at = 0; at < n; at++)
				for (unsigned v = 0; v < 256; v++) {
					uint8_t oid[9];

					memset(oid, octets[fill], n);
					oid[at] = (uint8_t)v;
					if (n == 9 && octets[fill] >= 0x81 && at == 8)
						continue; /* more than 63 bits */
					assert_int_equal(oid_readable(span_of(oid, n)),
							 slow_readable(oid, n));
				}
}

static void keys(void **state)
{
	static const struct {
		struct span der;
		enum key_kind kind;
		unsigned size;
		const char *text;
		bool odd;
	} cases[] = {
		{BYTES("\x30\x19\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d"
			"\x03\x01\x07\x03\x02\x00\x04"), KEY_EC, 256, "EC P-256", true},
		{BYTES("\x30\x39\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d"
			"\x03\x01\x07\x03\x22\x00\x02" "abcdefghijklmnopqrstuvwxyzabcdef"),
		 KEY_EC, 256, "EC P-256", false},
		{BYTES("\x30\x18\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00\x03\x07\x00\x30"
			"\x04\x02\x02\x01\x01"), KEY_RSA, 0, "RSA", true},
		{BYTES("\x30\x1b\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00\x03\x0a\x00\x30"
			"\x07\x02\x02\x01\x01\x02\x01\x03"), KEY_RSA, 9, "RSA 9", false},
		{BYTES("\x30\x1a\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00\x03\x09\x00\x30"
			"\x06\x02\x01\x81\x02\x01\x03"), KEY_RSA, 8, "RSA 8", true},
		{BYTES("\x30\x09\x30\x03\x06\x01\x2a\x03\x02\x00\x01"), KEY_UNKNOWN, 0, "unknown", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct span in = cases[i].der;
		struct spki k;
		char text[32];
		bool odd;

		assert_int_equal(spki_decode(&in, &k, &odd), 0);
		assert_true(der_end(in));
		assert_int_equal(k.kind, cases[i].kind);
		assert_int_equal(k.size, cases[i].size);
		assert_int_equal(odd, cases[i].odd);
		assert_string_equal(spki_text(&k, text), cases[i].text);
	}
}

static void shapes(void **state)
{
	static const struct {
		struct span der;
		enum shape shape;
	} cases[] = {
		{BYTES("\x30\x03\x0a\x01\x03"), SHAPE_OCSP_RESPONSE},
		{BYTES("\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"), SHAPE_PKCS7},
		{BYTES("\x30\x0b\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"), SHAPE_PKCS7},
		{BYTES("\x30\x80\x02\x01\x03\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"),
			SHAPE_PKCS12},
		{BYTES("\x30\x80\x02\x01\x03\x30\x83\xff\xff\xff"), SHAPE_UNKNOWN},
		{BYTES("\x30\x80\x02\x01\x03\x30"), SHAPE_UNKNOWN},
		{BYTES("\x30\x09\x30\x03\x06\x01\x2a\x03\x02\x00\x01"), SHAPE_PUBLIC_KEY},
		{BYTES("\x30\x08\x02\x01\x00\x02\x01\x05\x02\x00"), SHAPE_PRIVATE_KEY},
		{BYTES("\x30\x06\x02\x01\x01\x04\x01\x00"), SHAPE_PRIVATE_KEY},
		{BYTES("\x30\x06\x02\x01\x05\x02\x01\x03"), SHAPE_PUBLIC_KEY},
		{BYTES("\x30\x05\x30\x00\x04\x01\x00"), SHAPE_ENCRYPTED_KEY},
		{BYTES("\x30\x02\x30\x00"), SHAPE_OCSP_REQUEST},
		{BYTES("\x30\x00"), SHAPE_UNKNOWN},
		{BYTES("\x31\x00"), SHAPE_UNKNOWN},
		{BYTES(""), SHAPE_UNKNOWN},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_int_equal(shape_of(cases[i].der), cases[i].shape);
	assert_int_equal(shape_of_label(span_str("TRUSTED CERTIFICATE")), SHAPE_CERTIFICATE);
	assert_int_equal(shape_of_label(span_str("DH PARAMETERS")), SHAPE_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_as_rfc4514_writes_it),
		cmocka_unit_test(the_last_comes_first),
		cmocka_unit_test(a_name_is_told_whole_or_not_at_all),
		cmocka_unit_test(oids),
		cmocka_unit_test(oids_from_text),
		cmocka_unit_test(oids_of_each_length),
		cmocka_unit_test(keys),
		cmocka_unit_test(shapes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
