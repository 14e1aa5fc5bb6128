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
	/* What may come next is like what came before it on this level, in one line: a comma and all is
	 * said.  For json_quick.h. */
	enum { JSON_LOOK, JSON_MEMBER, JSON_ELEMENT } next;
};

void json_begin(struct json *j, struct buf *out, unsigned indent);
void json_end(struct json *j);

/* What writes the values: with the key of a member, or SPAN_NONE for an element of an array and for
 * what follows json_key.  A key is a literal of ours and not escaped. */
void json_put_key(struct json *j, struct span key);
void json_put_open(struct json *j, struct span key, bool object);
void json_put_close(struct json *j, bool object);
void json_put_string(struct json *j, struct span key, struct span s); /* absent: null */
void json_put_hex(struct json *j, struct span key, struct span s); /* lower case; absent: null */
void json_put_int(struct json *j, struct span key, int64_t v);
void json_put_time(struct json *j, struct span key, int64_t t); /* RFC 3339 in a string;
								   WHEN_NONE: null */
void json_put_word(struct json *j, struct span key, struct span word); /* a ready JSON value */

/* A string whose text the caller appends to j->out, between the two; it is escaped in the end.
 * json_text_begin returns what json_text_end wants to know. */
MUST_USE size_t json_text_begin(struct json *j, struct span key);
void json_text_end(struct json *j, size_t from);

/* The same by other names.  They are here so that the length of a literal key is known when they
 * are compiled: a row of an inventory has thirty. */

static inline void json_key(struct json *j, const char *key)
{
	json_put_key(j, span_str(key));
}

static inline void json_object(struct json *j)
{
	json_put_open(j, SPAN_NONE, true);
}

static inline void json_object_end(struct json *j)
{
	json_put_close(j, true);
}

static inline void json_array(struct json *j)
{
	json_put_open(j, SPAN_NONE, false);
}

static inline void json_array_end(struct json *j)
{
	json_put_close(j, false);
}

static inline void json_string(struct json *j, struct span s)
{
	json_put_string(j, SPAN_NONE, s);
}

static inline void json_cstring(struct json *j, const char *s) /* NULL: null */
{
	json_put_string(j, SPAN_NONE, span_str(s));
}

static inline void json_hex(struct json *j, struct span s)
{
	json_put_hex(j, SPAN_NONE, s);
}

static inline void json_int(struct json *j, int64_t v)
{
	json_put_int(j, SPAN_NONE, v);
}

static inline void json_bool(struct json *j, bool v)
{
	json_put_word(j, SPAN_NONE, v ? span_str("true") : span_str("false"));
}

static inline void json_null(struct json *j)
{
	json_put_word(j, SPAN_NONE, span_str("null"));
}

static inline void json_time(struct json *j, int64_t t)
{
	json_put_time(j, SPAN_NONE, t);
}

static inline void json_raw(struct json *j, struct span s)
{
	json_put_word(j, SPAN_NONE, s);
}

static inline void json_member_array(struct json *j, const char *key)
{
	json_put_open(j, span_str(key), false);
}

static inline void json_member_empty(struct json *j, const char *key) /* an array */
{
	json_put_word(j, span_str(key), span_str("[]"));
}

static inline void json_member_string(struct json *j, const char *key, struct span s)
{
	json_put_string(j, span_str(key), s);
}

static inline void json_member_cstring(struct json *j, const char *key, const char *s)
{
	json_put_string(j, span_str(key), span_str(s));
}

static inline void json_member_hex(struct json *j, const char *key, struct span s)
{
	json_put_hex(j, span_str(key), s);
}

static inline void json_member_int(struct json *j, const char *key, int64_t v)
{
	json_put_int(j, span_str(key), v);
}

static inline void json_member_bool(struct json *j, const char *key, bool v)
{
	json_put_word(j, span_str(key), v ? span_str("true") : span_str("false"));
}

static inline void json_member_null(struct json *j, const char *key)
{
	json_put_word(j, span_str(key), span_str("null"));
}

static inline void json_member_time(struct json *j, const char *key, int64_t t)
{
	json_put_time(j, span_str(key), t);
}

#endif
