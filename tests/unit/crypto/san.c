#include "tests/unit/unit.h"

#include "crypto/library.h"
#include "crypto/san.h"

#include <stdio.h>

static struct err e;

static void is(const char *text, enum name_kind kind, const char *value)
{
	struct san_list l;

	san_list_init(&l);
	if (san_list_add(&l, NAME_OTHER, text, &e) != 1)
		fail_msg("%s: %s", text, e.text);
	assert_int_equal(l.v[0].kind, kind);
	assert_string_equal(l.v[0].text, value);
	san_list_wipe(&l);
}

static void refused(enum name_kind kind, const char *text, const char *why)
{
	struct san_list l;

	san_list_init(&l);
	assert_int_equal(san_list_add(&l, kind, text, &e), -1);
	assert_int_equal(e.code, ERR_USAGE);
	if (!strstr(e.text, why))
		fail_msg("%s: %s", text, e.text);
	assert_int_equal(l.n, 0);
	san_list_wipe(&l);
}

static void names_are_told_apart(void **state)
{
	(void)state;
	is("www.example.com", NAME_DNS, "www.example.com");
	is("localhost", NAME_DNS, "localhost");
	is("1and1.example", NAME_DNS, "1and1.example");
	is("192.0.2.1", NAME_IP, "192.0.2.1");
	is("2001:DB8:0:0:0:0:0:1", NAME_IP, "2001:db8::1");
	is("[::1]", NAME_IP, "::1");
	is("::ffff:192.0.2.1", NAME_IP, "::ffff:192.0.2.1");
	is("a.b+c@Example.COM", NAME_EMAIL, "a.b+c@example.com");
	is("https://user@example.com:8443/%20?q#f", NAME_URI, "https://user@example.com:8443/%20?q#f");
	is("urn:uuid:0", NAME_URI, "urn:uuid:0");
	is("spiffe://example.com/x", NAME_URI, "spiffe://example.com/x");
}

static void internationalised_names(void **state)
{
	(void)state;
	is("bücher.example", NAME_DNS, "xn--bcher-kva.example");
	is("Bücher.EXAMPLE", NAME_DNS, "xn--bcher-kva.example");
	is("*.bücher.example", NAME_DNS, "*.xn--bcher-kva.example");
	is("straße.example", NAME_DNS, "xn--strae-oqa.example"); /* IDNA 2003 made it "strasse" */
	is("xn--strae-oqa.example", NAME_DNS, "xn--strae-oqa.example");
	is("bu\xcc\x88""cher.example", NAME_DNS, "xn--bcher-kva.example"); /* u, combining diaeresis */
	is("post@bücher.example", NAME_EMAIL, "post@xn--bcher-kva.example");
	refused(NAME_OTHER, "b\xfc""cher.example", "IDNA 2008");
	refused(NAME_OTHER, "xn--a.example", "A-label");
	refused(NAME_OTHER, "XN--A.example", "A-label");
	refused(NAME_OTHER, "xn--bcher-kva-.example", "'-'");
}

static void rules_that_are_broken(void **state)
{
	(void)state;
	refused(NAME_OTHER, "", "empty");
	refused(NAME_OTHER, ".", "dot");
	refused(NAME_OTHER, "*.", "wildcard needs labels");
	refused(NAME_OTHER, "*.example", "two labels");
	refused(NAME_OTHER, "w*.example.com", "whole leftmost label");
	refused(NAME_OTHER, "1.2.3", "last label is a number");
	refused(NAME_OTHER, "fe80::1%eth0", "':'");
	refused(NAME_OTHER, "[::1", "not an IPv4 or IPv6");
	refused(NAME_IP, "www.example.com", "not an IPv4 or IPv6");
	refused(NAME_DNS, "192.0.2.1", "number");
	refused(NAME_EMAIL, "example.com", "LOCAL@DOMAIN");
	refused(NAME_OTHER, "@example.com", "LOCAL@DOMAIN");
	refused(NAME_OTHER, "a..b@example.com", "plain mailbox");
	refused(NAME_OTHER, "a@*.example.com", "host name behind");
	refused(NAME_URI, "/relative", "not relative");
	refused(NAME_URI, "mailto:", "not relative");
	refused(NAME_OTHER, "http:///path", "needs a host");
	refused(NAME_OTHER, "http://a/%zz", "two hex digits");
	refused(NAME_OTHER, "http://a/\x01", "percent-encoded");
}

static void lengths(void **state)
{
	char text[300];

	(void)state;
	memset(text, 'a', sizeof text);
	for (int i = 63; i < 252; i += 64)
		text[i] = '.';
	text[253] = '\0'; /* 63.63.63.61: 253 octets */
	is(text, NAME_DNS, text);
	text[253] = 'a';
	text[254] = '\0';
	refused(NAME_OTHER, text, "254 octets, at most 253");
	memset(text, 'a', 64);
	text[64] = '\0';
	refused(NAME_OTHER, text, "64 octets, at most 63");
}

static void twice_is_once_and_many_are_too_many(void **state)
{
	struct san_list l;
	char text[32];

	(void)state;
	san_list_init(&l);
	assert_int_equal(san_list_add(&l, NAME_OTHER, "bücher.example", &e), 1);
	assert_int_equal(san_list_add(&l, NAME_OTHER, "XN--BCHER-KVA.example", &e), 0);
	assert_int_equal(san_list_add(&l, NAME_OTHER, "::1", &e), 1);
	assert_int_equal(san_list_add(&l, NAME_OTHER, "0:0::1", &e), 0);
	assert_string_equal(san_list_first_dns(&l)->text, "xn--bcher-kva.example");
	for (int i = 2; i < LIMIT_REQUEST_NAMES; i++) {
		snprintf(text, sizeof text, "h%d.example", i);
		assert_int_equal(san_list_add(&l, NAME_OTHER, text, &e), 1);
	}
	assert_int_equal(san_list_add(&l, NAME_OTHER, "one.more", &e), -1);
	assert_int_equal(e.code, ERR_LIMIT);
	assert_int_equal(l.n, LIMIT_REQUEST_NAMES);
	san_list_wipe(&l);
	assert_null(san_list_first_dns(&l));
}

static int start(void **state)
{
	(void)state;
	return crypto_start(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_told_apart),
		cmocka_unit_test(internationalised_names),
		cmocka_unit_test(rules_that_are_broken),
		cmocka_unit_test(lengths),
		cmocka_unit_test(twice_is_once_and_many_are_too_many),
	};
	return cmocka_run_group_tests(tests, start, NULL);
}
