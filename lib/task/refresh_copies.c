/* Certificates that are met twice, and those that would have the same staple file. */
#include "task/refresh_item.h"

#include "ground/file.h"

/* Copies of one certificate in one folder (cert.pem, fullchain.pem): the one with its issuer
 * stays, or the first. */
static void drop_copies(struct refresh *r)
{
	for (size_t i = 0; i < r->n; i++) {
		struct refresh_item *a = r->items[i];

		for (size_t j = 0; j < i && a->from_folder && a->cert && !a->dropped; j++) {
			struct refresh_item *b = r->items[j];

			if (!b->from_folder || b->dropped || !b->cert ||
			    !span_equal(a->cert->der, b->cert->der))
				continue;
			if (a->own.n > b->own.n)
				b->dropped = true;
			else
				a->dropped = true;
		}
	}
}

static void remove_dropped(struct refresh *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++) {
		if (r->items[i]->dropped)
			item_free(r->items[i]);
		else
			r->items[n++] = r->items[i];
	}
	r->n = n;
}

/* By their names, or by a link in the place of one of them.  Of two names of one certificate either may
 * have the staple. */
static bool share_a_file(struct refresh_item *a, struct refresh_item *b)
{
	if (!a->cert || !b->cert)
		return false;
	if (span_equal(buf_span(&a->staple_path), buf_span(&b->staple_path)))
		return true;
	return (a->staple_is_link || b->staple_is_link) && !span_equal(a->cert->der, b->cert->der) &&
	       file_same(buf_cstr(&a->staple_path), buf_cstr(&b->staple_path));
}

static int refuse_shared_files(const struct refresh *r, struct err *e)
{
	for (size_t i = 0; i < r->n; i++)
		for (size_t j = 0; j < i; j++)
			if (share_a_file(r->items[i], r->items[j]))
				return err_set(e, ERR_USAGE, "%s and %s would have the same staple file %s",
					       r->items[j]->source, r->items[i]->source,
					       buf_cstr(&r->items[i]->staple_path));
	return 0;
}

int refresh_copies(struct refresh *r, struct err *e)
{
	drop_copies(r);
	remove_dropped(r);
	return refuse_shared_files(r, e);
}
