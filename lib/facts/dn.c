#include "facts/dn.h"
#include "facts/oid.h"
#include "ground/der.h"
#include "ground/text.h"
#include "ground/utf8.h"

#define OID(s) {(const uint8_t *)(s), sizeof(s) - 1}
#define X520(last) OID("\x55\x04" last) /* 2.5.4 */
#define RFC2247 "\x09\x92\x26\x89\x93\xf2\x2c\x64\x01" /* 0.9.2342.19200300.100.1 */

/* Short names of RFC 4514, 3 and of the LDAP registry that it refers to; by them the value
 * is written as text, under any other type as "#" and hex (RFC 4514, 2.4). */
static const struct {
	struct span oid;
	const char *name;
} types[] = {
	{X520("\x03"), "CN"},
	{X520("\x0a"), "O"},
	{X520("\x0b"), "OU"},
	{X520("\x06"), "C"},
	{X520("\x08"), "ST"},
	{X520("\x07"), "L"},
	{X520("\x09"), "STREET"},
	{OID(RFC2247 "\x19"), "DC"},
	{OID(RFC2247 "\x01"), "UID"},
	{X520("\x05"), "serialNumber"},
	{OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01"), "EMAIL"}, /* PKCS #9 emailAddress */
	{X520("\x04"), "SN"},
	{X520("\x2a"), "givenName"},
	{X520("\x2b"), "initials"},
	{X520("\x2c"), "generationQualifier"},
	{X520("\x0c"), "title"},
	{X520("\x0d"), "description"},
	{X520("\x0f"), "businessCategory"},
	{X520("\x10"), "postalAddress"},
	{X520("\x11"), "postalCode"},
	{X520("\x12"), "postOfficeBox"},
	{X520("\x14"), "telephoneNumber"},
	{X520("\x29"), "name"},
	{X520("\x2e"), "dnQualifier"},
	{X520("\x41"), "pseudonym"},
	{X520("\x61"), "organizationIdentifier"},
	{OID("\x2b\x06\x01\x04\x01\x82\x37\x3c\x02\x01\x03"), "jurisdictionC"},
	{OID("\x2b\x06\x01\x04\x01\x82\x37\x3c\x02\x01\x02"), "jurisdictionST"},
	{OID("\x2b\x06\x01\x04\x01\x82\x37\x3c\x02\x01\x01"), "jurisdictionL"},
};

static const char *type_name(struct span oid)
{
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		if (oid_is(oid, types[i].oid))
			return types[i].name;
	return NULL;
}

/* One AttributeTypeAndValue. */
struct attribute {
	struct span oid;
	uint8_t tag;
	struct span content; /* the value's */
	struct span whole;
};

static inline bool attribute_next(struct span *rdn, struct attribute *a)
{
	struct span pair;

	return der_get(rdn, DER_SEQUENCE, &pair) == 0 && der_get(&pair, DER_OID, &a->oid) == 0 &&
	       der_get_any(&pair, &a->tag, &a->content, &a->whole) == 0 && der_end(pair);
}

/* Can every part of the Name be read? */
static bool name_readable(struct span name, struct span *rdns)
{
	struct span all, rdn;
	struct attribute a;

	if (der_get(&name, DER_SEQUENCE, rdns) != 0 || !der_end(name))
		return false;
	for (all = *rdns; !der_end(all);) {
		if (der_get(&all, DER_SET, &rdn) != 0 || der_end(rdn))
			return false;
		while (!der_end(rdn))
			if (!attribute_next(&rdn, &a))
				return false;
	}
	return true;
}

static void put_utf8(struct buf *out, uint32_t c)
{
	if (c < 0x80) {
		buf_add_byte(out, (uint8_t)c);
		return;
	}
	if (c < 0x800) {
		buf_add_byte(out, (uint8_t)(0xc0 | c >> 6));
	} else {
		if (c < 0x10000) {
			buf_add_byte(out, (uint8_t)(0xe0 | c >> 12));
		} else {
			buf_add_byte(out, (uint8_t)(0xf0 | c >> 18));
			buf_add_byte(out, (uint8_t)(0x80 | (c >> 12 & 0x3f)));
		}
		buf_add_byte(out, (uint8_t)(0x80 | (c >> 6 & 0x3f)));
	}
	buf_add_byte(out, (uint8_t)(0x80 | (c & 0x3f)));
}

/* The next character of a string of this type; false at its end or when it is none, and then
 * *at is not s.n. */
static bool string_next(uint8_t tag, struct span s, size_t *at, uint32_t *c)
{
	size_t left = s.n - *at, octets = tag == DER_BMP_STRING ? 2 : 4;

	if (left == 0)
		return false;
	if (tag == DER_UTF8_STRING) {
		octets = utf8_next(span_from(s, *at), c);
		*at += *c == UTF8_BAD ? 0 : octets;
		return *c != UTF8_BAD;
	}
	if (tag != DER_BMP_STRING && tag != DER_UNIVERSAL_STRING) {
		*c = s.p[(*at)++]; /* ASCII; T.61 is read as Latin-1, as everybody does */
		return true;
	}
	if (left < octets)
		return false;
	*c = 0;
	for (size_t i = 0; i < octets; i++)
		*c = *c << 8 | s.p[*at + i];
	if (tag == DER_BMP_STRING && *c >= 0xd800 && *c < 0xdc00 && left >= 4) {
		uint32_t low = (uint32_t)s.p[*at + 2] << 8 | s.p[*at + 3];

		if (low >= 0xdc00 && low < 0xe000) {
			*c = 0x10000 + ((*c - 0xd800) << 10) + (low - 0xdc00);
			octets = 4;
		}
	}
	if (*c > 0x10ffff || (*c >= 0xd800 && *c < 0xe000))
		return false;
	*at += octets;
	return true;
}

static bool is_text(const struct attribute *a)
{
	size_t at = 0;
	uint32_t c;

	switch (a->tag) {
	case DER_UTF8_STRING:
	case DER_PRINTABLE_STRING:
	case DER_TELETEX_STRING:
	case DER_IA5_STRING:
	case DER_BMP_STRING:
	case DER_UNIVERSAL_STRING:
	case 0x12: /* NumericString */
	case 0x1a: /* VisibleString */
		break;
	default:
		return false;
	}
	while (string_next(a->tag, a->content, &at, &c))
		;
	return at == a->content.n;
}

/* RFC 4514, 2.4: what has to be escaped, and where. */
static void put_escaped(struct buf *out, uint32_t c, bool first, bool last)
{
	if (c == 0) {
		buf_add_str(out, "\\00");
		return;
	}
	if ((c < 0x80 && strchr("\"+,;<>\\", (int)c)) || (first && (c == ' ' || c == '#')) ||
	    (last && c == ' '))
		buf_add_byte(out, '\\');
	put_utf8(out, c);
}

static void put_value(struct buf *out, const struct attribute *a, bool escape)
{
	size_t at = 0;
	uint32_t c;

	for (bool first = true; string_next(a->tag, a->content, &at, &c); first = false) {
		if (escape)
			put_escaped(out, c, first, at == a->content.n);
		else
			put_utf8(out, c);
	}
}

/* Nearly all values: printable ASCII in a type that has it as it is, without any of what RFC 4514
 * escapes. */
static bool is_plain(const struct attribute *a)
{
	static const uint8_t special[256] = {[0 ... 0x1f] = 1, ['"'] = 1, ['+'] = 1, [','] = 1,
					     [';'] = 1, ['<'] = 1, ['>'] = 1, ['\\'] = 1,
					     [0x7f ... 0xff] = 1};
	struct span s = a->content;
	uint8_t odd = 0;

	if ((a->tag != DER_UTF8_STRING && a->tag != DER_PRINTABLE_STRING && a->tag != DER_IA5_STRING) ||
	    s.n == 0 || s.p[0] == ' ' || s.p[0] == '#' || s.p[s.n - 1] == ' ')
		return false;
	for (size_t i = 0; i < s.n; i++)
		odd |= special[s.p[i]];
	return !odd;
}

static void put_attribute(struct buf *out, const struct attribute *a)
{
	const char *name = type_name(a->oid);

	if (name && is_plain(a)) {
		size_t n = strlen(name);
		uint8_t *p = buf_room(out, n + 1 + a->content.n);

		if (!p)
			return;
		memcpy(p, name, n);
		p[n] = '=';
		memcpy(p + n + 1, a->content.p, a->content.n);
		out->n += n + 1 + a->content.n;
		return;
	}
	if (name)
		buf_add_str(out, name);
	else
		oid_dotted(out, a->oid);
	buf_add_byte(out, '=');
	if (name && is_text(a)) {
		put_value(out, a, true);
	} else {
		buf_add_byte(out, '#');
		text_hex(out, a->whole);
	}
}

/* From both ends, eight bytes at a time as long as there are two times eight. */
static void reverse(struct buf *b, size_t from)
{
	size_t to = b->n;

	for (; to - from >= 16; from += 8, to -= 8) {
		uint64_t front, back;

		memcpy(&front, b->p + from, 8);
		memcpy(&back, b->p + to - 8, 8);
		front = __builtin_bswap64(front);
		back = __builtin_bswap64(back);
		memcpy(b->p + from, &back, 8);
		memcpy(b->p + to - 8, &front, 8);
	}
	while (from + 1 < to) {
		uint8_t c = b->p[from];

		b->p[from++] = b->p[--to];
		b->p[to] = c;
	}
}

/* One RDN, from *rdns; false: it cannot be read. */
static bool put_rdn(struct buf *out, struct span *rdns)
{
	struct attribute a;
	struct span rdn;
	bool first = true;

	if (der_get(rdns, DER_SET, &rdn) != 0 || der_end(rdn))
		return false;
	for (; !der_end(rdn); first = false) {
		if (!attribute_next(&rdn, &a))
			return false;
		if (!first)
			buf_add_byte(out, '+');
		put_attribute(out, &a);
	}
	return true;
}

/* RFC 4514, 2.1 begins with the last RDN.  If there are several, each is written and turned round;
 * in the end all is turned round: the order is then reversed and the text is not, without a list
 * of them. */
static bool put_name(struct buf *out, struct span name)
{
	size_t start = out->n, at;
	bool several = false;
	struct span rdns;

	if (der_get(&name, DER_SEQUENCE, &rdns) != 0 || !der_end(name))
		return false;
	while (!der_end(rdns)) {
		if (several)
			buf_add_byte(out, ',');
		at = out->n;
		if (!put_rdn(out, &rdns))
			return false;
		several |= !der_end(rdns);
		if (several)
			reverse(out, at);
	}
	if (several)
		reverse(out, start);
	return true;
}

void dn_text(struct buf *out, struct span name)
{
	size_t start = out->n;

	if (put_name(out, name))
		return;
	out->n = start;
	buf_add_byte(out, '#');
	text_hex(out, name);
}

bool dn_attribute(struct span name, const char *type, struct buf *out)
{
	struct span rdns, rdn;
	struct attribute a;

	if (!name_readable(name, &rdns))
		return false;
	while (der_get(&rdns, DER_SET, &rdn) == 0) {
		while (attribute_next(&rdn, &a)) {
			const char *known = type_name(a.oid);

			if (!known || strcmp(known, type) != 0 || (!is_plain(&a) && !is_text(&a)))
				continue;
			if (is_plain(&a))
				buf_add(out, a.content);
			else
				put_value(out, &a, false);
			return true;
		}
	}
	return false;
}

bool dn_readable(struct span name)
{
	struct span rdns;

	return name_readable(name, &rdns);
}

bool dn_empty(struct span name)
{
	struct span rdns;

	return der_get(&name, DER_SEQUENCE, &rdns) == 0 && der_end(rdns);
}
