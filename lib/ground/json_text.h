/*
 * json_text: what stands within the quotes of a JSON string.  Only for json.c.
 *
 * Nearly all text is plain: printable ASCII without quote and backslash, which stands for itself.
 * So it is copied 16 bytes at a time while it is looked at, and the copy is thrown away when
 * something in it has to be escaped.
 */
#ifndef STAPLE_GROUND_JSON_TEXT_H
#define STAPLE_GROUND_JSON_TEXT_H

#include "ground/buf.h"

typedef uint8_t json_bytes __attribute__((vector_size(16)));
typedef int8_t json_marks __attribute__((vector_size(16)));
typedef uint64_t json_words __attribute__((vector_size(16)));

/* Sets every bit of each byte that is not plain. */
static inline json_marks json_odd(json_bytes v)
{
	return (json_marks)((v - 0x20) > 0x7e - 0x20) | (json_marks)(v == '"') |
	       (json_marks)(v == '\\');
}

static inline bool json_none(json_marks odd)
{
	json_words w = (json_words)odd;

	return (w[0] | w[1]) == 0;
}

/* Fewer than 16 bytes, with loads that overlap and stay within them; what is left is filled with
 * the first byte. */
static inline json_bytes json_few(const uint8_t *p, size_t n)
{
	uint64_t a = 0, b = 0;
	uint32_t c, d;

	if (n >= 8) {
		memcpy(&a, p, 8);
		memcpy(&b, p + n - 8, 8);
	} else if (n >= 4) {
		memcpy(&c, p, 4);
		memcpy(&d, p + n - 4, 4);
		a = b = (uint64_t)c << 32 | d;
	} else if (n > 0) {
		a = b = UINT64_C(0x0101010101010101) * p[0] ^ (uint64_t)(p[0] ^ p[n / 2]) << 8 ^
			(uint64_t)(p[0] ^ p[n - 1]) << 16;
	} else {
		a = b = UINT64_C(0x2020202020202020);
	}
	return (json_bytes)(json_words){a, b};
}

/* Copies up to 15 bytes. */
static inline void json_copy_few(uint8_t *to, const uint8_t *p, size_t n)
{
	uint64_t a, b;
	uint32_t c, d;

	if (n >= 8) {
		memcpy(&a, p, 8);
		memcpy(&b, p + n - 8, 8);
		memcpy(to, &a, 8);
		memcpy(to + n - 8, &b, 8);
	} else if (n >= 4) {
		memcpy(&c, p, 4);
		memcpy(&d, p + n - 4, 4);
		memcpy(to, &c, 4);
		memcpy(to + n - 4, &d, 4);
	} else if (n > 0) {
		uint8_t first = p[0], middle = p[n / 2], last = p[n - 1];

		to[0] = first;
		to[n / 2] = middle;
		to[n - 1] = last;
	}
}

/* Is all of it plain? */
static inline bool json_plain(struct span s)
{
	json_marks odd = {0};
	json_bytes v;
	size_t i = 0;

	if (s.n < 16)
		return json_none(json_odd(json_few(s.p, s.n)));
	for (; i + 16 <= s.n; i += 16) {
		memcpy(&v, s.p + i, 16);
		odd |= json_odd(v);
	}
	memcpy(&v, s.p + s.n - 16, 16);
	return json_none(odd | json_odd(v));
}

/* Copies s to `to`, where s.n bytes have room, if all of it is plain; else false, and what is
 * written there is nothing. */
static inline bool json_copy_plain(uint8_t *to, struct span s)
{
	json_marks odd = {0};
	json_bytes v;
	size_t i = 0;

	if (s.n < 16) {
		json_copy_few(to, s.p, s.n);
		return json_none(json_odd(json_few(s.p, s.n)));
	}
	for (; i + 16 <= s.n; i += 16) {
		memcpy(&v, s.p + i, 16);
		odd |= json_odd(v);
		memcpy(to + i, &v, 16);
	}
	memcpy(&v, s.p + s.n - 16, 16);
	memcpy(to + s.n - 16, &v, 16);
	return json_none(odd | json_odd(v));
}

/* Appends the text with what must be escaped escaped. */
void json_escape(struct buf *b, struct span s);

#endif
