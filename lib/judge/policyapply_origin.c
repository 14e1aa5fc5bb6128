/* Where each value of a policy was set. */
#include "judge/policyparts.h"

#include <stdlib.h>

static void origins_free(void *opaque)
{
	struct origins *g = opaque;

	for (size_t i = 0; i < g->file_count; i++)
		free(g->files[i]);
	free(g->files);
	free(g->v);
	free(g);
}

static int no_memory(struct err *e)
{
	return err_set(e, ERR_MEMORY, "out of memory for the policy");
}

size_t policyapply_file_index(struct policy *p, const char *file)
{
	struct origins *g = p->origins;
	if (!g) {
		g = calloc(1, sizeof *g);
		if (!g)
			return SIZE_MAX;
		p->origins = g;
		p->origins_free = origins_free;
	}
	for (size_t i = 0; i < g->file_count; i++)
		if (strcmp(g->files[i], file) == 0)
			return i;
	return array_add_copy(&g->files, &g->file_count, &g->file_cap, file) ? g->file_count - 1 : SIZE_MAX;
}

const struct origin *policyapply_origin(const struct policy *p, const struct policyoption *o,
					size_t item)
{
	const struct origins *g = p->origins;

	for (size_t i = 0; g && i < g->n; i++)
		if (g->v[i].option == o && g->v[i].item == item)
			return &g->v[i];
	return NULL;
}

const char *policyapply_file(const struct policy *p, const struct origin *at)
{
	return ((const struct origins *)p->origins)->files[at->file];
}

int policyapply_remember(struct policy *p, const struct policyoption *o, size_t item, size_t file,
		    unsigned line, struct err *e)
{
	struct origins *g = p->origins;
	struct origin *v = (struct origin *)(uintptr_t)policyapply_origin(p, o, item);

	if (!v) {
		v = array_grow(g->v, g->n, &g->cap, sizeof *v);
		if (!v)
			return no_memory(e);
		g->v = v;
		v += g->n++;
	}
	*v = (struct origin){o, item, file, line};
	return 0;
}

void policyapply_forget(struct policy *p, enum policysection_id section, size_t item)
{
	struct origins *g = p->origins;
	size_t kept = 0;

	for (size_t i = 0; i < g->n; i++) {
		struct origin at = g->v[i];

		if (at.option->section == section && at.item == item)
			continue;
		if (at.option->section == section && at.item > item)
			at.item--;
		g->v[kept++] = at;
	}
	g->n = kept;
}
