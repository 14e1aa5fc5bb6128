#include "tests/unit/unit.h"

#include "facts/cert.h"
#include "facts/dn.h"
#include "ground/der.h"
#include "ground/limits.h"
#include "tests/unit/facts/tlv.h"

/* A certificate is built from its parts; each case changes one, and the lengths stay right. */
struct parts {
	struct span version, serial, inner, issuer, validity, subject, key, ids, extensions;
	struct span behind_tbs, outer, signature, behind;
};
#define AT(field) offsetof(struct parts, field)

#define SHA256_EC "\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02"
#define NAME_A "\x30\x0c\x31\x0a\x30\x08\x06\x03\x55\x04\x03\x0c\x01" "A"
#define NAME_B "\x30\x0c\x31\x0a\x30\x08\x06\x03\x55\x04\x03\x0c\x01" "B"
#define DATES "\x30\x1e\x17\x0d" "260101000000Z" "\x17\x0d" "270101000000Z"
#define ED25519 "\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00" \
	"0123456789abcdef0123456789abcdef"
#define MUST_STAPLE "\x30\x11\x06\x08\x2b\x06\x01\x05\x05\x07\x01\x18\x04\x05\x30\x03\x02\x01\x05"

static const struct parts sound = {
	.version = BYTES("\xa0\x03\x02\x01\x02"),
	.serial = BYTES("\x02\x01\x07"),
	.inner = BYTES(SHA256_EC),
	.issuer = BYTES(NAME_A),
	.validity = BYTES(DATES),
	.subject = BYTES(NAME_B),
	.key = BYTES(ED25519),
	.extensions = BYTES("\xa3\x15\x30\x13" MUST_STAPLE),
	.outer = BYTES(SHA256_EC),
	.signature = BYTES("\x03\x02\x00\x01"),
};

static size_t build(const struct parts *p, uint8_t out[1024])
{
	const struct span tbs[] = {p->version, p->serial, p->inner, p->issuer, p->validity,
				   p->subject, p->key, p->ids, p->extensions, p->behind_tbs};
	const struct span rest[] = {p->outer, p->signature};
	size_t n = tlv_wrap(out, tlv_join(out, 0, tbs, 10), DER_SEQUENCE);

	n = tlv_wrap(out, tlv_join(out, n, rest, 2), DER_SEQUENCE);
	return tlv_put(out, n, p->behind);
}

static void says_what_is_there(void **state)
{
	uint8_t der[1024];
	struct cert c;
	struct err e;
	struct buf b;

	(void)state;
	assert_int_equal(cert_decode(span_of(der, build(&sound, der)), &c, &e), 0);
	assert_int_equal(c.deviations, 0);
	assert_int_equal(c.version, 3);
	assert_true(span_equal(c.serial, span_str("\x07")));
	assert_int_equal(c.not_before, 1767225600);
	assert_int_equal(c.not_after - c.not_before, 365 * 86400);
	assert_int_equal(c.key.kind, KEY_ED25519);
	assert_int_equal(c.key.bits.n, 32);
	assert_int_equal(c.signature.n, 1);
	assert_true(span_equal(c.signature_algorithm, c.tbs_signature_algorithm));
	assert_int_equal(c.x.count, 1);
	assert_int_equal(cert_must_staple(&c), MUST_STAPLE_YES);
	assert_false(cert_is_ca(&c) || cert_self_issued(&c));
	assert_int_equal(c.x.path_len, -1);
	buf_init(&b);
	cert_label(&c, &b);
	assert_string_equal(buf_cstr(&b), "B");
	buf_wipe(&b);
}

struct change {
	const char *what;
	size_t part;
	struct span to;
	uint32_t deviations; /* 1 << DEVIATION_... */
	const char *error;   /* NULL: it decodes */
};
#define D(x) (UINT32_C(1) << DEVIATION_##x)

static void decode_with(const struct change *c, struct cert *out, uint8_t der[1024])
{
	struct parts p = sound;
	struct err e = {ERR_NONE, ""};
	int rc;

	memcpy((char *)&p + c->part, &c->to, sizeof c->to);
	rc = cert_decode(span_of(der, build(&p, der)), out, &e);
	if (!c->error && rc != 0)
		fail_msg("%s: %s", c->what, e.text);
	if (c->error && (rc == 0 || !strstr(e.text, c->error)))
		fail_msg("%s: %s", c->what, rc ? e.text : "decoded");
	if (!c->error && out->deviations != c->deviations)
		fail_msg("%s: deviations %08x, not %08x", c->what, out->deviations, c->deviations);
}

static void deviations_are_recorded_and_no_more(void **state)
{
	static const struct change changes[] = {
		{"v1 with extensions", AT(version), BYTES(""), D(VERSION), NULL},
		{"v1 written", AT(version), BYTES("\xa0\x03\x02\x01\x00"),
			D(VERSION) | D(DEFAULT_ENCODED), NULL},
		{"v2 with extensions", AT(version), BYTES("\xa0\x03\x02\x01\x01"), D(VERSION), NULL},
		{"v4", AT(version), BYTES("\xa0\x03\x02\x01\x03"), D(VERSION), NULL},
		{"version -1", AT(version), BYTES("\xa0\x03\x02\x01\xff"), D(VERSION), NULL},
		{"version padded", AT(version), BYTES("\xa0\x04\x02\x02\x00\x02"), D(VERSION), NULL},
		{"version of nine octets", AT(version), BYTES("\xa0\x0b\x02\x09\x01"
			"12345678"), D(VERSION), NULL},
		{"behind the version", AT(version), BYTES("\xa0\x05\x02\x01\x02\x05\x00"),
			D(TRAILING), NULL},
		{"serial 0", AT(serial), BYTES("\x02\x01\x00"), D(SERIAL_NOT_POSITIVE), NULL},
		{"serial -1", AT(serial), BYTES("\x02\x01\xff"), D(SERIAL_NOT_POSITIVE), NULL},
		{"serial padded", AT(serial), BYTES("\x02\x02\x00\x07"), D(SERIAL_PADDED), NULL},
		{"serial empty", AT(serial), BYTES("\x02\x00"),
			D(SERIAL_PADDED) | D(SERIAL_NOT_POSITIVE), NULL},
		{"serial of 20 octets and a sign", AT(serial), BYTES("\x02\x15\x00\xff"
			"0123456789012345678"), 0, NULL},
		{"serial of 21 octets", AT(serial), BYTES("\x02\x15\x01" "01234567890123456789"),
			D(SERIAL_LONG), NULL},
		{"algorithms differ", AT(outer), BYTES("\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03"
			"\x03"), D(SIGNATURE_ALGORITHMS_DIFFER), NULL},
		{"issuer empty", AT(issuer), BYTES("\x30\x00"), D(ISSUER_EMPTY), NULL},
		{"issuer of a NULL", AT(issuer), BYTES("\x30\x02\x05\x00"), D(NAME_SYNTAX), NULL},
		{"subject with an empty RDN", AT(subject), BYTES("\x30\x02\x31\x00"), D(NAME_SYNTAX),
			NULL},
		{"subject empty", AT(subject), BYTES("\x30\x00"), 0, NULL},
		{"no seconds", AT(validity), BYTES("\x30\x1c\x17\x0b" "2601010000Z" "\x17\x0d"
			"270101000000Z"), D(TIME_FORMAT), NULL},
		{"GeneralizedTime before 2050", AT(validity), BYTES("\x30\x20\x17\x0d" "260101000000Z"
			"\x18\x0f" "20270101000000Z"), D(TIME_FORMAT), NULL},
		{"GeneralizedTime from 2050", AT(validity), BYTES("\x30\x20\x17\x0d" "260101000000Z"
			"\x18\x0f" "20500101000000Z"), 0, NULL},
		{"day 32", AT(validity), BYTES("\x30\x1e\x17\x0d" "260132000000Z" "\x17\x0d"
			"270101000000Z"), D(TIME_UNREADABLE), NULL},
		{"a time that is an INTEGER", AT(validity), BYTES("\x30\x12\x02\x01\x00\x17\x0d"
			"270101000000Z"), D(TIME_UNREADABLE), NULL},
		{"ends before it begins", AT(validity), BYTES("\x30\x1e\x17\x0d" "270101000000Z"
			"\x17\x0d" "260101000000Z"), D(VALIDITY_REVERSED), NULL},
		{"behind the dates", AT(validity), BYTES("\x30\x20\x17\x0d" "260101000000Z" "\x17\x0d"
			"270101000000Z\x05\x00"), D(TRAILING), NULL},
		{"key too short for its kind", AT(key), BYTES("\x30\x0b\x30\x05\x06\x03\x2b\x65\x70\x03"
			"\x02\x00\x01"), D(KEY_UNREADABLE), NULL},
		{"key of no kind", AT(key), BYTES("\x30\x06\x30\x00\x03\x02\x00\x01"),
			D(KEY_UNREADABLE), NULL},
		{"key of a kind of no octets", AT(key), BYTES("\x30\x08\x30\x02\x06\x00\x03\x02\x00"
			"\x01"), D(KEY_UNREADABLE), NULL},
		{"two parameters of a key", AT(key), BYTES("\x30\x0f\x30\x09\x06\x03\x2b\x65\x01\x05\x00"
			"\x05\x00\x03\x02\x00\x01"), D(KEY_UNREADABLE), NULL},
		{"two parameters of an algorithm", AT(outer), BYTES("\x30\x0e\x06\x08\x2a\x86\x48\xce\x3d\x04\x03"
			"\x02\x05\x00\x05\x00"), D(SIGNATURE_ALGORITHMS_DIFFER) | D(TRAILING), NULL},
		{"a NULL with content for parameters", AT(outer), BYTES("\x30\x0d\x06\x08\x2a\x86\x48\xce\x3d"
			"\x04\x03\x02\x05\x01\x00"), D(SIGNATURE_ALGORITHMS_DIFFER) | D(ALGORITHM), NULL},
		{"a padded INTEGER for parameters", AT(outer), BYTES("\x30\x0e\x06\x08\x2a\x86\x48\xce\x3d\x04"
			"\x03\x02\x02\x02\x00\x05"), D(SIGNATURE_ALGORITHMS_DIFFER) | D(ALGORITHM), NULL},
		{"unused bits that are set in parameters", AT(key), BYTES("\x30\x0f\x30\x09\x06\x03\x2b\x65\x01\x03"
			"\x02\x07\xff\x03\x02\x00\x01"), D(KEY_UNREADABLE), NULL},
		{"a BMPString of one octet for parameters", AT(outer), BYTES("\x30\x0d\x06\x08\x2a\x86\x48\xce"
			"\x3d\x04\x03\x02\x1e\x01\x00"), D(SIGNATURE_ALGORITHMS_DIFFER) | D(ALGORITHM), NULL},
		{"parameters with a SEQUENCE's tag and no form", AT(inner), BYTES("\x30\x0c\x06\x08\x2a\x86\x48"
			"\xce\x3d\x04\x03\x02\x10\x00"), D(SIGNATURE_ALGORITHMS_DIFFER) | D(ALGORITHM), NULL},
		{"parameters that are an end of contents", AT(inner), BYTES("\x30\x0c\x06\x08\x2a\x86\x48\xce"
			"\x3d\x04\x03\x02\x00\x00"), D(SIGNATURE_ALGORITHMS_DIFFER) | D(ALGORITHM), NULL},
		{"a kind of key with a NULL with content", AT(key), BYTES("\x30\x0e\x30\x08\x06\x03\x2b\x65\x01"
			"\x05\x01\x00\x03\x02\x00\x01"), D(KEY_UNREADABLE), NULL},
		{"an Ed25519 key with parameters", AT(key), BYTES("\x30\x2c\x30\x07\x06\x03\x2b\x65\x70\x05\x00"
			"\x03\x21\x00" "0123456789abcdef0123456789abcdef"), D(KEY_UNREADABLE), NULL},
		{"an RSA modulus of 0", AT(key), BYTES("\x30\x1a\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"
			"\x05\x00\x03\x09\x00\x30\x06\x02\x01\x00\x02\x01\x03"), D(KEY_UNREADABLE), NULL},
		{"an RSA exponent of 0", AT(key), BYTES("\x30\x1a\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"
			"\x05\x00\x03\x09\x00\x30\x06\x02\x01\x7f\x02\x01\x00"), D(KEY_UNREADABLE), NULL},
		{"a point of P-256 that is too short", AT(key), BYTES("\x30\x1b\x30\x13\x06\x07\x2a\x86\x48\xce\x3d"
			"\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x04\x00\x04\x01\x01"),
			D(KEY_UNREADABLE), NULL},
		{"a point of P-256 that is compressed", AT(key), BYTES("\x30\x39\x30\x13\x06\x07\x2a\x86\x48\xce\x3d"
			"\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x22\x00\x03"
			"0123456789abcdef0123456789abcdef"), 0, NULL},
		{"a point that is hybrid", AT(key), BYTES("\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d"
			"\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00\x06"
			"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
			D(KEY_UNREADABLE), NULL},
		{"a point of a curve that is not known", AT(key), BYTES("\x30\x14\x30\x0d\x06\x07\x2a\x86\x48\xce"
			"\x3d\x02\x01\x06\x02\x2a\x03\x03\x03\x00\x04\x01"), 0, NULL},
		{"a curve of no octets", AT(key), BYTES("\x30\x11\x30\x0b\x06\x07\x2a\x86\x48\xce\x3d\x02\x01"
			"\x06\x00\x03\x02\x00\x01"), D(KEY_UNREADABLE), NULL},
		{"unique identifier", AT(ids), BYTES("\x81\x02\x00\x01"), D(UNIQUE_ID), NULL},
		{"unique identifier of no octets", AT(ids), BYTES("\x82\x00"), D(UNIQUE_ID) | D(BIT_STRING), NULL},
		{"unique identifier with 8 unused bits", AT(ids), BYTES("\x81\x02\x08\x00"),
			D(UNIQUE_ID) | D(BIT_STRING), NULL},
		{"unused bits in the signature", AT(signature), BYTES("\x03\x02\x03\x01"),
			D(BIT_STRING), NULL},
		{"empty signature", AT(signature), BYTES("\x03\x00"), D(BIT_STRING), NULL},
		{"inner algorithm without OID", AT(inner), BYTES("\x30\x00"),
			D(ALGORITHM) | D(SIGNATURE_ALGORITHMS_DIFFER), NULL},
		{"behind the extensions", AT(behind_tbs), BYTES("\x05\x00"), D(TRAILING), NULL},
		{"no extension", AT(extensions), BYTES(""), 0, NULL},
		{"an empty list of extensions", AT(extensions), BYTES("\xa3\x02\x30\x00"),
			D(EXTENSIONS_EMPTY), NULL},
	};
	uint8_t der[1024];
	struct cert c;

	(void)state;
	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++)
		decode_with(&changes[i], &c, der);
}

static void refuses_what_cannot_be_delimited(void **state)
{
	static const struct change changes[] = {
		{"behind it", AT(behind), BYTES("\x00"), 0, "1 octets behind it"},
		{"no serial", AT(serial), BYTES(""), 0, "serialNumber (RFC 5280, 4.1.2.2): tag 0x30"},
		{"no issuer", AT(issuer), BYTES("\x05\x00"), 0, "issuer (RFC 5280, 4.1.2.4)"},
		{"one date", AT(validity), BYTES("\x30\x0f\x17\x0d" "260101000000Z"), 0,
			"notAfter (RFC 5280, 4.1.2.5): end of data"},
		{"BER", AT(validity), BYTES("\x30\x80\x00\x00"), 0, "indefinite length"},
		{"long length", AT(subject), BYTES("\x30\x81\x00"), 0,
			"subject (RFC 5280, 4.1.2.6): length not minimal"},
		{"no key", AT(key), BYTES(""), 0, "subjectPublicKeyInfo (RFC 5280, 4.1.2.7)"},
		{"no signature", AT(signature), BYTES(""), 0, "signatureValue (RFC 5280, 4.1.1.3)"},
		{"constructed signature", AT(signature), BYTES("\x23\x02\x05\x00"), 0, "tag 0x23"},
		{"extension too long", AT(extensions), BYTES("\xa3\x04\x30\x02\x30\x05"), 0,
			"extension 1 (RFC 5280, 4.2): element longer"},
		{"extension without a value", AT(extensions), BYTES("\xa3\x07\x30\x05\x30\x03\x06\x01"
			"\x2a"), 0, "extension 1 (RFC 5280, 4.2): extnValue"},
	};
	static uint8_t large[LIMIT_CERT_DER + 16];
	uint8_t der[1024];
	struct cert c;
	struct err e;
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++)
		decode_with(&changes[i], &c, der);
	n = der_put_header(large, DER_SEQUENCE, LIMIT_CERT_DER);
	assert_int_equal(cert_decode(span_of(large, n + LIMIT_CERT_DER), &c, &e), -1);
	assert_int_equal(e.code, ERR_LIMIT);
}

static void one_behind_the_other(void **state)
{
	uint8_t der[2048];
	size_t n = build(&sound, der), m = n + build(&sound, der + n);
	struct span in = span_of(der, m);
	struct cert c;
	struct err e;

	(void)state;
	assert_int_equal(cert_decode_next(&in, &c, &e), 0);
	assert_int_equal(in.n, m - n);
	assert_int_equal(cert_decode_next(&in, &c, &e), 0);
	assert_true(der_end(in));
	assert_int_equal(cert_decode_next(&in, &c, &e), -1);
}

static void survives_every_cut_and_every_change(void **state)
{
	uint8_t der[1024], *copy;
	size_t n = build(&sound, der);
	struct cert c;
	struct err e;

	(void)state;
	for (size_t cut = 0; cut < n; cut++) {
		copy = test_malloc(cut ? cut : 1);
		memcpy(copy, der, cut);
		assert_int_equal(cert_decode(span_of(copy, cut), &c, &e), -1);
		test_free(copy);
	}
	copy = test_malloc(n);
	for (size_t i = 0; i < n; i++)
		for (unsigned v = 0; v < 256; v++) {
			struct buf b;

			memcpy(copy, der, n);
			copy[i] = (uint8_t)v;
			if (cert_decode(span_of(copy, n), &c, &e) != 0)
				continue;
			buf_init(&b);
			dn_text(&b, c.subject);
			cert_label(&c, &b);
			buf_wipe(&b);
		}
	test_free(copy);
}

static void ca_by_constraint_or_v1(void **state)
{
	static const struct change same = {"self-issued v1", AT(version), BYTES(""), D(VERSION), NULL};
	struct parts p = sound;
	uint8_t der[1024];
	struct cert c;
	struct err e;

	(void)state;
	decode_with(&same, &c, der);
	assert_false(cert_is_ca(&c));
	p.version = SPAN_NONE;
	p.extensions = SPAN_NONE;
	p.subject = p.issuer;
	assert_int_equal(cert_decode(span_of(der, build(&p, der)), &c, &e), 0);
	assert_true(cert_self_issued(&c) && cert_is_ca(&c));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_is_there),
		cmocka_unit_test(deviations_are_recorded_and_no_more),
		cmocka_unit_test(refuses_what_cannot_be_delimited),
		cmocka_unit_test(one_behind_the_other),
		cmocka_unit_test(survives_every_cut_and_every_change),
		cmocka_unit_test(ca_by_constraint_or_v1),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
