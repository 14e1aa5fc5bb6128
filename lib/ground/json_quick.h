/*
 * json_quick: the members of objects that are written by the hundred thousand.
 *
 * The same as json.h's members, for keys that are literals: comma, key and colon are one text then,
 * which is put down where the writer says that nothing else has to be looked at and the buffer has
 * room.  Where it says otherwise, and for values that need escapes, the ordinary writer is called.
 */
#ifndef STAPLE_GROUND_JSON_QUICK_H
#define STAPLE_GROUND_JSON_QUICK_H

#include "ground/json.h"
#include "ground/text.h"
#include "ground/when.h"

#ifdef __GNUC__
#define QUICK __attribute__((always_inline)) static inline
#else
#define QUICK static inline
#endif

#define JSON_LEAD(key) ",\"" key "\":"

/* A string between quotes, the first of which is there; NULL: something in it has to be escaped. */
uint8_t *json_put_plain(uint8_t *p, struct span s);

/* Puts down the n bytes of `lead`; room for `more` is behind them.  NULL: the ordinary writer has to. */
QUICK uint8_t *json_quick_lead(const struct json *j, const char *lead, size_t n, size_t more)
{
	const struct buf *b = j->out;
	uint8_t *p = b->p;

	if (j->next != JSON_MEMBER || b->failed || b->cap - b->n < n + more)
		return NULL;
	p += b->n;
	memcpy(p, lead, n);
	return p + n;
}

QUICK void json_quick_done(struct json *j, const uint8_t *end)
{
	j->out->n = (size_t)(end - j->out->p);
}

QUICK void json_quick_put_word(struct json *j, struct span lead, const char *key, struct span word)
{
	uint8_t *p = json_quick_lead(j, (const char *)lead.p, lead.n, 0);

	if (p)
		json_quick_done(j, p);
	else
		json_put_word(j, span_str(key), word);
}

/* `lead` has the quote, which null has not. */
QUICK void json_quick_put_string(struct json *j, struct span lead, const char *key, struct span s)
{
	uint8_t *p = json_quick_lead(j, (const char *)lead.p, lead.n, s.n + 4);

	if (p && !s.p) {
		memcpy(p - 1, "null", 4);
		p += 3;
	} else if (p) {
		p = json_put_plain(p, s);
	}
	if (p)
		json_quick_done(j, p);
	else
		json_put_string(j, span_str(key), s);
}

QUICK void json_quick_put_hex(struct json *j, struct span lead, const char *key, struct span s)
{
	uint8_t *p = NULL;

	if (s.p && s.n < SIZE_MAX / 4)
		p = json_quick_lead(j, (const char *)lead.p, lead.n, 2 * s.n + 1);
	if (!p) {
		json_put_hex(j, span_str(key), s);
		return;
	}
	p = text_put_hex(p, s);
	*p = '"';
	json_quick_done(j, p + 1);
}

QUICK void json_quick_put_int(struct json *j, struct span lead, const char *key, int64_t v)
{
	uint8_t *p = json_quick_lead(j, (const char *)lead.p, lead.n, TEXT_INT_MAX);

	if (p)
		json_quick_done(j, text_put_int(p, v));
	else
		json_put_int(j, span_str(key), v);
}

QUICK void json_quick_put_time(struct json *j, struct span lead, const char *key, int64_t t)
{
	uint8_t *p = json_quick_lead(j, (const char *)lead.p, lead.n, WHEN_TEXT_SIZE);

	if (!p || when_format(t, (char *)p)[0] == '\0') {
		json_put_time(j, span_str(key), t);
		return;
	}
	p[WHEN_TEXT_SIZE - 1] = '"';
	json_quick_done(j, p + WHEN_TEXT_SIZE);
}

/* Arrays of plain strings.  The first stands behind the bracket that the caller's `before` begins as. */
QUICK uint8_t *json_quick_element(uint8_t *p, uint8_t *before, struct span s)
{
	*p++ = *before;
	*p++ = '"';
	*before = ',';
	return json_put_plain(p, s);
}

/* False: there was none, or p is NULL, and nothing is written. */
QUICK bool json_quick_list_end(struct json *j, uint8_t *p, uint8_t before)
{
	if (!p || before == '[')
		return false;
	*p = ']';
	json_quick_done(j, p + 1);
	return true;
}

/* A literal as a span: its length is known when this is compiled. */
#define JSON_LITERAL(text) span_of(text, sizeof(text) - 1)

/* Where the bracket goes, with room for `more` bytes that include both; or NULL. */
#define json_quick_list(j, key, more) json_quick_lead(j, JSON_LEAD(key), sizeof JSON_LEAD(key) - 1, more)

/* `key` and `word` are literals, word a JSON value. */
#define json_quick_word(j, key, word)                                                              \
	json_quick_put_word(j, JSON_LITERAL(JSON_LEAD(key) word), key, JSON_LITERAL(word))
#define json_quick_bool(j, key, v)                                                                 \
	((v) ? json_quick_word(j, key, "true") : json_quick_word(j, key, "false"))
#define json_quick_string(j, key, s)                                                               \
	json_quick_put_string(j, JSON_LITERAL(JSON_LEAD(key) "\""), key, s)
#define json_quick_cstring(j, key, s) json_quick_string(j, key, span_str(s))
#define json_quick_hex(j, key, s) json_quick_put_hex(j, JSON_LITERAL(JSON_LEAD(key) "\""), key, s)
#define json_quick_int(j, key, v) json_quick_put_int(j, JSON_LITERAL(JSON_LEAD(key)), key, v)
#define json_quick_time(j, key, t) json_quick_put_time(j, JSON_LITERAL(JSON_LEAD(key) "\""), key, t)

#endif
