#include "store/kubernetes_alias.h"

#include <stdlib.h>

#define SLOTS (2 * LIMIT_YAML_ANCHORS)
_Static_assert((SLOTS & (SLOTS - 1)) == 0 && LIMIT_YAML_ANCHORS < UINT16_MAX, "a mask, and numbers that fit");

/* The slot of this name, or the free one where it belongs.  Millions of aliases are asked for here. */
static uint16_t *slot_of(struct anchors *a, const char *name)
{
	uint32_t hash = 2166136261; /* FNV-1a */

	for (const char *p = name; *p; p++)
		hash = (hash ^ (uint8_t)*p) * 16777619;
	while (a->slots[hash & (SLOTS - 1)] != 0 && strcmp(a->v[a->slots[hash & (SLOTS - 1)] - 1].name, name) != 0)
		hash++;
	return &a->slots[hash & (SLOTS - 1)];
}

static struct anchor *find(struct anchors *a, const char *name)
{
	uint16_t slot = *slot_of(a, name);

	return slot ? &a->v[slot - 1] : NULL;
}

static struct anchor *add(struct anchors *a, const char *name)
{
	struct anchor *v = array_grow(a->v, a->n, &a->cap, sizeof *v);
	uint16_t *slot = slot_of(a, name);

	if (!v)
		return NULL;
	a->v = v;
	v += a->n;
	*v = (struct anchor){.name = strdup(name)};
	if (!v->name)
		return NULL;
	*slot = (uint16_t)++a->n;
	return v;
}

int anchors_put(struct anchors *a, const char *name, bool collection, struct span text, bool *full)
{
	struct anchor *x = find(a, name);

	*full = !x && a->n == LIMIT_YAML_ANCHORS;
	if (*full)
		return -1;
	if (!x)
		x = add(a, name);
	if (!x)
		return -1;
	x->collection = collection;
	buf_wipe_secret(&x->text);
	buf_add(&x->text, text);
	return x->text.failed ? -1 : 0;
}

const struct anchor *anchors_get(struct anchors *a, const char *name, bool *full)
{
	const struct anchor *x = find(a, name);

	*full = x && x->text.n > LIMIT_YAML_ALIASES - a->given;
	if (!x || *full)
		return NULL;
	a->given += x->text.n;
	return x;
}

void anchors_wipe(struct anchors *a)
{
	if (a->cap == 0)
		return; /* as most documents have none, and there may be millions */
	for (size_t i = 0; i < a->n; i++) {
		free(a->v[i].name);
		buf_wipe_secret(&a->v[i].text);
	}
	free(a->v);
	*a = (struct anchors){0};
}
