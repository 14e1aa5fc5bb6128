/*
 * der: a strict cursor over DER (X.690, 10 and 11).
 *
 * A struct span is the reader.  Each der_get_* consumes exactly one element from
 * the front of *in, or nothing; what it hands out points into the input.  Only
 * DER is taken: definite lengths in their shortest form (X.690, 10.1), tags in
 * their shortest form.  What is longer than one octet of tag and two of length is
 * left to libtasn1's low-level readers; the strictness is added here, because
 * libtasn1 is lax about both.  Nothing here allocates, prints or knows the time.
 *
 * content may be the reader itself: that steps into the element and drops what follows.
 *
 * All return 0, or -1 and leave *in and the outputs as they were; der_why() says
 * in a few words what der_get would have met, for the message of the caller, who
 * knows the object and the section.
 */
#ifndef STAPLE_GROUND_DER_H
#define STAPLE_GROUND_DER_H

#include "ground/span.h"

enum der_tag {
	DER_BOOLEAN = 0x01,
	DER_INTEGER = 0x02,
	DER_BIT_STRING = 0x03,
	DER_OCTET_STRING = 0x04,
	DER_NULL = 0x05,
	DER_OID = 0x06,
	DER_ENUMERATED = 0x0a,
	DER_UTF8_STRING = 0x0c,
	DER_PRINTABLE_STRING = 0x13,
	DER_TELETEX_STRING = 0x14,
	DER_IA5_STRING = 0x16,
	DER_UTC_TIME = 0x17,
	DER_GENERALIZED_TIME = 0x18,
	DER_UNIVERSAL_STRING = 0x1c,
	DER_BMP_STRING = 0x1e,
	DER_SEQUENCE = 0x30,
	DER_SET = 0x31
};

/* Identifier octets of [n], n < 31: primitive and constructed. */
#define DER_CONTEXT(n) (0x80u | (n))
#define DER_CONTEXT_CONS(n) (0xa0u | (n))

/* For der_get_any: elements whose header is longer than two octets; returned, it is in registers. */
struct der_element {
	size_t head, content; /* octets of identifier and length (0: it is broken), of the content */
};
MUST_USE struct der_element der_get_long(struct span in);

/* Any element: its first identifier octet, its content, and the whole of it.  Outputs may
 * be NULL.  A tag number above 30 is consumed; *tag is then the first octet alone.
 *
 * Nearly all elements have a length of one octet, for which there is nothing to compute, and most
 * others one of two further octets: they are taken here, so that a walk costs little. */
MUST_USE static inline int der_get_any(struct span *in, uint8_t *tag, struct span *content,
				       struct span *whole)
{
	const uint8_t *p = in->p;
	size_t head = 2, n;

	if (in->n < 2)
		return -1;
	n = p[1];
	if (n >= 0x80 || (p[0] & 0x1f) == 0x1f) {
		struct der_element x;

		if (n == 0x82 && in->n >= 4 && p[2] != 0 && (p[0] & 0x1f) != 0x1f)
			x = (struct der_element){4, (size_t)p[2] << 8 | p[3]};
		else
			x = der_get_long(*in);
		head = x.head;
		n = x.content;
		if (head == 0)
			return -1;
	}
	if (n > in->n - head)
		return -1;
	in->p += head + n;
	in->n -= head + n;
	if (tag)
		*tag = p[0];
	if (content)
		*content = (struct span){p + head, n};
	if (whole)
		*whole = (struct span){p, head + n};
	return 0;
}

/* An element with exactly this identifier octet. */
MUST_USE static inline int der_get_whole(struct span *in, uint8_t tag, struct span *content,
					 struct span *whole)
{
	if (in->n == 0 || in->p[0] != tag)
		return -1;
	return der_get_any(in, NULL, content, whole);
}

MUST_USE static inline int der_get(struct span *in, uint8_t tag, struct span *content)
{
	return der_get_whole(in, tag, content, NULL);
}

/* As der_get for the common look alone, without a call: an element with this identifier octet whose
 * length takes one to three octets.  False: look again with der_get. */
static inline bool der_get_common(struct span *in, uint8_t tag, struct span *content)
{
	const uint8_t *p = in->p;
	size_t head = 2, n;

	if (in->n < 4 || p[0] != tag)
		return false;
	n = p[1];
	if (n == 0x81) {
		head = 3;
		n = p[2];
		if (n < 0x80)
			return false;
	} else if (n == 0x82) {
		head = 4;
		n = (size_t)p[2] << 8 | p[3];
		if (n < 0x100)
			return false;
	} else if (n >= 0x80) {
		return false;
	}
	if (n > in->n - head)
		return false;
	*content = (struct span){p + head, n};
	in->p += head + n;
	in->n -= head + n;
	return true;
}

/* The next identifier octet, or -1 at the end. */
static inline int der_peek(struct span in)
{
	return in.n ? in.p[0] : -1;
}

/* 1: it was there; 0: something else, or the end, and *content is SPAN_NONE; -1: broken. */
MUST_USE static inline int der_get_optional(struct span *in, uint8_t tag, struct span *content)
{
	if (der_peek(*in) != tag) {
		*content = SPAN_NONE;
		return 0;
	}
	return der_get(in, tag, content) == 0 ? 1 : -1;
}

/* Content octets of an INTEGER: at least one, without superfluous octets (X.690, 8.3.2)
 * unless *padded is asked for, which then tells instead of refusing. */
MUST_USE int der_get_integer(struct span *in, struct span *content, bool *padded);

/* An INTEGER or (tag) ENUMERATED that fits; negative ones too. */
MUST_USE int der_get_int64(struct span *in, uint8_t tag, int64_t *out);

/* A BOOLEAN: 00 or FF (X.690, 11.1); other values set *odd when it is given. */
MUST_USE int der_get_boolean(struct span *in, bool *out, bool *odd);

/* A BIT STRING: its octets and the number of unused bits (0 to 7, which must be zero bits:
 * X.690, 11.2.1; *odd tells instead of refusing when it is given). */
MUST_USE int der_get_bits(struct span *in, struct span *octets, unsigned *unused, bool *odd);

/* The content of an INTEGER or ENUMERATED, of a BIT STRING, under whichever tag: as X.690, 8.3 and
 * 11.2.1 want it? */
bool der_integer_sound(struct span content);
bool der_bits_sound(struct span content);

/* The number that an INTEGER's content (of at least one octet) says, plus 1; INT32_MAX for all that an
 * int does not hold: versions are counted so. */
int der_version(struct span content);

/* UTCTime or GeneralizedTime; *lax, when given, tells that it is not written as RFC 5280,
 * 4.1.2.5.1 and 4.1.2.5.2 want it, which is refused otherwise. */
MUST_USE int der_get_time(struct span *in, int64_t *out, bool *lax);

/* True when nothing is left. */
static inline bool der_end(struct span in)
{
	return in.n == 0;
}

/* What stands at the front of `in`, in a few words: "length not minimal", "indefinite
 * length", "element longer than its container", "end of data", "tag 0x31". */
const char *der_why(struct span in);

/* The whole element (header and content) at the front, without strictness about what is
 * inside; for telling how long an object in a file is.  0, or -1. */
MUST_USE int der_measure(struct span in, size_t *whole);

/* Writing: the header for `n` content octets, at most DER_HEADER_MAX octets.  Returns its
 * length. */
#define DER_HEADER_MAX (2 + sizeof(size_t))
size_t der_put_header(uint8_t *out, uint8_t tag, size_t n);

#endif
