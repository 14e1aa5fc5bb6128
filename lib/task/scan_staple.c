/* The staples that stand for a certificate, judged as a client would: by status, times, and the
 * signature under the certificate's issuer.  Without the issuer none is ever called good. */
#include "crypto/hash.h"
#include "ground/file.h"
#include "ground/limits.h"
#include "judge/staple.h"
#include "task/layout.h"
#include "task/scan_part.h"

#include <stdlib.h>

/* A staple by a serial that it speaks of, or by its file's name. */
struct staple_key {
	struct span key;
	struct side *side;
};

struct staple_keys {
	struct staple_key *v;
	size_t n, cap;
};

struct scan_staples {
	struct staple_keys serials, names;
};

static int no_memory(struct err *e)
{
	return err_set(e, ERR_MEMORY, "out of memory for the staples");
}

static int by_key(const void *a, const void *b)
{
	const struct staple_key *x = a, *y = b;
	size_t n = x->key.n < y->key.n ? x->key.n : y->key.n;
	int c = n > 0 ? memcmp(x->key.p, y->key.p, n) : 0;

	if (c == 0 && x->key.n != y->key.n)
		return x->key.n < y->key.n ? -1 : 1;
	return c != 0 ? c : x->side < y->side ? -1 : x->side > y->side;
}

static int add_key(struct staple_keys *l, struct span key, struct side *side, struct err *e)
{
	struct staple_key *v = array_grow(l->v, l->n, &l->cap, sizeof *v);

	if (!v)
		return no_memory(e);
	l->v = v;
	v[l->n++] = (struct staple_key){key, side};
	return 0;
}

/* The first that is not before this key. */
static size_t first_key(const struct staple_keys *l, struct span key)
{
	const struct staple_key want = {key, NULL};
	size_t low = 0, high = l->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (by_key(&l->v[mid], &want) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static int index_staple(struct scan *s, struct side *side, struct err *e)
{
	struct ocsp_response r;
	struct ocsp_single one;
	struct span cursor;

	if (ocsp_decode(span_of(side->bytes, side->n), &r, e) != 0 ||
	    add_key(&s->staples->names, span_str(s->sources[side->source].name), side, e) != 0)
		return -1;
	cursor = r.responses;
	while (r.basic && ocsp_single_next(&cursor, &one))
		if (add_key(&s->staples->serials, one.serial, side, e) != 0)
			return -1;
	return 0;
}

int scan_staples_begin(struct scan *s, struct err *e)
{
	if (s->sum.staples == 0)
		return 0;
	s->staples = calloc(1, sizeof *s->staples);
	if (!s->staples)
		return no_memory(e);
	for (size_t i = 0; i < s->side_count; i++)
		if (s->sides[i].kind == RECORD_STAPLE && index_staple(s, &s->sides[i], e) != 0)
			return -1;
	if (s->staples->serials.n > 1)
		qsort(s->staples->serials.v, s->staples->serials.n, sizeof(struct staple_key), by_key);
	if (s->staples->names.n > 1)
		qsort(s->staples->names.v, s->staples->names.n, sizeof(struct staple_key), by_key);
	return 0;
}

void scan_staples_wipe(struct scan *s)
{
	if (s->staples) {
		free(s->staples->serials.v);
		free(s->staples->names.v);
	}
	free(s->staples);
	s->staples = NULL;
}

/* --- one staple --- */

static int judge(const struct scan *s, const struct cert *c, const struct cert *issuer,
		 struct span response, struct inventory_staple *out, struct findings *f, struct err *e)
{
	static const char *const words[] = {[STAPLE_GOOD] = "good", [STAPLE_REFUSED] = "refused",
					    [STAPLE_UNCHECKED] = "unchecked"};
	struct staple_input in = {.response = response, .cert = c, .issuer = issuer, .now = s->o->now,
				  .policy = s->o->policy, .subject = out->source};
	struct staple_result r;

	if (staple_judge(&in, &r, f, e) != 0)
		return -1;
	out->response_status = r.decoded ? r.response_status : -1;
	out->matched = r.matched;
	out->status = r.status;
	out->this_update = r.this_update;
	out->next_update = r.next_update;
	out->judged = words[r.state];
	return 0;
}

int scan_judge_staple(struct scan *s, const struct inventory_cert *row, struct span response,
		      struct inventory_staple *out, struct findings *f, struct err *e)
{
	struct cert_list among;
	const struct cert *issuer = NULL;
	int rc;

	cert_list_init(&among);
	rc = scan_issuer(s, row, &among, &issuer, e);
	if (rc == 0)
		rc = judge(s, row->cert, issuer, response, out, f, e);
	cert_list_wipe(&among);
	return rc;
}

/* --- all staples of a certificate --- */

struct finding_them {
	struct scan *s;
	const struct inventory_cert *row;
	struct cert_list among;
	const struct cert *issuer;
	bool looked;               /* for the issuer */
	struct inventory_staple *v;
	size_t n, cap;
	struct findings *f;
};

/* Is there a word on this certificate in it, by serial and the issuer's name? */
static bool is_about(struct span response, const struct cert *c)
{
	struct ocsp_response r;
	struct ocsp_single one;
	struct digest d;
	struct span cursor;

	if (ocsp_decode(response, &r, NULL) != 0 || !r.basic)
		return false;
	cursor = r.responses;
	while (ocsp_single_next(&cursor, &one))
		if (span_equal(one.serial, c->serial) &&
		    hash_digest(hash_from_oid(one.hash_oid), c->issuer, &d, NULL) == 0 &&
		    span_equal(digest_span(&d), one.name_hash))
			return true;
	return false;
}

static bool is_taken(const struct finding_them *t, const char *source, size_t index)
{
	for (size_t i = 0; i < t->n; i++)
		if (strcmp(t->v[i].source, source) == 0 && t->v[i].index == index)
			return true;
	return false;
}

static int take(struct finding_them *t, const char *source, size_t index, struct span response,
		struct err *e)
{
	struct inventory_staple *v = array_grow(t->v, t->n, &t->cap, sizeof *v);

	if (!v)
		return no_memory(e);
	t->v = v;
	if (!t->looked && scan_issuer(t->s, t->row, &t->among, &t->issuer, e) != 0)
		return -1;
	t->looked = true;
	v += t->n++;
	*v = (struct inventory_staple){.source = source, .index = index};
	return judge(t->s, t->row->cert, t->issuer, response, v, t->f, e);
}

static int take_side(struct finding_them *t, struct side *side, struct err *e)
{
	const char *name = t->s->sources[side->source].name;

	if (is_taken(t, name, side->index))
		return 0;
	if (take(t, name, side->index, span_of(side->bytes, side->n), e) != 0)
		return -1;
	if (t->v[t->n - 1].matched) {
		side->for_sha256 = t->row->sha256;
		side->judged = t->v[t->n - 1].judged;
	}
	return 0;
}

/* A file that the scan did not read, or in which it knew no staple. */
static int take_file(struct finding_them *t, const char *path, struct err *e)
{
	const char *name;
	struct buf bytes;
	struct err why;
	int rc = 0;

	if (is_taken(t, path, 0))
		return 0;
	buf_init(&bytes);
	if (file_read(path, LIMIT_OCSP_RESPONSE, &bytes, &why) == 0) {
		name = scan_member(t->s, path, e);
		rc = name ? take(t, name, 0, buf_span(&bytes), e) : -1;
	}
	buf_wipe(&bytes);
	return rc;
}

static int take_about(struct finding_them *t, struct err *e)
{
	const struct staple_keys *l = t->s->staples ? &t->s->staples->serials : NULL;
	struct span serial = t->row->cert->serial;

	for (size_t i = l ? first_key(l, serial) : 0; l && i < l->n && span_equal(l->v[i].key, serial); i++)
		if (is_about(span_of(l->v[i].side->bytes, l->v[i].side->n), t->row->cert) &&
		    take_side(t, l->v[i].side, e) != 0)
			return -1;
	return 0;
}

/* What stands where a server looks for it, whatever it is about: FILE.ocsp. */
static int take_beside(struct finding_them *t, const char *cert_path, struct err *e)
{
	const struct staple_keys *l = t->s->staples ? &t->s->staples->names : NULL;
	struct buf b;
	int rc = 0;

	buf_init(&b);
	layout_staple(&layouts[0], cert_path, NULL, &b);
	for (size_t i = l ? first_key(l, buf_span(&b)) : 0;
	     rc == 0 && l && i < l->n && span_equal(l->v[i].key, buf_span(&b)); i++)
		rc = take_side(t, l->v[i].side, e);
	if (rc == 0 && cert_must_staple(t->row->cert) != MUST_STAPLE_NO)
		rc = take_file(t, buf_cstr(&b), e);
	buf_wipe(&b);
	return rc;
}

int scan_find_staples(struct scan *s, const struct inventory_cert *row,
		      struct inventory_staple **staples, size_t *n, struct findings *f, struct err *e)
{
	struct finding_them t = {.s = s, .row = row, .f = f};
	int rc;

	cert_list_init(&t.among);
	rc = take_about(&t, e);
	for (size_t i = 0; rc == 0 && i < row->place_count; i++)
		if (row->places[i].index == 0)
			rc = take_beside(&t, row->places[i].source, e);
	cert_list_wipe(&t.among);
	*staples = t.v;
	*n = t.n;
	return rc;
}
