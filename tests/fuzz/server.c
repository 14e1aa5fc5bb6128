/*
 * Configurations of servers.  The input may be several files: a line "== NAME" begins the next,
 * and an include finds those whose names its pattern takes, and nothing on the disk.  Each reader
 * sees every input, whatever it looks like.
 */
#include "tests/fuzz/fuzz.h"

#include "ground/file.h"
#include "store/server_part.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <glob.h>
#include <sys/stat.h>

#define FILES 4
#define MAIN "/etc/fuzz/main"

static struct {
	char name[64];
	struct span text;
} files[FILES];
static size_t file_count; /* 0: no input is being read, and the disk is the disk */

/* Linked with --wrap: what the library asks the disk for comes here. */
int __wrap_stat(const char *path, struct stat *st);
int __wrap_access(const char *path, int mode);
int __wrap_scandir(const char *path, struct dirent ***names, int (*take)(const struct dirent *),
		   int (*order)(const struct dirent **, const struct dirent **));
char *__wrap_realpath(const char *path, char *out);
int __real_stat(const char *path, struct stat *st);
int __real_scandir(const char *path, struct dirent ***names, int (*take)(const struct dirent *),
		   int (*order)(const struct dirent **, const struct dirent **));
int __wrap_glob(const char *pattern, int flags, int (*failed)(const char *, int), glob_t *g);
void __wrap_globfree(glob_t *g);
int __wrap_file_read(const char *path, size_t limit, struct buf *out, struct err *e);
int __real_file_read(const char *path, size_t limit, struct buf *out, struct err *e);

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool is_there(const char *path)
{
	bool found = false;

	for (size_t i = 1; i < file_count; i++)
		found |= strcmp(last_part(path), files[i].name) == 0;
	return found;
}

/* "d" is a folder with all of them. */
static bool is_folder(const char *path)
{
	return strcmp(last_part(path), "d") == 0;
}

int __wrap_stat(const char *path, struct stat *st)
{
	if (file_count == 0)
		return __real_stat(path, st);
	*st = (struct stat){.st_mode = is_folder(path) ? S_IFDIR | 0755 : S_IFREG | 0644};
	errno = ENOENT;
	return is_folder(path) || is_there(path) ? 0 : -1;
}

int __wrap_access(const char *path, int mode)
{
	struct stat st;

	(void)mode;
	return __wrap_stat(path, &st);
}

int __wrap_scandir(const char *path, struct dirent ***names, int (*take)(const struct dirent *),
		   int (*order)(const struct dirent **, const struct dirent **))
{
	if (file_count == 0)
		return __real_scandir(path, names, take, order);
	if (!is_folder(path))
		return -1;
	*names = calloc(file_count, sizeof **names);
	FUZZ_CHECK(*names);
	for (size_t i = 1; i < file_count; i++) {
		struct dirent *d = calloc(1, sizeof *d);

		FUZZ_CHECK(d);
		snprintf(d->d_name, sizeof d->d_name, "%s", files[i].name);
		(*names)[i - 1] = d;
	}
	return (int)file_count - 1;
}

char *__wrap_realpath(const char *path, char *out)
{
	(void)out;
	return strdup(path);
}

int __wrap_glob(const char *pattern, int flags, int (*failed)(const char *, int), glob_t *g)
{
	(void)flags;
	(void)failed;
	*g = (glob_t){.gl_pathv = calloc(FILES, sizeof *g->gl_pathv)};
	FUZZ_CHECK(g->gl_pathv);
	for (size_t i = 1; i < file_count; i++)
		if (fnmatch(last_part(pattern), files[i].name, 0) == 0) {
			char path[128];

			snprintf(path, sizeof path, "/etc/fuzz/%s", files[i].name);
			g->gl_pathv[g->gl_pathc++] = strdup(path);
		}
	if (g->gl_pathc > 0)
		return 0;
	free(g->gl_pathv);
	return GLOB_NOMATCH;
}

void __wrap_globfree(glob_t *g)
{
	for (size_t i = 0; i < g->gl_pathc; i++)
		free(g->gl_pathv[i]);
	free(g->gl_pathv);
}

int __wrap_file_read(const char *path, size_t limit, struct buf *out, struct err *e)
{
	if (file_count == 0)
		return __real_file_read(path, limit, out, e);
	for (size_t i = 1; i < file_count; i++)
		if (strcmp(last_part(path), files[i].name) == 0 && files[i].text.n <= limit) {
			buf_add(out, files[i].text);
			return 0;
		}
	return err_set(e, ERR_IO, "%s: is not there", path);
}

static bool takes_name(const char *name, size_t n)
{
	char text[sizeof files[0].name] = "";

	if (file_count == FILES || n == 0 || n >= sizeof text || memchr(name, '\0', n))
		return false;
	memcpy(text, name, n);
	if (strchr(text, '/') || strcmp(text, last_part(MAIN)) == 0)
		return false;
	for (size_t i = 1; i < file_count; i++)
		if (strcmp(files[i].name, text) == 0)
			return false;
	memcpy(files[file_count].name, text, sizeof text);
	return true;
}

/* The first file is MAIN; a line that names none, or one that is there, is text. */
static void cut(struct span in)
{
	size_t begin = 0;

	memset(files, 0, sizeof files);
	file_count = 1;
	for (size_t at = 0; at < in.n; at++) {
		struct span rest = span_from(in, at);
		const uint8_t *end = memchr(rest.p, '\n', rest.n);
		size_t n = end ? (size_t)(end - rest.p) : 0;

		if ((at > 0 && in.p[at - 1] != '\n') || n < 3 || memcmp(rest.p, "== ", 3) != 0 ||
		    !takes_name((const char *)rest.p + 3, n - 3))
			continue;
		files[file_count++ - 1].text = span_of(in.p + begin, at - begin);
		at += n;
		begin = at + 1;
	}
	files[file_count - 1].text = span_of(in.p + begin, in.n - begin);
}

static size_t lines_of(const char *path)
{
	struct span text = files[0].text;
	size_t lines = 1;

	for (size_t i = 1; i < file_count; i++)
		if (strcmp(last_part(path), files[i].name) == 0)
			text = files[i].text;
	for (size_t i = 0; i < text.n; i++)
		lines += text.p[i] == '\n';
	return lines;
}

static void look(const struct server_list *l)
{
	FUZZ_CHECK(!l->failed);
	FUZZ_CHECK(l->depth == 0);
	for (size_t i = 0; i < l->n; i++) {
		const struct server_service *s = &l->v[i];

		FUZZ_CHECK(s->server && s->file && s->cert);
		FUZZ_CHECK(server_stapling_text(s->stapling) != NULL);
		/* HAProxy may fetch, and begin with a file. */
		FUZZ_CHECK(s->staple_file ? s->stapling == SERVER_FILE || s->stapling == SERVER_ON
					  : s->stapling != SERVER_FILE);
		FUZZ_CHECK(s->line > 0 && s->line <= lines_of(s->file));
		/* A path that was relative is seen from the configuration's folder. */
		FUZZ_CHECK(s->cert[0] == '/');
		FUZZ_CHECK(!s->staple_file || s->staple_file[0] == '/');
	}
}

static void read_with(void (*read)(struct server_list *l, const char *path, struct span text))
{
	struct server_list l = {0};

	read(&l, MAIN, files[0].text);
	look(&l);
	server_list_wipe(&l);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const readers[])(struct server_list *, const char *, struct span) = {
		server_nginx_read, server_apache_read, server_haproxy_read, server_hitch_read,
		server_lighttpd_read, server_exim_read, server_postfix_read, server_dovecot_read,
		server_caddy_read};
	struct server_list twice = {0};
	size_t once;

	cut(span_of(data, size));
	for (size_t i = 0; i < sizeof readers / sizeof readers[0]; i++)
		read_with(readers[i]);
	/* As a store's walk does: the reader is told by the text, and no file counts twice. */
	server_read(&twice, MAIN, files[0].text, true);
	look(&twice);
	FUZZ_CHECK(twice.n == 0 || server_kind(files[0].text));
	once = twice.n;
	server_read(&twice, MAIN, files[0].text, true);
	FUZZ_CHECK(twice.n == once);
	server_list_wipe(&twice);
	file_count = 0;
	return 0;
}
