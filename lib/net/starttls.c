#include "net/starttls.h"

#include "net/starttls_step.h"

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

/* --- the table --- */

static const struct starttls protocols[] = {
	{"smtp", 25, starttls_smtp},  {"lmtp", 24, starttls_lmtp},
	{"imap", 143, starttls_imap}, {"pop3", 110, starttls_pop3},
	{"ftp", 21, starttls_ftp},    {"ldap", 389, starttls_ldap},
	{"xmpp", 5222, starttls_xmpp}, {"xmpp-server", 5269, starttls_xmpp_server},
	{"sieve", 4190, starttls_sieve}, {"nntp", 119, starttls_nntp},
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
	if (protocol->step == starttls_xmpp || protocol->step == starttls_xmpp_server ||
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
	if (t->total > LIMIT_STARTTLS_BYTES)
		starttls_end(t, STARTTLS_TOO_MUCH, "more than %u bytes before TLS", LIMIT_STARTTLS_BYTES);
	else if (buf_check(&t->in, "dialogue", &e) != 0 || buf_check(&t->out, "dialogue", &e) != 0)
		starttls_end(t, STARTTLS_TOO_MUCH, "%s", e.text);
	else
		t->protocol->step(t);
	return t->state;
}
