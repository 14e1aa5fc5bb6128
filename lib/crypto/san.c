#include "crypto/san.h"

#include "crypto/san_part.h"
#include "ground/buf.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

/* --- one name --- */

static int read_address(const char *text, struct san *s, struct err *e)
{
	char plain[INET6_ADDRSTRLEN + 1], canonical[INET6_ADDRSTRLEN];
	size_t n = strlen(text);
	int family;

	if (n > 2 && text[0] == '[' && text[n - 1] == ']') {
		text++;
		n -= 2;
	}
	if (n >= sizeof plain)
		return san_refuse(e, text, "not an IPv4 or IPv6 address");
	memcpy(plain, text, n);
	plain[n] = '\0';
	family = strchr(plain, ':') ? AF_INET6 : AF_INET;
	if (inet_pton(family, plain, s->address) != 1 ||
	    !inet_ntop(family, s->address, canonical, sizeof canonical))
		return san_refuse(e, plain, "not an IPv4 or IPv6 address");
	s->address_n = family == AF_INET ? 4 : 16;
	s->kind = NAME_IP;
	s->text = strdup(canonical);
	return s->text ? 0 : err_set(e, ERR_MEMORY, "out of memory");
}

static bool is_address(const char *text)
{
	uint8_t octets[16];

	return text[0] == '[' || inet_pton(AF_INET, text, octets) == 1 ||
	       inet_pton(AF_INET6, text, octets) == 1;
}

/* A Mailbox of RFC 5321, 4.1.2 whose local part is a dot-string (RFC 5280, 4.2.1.6). */
static int read_email(const char *text, struct san *s, struct err *e)
{
	const char *at = strrchr(text, '@');
	char domain[LIMIT_DNS_NAME + 1];
	size_t local;

	if (!at || at == text)
		return san_refuse(e, text, "an e-mail address is LOCAL@DOMAIN");
	local = (size_t)(at - text);
	if (local > 64)
		return san_refuse(e, text, "more than 64 octets before the '@' (RFC 5321, 4.5.3.1.1)");
	for (size_t i = 0; i < local; i++) {
		bool dot = text[i] == '.';

		if ((unsigned char)text[i] >= 0x80)
			return san_refuse(e, text, "a character outside ASCII before the '@' has no place in "
					       "an rfc822Name (RFC 5280, 4.2.1.6)");
		if ((!san_is_alnum(text[i]) && !strchr("!#$%&'*+-/=?^_`{|}~.", text[i])) ||
		    (dot && (i == 0 || i + 1 == local || text[i + 1] == '.')))
			return san_refuse(e, text, "no plain mailbox before the '@' (RFC 5321, 4.1.2)");
	}
	if (at[1] == '*' || at[1] == '[')
		return san_refuse(e, text, "an e-mail address has a host name behind the '@'");
	if (san_dns_ascii(at + 1, domain, e) != 0)
		return -1;
	s->kind = NAME_EMAIL;
	if (asprintf(&s->text, "%.*s@%s", (int)local, text, domain) < 0) {
		s->text = NULL;
		return err_set(e, ERR_MEMORY, "out of memory");
	}
	return 0;
}

static size_t scheme_length(const char *text)
{
	size_t n = 0;

	if ((text[0] | 0x20) < 'a' || (text[0] | 0x20) > 'z')
		return 0;
	while (san_is_alnum(text[n]) || (text[n] && strchr("+-.", text[n])))
		n++;
	return text[n] == ':' ? n : 0;
}

static bool is_uri(const char *text)
{
	size_t n = scheme_length(text);

	return n > 0 && (strncmp(text + n, "://", 3) == 0 || (n == 3 && strncasecmp(text, "urn", 3) == 0));
}

/* RFC 3986 for what may stand there; RFC 5280, 4.2.1.6: absolute, and a host where there is
 * an authority. */
static int read_uri(const char *text, struct san *s, struct err *e)
{
	size_t n = scheme_length(text);

	if (n == 0 || !text[n + 1])
		return san_refuse(e, text, "a URI is SCHEME:REST (RFC 5280, 4.2.1.6: not relative)");
	if (strlen(text) > LIMIT_NAME_TEXT)
		return err_set(e, ERR_USAGE, "name \"%.60s...\": %zu octets, at most %d", text, strlen(text),
			       LIMIT_NAME_TEXT);
	if (strncmp(text + n, "://", 3) == 0 && strchr("/?#", text[n + 3]) )
		return san_refuse(e, text, "a URI with \"://\" needs a host behind it (RFC 5280, 4.2.1.6)");
	for (const char *p = text; *p; p++) {
		if (!san_is_ascii((const char[]){*p, '\0'}) || strchr("\"<>\\^`{|}", *p))
			return san_refuse(e, text, "a character that a URI must have percent-encoded "
					       "(RFC 3986, 2)");
		if (*p == '%' && (!isxdigit((unsigned char)p[1]) || !isxdigit((unsigned char)p[2])))
			return san_refuse(e, text, "'%' without two hex digits (RFC 3986, 2.1)");
	}
	s->kind = NAME_URI;
	s->text = strdup(text);
	return s->text ? 0 : err_set(e, ERR_MEMORY, "out of memory");
}

static int read_dns(const char *text, struct san *s, struct err *e)
{
	char ascii[LIMIT_DNS_NAME + 1];

	if (san_dns_ascii(text, ascii, e) != 0)
		return -1;
	s->kind = NAME_DNS;
	s->text = strdup(ascii);
	return s->text ? 0 : err_set(e, ERR_MEMORY, "out of memory");
}

/* By form, or as told. */
static int read_name(enum name_kind kind, const char *text, struct san *s, struct err *e)
{
	if (kind == NAME_OTHER)
		kind = is_address(text) ? NAME_IP : is_uri(text) ? NAME_URI :
		       strchr(text, '@') ? NAME_EMAIL : NAME_DNS;
	switch ((int)kind) {
	case NAME_IP:
		return read_address(text, s, e);
	case NAME_URI:
		return read_uri(text, s, e);
	case NAME_EMAIL:
		return read_email(text, s, e);
	case NAME_DNS:
		return read_dns(text, s, e);
	default:
		return err_set(e, ERR_UNSUPPORTED, "name \"%.300s\": kind %d cannot be asked for", text,
			       (int)kind);
	}
}

/* --- the list --- */

void san_list_init(struct san_list *l)
{
	*l = (struct san_list){NULL, 0, 0};
}

void san_list_wipe(struct san_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i].text);
	free(l->v);
	san_list_init(l);
}

struct span san_value(const struct san *s)
{
	return s->kind == NAME_IP ? span_of(s->address, s->address_n) : span_str(s->text);
}

static int keep(struct san_list *l, const struct san *s, struct err *e)
{
	struct san *grown;

	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].kind == s->kind && span_equal(san_value(&l->v[i]), san_value(s)))
			return 0;
	if (l->n == LIMIT_REQUEST_NAMES)
		return err_set(e, ERR_LIMIT, "name \"%.300s\": a request has at most %d names", s->text,
			       LIMIT_REQUEST_NAMES);
	grown = array_grow(l->v, l->n, &l->cap, sizeof *l->v);
	if (!grown)
		return err_set(e, ERR_MEMORY, "out of memory");
	l->v = grown;
	l->v[l->n++] = *s;
	return 1;
}

int san_list_add(struct san_list *l, enum name_kind kind, const char *text, struct err *e)
{
	struct san s = {.kind = NAME_OTHER};
	int rc;

	if (read_name(kind, text, &s, e) != 0)
		return -1;
	rc = keep(l, &s, e);
	if (rc != 1)
		free(s.text);
	return rc;
}

const struct san *san_list_first_dns(const struct san_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].kind == NAME_DNS)
			return &l->v[i];
	return NULL;
}
