/* Symbolic links: the file to which one leads, and each file once. */
#include "ground/file.h"
#include "store/walk_part.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* Does the file's device differ from its folder's?  Then what a folder tells is not what stat does. */
static bool is_apart(char *target, uint64_t device)
{
	char *slash = strrchr(target, '/');
	struct stat st;
	bool yes;

	if (!slash || slash == target)
		return false;
	*slash = '\0';
	yes = stat(target, &st) == 0 && st.st_dev != device;
	*slash = '/';
	return yes;
}

static void add_link(struct walk *w, uint32_t dir, const char *name, const struct stat *st)
{
	struct walk_link *v = array_grow(w->links, w->link_count, &w->link_cap, sizeof *v);
	struct walk_entry *x;

	if (!v) {
		w->failed = true;
		return;
	}
	w->links = v;
	v += w->link_count;
	*v = (struct walk_link){.device = st->st_dev, .inode = st->st_ino, .next = WALK_NO_LINK,
				.entry = (uint32_t)w->n};
	v->path = dir == WALK_NO_DIR ? strdup(name) : walk_joined(w->dirs[dir].path, name);
	v->target = v->path ? realpath(v->path, NULL) : NULL;
	if (!v->path || !v->target) {
		free(v->path);
		free(v->target);
		walk_put_problem(w, WALK_ERROR, dir, name, "the link changed while it was followed");
		return;
	}
	w->link_count++;
	if (is_apart(v->target, v->device))
		w->apart++;
	x = walk_put(w, WALK_LINK, dir, name);
	if (x)
		x->link = (uint32_t)(w->link_count - 1);
}

void walk_follow(struct walk *w, uint32_t dir, int dirfd, const char *name)
{
	struct stat st;
	char text[128];

	if (fstatat(dirfd, name, &st, 0) != 0) {
		snprintf(text, sizeof text, errno == ENOENT ? "the link leads nowhere"
							    : "the link cannot be followed: %s",
			 strerror(errno));
		walk_put_problem(w, WALK_ERROR, dir, name, text);
	} else if (S_ISREG(st.st_mode)) {
		add_link(w, dir, name, &st);
	} else {
		snprintf(text, sizeof text, "the link leads to %s: not followed", file_kind(st.st_mode));
		walk_put_problem(w, WALK_NOTE, dir, name, text);
	}
}

/* The links, by the file they lead to, then in the order met. */
struct target {
	uint64_t device, inode;
	uint32_t entry, link;
};

static int by_target(const void *a, const void *b)
{
	const struct target *x = a, *y = b;

	if (x->device != y->device)
		return x->device < y->device ? -1 : 1;
	if (x->inode != y->inode)
		return x->inode < y->inode ? -1 : 1;
	return x->entry < y->entry ? -1 : 1;
}

/* Sorts the links and chains those with the same file; all but the first are listed[]. */
static void chain_links(struct walk *w, struct target *order, bool *listed)
{
	for (size_t i = 0; i < w->link_count; i++)
		order[i] = (struct target){w->links[i].device, w->links[i].inode, w->links[i].entry,
					   (uint32_t)i};
	qsort(order, w->link_count, sizeof *order, by_target);
	for (size_t i = 1; i < w->link_count; i++)
		if (order[i - 1].device == order[i].device && order[i - 1].inode == order[i].inode) {
			w->links[order[i - 1].link].next = order[i].link;
			listed[order[i].link] = true;
		}
}

static uint32_t find_target(const struct walk *w, const struct target *order, uint64_t device,
			    uint64_t inode)
{
	size_t low = 0, high = w->link_count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (order[mid].device < device ||
		    (order[mid].device == device && order[mid].inode < inode))
			low = mid + 1;
		else
			high = mid;
	}
	if (low == w->link_count || order[low].device != device || order[low].inode != inode)
		return WALK_NO_LINK;
	return order[low].link;
}

/* The device and inode of a listed file: as its folder tells, where that can be relied on. */
static bool identity_of(const struct walk *w, const struct walk_entry *x, uint64_t *device,
			uint64_t *inode)
{
	struct buf path;
	struct stat st;
	bool ok;

	if (x->dir != WALK_NO_DIR && w->apart == 0) {
		*device = w->dirs[x->dir].device;
		*inode = x->inode;
		return true;
	}
	buf_init(&path);
	walk_path(w, x, &path);
	ok = !path.failed && stat(buf_cstr(&path), &st) == 0;
	if (ok) {
		*device = st.st_dev;
		*inode = st.st_ino;
	}
	buf_wipe(&path);
	return ok;
}

/* Drops the entries of links whose file has an entry of its own, or an earlier link. */
static void drop_links(struct walk *w, const bool *listed)
{
	size_t to = 0;

	for (size_t i = 0; i < w->n; i++)
		if (w->v[i].kind != WALK_LINK || !listed[w->v[i].link])
			w->v[to++] = w->v[i];
	w->n = to;
}

int walk_finish(struct walk *w, struct err *e)
{
	struct target *order = NULL;
	bool *listed = NULL;
	uint64_t device, inode;

	if (walk_drop_again(w, e) != 0)
		return -1;
	if (w->link_count == 0)
		return 0;
	order = calloc(w->link_count, sizeof *order);
	listed = calloc(w->link_count, sizeof *listed);
	if (!order || !listed) {
		free(order);
		free(listed);
		return err_set(e, ERR_MEMORY, "out of memory for symbolic links");
	}
	chain_links(w, order, listed);
	for (size_t i = 0; i < w->n; i++) {
		struct walk_entry *x = &w->v[i];

		if (x->kind != WALK_FILE || !identity_of(w, x, &device, &inode))
			continue;
		x->link = find_target(w, order, device, inode);
		if (x->link != WALK_NO_LINK)
			listed[x->link] = true;
	}
	drop_links(w, listed);
	free(order);
	free(listed);
	return 0;
}
