/* JSON, CSV and HTML of any bytes must be read back as the text that was meant: each bad byte a
 * U+FFFD, each hidden character escaped as for a terminal (in JSON: as JSON escapes it); and whole reports
 * with such texts as reports of the same shape as with harmless ones. */
#include "tests/fuzz/support/reports.h"

#include <jansson.h>

#include "ground/text.h"
#include "ground/utf8.h"

#define WHOLE_MAX 4096 /* of a report's words: it is written 34 times */

/* What a JSON reader must get: the bytes, with U+FFFD for each that is no UTF-8. */
static void replaced(struct buf *out, struct span s)
{
	while (s.n > 0) {
		uint32_t c;
		size_t n = utf8_next(s, &c);

		if (c == UTF8_BAD)
			buf_add_str(out, "\xef\xbf\xbd");
		else
			buf_add(out, span_of(s.p, n));
		s = span_from(s, n);
	}
}

static bool same_hex(const json_t *text, struct span s)
{
	const char *hex = json_string_value(text);
	char two[3];

	if (json_string_length(text) != 2 * s.n)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		snprintf(two, sizeof two, "%02x", s.p[i]);
		if (memcmp(hex + 2 * i, two, 2) != 0)
			return false;
	}
	return true;
}

static void json(struct span s, unsigned indent)
{
	struct buf out, want;
	struct json j;
	json_error_t why;
	json_t *root, *list;

	buf_init(&out);
	buf_init(&want);
	json_begin(&j, &out, indent);
	json_object(&j);
	json_member_string(&j, "text", s);
	json_member_int(&j, "n", (int64_t)s.n);
	json_member_hex(&j, "hex", s);
	json_key(&j, "list");
	json_array(&j);
	json_string(&j, s);
	json_bool(&j, true);
	json_null(&j);
	json_array_end(&j);
	json_object_end(&j);
	json_end(&j);
	FUZZ_CHECK(!out.failed);
	replaced(&want, s);
	root = json_loadb((char *)out.p, out.n, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &why);
	FUZZ_CHECK(root);
	list = json_object_get(root, "list");
	FUZZ_CHECK(json_array_size(list) == 3);
	for (int i = 0; i < 2; i++) {
		json_t *text = i ? json_array_get(list, 0) : json_object_get(root, "text");

		FUZZ_CHECK(json_string_length(text) == want.n);
		FUZZ_CHECK(want.n == 0 || memcmp(json_string_value(text), want.p, want.n) == 0);
	}
	FUZZ_CHECK((size_t)json_integer_value(json_object_get(root, "n")) == s.n);
	FUZZ_CHECK(same_hex(json_object_get(root, "hex"), s));
	FUZZ_CHECK(json_is_true(json_array_get(list, 1)) && json_is_null(json_array_get(list, 2)));
	FUZZ_CHECK(json_object_size(root) == 4);
	json_decref(root);
	buf_wipe(&out);
	buf_wipe(&want);
}

/* As for a terminal, but for the characters in `kept`. */
static void shown(struct buf *out, struct span s, const char *kept)
{
	while (s.n > 0) {
		size_t n = 0;

		while (n < s.n && (s.p[n] == 0 || !strchr(kept, s.p[n])))
			n++;
		text_terminal(out, span_of(s.p, n));
		if (n < s.n)
			buf_add_byte(out, s.p[n++]);
		s = span_from(s, n);
	}
}

/* One field of RFC 4180 at the front of `line`, which ends with ",end". */
static void csv(struct span s)
{
	struct buf line, got, want;
	struct span in;
	bool quoted;

	buf_init(&line);
	buf_init(&got);
	buf_init(&want);
	text_csv(&line, s);
	buf_add_str(&line, ",end");
	shown(&want, s, "\t\r\n");
	in = buf_span(&line);
	quoted = in.p[0] == '"';
	in = span_from(in, quoted);
	while (in.n > 0) {
		if (quoted && in.p[0] == '"') {
			if (in.n < 2 || in.p[1] != '"')
				break;
			in = span_from(in, 1);
		} else if (!quoted) {
			if (in.p[0] == ',')
				break;
			FUZZ_CHECK(!strchr("\"\r\n", in.p[0]) && in.p[0] != 0);
		}
		buf_add_byte(&got, in.p[0]);
		in = span_from(in, 1);
	}
	in = span_from(in, quoted);
	FUZZ_CHECK(span_equal(in, span_str(",end")));
	/* No formula; the ' that defuses one is not part of the text. */
	if (got.n > 0)
		FUZZ_CHECK(!strchr("=+-@\t\r\n", got.p[0]));
	if (got.n == want.n + 1)
		FUZZ_CHECK(got.p[0] == '\'' && memcmp(got.p + 1, want.p, want.n) == 0);
	else
		FUZZ_CHECK(span_equal(buf_span(&got), buf_span(&want)));
	buf_wipe(&line);
	buf_wipe(&got);
	buf_wipe(&want);
}

static void html(struct span s)
{
	static const struct {
		const char *entity;
		char c;
	} entities[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&#39;", '\''}};
	struct buf out, got, want;
	struct span in;

	buf_init(&out);
	buf_init(&got);
	buf_init(&want);
	text_html(&out, s);
	shown(&want, s, "\t\n");
	for (in = buf_span(&out); in.n > 0;) {
		size_t n = 1;
		char c = (char)in.p[0];

		FUZZ_CHECK(!strchr("<>\"'", c) && c != 0);
		for (size_t i = 0; c == '&' && n == 1; i++) {
			size_t length = i < 5 ? strlen(entities[i].entity) : 0;

			FUZZ_CHECK(i < 5);
			if (in.n >= length && memcmp(in.p, entities[i].entity, length) == 0) {
				buf_add_byte(&got, (uint8_t)entities[i].c);
				n = length;
			}
		}
		if (n == 1)
			buf_add_byte(&got, in.p[0]);
		in = span_from(in, n);
	}
	FUZZ_CHECK(span_equal(buf_span(&got), buf_span(&want)));
	buf_wipe(&out);
	buf_wipe(&got);
	buf_wipe(&want);
}

static void column(struct span s, size_t columns)
{
	struct buf out;

	buf_init(&out);
	text_column(&out, s, columns, true);
	FUZZ_CHECK(!out.failed && text_width(buf_span(&out)) == columns);
	for (struct span in = buf_span(&out); in.n > 0;) {
		uint32_t c;

		in = span_from(in, utf8_next(in, &c));
		FUZZ_CHECK(c != UTF8_BAD && !utf8_hidden(c));
	}
	buf_wipe(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span s = span_of(data, size);

	json(s, 0);
	json(s, 2);
	csv(s);
	html(s);
	column(s, size ? data[0] : 0);
	if (size <= WHOLE_MAX)
		whole_reports(s);
	return 0;
}
