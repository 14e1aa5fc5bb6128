/* nginx: directives end with ';'.  What a block does not say, the block around it says, wherever in it
 * that stands: so blocks are kept, and looked at when all of them are known. */
#include "store/server_part.h"

#include <stdlib.h>

struct block {
	size_t around;           /* of the first: itself */
	bool server;
	enum { UNSAID, OFF, ON } stapling, responder, resolver;
	const char *staple_file, *trusted;
	const char *map;         /* of a map and its like: the variable that it gives values */
	size_t first, last;      /* its own certificates; NONE */
};

struct cert {
	size_t next;             /* of the same block; NONE */
	const char *path, *file;
	size_t line;
};
#define NONE SIZE_MAX

struct nginx {
	struct server_list *l;
	struct block *v;
	size_t n, cap, here;
	struct cert *certs;
	size_t cert_count, cert_cap;
	struct server_variables variables;
	bool servers;            /* there are server blocks */
	const char *main;        /* relative paths are seen from its folder */
};

static void read_text(struct server_list *l, const char *path, struct span text, void *context);

/* map $source $NAME {, geo [$source] $NAME {, split_clients text $NAME { */
static const char *map_of(struct nginx *x, const struct words *w)
{
	static const char *const kinds[] = {"map", "geo", "split_clients"};
	const char *name = w->n > 1 ? w->text[w->n - 1] : "";

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (name[0] == '$' && strcmp(w->text[0], kinds[i]) == 0)
			return server_text(x->l, span_str(name + 1));
	return NULL;
}

static bool begin_block(struct nginx *x, const struct words *w)
{
	struct block *v = server_grow(x->l, x->v, x->n, &x->cap, sizeof *v);

	if (!v)
		return false;
	x->v = v;
	v[x->n] = (struct block){.around = x->n ? x->here : 0, .first = NONE, .last = NONE};
	v[x->n].server = w && w->n == 1 && strcmp(w->text[0], "server") == 0;
	v[x->n].map = w ? map_of(x, w) : NULL;
	x->servers |= v[x->n].server;
	x->here = x->n++;
	return true;
}

#define UNKNOWN "ssl_certificate %s: known only when a client comes, not followed"

static void add_cert(struct nginx *x, const char *path, size_t line, const char *value)
{
	struct block *b = &x->v[x->here];
	struct cert *v;

	if (strncmp(value, "data:", 5) == 0 || strncmp(value, "engine:", 7) == 0) {
		server_note(x->l, path, line, true, UNKNOWN, value);
		return;
	}
	v = server_grow(x->l, x->certs, x->cert_count, &x->cert_cap, sizeof *v);
	if (!v)
		return;
	x->certs = v;
	v[x->cert_count] = (struct cert){NONE, server_text(x->l, span_str(value)), path, line};
	if (b->first == NONE)
		b->first = x->cert_count;
	else
		v[b->last].next = x->cert_count;
	b->last = x->cert_count++;
}

static void directive(struct nginx *x, const char *path, size_t line, const struct words *w)
{
	struct block *b = &x->v[x->here];
	const char *name = w->text[0], *value = w->text[1];
	const struct server_include at = {path, line, x->main, true, false};

	if (b->map && strcmp(name, "include") != 0)
		server_variable_add(x->l, &x->variables, b->map, server_text(x->l, span_str(value)));
	else if (strcmp(name, "ssl_stapling") == 0)
		b->stapling = strcmp(value, "on") == 0 ? ON : OFF;
	else if (strcmp(name, "ssl_stapling_file") == 0)
		b->staple_file = server_text(x->l, span_str(value));
	else if (strcmp(name, "ssl_stapling_responder") == 0)
		b->responder = ON;
	else if (strcmp(name, "resolver") == 0)
		b->resolver = ON;
	else if (strcmp(name, "ssl_trusted_certificate") == 0)
		b->trusted = server_text(x->l, span_str(value));
	else if (strcmp(name, "include") == 0)
		server_include(x->l, &at, value, read_text, x);
	else if (strcmp(name, "ssl_certificate") == 0)
		add_cert(x, path, line, value);
}

/* A ';', '{' or '}' with the words before it; `base` is the block in which the file began. */
static bool mark(struct nginx *x, char c, const char *path, size_t line, struct words *w, size_t base)
{
	words_done(w);
	if (c == '{') {
		if (!begin_block(x, w))
			return false;
	} else if (c == '}') {
		if (x->here != base)
			x->here = x->v[x->here].around;
	} else if (w->n >= 2) {
		directive(x, path, line, w);
	}
	words_reset(w);
	return true;
}

static void read_text(struct server_list *l, const char *path, struct span text, void *context)
{
	struct nginx *x = context;
	size_t line = 1, start = 1, base = x->here;
	struct words w = {.n = 0};
	bool inside = false;
	uint8_t quote = 0;

	for (size_t i = 0; i < text.n && !l->failed; i++) {
		uint8_t c = text.p[i];
		bool blank = c == ' ' || c == '\t' || c == '\r' || c == '\n';

		line += c == '\n';
		if (quote ? c == quote : !inside && (c == '"' || c == '\'')) {
			if (!quote)
				words_begin(&w);
			inside = !quote;
			quote = quote ? 0 : c;
		} else if (quote) {
			words_byte(&w, c);
		} else if (c == '#' && !inside) {
			while (i + 1 < text.n && text.p[i + 1] != '\n')
				i++;
		} else if (blank) {
			inside = false;
		} else if (c == ';' || c == '{' || c == '}') {
			/* ${name} is part of a word */
			if (c == '{' && i > 0 && text.p[i - 1] == '$') {
				for (; i + 1 < text.n && text.p[i] != '}'; i++)
					words_byte(&w, text.p[i]);
				words_byte(&w, '}');
				continue;
			}
			if (!mark(x, (char)c, path, start, &w, base))
				break;
			inside = false;
		} else {
			if (!inside) {
				start = w.n == 0 ? line : start;
				words_begin(&w);
			}
			inside = true;
			words_byte(&w, c);
		}
	}
	buf_wipe(&w.bytes);
	x->here = base;
}

/* The nearest block, from b outward, for which `said` holds; or x->n. */
#define NEAREST(x, b, said)                                                                            \
	for (;; (b) = (x)->v[b].around) {                                                              \
		if (said)                                                                              \
			break;                                                                         \
		if ((x)->v[b].around == (b)) {                                                         \
			(b) = (x)->n;                                                                  \
			break;                                                                         \
		}                                                                                      \
	}

struct varied {
	struct nginx *x;
	struct server_service s;
};

static void add_varied(void *context, const char *path)
{
	struct varied *v = context;

	if (strncmp(path, "data:", 5) == 0)
		return;
	v->s.cert = path;
	v->s.trusted = NULL;
	server_add(v->x->l, &v->s, NULL);
}

static void add_service(struct nginx *x, const struct server_service *like, const struct cert *c)
{
	struct varied v = {x, *like};

	v.s.file = c->file;
	v.s.line = c->line;
	v.s.cert = c->path;
	if (!strchr(c->path, '$')) {
		server_add(x->l, &v.s, x->main);
		return;
	}
	/* nginx looks for a staple when it reads its configuration, and then there is no certificate. */
	v.s.varies = true;
	v.s.stapling = SERVER_CANNOT;
	v.s.staple_file = NULL;
	if (server_variable_ways(x->l, &x->variables, c->path, x->main, add_varied, &v) == 0)
		server_note(x->l, c->file, c->line, true, UNKNOWN, c->path);
}

static void add_services(struct nginx *x, size_t block)
{
	size_t certs = block, stapling = block, file = block, responder = block, resolver = block,
	       trusted = block;
	struct server_service s = {.server = "nginx"};
	bool on;

	NEAREST(x, certs, x->v[certs].first != NONE)
	NEAREST(x, stapling, x->v[stapling].stapling != UNSAID)
	NEAREST(x, file, x->v[file].staple_file)
	NEAREST(x, responder, x->v[responder].responder == ON)
	NEAREST(x, resolver, x->v[resolver].resolver == ON)
	NEAREST(x, trusted, x->v[trusted].trusted)
	on = stapling < x->n && x->v[stapling].stapling == ON;
	s.staple_file = on && file < x->n ? x->v[file].staple_file : NULL;
	s.stapling = !on ? SERVER_OFF : s.staple_file ? SERVER_FILE : SERVER_ON;
	s.responder = responder < x->n;
	s.resolver = resolver < x->n;
	s.trusted = trusted < x->n ? x->v[trusted].trusted : NULL;
	s.shared_staple = s.staple_file && certs < x->n && x->v[certs].first != x->v[certs].last;
	for (size_t i = certs < x->n ? x->v[certs].first : NONE; i != NONE; i = x->certs[i].next)
		add_service(x, &s, &x->certs[i]);
}

void server_nginx_read(struct server_list *l, const char *path, struct span text)
{
	struct nginx x = {.l = l, .main = path};

	if (begin_block(&x, NULL))
		read_text(l, path, text, &x);
	for (size_t i = 0; i < x.n && !l->failed && !l->full; i++)
		if (x.v[i].server || (!x.servers && x.v[i].first != NONE)) /* or a part, to be included in one */
			add_services(&x, i);
	free(x.v);
	free(x.certs);
	free(x.variables.v);
}
