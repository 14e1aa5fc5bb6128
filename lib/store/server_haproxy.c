/* HAProxy: bind ... ssl crt FILE|FOLDER, crt-list FILE; crt-store.  A staple is FILE.ocsp beside, and
 * ocsp-update (2.8 on) lets it fetch. */
#include "store/server_part.h"

#include "ground/file.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* One `load` of a crt-store. */
struct load {
	const char *name;        /* "@store/alias" */
	const char *cert, *staple;
	bool update;
	size_t line;
};

struct haproxy {
	struct server_list *l;
	const char *path;
	const char *base;        /* of certificates: a file in crt-base, or the configuration */
	const char *store, *store_base; /* of the section read now */
	struct load *loads;
	size_t load_count, load_cap;
	bool files, strip;       /* staples beside are loaded; an extension goes first */
	bool update;             /* by default */
	enum { OTHER, GLOBAL, STORE } section;
};

/* What a bind line or a line of a crt-list says. */
struct bind {
	const char *file;
	size_t line;
	bool update;
};

/* The path with one slash at its end. */
static const char *with_slash(struct server_list *l, const char *path)
{
	size_t n = strlen(path);
	struct buf b;

	while (n > 0 && path[n - 1] == '/')
		n--;
	buf_init(&b);
	buf_add_bytes(&b, path, n);
	buf_add_byte(&b, '/');
	path = server_text(l, buf_span(&b));
	l->failed |= b.failed;
	buf_wipe(&b);
	return path;
}

static const char *folder(struct server_list *l, const char *base, const char *value)
{
	return with_slash(l, server_path(l, base, value));
}

/* FILE.ocsp, when it is there. */
static const char *staple_of(const struct haproxy *x, const char *cert)
{
	size_t n = strlen(cert);
	const char *path = NULL;
	struct buf b;

	if (!x->files)
		return NULL;
	buf_init(&b);
	buf_add_bytes(&b, cert, x->strip && n > 4 && strcmp(cert + n - 4, ".crt") == 0 ? n - 4 : n);
	buf_add_str(&b, ".ocsp");
	if (access(buf_cstr(&b), F_OK) == 0)
		path = server_text(x->l, buf_span(&b));
	buf_wipe(&b);
	return path;
}

static void add_file(struct haproxy *x, const struct bind *b, const char *cert, const char *staple,
		     bool update)
{
	struct server_service s = {.server = "haproxy", .file = b->file, .line = b->line, .cert = cert,
				   .staple_file = staple ? staple : staple_of(x, cert), .resolver = true};

	s.stapling = update ? SERVER_ON : s.staple_file ? SERVER_FILE : SERVER_OFF;
	server_add(x->l, &s, NULL);
}

/* Those that a folder's loading passes over. */
static bool is_extra(const char *name)
{
	static const char *const ends[] = {".key", ".ocsp", ".sctl", ".issuer"};

	return name[0] == '.' || file_name_ends(name, ends, sizeof ends / sizeof ends[0]);
}

static void add_folder(struct haproxy *x, const struct bind *b, const char *path)
{
	struct dirent **names = NULL;
	int n = scandir(path, &names, NULL, alphasort);
	const char *inside = with_slash(x->l, path);
	struct stat st;

	if (n < 0)
		server_note(x->l, b->file, b->line, false, "crt %s: cannot be read", path);
	for (int i = 0; i < n; i++) {
		const char *file = server_path(x->l, inside, names[i]->d_name);

		if (!is_extra(names[i]->d_name) && stat(file, &st) == 0 && S_ISREG(st.st_mode))
			add_file(x, b, file, NULL, b->update);
		free(names[i]);
	}
	free(names);
}

static bool add_load(struct haproxy *x, const struct bind *b, const char *name)
{
	for (size_t i = 0; i < x->load_count; i++)
		if (strcmp(x->loads[i].name, name) == 0) {
			add_file(x, b, x->loads[i].cert, x->loads[i].staple, x->loads[i].update || b->update);
			return true;
		}
	return false;
}

static void add_crt(struct haproxy *x, const struct bind *b, const char *value)
{
	static const char *const kinds[] = {".rsa", ".ecdsa", ".dsa"};
	const char *path, *one;
	struct stat st;
	struct buf t;
	bool any = false;

	if (value[0] == '@' && add_load(x, b, value))
		return;
	if (strchr(value, '$') || value[0] == '@') {
		server_note(x->l, b->file, b->line, true, "crt %s: not followed", value);
		return;
	}
	path = server_path(x->l, x->base, value);
	if (stat(path, &st) == 0) {
		if (S_ISDIR(st.st_mode))
			add_folder(x, b, path);
		else
			add_file(x, b, path, NULL, b->update);
		return;
	}
	buf_init(&t);
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) { /* a bundle of key kinds */
		buf_reset(&t);
		buf_printf(&t, "%s%s", path, kinds[i]);
		one = server_text(x->l, buf_span(&t));
		if (access(one, F_OK) == 0) {
			add_file(x, b, one, NULL, b->update);
			any = true;
		}
	}
	buf_wipe(&t);
	if (!any)
		add_file(x, b, path, NULL, b->update);
}

/* Each line: FILE [OPTIONS...] SNI... */
static void read_list(struct server_list *l, const char *path, struct span text, void *context)
{
	struct haproxy *x = context;
	struct words w = {.n = 0};
	size_t line = 0;

	while (!l->failed && server_line(&text, &line, &w)) {
		struct bind b = {path, w.line, x->update};
		bool inside = false;

		for (size_t i = 1; i < w.n; i++) {
			const char *word = w.text[i];

			inside |= word[0] == '[';
			if (inside && strcmp(word[0] == '[' ? word + 1 : word, "ocsp-update") == 0 && i + 1 < w.n)
				b.update = strncmp(w.text[i + 1], "on", 2) == 0;
			if (inside && strchr(word, ']'))
				inside = false;
		}
		if (w.n > 0)
			add_crt(x, &b, w.text[0]);
	}
	buf_wipe(&w.bytes);
}

/* bind ADDRESS SETTINGS..., or ssl-f-use SETTINGS... (3.2 on) */
static void read_bind(struct haproxy *x, const struct words *w, size_t first)
{
	struct bind b = {x->path, w->line, x->update};
	const struct server_include at = {x->path, w->line, x->path, true, false};

	for (size_t i = first; i + 1 < w->n; i++)
		if (strcmp(w->text[i], "ocsp-update") == 0)
			b.update = strcmp(w->text[i + 1], "on") == 0;
	for (size_t i = first; i + 1 < w->n; i++)
		if (strcmp(w->text[i], "crt") == 0)
			add_crt(x, &b, server_text(x->l, span_str(w->text[++i])));
		else if (strcmp(w->text[i], "crt-list") == 0)
			server_include(x->l, &at, w->text[++i], read_list, x);
}

static void read_load(struct haproxy *x, const struct words *w)
{
	struct load *v = server_grow(x->l, x->loads, x->load_count, &x->load_cap, sizeof *v);
	const char *base = x->store_base ? x->store_base : x->base, *alias = NULL, *cert = NULL;
	struct buf b;

	if (!v)
		return;
	x->loads = v;
	v += x->load_count;
	*v = (struct load){.line = w->line};
	for (size_t i = 1; i + 1 < w->n; i += 2) {
		const char *name = w->text[i], *value = w->text[i + 1];

		if (strcmp(name, "crt") == 0)
			cert = value;
		else if (strcmp(name, "alias") == 0)
			alias = value;
		else if (strcmp(name, "ocsp") == 0)
			v->staple = server_path(x->l, base, value);
		else if (strcmp(name, "ocsp-update") == 0)
			v->update = strcmp(value, "on") == 0;
	}
	if (!cert)
		return;
	v->cert = server_path(x->l, base, cert);
	buf_init(&b);
	buf_printf(&b, "@%s/%s", x->store, alias ? alias : cert);
	v->name = server_text(x->l, buf_span(&b));
	buf_wipe(&b);
	x->load_count++;
}

static void read_global(struct haproxy *x, const struct words *w)
{
	const char *name = w->text[0], *value = w->text[1];

	if (strcmp(name, "crt-base") == 0) {
		x->base = folder(x->l, x->path, value);
	} else if (strcmp(name, "ssl-load-extra-files") == 0) {
		x->files = false;
		for (size_t i = 1; i < w->n; i++)
			x->files |= strcmp(w->text[i], "ocsp") == 0 || strcmp(w->text[i], "all") == 0;
	} else if (strcmp(name, "tune.ssl.ocsp-update.mode") == 0 || strcmp(name, "ocsp-update.mode") == 0) {
		x->update = strcmp(value, "on") == 0;
	}
}

/* First what is for all, wherever it stands, then who listens. */
static void pass(struct haproxy *x, struct span text, bool listeners)
{
	struct words w = {.n = 0};
	size_t line = 0;

	while (!x->l->failed && server_line(&text, &line, &w)) {
		const char *name = w.n > 0 ? w.text[0] : "";

		if (strcmp(name, "global") == 0) {
			x->section = GLOBAL;
		} else if (strcmp(name, "crt-store") == 0) {
			x->section = STORE;
			x->store = w.n > 1 ? server_text(x->l, span_str(w.text[1])) : "";
			x->store_base = NULL;
		} else if (strcmp(name, "frontend") == 0 || strcmp(name, "listen") == 0 ||
			   strcmp(name, "defaults") == 0 || strcmp(name, "backend") == 0) {
			x->section = OTHER;
		} else if (!listeners && strcmp(name, "ssl-load-extra-del-ext") == 0) {
			x->strip = true;
		} else if (!listeners && x->section == GLOBAL && w.n > 1) {
			read_global(x, &w);
		} else if (!listeners && x->section == STORE && w.n > 1) {
			if (strcmp(name, "crt-base") == 0)
				x->store_base = folder(x->l, x->path, w.text[1]);
			else if (strcmp(name, "load") == 0)
				read_load(x, &w);
		} else if (listeners && strcmp(name, "bind") == 0) {
			read_bind(x, &w, 2);
		} else if (listeners && strcmp(name, "ssl-f-use") == 0) {
			read_bind(x, &w, 1);
		}
	}
	buf_wipe(&w.bytes);
}

void server_haproxy_read(struct server_list *l, const char *path, struct span text)
{
	struct haproxy x = {.l = l, .path = path, .base = path, .store = "", .files = true};

	pass(&x, text, false);
	pass(&x, text, true);
	free(x.loads);
}
