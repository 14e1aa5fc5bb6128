/* Putting DER together from parts, for tests that change one part at a time. */
#ifndef STAPLE_TESTS_UNIT_FACTS_TLV_H
#define STAPLE_TESTS_UNIT_FACTS_TLV_H

#include "ground/der.h"

/* A literal as a span, also with NULs in it. */
#define BYTES(s) {(const uint8_t *)(s), sizeof(s) - 1}

/* Puts an element's header before the n bytes; returns the new length. */
static inline size_t tlv_wrap(uint8_t *at, size_t n, uint8_t tag)
{
	uint8_t header[DER_HEADER_MAX];
	size_t h = der_put_header(header, tag, n);

	memmove(at + h, at, n);
	memcpy(at, header, h);
	return h + n;
}

/* Appends behind the first n bytes; returns the new length. */
static inline size_t tlv_put(uint8_t *at, size_t n, struct span s)
{
	if (s.n)
		memcpy(at + n, s.p, s.n);
	return n + s.n;
}

static inline size_t tlv_join(uint8_t *at, size_t n, const struct span *parts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		n = tlv_put(at, n, parts[i]);
	return n;
}

#endif
