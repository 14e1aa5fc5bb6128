#include "ground/json.h"

#include "ground/text.h"
#include "ground/utf8.h"
#include "ground/when.h"

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

static void line(struct json *j)
{
	uint8_t *p;

	if (j->indent == 0)
		return;
	p = buf_room(j->out, 1 + (size_t)j->depth * j->indent);
	if (!p)
		return;
	*p = '\n';
	memset(p + 1, ' ', (size_t)j->depth * j->indent);
	j->out->n += 1 + (size_t)j->depth * j->indent;
}

static inline void separate(struct json *j)
{
	if (!j->first[j->depth])
		buf_add_byte(j->out, ',');
	j->first[j->depth] = false;
	line(j);
}

/* Before every value: is it at a place where one may stand? */
static inline void value(struct json *j)
{
	if (j->after_key) {
		j->after_key = false;
		return;
	}
	if (j->object[j->depth] || (j->depth == 0 && !j->first[0])) {
		j->out->failed = true;
		return;
	}
	if (j->depth > 0)
		separate(j);
	else
		j->first[0] = false;
}

void json_key(struct json *j, const char *key)
{
	size_t n = strlen(key), all = n + (j->indent ? 4 : 3);
	uint8_t *p;

	if (!j->object[j->depth] || j->after_key) {
		j->out->failed = true;
		return;
	}
	separate(j);
	p = buf_room(j->out, all);
	if (!p)
		return;
	p[0] = '"';
	memcpy(p + 1, key, n);
	p[n + 1] = '"';
	p[n + 2] = ':';
	if (j->indent)
		p[n + 3] = ' ';
	j->out->n += all;
	j->after_key = true;
}

static void open_level(struct json *j, bool object)
{
	value(j);
	if (j->depth == JSON_DEPTH) {
		j->out->failed = true;
		return;
	}
	buf_add_byte(j->out, object ? '{' : '[');
	j->depth++;
	j->first[j->depth] = true;
	j->object[j->depth] = object;
}

static void close_level(struct json *j, bool object)
{
	bool empty;

	if (j->depth == 0 || j->object[j->depth] != object || j->after_key) {
		j->out->failed = true;
		return;
	}
	empty = j->first[j->depth];
	j->depth--;
	if (!empty)
		line(j);
	buf_add_byte(j->out, object ? '}' : ']');
}

void json_object(struct json *j)
{
	open_level(j, true);
}

void json_object_end(struct json *j)
{
	close_level(j, true);
}

void json_array(struct json *j)
{
	open_level(j, false);
}

void json_array_end(struct json *j)
{
	close_level(j, false);
}

static void short_escape(struct buf *b, char letter)
{
	uint8_t text[2] = {'\\', (uint8_t)letter};

	buf_add_bytes(b, text, 2);
}

static void unicode_escape(struct buf *b, uint32_t c)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t text[6] = {'\\', 'u'};

	for (unsigned i = 0; i < 4; i++)
		text[2 + i] = (uint8_t)digits[c >> (12 - 4 * i) & 15];
	buf_add_bytes(b, text, 6);
}

static void escape(struct buf *b, uint32_t c)
{
	switch (c) {
	case '"':
	case '\\':
		short_escape(b, (char)c);
		break;
	case '\n':
		short_escape(b, 'n');
		break;
	case '\r':
		short_escape(b, 'r');
		break;
	case '\t':
		short_escape(b, 't');
		break;
	case UTF8_BAD:
		buf_add_str(b, "\xef\xbf\xbd");
		break;
	default:
		unicode_escape(b, c);
	}
}

/* Bytes that stand for themselves in a JSON string, eight at a time where they are plain. */
static size_t plain_run(struct span s)
{
	const uint64_t ones = 0x0101010101010101, highs = 0x8080808080808080;
	size_t i = 0;

	for (; i + 8 <= s.n; i += 8) {
		uint64_t v, quote, slash, odd;

		memcpy(&v, s.p + i, 8);
		quote = v ^ ones * '"';
		slash = v ^ ones * '\\';
		/* A high bit for each byte that is below 0x20, a quote, a backslash, DEL or
		 * not ASCII; borrows make too many bits at worst, never too few. */
		odd = v | (v - ones * 0x20) | (v + ones) | (quote - ones) | (slash - ones);
		if (odd & highs)
			break;
	}
	while (i < s.n && s.p[i] >= 0x20 && s.p[i] < 0x7f && s.p[i] != '"' && s.p[i] != '\\')
		i++;
	return i;
}

/* A character that needs no escape, within a string: its bytes, or 0. */
static size_t whole_character(struct span s, uint32_t *c)
{
	size_t n = utf8_next(s, c);

	if (*c == UTF8_BAD || *c < 0xa0 || utf8_hidden(*c))
		return 0;
	return n;
}

static void escaped(struct buf *b, struct span s)
{
	while (s.n > 0) {
		size_t run = plain_run(s), n;
		uint32_t c = 0;

		/* Accented text: the run goes on over whole characters. */
		while (run < s.n && s.p[run] >= 0x80 &&
		       (n = whole_character(span_from(s, run), &c)) > 0) {
			run += n;
			run += plain_run(span_from(s, run));
		}
		buf_add_bytes(b, s.p, run);
		s = span_from(s, run);
		if (s.n == 0)
			break;
		n = utf8_next(s, &c);
		if (c > 0xffff && c != UTF8_BAD) {
			unicode_escape(b, 0xd800 + ((c - 0x10000) >> 10));
			unicode_escape(b, 0xdc00 + ((c - 0x10000) & 0x3ff));
		} else {
			escape(b, c);
		}
		s = span_from(s, n);
	}
}

void json_string(struct json *j, struct span s)
{
	struct buf *b = j->out;
	uint8_t *p;

	if (!s.p) {
		json_null(j);
		return;
	}
	value(j);
	if (plain_run(s) == s.n) {
		p = buf_room(b, s.n + 2);
		if (!p)
			return;
		*p = '"';
		memcpy(p + 1, s.p, s.n);
		p[s.n + 1] = '"';
		b->n += s.n + 2;
		return;
	}
	buf_add_byte(b, '"');
	escaped(b, s);
	buf_add_byte(b, '"');
}

void json_cstring(struct json *j, const char *s)
{
	json_string(j, span_str(s));
}

void json_hex(struct json *j, struct span s)
{
	if (!s.p) {
		json_null(j);
		return;
	}
	value(j);
	buf_add_byte(j->out, '"');
	text_hex(j->out, s);
	buf_add_byte(j->out, '"');
}

void json_int(struct json *j, int64_t v)
{
	uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
	uint8_t text[20];
	size_t at = sizeof text;

	do {
		text[--at] = (uint8_t)('0' + u % 10);
		u /= 10;
	} while (u > 0);
	if (v < 0)
		text[--at] = '-';
	value(j);
	buf_add_bytes(j->out, text + at, sizeof text - at);
}

static void word(struct json *j, const char *text, size_t n)
{
	value(j);
	buf_add_bytes(j->out, text, n);
}

void json_bool(struct json *j, bool v)
{
	word(j, v ? "true" : "false", v ? 4 : 5);
}

void json_null(struct json *j)
{
	word(j, "null", 4);
}

void json_time(struct json *j, int64_t t)
{
	char text[WHEN_TEXT_SIZE];

	when_format(t, text);
	json_string(j, text[0] ? span_of(text, WHEN_TEXT_SIZE - 1) : SPAN_NONE);
}

void json_raw(struct json *j, struct span s)
{
	value(j);
	if (s.n == 0)
		j->out->failed = true;
	buf_add(j->out, s);
}

void json_member_string(struct json *j, const char *key, struct span s)
{
	json_key(j, key);
	json_string(j, s);
}

void json_member_cstring(struct json *j, const char *key, const char *s)
{
	json_key(j, key);
	json_cstring(j, s);
}

void json_member_hex(struct json *j, const char *key, struct span s)
{
	json_key(j, key);
	json_hex(j, s);
}

void json_member_int(struct json *j, const char *key, int64_t v)
{
	json_key(j, key);
	json_int(j, v);
}

void json_member_bool(struct json *j, const char *key, bool v)
{
	json_key(j, key);
	json_bool(j, v);
}

void json_member_time(struct json *j, const char *key, int64_t t)
{
	json_key(j, key);
	json_time(j, t);
}
