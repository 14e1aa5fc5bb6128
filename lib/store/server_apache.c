/* Apache httpd: a directive a line, <VirtualHost> sections inherit the server's settings. */
#include "store/server_part.h"

#include <strings.h>

#define CERTS_MAX 16

struct apache {
	bool global_on, on, in_host;
	bool md;              /* MDStapling: mod_md does it */
	struct {
		char path[WORD_MAX];
		char file[WORD_MAX];
		size_t line;
	} certs[CERTS_MAX];
	size_t n;
	const char *main;
};

static void read_text(struct server_list *l, const char *path, struct span text, void *context);

static void end_host(struct server_list *l, struct apache *x)
{
	for (size_t i = 0; i < x->n; i++)
		server_add(l, "apache", x->certs[i].file, x->certs[i].line, x->certs[i].path,
			   x->on || x->md ? SERVER_ON : SERVER_OFF, NULL, x->main);
	x->n = 0;
}

static void directive(struct server_list *l, struct apache *x, const char *path, size_t line,
		      const struct words *w)
{
	const char *name = w->text[0], *value = w->n > 1 ? w->text[1] : "";

	if (strcasecmp(name, "<VirtualHost") == 0) {
		end_host(l, x);
		x->in_host = true;
		x->on = x->global_on;
	} else if (strcasecmp(name, "</VirtualHost>") == 0) {
		end_host(l, x);
		x->in_host = false;
		x->on = x->global_on;
	} else if (strcasecmp(name, "SSLUseStapling") == 0) {
		x->on = strcasecmp(value, "on") == 0;
		if (!x->in_host)
			x->global_on = x->on;
	} else if (strcasecmp(name, "MDStapling") == 0) {
		x->md = strcasecmp(value, "on") == 0;
	} else if (strcasecmp(name, "Include") == 0 || strcasecmp(name, "IncludeOptional") == 0) {
		server_include(l, x->main, value, read_text, x);
	} else if (strcasecmp(name, "SSLCertificateFile") == 0 && x->n < CERTS_MAX) {
		memcpy(x->certs[x->n].path, value, strlen(value) + 1);
		strncpy(x->certs[x->n].file, path, WORD_MAX - 1);
		x->certs[x->n].file[WORD_MAX - 1] = '\0';
		x->certs[x->n++].line = line;
	}
}

static void read_text(struct server_list *l, const char *path, struct span text, void *context)
{
	struct words w;
	size_t line = 0;

	while (server_line(&text, &line, &w))
		if (w.n > 0)
			directive(l, context, path, line, &w);
}

void server_apache_read(struct server_list *l, const char *path, struct span text)
{
	struct apache x = {.main = path};

	read_text(l, path, text, &x);
	end_host(l, &x);
}
