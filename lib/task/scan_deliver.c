/* What the threads found, in order: written or kept. */
#include "task/scan_part.h"

#include <stdlib.h>

static int set_path(struct scan *s, size_t entry, struct err *e)
{
	if (s->entry == entry && s->path.n > 0)
		return 0;
	free((void *)s->links);
	s->links = NULL;
	if (s->o->stream && scan_links(s, &s->walk.v[entry], &s->links, e) != 0)
		return -1;
	s->entry = entry;
	memset(s->base, 0, sizeof s->base);
	s->open_end = 0;
	buf_reset(&s->path);
	buf_reset(&s->head);
	walk_path(&s->walk, &s->walk.v[entry], &s->path);
	(void)buf_cstr(&s->path);
	return buf_check(&s->path, "the path of a file", e);
}

static void count_side(struct scan *s, const struct record *x)
{
	s->sum.requests += x->kind == RECORD_REQUEST;
	s->sum.requests_must_staple +=
		x->kind == RECORD_REQUEST && x->must_staple == MUST_STAPLE_YES;
	s->sum.staples += x->kind == RECORD_STAPLE;
	s->sum.problems += x->kind == RECORD_PROBLEM && !x->note;
	s->sum.notes += x->kind == RECORD_PROBLEM && x->note;
}

int scan_deliver(struct scan *s, const struct item *it, const struct record *x, const char *source,
		 struct err *e)
{
	const char *entry = NULL;
	struct buf member;
	int rc;

	buf_init(&member);
	if (x->source_n > 0) {
		buf_add_bytes(&member, it->bytes.p + x->at, x->source_n);
		source = buf_cstr(&member);
	}
	if (x->entry_n > 0)
		entry = (const char *)it->bytes.p + x->at + x->source_n;
	count_side(s, x);
	rc = s->o->stream ? scan_stream(s, x, it->bytes.p, source, entry, e)
			  : scan_keep(s, x, it->bytes.p, source, entry, e);
	buf_wipe(&member);
	return rc;
}

static int deliver_record(struct scan *s, struct item *it, const struct item_file *f, struct record *x,
			  struct err *e)
{
	int done = scan_stream_whole(s, x, it->bytes.p, f->entry, e);

	if (done != 0)
		return done == 1 ? 0 : -1;
	if (set_path(s, f->entry, e) != 0)
		return -1;
	if (x->index != STORE_NO_INDEX)
		x->index += s->base[x->kind <= RECORD_STAPLE ? x->kind : RECORD_CERT];
	return scan_deliver(s, it, x, (const char *)s->path.p, e);
}

/* The END line at a part's front is told when the part before did not end with it. */
static int deliver_orphan(struct scan *s, struct item *it, struct err *e)
{
	static const char text[] = "the PEM block is damaged: END without BEGIN";
	struct record x = {.kind = RECORD_PROBLEM, .n = sizeof text, .format = "pem"};

	x.index = s->base[RECORD_CERT];
	if (!it->part.orphan || s->open_end > it->part.orphan_at)
		return 0;
	count_side(s, &x);
	return s->o->stream
		       ? scan_stream(s, &x, (const uint8_t *)text, (const char *)s->path.p, NULL, e)
		       : scan_keep(s, &x, (const uint8_t *)text, (const char *)s->path.p, NULL, e);
}

static int nothing_found(struct scan *s, struct err *e)
{
	static const char text[] = "no certificate, request or staple is in it";
	struct record x = {.kind = RECORD_PROBLEM, .n = sizeof text, .note = true,
			   .index = STORE_NO_INDEX};

	count_side(s, &x);
	return s->o->stream
		       ? scan_stream(s, &x, (const uint8_t *)text, (const char *)s->path.p, NULL, e)
		       : scan_keep(s, &x, (const uint8_t *)text, (const char *)s->path.p, NULL, e);
}

/* So many records ahead it is known what will be looked for. */
#define SOON 4

static int deliver_file(struct scan *s, struct item *it, struct item_file *f, size_t from,
			struct err *e)
{
	bool part = it->kind == ITEM_PART;

	if (part && (set_path(s, f->entry, e) != 0 || deliver_orphan(s, it, e) != 0))
		return -1;
	for (size_t i = from; i < f->end; i++) {
		if (i + SOON < f->end)
			seen_expect(&s->seen, it->records[i + SOON].sha256);
		if (deliver_record(s, it, f, &it->records[i], e) != 0)
			return -1;
	}
	s->sum.keys += f->keys;
	if (part) {
		for (size_t i = 0; i <= RECORD_STAPLE; i++)
			s->base[i] += it->found[i];
		if (it->part.open_end > s->open_end)
			s->open_end = it->part.open_end;
		if (it->final && s->open_end == 0 && nothing_found(s, e) != 0)
			return -1;
		if (!it->final)
			return 0;
	}
	s->sum.files += f->read;
	s->done = f->entry + 1;
	return 0;
}

/* Of a large file its parts count, too. */
static void show_progress(const struct scan *s, double part)
{
	double share = ((double)s->done + part) / (double)(s->walk.n > 0 ? s->walk.n : 1);

	s->o->progress(s->o->context, s->done, s->walk.n, s->sum.found, share < 1 ? share : 1);
}

int scan_deliver_item(void *context, void *item, struct err *e)
{
	struct scan *s = context;
	struct item *it = item;
	double part = it->kind == ITEM_PART && !it->final && it->of > 0 ? (double)(it->offset + PART_SIZE) / (double)it->of : 0;
	size_t from = 0;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < it->file_count; i++) {
		rc = deliver_file(s, it, &it->files[i], from, e);
		from = it->files[i].end;
	}
	scan_item_put(s, it);
	if (rc == 0 && s->o->progress)
		show_progress(s, part);
	if (rc == 0 && s->o->stream && s->o->flush)
		rc = s->o->flush(s->o->context, e);
	return rc;
}
