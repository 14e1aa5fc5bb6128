/* Rows kept for a report at the end: each certificate once, with all its places. */
#include "crypto/hash.h"
#include "facts/dn.h"
#include "task/scan_part.h"

#include <stdlib.h>

static int no_memory(struct err *e)
{
	return err_set(e, ERR_MEMORY, "out of memory for what was found");
}

int scan_links(const struct scan *s, const struct walk_entry *x, const char ***out, struct err *e)
{
	const char **v;
	size_t n = 0;

	*out = NULL;
	if (x->link == WALK_NO_LINK || (x->kind != WALK_FILE && x->kind != WALK_LINK))
		return 0;
	for (uint32_t l = x->link; l != WALK_NO_LINK; l = s->walk.links[l].next)
		n++;
	v = calloc(n + 1, sizeof *v);
	if (!v)
		return no_memory(e);
	n = 0;
	for (uint32_t l = x->link; l != WALK_NO_LINK; l = s->walk.links[l].next)
		v[n++] = s->walk.links[l].path;
	*out = v;
	return 0;
}

static int keep_source(struct scan *s, const char *name, uint32_t *number, struct err *e)
{
	struct source *v;

	if (s->source_count > 0 && strcmp(s->sources[s->source_count - 1].name, name) == 0) {
		*number = (uint32_t)(s->source_count - 1);
		return 0;
	}
	v = array_grow(s->sources, s->source_count, &s->source_cap, sizeof *v);
	if (!v)
		return no_memory(e);
	s->sources = v;
	v += s->source_count;
	v->links = NULL;
	if (s->entry < s->walk.n && scan_links(s, &s->walk.v[s->entry], &v->links, e) != 0)
		return -1;
	v->name = strdup(name);
	if (!v->name) {
		free((void *)v->links);
		return no_memory(e);
	}
	*number = (uint32_t)s->source_count++;
	return 0;
}

static int keep_place(struct scan *s, struct kept *k, bool first, uint32_t source, size_t index,
		      const char *entry, struct err *e)
{
	struct place *v = array_grow(s->places, s->place_count, &s->place_cap, sizeof *v);

	if (!v)
		return no_memory(e);
	s->places = v;
	v += s->place_count;
	*v = (struct place){.source = source, .index = (uint32_t)index, .next = UINT32_MAX};
	if (entry && !(v->entry = strdup(entry)))
		return no_memory(e);
	if (first)
		k->first = (uint32_t)s->place_count;
	else
		s->places[k->last].next = (uint32_t)s->place_count;
	k->last = (uint32_t)s->place_count++;
	return 0;
}

static int keep_cert(struct scan *s, const struct record *x, struct span der, uint32_t source,
		     const char *entry, struct err *e)
{
	struct kept *v;
	size_t row;
	int added = seen_add(&s->seen, x->sha256, source, (uint32_t)x->index, &row, e);

	if (added < 0)
		return -1;
	s->sum.found++;
	if (added == 1) {
		v = array_grow(s->kept, row, &s->kept_cap, sizeof *v);
		if (!v)
			return no_memory(e);
		s->kept = v;
		v[row] = (struct kept){.der = malloc(der.n), .n = (uint32_t)der.n,
				       .format = x->format};
		if (!v[row].der)
			return no_memory(e);
		memcpy(v[row].der, der.p, der.n);
	}
	return keep_place(s, &s->kept[row], added == 1, source, x->index, entry, e);
}

int scan_keep(struct scan *s, const struct record *x, const uint8_t *bytes, const char *source,
	      const char *entry, struct err *e)
{
	struct span payload = record_payload(x, bytes);
	struct side *v;
	uint32_t number = 0;

	if (keep_source(s, source, &number, e) != 0)
		return -1;
	if (x->kind == RECORD_CERT)
		return keep_cert(s, x, payload, number, entry, e);
	v = array_grow(s->sides, s->side_count, &s->side_cap, sizeof *v);
	if (!v)
		return no_memory(e);
	s->sides = v;
	v += s->side_count;
	*v = (struct side){.kind = (enum record_kind)x->kind, .note = x->note, .format = x->format,
			   .source = number, .index = x->index, .bytes = malloc(payload.n),
			   .n = payload.n};
	if (!v->bytes)
		return no_memory(e);
	s->side_count++;
	memcpy(v->bytes, payload.p, payload.n);
	if (entry && !(v->entry = strdup(entry)))
		return no_memory(e);
	return 0;
}

void scan_keep_wipe(struct scan *s)
{
	for (size_t i = 0; s->kept && i < s->seen.n; i++)
		free(s->kept[i].der);
	for (size_t i = 0; i < s->place_count; i++)
		free(s->places[i].entry);
	for (size_t i = 0; i < s->source_count; i++) {
		free(s->sources[i].name);
		free((void *)s->sources[i].links);
	}
	for (size_t i = 0; i < s->side_count; i++) {
		free(s->sides[i].bytes);
		free(s->sides[i].entry);
	}
	for (size_t i = 0; i < s->member_count; i++)
		free(s->members[i]);
	scan_cas_wipe(s);
	scan_staples_wipe(s);
	server_list_wipe(&s->servers);
	free(s->kept);
	free(s->places);
	free(s->sources);
	free(s->sides);
	free(s->members);
}
