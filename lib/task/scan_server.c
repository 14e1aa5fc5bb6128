/* The configurations that were found: which are in force, and the certificates that they name. */
#include "ground/file.h"
#include "ground/limits.h"
#include "store/server.h"
#include "task/scan_part.h"

#include <stdlib.h>

/* Where Debian keeps what is not in force, and what packages and editors leave behind. */
static bool in_force(const char *path)
{
	static const char *const folders[] = {"sites-available/", "conf-available/", "mods-available/",
					      "modules-available/"};
	static const char *const ends[] = {"~", ".bak", ".orig", ".old", ".dpkg-old", ".dpkg-dist", ".dpkg-new",
					   ".rpmsave", ".rpmnew", ".disabled", ".example", ".sample", ".template"};

	for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
		if (strstr(path, folders[i]))
			return false;
	return !file_name_ends(path, ends, sizeof ends / sizeof ends[0]);
}

static bool is_root(const struct scan *s, const char *path)
{
	for (const char *const *r = s->sum.roots; *r; r++)
		if (strcmp(*r, path) == 0)
			return true;
	return false;
}

/* The name under which a configuration is in force: its own, or that of a link to it, as in
 * sites-enabled; NULL: none is.  *root: it was given itself. */
static const char *name_in_force(const struct scan *s, const struct source *x, bool *root)
{
	const char *name = in_force(x->name) ? x->name : NULL;

	*root = is_root(s, x->name);
	if (*root)
		return x->name;
	for (const char **l = x->links; l && *l; l++) {
		*root = is_root(s, *l);
		if (*root)
			return *l;
		if (!name && in_force(*l))
			name = *l;
	}
	return name;
}

/* A problem of no file that was scanned: the text is a line of a configuration. */
static int add_problem(struct scan *s, const char *file, size_t line, bool note, const char *text,
		       struct err *e)
{
	struct record x = {.kind = RECORD_PROBLEM, .note = note, .index = STORE_NO_INDEX};
	struct buf b;
	int rc;

	buf_init(&b);
	if (line > 0)
		buf_printf(&b, "line %zu: ", line);
	buf_add_str(&b, text);
	buf_add_byte(&b, '\0');
	x.n = b.n;
	s->sum.problems += !note;
	s->sum.notes += note;
	rc = b.failed ? err_set(e, ERR_MEMORY, "out of memory for the configurations")
		      : scan_keep(s, &x, b.p, file, NULL, e);
	buf_wipe(&b);
	return rc;
}

/* All configurations that were found, main files first: the others may be parts of them. */
static int read_configurations(struct scan *s, struct err *e)
{
	size_t sides = s->side_count;
	int rc = 0;

	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; rc == 0 && i < sides; i++) {
			const struct side *x = &s->sides[i];
			const struct source *source = &s->sources[x->source];
			struct span text = span_of(x->bytes, x->n);
			bool main = server_is_main(source->name, text), root;
			const char *name;

			if (x->kind != RECORD_SERVER || main != (pass == 0) ||
			    server_was_read(&s->servers, source->name))
				continue;
			name = name_in_force(s, source, &root);
			if (name)
				server_read(&s->servers, name, text, root || main);
			else
				rc = add_problem(s, source->name, 0, true, "a server's configuration, not in force by "
						 "its name: not read", e);
		}
	return rc;
}

/* A certificate file that a line names and the scan did not meet. */
static int read_missing(struct scan *s, const struct server_service *x, struct err *e)
{
	struct err why;
	struct buf b, text;
	int rc = 0;

	buf_init(&b);
	buf_init(&text);
	if (file_read(x->cert, LIMIT_CONTAINER, &b, &why) == 0) {
		rc = scan_extra(s, x->cert, buf_span(&b), e);
	} else {
		buf_printf(&text, "%s is to serve %s", x->server, why.text);
		rc = add_problem(s, x->file, x->line, !x->firm || x->stapling == SERVER_CANNOT,
				 buf_cstr(&text), e);
	}
	buf_wipe(&text);
	buf_wipe(&b);
	return rc;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The real paths of all files that hold something, sorted. */
static char **known_files(const struct scan *s, size_t *n)
{
	char **v = calloc(s->source_count + 1, sizeof *v);

	*n = 0;
	for (size_t i = 0; v && i < s->source_count; i++) {
		v[*n] = realpath(s->sources[i].name, NULL);
		*n += v[*n] != NULL;
	}
	if (v && *n > 1)
		qsort(v, *n, sizeof *v, by_text);
	return v;
}

static int read_certificates(struct scan *s, struct err *e)
{
	size_t n, certs = s->servers.n;
	char **known = certs > 0 ? known_files(s, &n) : NULL;
	int rc = known || certs == 0 ? 0 : err_set(e, ERR_MEMORY, "out of memory for the configurations");

	for (size_t i = 0; rc == 0 && i < certs; i++) {
		struct server_service *x = &s->servers.v[i];
		char *real = realpath(x->cert, NULL);
		bool again = false;

		for (size_t k = 0; real && k < i && !again; k++)
			again = strcmp(s->servers.v[k].cert, real) == 0;
		if (real)
			x->cert = server_text(&s->servers, span_str(real));
		if (!again && !(real && bsearch(&real, known, n, sizeof *known, by_text)))
			rc = read_missing(s, x, e);
		free(real);
	}
	for (size_t i = 0; known && i < n; i++)
		free(known[i]);
	free(known);
	return rc;
}

int scan_servers(struct scan *s, struct err *e)
{
	s->entry = SIZE_MAX; /* what comes now stands in no entry of the walk */
	if (read_configurations(s, e) != 0)
		return -1;
	for (size_t i = 0; i < s->servers.note_count; i++) {
		const struct server_note *x = &s->servers.notes[i];

		if (add_problem(s, x->file, x->line, x->harmless, x->text, e) != 0)
			return -1;
	}
	if (read_certificates(s, e) != 0)
		return -1;
	return s->servers.failed ? err_set(e, ERR_MEMORY, "out of memory for the configurations") : 0;
}
