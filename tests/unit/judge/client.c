#include "tests/unit/unit.h"

#include "judge/client.h"

#include <stdio.h>

/* What each client does with a leaf and an issuer that have these TLS Feature values, with a good
 * staple for the leaf and with none.  A letter for each client in their order (Firefox, GnuTLS,
 * OpenSSL, RFC 7633): a accepts, r refuses, d depends. */
static const struct row {
	const char *what;
	const char *leaf, *issuer; /* hex of the value; NULL: no extension */
	bool critical;
	const char *good, *none;
} rows[] = {
	{"no extension", NULL, NULL, false, "aaaa", "aaaa"},
	{"{5}", "3003020105", NULL, false, "aaaa", "rrar"},
	{"{17}", "3003020111", NULL, false, "raad", "raad"},
	{"{5,17}", "3006020105020111", NULL, false, "raad", "rrar"},
	{"{6}", "3003020106", NULL, false, "raad", "raad"},
	{"{23}", "3003020117", NULL, false, "raad", "raad"},
	{"{5,5}", "3006020105020105", NULL, false, "aaaa", "rrar"},
	{"{}", "3000", NULL, false, "raaa", "raaa"},
	{"{5}, critical", "3003020105", NULL, true, "aara", "rrrr"},
	{"no SEQUENCE", "020105", NULL, false, "raar", "raar"},
	{"wrapped once too often", "04053003020105", NULL, false, "raar", "raar"},
	{"a padded 5", "300402020005", NULL, false, "raar", "rrar"},
	{"a length that is not minimal", "308103020105", NULL, false, "raar", "rrar"},
	{"bytes behind the list", "300302010500", NULL, false, "raar", "raar"},
	{"a value above 65535", "30080201050203010000", NULL, false, "raad", "raar"},
	{"none below {5}", NULL, "3003020105", false, "rrar", "rrar"},
	{"{5} below {5}", "3003020105", "3003020105", false, "araa", "rrar"},
	{"{5,17} below {17}", "3006020105020111", "3003020111", false, "raad", "rrar"},
	{"{5} below {17}", "3003020105", "3003020111", false, "rrar", "rrar"},
	{"{17,5} below {5,17}", "3006020111020105", "3006020105020111", false, "rrad", "rrar"},
};

static struct held {
	uint8_t bytes[64];
	size_t n;
} held[2];

/* A certificate, as facts, whose only extension is this one. */
static struct cert with_feature(struct held *h, const char *hex, bool critical)
{
	static const uint8_t names[2][2] = {{0x30, 0x00}, {0x31, 0x00}};
	uint8_t value[32];
	size_t n = 0, at = 0;
	struct cert c = {.not_before = 0, .not_after = 1000000};

	c.subject = span_of(names[h == &held[1]], 2);
	c.issuer = span_of(names[1], 2);
	if (h == &held[1])
		c.issuer = span_of(names[0] + 1, 1); /* not self-issued */
	if (!hex)
		return c;
	for (unsigned octet; sscanf(hex, "%2x", &octet) == 1; hex += 2)
		value[n++] = (uint8_t)octet;
	h->bytes[at++] = 0x30;
	h->bytes[at++] = (uint8_t)(10 + (critical ? 3 : 0) + 2 + n);
	memcpy(h->bytes + at, "\x06\x08\x2b\x06\x01\x05\x05\x07\x01\x18", 10);
	at += 10;
	if (critical) {
		memcpy(h->bytes + at, "\x01\x01\xff", 3);
		at += 3;
	}
	h->bytes[at++] = 0x04;
	h->bytes[at++] = (uint8_t)n;
	memcpy(h->bytes + at, value, n);
	h->n = at + n;
	assert_int_equal(extension_decode(span_of(h->bytes, h->n), &c.x, &(const char *){NULL}), 0);
	assert_int_equal(c.x.feature.extensions, 1);
	return c;
}

static void answers(const struct row *row, enum client_staple suppose, enum path_tls tls,
		    char out[CLIENT_COUNT + 1])
{
	static const char letters[] = {[CLIENT_ACCEPTS] = 'a', [CLIENT_REFUSES] = 'r',
				       [CLIENT_DEPENDS] = 'd'};
	struct cert chain[2] = {with_feature(&held[0], row->leaf, row->critical),
				with_feature(&held[1], row->issuer, false)};
	struct client_input in = {.chain = chain, .n = 2, .tls = tls, .suppose = suppose};
	struct client_row got[CLIENT_COUNT];
	struct err e;

	assert_int_equal(client_predict(&in, got, &e), 0);
	for (size_t i = 0; i < CLIENT_COUNT; i++) {
		out[i] = letters[got[i].answer];
		assert_true(got[i].reason[0] != '\0');
	}
	out[CLIENT_COUNT] = '\0';
}

static void each_shape_of_the_extension(void **state)
{
	char got[CLIENT_COUNT + 1];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		answers(&rows[i], CLIENT_GOOD, PATH_TLS_1_3, got);
		if (strcmp(got, rows[i].good) != 0)
			fail_msg("%s, good staple: %s, not %s", rows[i].what, got, rows[i].good);
		answers(&rows[i], CLIENT_NONE, PATH_TLS_1_3, got);
		if (strcmp(got, rows[i].none) != 0)
			fail_msg("%s, no staple: %s, not %s", rows[i].what, got, rows[i].none);
	}
}

static void an_issuers_staple_helps_gnutls(void **state)
{
	static const struct row below = {"", "3003020105", "3003020105", false, "", ""};
	char got[CLIENT_COUNT + 1];

	(void)state;
	answers(&below, CLIENT_GOOD, PATH_TLS_1_2, got);
	assert_string_equal(got, "araa"); /* TLS 1.2 has no place for it */
	answers(&below, CLIENT_ALL_GOOD, PATH_TLS_1_3, got);
	assert_string_equal(got, "aaaa");
}

static void a_list_of_clients(void **state)
{
	unsigned set = 0;
	char bad[33];

	(void)state;
	assert_int_equal(client_parse("gnutls", &set, bad), 0);
	assert_int_equal(set, POLICY_GNUTLS);
	assert_int_equal(client_parse("rfc7633,firefox", &set, bad), 0);
	assert_int_equal(set, POLICY_FIREFOX | POLICY_RFC7633);
	assert_int_equal(client_parse("all", &set, bad), 0);
	assert_int_equal(set, POLICY_FIREFOX | POLICY_GNUTLS | POLICY_OPENSSL | POLICY_RFC7633);
	assert_int_equal(client_parse("firefox,lynx,gnutls", &set, bad), -1);
	assert_string_equal(bad, "lynx");
	assert_int_equal(client_parse("", &set, bad), -1);
	assert_int_equal(client_parse("firefox,", &set, bad), -1);
	assert_int_equal(client_parse("Firefox", &set, bad), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_shape_of_the_extension),
		cmocka_unit_test(an_issuers_staple_helps_gnutls),
		cmocka_unit_test(a_list_of_clients),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
