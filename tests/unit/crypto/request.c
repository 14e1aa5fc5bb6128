#include "tests/unit/unit.h"

#include "crypto/library.h"
#include "crypto/request.h"
#include "facts/csr.h"
#include "facts/feature.h"

static struct err e;
static struct key *key;

static void name(struct request *r, const char *text)
{
	if (san_list_add(&r->names, NAME_OTHER, text, &e) != 1)
		fail_msg("%s: %s", text, e.text);
}

static void usual(struct request *r)
{
	request_init(r);
	name(r, "www.example.com");
	name(r, "192.0.2.1");
	assert_int_equal(request_add_feature(r, FEATURE_STATUS_REQUEST, &e), 0);
	request_default_subject(r);
}

static void build(const struct request *r, struct buf *der)
{
	buf_init(der);
	if (request_build(r, key, der, &e) != 0)
		fail_msg("%s", e.text);
}

static void what_was_asked_is_read_back(void **state)
{
	struct request r;
	struct buf der;
	struct csr c;

	(void)state;
	usual(&r);
	assert_int_equal(request_add_key_usage(&r, "digitalSignature, decipherOnly", &e), 0);
	assert_int_equal(request_add_eku(&r, "serverAuth,1.2.3.4,serverauth", &e), 0);
	build(&r, &der);
	if (request_check(&r, key, buf_span(&der), true, &e) != 0)
		fail_msg("%s", e.text);
	assert_int_equal(csr_decode(buf_span(&der), &c, &e), 0);
	assert_int_equal(csr_must_staple(&c), MUST_STAPLE_YES);
	assert_false(c.x.feature.critical);
	assert_int_equal(c.x.count, 4);
	assert_int_equal(c.x.key_usage, KEY_USAGE_DIGITAL_SIGNATURE | KEY_USAGE_DECIPHER_ONLY);
	assert_int_equal(c.x.eku, EKU_SERVER_AUTH | EKU_OTHER);
	buf_wipe(&der);
	request_wipe(&r);
}

static void every_key_kind(void **state)
{
	struct key *usual_key = key;
	struct request r;
	struct buf der;

	(void)state;
	for (const struct key_algorithm *a = key_algorithms; a->name; a++) {
		if (a->kind == KEY_RSA && a->size > 2048)
			continue; /* slow, and no other code */
		assert_int_equal(key_generate(&key, a, &e), 0);
		assert_int_equal(key_spki(key)->kind, a->kind);
		assert_int_equal(key_spki(key)->size, a->size);
		usual(&r);
		build(&r, &der);
		if (request_check(&r, key, buf_span(&der), true, &e) != 0)
			fail_msg("%s: %s", a->name, e.text);
		buf_wipe(&der);
		request_wipe(&r);
		key_free(key);
	}
	key = usual_key;
}

static void an_empty_wish_is_a_request_too(void **state)
{
	struct request r;
	struct buf der;
	struct csr c;

	(void)state;
	request_init(&r);
	request_default_subject(&r);
	build(&r, &der);
	assert_int_equal(request_check(&r, key, buf_span(&der), true, &e), 0);
	assert_int_equal(csr_decode(buf_span(&der), &c, &e), 0);
	assert_int_equal(c.extension_requests, 0);
	buf_wipe(&der);
	request_wipe(&r);
}

/* No single bit of a request may change without being noticed. */
static void every_changed_bit_is_noticed(void **state)
{
	struct request r;
	struct buf der;

	(void)state;
	usual(&r);
	build(&r, &der);
	for (size_t i = 0; i < 8 * der.n; i++) {
		der.p[i / 8] ^= (uint8_t)(1u << i % 8);
		if (request_check(&r, key, buf_span(&der), true, &e) == 0)
			fail_msg("bit %zu of octet %zu", i % 8, i / 8);
		der.p[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	assert_int_equal(request_check(&r, key, buf_span(&der), true, &e), 0);
	buf_wipe(&der);
	request_wipe(&r);
}

static void differs(struct request *r, const struct buf *der, const char *what)
{
	assert_int_equal(request_check(r, key, buf_span(der), false, &e), -1);
	assert_int_equal(e.code, ERR_INTERNAL);
	if (!strstr(e.text, what))
		fail_msg("%s: %s", what, e.text);
}

static void what_differs_is_named(void **state)
{
	struct key *other, *mine = key;
	struct request r;
	struct buf der;

	(void)state;
	usual(&r);
	build(&r, &der);
	r.features[0] = 17;
	differs(&r, &der, "TLS Feature");
	r.features[0] = 5;
	r.feature_count = 0;
	differs(&r, &der, "list of extensions");
	r.feature_count = 1;
	name(&r, "more.example.com");
	differs(&r, &der, "subjectAltName");
	san_list_wipe(&r.names);
	name(&r, "www.example.com");
	name(&r, "192.0.2.2");
	differs(&r, &der, "subjectAltName");
	assert_int_equal(request_set_subject(&r, "CN=other", &e), 0);
	differs(&r, &der, "subject");
	request_default_subject(&r);
	assert_int_equal(key_generate(&other, key_algorithm_get("ECDSA-P256"), &e), 0);
	key = other;
	differs(&r, &der, "public key");
	key = mine;
	key_free(other);
	buf_wipe(&der);
	request_wipe(&r);
}

static void features_have_limits(void **state)
{
	struct request r;

	(void)state;
	request_init(&r);
	assert_int_equal(request_add_feature(&r, -1, &e), -1);
	assert_int_equal(request_add_feature(&r, 65536, &e), -1);
	for (int i = 0; i < REQUEST_FEATURES_MAX; i++)
		assert_int_equal(request_add_feature(&r, i, &e), 0);
	assert_int_equal(request_add_feature(&r, 3, &e), 0); /* twice is once */
	assert_int_equal(r.feature_count, REQUEST_FEATURES_MAX);
	assert_int_equal(request_add_feature(&r, 65535, &e), -1);
	assert_int_equal(e.code, ERR_LIMIT);
	request_wipe(&r);
}

static void usages_are_words(void **state)
{
	struct request r;
	struct buf text;

	(void)state;
	request_init(&r);
	buf_init(&text);
	assert_int_equal(request_add_key_usage(&r, "keyEncipherment contentCommitment", &e), 0);
	request_key_usage_text(r.key_usage, &text);
	assert_string_equal(buf_cstr(&text), "nonRepudiation,keyEncipherment");
	assert_int_equal(request_add_key_usage(&r, "", &e), -1);
	assert_int_equal(request_add_key_usage(&r, "sign", &e), -1);
	assert_int_equal(request_add_eku(&r, ",", &e), -1);
	assert_int_equal(request_add_eku(&r, "web", &e), -1);
	assert_non_null(strstr(e.text, "serverAuth"));
	buf_wipe(&text);
	request_wipe(&r);
}

/* Saved and loaded, plain and encrypted. */
static void keys_go_both_ways(void **state)
{
	struct key *again;
	struct buf pem;

	(void)state;
	for (int i = 0; i < 2; i++) {
		const char *password = i ? "secret" : NULL;

		buf_init(&pem);
		assert_int_equal(key_save(key, password, &pem, &e), 0);
		assert_int_equal(key_is_encrypted(buf_span(&pem)), i);
		assert_int_equal(key_load(&again, buf_span(&pem), "a key", password, &e), 0);
		assert_true(span_equal(key_spki(again)->der, key_spki(key)->der));
		key_free(again);
		if (i) {
			assert_int_equal(key_load(&again, buf_span(&pem), "a key", NULL, &e), -1);
			assert_int_equal(e.code, ERR_SECRET);
			assert_int_equal(key_load(&again, buf_span(&pem), "a key", "Secret", &e), -1);
			assert_int_equal(e.code, ERR_SECRET);
		}
		buf_wipe_secret(&pem);
	}
	assert_int_equal(key_load(&again, span_str("no key"), "a key", NULL, &e), -1);
	assert_int_equal(e.code, ERR_PARSE);
	assert_non_null(strstr(e.text, "a key"));
}

static int start(void **state)
{
	(void)state;
	return crypto_start(&e) != 0 || key_generate(&key, key_algorithm_get("ecdsa-p256"), &e) != 0;
}

static int stop(void **state)
{
	(void)state;
	key_free(key);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_asked_is_read_back),
		cmocka_unit_test(every_key_kind),
		cmocka_unit_test(an_empty_wish_is_a_request_too),
		cmocka_unit_test(every_changed_bit_is_noticed),
		cmocka_unit_test(what_differs_is_named),
		cmocka_unit_test(features_have_limits),
		cmocka_unit_test(usages_are_words),
		cmocka_unit_test(keys_go_both_ways),
	};
	return cmocka_run_group_tests(tests, start, stop);
}
