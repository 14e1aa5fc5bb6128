/* Exim: the main section, with its macros, conditions and includes.  What is expanded for each
 * connection is not followed. */
#include "store/server_part.h"

#include <ctype.h>
#include <stdlib.h>

#define CONDITIONS_MAX 32

struct macro {
	const char *name, *value;
};

struct exim {
	struct server_list *l;
	const char *main;
	struct macro *macros;
	size_t macro_count, macro_cap;
	enum { SKIPPED, DONE, TAKEN } conditions[CONDITIONS_MAX]; /* .ifdef: not yet, no more, now */
	size_t depth;
	bool ended;          /* behind the first `begin` */
	const char *certs, *staples, *file;
	size_t line;
};

/* With each macro's name replaced. */
static void expand(struct exim *x, struct span text, struct buf *out)
{
	while (text.n > 0) {
		const struct macro *hit = NULL;

		for (size_t i = 0; i < x->macro_count; i++) {
			const struct macro *m = &x->macros[i];
			size_t n;

			if ((uint8_t)m->name[0] != text.p[0])
				continue;
			n = strlen(m->name);
			if (n <= text.n && memcmp(text.p, m->name, n) == 0 && (!hit || n > strlen(hit->name)))
				hit = m;
		}
		if (hit)
			buf_add_str(out, hit->value);
		else
			buf_add_byte(out, text.p[0]);
		text = span_from(text, hit ? strlen(hit->name) : 1);
	}
}

static void define(struct exim *x, const char *name, const char *value)
{
	struct macro *v;

	for (size_t i = 0; i < x->macro_count; i++)
		if (strcmp(x->macros[i].name, name) == 0) {
			x->macros[i].value = value;
			return;
		}
	if (x->macro_count == NAMES_MAX) {
		server_note(x->l, x->main, 0, false, "more than %d macros: not all are followed", NAMES_MAX);
		return;
	}
	v = server_grow(x->l, x->macros, x->macro_count, &x->macro_cap, sizeof *v);
	if (!v)
		return;
	x->macros = v;
	v[x->macro_count++] = (struct macro){name, value};
}

/* A whole line: continued ones joined, blanks at both ends gone.  False at the end. */
static bool whole_line(struct span *text, size_t *line, size_t *first, struct buf *out)
{
	bool more = true;

	buf_reset(out);
	if (text->n == 0)
		return false;
	*first = *line + 1;
	while (more && text->n > 0) {
		const uint8_t *end = memchr(text->p, '\n', text->n);
		size_t n = end ? (size_t)(end - text->p) : text->n, from = 0;

		++*line;
		while (from < n && isblank(text->p[from]))
			from++;
		while (n > from && (isblank(text->p[n - 1]) || text->p[n - 1] == '\r'))
			n--;
		more = n > from && text->p[n - 1] == '\\';
		buf_add_bytes(out, text->p + from, n - from - more);
		*text = span_from(*text, end ? (size_t)(end - text->p) + 1 : text->n);
	}
	return true;
}

static bool starts(const char *line, const char *word, const char **rest)
{
	size_t n = strlen(word);

	if (strncmp(line, word, n) != 0 || (line[n] != '\0' && !isblank((unsigned char)line[n]) && line[n] != '='))
		return false;
	for (*rest = line + n; isblank((unsigned char)**rest); ++*rest)
		;
	return true;
}

static bool any_macro(struct exim *x, const char *names)
{
	for (size_t i = 0; i < x->macro_count; i++)
		if (strstr(names, x->macros[i].name))
			return true;
	return false;
}

/* .ifdef and its kin; true when the line was one. */
static bool condition(struct exim *x, const char *line)
{
	const char *rest = "";
	bool yes = starts(line, ".ifdef", &rest), no = !yes && starts(line, ".ifndef", &rest);
	bool or_yes = starts(line, ".elifdef", &rest), or_no = starts(line, ".elifndef", &rest);

	if (yes || no) {
		bool under = x->depth == 0 || x->conditions[x->depth - 1] == TAKEN;

		if (x->depth < CONDITIONS_MAX)
			x->conditions[x->depth++] = !under ? DONE : any_macro(x, rest) == yes ? TAKEN : SKIPPED;
	} else if (starts(line, ".endif", &rest)) {
		x->depth -= x->depth > 0;
	} else if (or_yes || or_no || starts(line, ".else", &rest)) {
		bool holds = !(or_yes || or_no) || any_macro(x, rest) == or_yes;

		if (x->depth > 0 && x->conditions[x->depth - 1] == SKIPPED && holds)
			x->conditions[x->depth - 1] = TAKEN;
		else if (x->depth > 0 && x->conditions[x->depth - 1] == TAKEN)
			x->conditions[x->depth - 1] = DONE;
	} else {
		return false;
	}
	return true;
}

static void read_text(struct server_list *l, const char *path, struct span text, void *context);

static bool include(struct exim *x, const char *path, size_t line, const char *text)
{
	const char *rest;
	bool maybe = starts(text, ".include_if_exists", &rest);
	const struct server_include at = {path, line, x->main, !maybe, false};

	if (!maybe && !starts(text, ".include", &rest))
		return false;
	server_include(x->l, &at, rest, read_text, x);
	return true;
}

static void option(struct exim *x, const char *path, size_t line, const char *text)
{
	const char *rest, **to;

	if (starts(text, "hide", &rest))
		text = rest;
	if (starts(text, "begin", &rest)) {
		x->ended = true;
		return;
	}
	to = starts(text, "tls_certificate", &rest) ? &x->certs : starts(text, "tls_ocsp_file", &rest) ? &x->staples
											    : NULL;
	if (!to || *rest != '=')
		return;
	for (rest++; isblank((unsigned char)*rest); rest++)
		;
	*to = server_text(x->l, span_str(rest));
	if (to == &x->certs) {
		x->file = path;
		x->line = line;
	}
}

/* NAME = value, the name with a capital first */
static bool is_macro(struct exim *x, const char *text)
{
	size_t n = 0;
	const char *value;
	struct buf b;

	while (isalnum((unsigned char)text[n]) || text[n] == '_')
		n++;
	for (value = text + n; isblank((unsigned char)*value); value++)
		;
	if (!isupper((unsigned char)text[0]) || *value != '=')
		return false;
	for (value++; *value == '=' || isblank((unsigned char)*value); value++)
		;
	buf_init(&b);
	expand(x, span_str(value), &b);
	define(x, server_text(x->l, span_of(text, n)), server_text(x->l, buf_span(&b)));
	x->l->failed |= b.failed;
	buf_wipe(&b);
	return true;
}

static void read_text(struct server_list *l, const char *path, struct span text, void *context)
{
	struct exim *x = context;
	struct buf raw, b;
	size_t line = 0, first;

	buf_init(&raw);
	buf_init(&b);
	while (!l->failed && !x->ended && whole_line(&text, &line, &first, &raw)) {
		const char *s = buf_cstr(&raw);

		if (s[0] == '#' || s[0] == '\0' || condition(x, s) ||
		    (x->depth > 0 && x->conditions[x->depth - 1] != TAKEN))
			continue;
		if (is_macro(x, s))
			continue;
		buf_reset(&b);
		expand(x, buf_span(&raw), &b);
		if (!include(x, path, first, buf_cstr(&b)))
			option(x, path, first, buf_cstr(&b));
	}
	l->failed |= raw.failed || b.failed;
	buf_wipe(&raw);
	buf_wipe(&b);
}

/* The next element of a list: parted by ':', or by another after '<'.  NULL at the end. */
static const char *element(struct server_list *l, const char **list)
{
	const char *s = *list, *end;
	char part = ':';

	if (s && s[0] == '<' && s[1] != '\0') {
		part = s[1];
		s += 2;
	}
	while (s && isblank((unsigned char)*s))
		s++;
	if (!s || *s == '\0')
		return NULL;
	end = strchr(s, part);
	*list = end ? end + 1 : NULL;
	if (!end)
		end = s + strlen(s);
	while (end > s && isblank((unsigned char)end[-1]))
		end--;
	if (strncmp(s, "DER ", 4) == 0 || strncmp(s, "PEM ", 4) == 0)
		s += 4;
	return server_text(l, span_of(s, (size_t)(end - s)));
}

static void add_services(struct exim *x)
{
	const char *certs = x->certs, *staples = x->staples, *cert;

	if (!certs || !certs[0])
		return;
	if (strchr(certs, '$') || (staples && strchr(staples, '$'))) {
		server_note(x->l, x->file, x->line, true, "%s: expanded for each connection, not followed",
			    strchr(certs, '$') ? "tls_certificate" : "tls_ocsp_file");
		if (strchr(certs, '$'))
			return;
		staples = NULL;
	}
	while ((cert = element(x->l, &certs)) != NULL) {
		struct server_service s = {.server = "exim", .file = x->file, .line = x->line, .cert = cert,
					   .staple_file = element(x->l, &staples), .resolver = true};

		s.stapling = s.staple_file ? SERVER_FILE : SERVER_OFF;
		server_add(x->l, &s, x->main);
	}
}

void server_exim_read(struct server_list *l, const char *path, struct span text)
{
	struct exim x = {.l = l, .main = path};

	read_text(l, path, text, &x);
	add_services(&x);
	free(x.macros);
}
