/* Targets and what is to be tried at them, as people write them. */
#include "task/gate.h"

#include <stdlib.h>
#include <stdio.h>
#include <strings.h>

void gate_scope_wipe(struct gate_scope *s)
{
	for (size_t i = 0; i < s->sni_count; i++)
		free(s->sni[i]);
	for (size_t i = 0; i < s->connect_count; i++)
		free(s->connect[i]);
	free(s->sni);
	free(s->connect);
	free(s->starttls);
	*s = (struct gate_scope){0};
}

static int add_string(char ***v, size_t *n, const char *text, struct err *e)
{
	size_t cap = *n; /* they are few */

	return array_add_copy(v, n, &cap, text) ? 0 : err_set(e, ERR_MEMORY, "gate: out of memory");
}

/* What can stand in a TLS server_name and in our messages: no blank, no control character.  What
 * begins with a hyphen is no name (RFC 1123, 2.1), but an option in the wrong place. */
static bool is_name(const char *text)
{
	size_t n = strlen(text);

	if (n == 0 || n > LIMIT_DNS_NAME || text[0] == '-')
		return false;
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)text[i] <= ' ' || text[i] == 0x7f || strchr("/:[]@?#\\\"'", text[i]))
			return false;
	return true;
}

int gate_scope_add_sni(struct gate_scope *s, const char *name, struct err *e)
{
	if (strcmp(name, "none") == 0)
		name = "";
	else if (!is_name(name))
		return err_set(e, ERR_USAGE, "'%s' is no server name; a DNS name or 'none' is expected",
			       name);
	return add_string(&s->sni, &s->sni_count, name, e);
}

int gate_scope_add_connect(struct gate_scope *s, const char *address, struct err *e)
{
	struct probe_address a;

	if (probe_address_parse(address, 443, &a) != 0)
		return err_set(e, ERR_USAGE, "'%s' is no address; ADDR, ADDR:PORT, [v6]:PORT or a UNIX "
			       "socket's path is expected", address);
	return add_string(&s->connect, &s->connect_count, address, e);
}

static bool word(const char **text, char out[16])
{
	size_t n = strcspn(*text, ",");

	if (n == 0 || n >= 16)
		return false;
	memcpy(out, *text, n);
	out[n] = '\0';
	*text += n;
	if (**text == ',')
		(*text)++;
	return true;
}

int gate_scope_tls(struct gate_scope *s, const char *text, struct err *e)
{
	const char *p = text;
	char w[16] = "";

	s->tls = 0;
	do {
		if (!word(&p, w) || (strcmp(w, "1.2") != 0 && strcmp(w, "1.3") != 0))
			return err_set(e, ERR_USAGE, "'%s': 1.2, 1.3 or 1.2,1.3 is expected", text);
		s->tls |= w[2] == '2' ? GATE_TLS_1_2 : GATE_TLS_1_3;
	} while (*p);
	return 0;
}

int gate_scope_keys(struct gate_scope *s, const char *text, struct err *e)
{
	const char *p = text;
	char w[16] = "";

	s->keys = 0;
	do {
		if (!word(&p, w))
			w[0] = '\0';
		if (strcasecmp(w, "ecdsa") == 0)
			s->keys |= GATE_KEY_ECDSA;
		else if (strcasecmp(w, "rsa") == 0)
			s->keys |= GATE_KEY_RSA;
		else if (strcasecmp(w, "eddsa") == 0)
			s->keys |= GATE_KEY_EDDSA;
		else
			return err_set(e, ERR_USAGE, "'%s': ecdsa, rsa, eddsa or several with commas between "
				       "are expected", text);
	} while (*p);
	return 0;
}

/* Schemes of TLS at once, with their ports; those of STARTTLS are starttls.h's table. */
static const struct {
	const char *scheme;
	uint16_t port;
	bool http;
} direct[] = {
	{"https", 443, true}, {"tls", 443, false},  {"smtps", 465, false}, {"submissions", 465, false},
	{"imaps", 993, false}, {"pop3s", 995, false}, {"ldaps", 636, false}, {"ftps", 990, false},
	{"nntps", 563, false}, {"xmpps", 5223, false},
};
#define DIRECT (sizeof direct / sizeof direct[0])

struct scheme {
	const struct starttls *starttls;
	uint16_t port;
	bool given, http;
};

static int read_scheme(const char **text, const char *whole, struct scheme *s, struct err *e)
{
	const char *end = strstr(*text, "://");
	char name[16];

	*s = (struct scheme){.port = 443, .http = true};
	if (!end)
		return 0;
	s->given = true;
	if (end - *text < 16) {
		memcpy(name, *text, (size_t)(end - *text));
		name[end - *text] = '\0';
		*text = end + 3;
		for (size_t i = 0; i < DIRECT; i++)
			if (strcasecmp(direct[i].scheme, name) == 0) {
				s->port = direct[i].port;
				s->http = direct[i].http;
				return 0;
			}
		s->starttls = starttls_get(name);
		if (s->starttls) {
			s->port = s->starttls->port;
			s->http = false;
			return 0;
		}
	}
	return err_set(e, ERR_USAGE, "target '%s': the scheme is not one of tls, https, smtps, imaps, "
		       "pop3s, ldaps, ftps, nntps, xmpps, or smtp, lmtp, imap, pop3, ftp, ldap, xmpp, "
		       "xmpp-server, sieve, nntp, postgres, mysql", whole);
}

static int nothing_may_follow(const char *whole, struct err *e)
{
	return err_set(e, ERR_USAGE, "target '%s': nothing may follow the host but a port", whole);
}

static int read_port(const char *text, const char *whole, uint16_t *port, struct err *e)
{
	unsigned long n = 0;

	for (const char *p = text; *p; p++) {
		if (p > text && *p == '/')
			return nothing_may_follow(whole, e);
		if (*p < '0' || *p > '9' || n > 65535)
			return err_set(e, ERR_USAGE, "target '%s': the port '%s' is no number", whole, text);
		n = n * 10 + (unsigned long)(*p - '0');
	}
	if (n == 0 || n > 65535)
		return err_set(e, ERR_USAGE, "target '%s': the port must be from 1 to 65535", whole);
	*port = (uint16_t)n;
	return 0;
}

/* HOST, HOST:PORT, [v6], [v6]:PORT, or a bare IPv6 address. */
static int read_host(const char *text, const char *whole, struct gate_target *t, bool *port_given,
		     struct err *e)
{
	const char *end, *rest;
	char host[256];

	if (text[0] == '[') {
		text++;
		end = strchr(text, ']');
		rest = end ? end + 1 : NULL;
		if (!end || (*rest && *rest != ':'))
			return err_set(e, ERR_USAGE, "target '%s': [v6] or [v6]:PORT is expected", whole);
	} else if (probe_is_address(text)) {
		end = rest = text + strlen(text);
	} else {
		end = rest = text + strcspn(text, ":/");
	}
	if ((size_t)(end - text) >= sizeof host)
		return err_set(e, ERR_USAGE, "target '%.60s...': the name is too long", whole);
	memcpy(host, text, (size_t)(end - text));
	host[end - text] = '\0';
	if (!probe_is_address(host) && !is_name(host))
		return err_set(e, ERR_USAGE, "target '%s': HOST, HOST:PORT, [v6]:PORT or SCHEME://HOST is "
			       "expected", whole);
	if (*rest == ':' && read_port(rest + 1, whole, &t->port, e) != 0)
		return -1;
	if (*rest && *rest != ':')
		return nothing_may_follow(whole, e);
	*port_given = *rest == ':';
	t->host = strdup(host);
	return t->host ? 0 : err_set(e, ERR_MEMORY, "gate: out of memory");
}

/* What --starttls says; "auto" goes by the port. */
static int choose_starttls(struct gate_target *t, const char *name, bool port_given, struct err *e)
{
	if (strcmp(name, "none") == 0)
		return 0;
	if (strcmp(name, "auto") == 0) {
		t->starttls = starttls_by_port(t->port);
		return 0;
	}
	t->starttls = starttls_get(name);
	if (!t->starttls)
		return err_set(e, ERR_USAGE, "STARTTLS protocol '%s': must be auto, none, smtp, lmtp, imap, "
			       "pop3, ftp, ldap, xmpp, xmpp-server, sieve, nntp, postgres or mysql", name);
	if (!port_given)
		t->port = t->starttls->port;
	return 0;
}

/* A URL may end with a slash.  Names of users, which come with passwords, are not said again.  The
 * caller frees it; NULL: an error. */
static char *without_slash(const char *rest, const char *whole, struct err *e)
{
	size_t n = strlen(rest);
	const char *at = strchr(rest, '@');
	char *plain;

	if (at) {
		err_set(e, ERR_USAGE, "target '...%s': no user stands before the host", at);
		return NULL;
	}
	plain = strndup(rest, n > 1 && rest[n - 1] == '/' ? n - 1 : n);
	if (!plain)
		err_set(e, ERR_MEMORY, "target '%s': out of memory", whole);
	return plain;
}

int gate_target_parse(const char *text, const char *starttls, struct gate_target *out,
		      struct err *e)
{
	const char *rest = text;
	char *plain;
	struct scheme s;
	bool port_given = false;
	int rc;

	*out = (struct gate_target){0};
	if (read_scheme(&rest, text, &s, e) != 0)
		return -1;
	out->port = s.port;
	out->starttls = s.starttls;
	plain = without_slash(rest, text, e);
	if (!plain)
		return -1;
	rc = read_host(plain, text, out, &port_given, e);
	free(plain);
	if (rc != 0)
		return -1;
	if (!s.given && choose_starttls(out, starttls ? starttls : "auto", port_given, e) != 0) {
		gate_target_wipe(out);
		return -1;
	}
	out->may_be_http = !out->starttls && s.http &&
			   (s.given || out->port == 443 || !starttls_direct_port(out->port) ||
			    out->port == 8443);
	out->text = strdup(text);
	if (out->text)
		return 0;
	gate_target_wipe(out);
	return err_set(e, ERR_MEMORY, "gate: out of memory");
}

void gate_target_wipe(struct gate_target *t)
{
	free(t->text);
	free(t->host);
	gate_scope_wipe(&t->scope);
	*t = (struct gate_target){0};
}
