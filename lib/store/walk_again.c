/* Roots that overlap, as a folder and one of its files, or one folder by two names: each file counts
 * once.  What tells a file is its folder and its name there, so that hard links stay what they are. */
#include "store/walk_part.h"

#include <stdlib.h>
#include <sys/stat.h>

struct key {
	uint64_t device, inode; /* of the folder */
	const char *name;
	size_t entry;
};

static int by_folder(const void *a, const void *b)
{
	const struct key *x = a, *y = b;

	if (x->device != y->device)
		return x->device < y->device ? -1 : 1;
	return x->inode != y->inode ? (x->inode < y->inode ? -1 : 1) : 0;
}

static int by_place(const void *a, const void *b)
{
	const struct key *x = a, *y = b;
	int order = by_folder(a, b);

	if (order == 0)
		order = strcmp(x->name, y->name);
	return order != 0 ? order : x->entry < y->entry ? -1 : 1;
}

/* The folder that was asked last: a shell's *.pem names the same one again and again. */
struct asked {
	const char *path;        /* of a file in it; NULL: none yet */
	size_t n;                /* of the folder's part of it */
	struct stat st;
};

static bool ask_folder(struct asked *a, const char *path, size_t n)
{
	char *folder;
	bool ok;

	if (a->path && a->n == n && memcmp(a->path, path, n) == 0)
		return true;
	folder = n > 0 ? strndup(path, n) : strdup(".");
	ok = folder && stat(folder, &a->st) == 0;
	free(folder);
	a->path = ok ? path : NULL;
	a->n = n;
	return ok;
}

/* The folder and the name of a file that was given by its path. */
static bool place_of_root(const struct walk *w, const struct walk_entry *x, struct asked *a, struct key *k)
{
	const char *path = x->kind == WALK_LINK ? w->links[x->link].path : walk_name(w, x);
	const char *slash = strrchr(path, '/');

	if (x->kind == WALK_FILE && x->inode == 0) /* standard input, a token */
		return false;
	if (!ask_folder(a, path, slash ? (size_t)(slash - path) + 1 : 0))
		return false;
	k->device = a->st.st_dev;
	k->inode = a->st.st_ino;
	k->name = slash ? slash + 1 : path;
	return true;
}

static bool place_of(const struct walk *w, size_t entry, struct asked *a, struct key *k)
{
	const struct walk_entry *x = &w->v[entry];

	k->entry = entry;
	if (x->dir == WALK_NO_DIR)
		return place_of_root(w, x, a, k);
	k->device = w->dirs[x->dir].device;
	k->inode = w->dirs[x->dir].inode;
	k->name = walk_name(w, x);
	return k->inode != 0;
}

/* Is a folder met twice, or that of a file which was given? */
static bool overlaps(const struct walk *w, struct key *v)
{
	struct asked a = {0};
	size_t n = 0;

	for (size_t i = 0; i < w->dir_count; i++)
		if (w->dirs[i].inode != 0)
			v[n++] = (struct key){w->dirs[i].device, w->dirs[i].inode, "", 0};
	for (size_t i = 0; i < w->n; i++)
		n += w->v[i].dir == WALK_NO_DIR && place_of(w, i, &a, &v[n]);
	qsort(v, n, sizeof *v, by_folder);
	for (size_t i = 1; i < n; i++)
		if (by_folder(&v[i - 1], &v[i]) == 0)
			return true;
	return false;
}

/* Takes out the links of entries that are dropped. */
static void drop_links(struct walk *w, const bool *again)
{
	size_t to = 0, from = 0;

	for (size_t i = 0; i < w->n; i++) { /* the links stand in the order of their entries */
		if (w->v[i].kind != WALK_LINK)
			continue;
		if (again[i]) {
			free(w->links[from].path);
			free(w->links[from].target);
		} else {
			w->links[to] = w->links[from];
			w->v[i].link = (uint32_t)to++;
		}
		from++;
	}
	w->link_count = to;
}

static void drop(struct walk *w, struct key *v, bool *again)
{
	struct asked a = {0};
	size_t n = 0, to = 0;

	for (size_t i = 0; i < w->n; i++)
		n += place_of(w, i, &a, &v[n]);
	qsort(v, n, sizeof *v, by_place);
	for (size_t i = 1; i < n; i++)
		if (by_folder(&v[i - 1], &v[i]) == 0 && strcmp(v[i - 1].name, v[i].name) == 0)
			again[v[i].entry] = true;
	drop_links(w, again);
	for (size_t i = 0; i < w->n; i++)
		if (!again[i])
			w->v[to++] = w->v[i];
	w->n = to;
}

int walk_drop_again(struct walk *w, struct err *e)
{
	struct key *v;
	bool *again;
	int rc = 0;

	if (w->roots < 2 || w->n == 0)
		return 0;
	v = calloc(w->n + w->dir_count, sizeof *v);
	if (!v)
		return err_set(e, ERR_MEMORY, "out of memory for the names of files");
	if (overlaps(w, v)) {
		again = calloc(w->n, sizeof *again);
		if (again)
			drop(w, v, again);
		else
			rc = err_set(e, ERR_MEMORY, "out of memory for the names of files");
		free(again);
	}
	free(v);
	return rc;
}
