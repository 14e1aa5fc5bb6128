/* nginx: directives end with ';', blocks inherit what stands above them. */
#include "store/server_part.h"

#define BLOCKS_MAX 32
#define CERTS_MAX 8

struct block {
	bool on;
	char staple_file[WORD_MAX];
	struct {
		char path[WORD_MAX];
		const char *file;
		size_t line;
	} certs[CERTS_MAX];
	size_t n, inherited; /* certificates; of them from above */
};

struct nginx {
	struct block stack[BLOCKS_MAX];
	size_t depth;        /* those deeper than the stack are counted, and not read */
	const char *main;    /* relative paths are seen from its folder */
};

/* NULL: too deep. */
static struct block *current(struct nginx *x)
{
	return x->depth < BLOCKS_MAX ? &x->stack[x->depth] : NULL;
}

/* The services of a block that ends, now that all of it is known. */
static void end_block(struct server_list *l, struct nginx *x)
{
	struct block *b = current(x);

	for (size_t i = b ? b->inherited : 0; b && i < b->n; i++) {
		enum server_stapling s = !b->on ? SERVER_OFF : b->staple_file[0] ? SERVER_FILE : SERVER_ON;

		server_add(l, "nginx", b->certs[i].file, b->certs[i].line, b->certs[i].path, s,
			   s == SERVER_FILE ? b->staple_file : NULL, x->main);
		if (!l->failed)
			l->v[l->n - 1].shared_staple = s == SERVER_FILE && b->n > 1;
	}
	if (x->depth > 0)
		x->depth--;
}

static void begin_block(struct nginx *x)
{
	struct block *from = current(x), *b;

	x->depth++;
	b = current(x);
	if (!b)
		return;
	*b = *from;
	b->inherited = b->n;
}

static void read_text(struct server_list *l, const char *path, struct span text, void *context);

static void directive(struct server_list *l, struct nginx *x, const char *path, size_t line,
		      const struct words *w)
{
	struct block *b = current(x);

	if (w->n < 2 || !b)
		return;
	if (strcmp(w->text[0], "ssl_stapling") == 0)
		b->on = strcmp(w->text[1], "on") == 0;
	else if (strcmp(w->text[0], "ssl_stapling_file") == 0)
		memcpy(b->staple_file, w->text[1], WORD_MAX);
	else if (strcmp(w->text[0], "include") == 0)
		server_include(l, x->main, w->text[1], read_text, x);
	else if (strcmp(w->text[0], "ssl_certificate") == 0 && b->n < CERTS_MAX) {
		memcpy(b->certs[b->n].path, w->text[1], WORD_MAX);
		b->certs[b->n].file = path;
		b->certs[b->n++].line = line;
	}
}

/* The file's name has to outlive the include: services copy it when their block ends, and blocks do
 * not cross files. */
static void read_text(struct server_list *l, const char *path, struct span text, void *context)
{
	struct nginx *x = context;
	size_t line = 1, at = 0, base = x->depth;
	static _Thread_local struct words w;
	char quote = 0;
	size_t k = 0;
	bool in_word = false;

	w.n = 0;
	begin_block(x); /* the file itself, so that what it sets outside of blocks is passed on below */
	for (; at < text.n; at++) {
		char c = (char)text.p[at];
		bool blank = c == ' ' || c == '\t' || c == '\r' || c == '\n';

		line += c == '\n';
		if (quote ? c == quote : (c == '"' || c == '\'')) {
			quote = (char)(quote ? '\0' : c);
			in_word = true;
			continue;
		}
		if (!quote && c == '#' && !in_word) {
			while (at + 1 < text.n && text.p[at + 1] != '\n')
				at++;
			continue;
		}
		if (!quote && (blank || c == ';' || c == '{' || c == '}')) {
			if (in_word && w.n < WORDS_MAX)
				w.text[w.n++][k] = '\0';
			in_word = false;
			k = 0;
			if (blank)
				continue;
			if (c == ';')
				directive(l, x, path, line, &w);
			else if (c == '{')
				begin_block(x);
			else if (x->depth > base + 1)
				end_block(l, x);
			w.n = 0;
			continue;
		}
		in_word = true;
		if (w.n < WORDS_MAX && k < WORD_MAX - 1)
			w.text[w.n][k++] = c;
	}
	while (x->depth > base)
		end_block(l, x);
}

void server_nginx_read(struct server_list *l, const char *path, struct span text)
{
	static _Thread_local struct nginx x;

	memset(&x.stack[0], 0, sizeof x.stack[0]);
	x.depth = 0;
	x.main = path;
	read_text(l, path, text, &x);
}
