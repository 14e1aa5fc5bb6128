/*
 * buf: owned, growing bytes, and the only realloc in the library.
 *
 * Failure is sticky: when memory runs out or the limit is passed, the buffer
 * keeps what it had, further additions do nothing, and buf_check() says so
 * once, at the end.  So writers need no check after every line, and nothing
 * half-written can be taken for whole.
 */
#ifndef STAPLE_GROUND_BUF_H
#define STAPLE_GROUND_BUF_H

#include "ground/err.h"

struct buf {
	uint8_t *p; /* NULL until the first byte; never NUL-terminated by itself */
	size_t n;   /* bytes in use */
	size_t cap;
	size_t limit; /* most bytes allowed; 0: SIZE_MAX / 2 */
	bool failed;
};

/* An empty buffer; allocates nothing. */
void buf_init(struct buf *b);

/* Frees the memory; b is then as after buf_init. */
void buf_wipe(struct buf *b);

/* As buf_wipe, after overwriting every byte that was ever in use.  A buffer for
 * secrets must be given its full size by buf_reserve before the first secret
 * byte: growth copies, and overwrites the old block first. */
void buf_wipe_secret(struct buf *b);

/* Length back to 0; keeps the memory; clears the failure. */
void buf_reset(struct buf *b);

/* Makes room for `more` further bytes.  False: no room, and the buffer has failed. */
bool buf_reserve(struct buf *b, size_t more);

/* Where `more` bytes may be written, or NULL (the buffer has failed).  The writer adds
 * what it wrote to b->n.  For the hot paths. */
static inline uint8_t *buf_room(struct buf *b, size_t more)
{
	if (!b->p || b->failed || b->limit || more > b->cap - b->n)
		return buf_reserve(b, more) ? b->p + b->n : NULL;
	return b->p + b->n;
}

void buf_add(struct buf *b, struct span s);
void buf_add_bytes(struct buf *b, const void *p, size_t n);
void buf_add_byte(struct buf *b, uint8_t c);
void buf_add_str(struct buf *b, const char *s);
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* The bytes as a span, valid until the next change. */
static inline struct span buf_span(const struct buf *b)
{
	return (struct span){b->p ? b->p : (const uint8_t *)"", b->n};
}

/* The bytes as a C string: a NUL is put behind them (not counted in n).  Valid
 * until the next change; "" when the buffer failed. */
const char *buf_cstr(struct buf *b);

/* 0, or -1 with ERR_MEMORY or ERR_LIMIT when any addition failed.  `what` names
 * the object being written, for the text. */
MUST_USE int buf_check(const struct buf *b, const char *what, struct err *e);

/* Room for at least one more element in an array of *cap elements of `size` bytes, n of which
 * are in use: the array, perhaps moved, or NULL when there is no memory (then it is as it was).
 *	v = array_grow(l->v, l->n, &l->cap, sizeof *l->v); */
MUST_USE void *array_grow(void *v, size_t n, size_t *cap, size_t size);

/* One more string, copied, in an array of owned strings: the copy, or NULL when there is no memory
 * (then the strings are as they were). */
MUST_USE char *array_add_copy(char ***v, size_t *n, size_t *cap, const char *text);

/* Has any buf of this process ever run out of memory (not into its limit)?  A text that was made in
 * a buf of its own on the way to the report may then be missing, so the report is not to be trusted:
 * tools/tool.c looks here before it writes one. */
bool buf_memory_failed(void);

/* Zeroes n bytes with the library's own means: for large structs on hot paths, where the compiler
 * would put a slow instruction. */
void clear_bytes(void *p, size_t n);

/* Overwrites n bytes in a way that the compiler may not remove. */
void wipe_secret(void *p, size_t n);

#endif
