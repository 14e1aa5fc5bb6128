#include "net/starttls.h"

#include "net/starttls_binary.h"

#include <stdarg.h>
#include <stdio.h>
#include <strings.h>

void starttls_end(struct starttls_talk *t, enum starttls_state state, const char *fmt, ...)
{
	va_list ap;

	t->state = state;
	va_start(ap, fmt);
	vsnprintf(t->reason, sizeof t->reason, fmt, ap);
	va_end(ap);
}

void starttls_consume(struct starttls_talk *t, size_t n)
{
	memmove(t->in.p, t->in.p + n, t->in.n - n);
	t->in.n -= n;
}

/* The server said yes: nothing may stand behind that. */
void starttls_go(struct starttls_talk *t)
{
	if (t->in.n > 0)
		starttls_end(t, STARTTLS_INJECTED,
			     "%zu bytes of plaintext stand behind the answer that starts TLS", t->in.n);
	else
		t->state = STARTTLS_READY;
}

/* --- protocols of lines --- */

#define LINE_SHOWN 80

struct line {
	char text[STARTTLS_MAX_LINE]; /* without its end */
	size_t n;
};

/* Takes one line; false: none is complete, or the limit was passed. */
static bool take_line(struct starttls_talk *t, struct line *l)
{
	const uint8_t *end = t->in.n ? memchr(t->in.p, '\n', t->in.n) : NULL;
	size_t n = end ? (size_t)(end - t->in.p) : t->in.n;

	if (n >= sizeof l->text) {
		starttls_end(t, STARTTLS_TOO_MUCH, "a line of more than %u bytes", STARTTLS_MAX_LINE - 1);
		return false;
	}
	if (!end)
		return false;
	memcpy(l->text, t->in.p, n);
	starttls_consume(t, n + 1);
	if (n > 0 && l->text[n - 1] == '\r')
		n--;
	l->text[n] = '\0';
	l->n = n;
	return true;
}

static bool begins(const struct line *l, const char *with)
{
	return strncasecmp(l->text, with, strlen(with)) == 0;
}

static void garbage(struct starttls_talk *t, const struct line *l, const char *expected)
{
	starttls_end(t, STARTTLS_GARBAGE, "%s expected, but met '%.*s'", expected, LINE_SHOWN, l->text);
}

static void refused(struct starttls_talk *t, const struct line *l)
{
	starttls_end(t, STARTTLS_REFUSED, "the server refused STARTTLS: '%.*s'", LINE_SHOWN, l->text);
}

/* "250-more" or "250 last": the code, or -1; *last. */
static int reply_code(const struct line *l, bool *last)
{
	int code = 0;

	for (size_t i = 0; i < 3; i++) {
		if (l->text[i] < '0' || l->text[i] > '9')
			return -1;
		code = code * 10 + (l->text[i] - '0');
	}
	if (l->text[3] != '\0' && l->text[3] != ' ' && l->text[3] != '-')
		return -1;
	*last = l->text[3] != '-';
	return code;
}

/*
 * Protocols that answer with three digits: SMTP (RFC 3207), LMTP, FTP (RFC 4217), NNTP (RFC 4642).
 * Greeting, perhaps a question for the capabilities, the command, its answer.
 */
struct code_protocol {
	int greeting, greeting_too; /* 0: none */
	const char *ask;            /* or NULL */
	int ask_code;
	const char *capability;     /* that the answer must list */
	const char *command;
	int go, go_too;
};

static void code_line(struct starttls_talk *t, const struct code_protocol *p, const struct line *l)
{
	bool last = false;
	int code = reply_code(l, &last);

	/* FTP lets any text stand between "220-" and "220 ". */
	if (code < 0 && t->stage > 0 && t->stage % 2 == 1)
		return;
	switch (t->stage) {
	case 0: /* greeting */
	case 1: /* in a greeting of several lines */
		if (code != p->greeting && code != p->greeting_too) {
			garbage(t, l, "a greeting");
			return;
		}
		t->stage = last ? 2 : 1;
		if (last)
			buf_add_str(&t->out, p->ask ? p->ask : p->command);
		if (last && !p->ask)
			t->stage = 4;
		return;
	case 2: /* capabilities */
		if (code != p->ask_code) {
			garbage(t, l, "the list of capabilities");
			return;
		}
		t->offered = t->offered || strcasecmp(l->text + 4, p->capability) == 0;
		if (!last)
			return;
		if (!t->offered) {
			starttls_end(t, STARTTLS_REFUSED, "the server does not offer %s", p->capability);
			return;
		}
		buf_add_str(&t->out, p->command);
		t->stage = 4;
		return;
	default: /* the answer */
		if (code != p->go && code != p->go_too)
			refused(t, l);
		else if (last)
			starttls_go(t);
	}
}

static void code_step(struct starttls_talk *t, const struct code_protocol *p)
{
	struct line l;

	while (t->state == STARTTLS_TALKING && take_line(t, &l))
		code_line(t, p, &l);
}

static void smtp(struct starttls_talk *t)
{
	static const struct code_protocol p = {220, 0, "EHLO staple-gate.invalid\r\n", 250,
					       "STARTTLS", "STARTTLS\r\n", 220, 0};
	code_step(t, &p);
}

static void lmtp(struct starttls_talk *t)
{
	static const struct code_protocol p = {220, 0, "LHLO staple-gate.invalid\r\n", 250,
					       "STARTTLS", "STARTTLS\r\n", 220, 0};
	code_step(t, &p);
}

static void ftp(struct starttls_talk *t)
{
	static const struct code_protocol p = {220, 0, NULL, 0, NULL, "AUTH TLS\r\n", 234, 334};

	code_step(t, &p);
}

static void nntp(struct starttls_talk *t)
{
	static const struct code_protocol p = {200, 201, NULL, 0, NULL, "STARTTLS\r\n", 382, 0};

	code_step(t, &p);
}

/* IMAP, RFC 3501 and 2595: a greeting, then one tagged command. */
static void imap(struct starttls_talk *t)
{
	struct line l;

	while (t->state == STARTTLS_TALKING && take_line(t, &l)) {
		if (t->stage == 0) {
			if (!begins(&l, "* OK") && !begins(&l, "* PREAUTH")) {
				garbage(t, &l, "an IMAP greeting");
				return;
			}
			buf_add_str(&t->out, "a1 STARTTLS\r\n");
			t->stage = 1;
		} else if (begins(&l, "a1 OK")) {
			starttls_go(t);
		} else if (begins(&l, "a1 ")) {
			refused(t, &l);
		} else if (!begins(&l, "* ")) {
			garbage(t, &l, "an answer to STARTTLS");
		}
	}
}

/* POP3, RFC 2595. */
static void pop3(struct starttls_talk *t)
{
	struct line l;

	while (t->state == STARTTLS_TALKING && take_line(t, &l)) {
		if (t->stage == 0 && !begins(&l, "+OK"))
			garbage(t, &l, "a POP3 greeting");
		else if (t->stage == 0)
			buf_add_str(&t->out, "STLS\r\n");
		else if (begins(&l, "+OK"))
			starttls_go(t);
		else if (begins(&l, "-ERR"))
			refused(t, &l);
		else
			garbage(t, &l, "an answer to STLS");
		t->stage = 1;
	}
}

/* ManageSieve, RFC 5804: capabilities up to OK come unasked. */
static void sieve(struct starttls_talk *t)
{
	struct line l;

	while (t->state == STARTTLS_TALKING && take_line(t, &l)) {
		if (begins(&l, "NO") || begins(&l, "BYE")) {
			refused(t, &l);
		} else if (t->stage == 1 && begins(&l, "OK")) {
			starttls_go(t);
		} else if (t->stage == 0 && begins(&l, "\"STARTTLS\"")) {
			t->offered = true;
		} else if (t->stage == 0 && begins(&l, "OK")) {
			if (!t->offered) {
				starttls_end(t, STARTTLS_REFUSED, "the server does not offer STARTTLS");
				return;
			}
			buf_add_str(&t->out, "STARTTLS\r\n");
			t->stage = 1;
		} else if (t->stage == 1 || l.text[0] != '"') {
			garbage(t, &l, "a ManageSieve answer");
		}
	}
}

/* --- XMPP, RFC 6120, 5: looked at as text, for there is nothing else in it yet --- */

static bool has(struct starttls_talk *t, const char *text)
{
	return strstr(buf_cstr(&t->in), text) != NULL;
}

static void xmpp_step(struct starttls_talk *t, const char *ns)
{
	if (t->stage == 0) {
		buf_printf(&t->out, "<?xml version='1.0'?><stream:stream xmlns='%s' "
			   "xmlns:stream='http://etherx.jabber.org/streams' to='%s' version='1.0'>", ns,
			   t->host);
		t->stage = 1;
		return;
	}
	if (t->in.n > 0 && t->in.p[0] != '<' && t->in.p[0] != ' ' && t->in.p[0] != '\r' &&
	    t->in.p[0] != '\n') {
		starttls_end(t, STARTTLS_GARBAGE, "XML expected, but met byte 0x%02x", t->in.p[0]);
		return;
	}
	if (has(t, "<stream:error")) {
		starttls_end(t, STARTTLS_REFUSED, "the server ended the stream with an error");
	} else if (t->stage == 1 && (has(t, "</stream:features>") || has(t, "<stream:features/>"))) {
		if (!has(t, "<starttls")) {
			starttls_end(t, STARTTLS_REFUSED, "the server does not offer STARTTLS");
			return;
		}
		buf_add_str(&t->out, "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
		starttls_consume(t, t->in.n);
		t->stage = 2;
	} else if (t->stage == 2 && has(t, "<failure")) {
		starttls_end(t, STARTTLS_REFUSED, "the server answered STARTTLS with a failure");
	} else if (t->stage == 2 && has(t, "<proceed")) {
		const char *text = buf_cstr(&t->in), *p = strchr(strstr(text, "<proceed"), '>');

		if (!p)
			return;
		if (p[-1] != '/') /* <proceed ...></proceed> */
			p = strstr(p, "</proceed>") ? strstr(p, "</proceed>") + 9 : NULL;
		if (!p)
			return;
		starttls_consume(t, (size_t)(p + 1 - text));
		starttls_go(t);
	}
}

static void xmpp(struct starttls_talk *t)
{
	xmpp_step(t, "jabber:client");
}

static void xmpp_server(struct starttls_talk *t)
{
	xmpp_step(t, "jabber:server");
}

/* --- the table --- */

static const struct starttls protocols[] = {
	{"smtp", 25, smtp},           {"lmtp", 24, lmtp},
	{"imap", 143, imap},          {"pop3", 110, pop3},
	{"ftp", 21, ftp},             {"ldap", 389, starttls_ldap},
	{"xmpp", 5222, xmpp},         {"xmpp-server", 5269, xmpp_server},
	{"sieve", 4190, sieve},       {"nntp", 119, nntp},
	{"postgres", 5432, starttls_postgres}, {"mysql", 3306, starttls_mysql},
};
#define PROTOCOLS (sizeof protocols / sizeof protocols[0])

const struct starttls *starttls_get(const char *name)
{
	for (size_t i = 0; i < PROTOCOLS; i++)
		if (strcasecmp(protocols[i].name, name) == 0)
			return &protocols[i];
	return NULL;
}

const struct starttls *starttls_by_port(uint16_t port)
{
	if (port == 587) /* submission: SMTP too (RFC 6409) */
		port = 25;
	for (size_t i = 0; i < PROTOCOLS; i++)
		if (protocols[i].port == port)
			return &protocols[i];
	return NULL;
}

const char *starttls_name(size_t i)
{
	return i < PROTOCOLS ? protocols[i].name : NULL;
}

bool starttls_direct_port(uint16_t port)
{
	static const uint16_t ports[] = {443, 465, 563, 636, 853, 989, 990, 992, 993,
					 994, 995, 5061, 5223, 5270, 6697, 8443, 8883};

	for (size_t i = 0; i < sizeof ports / sizeof ports[0]; i++)
		if (ports[i] == port)
			return true;
	return false;
}

void starttls_begin(struct starttls_talk *t, const struct starttls *protocol, const char *host)
{
	*t = (struct starttls_talk){.protocol = protocol, .host = host};
	buf_init(&t->in);
	buf_init(&t->out);
	if (protocol->step == xmpp || protocol->step == xmpp_server ||
	    protocol->step == starttls_ldap || protocol->step == starttls_postgres)
		protocol->step(t); /* the client speaks first */
}

void starttls_wipe(struct starttls_talk *t)
{
	buf_wipe(&t->in);
	buf_wipe(&t->out);
}

/* Printable text up to the line's end. */
static void keep_greeting(struct starttls_talk *t, struct span bytes)
{
	size_t n = 0;

	while (n < bytes.n && n < sizeof t->greeting - 1 && bytes.p[n] >= ' ' && bytes.p[n] < 0x7f)
		n++;
	memcpy(t->greeting, bytes.p, n);
	t->greeting[n] = '\0';
}

enum starttls_state starttls_feed(struct starttls_talk *t, struct span bytes)
{
	struct err e;

	if (t->state != STARTTLS_TALKING)
		return t->state;
	if (t->total == 0)
		keep_greeting(t, bytes);
	t->total += bytes.n;
	buf_add(&t->in, bytes);
	if (t->total > STARTTLS_MAX_BYTES)
		starttls_end(t, STARTTLS_TOO_MUCH, "more than %u bytes before TLS", STARTTLS_MAX_BYTES);
	else if (buf_check(&t->in, "dialogue", &e) != 0 || buf_check(&t->out, "dialogue", &e) != 0)
		starttls_end(t, STARTTLS_TOO_MUCH, "%s", e.text);
	else
		t->protocol->step(t);
	return t->state;
}
