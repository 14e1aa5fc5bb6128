#include "store/walk_part.h"

#include "facts/mistaken.h"
#include "ground/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

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

/* What begins with a name comes right behind it, if all that is there was listed. */
bool walk_alone(const struct walk *w, size_t entry)
{
	const struct walk_entry *x = &w->v[entry], *next = x + 1;
	const char *name = walk_name(w, x);

	return entry + 1 < w->n && x->kind == WALK_FILE && x->dir != WALK_NO_DIR && next->dir == x->dir &&
	       w->roots < 2 && w->link_count == 0 && !w->options->include && !w->options->exclude &&
	       strncmp(walk_name(w, next), name, strlen(name)) != 0;
}

/* --- adding --- */

uint64_t walk_put_name(struct walk *w, const char *s)
{
	uint64_t at = w->names.n;

	buf_add_bytes(&w->names, s, strlen(s) + 1);
	return at;
}

struct walk_entry *walk_put_named(struct walk *w, enum walk_kind k, uint32_t dir, uint64_t name)
{
	struct walk_entry *v = array_grow(w->v, w->n, &w->cap, sizeof *v);

	if (!v) {
		w->failed = true;
		return NULL;
	}
	w->v = v;
	v += w->n++;
	*v = (struct walk_entry){.kind = (uint8_t)k, .dir = dir, .link = WALK_NO_LINK, .name = name};
	return v;
}

struct walk_entry *walk_put(struct walk *w, enum walk_kind k, uint32_t dir, const char *name)
{
	return walk_put_named(w, k, dir, walk_put_name(w, name));
}

/* "name NUL reason NUL", read back by its two parts. */
void walk_put_problem(struct walk *w, enum walk_kind k, uint32_t dir, const char *name,
		      const char *reason)
{
	if (walk_put(w, k, dir, name))
		(void)walk_put_name(w, reason);
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
		walk_put_problem(w, WALK_ERROR, WALK_NO_DIR, path, why.text);
	} else if (S_ISLNK(st.st_mode) && (stat(path, &target) != 0 || !S_ISDIR(target.st_mode))) {
		walk_follow(w, WALK_NO_DIR, AT_FDCWD, path);
		if (w->n > 0 && w->v[w->n - 1].kind == WALK_NOTE)
			w->v[w->n - 1].kind = WALK_ERROR; /* it was asked for by name */
	} else if (S_ISREG(st.st_mode)) {
		struct walk_entry *x = walk_put(w, WALK_FILE, WALK_NO_DIR, path);

		if (x)
			x->inode = st.st_ino;
	} else if (S_ISDIR(st.st_mode) || S_ISLNK(st.st_mode)) {
		plain = without_slashes(path);
		w->root_n = plain ? strlen(plain) : 0;
		walk_folder(w, plain, AT_FDCWD, path, 0, 0);
	} else {
		snprintf(text, sizeof text, "%s: not opened", file_kind(st.st_mode));
		walk_put_problem(w, WALK_ERROR, WALK_NO_DIR, path, text);
	}
	if (w->failed)
		return err_set(e, ERR_MEMORY, "%s: out of memory for the names below it", path);
	return buf_check(&w->names, "the names of files", e);
}

int walk_add_name(struct walk *w, const char *name, struct err *e)
{
	if (!walk_put(w, WALK_FILE, WALK_NO_DIR, name))
		return err_set(e, ERR_MEMORY, "out of memory for a name");
	return buf_check(&w->names, "the names of files", e);
}
