/* Paths with variables in them, as nginx works them out when a client comes: each value that a map
 * gives is one way; where no map tells, any file that fits. */
#include "store/server_part.h"

#include <glob.h>
#include <stdlib.h>

/* Values of all maps together, and what is tried for one path: a map of a map of a map multiplies. */
#define VALUES_MAX 16384
#define TRIES_MAX 20000
#define DEPTH_MAX 8

struct ways {
	struct server_list *l;
	const struct server_variables *names;
	const char *base;
	server_way *found;
	void *context;
	size_t n, tries;
};

void server_variable_add(struct server_list *l, struct server_variables *names, const char *name,
			 const char *value)
{
	struct server_variable *v;

	names->full |= names->n == VALUES_MAX;
	v = names->full ? NULL : server_grow(l, names->v, names->n, &names->cap, sizeof *v);
	if (!v)
		return;
	names->v = v;
	v[names->n++] = (struct server_variable){name, value};
}

static bool is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static void found(struct ways *w, const char *path)
{
	w->n++;
	w->found(w->context, path);
}

/* A path without variables, but perhaps with '*' for some. */
static void found_files(struct ways *w, const char *pattern, bool any)
{
	const char *path = server_path(w->l, w->base, pattern);
	glob_t g;

	if (!any) {
		found(w, path);
		return;
	}
	if (glob(path, 0, NULL, &g) != 0)
		return;
	for (size_t i = 0; i < g.gl_pathc; i++)
		found(w, server_text(w->l, span_str(g.gl_pathv[i])));
	globfree(&g);
}

static void expand(struct ways *w, const char *text, bool any, unsigned depth)
{
	const char *dollar = strchr(text, '$'), *name, *end;
	size_t n = 0, known = 0;

	if (!dollar) {
		found_files(w, text, any);
		return;
	}
	name = dollar + 1 + (dollar[1] == '{');
	while (is_name(name[n]))
		n++;
	end = name + n + (dollar[1] == '{' && name[n] == '}');
	for (size_t i = 0; i <= w->names->n && w->tries < TRIES_MAX; i++) {
		const struct server_variable *v = i < w->names->n ? &w->names->v[i] : NULL;
		struct buf b;

		if (v ? !span_equal(span_str(v->name), span_of(name, n)) : known > 0)
			continue;
		known++;
		w->tries++;
		buf_init(&b);
		buf_add_bytes(&b, text, (size_t)(dollar - text));
		buf_add_str(&b, v && depth > 0 ? v->value : "*");
		buf_add_str(&b, end);
		expand(w, buf_cstr(&b), any || !v || depth == 0, depth - (depth > 0));
		w->l->failed |= b.failed;
		buf_wipe(&b);
	}
}

size_t server_variable_ways(struct server_list *l, const struct server_variables *names, const char *path,
			    const char *base, server_way *way, void *context)
{
	struct ways w = {l, names, base, way, context, 0, 0};

	expand(&w, path, false, DEPTH_MAX);
	if (names->full || w.tries == TRIES_MAX)
		server_note(l, base, 0, false, "%s: more values than %d: not all are followed", path, TRIES_MAX);
	return w.n;
}
