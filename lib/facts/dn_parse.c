#include "facts/dn_parse.h"

#include "facts/oid.h"
#include "ground/dermake.h"
#include "ground/limits.h"
#include "ground/utf8.h"

#include <stdio.h>

/* RFC 4514, 3, and what else certificates carry; the upper bounds are those of RFC 5280, A.1. */
static const struct attribute {
	const char *name;
	const char *oid; /* dotted */
	uint8_t tag;     /* DER_UTF8_STRING: any UTF-8 */
	size_t max;      /* characters */
} attributes[] = {
	{"CN", "2.5.4.3", DER_UTF8_STRING, LIMIT_COMMON_NAME},
	{"SN", "2.5.4.4", DER_UTF8_STRING, 64},
	{"surname", "2.5.4.4", DER_UTF8_STRING, 64},
	{"serialNumber", "2.5.4.5", DER_PRINTABLE_STRING, 64},
	{"C", "2.5.4.6", DER_PRINTABLE_STRING, 2},
	{"L", "2.5.4.7", DER_UTF8_STRING, 128},
	{"ST", "2.5.4.8", DER_UTF8_STRING, 128},
	{"S", "2.5.4.8", DER_UTF8_STRING, 128},
	{"STREET", "2.5.4.9", DER_UTF8_STRING, 128},
	{"O", "2.5.4.10", DER_UTF8_STRING, 64},
	{"OU", "2.5.4.11", DER_UTF8_STRING, 64},
	{"title", "2.5.4.12", DER_UTF8_STRING, 64},
	{"businessCategory", "2.5.4.15", DER_UTF8_STRING, 128},
	{"postalCode", "2.5.4.17", DER_UTF8_STRING, 40},
	{"givenName", "2.5.4.42", DER_UTF8_STRING, 64},
	{"GN", "2.5.4.42", DER_UTF8_STRING, 64},
	{"organizationIdentifier", "2.5.4.97", DER_UTF8_STRING, 256},
	{"DC", "0.9.2342.19200300.100.1.25", DER_IA5_STRING, LIMIT_DNS_LABEL},
	{"UID", "0.9.2342.19200300.100.1.1", DER_UTF8_STRING, 256},
	{"emailAddress", "1.2.840.113549.1.9.1", DER_IA5_STRING, 255},
	{"EMAIL", "1.2.840.113549.1.9.1", DER_IA5_STRING, 255},
	{"description", "2.5.4.13", DER_UTF8_STRING, 1024},
	{"postalAddress", "2.5.4.16", DER_UTF8_STRING, 180},
	{"postOfficeBox", "2.5.4.18", DER_UTF8_STRING, 40},
	{"telephoneNumber", "2.5.4.20", DER_PRINTABLE_STRING, 32},
	{"name", "2.5.4.41", DER_UTF8_STRING, 64},
	{"initials", "2.5.4.43", DER_UTF8_STRING, 64},
	{"generationQualifier", "2.5.4.44", DER_UTF8_STRING, 64},
	{"dnQualifier", "2.5.4.46", DER_PRINTABLE_STRING, 64},
	{"pseudonym", "2.5.4.65", DER_UTF8_STRING, 128},
	{"jurisdictionL", "1.3.6.1.4.1.311.60.2.1.1", DER_UTF8_STRING, 128},
	{"jurisdictionST", "1.3.6.1.4.1.311.60.2.1.2", DER_UTF8_STRING, 128},
	{"jurisdictionC", "1.3.6.1.4.1.311.60.2.1.3", DER_PRINTABLE_STRING, 2},
};

/* Where the reader stands. */
struct reader {
	const char *text, *p;
	struct err *e;
};

static int refuse(const struct reader *r, const char *rule)
{
	return err_set(r->e, ERR_USAGE, "subject \"%s\": at character %zu: %s", r->text,
		       (size_t)(r->p - r->text) + 1, rule);
}

static void skip_blanks(struct reader *r)
{
	while (*r->p == ' ')
		r->p++;
}

static bool same_word(const char *a, const char *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((a[i] | 0x20) != (b[i] | 0x20))
			return false;
	return b[n] == '\0';
}

/* The type in front of '='; *a is NULL for a dotted OID that is not in the table. */
static int read_type(struct reader *r, const struct attribute **a, struct buf *oid)
{
	size_t n = strcspn(r->p, "=,+; ");

	*a = NULL;
	if (n == 0)
		return refuse(r, "an attribute type is missing");
	for (size_t i = 0; i < sizeof attributes / sizeof attributes[0] && !*a; i++)
		if (same_word(r->p, attributes[i].name, n) ||
		    (strlen(attributes[i].oid) == n && memcmp(r->p, attributes[i].oid, n) == 0))
			*a = &attributes[i];
	if (*a) {
		if (oid_parse((*a)->oid, strlen((*a)->oid), oid) != 0)
			return refuse(r, "internal table");
	} else if (oid_parse(r->p, n, oid) != 0) {
		return refuse(r, "no known attribute type (CN, O, OU, C, ST, L, DC, ... or a dotted OID)");
	}
	r->p += n;
	skip_blanks(r);
	if (*r->p != '=')
		return refuse(r, "'=' is missing");
	r->p++;
	skip_blanks(r);
	return 0;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int read_hex_pair(const char *p)
{
	int high = hex_digit(p[0]), low = high < 0 ? -1 : hex_digit(p[1]);

	return low < 0 ? -1 : high << 4 | low;
}

/* A string up to ',' '+' or ';' that is not escaped (RFC 4514, 2.4 and 3). */
static int read_value(struct reader *r, struct buf *value)
{
	size_t keep = 0; /* trailing blanks that are not escaped do not belong to it */

	while (*r->p && !strchr(",+;", *r->p)) {
		int byte;

		if (strchr("\"<>", *r->p))
			return refuse(r, "this character needs a '\\' in front (RFC 4514, 3)");
		if (*r->p != '\\') {
			buf_add_byte(value, (uint8_t)*r->p);
			if (*r->p++ != ' ')
				keep = value->n;
			continue;
		}
		byte = read_hex_pair(r->p + 1);
		if (byte >= 0) {
			r->p += 3;
		} else if (r->p[1] && strchr(" \"#+,;<=>\\", r->p[1])) {
			byte = r->p[1];
			r->p += 2;
		} else {
			return refuse(r, "'\\' must be followed by two hex digits or a special character");
		}
		buf_add_byte(value, (uint8_t)byte);
		keep = value->n;
	}
	value->n = keep;
	return 0;
}

/* "#" and the hex of a BER value (RFC 4514, 2.4); only DER is taken. */
static int read_hex_value(struct reader *r, struct buf *value)
{
	struct span s;
	int byte;

	for (r->p++; (byte = read_hex_pair(r->p)) >= 0; r->p += 2)
		buf_add_byte(value, (uint8_t)byte);
	s = buf_span(value);
	if (der_get_any(&s, NULL, NULL, NULL) != 0 || !der_end(s))
		return refuse(r, "what follows '#' is not the hex of one DER value");
	skip_blanks(r);
	return 0;
}

/* Characters of well-formed UTF-8, or -1. */
static ptrdiff_t count_characters(struct span s)
{
	ptrdiff_t count = 0;
	uint32_t c;

	for (; s.n > 0; count++) {
		s = span_from(s, utf8_next(s, &c));
		if (c == UTF8_BAD)
			return -1;
	}
	return count;
}

static bool is_printable_string(struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];
		bool alnum = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');

		if (!alnum && (c == 0 || !strchr(" '()+,-./:=?", c)))
			return false;
	}
	return true;
}

static int check_value(const struct reader *r, const struct attribute *a, struct span value,
		       uint8_t *tag)
{
	ptrdiff_t characters = count_characters(value);
	char rule[160];

	if (characters < 0)
		return refuse(r, "the value before this place is not UTF-8");
	if (memchr(value.p, 0, value.n))
		return refuse(r, "the value before this place contains a NUL");
	*tag = DER_UTF8_STRING;
	if (characters == 0)
		return refuse(r, "a value is missing");
	if (!a)
		return 0;
	if ((size_t)characters > a->max || (a->max == 2 && characters != 2)) {
		snprintf(rule, sizeof rule, "%s has %td characters, %s %zu (RFC 5280, A.1)", a->name,
			 characters, a->max == 2 ? "must have" : "at most", a->max);
		return refuse(r, rule);
	}
	*tag = a->tag;
	if (a->tag == DER_PRINTABLE_STRING && !is_printable_string(value))
		return refuse(r, "the value before this place must be a PrintableString");
	if (a->tag == DER_IA5_STRING && (size_t)characters != value.n)
		return refuse(r, "the value before this place must be ASCII");
	return 0;
}

static int read_attribute(struct reader *r, struct buf *out)
{
	const struct attribute *a;
	struct buf oid, value;
	uint8_t tag = DER_UTF8_STRING;
	size_t at;
	int rc = -1;

	buf_init(&oid);
	buf_init(&value);
	if (read_type(r, &a, &oid) != 0)
		goto out;
	at = dermake_begin(out, DER_SEQUENCE);
	dermake_add(out, DER_OID, buf_span(&oid));
	if (*r->p == '#') {
		if (read_hex_value(r, &value) != 0)
			goto out;
		buf_add(out, buf_span(&value));
	} else {
		if (read_value(r, &value) != 0 || check_value(r, a, buf_span(&value), &tag) != 0)
			goto out;
		dermake_add(out, tag, buf_span(&value));
	}
	dermake_end(out, at);
	rc = 0;
out:
	buf_wipe(&value);
	buf_wipe(&oid);
	return rc;
}

/* One RDN, of one or more attributes (joined by '+'). */
static int read_rdn(struct reader *r, struct buf *out)
{
	size_t at = dermake_begin(out, DER_SET), from = out->n, attributes_read = 0;

	for (;;) {
		skip_blanks(r);
		if (attributes_read++ == DERMAKE_SET_MAX)
			return refuse(r, "too many attributes joined by '+'");
		if (read_attribute(r, out) != 0)
			return -1;
		if (*r->p != '+')
			break;
		r->p++;
	}
	dermake_sort_set(out, from);
	dermake_end(out, at);
	return 0;
}

int dn_parse(const char *text, struct buf *out, struct err *e)
{
	struct reader r = {text, text, e};
	struct buf rdn, all;
	int rc = -1;

	buf_init(&rdn); /* the RDN that was read */
	buf_init(&all); /* those before it in the text, which come behind it in the Name */
	skip_blanks(&r);
	while (*r.p) {
		buf_reset(&rdn);
		if (read_rdn(&r, &rdn) != 0)
			goto out;
		buf_add(&rdn, buf_span(&all));
		buf_reset(&all);
		buf_add(&all, buf_span(&rdn));
		if (!*r.p)
			break;
		r.p++;
		skip_blanks(&r);
		if (!*r.p) {
			refuse(&r, "an attribute is missing behind the separator");
			goto out;
		}
	}
	if (buf_check(&all, "subject", e) == 0 && buf_check(&rdn, "subject", e) == 0) {
		dermake_add(out, DER_SEQUENCE, buf_span(&all));
		rc = 0;
	}
out:
	buf_wipe(&all);
	buf_wipe(&rdn);
	return rc;
}

void dn_parse_cn(struct span cn, struct buf *out)
{
	static const uint8_t oid[] = {0x55, 0x04, 0x03};
	size_t name = dermake_begin(out, DER_SEQUENCE), rdn = dermake_begin(out, DER_SET);
	size_t pair = dermake_begin(out, DER_SEQUENCE);

	dermake_add(out, DER_OID, span_of(oid, sizeof oid));
	dermake_add(out, DER_UTF8_STRING, cn);
	dermake_end(out, pair);
	dermake_end(out, rdn);
	dermake_end(out, name);
}
