#include "store/walk_part.h"

#include "facts/mistaken.h"
#include "ground/file.h"
#include "ground/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

void walk_init(struct walk *w, const struct walk_options *o)
{
	*w = (struct walk){.options = o};
	buf_init(&w->names);
}

void walk_wipe(struct walk *w)
{
	for (size_t i = 0; i < w->dir_count; i++)
		free(w->dirs[i].path);
	for (size_t i = 0; i < w->link_count; i++) {
		free(w->links[i].path);
		free(w->links[i].target);
	}
	free(w->dirs);
	free(w->links);
	free(w->v);
	buf_wipe(&w->names);
	*w = (struct walk){0};
}

const char *walk_name(const struct walk *w, const struct walk_entry *x)
{
	return (const char *)w->names.p + x->name;
}

const char *walk_reason(const struct walk *w, const struct walk_entry *x)
{
	const char *name = walk_name(w, x);

	return name + strlen(name) + 1;
}

void walk_path(const struct walk *w, const struct walk_entry *x, struct buf *out)
{
	const char *dir = x->dir == WALK_NO_DIR ? NULL : w->dirs[x->dir].path;

	if (x->kind == WALK_LINK) {
		buf_add_str(out, w->links[x->link].target);
	} else {
		if (dir) {
			buf_add_str(out, dir);
			if (strcmp(dir, "/") != 0 && *walk_name(w, x))
				buf_add_byte(out, '/');
		}
		buf_add_str(out, walk_name(w, x));
	}
	(void)buf_cstr(out);
}

/* --- adding --- */

static uint64_t add_name(struct walk *w, const char *s)
{
	uint64_t at = w->names.n;

	buf_add_bytes(&w->names, s, strlen(s) + 1);
	return at;
}

static struct walk_entry *add_entry(struct walk *w, enum walk_kind k, uint32_t dir, const char *name)
{
	struct walk_entry *v = array_grow(w->v, w->n, &w->cap, sizeof *v);

	if (!v) {
		w->failed = true;
		return NULL;
	}
	w->v = v;
	v += w->n++;
	*v = (struct walk_entry){.kind = (uint8_t)k, .dir = dir, .link = WALK_NO_LINK};
	v->name = add_name(w, name);
	return v;
}

/* A problem about a path: "name NUL reason NUL", read back by its two parts. */
static void add_problem(struct walk *w, enum walk_kind k, uint32_t dir, const char *name,
			const char *reason)
{
	if (add_entry(w, k, dir, name))
		add_name(w, reason);
}

char *walk_joined(const char *dir, const char *name)
{
	struct buf b;
	char *s;

	buf_init(&b);
	buf_add_str(&b, dir);
	if (strcmp(dir, "/") != 0)
		buf_add_byte(&b, '/');
	buf_add_str(&b, name);
	s = b.failed ? NULL : strdup(buf_cstr(&b));
	buf_wipe(&b);
	return s;
}

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
		add_problem(w, WALK_ERROR, dir, name, "the link changed while it was followed");
		return;
	}
	w->link_count++;
	if (is_apart(v->target, v->device))
		w->apart++;
	x = add_entry(w, WALK_LINK, dir, name);
	if (x)
		x->link = (uint32_t)(w->link_count - 1);
}

static void follow(struct walk *w, uint32_t dir, int dirfd, const char *name)
{
	struct stat st;
	char text[128];

	if (fstatat(dirfd, name, &st, 0) != 0) {
		snprintf(text, sizeof text, errno == ENOENT ? "the link leads nowhere"
							    : "the link cannot be followed: %s",
			 strerror(errno));
		add_problem(w, WALK_ERROR, dir, name, text);
	} else if (S_ISREG(st.st_mode)) {
		add_link(w, dir, name, &st);
	} else {
		snprintf(text, sizeof text, "the link leads to %s: not followed", file_kind(st.st_mode));
		add_problem(w, WALK_NOTE, dir, name, text);
	}
}

/* --- folders --- */

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
		add_problem(w, WALK_ERROR, dir, "", strerror(errno));
	if (l->n > 1)
		qsort(l->v, l->n, sizeof *l->v, by_text);
	return 0;
}

static void walk_folder(struct walk *w, char *path, int parent, const char *name, int depth,
			uint64_t device);

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
		entry = add_entry(w, WALK_FILE, dir, x->text);
		if (entry)
			entry->inode = x->inode;
		return;
	case DT_DIR:
		if (w->options->max_depth < 0 || depth < w->options->max_depth)
			walk_folder(w, walk_joined(w->dirs[dir].path, x->text), fd, x->text, depth + 1,
				    w->dirs[dir].device);
		return;
	case DT_LNK:
		follow(w, dir, fd, x->text);
		return;
	default:
		snprintf(text, sizeof text, "%s: not opened", type_text(x->type));
		add_problem(w, WALK_NOTE, dir, x->text, text);
	}
}

/* Takes `path`.  An open descriptor for each level: names cannot be exchanged under us. */
static void walk_folder(struct walk *w, char *path, int parent, const char *name, int depth,
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
		add_problem(w, WALK_ERROR, dir, "", strerror(errno));
		if (fd >= 0)
			close(fd);
		return;
	}
	w->dirs[dir].device = st.st_dev;
	w->dirs[dir].inode = st.st_ino;
	if (depth > 0 && w->options->one_file_system && st.st_dev != device)
		add_problem(w, WALK_NOTE, dir, "", "another file system: left out");
	else if (list(w, d, dir, &l) != 0)
		w->failed = true;
	for (size_t i = 0; i < l.n && !w->failed; i++)
		visit(w, dir, dirfd(d), &l.v[i], depth);
	listing_wipe(&l);
	closedir(d);
}

/* --- paths as given --- */

static char *without_slashes(const char *path)
{
	size_t n = strlen(path);

	while (n > 1 && path[n - 1] == '/')
		n--;
	return strndup(path, n);
}

int walk_add(struct walk *w, const char *path, struct err *e)
{
	struct stat st, target;
	char text[64], *plain;
	struct err why;

	w->roots++;
	if (lstat(path, &st) != 0) {
		err_set(&why, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "%s", strerror(errno));
		mistaken_server(path, NULL, &why);
		add_problem(w, WALK_ERROR, WALK_NO_DIR, path, why.text);
	} else if (S_ISLNK(st.st_mode) && (stat(path, &target) != 0 || !S_ISDIR(target.st_mode))) {
		follow(w, WALK_NO_DIR, AT_FDCWD, path);
		if (w->n > 0 && w->v[w->n - 1].kind == WALK_NOTE)
			w->v[w->n - 1].kind = WALK_ERROR; /* it was asked for by name */
	} else if (S_ISREG(st.st_mode)) {
		struct walk_entry *x = add_entry(w, WALK_FILE, WALK_NO_DIR, path);

		if (x)
			x->inode = st.st_ino;
	} else if (S_ISDIR(st.st_mode) || S_ISLNK(st.st_mode)) {
		plain = without_slashes(path);
		w->root_n = plain ? strlen(plain) : 0;
		walk_folder(w, plain, AT_FDCWD, path, 0, 0);
	} else {
		snprintf(text, sizeof text, "%s: not opened", file_kind(st.st_mode));
		add_problem(w, WALK_ERROR, WALK_NO_DIR, path, text);
	}
	if (w->failed)
		return err_set(e, ERR_MEMORY, "%s: out of memory for the names below it", path);
	return buf_check(&w->names, "the names of files", e);
}

int walk_add_name(struct walk *w, const char *name, struct err *e)
{
	if (!add_entry(w, WALK_FILE, WALK_NO_DIR, name))
		return err_set(e, ERR_MEMORY, "out of memory for a name");
	return buf_check(&w->names, "the names of files", e);
}

/* --- links --- */

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
