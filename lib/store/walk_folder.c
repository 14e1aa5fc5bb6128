/* A folder and all below it, in the order of the names' bytes. */
#include "store/walk_part.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

/* Fewer folders in one are not worth a thread. */
#define FOLDERS_TO_SHARE 8

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

/* --- the order --- */

static int by_text(const void *a, const void *b)
{
	const struct walk_name *x = a, *y = b;

	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	return strcmp(x->text, y->text);
}

/* What the names begin with in common: of most folders' nearly all. */
static size_t common(const struct walk_listing *l)
{
	size_t n = strlen(l->v[0].text);

	for (size_t i = 1; i < l->n; i++)
		for (size_t k = 0; k < n; k++)
			if (l->v[i].text[k] != l->v[0].text[k])
				n = k;
	return n;
}

static void sort(const struct walk *w, struct walk_listing *l)
{
	size_t skip;

	for (size_t i = 0; i < l->n; i++)
		l->v[i].text = (const char *)w->names.p + l->v[i].at;
	if (l->n < 2)
		return;
	skip = common(l);
	for (size_t i = 0; i < l->n; i++) {
		const char *s = l->v[i].text + skip;

		for (int k = 0; k < 8; k++) {
			l->v[i].order = l->v[i].order << 8 | (uint8_t)*s;
			s += *s != '\0';
		}
	}
	qsort(l->v, l->n, sizeof *l->v, by_text);
}

/* All names of the folder that are asked for, sorted.  -1: memory; the folder's own errors end the
 * list. */
static int list(struct walk *w, DIR *d, uint32_t dir, struct walk_listing *l)
{
	struct dirent *x;

	while (errno = 0, (x = readdir(d)) != NULL) {
		struct walk_name *v;
		struct stat st;
		unsigned char type = x->d_type;

		if (strcmp(x->d_name, ".") == 0 || strcmp(x->d_name, "..") == 0)
			continue;
		if (type == DT_UNKNOWN && fstatat(dirfd(d), x->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0)
			type = type_of(st.st_mode);
		if (!walk_wanted(w, dir, x->d_name, type == DT_DIR))
			continue;
		v = array_grow(l->v, l->n, &l->cap, sizeof *v);
		if (!v)
			return -1;
		l->v = v;
		l->folders += type == DT_DIR;
		v[l->n++] = (struct walk_name){.inode = x->d_ino, .at = walk_put_name(w, x->d_name),
					       .type = type};
	}
	if (errno != 0)
		walk_put_problem(w, WALK_ERROR, dir, "", strerror(errno));
	if (w->names.failed)
		return -1;
	sort(w, l);
	return 0;
}

/* --- what they are --- */

static const char *type_text(unsigned char t)
{
	return t == DT_FIFO ? "a pipe" : t == DT_SOCK ? "a socket" : "a device";
}

void walk_visit(struct walk *w, uint32_t dir, int fd, const struct walk_name *x, int depth)
{
	char text[64], name[sizeof ((struct dirent *)NULL)->d_name];
	struct walk_entry *entry;

	if (x->type == DT_REG) {
		entry = walk_put_named(w, WALK_FILE, dir, x->at);
		if (entry)
			entry->inode = x->inode;
		return;
	}
	/* The names move when one is added. */
	snprintf(name, sizeof name, "%s", (const char *)w->names.p + x->at);
	if (x->type == DT_DIR) {
		if (w->options->max_depth < 0 || depth < w->options->max_depth)
			walk_folder(w, walk_joined(w->dirs[dir].path, name), fd, name, depth + 1,
				    w->dirs[dir].device);
	} else if (x->type == DT_LNK) {
		walk_follow(w, dir, fd, name);
	} else {
		snprintf(text, sizeof text, "%s: not opened", type_text(x->type));
		walk_put_problem(w, WALK_NOTE, dir, name, text);
	}
}

static void visit_all(struct walk *w, uint32_t dir, int fd, const struct walk_listing *l, int depth)
{
	bool deeper = w->options->max_depth < 0 || depth < w->options->max_depth;

	if (!w->part && w->options->jobs > 1 && l->folders >= FOLDERS_TO_SHARE && deeper) {
		walk_share(w, dir, fd, l, depth);
		return;
	}
	for (size_t i = 0; i < l->n && !w->failed; i++)
		walk_visit(w, dir, fd, &l->v[i], depth);
}

/* Its files are made when they are read, and some never end. */
static bool is_of_kernel(int fd)
{
	static const unsigned long types[] = {PROC_SUPER_MAGIC, SYSFS_MAGIC, DEBUGFS_MAGIC, TRACEFS_MAGIC,
					      CGROUP2_SUPER_MAGIC, CGROUP_SUPER_MAGIC, SECURITYFS_MAGIC};
	struct statfs st;

	if (fstatfs(fd, &st) != 0)
		return false;
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		if ((unsigned long)st.f_type == types[i])
			return true;
	return false;
}

/* An open descriptor for each level: names cannot be exchanged under us. */
void walk_folder(struct walk *w, char *path, int parent, const char *name, int depth,
		 uint64_t device)
{
	struct walk_dir *v = array_grow(w->dirs, w->dir_count, &w->dir_cap, sizeof *v);
	uint32_t dir = (uint32_t)w->dir_count;
	struct walk_listing l = {0};
	struct stat st;
	DIR *d = NULL;
	int fd;

	if (v)
		w->dirs = v;
	if (!path || !v) {
		w->failed = true;
		free(path);
		return;
	}
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
	else if (depth > 0 && st.st_dev != device && is_of_kernel(fd))
		walk_put_problem(w, WALK_NOTE, dir, "", "what the kernel tells of itself: left out");
	else if (list(w, d, dir, &l) != 0)
		w->failed = true;
	else
		visit_all(w, dir, fd, &l, depth);
	free(l.v);
	closedir(d);
}
