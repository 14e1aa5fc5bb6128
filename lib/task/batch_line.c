#include "task/batch_line.h"

#include <stdio.h>
#include <stdlib.h>

void batch_seen_wipe(struct batch_seen *s)
{
	for (size_t i = 0; i < s->cap; i++)
		free(s->v[i].name);
	free(s->v);
	*s = (struct batch_seen){NULL, 0, 0};
}

/* FNV-1a: the names are the user's own, nobody gains by collisions. */
static size_t slot_of(const struct batch_seen *s, const char *name)
{
	uint64_t h = UINT64_C(14695981039346656037);
	size_t i;

	for (const char *p = name; *p; p++)
		h = (h ^ (uint8_t)*p) * UINT64_C(1099511628211);
	for (i = (size_t)h & (s->cap - 1); s->v[i].name && strcmp(s->v[i].name, name) != 0;)
		i = (i + 1) & (s->cap - 1);
	return i;
}

static int grow(struct batch_seen *s)
{
	struct batch_seen bigger = {NULL, s->n, s->cap ? 2 * s->cap : 64};

	bigger.v = calloc(bigger.cap, sizeof *bigger.v);
	if (!bigger.v)
		return -1;
	for (size_t i = 0; i < s->cap; i++)
		if (s->v[i].name)
			bigger.v[slot_of(&bigger, s->v[i].name)] = s->v[i];
	free(s->v);
	*s = bigger;
	return 0;
}

ptrdiff_t batch_seen_add(struct batch_seen *s, const char *name, size_t line)
{
	size_t i;

	if (2 * (s->n + 1) > s->cap && grow(s) != 0)
		return -1;
	i = slot_of(s, name);
	if (s->v[i].name)
		return (ptrdiff_t)s->v[i].line;
	s->v[i].name = strdup(name);
	s->v[i].line = line;
	if (!s->v[i].name)
		return -1;
	s->n++;
	return 0;
}

static bool is_separator(uint8_t c)
{
	return c == ' ' || c == '\t' || c == ',' || c == '\r';
}

bool batch_line_next(struct span *text, size_t *number, struct span *line)
{
	static const uint8_t mark[] = {0xef, 0xbb, 0xbf}; /* some editors put it in front of UTF-8 */

	while (text->n > 0) {
		const uint8_t *end = memchr(text->p, '\n', text->n), *comment;
		size_t n = end ? (size_t)(end - text->p) : text->n, blank = 0;

		*line = span_of(text->p, n);
		*text = span_from(*text, end ? n + 1 : n);
		if (++*number == 1 && n >= 3 && memcmp(line->p, mark, 3) == 0)
			*line = span_from(*line, 3);
		comment = memchr(line->p, '#', line->n);
		if (comment)
			line->n = (size_t)(comment - line->p);
		while (blank < line->n && is_separator(line->p[blank]))
			blank++;
		if (blank < line->n)
			return true;
	}
	return false;
}

int batch_line_names(struct span line, struct san_list *names, struct err *e)
{
	char word[LIMIT_NAME_TEXT + 2];

	while (line.n > 0) {
		size_t n = 0;

		while (n < line.n && !is_separator(line.p[n]))
			n++;
		if (n > LIMIT_NAME_TEXT || memchr(line.p, 0, n))
			return err_set(e, ERR_USAGE, "name \"%.*s...\": %s", 60, (const char *)line.p,
				       n > LIMIT_NAME_TEXT ? "too long" : "contains a NUL");
		memcpy(word, line.p, n);
		word[n] = '\0';
		if (n > 0 && san_list_add(names, NAME_OTHER, word, e) < 0)
			return -1;
		line = span_from(line, n + 1);
	}
	return 0;
}

/* '*' and '/' would make trouble for shells and folders; '_' stands in no host name, so nothing
 * can collide with "_wildcard". */
char *batch_line_file(const struct san *first)
{
	bool wildcard = first->kind == NAME_DNS && first->text[0] == '*';
	char *name = NULL;

	if (asprintf(&name, "%s%s", wildcard ? "_wildcard" : "", first->text + (wildcard ? 1 : 0)) < 0)
		return NULL;
	for (char *p = name; *p; p++)
		if (*p == '/' || *p == '*')
			*p = '_';
	return name;
}
