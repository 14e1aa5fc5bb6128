#include "tests/unit/unit.h"

#include "crypto/chain.h"
#include "crypto/library.h"
#include "crypto/signature.h"
#include "judge/staple.h"

#include <stdlib.h>

/* A leaf, its issuer, a good response with the nonce 0123456789abcdef, and a revoked one; from
 * tests/lab/judge-cases.py, at whose time (2026-01-15T12:00:00Z) all is judged. */
#define NOW 1768478400
static const char leaf_hex[] =
	"308201393081dfa00302010202024242300a06082a8648ce3d04030230153113301106035504030c0a497373"
	"75696e67204341301e170d3235313231363132303030305a170d3236303331363132303030305a300f310d30"
	"0b06035504030c046c6561663059301306072a8648ce3d020106082a8648ce3d0301070342000459a0ae1064"
	"35504cf44ca8abbeec046c8f4c4fc1ce23f142e36ec32b62bbd7ea27799fabe9e33fd31af13b1df49fcba57a"
	"9d7b675cbc641f9aa1709157862fbfa3253023300c0603551d130101ff0402300030130603551d25040c300a"
	"06082b06010505070301300a06082a8648ce3d0403020349003046022100d217098a876c1d2bb45d06d31a4a"
	"bdcc239984d4b7a6d8067056e7092f93209c02210094047e93285a48c6f0ffdd67fcfd6b82bbacff77458014"
	"e276d8a337feabc91a";

static const char ca_hex[] =
	"308201253081cca003020102020110300a06082a8648ce3d040302300f310d300b06035504030c04526f6f74"
	"301e170d3235303332313132303030305a170d3236313131313132303030305a30153113301106035504030c"
	"0a49737375696e672043413059301306072a8648ce3d020106082a8648ce3d0301070342000440f08833c246"
	"845a87f09862451aced2832764903693ca90b4f58476fc75c311b47131e1a7e47bcb9ed4e44471443c10cd41"
	"653972f64d24fae02db70ba63541a3133011300f0603551d130101ff040530030101ff300a06082a8648ce3d"
	"04030203480030450221009e4b99e89c7053f359070e632976b536eee5dbd776d254cc591cfbf39634aba202"
	"203f0dee20a28bc580d797e88c1b5b7c22b260303ac4c4b787155b63bf395c1b1d";

static const char good_hex[] =
	"3082012d0a0100a08201263082012206092b0601050507300101048201133082010f3081b6a1173015311330"
	"1106035504030c0a49737375696e67204341180f32303236303131343132303030305a30653063303b300906"
	"052b0e03021a050004148cca0d3dfcb6b209e51a586e04b5a2c7efa90bd10414252df85d5ac9d62ec8b820ae"
	"cf47ba2d92a79dd4020242428000180f32303236303131343132303030305aa011180f323032363031323131"
	"32303030305aa1233021301f06092b0601050507300102041204103031323334353637383961626364656630"
	"0a06082a8648ce3d04030203480030450221008d269652899442ffb8cb635df3de7f795d6a0ea1aac0375539"
	"ccb7ba5f2aaccc02204441ebce7f9bc9a68f84522387a75be5f89a36433872ef6bcd84704319fe9403";

static const char revoked_hex[] =
	"308201170a0100a08201103082010c06092b06010505073001010481fe3081fb3081a2a11730153113301106"
	"035504030c0a49737375696e67204341180f32303236303131343132303030305a30763074303b300906052b"
	"0e03021a050004148cca0d3dfcb6b209e51a586e04b5a2c7efa90bd10414252df85d5ac9d62ec8b820aecf47"
	"ba2d92a79dd402024242a111180f32303236303131343132303030305a180f32303236303131343132303030"
	"305aa011180f32303236303132313132303030305a300a06082a8648ce3d040302034800304502205149347f"
	"fc5e9419fc549c065de924ea40910f8479302562b3b7abde9590f530022100d07162e9bfab47a375e5000417"
	"39e0c25eb095b3400775d52677283a168aaa77";

static struct bytes {
	uint8_t v[1024];
	size_t n;
} leaf_der, ca_der, good_der, revoked_der;

static struct cert leaf, ca;
static struct policy policy;
static struct findings found;
static struct staple_result result;

static void from_hex(struct bytes *out, const char *hex)
{
	for (out->n = 0; hex[0]; hex += 2) {
		char two[3] = {hex[0], hex[1], '\0'};

		assert_true(out->n < sizeof out->v);
		out->v[out->n++] = (uint8_t)strtoul(two, NULL, 16);
	}
}

static struct span of(const struct bytes *b)
{
	return span_of(b->v, b->n);
}

static int setup(void **state)
{
	struct err e;

	(void)state;
	from_hex(&leaf_der, leaf_hex);
	from_hex(&ca_der, ca_hex);
	from_hex(&good_der, good_hex);
	from_hex(&revoked_der, revoked_hex);
	if (crypto_start(&e) != 0 || cert_decode(of(&leaf_der), &leaf, &e) != 0 ||
	    cert_decode(of(&ca_der), &ca, &e) != 0 || policy_init(&policy, &e) != 0)
		return -1;
	findings_init(&found, &policy, NOW);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	findings_wipe(&found);
	policy_wipe(&policy);
	return 0;
}

static struct staple_input input(const struct bytes *response)
{
	return (struct staple_input){.response = of(response), .cert = &leaf, .issuer = &ca,
				     .now = NOW, .policy = &policy, .subject = "s.ocsp"};
}

static enum staple_state judge(const struct staple_input *in)
{
	struct err e = {ERR_NONE, ""};

	assert_int_equal(staple_judge(in, &result, &found, &e), 0);
	assert_int_equal(findings_check(&found, &e), 0);
	return result.state;
}

static void a_good_one_proves(void **state)
{
	struct staple_input in = input(&good_der);

	(void)state;
	assert_int_equal(judge(&in), STAPLE_GOOD);
	assert_int_equal(found.n, 0);
	assert_int_equal(result.dark_at, NOW + 6 * 86400);
	assert_int_equal(result.this_update, NOW - 86400);
	assert_string_equal(result.responder, "CN=Issuing CA");
	assert_false(result.by_delegate);
}

static void a_nonce_that_was_asked_for_must_come_back(void **state)
{
	struct staple_input in = input(&good_der);

	(void)state;
	in.nonce = span_str("0123456789abcdef");
	assert_int_equal(judge(&in), STAPLE_GOOD);
	assert_int_equal(found.n, 0);
	in.nonce = span_str("0123456789abcdeg");
	assert_int_equal(judge(&in), STAPLE_REFUSED);
	assert_true(findings_has(&found, 0, "staple.nonce-differs"));
}

static void a_nonce_that_is_missing_is_told(void **state)
{
	struct staple_input in = input(&revoked_der);

	(void)state;
	in.nonce = span_str("0123456789abcdef");
	assert_int_equal(judge(&in), STAPLE_REFUSED);
	assert_true(findings_has(&found, 0, "staple.nonce-missing"));
}

static void without_the_issuer_nothing_is_proved(void **state)
{
	struct staple_input in = input(&good_der);

	(void)state;
	in.issuer = NULL;
	assert_int_equal(judge(&in), STAPLE_UNCHECKED);
	assert_true(result.matched);
	assert_true(findings_has(&found, 0, "staple.no-issuer"));
}

/* A policy may be silent about a finding; it cannot make a proof of nothing. */
static void no_policy_makes_revoked_good(void **state)
{
	struct staple_input in = input(&revoked_der);

	(void)state;
	policy.severity[finding_rule_get("staple.revoked") - finding_rules] = SEVERITY_OFF;
	assert_int_equal(judge(&in), STAPLE_REFUSED);
	assert_int_equal(findings_verdict(&found, 0), VERDICT_PASS);
	assert_int_equal(result.dark_at, WHEN_NONE);
}

static void no_policy_makes_a_forged_one_good(void **state)
{
	struct bytes forged = good_der;
	struct staple_input in = input(&forged);

	(void)state;
	forged.v[forged.n - 1] ^= 1;
	policy.severity[finding_rule_get("staple.bad-signature") - finding_rules] = SEVERITY_OFF;
	assert_int_equal(judge(&in), STAPLE_REFUSED);
}

/* Every cut and every changed octet: refused or unread, never good, never a crash. */
static void no_other_bytes_are_good(void **state)
{
	struct bytes b = good_der;
	struct staple_input in = input(&b);

	(void)state;
	for (size_t n = 0; n < good_der.n; n++) {
		in.response = span_of(b.v, n);
		assert_int_not_equal(judge(&in), STAPLE_GOOD);
		findings_wipe(&found);
	}
	in.response = of(&b);
	for (size_t i = 0; i < b.n; i++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			b.v[i] ^= (uint8_t)(1u << bit);
			assert_int_not_equal(judge(&in), STAPLE_GOOD);
			findings_wipe(&found);
			b.v[i] ^= (uint8_t)(1u << bit);
		}
	}
}

static void a_signature_is_of_these_bytes_and_this_key(void **state)
{
	struct signature_facts s;
	struct err e;

	(void)state;
	assert_int_equal(signature_check(ca.key.der, leaf.signature_algorithm, leaf.tbs, leaf.signature,
					 &s, &e), 0);
	assert_int_equal(s.state, SIGNATURE_GOOD);
	assert_string_equal(s.algorithm, "ECDSA-SHA256");
	assert_int_equal(s.key_size, 256);
	assert_false(s.sha1 || s.rsa);
	assert_int_equal(signature_check(leaf.key.der, leaf.signature_algorithm, leaf.tbs,
					 leaf.signature, &s, &e), 0);
	assert_int_equal(s.state, SIGNATURE_BAD);
	assert_int_equal(signature_check(ca.key.der, leaf.signature_algorithm, ca.tbs, leaf.signature,
					 &s, &e), 0);
	assert_int_equal(s.state, SIGNATURE_BAD);
	assert_int_equal(signature_check(ca.key.der, leaf.subject, leaf.tbs, leaf.signature, &s, &e), 0);
	assert_int_equal(s.state, SIGNATURE_UNSUPPORTED);
	assert_int_equal(signature_check(leaf.subject, leaf.signature_algorithm, leaf.tbs,
					 leaf.signature, &s, &e), 0);
	assert_int_equal(s.state, SIGNATURE_UNSUPPORTED);
}

static void a_path_ends_where_the_trust_is(void **state)
{
	struct cert_list given, anchors;
	struct chain_path path;
	struct trust *trust = NULL;
	struct err e;

	(void)state;
	cert_list_init(&given);
	cert_list_init(&anchors);
	assert_int_equal(cert_list_add(&given, ca.der, &e), 0);
	assert_int_equal(cert_list_add(&given, ca.der, &e), 0);
	assert_int_equal(given.n, 1);
	assert_int_equal(chain_build(&leaf, &given, NULL, &path, &e), 0);
	assert_int_equal(path.state, CHAIN_NO_ISSUER); /* the CA's own issuer is not given */
	assert_int_equal(path.n, 2);
	assert_int_equal(path.level, 1);
	chain_path_wipe(&path);
	assert_ptr_equal(chain_issuer(&leaf, &given, NULL), &given.v[0]);
	assert_null(chain_issuer(&ca, &given, NULL));

	assert_int_equal(cert_list_add(&anchors, ca.der, &e), 0);
	assert_int_equal(trust_new_list(&trust, &anchors, &e), 0);
	assert_int_equal(chain_build(&leaf, &anchors, trust, &path, &e), 0);
	trust_free(trust); /* the path's anchor is its own copy */
	cert_list_wipe(&anchors);
	assert_int_equal(path.state, CHAIN_TRUSTED);
	assert_int_equal(path.n, 2);
	assert_true(span_equal(path.cert[1].der, ca.der));
	chain_path_wipe(&path);
	cert_list_wipe(&given);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_good_one_proves),
		TEST(a_nonce_that_was_asked_for_must_come_back),
		TEST(a_nonce_that_is_missing_is_told),
		TEST(without_the_issuer_nothing_is_proved),
		TEST(no_policy_makes_revoked_good),
		TEST(no_policy_makes_a_forged_one_good),
		TEST(no_other_bytes_are_good),
		TEST(a_signature_is_of_these_bytes_and_this_key),
		TEST(a_path_ends_where_the_trust_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
