#include "tests/unit/unit.h"

#include "facts/ocsp.h"
#include "facts/oid.h"
#include "ground/der.h"
#include "ground/limits.h"
#include "tests/unit/facts/tlv.h"

/*
 * A response is built from its parts, so that each case changes one of them and all lengths
 * stay right.
 */
struct parts {
	struct span status, type, version, responder, produced_at, cert_id, cert_status;
	struct span this_update, next_update, single_extensions, response_extensions;
	struct span behind_single, behind_data, algorithm, signature, certs, behind_basic;
	struct span behind_bytes, behind;
};

#define TIME "20260101000000Z"

static const struct parts sound = {
	.status = BYTES("\x0a\x01\x00"),
	.type = BYTES("\x06\x09\x2b\x06\x01\x05\x05\x07\x30\x01\x01"),
	.version = BYTES(""),
	.responder = BYTES("\xa2\x04\x04\x02" "ab"),
	.produced_at = BYTES("\x18\x0f" TIME),
	.cert_id = BYTES("\x30\x14\x30\x07\x06\x05\x2b\x0e\x03\x02\x1a\x04\x02nh\x04\x02kh"
			 "\x02\x01\x07"),
	.cert_status = BYTES("\x80\x00"),
	.this_update = BYTES("\x18\x0f" TIME),
	.next_update = BYTES("\xa0\x11\x18\x0f" "20260108000000Z"),
	.algorithm = BYTES("\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02"),
	.signature = BYTES("\x03\x03\x00\x01\x02"),
};

static size_t build(const struct parts *p, uint8_t out[1024])
{
	uint8_t b[1024];
	size_t n = 0, m = 0;

	n = tlv_put(b, n, p->cert_id);
	n = tlv_put(b, n, p->cert_status);
	n = tlv_put(b, n, p->this_update);
	n = tlv_put(b, n, p->next_update);
	n = tlv_put(b, n, p->single_extensions);
	n = tlv_put(b, n, p->behind_single);
	n = tlv_wrap(b, tlv_wrap(b, n, DER_SEQUENCE), DER_SEQUENCE);
	m = tlv_put(out, m, p->version);
	m = tlv_put(out, m, p->responder);
	m = tlv_put(out, m, p->produced_at);
	m = tlv_put(out, m, span_of(b, n));
	m = tlv_put(out, m, p->response_extensions);
	m = tlv_put(out, m, p->behind_data);
	m = tlv_wrap(out, m, DER_SEQUENCE);
	m = tlv_put(out, m, p->algorithm);
	m = tlv_put(out, m, p->signature);
	m = tlv_put(out, m, p->certs);
	m = tlv_put(out, m, p->behind_basic);
	m = tlv_wrap(out, tlv_wrap(out, m, DER_SEQUENCE), DER_OCTET_STRING);
	n = tlv_put(b, 0, p->type);
	n = tlv_put(b, n, span_of(out, m));
	n = tlv_wrap(b, n, DER_SEQUENCE);
	n = tlv_put(b, n, p->behind_bytes);
	n = tlv_wrap(b, n, DER_CONTEXT_CONS(0));
	m = tlv_put(out, 0, p->status);
	m = tlv_put(out, m, span_of(b, n));
	m = tlv_wrap(out, m, DER_SEQUENCE);
	return tlv_put(out, m, p->behind);
}

static void says_what_is_there(void **state)
{
	uint8_t der[1024];
	struct ocsp_response r;
	struct ocsp_single s;
	struct span cursor;
	struct err e;

	(void)state;
	assert_int_equal(ocsp_decode(span_of(der, build(&sound, der)), &r, &e), 0);
	assert_true(r.basic);
	assert_int_equal(r.status, OCSP_SUCCESSFUL);
	assert_int_equal(r.version, 1);
	assert_int_equal(r.count, 1);
	assert_int_equal(r.deviations, 0);
	assert_false(r.time_odd);
	assert_true(span_equal(r.responder_key, span_str("ab")));
	assert_false(span_present(r.responder_name));
	assert_int_equal(r.produced_at, 1767225600);
	assert_int_equal(r.tbs.p[0], DER_SEQUENCE);
	assert_int_equal(r.signature.n, 2);
	assert_false(span_present(r.certs) || span_present(r.nonce));
	cursor = r.responses;
	assert_true(ocsp_single_next(&cursor, &s));
	assert_int_equal(s.status, OCSP_GOOD);
	assert_true(span_equal(s.hash_oid, OID_SHA1));
	assert_true(span_equal(s.name_hash, span_str("nh")));
	assert_true(span_equal(s.key_hash, span_str("kh")));
	assert_true(span_equal(s.serial, span_str("\x07")));
	assert_int_equal(s.next_update - s.this_update, 7 * 86400);
	assert_true(s.revoked_at == WHEN_NONE);
	assert_false(ocsp_single_next(&cursor, &s));
}

/* Each changes one part: what then has to be said. */
struct change {
	const char *what;
	size_t part; /* offsetof */
	struct span to;
	const char *error; /* NULL: it decodes */
};
#define AT(field) offsetof(struct parts, field)

static void decode_with(const struct change *c, struct ocsp_response *r, uint8_t der[1024])
{
	struct parts p = sound;
	struct err e = {ERR_NONE, ""};
	size_t n;
	int rc;

	memcpy((char *)&p + c->part, &c->to, sizeof c->to);
	n = build(&p, der);
	rc = ocsp_decode(span_of(der, n), r, &e);
	if (!c->error && rc != 0)
		fail_msg("%s: %s", c->what, e.text);
	if (c->error && (rc == 0 || !strstr(e.text, c->error)))
		fail_msg("%s: %s", c->what, rc ? e.text : "decoded");
}

static void refuses_what_proves_nothing(void **state)
{
	static const struct change changes[] = {
		{"no status", AT(status), BYTES(""), "responseStatus"},
		{"status as INTEGER", AT(status), BYTES("\x02\x01\x00"), "responseStatus"},
		{"behind it", AT(behind), BYTES("\x00"), "1 octets behind"},
		{"behind the bytes", AT(behind_bytes), BYTES("\x05\x00"), "behind responseBytes"},
		{"behind the basic", AT(behind_basic), BYTES("\x05\x00"), "last field"},
		{"behind the data", AT(behind_data), BYTES("\x05\x00"), "behind responseExt"},
		{"behind the single", AT(behind_single), BYTES("\x05\x00"), "last field"},
		{"no type", AT(type), BYTES(""), "responseType"},
		{"implicit key", AT(responder), BYTES("\x82\x02" "ab"), "responderID"},
		{"both in one", AT(responder), BYTES("\xa2\x06\x04\x02" "ab\x05\x00"), "responderID"},
		{"UTCTime", AT(produced_at), BYTES("\x17\x0d" "260101000000Z"), "producedAt"},
		{"month 13", AT(this_update), BYTES("\x18\x0f" "20261301000000Z"), "thisUpdate"},
		{"no nextUpdate in it", AT(next_update), BYTES("\xa0\x00"), "nextUpdate"},
		{"good with content", AT(cert_status), BYTES("\x80\x01\x00"), "certStatus"},
		{"status 3", AT(cert_status), BYTES("\x83\x00"), "certStatus"},
		{"revoked without a time", AT(cert_status), BYTES("\xa1\x00"), "revocationTime"},
		{"empty serial", AT(cert_id), BYTES("\x30\x13\x30\x07\x06\x05\x2b\x0e\x03\x02\x1a"
			"\x04\x02nh\x04\x02kh\x02\x00"), "serialNumber"},
		{"unused bits", AT(signature), BYTES("\x03\x03\x04\x01\x00"), "whole octets"},
		{"no signature", AT(signature), BYTES(""), "signature"},
		{"certs not in a list", AT(certs), BYTES("\xa0\x02\x05\x00"), "certs"},
		{"cert that is none", AT(certs), BYTES("\xa0\x04\x30\x02\x05\x00"), "certs"},
		{"extension cut", AT(single_extensions), BYTES("\xa1\x04\x30\x02\x30\x05"),
			"extension"},
		{"version in two octets", AT(version), BYTES("\xa0\x04\x02\x02\x00\x00"), "version"},
	};
	struct ocsp_response r;
	uint8_t der[1024];

	(void)state;
	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++)
		decode_with(&changes[i], &r, der);
}

static void records_what_is_only_odd(void **state)
{
	static const struct change
		explicit_version = {"v1 written", AT(version), BYTES("\xa0\x03\x02\x01\x00"), NULL},
		version_2 = {"v2", AT(version), BYTES("\xa0\x03\x02\x01\x01"), NULL},
		padded = {"padded serial", AT(cert_id), BYTES("\x30\x15\x30\x07\x06\x05\x2b\x0e\x03"
			"\x02\x1a\x04\x02nh\x04\x02kh\x02\x02\x00\x07"), NULL},
		fraction = {"fraction", AT(this_update), BYTES("\x18\x11" "20260101000000.5Z"), NULL},
		other_type = {"type", AT(type), BYTES("\x06\x01\x2a"), NULL},
		no_extension = {"none", AT(response_extensions), BYTES("\xa1\x02\x30\x00"), NULL},
		nonce = {"nonce", AT(response_extensions), BYTES("\xa1\x15\x30\x13\x30\x11\x06\x09"
			"\x2b\x06\x01\x05\x05\x07\x30\x01\x02\x04\x04\x04\x02" "no"), NULL},
		critical = {"critical", AT(response_extensions), BYTES("\xa1\x0c\x30\x0a\x30\x08\x06"
			"\x01\x2a\x01\x01\xff\x04\x00"), NULL},
		no_certs = {"no certs", AT(certs), BYTES("\xa0\x02\x30\x00"), NULL},
		revoked = {"revoked", AT(cert_status), BYTES("\xa1\x16\x18\x0f" TIME
			"\xa0\x03\x0a\x01\x01"), NULL};
	struct ocsp_response r;
	struct ocsp_single s;
	struct span cursor;
	uint8_t der[1024];

	(void)state;
	decode_with(&explicit_version, &r, der);
	assert_int_equal(r.deviations, deviation_bit(DEVIATION_DEFAULT_ENCODED));
	decode_with(&version_2, &r, der);
	assert_int_equal(r.version, 2);
	decode_with(&padded, &r, der);
	assert_int_equal(r.deviations, deviation_bit(DEVIATION_SERIAL_PADDED));
	decode_with(&fraction, &r, der);
	assert_true(r.time_odd);
	decode_with(&other_type, &r, der);
	assert_false(r.basic);
	assert_int_equal(r.count, 0);
	decode_with(&no_extension, &r, der);
	assert_int_equal(r.deviations, deviation_bit(DEVIATION_EXTENSIONS_EMPTY));
	decode_with(&nonce, &r, der);
	assert_true(span_equal(r.nonce, span_str("no")));
	assert_int_equal(r.unknown_critical, 0);
	decode_with(&critical, &r, der);
	assert_int_equal(r.unknown_critical, 1);
	assert_true(span_equal(r.unknown_critical_oid, span_str("\x2a")));
	decode_with(&no_certs, &r, der);
	assert_true(span_present(r.certs));
	decode_with(&revoked, &r, der);
	cursor = r.responses;
	assert_true(ocsp_single_next(&cursor, &s));
	assert_int_equal(s.status, OCSP_REVOKED);
	assert_string_equal(ocsp_reason_text(s.reason), "keyCompromise");
	assert_int_equal(s.revoked_at, 1767225600);
}

/* Cut short or with one octet changed, it never reads outside: run under sanitizers. */
static void survives_every_cut_and_every_change(void **state)
{
	uint8_t der[1024], *copy;
	struct ocsp_response r;
	struct err e;
	size_t n = build(&sound, der);

	(void)state;
	for (size_t cut = 0; cut < n; cut++) {
		copy = test_malloc(cut ? cut : 1);
		memcpy(copy, der, cut);
		assert_int_equal(ocsp_decode(span_of(copy, cut), &r, &e), -1);
		test_free(copy);
	}
	copy = test_malloc(n);
	for (size_t i = 0; i < n; i++)
		for (unsigned v = 0; v < 256; v++) {
			memcpy(copy, der, n);
			copy[i] = (uint8_t)v;
			if (ocsp_decode(span_of(copy, n), &r, &e) == 0) {
				struct span cursor = r.responses;
				struct ocsp_single s;
				size_t count = 0;

				while (ocsp_single_next(&cursor, &s))
					count++;
				assert_int_equal(count, r.count);
			}
		}
	test_free(copy);
}

static void an_error_status_is_whole(void **state)
{
	static const uint8_t later[] = {0x30, 0x03, 0x0a, 0x01, 0x03}, ok[] = {0x30, 3, 0x0a, 1, 0};
	static uint8_t large[LIMIT_OCSP_RESPONSE + 1];
	struct ocsp_response r;
	struct err e;

	(void)state;
	assert_int_equal(ocsp_decode(span_of(later, sizeof later), &r, &e), 0);
	assert_string_equal(ocsp_response_status_text(r.status), "tryLater");
	assert_int_equal(r.count, 0);
	assert_int_equal(ocsp_decode(span_of(ok, sizeof ok), &r, &e), -1);
	assert_non_null(strstr(e.text, "responseBytes"));
	assert_int_equal(ocsp_decode(span_of(large, sizeof large), &r, &e), -1);
	assert_int_equal(e.code, ERR_LIMIT);
}

static void requests(void **state)
{
	static const char plain[] = "\x30\x1c\x30\x1a\x30\x18\x30\x16\x30\x14"
				    "\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00"
				    "\x04\x01n\x04\x01k\x02\x01\x09";
	static const char nonce[] = "\xa2\x14\x30\x12\x30\x10\x06\x09\x2b\x06\x01\x05\x05\x07\x30"
				    "\x01\x02\x04\x03\x04\x01x";
	struct ocsp_cert_id id = {OID_SHA1, span_str("n"), span_str("k"), span_str("\x09")};
	uint8_t many[33] = {0};
	struct buf b;
	struct err e;

	(void)state;
	buf_init(&b);
	assert_int_equal(ocsp_request_encode(&b, &id, SPAN_NONE, &e), 0);
	assert_int_equal(b.n, sizeof plain - 1);
	assert_memory_equal(b.p, plain, b.n);
	buf_reset(&b);
	assert_int_equal(ocsp_request_encode(&b, &id, span_str("x"), &e), 0);
	assert_int_equal(b.n, sizeof plain - 1 + sizeof nonce - 1);
	assert_int_equal(b.p[1], b.n - 2);
	assert_int_equal(b.p[3], b.n - 4);
	assert_memory_equal(b.p + sizeof plain - 1, nonce, sizeof nonce - 1);
	buf_reset(&b);
	assert_int_equal(ocsp_request_encode(&b, &id, span_of(many, 32), &e), 0);
	assert_int_equal(ocsp_request_encode(&b, &id, span_of(many, 33), &e), -1);
	assert_int_equal(ocsp_request_encode(&b, &id, span_of(many, 0), &e), -1);
	id.serial = SPAN_NONE;
	assert_int_equal(ocsp_request_encode(&b, &id, SPAN_NONE, &e), -1);
	assert_int_equal(e.code, ERR_USAGE);
	buf_wipe(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_is_there),
		cmocka_unit_test(refuses_what_proves_nothing),
		cmocka_unit_test(records_what_is_only_odd),
		cmocka_unit_test(survives_every_cut_and_every_change),
		cmocka_unit_test(an_error_status_is_whole),
		cmocka_unit_test(requests),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
