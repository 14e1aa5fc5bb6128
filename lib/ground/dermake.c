#include "ground/dermake.h"

#include <stdlib.h>

size_t dermake_begin(struct buf *out, uint8_t tag)
{
	buf_add_byte(out, tag);
	return out->n;
}

void dermake_end(struct buf *out, size_t begin)
{
	uint8_t header[6];
	size_t n, length;

	if (out->failed || begin > out->n)
		return;
	n = out->n - begin;
	length = der_put_header(header, 0, n) - 1; /* the tag stands there already */
	if (!buf_reserve(out, length))
		return;
	memmove(out->p + begin + length, out->p + begin, n);
	memcpy(out->p + begin, header + 1, length);
	out->n += length;
}

void dermake_add(struct buf *out, uint8_t tag, struct span content)
{
	uint8_t header[6];

	buf_add_bytes(out, header, der_put_header(header, tag, content.n));
	buf_add(out, content);
}

void dermake_bits(struct buf *out, struct span octets)
{
	size_t at = dermake_begin(out, DER_BIT_STRING);

	buf_add_byte(out, 0);
	buf_add(out, octets);
	dermake_end(out, at);
}

void dermake_unsigned(struct buf *out, uint64_t value)
{
	uint8_t octets[9];
	size_t i = sizeof octets;

	do {
		octets[--i] = (uint8_t)value;
		value >>= 8;
	} while (value > 0);
	if (octets[i] & 0x80)
		octets[--i] = 0;
	dermake_add(out, DER_INTEGER, span_of(octets + i, sizeof octets - i));
}

/* As if the shorter one were padded with zero octets (X.690, 11.6). */
static int compare_elements(const void *a, const void *b)
{
	const struct span *x = a, *y = b;
	int order = memcmp(x->p, y->p, x->n < y->n ? x->n : y->n);

	if (order != 0)
		return order;
	return x->n < y->n ? -1 : x->n > y->n;
}

void dermake_sort_set(struct buf *out, size_t from)
{
	struct span rest = span_from(buf_span(out), from), v[DERMAKE_SET_MAX];
	struct buf sorted;
	size_t n = 0;

	if (out->failed)
		return;
	while (!der_end(rest)) {
		if (n == sizeof v / sizeof v[0] ||
		    der_get_any(&rest, NULL, NULL, &v[n++]) != 0) {
			out->failed = true;
			return;
		}
	}
	qsort(v, n, sizeof v[0], compare_elements);
	buf_init(&sorted);
	for (size_t i = 0; i < n; i++)
		buf_add(&sorted, v[i]);
	if (sorted.failed)
		out->failed = true;
	else if (sorted.n > 0)
		memcpy(out->p + from, sorted.p, sorted.n);
	buf_wipe(&sorted);
}
