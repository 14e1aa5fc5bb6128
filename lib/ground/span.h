/*
 * span: borrowed, read-only bytes.
 *
 * A span is a pointer and a length into memory that somebody else owns; it
 * lives no longer than that memory.  Every parser in this library reads from
 * one span and answers with others.  The pointer NULL means "absent", which is
 * not the same as present with length 0.
 */
#ifndef STAPLE_GROUND_SPAN_H
#define STAPLE_GROUND_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__GNUC__)
#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define MUST_USE
#define PRINTF_LIKE(fmt, args)
#endif

struct span {
	const uint8_t *p;
	size_t n;
};

#define SPAN_NONE ((struct span){NULL, 0})

static inline struct span span_of(const void *p, size_t n)
{
	return (struct span){p, n};
}

/* The bytes of a C string, without its NUL. */
static inline struct span span_str(const char *s)
{
	return (struct span){(const uint8_t *)s, s ? strlen(s) : 0};
}

static inline bool span_present(struct span s)
{
	return s.p != NULL;
}

/* The same n bytes?  From 8 to 16, as most names and numbers of ours have, without a call. */
static inline bool bytes_equal(const uint8_t *a, const uint8_t *b, size_t n)
{
	uint64_t a_first, a_last, b_first, b_last;

	if (n < 8 || n > 16)
		return n == 0 || memcmp(a, b, n) == 0;
	memcpy(&a_first, a, 8);
	memcpy(&b_first, b, 8);
	memcpy(&a_last, a + n - 8, 8);
	memcpy(&b_last, b + n - 8, 8);
	return ((a_first ^ b_first) | (a_last ^ b_last)) == 0;
}

/* Same bytes; two absent spans are equal, absent and empty are not. */
static inline bool span_equal(struct span a, struct span b)
{
	if (!a.p || !b.p)
		return a.p == b.p;
	return a.n == b.n && bytes_equal(a.p, b.p, a.n);
}

/* The part of s that begins at `from`; empty, at the end, when from >= s.n. */
static inline struct span span_from(struct span s, size_t from)
{
	if (from > s.n)
		from = s.n;
	return (struct span){s.p ? s.p + from : NULL, s.n - from};
}

#endif
