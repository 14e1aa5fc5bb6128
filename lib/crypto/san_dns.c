/* DNS names: RFC 1034, 3.5 with RFC 1123, 2.1; RFC 5280, 4.2.1.6; RFC 5891. */
#include "crypto/san.h"

#include "crypto/library.h"
#include "crypto/san_part.h"

#include <gnutls/gnutls.h>

/* An A-label must stand for a U-label that gives it again (RFC 5891, 4.2.3.1 and 4.4). */
static bool a_label_holds(const char *label, size_t n)
{
	gnutls_datum_t unicode = {NULL, 0}, ascii = {NULL, 0};
	bool holds;

	if (gnutls_idna_reverse_map(label, (unsigned)n, &unicode, 0) != 0)
		return false;
	holds = gnutls_idna_map((const char *)unicode.data, unicode.size, &ascii,
				GNUTLS_IDNA_FORCE_2008) == 0 &&
		unicode.size > 0 && !san_is_ascii((const char *)unicode.data) && ascii.size == n &&
		memcmp(ascii.data, label, n) == 0;
	gnutls_free(ascii.data);
	gnutls_free(unicode.data);
	return holds;
}

static int check_label(const char *name, const char *label, size_t n, struct err *e)
{
	if (n == 0)
		return san_refuse(e, name, "a label is empty (two dots, or one at an end)");
	if (n > LIMIT_DNS_LABEL)
		return err_set(e, ERR_USAGE,
			       "name \"%.300s\": a label has %zu octets, at most %d (RFC 1035, 2.3.4)",
			       name, n, LIMIT_DNS_LABEL);
	for (size_t i = 0; i < n; i++) {
		if (label[i] == '*')
			return san_refuse(e, name, "a wildcard must be the whole leftmost label, as in "
					       "*.example.com (RFC 6125, 6.4.3)");
		if (!san_is_alnum(label[i]) && label[i] != '-')
			return err_set(e, ERR_USAGE,
				       "name \"%.300s\": '%c' may not stand in a host name (RFC 1123, 2.1)",
				       name, label[i]);
	}
	if (label[0] == '-' || label[n - 1] == '-')
		return san_refuse(e, name, "a label begins or ends with '-' (RFC 1123, 2.1)");
	if (n >= 4 && memcmp(label, "xn--", 4) == 0 && !a_label_holds(label, n))
		return san_refuse(e, name, "a label begins with xn-- but is no A-label (RFC 5891, 4.4)");
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
		return san_refuse(e, name, "neither an IPv4 address nor a host name: its last label is a "
				       "number (RFC 1123, 2.1)");
	if (wildcard && labels < 2)
		return san_refuse(e, name, "a wildcard needs two labels behind it; no client accepts less");
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
		return san_refuse(e, text, n == 0 && !wildcard ? "a name is empty" :
							     "a wildcard needs labels behind it");
	if (rest[n - 1] == '.')
		return san_refuse(e, text, "ends in a dot: write it without (RFC 5280, 4.2.1.6)");
	if (strchr(rest, ':'))
		return san_refuse(e, text, "a ':' stands in no host name (a port does not belong here; "
				       "a URI has \"://\")");
	if (!san_is_ascii(rest)) {
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
