#include "store/kubernetes_alias.h"

#include "ground/limits.h"

#include <stdlib.h>

static struct anchor *find(const struct anchors *a, const char *name)
{
	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->v[i].name, name) == 0)
			return &a->v[i];
	return NULL;
}

static struct anchor *add(struct anchors *a, const char *name)
{
	struct anchor *v = array_grow(a->v, a->n, &a->cap, sizeof *v);

	if (!v)
		return NULL;
	a->v = v;
	v += a->n;
	*v = (struct anchor){.name = strdup(name)};
	if (!v->name)
		return NULL;
	a->n++;
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
	for (size_t i = 0; i < a->n; i++) {
		free(a->v[i].name);
		buf_wipe_secret(&a->v[i].text);
	}
	free(a->v);
	*a = (struct anchors){0};
}
