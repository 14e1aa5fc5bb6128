#include "store/server.h"

#include "ground/file.h"
#include "ground/limits.h"
#include "store/server_part.h"

#include <glob.h>
#include <stdlib.h>

#define DEPTH_MAX 8

/* By a word that only this server's configurations have.  The order matters where one word is
 * part of another. */
static const struct {
	const char *name, *word;
	void (*read)(struct server_list *l, const char *path, struct span text);
} servers[] = {
	{"nginx", "ssl_certificate", server_nginx_read},
	{"apache", "SSLCertificateFile", server_apache_read},
	{"hitch", "pem-file", server_hitch_read},
	{"lighttpd", "ssl.pemfile", server_lighttpd_read},
	{"postfix", "smtpd_tls_cert_file", server_postfix_read},
	{"exim", "tls_certificate", server_exim_read},
	{"dovecot", "ssl_cert", server_dovecot_read},
	{"haproxy", " crt ", server_haproxy_read},
	{"nginx", "ssl_stapling", server_nginx_read},
	{"apache", "SSLUseStapling", server_apache_read},
};
#define SERVERS (sizeof servers / sizeof servers[0])

const char *server_stapling_text(enum server_stapling s)
{
	static const char *const texts[] = {"off", "on", "file", "impossible"};

	return texts[s];
}

void server_list_wipe(struct server_list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->v[i].file);
		free(l->v[i].cert);
		free(l->v[i].staple_file);
	}
	for (size_t i = 0; i < l->read_count; i++)
		free(l->read[i]);
	free(l->v);
	free(l->read);
	*l = (struct server_list){0};
}

static size_t kind_of(struct span text)
{
	if (text.n > LIMIT_POLICY_FILE || (text.n > 0 && memchr(text.p, '\0', text.n)))
		return SERVERS;
	for (size_t i = 0; i < SERVERS; i++)
		if (memmem(text.p, text.n, servers[i].word, strlen(servers[i].word)))
			return i;
	return SERVERS;
}

const char *server_kind(struct span text)
{
	size_t i = text.n > 0 ? kind_of(text) : SERVERS;

	return i < SERVERS ? servers[i].name : NULL;
}

/* Remembers that it was read; false when it was already. */
static bool first_time(struct server_list *l, const char *path)
{
	char *real = realpath(path, NULL), **v;

	if (!real && !(real = strdup(path))) {
		l->failed = true;
		return false;
	}
	for (size_t i = 0; i < l->read_count; i++)
		if (strcmp(l->read[i], real) == 0) {
			free(real);
			return false;
		}
	v = array_grow(l->read, l->read_count, &l->read_cap, sizeof *v);
	if (!v) {
		l->failed = true;
		free(real);
		return false;
	}
	l->read = v;
	v[l->read_count++] = real;
	return true;
}

void server_read(struct server_list *l, const char *path, struct span text)
{
	size_t i = kind_of(text);

	if (i < SERVERS && first_time(l, path))
		servers[i].read(l, path, text);
}

const char *server_path(struct buf *out, const char *file, const char *path)
{
	const char *slash = strrchr(file, '/');

	buf_reset(out);
	if (path[0] != '/' && slash)
		buf_add_bytes(out, file, (size_t)(slash - file) + 1);
	buf_add_str(out, path);
	return buf_cstr(out);
}

void server_add(struct server_list *l, const char *server, const char *file, size_t line,
		const char *cert, enum server_stapling stapling, const char *staple_file, const char *base)
{
	struct server_service *v = array_grow(l->v, l->n, &l->cap, sizeof *v);
	const char *from = base ? base : file;
	struct buf b;

	if (!v) {
		l->failed = true;
		return;
	}
	l->v = v;
	v += l->n;
	buf_init(&b);
	*v = (struct server_service){.server = server, .line = line, .stapling = stapling};
	v->file = strdup(file);
	v->cert = strdup(server_path(&b, from, cert));
	v->staple_file = staple_file ? strdup(server_path(&b, from, staple_file)) : NULL;
	if (b.failed || !v->file || !v->cert || (staple_file && !v->staple_file))
		l->failed = true;
	l->n++;
	buf_wipe(&b);
}

void server_include(struct server_list *l, const char *file, const char *pattern,
		    void (*read)(struct server_list *l, const char *path, struct span text, void *context),
		    void *context)
{
	struct buf path, text;
	struct err e;
	glob_t g;

	if (l->depth >= DEPTH_MAX)
		return;
	buf_init(&path);
	buf_init(&text);
	l->depth++;
	if (glob(server_path(&path, file, pattern), 0, NULL, &g) == 0) {
		for (size_t i = 0; i < g.gl_pathc; i++) {
			buf_reset(&text);
			if (file_read(g.gl_pathv[i], LIMIT_POLICY_FILE, &text, &e) == 0 &&
			    first_time(l, g.gl_pathv[i]))
				read(l, g.gl_pathv[i], buf_span(&text), context);
		}
		globfree(&g);
	}
	l->depth--;
	buf_wipe(&path);
	buf_wipe(&text);
}

bool server_line(struct span *text, size_t *line, struct words *w)
{
	size_t n = 0, i = 0;
	const uint8_t *p = text->p;

	if (text->n == 0)
		return false;
	++*line;
	w->n = 0;
	while (n < text->n && p[n] != '\n')
		n++;
	while (i < n && w->n < WORDS_MAX) {
		char *to = w->text[w->n], quote = 0;
		size_t k = 0;

		while (i < n && (p[i] == ' ' || p[i] == '\t' || p[i] == '\r'))
			i++;
		if (i == n || p[i] == '#')
			break;
		for (; i < n && (quote || (p[i] != ' ' && p[i] != '\t' && p[i] != '\r')); i++) {
			if ((p[i] == '"' || p[i] == '\'') && (!quote || quote == (char)p[i]))
				quote = (char)(quote ? '\0' : p[i]);
			else if (k < WORD_MAX - 1)
				to[k++] = (char)p[i];
		}
		to[k] = '\0';
		w->n++;
	}
	*text = span_from(*text, n < text->n ? n + 1 : n);
	return true;
}
