/*
 * json: a JSON document (RFC 8259), written straight into a buf.
 *
 * Commas and, with indent > 0, lines are put by the writer; nothing follows the last
 * bracket.  A key is written before each member's value.  Nesting is at most JSON_DEPTH.
 * A document that is not balanced, or has a value or key where none may stand, makes the
 * buf fail, at once or in json_end().
 *
 * Strings may hold any bytes: what is written is always valid UTF-8, each bad byte a
 * U+FFFD, with nothing in it that could control a terminal.
 */
#ifndef STAPLE_GROUND_JSON_H
#define STAPLE_GROUND_JSON_H

#include "ground/buf.h"

/* libjansson has functions with these four names; ours are called otherwise when linked, so
 * that a program can use both.  A file that needs both includes <jansson.h> first. */
#define json_object staple_json_object
#define json_array staple_json_array
#define json_string staple_json_string
#define json_null staple_json_null

#define JSON_DEPTH 32

struct json {
	struct buf *out;
	unsigned indent; /* blanks a level; 0: all in one line */
	unsigned depth;
	bool first[JSON_DEPTH + 1];  /* nothing written on this level yet */
	bool object[JSON_DEPTH + 1]; /* this level is an object: values need keys */
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
void json_hex(struct json *j, struct span s); /* lower case; absent: null */
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

#endif
