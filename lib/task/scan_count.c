#include "task/scan_count.h"

#include "crypto/hash.h"
#include "facts/dn.h"

#include <stdlib.h>

static int no_memory(struct err *e)
{
	return err_set(e, ERR_MEMORY, "out of memory for the report");
}

/* The row of the issuer's count, made when it is new. */
static int issuer_row(struct scan_count *is, const struct cert *c, bool self, size_t *out, struct err *e)
{
	struct digest d;
	struct buf name;
	size_t row;
	int added;

	if (hash_digest(HASH_SHA256, self ? span_str("") : c->issuer, &d, e) != 0)
		return -1;
	added = seen_add(&is->seen, d.bytes, 0, 0, &row, e);
	if (added < 0)
		return -1;
	if (added == 1) {
		struct inventory_count *v = array_grow(is->v, row, &is->cap, sizeof *v);

		if (!v)
			return no_memory(e);
		is->v = v;
		buf_init(&name);
		if (self)
			buf_add_str(&name, "(self-issued)");
		else
			dn_text(&name, c->issuer);
		v[row] = (struct inventory_count){.name = strdup(buf_cstr(&name))};
		buf_wipe(&name);
		if (!v[row].name)
			return no_memory(e);
		is->n++;
	}
	*out = row;
	return 0;
}

int scan_count_issuer(struct scan_count *is, const struct cert *c, struct issuer *known, struct err *e)
{
	bool self = cert_self_issued(c); /* roots: one line for all */
	size_t row = self ? SIZE_MAX : known->counted;

	if (row == SIZE_MAX && issuer_row(is, c, self, &row, e) != 0)
		return -1;
	if (!self)
		known->counted = row;
	is->v[row].n++;
	is->v[row].must_staple += cert_must_staple(c) == MUST_STAPLE_YES;
	return 0;
}

static int by_count(const void *a, const void *b)
{
	const struct inventory_count *x = a, *y = b;

	if (x->n != y->n)
		return x->n > y->n ? -1 : 1;
	return strcmp(x->name, y->name);
}

void scan_count_sort(struct scan_count *is)
{
	if (is->n > 1)
		qsort(is->v, is->n, sizeof *is->v, by_count);
}

void scan_count_wipe(struct scan_count *is)
{
	for (size_t i = 0; i < is->n; i++)
		free((char *)(uintptr_t)is->v[i].name);
	free(is->v);
	seen_wipe(&is->seen);
}
