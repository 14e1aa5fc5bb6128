/* Lines, words and tokens of configurations. */
#include "store/server_part.h"

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
