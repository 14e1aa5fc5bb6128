#include "tests/unit/unit.h"

#include "net/starttls.h"

#include <stdio.h>

/* A dialogue: what the server says, and what we have to answer to each. */
struct turn {
	const char *server;
	size_t n;          /* 0: a C string */
	const char *client; /* the beginning of what is said then; NULL: nothing */
};

struct dialogue {
	const char *protocol;
	const char *first; /* that the client says unasked; NULL: nothing */
	struct turn turns[6];
	enum starttls_state end;
	const char *reason; /* part of it */
};

#define LDAP_OK "\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00"
#define LDAP_NO "\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x02\x04\x00\x04\x00"
#define LDAP_LONG "\x30\x84\x00\x00\x00\x10\x02\x01\x01\x78\x84\x00\x00\x00\x07\x0a\x01\x00\x04\x00\x04\x00"
#define MYSQL(flags) "\x28\x00\x00\x00\x0a" "8.0.1-x\0" "\x01\x02\x03\x04" "abcdefgh\0" "\xff" flags \
	"\x21\x02\x00\xff\xc1\x15\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"

static const struct dialogue dialogues[] = {
	{"smtp", NULL, {{"220 mx ESMTP Exim 4.96\r\n", 0, "EHLO "},
			{"250-mx\r\n250-SIZE 1000\r\n250-STARTTLS\r\n250 HELP\r\n", 0, "STARTTLS\r\n"},
			{"220 go\r\n", 0, NULL}}, STARTTLS_READY, ""},
	{"smtp", NULL, {{"220-mx\r\n220 again\r\n", 0, "EHLO "}, {"250 starttls\r\n", 0, "STARTTLS\r\n"},
			{"220-go\r\n220 on\r\n", 0, NULL}}, STARTTLS_READY, ""},
	{"smtp", NULL, {{"220 mx\r\n", 0, "EHLO "}, {"250 SIZE\r\n", 0, NULL}}, STARTTLS_REFUSED,
	 "does not offer STARTTLS"},
	{"smtp", NULL, {{"220 mx\r\n", 0, "EHLO "}, {"250 STARTTLS\r\n", 0, "STARTTLS"},
			{"454 not now\r\n", 0, NULL}}, STARTTLS_REFUSED, "454 not now"},
	{"smtp", NULL, {{"220 mx\r\n", 0, "EHLO "}, {"250 STARTTLS\r\n", 0, "STARTTLS"},
			{"220 go\r\n250 x\r\n", 0, NULL}}, STARTTLS_INJECTED, "7 bytes"},
	{"smtp", NULL, {{"220\r\n", 0, "EHLO "}, {"250-STARTTLS\r\n250\r\n", 0, "STARTTLS"},
			{"220\r\n", 0, NULL}}, STARTTLS_READY, ""},
	{"smtp", NULL, {{"220 x\r\n", 0, "EHLO "}, {"250\r\n", 0, NULL}}, STARTTLS_REFUSED,
	 "does not offer"},
	{"smtp", NULL, {{"554 go away\r\n", 0, NULL}}, STARTTLS_GARBAGE, "554 go away"},
	{"smtp", NULL, {{"HTTP/1.1 400 Bad\r\n", 0, NULL}}, STARTTLS_GARBAGE, "HTTP/1.1"},
	{"lmtp", NULL, {{"220 mx LMTP\n", 0, "LHLO "}, {"250-a\n250 STARTTLS\n", 0, "STARTTLS"},
			{"220 go\n", 0, NULL}}, STARTTLS_READY, ""},
	{"imap", NULL, {{"* OK [CAPABILITY STARTTLS] ready\r\n", 0, "a1 STARTTLS\r\n"},
			{"* CAPABILITY x\r\n", 0, NULL}, {"a1 OK begin\r\n", 0, NULL}}, STARTTLS_READY, ""},
	{"imap", NULL, {{"* OK\r\n", 0, "a1 "}, {"a1 BAD no\r\n", 0, NULL}}, STARTTLS_REFUSED, "BAD"},
	{"imap", NULL, {{"* BYE\r\n", 0, NULL}}, STARTTLS_GARBAGE, "BYE"},
	{"imap", NULL, {{"* OK\r\n", 0, "a1 "}, {"a1 OK\r\n* BYE\r\n", 0, NULL}}, STARTTLS_INJECTED, "7"},
	{"pop3", NULL, {{"+OK ready\r\n", 0, "STLS\r\n"}, {"+OK go\r\n", 0, NULL}}, STARTTLS_READY, ""},
	{"pop3", NULL, {{"+OK ready\r\n", 0, "STLS"}, {"-ERR no\r\n", 0, NULL}}, STARTTLS_REFUSED, "no"},
	{"ftp", NULL, {{"220-hello\r\nany text\r\n220 end\r\n", 0, "AUTH TLS\r\n"},
		       {"234 go\r\n", 0, NULL}}, STARTTLS_READY, ""},
	{"ftp", NULL, {{"220 hello\r\n", 0, "AUTH"}, {"502 no\r\n", 0, NULL}}, STARTTLS_REFUSED, "502"},
	{"nntp", NULL, {{"201 read\r\n", 0, "STARTTLS\r\n"}, {"382 go\r\n", 0, NULL}}, STARTTLS_READY, ""},
	{"nntp", NULL, {{"200 post\r\n", 0, "STARTTLS"}, {"580 no\r\n", 0, NULL}}, STARTTLS_REFUSED, "580"},
	{"sieve", NULL, {{"\"IMPLEMENTATION\" \"x\"\r\n\"STARTTLS\"\r\nOK\r\n", 0, "STARTTLS\r\n"},
			 {"OK go\r\n", 0, NULL}}, STARTTLS_READY, ""},
	{"sieve", NULL, {{"\"SASL\" \"\"\r\nOK\r\n", 0, NULL}}, STARTTLS_REFUSED, "does not offer"},
	{"sieve", NULL, {{"BYE\r\n", 0, NULL}}, STARTTLS_REFUSED, "BYE"},
	{"xmpp", "<?xml version='1.0'?><stream:stream xmlns='jabber:client'",
	 {{"<stream:stream><stream:features><starttls xmlns='x'/>", 0, NULL},
	  {"</stream:features>", 0, "<starttls "}, {"<proceed xmlns='x'/>", 0, NULL}}, STARTTLS_READY, ""},
	{"xmpp-server", "<?xml version='1.0'?><stream:stream xmlns='jabber:server'",
	 {{"<stream:features><starttls/></stream:features>", 0, "<starttls "},
	  {"<proceed></proceed>", 0, NULL}}, STARTTLS_READY, ""},
	{"xmpp", "<?xml", {{"<stream:features/>", 0, NULL}}, STARTTLS_REFUSED, "does not offer"},
	{"xmpp", "<?xml", {{"<stream:features><starttls/></stream:features>", 0, "<starttls "},
			   {"<failure/>", 0, NULL}}, STARTTLS_REFUSED, "failure"},
	{"xmpp", "<?xml", {{"<stream:features><starttls/></stream:features>", 0, "<starttls "},
			   {"<proceed/><message>", 0, NULL}}, STARTTLS_INJECTED, "9 bytes"},
	{"xmpp", "<?xml", {{"220 mx\r\n", 0, NULL}}, STARTTLS_GARBAGE, "0x32"},
	{"ldap", "\x30\x1d\x02\x01\x01\x77", {{LDAP_OK, sizeof LDAP_OK - 1, NULL}}, STARTTLS_READY, ""},
	{"ldap", "\x30\x1d", {{LDAP_LONG, sizeof LDAP_LONG - 1, NULL}}, STARTTLS_READY, ""},
	{"ldap", "\x30\x1d", {{LDAP_NO, sizeof LDAP_NO - 1, NULL}}, STARTTLS_REFUSED, "resultCode 2"},
	{"ldap", "\x30\x1d", {{LDAP_OK "x", sizeof LDAP_OK, NULL}}, STARTTLS_INJECTED, "1 bytes"},
	{"ldap", "\x30\x1d", {{"HTTP", 0, NULL}}, STARTTLS_GARBAGE, "0x48"},
	{"postgres", NULL, {{"S", 1, NULL}}, STARTTLS_READY, ""},
	{"postgres", NULL, {{"N", 1, NULL}}, STARTTLS_REFUSED, "does not offer"},
	{"postgres", NULL, {{"SX", 2, NULL}}, STARTTLS_INJECTED, "1 bytes"},
	{"postgres", NULL, {{"E", 1, NULL}}, STARTTLS_GARBAGE, "0x45"},
	{"mysql", NULL, {{MYSQL("\xff"), 44, "\x20"}}, STARTTLS_READY, ""},
	{"mysql", NULL, {{MYSQL("\xf7"), 44, NULL}}, STARTTLS_REFUSED, "does not offer"},
	{"mysql", NULL, {{"\x10\x00\x00\x00\xffno entry at all.", 20, NULL}}, STARTTLS_GARBAGE, "MySQL"},
	{"mysql", NULL, {{"SSH-2.0-OpenSSH\r\n", 0, NULL}}, STARTTLS_GARBAGE, "MySQL"},
};

static size_t length(const struct turn *t)
{
	return t->n ? t->n : strlen(t->server);
}

/* What was said begins so. */
static void expect_said(struct starttls_talk *t, const char *begin, const struct dialogue *d)
{
	if (!begin && t->out.n > 0 && strcmp(d->protocol, "postgres") != 0)
		fail_msg("%s: said '%s'", d->protocol, buf_cstr(&t->out));
	if (begin && (t->out.n < strlen(begin) || memcmp(t->out.p, begin, strlen(begin)) != 0))
		fail_msg("%s: '%s' expected, said '%s'", d->protocol, begin, buf_cstr(&t->out));
	buf_reset(&t->out);
}

static void talk(const struct dialogue *d, bool byte_by_byte)
{
	const struct starttls *p = starttls_get(d->protocol);
	struct starttls_talk t;

	assert_non_null(p);
	starttls_begin(&t, p, "x.test");
	expect_said(&t, d->first, d);
	for (size_t i = 0; i < 6 && d->turns[i].server; i++) {
		const char *s = d->turns[i].server;
		size_t n = length(&d->turns[i]);

		assert_int_equal(t.state, STARTTLS_TALKING);
		for (size_t k = 0; k < n; k += byte_by_byte ? 1 : n)
			(void)starttls_feed(&t, span_of(s + k, byte_by_byte ? 1 : n));
		expect_said(&t, d->turns[i].client, d);
	}
	if (byte_by_byte && d->end == STARTTLS_INJECTED) {
		/* what comes later is TLS's to refuse */
		assert_int_equal(t.state, STARTTLS_READY);
	} else {
		if (t.state != d->end || !strstr(t.reason, d->reason))
			fail_msg("%s: state %d, '%s'; %d, '%s' expected", d->protocol, t.state, t.reason,
				 d->end, d->reason);
	}
	starttls_wipe(&t);
}

static void every_dialogue_ends_as_it_should(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof dialogues / sizeof dialogues[0]; i++)
		talk(&dialogues[i], false);
}

static void however_the_bytes_come(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof dialogues / sizeof dialogues[0]; i++)
		talk(&dialogues[i], true);
}

static void lines_and_dialogues_have_limits(void **state)
{
	struct starttls_talk t;
	char text[LIMIT_STARTTLS_LINE + 1];

	(void)state;
	memset(text, 'x', sizeof text);
	memcpy(text, "220 ", 4);
	starttls_begin(&t, starttls_get("smtp"), "x");
	assert_int_equal(starttls_feed(&t, span_of(text, LIMIT_STARTTLS_LINE - 1)), STARTTLS_TALKING);
	assert_int_equal(starttls_feed(&t, span_str("y")), STARTTLS_TOO_MUCH);
	starttls_wipe(&t);
	starttls_begin(&t, starttls_get("smtp"), "x");
	for (size_t sent = 0; t.state == STARTTLS_TALKING; sent += 8) {
		assert_true(sent <= LIMIT_STARTTLS_BYTES);
		(void)starttls_feed(&t, span_str("220-ab\r\n"));
	}
	assert_int_equal(t.state, STARTTLS_TOO_MUCH);
	starttls_wipe(&t);
}

static void protocols_are_found_by_name_and_port(void **state)
{
	(void)state;
	assert_string_equal(starttls_by_port(25)->name, "smtp");
	assert_string_equal(starttls_by_port(587)->name, "smtp");
	assert_string_equal(starttls_by_port(3306)->name, "mysql");
	assert_null(starttls_by_port(443));
	assert_null(starttls_get("telnet"));
	assert_true(starttls_direct_port(993));
	assert_false(starttls_direct_port(143));
	for (size_t i = 0; starttls_name(i); i++)
		assert_string_equal(starttls_get(starttls_name(i))->name, starttls_name(i));
}

static void the_greeting_is_kept_as_far_as_it_is_text(void **state)
{
	struct starttls_talk t;

	(void)state;
	starttls_begin(&t, starttls_get("smtp"), "x");
	(void)starttls_feed(&t, span_str("220 mx\033[31m ESMTP\r\n"));
	assert_string_equal(t.greeting, "220 mx");
	starttls_wipe(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_dialogue_ends_as_it_should),
		cmocka_unit_test(however_the_bytes_come),
		cmocka_unit_test(lines_and_dialogues_have_limits),
		cmocka_unit_test(protocols_are_found_by_name_and_port),
		cmocka_unit_test(the_greeting_is_kept_as_far_as_it_is_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
