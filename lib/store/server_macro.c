/* Apache's mod_macro: <Macro NAME $a $b> ... </Macro>, and Use NAME x y. */
#include "store/server_part.h"

#include <stdlib.h>
#include <strings.h>

void server_macro_add(struct server_list *l, struct server_macros *macros, const struct words *head,
		      const char *file, struct span body)
{
	struct server_macro *v;

	if (head->n < 2)
		return; /* without a name */
	v = server_grow(l, macros->v, macros->n, &macros->cap, sizeof *v);
	if (!v)
		return;
	macros->v = v;
	v += macros->n++;
	*v = (struct server_macro){.file = file, .line = head->line, .body = body};
	for (size_t i = 1; i < head->n && i <= MACRO_WORDS_MAX; i++) {
		struct span word = span_str(head->text[i]);

		if (word.n > 0 && word.p[word.n - 1] == '>')
			word.n--;
		if (word.n > 0)
			v->words[v->n++] = server_text(l, word);
	}
}

const struct server_macro *server_macro_get(const struct server_macros *macros, const char *name)
{
	for (size_t i = macros->n; i > 0; i--)
		if (macros->v[i - 1].n > 0 && strcasecmp(macros->v[i - 1].words[0], name) == 0)
			return &macros->v[i - 1];
	return NULL;
}

/* The longest parameter that stands at the front; 0: none. */
static size_t parameter_at(const struct server_macro *m, struct span text)
{
	size_t best = 0;

	for (size_t i = 1; i < m->n; i++) {
		size_t n = strlen(m->words[i]);

		if (n <= text.n && memcmp(text.p, m->words[i], n) == 0 &&
		    (best == 0 || n > strlen(m->words[best])))
			best = i;
	}
	return best;
}

void server_macro_expand(const struct server_macro *m, const struct words *use, struct buf *out)
{
	for (struct span rest = m->body; rest.n > 0;) {
		size_t i = parameter_at(m, rest);

		if (i > 0 && i + 1 < use->n)
			buf_add_str(out, use->text[i + 1]);
		else if (i == 0)
			buf_add_byte(out, rest.p[0]);
		rest = span_from(rest, i > 0 ? strlen(m->words[i]) : 1);
	}
}
