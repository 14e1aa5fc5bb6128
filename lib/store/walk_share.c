/* Folders listed by several threads: each into a walk of its own, which are put together in order. */
#include "ground/work.h"
#include "store/walk_part.h"

#include <dirent.h>
#include <stdlib.h>

struct branch {
	size_t name;       /* in the listing */
	char *path;        /* owned until it is walked */
	struct walk below;
};

struct sharing {
	struct walk *w;
	const struct walk_listing *l;
	uint32_t dir;
	int fd, depth;
	uint64_t device;
	struct branch *v;
	size_t n, next;    /* branches; the one to hand out */
	size_t visited;    /* names */
};

static int produce(void *context, void **item, struct err *e)
{
	struct sharing *s = context;

	(void)e;
	if (s->next == s->n)
		return 0;
	*item = &s->v[s->next++];
	return 1;
}

static int process(void *context, unsigned worker, void *item, struct err *e)
{
	const struct sharing *s = context;
	struct branch *b = item;
	char *path = b->path;

	(void)worker;
	(void)e;
	b->path = NULL;
	walk_folder(&b->below, path, s->fd, strrchr(path, '/') + 1, s->depth + 1, s->device);
	return 0;
}

/* Room for `more` behind n. */
static bool make_room(void **v, size_t n, size_t more, size_t *cap, size_t size)
{
	while (*cap < n + more) {
		void *p = array_grow(*v, *cap, cap, size);

		if (!p)
			return false;
		*v = p;
	}
	return true;
}

/* Puts what was found below a folder behind what is there; the folders' paths change hands. */
static bool append(struct walk *w, struct walk *b)
{
	uint64_t names = w->names.n;
	size_t entries = w->n, links = w->link_count;
	uint32_t dirs = (uint32_t)w->dir_count;

	if (b->failed || !make_room((void **)&w->v, w->n, b->n, &w->cap, sizeof *w->v) ||
	    !make_room((void **)&w->dirs, w->dir_count, b->dir_count, &w->dir_cap, sizeof *w->dirs) ||
	    !make_room((void **)&w->links, w->link_count, b->link_count, &w->link_cap, sizeof *w->links))
		return false;
	buf_add(&w->names, buf_span(&b->names));
	for (size_t i = 0; i < b->n; i++) {
		struct walk_entry *x = &w->v[w->n++];

		*x = b->v[i];
		x->name += names;
		x->dir += dirs;
		if (x->link != WALK_NO_LINK)
			x->link += (uint32_t)links;
	}
	for (size_t i = 0; i < b->dir_count; i++)
		w->dirs[w->dir_count++] = b->dirs[i];
	for (size_t i = 0; i < b->link_count; i++) {
		w->links[w->link_count] = b->links[i];
		w->links[w->link_count++].entry += (uint32_t)entries;
	}
	w->apart += b->apart;
	b->dir_count = b->link_count = 0;
	return true;
}

static void visit_until(struct sharing *s, size_t name)
{
	for (; s->visited < name && !s->w->failed; s->visited++)
		walk_visit(s->w, s->dir, s->fd, &s->l->v[s->visited], s->depth);
}

static int deliver(void *context, void *item, struct err *e)
{
	struct sharing *s = context;
	struct branch *b = item;

	visit_until(s, b->name);
	s->visited = b->name + 1;
	if (!append(s->w, &b->below))
		s->w->failed = true;
	walk_wipe(&b->below);
	return s->w->failed ? err_set(e, ERR_MEMORY, "out of memory for the names of files") : 0;
}

/* The names may move while threads read: what they need is made before. */
static bool make_branches(struct sharing *s)
{
	const struct walk *w = s->w;

	s->v = calloc(s->l->folders, sizeof *s->v);
	for (size_t i = 0; s->v && i < s->l->n; i++) {
		struct branch *b = &s->v[s->n];

		if (s->l->v[i].type != DT_DIR)
			continue;
		b->name = i;
		b->path = walk_joined(w->dirs[s->dir].path, s->l->v[i].text);
		if (!b->path)
			return false;
		walk_init(&b->below, w->options);
		b->below.root_n = w->root_n;
		b->below.part = true;
		s->n++;
	}
	return s->v != NULL;
}

void walk_share(struct walk *w, uint32_t dir, int fd, const struct walk_listing *l, int depth)
{
	struct sharing s = {.w = w, .l = l, .dir = dir, .fd = fd, .depth = depth,
			    .device = w->dirs[dir].device};
	struct work work = {.jobs = w->options->jobs, .ahead = w->options->jobs, .context = &s,
			    .produce = produce, .process = process, .deliver = deliver};

	if (!make_branches(&s) || work_run(&work, NULL) != 0)
		w->failed = true;
	visit_until(&s, l->n);
	for (size_t i = 0; i < s.n; i++) {
		free(s.v[i].path);
		walk_wipe(&s.v[i].below);
	}
	free(s.v);
}
