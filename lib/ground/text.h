/*
 * text: bytes from outside, made safe for where they are shown; and JSON.
 *
 * Everything here appends to a buf (whose failure is sticky) and accepts any
 * bytes.  Bytes that are not UTF-8 become U+FFFD, one for each bad byte.
 */
#ifndef STAPLE_GROUND_TEXT_H
#define STAPLE_GROUND_TEXT_H

#include "ground/buf.h"

/* For a terminal: control characters (C0, C1, DEL), bidirectional and other invisible
 * format characters become "\xNN" or "\u{NNNN}"; all else stays as it is. */
void text_terminal(struct buf *b, struct span s);

/* For HTML text and for attribute values in double quotes. */
void text_html(struct buf *b, struct span s);

/* One CSV field (RFC 4180), in quotes when needed; a field that a spreadsheet would
 * take for a formula (it begins with = + - @, tab or CR) gets a ' in front. */
void text_csv(struct buf *b, struct span s);

/* Lower-case hex, two digits a byte, nothing between. */
void text_hex(struct buf *b, struct span s);

/* Columns that a UTF-8 text takes on a terminal (wide characters count two). */
size_t text_width(struct span s);

/* Appends s for a terminal, cut to `columns` with a "…" when it is longer, padded with
 * blanks to `columns` when `pad`. */
void text_column(struct buf *b, struct span s, size_t columns, bool pad);

/*
 * JSON, written straight into a buf.  Commas and, with indent > 0, lines are put by the
 * writer.  Nesting is at most JSON_DEPTH; a key is written before each member's value.
 * An unbalanced document makes json_end() fail the buf.
 */
#define JSON_DEPTH 32

struct json {
	struct buf *out;
	unsigned indent; /* blanks a level; 0: all in one line */
	unsigned depth;
	bool first[JSON_DEPTH + 1];
	bool after_key;
};

void json_begin(struct json *j, struct buf *out, unsigned indent);
void json_end(struct json *j);

void json_object(struct json *j);
void json_object_end(struct json *j);
void json_array(struct json *j);
void json_array_end(struct json *j);
void json_key(struct json *j, const char *key); /* a literal of ours, not escaped */

void json_string(struct json *j, struct span s); /* absent: null */
void json_cstring(struct json *j, const char *s); /* NULL: null */
void json_hex(struct json *j, struct span s);
void json_int(struct json *j, int64_t v);
void json_bool(struct json *j, bool v);
void json_null(struct json *j);
void json_time(struct json *j, int64_t t); /* RFC 3339 in a string; WHEN_NONE: null */
void json_raw(struct json *j, struct span s); /* a ready JSON value */

/* json_key and the value in one. */
void json_member_string(struct json *j, const char *key, struct span s);
void json_member_cstring(struct json *j, const char *key, const char *s);
void json_member_hex(struct json *j, const char *key, struct span s);
void json_member_int(struct json *j, const char *key, int64_t v);
void json_member_bool(struct json *j, const char *key, bool v);
void json_member_time(struct json *j, const char *key, int64_t t);

/* Does the glob match the whole text?  `*` any run of characters, `?` one; ASCII letters
 * without regard to case.  Linear in time times the number of stars. */
bool text_glob(const char *pattern, struct span text);

#endif
