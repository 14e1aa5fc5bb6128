/* What the readers of configurations find: services and notes, each once, with their paths. */
#include "store/server_part.h"

#include <stdarg.h>
#include <stdio.h>

/* No server has more; and each is compared with the others. */
#define SERVICES_MAX 16384
#define NOTES_MAX 1024
#define COMPARED_MAX 500000000u

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
