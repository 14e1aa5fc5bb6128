#include "ground/der.h"
#include "ground/when.h"

#include <libtasn1.h>
#include <limits.h>

#define TAG_NUMBER 0x1fu /* X.690, 8.1.2: all ones announce a number above 30 */

struct header {
	uint8_t first;  /* the first identifier octet */
	size_t head;    /* octets of identifier and length */
	size_t content; /* content octets; all of them are there */
};

/* Identifier and length octets that are longer than one each. */
static const char *header_read_long(const uint8_t *p, size_t n, struct header *h)
{
	int len = 1, length_octets, have = n > INT_MAX ? INT_MAX : (int)n;
	unsigned char cls;
	unsigned long number = 0;
	long content;

	if ((p[0] & TAG_NUMBER) == TAG_NUMBER) {
		if (asn1_get_tag_der(p, have, &cls, &len, &number) != ASN1_SUCCESS)
			return "tag number that does not end";
		if (number > INT32_MAX) /* libtasn1's own end depends on version and machine */
			return "tag number too large";
		if (p[1] == 0x80 || number < TAG_NUMBER)
			return "tag not minimal";
	}
	if (len >= have)
		return "end of data";
	p += len;
	if (p[0] == 0x80)
		return "indefinite length";
	/* X.690, 8.1.3.5 c; and libtasn1 takes a length that is cut off for a shorter one. */
	if (p[0] == 0xff)
		return "length that cannot be read";
	if (p[0] > 0x80 && (p[0] & 0x7f) > have - len - 1)
		return "end of data";
	content = asn1_get_length_der(p, have - len, &length_octets);
	if (content == -4)
		return "element longer than its container";
	if (content < 0)
		return "length that cannot be read";
	/* X.690, 10.1: the shortest form; libtasn1 takes any. */
	if (length_octets > 1 && (p[1] == 0 || (length_octets == 2 && p[1] < 0x80)))
		return "length not minimal";
	h->head = (size_t)len + (size_t)length_octets;
	h->content = (size_t)content;
	return NULL;
}

/* A length in one or two further octets, in its shortest form: all that is left of what a
 * certificate is made of.  False: header_read_long has to look. */
static inline bool header_read_common(struct span in, struct header *h)
{
	const uint8_t *p = in.p;

	if (in.n < 4 || (p[0] & TAG_NUMBER) == TAG_NUMBER)
		return false;
	h->first = p[0];
	if (p[1] < 0x80) {
		h->head = 2;
		h->content = p[1];
		return true;
	}
	if (p[1] == 0x81) {
		h->head = 3;
		h->content = p[2];
		return p[2] >= 0x80;
	}
	h->head = 4;
	h->content = (size_t)p[2] << 8 | p[3];
	return p[1] == 0x82 && p[2] != 0;
}

/* NULL and the header at the front of `in`, or what is wrong with it. */
static inline const char *header_read(struct span in, struct header *h)
{
	const char *why;

	if (!header_read_common(in, h)) {
		if (in.n < 2)
			return "end of data";
		h->first = in.p[0];
		if ((why = header_read_long(in.p, in.n, h)) != NULL)
			return why;
	}
	if (h->content > in.n - h->head)
		return "element longer than its container";
	return NULL;
}

struct der_element der_get_long(struct span in)
{
	struct header h;

	return header_read(in, &h) ? (struct der_element){0, 0} : (struct der_element){h.head, h.content};
}

/* X.690, 8.3.2: the first nine bits are neither all zero nor all one. */
static bool integer_padded(struct span c)
{
	return c.n > 1 && ((c.p[0] == 0x00 && c.p[1] < 0x80) || (c.p[0] == 0xff && c.p[1] >= 0x80));
}

bool der_integer_sound(struct span content)
{
	return content.n > 0 && !integer_padded(content);
}

bool der_bits_sound(struct span content)
{
	if (content.n < 2)
		return content.n == 1 && content.p[0] == 0;
	return content.p[0] <= 7 && (content.p[content.n - 1] & ((1u << content.p[0]) - 1)) == 0;
}

int der_get_integer(struct span *in, struct span *content, bool *padded)
{
	struct span rest = *in, c;

	if (der_get(&rest, DER_INTEGER, &c) != 0 || c.n == 0)
		return -1;
	if (integer_padded(c)) {
		if (!padded)
			return -1;
		*padded = true;
	} else if (padded) {
		*padded = false;
	}
	*in = rest;
	if (content)
		*content = c;
	return 0;
}

int der_version(struct span content)
{
	int64_t v = content.p[0] & 0x80 ? -1 : 0;

	for (size_t i = 0; i < content.n; i++) {
		v = v * 256 + content.p[i];
		if (v >= INT32_MAX || v < INT32_MIN)
			return INT32_MAX;
	}
	return (int)v + 1;
}

int der_get_int64(struct span *in, uint8_t tag, int64_t *out)
{
	struct span rest = *in, c;
	uint64_t v;

	if (der_get(&rest, tag, &c) != 0 || c.n == 0 || c.n > sizeof v || integer_padded(c))
		return -1;
	v = c.p[0] & 0x80 ? UINT64_MAX : 0;
	for (size_t i = 0; i < c.n; i++)
		v = v << 8 | c.p[i];
	*in = rest;
	*out = (int64_t)v;
	return 0;
}

int der_get_boolean(struct span *in, bool *out, bool *odd)
{
	struct span rest = *in, c;
	bool strange;

	if (der_get(&rest, DER_BOOLEAN, &c) != 0 || c.n != 1)
		return -1;
	strange = c.p[0] != 0x00 && c.p[0] != 0xff;
	if (strange && !odd)
		return -1;
	if (odd)
		*odd = strange;
	*in = rest;
	*out = c.p[0] != 0;
	return 0;
}

int der_get_bits(struct span *in, struct span *octets, unsigned *unused, bool *odd)
{
	struct span rest = *in, c;
	bool strange;

	if (der_get(&rest, DER_BIT_STRING, &c) != 0 || c.n == 0 || c.p[0] > 7)
		return -1;
	if (c.n == 1)
		strange = c.p[0] != 0;
	else
		strange = (c.p[c.n - 1] & ((1u << c.p[0]) - 1)) != 0;
	if (strange && !odd)
		return -1;
	if (odd)
		*odd = strange;
	*in = rest;
	if (unused)
		*unused = c.n == 1 ? 0 : c.p[0];
	if (octets)
		*octets = span_from(c, 1);
	return 0;
}

int der_get_time(struct span *in, int64_t *out, bool *lax)
{
	struct span rest = *in, c;
	uint8_t tag;
	int rc;

	if (der_get_any(&rest, &tag, &c, NULL) != 0)
		return -1;
	if (tag == DER_UTC_TIME)
		rc = when_from_utctime(c, out);
	else if (tag == DER_GENERALIZED_TIME)
		rc = when_from_generalizedtime(c, out);
	else
		return -1;
	if (lax)
		*lax = rc != 0;
	if (rc != 0 && (!lax || when_from_lax_time(tag, c, out) != 0))
		return -1;
	*in = rest;
	return 0;
}

#define ROW(h)                                                                                  \
	"tag 0x" #h "0", "tag 0x" #h "1", "tag 0x" #h "2", "tag 0x" #h "3", "tag 0x" #h "4",    \
	"tag 0x" #h "5", "tag 0x" #h "6", "tag 0x" #h "7", "tag 0x" #h "8", "tag 0x" #h "9",    \
	"tag 0x" #h "a", "tag 0x" #h "b", "tag 0x" #h "c", "tag 0x" #h "d", "tag 0x" #h "e",    \
	"tag 0x" #h "f"

static const char tag_text[256][9] = {ROW(0), ROW(1), ROW(2), ROW(3), ROW(4), ROW(5),
				      ROW(6), ROW(7), ROW(8), ROW(9), ROW(a), ROW(b),
				      ROW(c), ROW(d), ROW(e), ROW(f)};

const char *der_why(struct span in)
{
	struct header h;
	const char *why = header_read(in, &h);

	return why ? why : tag_text[h.first];
}

int der_measure(struct span in, size_t *whole)
{
	struct header h;

	if (header_read(in, &h))
		return -1;
	*whole = h.head + h.content;
	return 0;
}

size_t der_put_header(uint8_t *out, uint8_t tag, size_t n)
{
	size_t octets = 0;

	out[0] = tag;
	if (n < 0x80) {
		out[1] = (uint8_t)n;
		return 2;
	}
	for (size_t rest = n; rest; rest >>= 8)
		octets++;
	out[1] = (uint8_t)(0x80 | octets);
	for (size_t i = 0; i < octets; i++)
		out[2 + i] = (uint8_t)(n >> 8 * (octets - 1 - i));
	return 2 + octets;
}
