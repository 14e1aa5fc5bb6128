/* lighttpd: settings in nested conditions, which take over from the one around them what they do not
 * say.  include_shell is never run. */
#include "store/server_part.h"

#include <stdlib.h>

struct scope {
	size_t around;      /* of the first: itself */
	const char *cert, *staple;
	const char *file;
	size_t line;
	bool off;           /* ssl.engine = "disable" */
};

struct variable {
	const char *name, *value;
};

struct lighttpd {
	struct server_list *l;
	const char *main;
	struct scope *v;
	size_t n, cap, here;
	struct variable *variables;
	size_t variable_count, variable_cap;
};

struct reading {
	struct lighttpd *x;
	const char *path;
	struct span rest;
	size_t line;
	struct buf token;
	bool quoted, have;  /* have: the token was looked at, and is the next */
};

static bool begin_scope(struct lighttpd *x)
{
	struct scope *v = server_grow(x->l, x->v, x->n, &x->cap, sizeof *v);

	if (!v)
		return false;
	x->v = v;
	v[x->n] = (struct scope){.around = x->n ? x->here : 0};
	x->here = x->n++;
	return true;
}

static bool next(struct reading *r)
{
	if (r->have) {
		r->have = false;
		return true;
	}
	return server_token(&r->rest, &r->line, "{}()=+,\n", &r->token, &r->quoted);
}

static bool is(struct reading *r, const char *what)
{
	return !r->quoted && strcmp(buf_cstr(&r->token), what) == 0;
}

static void set_variable(struct lighttpd *x, const char *name, const char *value)
{
	struct variable *v;

	if (x->variable_count == NAMES_MAX) {
		server_note(x->l, x->main, 0, false, "more than %d names: not all are followed", NAMES_MAX);
		return;
	}
	v = server_grow(x->l, x->variables, x->variable_count, &x->variable_cap, sizeof *v);
	if (!v)
		return;
	x->variables = v;
	v[x->variable_count++] = (struct variable){name, value};
}

static const char *variable(const struct lighttpd *x, const char *name)
{
	for (size_t i = x->variable_count; i > 0; i--)
		if (strcmp(x->variables[i - 1].name, name) == 0)
			return x->variables[i - 1].value;
	return NULL;
}

/* Passes over ( ... ), behind its bracket. */
static void pass_list(struct reading *r)
{
	size_t depth = 1;

	while (depth > 0 && next(r)) {
		depth += is(r, "(");
		depth -= is(r, ")");
	}
}

/* TEXT or NAME, several joined by +: the whole, or NULL when a part is not known. */
static const char *expression(struct reading *r)
{
	struct buf b;
	const char *out = NULL, *value;
	bool known = true, more = true;

	buf_init(&b);
	while (more && next(r) && !is(r, "\n")) {
		if (is(r, "(")) {
			pass_list(r);
			known = false;
		} else {
			value = r->quoted ? buf_cstr(&r->token) : variable(r->x, buf_cstr(&r->token));
			known &= value != NULL;
			buf_add_str(&b, value ? value : "");
		}
		more = next(r) && is(r, "+");
		r->have = !more && r->token.n > 0;
	}
	if (known)
		out = server_text(r->x->l, buf_span(&b));
	r->x->l->failed |= b.failed;
	buf_wipe(&b);
	return out;
}

static void assign(struct reading *r, const char *key, size_t line)
{
	struct scope *s;
	const char *value = expression(r);
	bool ours = strcmp(key, "ssl.pemfile") == 0 || strcmp(key, "ssl.stapling-file") == 0;

	s = &r->x->v[r->x->here];
	if (!value && ours)
		server_note(r->x->l, r->path, line, true, "%s: the value is not known without running lighttpd", key);
	if (!value)
		return;
	if (strcmp(key, "ssl.pemfile") == 0) {
		s->cert = value;
		s->file = r->path;
		s->line = line;
	} else if (strcmp(key, "ssl.stapling-file") == 0) {
		s->staple = value;
	} else if (strcmp(key, "ssl.engine") == 0) {
		s->off = strcmp(value, "disable") == 0;
	} else {
		set_variable(r->x, key, value);
	}
}

static void read_text(struct server_list *l, const char *path, struct span text, void *context);

static void include(struct reading *r, size_t line)
{
	const struct server_include at = {r->path, line, r->x->main, true, false};
	const char *value = expression(r);

	if (value)
		server_include(r->x->l, &at, value, read_text, r->x);
	else
		server_note(r->x->l, r->path, line, true, "include: the name is not known without running lighttpd");
}

static void read_text(struct server_list *l, const char *path, struct span text, void *context)
{
	struct lighttpd *x = context;
	struct reading r = {.x = x, .path = path, .rest = text, .line = 1};
	size_t base = x->here;
	const char *key = "";

	while (!l->failed && next(&r)) {
		size_t line = r.line;

		if (is(&r, "{")) {
			if (!begin_scope(x))
				break;
		} else if (is(&r, "}")) {
			if (x->here != base)
				x->here = x->v[x->here].around;
		} else if (is(&r, "(")) {
			pass_list(&r);
		} else if (is(&r, "include")) {
			include(&r, line);
		} else if (is(&r, "include_shell")) {
			(void)expression(&r);
			server_note(l, path, line, true, "include_shell: no command is run, so what it would say is not known");
		} else if (is(&r, "=")) {
			assign(&r, key, line);
		} else if (!is(&r, "\n") && !is(&r, "+")) {
			key = server_text(l, buf_span(&r.token));
		}
	}
	buf_wipe(&r.token);
	x->here = base;
}

/* What the scope serves when it says something of its own. */
static void add_service(struct lighttpd *x, size_t scope)
{
	size_t cert = scope, staple = scope;
	struct server_service s = {.server = "lighttpd"};

	if ((!x->v[scope].cert && !x->v[scope].staple) || x->v[scope].off)
		return;
	while (!x->v[cert].cert && x->v[cert].around != cert)
		cert = x->v[cert].around;
	while (!x->v[staple].staple && x->v[staple].around != staple)
		staple = x->v[staple].around;
	if (!x->v[cert].cert)
		return;
	s.file = x->v[cert].file;
	s.line = x->v[cert].line;
	s.cert = x->v[cert].cert;
	s.staple_file = x->v[staple].staple;
	s.stapling = s.staple_file ? SERVER_FILE : SERVER_OFF;
	server_add(x->l, &s, x->main);
}

void server_lighttpd_read(struct server_list *l, const char *path, struct span text)
{
	struct lighttpd x = {.l = l, .main = path};

	if (begin_scope(&x))
		read_text(l, path, text, &x);
	for (size_t i = 0; i < x.n && !l->failed; i++)
		add_service(&x, i);
	free(x.v);
	free(x.variables);
}
