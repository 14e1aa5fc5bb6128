/* What the readers of configurations share: words, paths, includes, notes. */
#include "store/server_part.h"

#include "ground/file.h"
#include "ground/limits.h"

#include <dirent.h>
#include <glob.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* Includes that include the same files again and again end here. */
#define INCLUDES_MAX 16384
#define INCLUDED_MAX (32u * 1024 * 1024)

/* No server has more; and each is compared with the others. */
#define SERVICES_MAX 16384
#define NOTES_MAX 1024
#define COMPARED_MAX 500000000u

/* --- words --- */

void words_reset(struct words *w)
{
	buf_reset(&w->bytes);
	w->n = 0;
}

void words_begin(struct words *w)
{
	if (w->n > 0)
		buf_add_byte(&w->bytes, '\0');
	if (w->n < WORDS_MAX)
		w->at[w->n++] = w->bytes.n;
}

void words_byte(struct words *w, uint8_t c)
{
	buf_add_byte(&w->bytes, c);
}

void words_done(struct words *w)
{
	const char *all = buf_cstr(&w->bytes);

	if (w->bytes.failed)
		w->n = 0;
	for (size_t i = 0; i < w->n; i++)
		w->text[i] = all + w->at[i];
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

bool server_line(struct span *text, size_t *line, struct words *w)
{
	const uint8_t *p = text->p;
	size_t i = 0, more = 0;
	bool inside = false;
	uint8_t quote = 0;

	words_reset(w);
	if (text->n == 0)
		return false;
	for (; i < text->n && p[i] != '\n'; i++) {
		if (p[i] == '\\' && i + 1 < text->n && p[i + 1] == '\n') {
			inside = false;
			more++;
			i++;
		} else if (!quote && p[i] == '#' && !inside) {
			while (i + 1 < text->n && p[i + 1] != '\n')
				i++;
		} else if (!quote && is_blank(p[i])) {
			inside = false;
		} else {
			if (!inside)
				words_begin(w);
			inside = true;
			if ((p[i] == '"' || p[i] == '\'') && (!quote || quote == p[i]))
				quote = quote ? 0 : p[i];
			else
				words_byte(w, p[i]);
		}
	}
	words_done(w);
	w->line = *line + 1;
	*line += 1 + more;
	*text = span_from(*text, i < text->n ? i + 1 : i);
	return true;
}

const char *server_value(const struct words *w, const char *key)
{
	size_t n = strlen(key);

	if (w->n == 0 || strncmp(w->text[0], key, n) != 0)
		return NULL;
	if (w->text[0][n] == '=')
		return w->text[0][n + 1] ? w->text[0] + n + 1 : w->n > 1 ? w->text[1] : NULL;
	if (w->text[0][n] != '\0' || w->n < 2)
		return NULL;
	if (strcmp(w->text[1], "=") == 0)
		return w->n > 2 ? w->text[2] : NULL;
	return w->text[1][0] == '=' ? w->text[1] + 1 : w->text[1];
}

bool server_token(struct span *text, size_t *line, const char *special, struct buf *token, bool *quoted)
{
	const uint8_t *p = text->p;
	size_t i = 0, n = text->n;
	uint8_t quote;

	buf_reset(token);
	*quoted = false;
	while (i < n && (is_blank(p[i]) || p[i] == '#' || (p[i] == '\n' && !strchr(special, '\n')))) {
		*line += p[i] == '\n';
		if (p[i] == '#')
			while (i + 1 < n && p[i + 1] != '\n')
				i++;
		i++;
	}
	if (i < n && (p[i] == '"' || p[i] == '\'')) {
		*quoted = true;
		for (quote = p[i++]; i < n && p[i] != quote; i++) {
			*line += p[i] == '\n';
			buf_add_byte(token, p[i]);
		}
		*text = span_from(*text, i < n ? i + 1 : i);
		return true;
	}
	if (i < n && strchr(special, p[i])) {
		*line += p[i] == '\n';
		buf_add_byte(token, p[i++]);
		*text = span_from(*text, i);
		return true;
	}
	for (; i < n && !is_blank(p[i]) && p[i] != '\n' && p[i] != '#' && p[i] != '"' && !strchr(special, p[i]);
	     i++)
		buf_add_byte(token, p[i]);
	*text = span_from(*text, i);
	return token->n > 0;
}

/* --- services and notes --- */

const char *server_path(struct server_list *l, const char *file, const char *path)
{
	const char *slash = strrchr(file, '/');
	const char *out;
	struct buf b;

	if (path[0] == '/' || !slash)
		return server_text(l, span_str(path));
	buf_init(&b);
	buf_add_bytes(&b, file, (size_t)(slash - file) + 1);
	buf_add_str(&b, path);
	out = server_text(l, buf_span(&b));
	l->failed |= b.failed;
	buf_wipe(&b);
	return out;
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

void server_add(struct server_list *l, const struct server_service *s, const char *base)
{
	struct server_service *v, x = *s;

	l->compared += l->n + 1;
	if (l->full)
		return;
	if (l->n == SERVICES_MAX || l->compared > COMPARED_MAX) {
		l->full = true;
		server_note(l, s->file, 0, false, "more than %d certificates: not all are read", SERVICES_MAX);
		return;
	}
	x.firm = l->firm;
	if (base) {
		x.cert = server_path(l, base, s->cert);
		x.staple_file = s->staple_file ? server_path(l, base, s->staple_file) : NULL;
		x.trusted = s->trusted ? server_path(l, base, s->trusted) : NULL;
	}
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].line == x.line && l->v[i].stapling == x.stapling && same_text(l->v[i].file, x.file) &&
		    same_text(l->v[i].cert, x.cert) && same_text(l->v[i].staple_file, x.staple_file))
			return;
	v = server_grow(l, l->v, l->n, &l->cap, sizeof *v);
	if (!v)
		return;
	l->v = v;
	v[l->n++] = x;
}

void server_note(struct server_list *l, const char *file, size_t line, bool harmless, const char *fmt, ...)
{
	struct server_note *v = server_grow(l, l->notes, l->note_count, &l->note_cap, sizeof *v);
	char text[512];
	va_list ap;

	if (!v)
		return;
	l->notes = v;
	if (l->note_count == NOTES_MAX) {
		l->notes[NOTES_MAX - 1].text = "and more like this";
		l->notes[NOTES_MAX - 1].harmless = false;
		return;
	}
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	for (size_t i = 0; i < l->note_count; i++) /* an include may be read again and again */
		if (v[i].line == line && strcmp(v[i].file, file) == 0 && strcmp(v[i].text, text) == 0)
			return;
	v[l->note_count++] = (struct server_note){file, line, server_text(l, span_str(text)), harmless};
}

/* --- includes --- */

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
