#include "ground/buf.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

static atomic_bool memory_failed;

bool buf_memory_failed(void)
{
	return atomic_load(&memory_failed);
}

void buf_init(struct buf *b)
{
	*b = (struct buf){0};
}

void clear_bytes(void *p, size_t n)
{
	memset(p, 0, n);
}

void wipe_secret(void *p, size_t n)
{
	if (n > 0)
		explicit_bzero(p, n);
}

void buf_wipe(struct buf *b)
{
	free(b->p);
	buf_init(b);
}

void buf_wipe_secret(struct buf *b)
{
	if (b->p)
		wipe_secret(b->p, b->cap);
	buf_wipe(b);
}

void buf_reset(struct buf *b)
{
	b->n = 0;
	b->failed = false;
}

/* A block of its own and a wiped old one: realloc would leave copies behind. */
static bool grow(struct buf *b, size_t cap)
{
	uint8_t *p = malloc(cap);

	if (!p) {
		atomic_store(&memory_failed, true);
		return false;
	}
	if (b->p) {
		memcpy(p, b->p, b->n);
		wipe_secret(b->p, b->n);
		free(b->p);
	}
	b->p = p;
	b->cap = cap;
	return true;
}

/* Room for `more` bytes that count against `limit`, and for a NUL that does not. */
static bool reserve(struct buf *b, size_t more, size_t nul)
{
	size_t limit = b->limit && b->limit < SIZE_MAX / 2 ? b->limit : SIZE_MAX / 2 - 1;
	size_t cap = b->cap ? b->cap : 64;

	if (b->failed)
		return false;
	if (more > limit || b->n > limit - more) {
		b->failed = true;
		return false;
	}
	if (b->p && b->n + more + nul <= b->cap)
		return true;
	while (cap < b->n + more + nul)
		cap *= 2;
	if (!grow(b, cap)) {
		b->failed = true;
		return false;
	}
	return true;
}

bool buf_reserve(struct buf *b, size_t more)
{
	return reserve(b, more, 0);
}

void buf_add_bytes(struct buf *b, const void *p, size_t n)
{
	uint8_t *to;

	if (n == 0 || !(to = buf_room(b, n)))
		return;
	memcpy(to, p, n);
	b->n += n;
}

void buf_add(struct buf *b, struct span s)
{
	buf_add_bytes(b, s.p, s.n);
}

void buf_add_byte(struct buf *b, uint8_t c)
{
	if (b->n < b->cap && !b->failed && !b->limit)
		b->p[b->n++] = c;
	else
		buf_add_bytes(b, &c, 1);
}

void buf_add_str(struct buf *b, const char *s)
{
	buf_add_bytes(b, s, strlen(s));
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0) {
		b->failed = true;
		return;
	}
	if (!reserve(b, (size_t)n, 1))
		return;
	va_start(ap, fmt);
	vsnprintf((char *)b->p + b->n, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->n += (size_t)n;
}

const char *buf_cstr(struct buf *b)
{
	if (!reserve(b, 0, 1))
		return "";
	b->p[b->n] = '\0';
	return (const char *)b->p;
}

int buf_check(const struct buf *b, const char *what, struct err *e)
{
	if (!b->failed)
		return 0;
	if (b->limit)
		return err_set(e, ERR_LIMIT, "%s: more than %zu bytes, or no memory for them", what,
			       b->limit);
	return err_set(e, ERR_MEMORY, "%s: out of memory", what);
}

void *array_grow(void *v, size_t n, size_t *cap, size_t size)
{
	size_t more = *cap ? 2 * *cap : 8;
	void *p;

	if (n < *cap)
		return v;
	if (more > SIZE_MAX / 2 / size)
		return NULL;
	p = realloc(v, more * size);
	if (p)
		*cap = more;
	else
		atomic_store(&memory_failed, true);
	return p;
}

char *array_add_copy(char ***v, size_t *n, size_t *cap, const char *text)
{
	char **grown = array_grow(*v, *n, cap, sizeof *grown);

	if (!grown)
		return NULL;
	*v = grown;
	grown[*n] = strdup(text);
	return grown[*n] ? grown[(*n)++] : NULL;
}
