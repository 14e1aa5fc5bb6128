/*
 * parse_back: what a reader makes of a whole report, as its shape.
 *
 * A shape is what stands around the texts: the keys and types of JSON, the fields of each row of CSV, the
 * tags and attributes of HTML and XML, the names and labels of metrics.  Whatever the texts are, the shape
 * must be that of a report with harmless ones.
 */
#ifndef STAPLE_TESTS_FUZZ_PARSE_BACK_H
#define STAPLE_TESTS_FUZZ_PARSE_BACK_H

#include "tests/fuzz/fuzz.h"

#include <jansson.h>

#include "ground/text.h"
#include "ground/utf8.h"

/* UTF-8 without hidden characters, but for those in `kept`. */
static void parse_back_text(struct span s, const char *kept, bool xml)
{
	while (s.n > 0) {
		uint32_t c;

		s = span_from(s, utf8_next(s, &c));
		FUZZ_CHECK(c != UTF8_BAD);
		FUZZ_CHECK(!utf8_hidden(c) || (c < 0x80 && c != 0 && strchr(kept, (int)c)));
		FUZZ_CHECK(!xml || (c != 0xfffe && c != 0xffff));
	}
}

/* --- JSON --- */

static void json_shape(json_t *v, struct buf *out)
{
	const char *key;
	json_t *member;
	size_t i;

	if (json_is_object(v)) {
		buf_add_byte(out, '{');
		json_object_foreach(v, key, member) {
			buf_printf(out, "%s:", key);
			json_shape(member, out);
		}
		buf_add_byte(out, '}');
	} else if (json_is_array(v)) {
		buf_add_byte(out, '[');
		json_array_foreach(v, i, member)
			json_shape(member, out);
		buf_add_byte(out, ']');
	} else {
		buf_add_byte(out, json_is_string(v) ? 's' : json_is_number(v) ? 'n' : 'w');
	}
}

/* One document, or (`lines`) one in each line. */
static void parse_back_json(struct span s, bool lines, struct buf *out)
{
	while (s.n > 0) {
		const uint8_t *end = lines ? memchr(s.p, '\n', s.n) : s.p + s.n - 1;
		json_error_t why;
		json_t *root;
		size_t n;

		FUZZ_CHECK(end);
		n = (size_t)(end - s.p) + 1;
		root = json_loadb((const char *)s.p, n, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &why);
		FUZZ_CHECK(root);
		json_shape(root, out);
		json_decref(root);
		s = span_from(s, n);
	}
}

/* --- CSV, RFC 4180 --- */

static bool is_number(struct span s)
{
	size_t i = s.n > 1 && s.p[0] == '-';

	for (; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n > 0;
}

/* A field at the front; *last: its row ends behind it. */
static struct span csv_field(struct span s, bool *last)
{
	struct buf text;
	bool quoted = s.n > 0 && s.p[0] == '"';
	size_t i = quoted;

	buf_init(&text);
	for (; i < s.n; i++) {
		if (quoted && s.p[i] == '"') {
			if (i + 1 >= s.n || s.p[i + 1] != '"')
				break;
			i++;
		} else if (!quoted && strchr(",\r", s.p[i]) && s.p[i]) {
			break;
		} else {
			FUZZ_CHECK(quoted || !strchr("\"\n", s.p[i]));
		}
		buf_add_byte(&text, s.p[i]);
	}
	i += quoted;
	FUZZ_CHECK(i < s.n && (s.p[i] == ',' || s.p[i] == '\r'));
	/* Nothing that a spreadsheet computes. */
	FUZZ_CHECK(text.n == 0 || !strchr("=+-@\t\r\n", text.p[0]) || is_number(buf_span(&text)));
	buf_wipe(&text);
	*last = s.p[i] == '\r';
	FUZZ_CHECK(!*last || (i + 1 < s.n && s.p[i + 1] == '\n'));
	return span_from(s, i + 1 + *last);
}

static void parse_back_csv(struct span s, struct buf *out)
{
	FUZZ_CHECK(s.n > 3 && memcmp(s.p, "\xef\xbb\xbf", 3) == 0);
	for (s = span_from(s, 3); s.n > 0;) {
		bool last;

		s = csv_field(s, &last);
		buf_add_byte(out, last ? '\n' : ',');
	}
}

/* --- HTML and XML --- */

/* Tags with the names of their attributes; texts, and what stands in quotes, are left out.  Scripts and
 * styles are ours alone and count with each octet. */
static void parse_back_tags(struct span s, struct buf *out)
{
	bool inside = false, raw = false;

	for (size_t i = 0; i < s.n; i++) {
		const char *at = (const char *)s.p + i;
		size_t left = s.n - i;

		if (raw && left > 8 && (memcmp(at, "</script", 8) == 0 || memcmp(at, "</style", 7) == 0))
			raw = false;
		if (raw) {
			buf_add_byte(out, s.p[i]);
		} else if (!inside && *at == '<') {
			inside = true;
			raw = left > 7 && (memcmp(at, "<script", 7) == 0 || memcmp(at, "<style", 6) == 0);
			buf_add_byte(out, '<');
			if (raw) {
				inside = false;
				continue;
			}
		} else if (inside && *at == '"') {
			const char *end = memchr(at + 1, '"', left - 1);

			FUZZ_CHECK(end);
			i += (size_t)(end - at);
			buf_add_byte(out, '"');
		} else if (inside) {
			buf_add_byte(out, s.p[i]);
			inside = *at != '>';
		} else {
			FUZZ_CHECK(*at != '>');
		}
	}
	FUZZ_CHECK(!inside && !raw);
}

/* --- OpenMetrics --- */

static void parse_back_metrics(struct span s, struct buf *out)
{
	bool quoted = false;

	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];

		if (quoted && c == '\\') {
			i++;
			FUZZ_CHECK(i < s.n && s.p[i] != 0 && strchr("\\\"n", s.p[i]));
		} else if (c == '"') {
			quoted = !quoted;
			buf_add_byte(out, '"');
		} else if (quoted) {
			FUZZ_CHECK(c != '\n');
		} else {
			buf_add_byte(out, c);
		}
	}
	FUZZ_CHECK(!quoted);
}

#endif
