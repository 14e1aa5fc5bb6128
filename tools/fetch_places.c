/* Where staple-fetch may write: found before the sandbox closes, from names alone. */
#include "tools/fetch.h"

#include "ground/file.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>

/* Owns `path`, NULL for "no memory".  1: it is new, 0: it was there, -1: no memory. */
static int take(struct places *p, char *path)
{
	const char **v;

	if (!path)
		return -1;
	for (size_t i = 0; i < p->n; i++) {
		if (strcmp(p->v[i], path) == 0) {
			free(path);
			return 0;
		}
	}
	v = array_grow(p->v, p->n + 1, &p->cap, sizeof *v); /* and the NULL */
	if (!v) {
		free(path);
		return -1;
	}
	p->v = v;
	v[p->n++] = path;
	v[p->n] = NULL;
	return 1;
}

/* What a layout may call the files that it wants. */
static bool is_written(const char *name)
{
	static const char *const ends[] = {".ocsp", ".issuer"};

	for (size_t i = 0; i < layout_count; i++)
		if (layouts[i].file && strcmp(layouts[i].file, name) == 0)
			return true;
	return file_name_ends(name, ends, sizeof ends / sizeof *ends);
}

static int add_links(struct places *p, const char *folder, bool deep);

static bool is_link(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISLNK(st.st_mode);
}

/* An entry of a folder: a link in a staple's place, or, as certbot keeps certificates, a folder. */
static int add_entry(struct places *p, const char *folder, const char *name, bool deep)
{
	struct stat st;
	struct buf path;
	char *target;
	int rc = 0;

	buf_init(&path);
	buf_printf(&path, "%s/%s", folder, name);
	if (path.failed) {
		rc = -1;
	} else if (is_written(name)) {
		target = is_link(buf_cstr(&path)) ? file_replace_folder(buf_cstr(&path)) : NULL;
		rc = target ? take(p, target) : 0; /* NULL: it leads to no file */
	} else if (deep && name[0] != '.' && stat(buf_cstr(&path), &st) == 0 && S_ISDIR(st.st_mode)) {
		if (is_link(buf_cstr(&path)))
			rc = take(p, strdup(buf_cstr(&path)));
		if (rc >= 0)
			rc = add_links(p, buf_cstr(&path), false);
	}
	buf_wipe(&path);
	return rc;
}

static int add_links(struct places *p, const char *folder, bool deep)
{
	DIR *d = opendir(folder);
	struct dirent *x;
	int rc = 0;

	while (d && rc >= 0 && (x = readdir(d)) != NULL)
		rc = add_entry(p, folder, x->d_name, deep);
	if (d)
		closedir(d);
	return rc;
}

int fetch_places(struct places *p, const char *const *args, size_t n)
{
	int rc = 0;

	for (size_t i = 0; i < n && rc >= 0; i++) {
		const char *slash = strrchr(args[i], '/');
		struct stat st;
		char *folder;
		bool deep = stat(args[i], &st) == 0 && S_ISDIR(st.st_mode);

		/* Beside the certificate's name, also when that is a link to elsewhere. */
		if (deep)
			folder = strdup(args[i]);
		else
			folder = slash ? strndup(args[i], (size_t)(slash - args[i]) + 1) : strdup(".");
		rc = take(p, folder);
		if (rc > 0)
			rc = add_links(p, folder, deep);
	}
	return rc < 0 ? -1 : 0;
}

void fetch_places_wipe(struct places *p)
{
	for (size_t i = 0; i < p->n; i++)
		free((char *)(uintptr_t)p->v[i]);
	free(p->v);
}
