#include "crypto/san.h"

#include "crypto/library.h"
#include "ground/buf.h"

#include <gnutls/gnutls.h>

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

static bool is_ascii(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s <= 0x20 || (unsigned char)*s >= 0x7f)
			return false;
	return true;
}

static int refuse(struct err *e, const char *name, const char *rule)
{
	return err_set(e, ERR_USAGE, "name \"%.300s\": %s", name, rule);
}

/* --- DNS names (RFC 1034, 3.5 with RFC 1123, 2.1; RFC 5280, 4.2.1.6; RFC 5891) --- */

/* An A-label must stand for a U-label that gives it again (RFC 5891, 4.2.3.1 and 4.4). */
static bool a_label_holds(const char *label, size_t n)
{
	gnutls_datum_t unicode = {NULL, 0}, ascii = {NULL, 0};
	bool holds;

	if (gnutls_idna_reverse_map(label, (unsigned)n, &unicode, 0) != 0)
		return false;
	holds = gnutls_idna_map((const char *)unicode.data, unicode.size, &ascii,
				GNUTLS_IDNA_FORCE_2008) == 0 &&
		unicode.size > 0 && !is_ascii((const char *)unicode.data) && ascii.size == n &&
		memcmp(ascii.data, label, n) == 0;
	gnutls_free(ascii.data);
	gnutls_free(unicode.data);
	return holds;
}

static int check_label(const char *name, const char *label, size_t n, struct err *e)
{
	if (n == 0)
		return refuse(e, name, "a label is empty (two dots, or one at an end)");
	if (n > LIMIT_DNS_LABEL)
		return err_set(e, ERR_USAGE,
			       "name \"%.300s\": a label has %zu octets, at most %d (RFC 1035, 2.3.4)",
			       name, n, LIMIT_DNS_LABEL);
	for (size_t i = 0; i < n; i++) {
		if (label[i] == '*')
			return refuse(e, name, "a wildcard must be the whole leftmost label, as in "
					       "*.example.com (RFC 6125, 6.4.3)");
		if (!is_alnum(label[i]) && label[i] != '-')
			return err_set(e, ERR_USAGE,
				       "name \"%.300s\": '%c' may not stand in a host name (RFC 1123, 2.1)",
				       name, label[i]);
	}
	if (label[0] == '-' || label[n - 1] == '-')
		return refuse(e, name, "a label begins or ends with '-' (RFC 1123, 2.1)");
	if (n >= 4 && memcmp(label, "xn--", 4) == 0 && !a_label_holds(label, n))
		return refuse(e, name, "a label begins with xn-- but is no A-label (RFC 5891, 4.4)");
	return 0;
}

static int check_labels(const char *name, const char *ascii, bool wildcard, struct err *e)
{
	const char *label = ascii, *dot;
	size_t labels = 1;

	for (; (dot = strchr(label, '.')); label = dot + 1, labels++)
		if (check_label(name, label, (size_t)(dot - label), e) != 0)
			return -1;
	if (check_label(name, label, strlen(label), e) != 0)
		return -1;
	if (strspn(label, "0123456789") == strlen(label))
		return refuse(e, name, "neither an IPv4 address nor a host name: its last label is a "
				       "number (RFC 1123, 2.1)");
	if (wildcard && labels < 2)
		return refuse(e, name, "a wildcard needs two labels behind it; no client accepts less");
	return 0;
}

/* IDNA 2008 for a name without its "*.": gnutls_idna_map would lose the star.  ASCII passes
 * through it as it is. */
static int map_idna(const char *name, const char *rest, char *out, size_t size, struct err *e)
{
	gnutls_datum_t ascii = {NULL, 0};
	int rc = gnutls_idna_map(rest, (unsigned)strlen(rest), &ascii, GNUTLS_IDNA_FORCE_2008);

	if (rc != 0)
		return err_set(e, ERR_USAGE, "name \"%.300s\": not a valid internationalised name "
					     "(IDNA 2008, RFC 5891): %s", name, crypto_error_text(rc));
	if (ascii.size >= size) {
		gnutls_free(ascii.data);
		return err_set(e, ERR_USAGE, "name \"%.300s\": %u octets, at most %d (RFC 1035, 2.3.4)",
			       name, ascii.size, LIMIT_DNS_NAME);
	}
	memcpy(out, ascii.data, ascii.size);
	out[ascii.size] = '\0';
	gnutls_free(ascii.data);
	return 0;
}

int san_dns_ascii(const char *text, char out[LIMIT_DNS_NAME + 1], struct err *e)
{
	bool wildcard = strncmp(text, "*.", 2) == 0;
	const char *rest = wildcard ? text + 2 : text;
	size_t n = strlen(rest), star = wildcard ? 2 : 0;

	if (n == 0 || strcmp(text, "*") == 0)
		return refuse(e, text, n == 0 && !wildcard ? "a name is empty" :
							     "a wildcard needs labels behind it");
	if (rest[n - 1] == '.')
		return refuse(e, text, "ends in a dot: write it without (RFC 5280, 4.2.1.6)");
	if (strchr(rest, ':'))
		return refuse(e, text, "a ':' stands in no host name (a port does not belong here; "
				       "a URI has \"://\")");
	if (!is_ascii(rest)) {
		if (map_idna(text, rest, out + star, LIMIT_DNS_NAME + 1 - star, e) != 0)
			return -1;
	} else if (n + star > LIMIT_DNS_NAME) {
		return err_set(e, ERR_USAGE, "name \"%.300s\": %zu octets, at most %d (RFC 1035, 2.3.4)",
			       text, n + star, LIMIT_DNS_NAME);
	} else {
		memcpy(out + star, rest, n + 1);
	}
	memcpy(out, "*.", star);
	for (char *p = out; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p | 0x20);
	return check_labels(text, out + star, wildcard, e);
}

/* --- the other kinds --- */

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
		return refuse(e, text, "not an IPv4 or IPv6 address");
	memcpy(plain, text, n);
	plain[n] = '\0';
	family = strchr(plain, ':') ? AF_INET6 : AF_INET;
	if (inet_pton(family, plain, s->address) != 1 ||
	    !inet_ntop(family, s->address, canonical, sizeof canonical))
		return refuse(e, plain, "not an IPv4 or IPv6 address");
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
		return refuse(e, text, "an e-mail address is LOCAL@DOMAIN");
	local = (size_t)(at - text);
	if (local > 64)
		return refuse(e, text, "more than 64 octets before the '@' (RFC 5321, 4.5.3.1.1)");
	for (size_t i = 0; i < local; i++) {
		bool dot = text[i] == '.';

		if ((unsigned char)text[i] >= 0x80)
			return refuse(e, text, "a character outside ASCII before the '@' has no place in "
					       "an rfc822Name (RFC 5280, 4.2.1.6)");
		if ((!is_alnum(text[i]) && !strchr("!#$%&'*+-/=?^_`{|}~.", text[i])) ||
		    (dot && (i == 0 || i + 1 == local || text[i + 1] == '.')))
			return refuse(e, text, "no plain mailbox before the '@' (RFC 5321, 4.1.2)");
	}
	if (at[1] == '*' || at[1] == '[')
		return refuse(e, text, "an e-mail address has a host name behind the '@'");
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
	while (is_alnum(text[n]) || (text[n] && strchr("+-.", text[n])))
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
		return refuse(e, text, "a URI is SCHEME:REST (RFC 5280, 4.2.1.6: not relative)");
	if (strlen(text) > LIMIT_NAME_TEXT)
		return err_set(e, ERR_USAGE, "name \"%.60s...\": %zu octets, at most %d", text, strlen(text),
			       LIMIT_NAME_TEXT);
	if (strncmp(text + n, "://", 3) == 0 && strchr("/?#", text[n + 3]) )
		return refuse(e, text, "a URI with \"://\" needs a host behind it (RFC 5280, 4.2.1.6)");
	for (const char *p = text; *p; p++) {
		if (!is_ascii((const char[]){*p, '\0'}) || strchr("\"<>\\^`{|}", *p))
			return refuse(e, text, "a character that a URI must have percent-encoded "
					       "(RFC 3986, 2)");
		if (*p == '%' && (!isxdigit((unsigned char)p[1]) || !isxdigit((unsigned char)p[2])))
			return refuse(e, text, "'%' without two hex digits (RFC 3986, 2.1)");
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
