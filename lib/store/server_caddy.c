/* Caddyfile: tls CERT KEY, and load FOLDER in a tls block.  Caddy staples by itself unless the global
 * option ocsp_stapling is off.  Certificates that it gets by itself stand in no configuration. */
#include "store/server_part.h"

#include <glob.h>

struct caddy {
	struct server_list *l;
	const char *main; /* files are seen from its folder, where Caddy is taken to run */
	bool off;         /* ocsp_stapling off */
};

static bool is_known(const char *value)
{
	return strchr(value, '{') == NULL; /* {$VARIABLE}, {env.X}, {args[0]} */
}

static void add(struct caddy *x, const char *path, size_t line, const char *cert)
{
	struct server_service s = {.server = "caddy", .file = path, .line = line, .cert = cert, .resolver = true,
				   .stapling = x->off ? SERVER_OFF : SERVER_ON};

	if (is_known(cert))
		server_add(x->l, &s, x->main);
	else
		server_note(x->l, path, line, false, "tls %s: the value is not known without running Caddy", cert);
}

/* The PEM files of a folder. */
static void add_folder(struct caddy *x, const char *path, size_t line, const char *folder)
{
	struct buf pattern;
	glob_t g;

	buf_init(&pattern);
	buf_printf(&pattern, "%s/*.pem", server_path(x->l, x->main, folder));
	if (glob(buf_cstr(&pattern), 0, NULL, &g) == 0) {
		for (size_t i = 0; i < g.gl_pathc; i++)
			add(x, path, line, g.gl_pathv[i]);
		globfree(&g);
	} else {
		server_note(x->l, path, line, !x->l->firm, "load %s: no PEM file can be read there", folder);
	}
	buf_wipe(&pattern);
}

static void read_file(struct server_list *l, const char *path, struct span text, void *context)
{
	struct caddy *x = context;
	struct words w = {0};
	bool tls = false; /* in a tls block */
	size_t line = 0;

	while (!l->failed && server_line(&text, &line, &w)) {
		bool opens = w.n > 1 && strcmp(w.text[w.n - 1], "{") == 0;
		size_t n = opens ? w.n - 1 : w.n;
		const char *word = n > 0 ? w.text[0] : "";

		if (strcmp(word, "tls") == 0 && n == 3)
			add(x, path, w.line, w.text[1]);
		else if (strcmp(word, "load") == 0 && tls)
			for (size_t i = 1; i < n; i++)
				add_folder(x, path, w.line, w.text[i]);
		else if (strcmp(word, "ocsp_stapling") == 0 && n == 2)
			x->off = strcmp(w.text[1], "off") == 0;
		else if (strcmp(word, "import") == 0 && n > 1 && is_known(w.text[1])) /* or a snippet's name */
			server_include(l, &(struct server_include){.file = path, .line = w.line, .base = path},
				       w.text[1], read_file, x);
		tls = strcmp(word, "tls") == 0 ? opens : tls && strcmp(word, "}") != 0;
	}
	buf_wipe(&w.bytes);
}

void server_caddy_read(struct server_list *l, const char *path, struct span text)
{
	struct caddy x = {.l = l, .main = path};

	read_file(l, path, text, &x);
}
