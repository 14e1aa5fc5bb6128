/* Who issued a certificate: among all that the scan found, or in files beside it. */
#include "task/layout.h"
#include "task/scan_part.h"

#include <stdlib.h>

/* Candidates of one name, and places to look beside: more are made to take time. */
#define CANDIDATES 32

struct ca {
	struct span subject;
	size_t row;
};

struct scan_cas {
	struct ca *v;
	size_t n, cap;
};

static int compare(struct span a, struct span b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n > 0 ? memcmp(a.p, b.p, n) : 0;

	return c != 0 ? c : a.n < b.n ? -1 : a.n > b.n;
}

static int by_subject(const void *a, const void *b)
{
	const struct ca *x = a, *y = b;
	int c = compare(x->subject, y->subject);

	return c != 0 ? c : x->row < y->row ? -1 : x->row > y->row;
}

static int index_ca(struct scan_cas *x, const struct kept *k, size_t row, struct err *e)
{
	struct ca *v;
	struct cert c;

	if (cert_decode(span_of(k->der, k->n), &c, e) != 0)
		return -1;
	if (!cert_is_ca(&c) && c.version == 3)
		return 0;
	v = array_grow(x->v, x->n, &x->cap, sizeof *v);
	if (!v)
		return err_set(e, ERR_MEMORY, "out of memory for the issuers");
	x->v = v;
	v[x->n++] = (struct ca){c.subject, row};
	return 0;
}

static int cas_begin(struct scan *s, struct err *e)
{
	s->cas = calloc(1, sizeof *s->cas);
	if (!s->cas)
		return err_set(e, ERR_MEMORY, "out of memory for the issuers");
	for (size_t i = 0; i < s->seen.n; i++)
		if (index_ca(s->cas, &s->kept[i], i, e) != 0)
			return -1;
	if (s->cas->n > 1)
		qsort(s->cas->v, s->cas->n, sizeof *s->cas->v, by_subject);
	return 0;
}

void scan_cas_wipe(struct scan *s)
{
	if (s->cas)
		free(s->cas->v);
	free(s->cas);
	s->cas = NULL;
}

/* Those of the scan that bear the issuer's name. */
static int add_found(const struct scan *s, const struct cert *c, struct cert_list *out, struct err *e)
{
	const struct scan_cas *x = s->cas;
	size_t low = 0, high = x ? x->n : 0, most;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (compare(x->v[mid].subject, c->issuer) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (most = low + CANDIDATES; x && low < x->n && low < most; low++) {
		const struct kept *k = &s->kept[x->v[low].row];

		if (!span_equal(x->v[low].subject, c->issuer))
			break;
		if (cert_list_add(out, span_of(k->der, k->n), e) != 0)
			return -1;
	}
	return 0;
}

/* What stands in files beside, which the scan may not have read; what is no such file is none. */
static void add_beside(const char *path, struct cert_list *out)
{
	static const char *const names[] = {"chain.pem", "fullchain.pem", "issuer.pem", "ca.pem",
					    "ca.crt", "intermediate.pem"};
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path,
		   *dot = strrchr(base, '.');
	struct err why;
	struct buf b;

	buf_init(&b);
	(void)!cert_list_add_file(out, path, &why);
	layout_issuer(path, NULL, &b);
	(void)!cert_list_add_file(out, buf_cstr(&b), &why);
	if (dot) { /* www.crt: www.issuer.crt */
		buf_reset(&b);
		buf_add_bytes(&b, path, (size_t)(dot - path));
		buf_printf(&b, ".issuer%s", dot);
		(void)!cert_list_add_file(out, buf_cstr(&b), &why);
	}
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		buf_reset(&b);
		buf_add_bytes(&b, path, (size_t)(base - path));
		buf_add_str(&b, names[i]);
		(void)!cert_list_add_file(out, buf_cstr(&b), &why);
	}
	buf_wipe(&b);
}

int scan_issuer(struct scan *s, const struct inventory_cert *row, struct cert_list *among,
		const struct cert **issuer, struct err *e)
{
	if (!s->cas && s->kept && cas_begin(s, e) != 0) /* few scans need it */
		return -1;
	if (add_found(s, row->cert, among, e) != 0)
		return -1;
	*issuer = chain_issuer(row->cert, among, NULL);
	for (size_t i = 0; !*issuer && i < row->place_count && i < CANDIDATES; i++) {
		add_beside(row->places[i].source, among);
		*issuer = chain_issuer(row->cert, among, NULL);
	}
	return 0;
}
