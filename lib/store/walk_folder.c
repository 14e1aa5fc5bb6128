/* A folder and all below it, in the order of the names' bytes. */
#include "store/walk_part.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct name {
	uint64_t inode;
	char *text; /* within the names' own block */
	unsigned char type;
};

struct listing {
	struct name *v;
	size_t n, cap;
};

static void listing_wipe(struct listing *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i].text);
	free(l->v);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(((const struct name *)a)->text, ((const struct name *)b)->text);
}

static unsigned char type_of(mode_t m)
{
	if (S_ISREG(m))
		return DT_REG;
	if (S_ISDIR(m))
		return DT_DIR;
	if (S_ISLNK(m))
		return DT_LNK;
	return S_ISFIFO(m) ? DT_FIFO : S_ISSOCK(m) ? DT_SOCK : S_ISBLK(m) ? DT_BLK : DT_CHR;
}

/* All names of the folder, sorted.  -1: memory; the folder's own errors end the list. */
static int list(struct walk *w, DIR *d, uint32_t dir, struct listing *l)
{
	struct dirent *x;

	while (errno = 0, (x = readdir(d)) != NULL) {
		struct name *v;
		struct stat st;

		if (strcmp(x->d_name, ".") == 0 || strcmp(x->d_name, "..") == 0)
			continue;
		v = array_grow(l->v, l->n, &l->cap, sizeof *v);
		if (!v)
			return -1;
		l->v = v;
		v += l->n;
		*v = (struct name){.inode = x->d_ino, .type = x->d_type};
		if (v->type == DT_UNKNOWN && fstatat(dirfd(d), x->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0)
			v->type = type_of(st.st_mode);
		v->text = strdup(x->d_name);
		if (!v->text)
			return -1;
		l->n++;
	}
	if (errno != 0)
		walk_put_problem(w, WALK_ERROR, dir, "", strerror(errno));
	if (l->n > 1)
		qsort(l->v, l->n, sizeof *l->v, by_text);
	return 0;
}

static const char *type_text(unsigned char t)
{
	return t == DT_FIFO ? "a pipe" : t == DT_SOCK ? "a socket" : "a device";
}

static void visit(struct walk *w, uint32_t dir, int fd, const struct name *x, int depth)
{
	struct walk_entry *entry;
	char text[64];

	if (!walk_wanted(w, dir, x->text, x->type == DT_DIR))
		return;
	switch (x->type) {
	case DT_REG:
		entry = walk_put(w, WALK_FILE, dir, x->text);
		if (entry)
			entry->inode = x->inode;
		return;
	case DT_DIR:
		if (w->options->max_depth < 0 || depth < w->options->max_depth)
			walk_folder(w, walk_joined(w->dirs[dir].path, x->text), fd, x->text, depth + 1,
				    w->dirs[dir].device);
		return;
	case DT_LNK:
		walk_follow(w, dir, fd, x->text);
		return;
	default:
		snprintf(text, sizeof text, "%s: not opened", type_text(x->type));
		walk_put_problem(w, WALK_NOTE, dir, x->text, text);
	}
}

/* An open descriptor for each level: names cannot be exchanged under us. */
void walk_folder(struct walk *w, char *path, int parent, const char *name, int depth,
		 uint64_t device)
{
	struct walk_dir *v = array_grow(w->dirs, w->dir_count, &w->dir_cap, sizeof *v);
	uint32_t dir = (uint32_t)w->dir_count;
	struct listing l = {0};
	struct stat st;
	DIR *d = NULL;
	int fd;

	if (!path || !v) {
		w->failed = true;
		free(path);
		return;
	}
	w->dirs = v;
	w->dirs[w->dir_count++] = (struct walk_dir){.path = path};
	fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | (depth > 0 ? O_NOFOLLOW : 0));
	if (fd < 0 || fstat(fd, &st) != 0 || !(d = fdopendir(fd))) {
		walk_put_problem(w, WALK_ERROR, dir, "", strerror(errno));
		if (fd >= 0)
			close(fd);
		return;
	}
	w->dirs[dir].device = st.st_dev;
	w->dirs[dir].inode = st.st_ino;
	if (depth > 0 && w->options->one_file_system && st.st_dev != device)
		walk_put_problem(w, WALK_NOTE, dir, "", "another file system: left out");
	else if (list(w, d, dir, &l) != 0)
		w->failed = true;
	for (size_t i = 0; i < l.n && !w->failed; i++)
		visit(w, dir, dirfd(d), &l.v[i], depth);
	listing_wipe(&l);
	closedir(d);
}
