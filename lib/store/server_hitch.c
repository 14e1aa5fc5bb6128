/* hitch: pem-file = "F", or pem-file = { cert = "F" ocsp-resp-file = "S" }, also in a frontend; pem-dir.
 * Without a file it fetches, into ocsp-dir, which has a default (hitch.conf(5)). */
#include "store/server_part.h"

#include <dirent.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define OCSP_DIR "/var/lib/hitch/"

struct found {
	const char *cert, *staple;
	size_t line;
};

struct hitch {
	struct server_list *l;
	const char *path;
	struct found *v;
	size_t n, cap;
	const char *ocsp_dir, *pem_dir, *pem_glob;
	size_t pem_dir_line;
	struct span rest;
	size_t line;
	struct buf token;
	bool quoted;
};

static bool next(struct hitch *x)
{
	return server_token(&x->rest, &x->line, "{}=", &x->token, &x->quoted);
}

static bool is(struct hitch *x, const char *what)
{
	return !x->quoted && strcmp(buf_cstr(&x->token), what) == 0;
}

static void found(struct hitch *x, const struct found *f)
{
	struct found *v = server_grow(x->l, x->v, x->n, &x->cap, sizeof *v);

	if (!v)
		return;
	x->v = v;
	v[x->n++] = *f;
}

/* { cert = "F" ... }, behind its brace */
static void read_block(struct hitch *x, struct found *f)
{
	const char *key = "";

	while (next(x) && !is(x, "}")) {
		if (is(x, "="))
			continue;
		if (strcmp(key, "cert") == 0)
			f->cert = server_path(x->l, x->path, buf_cstr(&x->token));
		else if (strcmp(key, "ocsp-resp-file") == 0)
			f->staple = server_path(x->l, x->path, buf_cstr(&x->token));
		key = key[0] ? "" : server_text(x->l, buf_span(&x->token)); /* keys and values take turns */
	}
	if (f->cert)
		found(x, f);
}

static void setting(struct hitch *x, const char *key, size_t line)
{
	struct found f = {.line = line};
	const char *value;

	if (strcmp(key, "pem-file") == 0 && is(x, "{")) {
		read_block(x, &f);
		return;
	}
	value = server_text(x->l, buf_span(&x->token));
	if (strcmp(key, "pem-file") == 0) {
		f.cert = server_path(x->l, x->path, value);
		found(x, &f);
	} else if (strcmp(key, "ocsp-dir") == 0) {
		x->ocsp_dir = value;
	} else if (strcmp(key, "pem-dir") == 0) {
		x->pem_dir = value;
		x->pem_dir_line = line;
	} else if (strcmp(key, "pem-dir-glob") == 0) {
		x->pem_glob = value;
	}
}

static void read_pem_dir(struct hitch *x)
{
	const char *folder = server_path(x->l, x->path, x->pem_dir);
	struct dirent **names = NULL;
	int n = scandir(folder, &names, NULL, alphasort);
	struct stat st;
	struct buf b;

	if (n < 0)
		server_note(x->l, x->path, x->pem_dir_line, !x->l->firm, "pem-dir %s: cannot be read", folder);
	buf_init(&b);
	for (int i = 0; i < n; i++) {
		struct found f = {.line = x->pem_dir_line};

		buf_reset(&b);
		buf_printf(&b, "%s/%s", folder, names[i]->d_name);
		if (names[i]->d_name[0] != '.' && stat(buf_cstr(&b), &st) == 0 && S_ISREG(st.st_mode) &&
		    (!x->pem_glob || fnmatch(x->pem_glob, names[i]->d_name, 0) == 0)) {
			f.cert = server_text(x->l, buf_span(&b));
			found(x, &f);
		}
		free(names[i]);
	}
	free(names);
	buf_wipe(&b);
}

void server_hitch_read(struct server_list *l, const char *path, struct span text)
{
	struct hitch x = {.l = l, .path = path, .rest = text, .line = 1};
	const char *key = "";
	bool fetches;

	while (!l->failed && next(&x)) {
		if (!is(&x, "=")) {
			key = server_text(l, buf_span(&x.token));
			continue;
		}
		if (next(&x))
			setting(&x, key, x.line);
	}
	if (x.pem_dir && x.pem_dir[0])
		read_pem_dir(&x);
	fetches = x.ocsp_dir ? x.ocsp_dir[0] != '\0' : access(OCSP_DIR, F_OK) == 0;
	for (size_t i = 0; i < x.n; i++) {
		struct server_service s = {.server = "hitch", .file = path, .line = x.v[i].line, .cert = x.v[i].cert,
					   .staple_file = x.v[i].staple, .resolver = true};

		s.stapling = s.staple_file ? SERVER_FILE : fetches ? SERVER_ON : SERVER_OFF;
		server_add(l, &s, NULL);
	}
	buf_wipe(&x.token);
	free(x.v);
}
