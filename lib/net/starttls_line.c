/* The protocols of lines: SMTP, LMTP, FTP, NNTP, IMAP, POP3, ManageSieve. */
#include "net/starttls_step.h"

#include <strings.h>

#define LINE_SHOWN 80

struct line {
	char text[LIMIT_STARTTLS_LINE]; /* without its end */
	size_t n;
};

/* Takes one line; false: none is complete, or the limit was passed. */
static bool take_line(struct starttls_talk *t, struct line *l)
{
	const uint8_t *end = t->in.n ? memchr(t->in.p, '\n', t->in.n) : NULL;
	size_t n = end ? (size_t)(end - t->in.p) : t->in.n;

	if (n >= sizeof l->text) {
		starttls_end(t, STARTTLS_TOO_MUCH, "a line of more than %u bytes", LIMIT_STARTTLS_LINE - 1);
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
		t->offered = t->offered || (l->n > 4 && strcasecmp(l->text + 4, p->capability) == 0);
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

void starttls_smtp(struct starttls_talk *t)
{
	static const struct code_protocol p = {220, 0, "EHLO staple-gate.invalid\r\n", 250,
					       "STARTTLS", "STARTTLS\r\n", 220, 0};
	code_step(t, &p);
}

void starttls_lmtp(struct starttls_talk *t)
{
	static const struct code_protocol p = {220, 0, "LHLO staple-gate.invalid\r\n", 250,
					       "STARTTLS", "STARTTLS\r\n", 220, 0};
	code_step(t, &p);
}

void starttls_ftp(struct starttls_talk *t)
{
	static const struct code_protocol p = {220, 0, NULL, 0, "", "AUTH TLS\r\n", 234, 334};

	code_step(t, &p);
}

void starttls_nntp(struct starttls_talk *t)
{
	static const struct code_protocol p = {200, 201, NULL, 0, "", "STARTTLS\r\n", 382, 0};

	code_step(t, &p);
}

/* IMAP, RFC 3501 and 2595: a greeting, then one tagged command. */
void starttls_imap(struct starttls_talk *t)
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
void starttls_pop3(struct starttls_talk *t)
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
void starttls_sieve(struct starttls_talk *t)
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
