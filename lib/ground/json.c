#include "ground/json.h"

#include "ground/json_quick.h"
#include "ground/json_text.h"
#include "ground/text.h"
#include "ground/when.h"

static inline void settle(struct json *j)
{
	bool plain = j->depth > 0 && !j->first[j->depth] && !j->after_key && !j->indent && !j->out->limit;

	j->next = !plain ? JSON_LOOK : j->object[j->depth] ? JSON_MEMBER : JSON_ELEMENT;
}

void json_begin(struct json *j, struct buf *out, unsigned indent)
{
	*j = (struct json){.out = out, .indent = indent};
	j->first[0] = true;
}

void json_end(struct json *j)
{
	if (j->depth != 0 || j->after_key || j->first[0])
		j->out->failed = true;
}

static uint8_t *put_line(const struct json *j, uint8_t *p)
{
	*p++ = '\n';
	memset(p, ' ', (size_t)j->depth * j->indent);
	return p + (size_t)j->depth * j->indent;
}

static uint8_t *put_bytes(uint8_t *p, const void *bytes, size_t n)
{
	if (n < 16)
		json_copy_few(p, bytes, n);
	else
		memcpy(p, bytes, n);
	return p + n;
}

/* May what has this key, or none, stand here?  A value may stand behind its key, in an array, and
 * once at the top. */
static inline bool allowed(const struct json *j, struct span key)
{
	if (j->object[j->depth])
		return key.p ? !j->after_key : j->after_key;
	return !key.p && (j->depth > 0 || j->first[0]);
}

static inline uint8_t *put_key(uint8_t *p, struct span key)
{
	*p++ = '"';
	p = put_bytes(p, key.p, key.n);
	*p++ = '"';
	*p++ = ':';
	return p;
}

/* start() for everything: where the buffer has to grow or a value may not stand, and for lines. */
static uint8_t *start_any(struct json *j, struct span key, size_t more)
{
	bool comma = !j->after_key && !j->first[j->depth];
	bool line = j->indent && !j->after_key && j->depth > 0;
	uint8_t *p;

	if (!allowed(j, key))
		j->out->failed = true;
	more += comma + (key.p ? key.n + 3 : 0);
	if (j->indent)
		more += (line ? 1 + (size_t)j->depth * j->indent : 0) + (key.p != NULL);
	p = buf_room(j->out, more);
	if (!p)
		return NULL;
	if (comma)
		*p++ = ',';
	if (line)
		p = put_line(j, p);
	j->first[j->depth] = false;
	j->after_key = false;
	settle(j);
	if (key.p)
		p = put_key(p, key);
	if (key.p && j->indent)
		*p++ = ' ';
	return p;
}

/* What stands before a value: comma, line, key.  Returns where the value goes, with room for
 * exactly `more` bytes; the caller writes it and calls done().  NULL: the buf has failed. */
static inline uint8_t *start(struct json *j, struct span key, size_t more)
{
	struct buf *b = j->out;
	uint8_t *p;

	if (j->next != (key.p ? JSON_MEMBER : JSON_ELEMENT) || b->failed || b->cap - b->n < more + key.n + 4)
		return start_any(j, key, more);
	p = b->p + b->n;
	*p++ = ',';
	return key.p ? put_key(p, key) : p;
}

static inline void done(struct json *j, const uint8_t *end)
{
	j->out->n = (size_t)(end - j->out->p);
}

void json_put_key(struct json *j, struct span key)
{
	uint8_t *p = start(j, key, 0);

	if (!p)
		return;
	done(j, p);
	j->after_key = true;
	settle(j);
}

void json_put_open(struct json *j, struct span key, bool object)
{
	uint8_t *p = start(j, key, 1);

	if (!p)
		return;
	if (j->depth == JSON_DEPTH) {
		j->out->failed = true;
		return;
	}
	*p++ = object ? '{' : '[';
	done(j, p);
	j->depth++;
	j->first[j->depth] = true;
	j->object[j->depth] = object;
	settle(j);
}

void json_put_close(struct json *j, bool object)
{
	bool line = j->indent && !j->first[j->depth];
	uint8_t *p;

	if (j->depth == 0 || j->object[j->depth] != object || j->after_key) {
		j->out->failed = true;
		return;
	}
	j->depth--;
	settle(j);
	p = buf_room(j->out, 1 + (line ? 1 + (size_t)j->depth * j->indent : 0));
	if (!p)
		return;
	if (line)
		p = put_line(j, p);
	*p++ = object ? '}' : ']';
	done(j, p);
}

void json_put_word(struct json *j, struct span key, struct span word)
{
	uint8_t *p = start(j, key, word.n);

	if (word.n == 0)
		j->out->failed = true;
	else if (p)
		done(j, put_bytes(p, word.p, word.n));
}

uint8_t *json_put_plain(uint8_t *p, struct span s)
{
	if (!json_copy_plain(p, s))
		return NULL;
	p[s.n] = '"';
	return p + s.n + 1;
}

void json_put_string(struct json *j, struct span key, struct span s)
{
	uint8_t *p, *end;

	if (!s.p) {
		json_put_word(j, key, span_of("null", 4));
		return;
	}
	p = start(j, key, s.n + 2);
	if (!p)
		return;
	*p++ = '"';
	end = json_put_plain(p, s);
	if (end) {
		done(j, end);
		return;
	}
	done(j, p);
	json_escape(j->out, s);
	buf_add_byte(j->out, '"');
}

size_t json_text_begin(struct json *j, struct span key)
{
	uint8_t *p = start(j, key, 1);

	if (!p)
		return j->out->n;
	*p++ = '"';
	done(j, p);
	return j->out->n;
}

void json_text_end(struct json *j, size_t from)
{
	struct buf *out = j->out, copy;
	struct span s = span_from(buf_span(out), from);

	if (!out->failed && !json_plain(s)) {
		buf_init(&copy);
		buf_add(&copy, s);
		out->n = from;
		json_escape(out, buf_span(&copy));
		out->failed |= copy.failed;
		buf_wipe(&copy);
	}
	buf_add_byte(out, '"');
}

void json_put_hex(struct json *j, struct span key, struct span s)
{
	uint8_t *p;

	if (!s.p) {
		json_put_word(j, key, span_of("null", 4));
		return;
	}
	p = s.n <= SIZE_MAX / 4 ? start(j, key, 2 * s.n + 2) : NULL;
	if (!p) {
		j->out->failed = true;
		return;
	}
	*p++ = '"';
	p = text_put_hex(p, s);
	*p++ = '"';
	done(j, p);
}

void json_put_int(struct json *j, struct span key, int64_t v)
{
	uint8_t *p = start(j, key, TEXT_INT_MAX);

	if (p)
		done(j, text_put_int(p, v));
}

void json_put_time(struct json *j, struct span key, int64_t t)
{
	uint8_t *p = start(j, key, WHEN_TEXT_SIZE + 1);

	if (!p)
		return;
	when_format(t, (char *)p + 1);
	if (p[1] == '\0') {
		memcpy(p, "null", 4);
		done(j, p + 4);
		return;
	}
	p[0] = '"';
	p[WHEN_TEXT_SIZE] = '"';
	done(j, p + WHEN_TEXT_SIZE + 1);
}
