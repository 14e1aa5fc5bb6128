/* Configurations that include others. */
#include "store/server_part.h"

#include "ground/file.h"
#include "ground/limits.h"

#include <dirent.h>
#include <glob.h>
#include <stdlib.h>
#include <sys/stat.h>

/* Includes that include the same files again and again end here. */
#define INCLUDES_MAX 16384
#define INCLUDED_MAX (32u * 1024 * 1024)

static bool is_open(const struct server_list *l, const char *real)
{
	for (unsigned i = 0; i < l->depth; i++)
		if (strcmp(l->open[i], real) == 0)
			return true;
	return false;
}

static void read_one(struct server_list *l, const struct server_include *at, const char *path,
		     server_reader *read, void *context)
{
	const char **v = server_grow(l, (void *)l->read, l->read_count, &l->read_cap, sizeof *v);
	char *real = realpath(path, NULL);
	const char *name = server_text(l, span_str(real ? real : path));
	struct buf text;
	struct err e;

	free(real);
	if (!v)
		return;
	l->read = v;
	if (is_open(l, name)) {
		server_note(l, at->file, at->line, false, "includes %s, in which it stands itself", path);
		return;
	}
	if (l->depth == sizeof l->open / sizeof l->open[0] || l->includes++ >= INCLUDES_MAX) {
		server_note(l, at->file, at->line, false, "includes %s: nested too deep, or too many files: not read",
			    path);
		return;
	}
	buf_init(&text);
	if (file_read(path, LIMIT_POLICY_FILE, &text, &e) != 0) {
		server_note(l, at->file, at->line, false, "include: %s", e.text);
	} else if (text.n > 0 && memchr(text.p, '\0', text.n)) {
		server_note(l, at->file, at->line, false, "include %s: no text", path);
	} else if ((l->included += text.n) > INCLUDED_MAX) {
		server_note(l, at->file, at->line, false, "include %s: more than 32 MiB in all: not read", path);
	} else {
		v[l->read_count++] = name;
		l->open[l->depth++] = name;
		read(l, server_text(l, span_str(path)), buf_span(&text), context);
		l->depth--;
	}
	buf_wipe(&text);
}

static void read_any(struct server_list *l, const struct server_include *at, const char *path,
		     server_reader *read, void *context, unsigned folders);

static void read_folder(struct server_list *l, const struct server_include *at, const char *path,
			server_reader *read, void *context, unsigned folders)
{
	struct dirent **names = NULL;
	int n = scandir(path, &names, NULL, alphasort);
	struct buf b;

	buf_init(&b);
	for (int i = 0; i < n; i++) {
		if (names[i]->d_name[0] != '.' && folders > 0) {
			buf_reset(&b);
			buf_printf(&b, "%s/%s", path, names[i]->d_name);
			read_any(l, at, buf_cstr(&b), read, context, folders - 1);
		}
		free(names[i]);
	}
	free(names);
	buf_wipe(&b);
}

static void read_any(struct server_list *l, const struct server_include *at, const char *path,
		     server_reader *read, void *context, unsigned folders)
{
	struct stat st;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
		if (at->folders)
			read_folder(l, at, path, read, context, folders);
		return;
	}
	read_one(l, at, path, read, context);
}

void server_include(struct server_list *l, const struct server_include *at, const char *pattern,
		    server_reader *read, void *context)
{
	const char *path = server_path(l, at->base, pattern);
	bool wild = strpbrk(pattern, "*?[") != NULL;
	glob_t g;

	if (glob(path, 0, NULL, &g) == 0) {
		for (size_t i = 0; i < g.gl_pathc; i++)
			read_any(l, at, g.gl_pathv[i], read, context, 8);
		globfree(&g);
	} else if (at->must && !wild) {
		server_note(l, at->file, at->line, !l->firm, "include %s: there is no such file", path);
	}
}
