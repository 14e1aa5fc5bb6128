/*
 * err: the one error type.
 *
 * An error says that something could not be done; a judgement about a
 * certificate or a staple is never an error but a finding (judge/finding.h).
 * The caller owns the struct, usually on its stack, and passes it as the last
 * argument; nothing here allocates.  The text names the object, the rule and
 * what was met, in one line without a full stop at its end.  Text from outside
 * must be escaped when it is shown, not when it is stored.
 */
#ifndef STAPLE_GROUND_ERR_H
#define STAPLE_GROUND_ERR_H

#include "ground/span.h"

enum err_code {
	ERR_NONE = 0,
	ERR_USAGE,       /* the caller's words are off: option, argument, value */
	ERR_NOT_FOUND,   /* a file, store entry or name that does not exist */
	ERR_EXISTS,      /* something is there that must not be overwritten */
	ERR_IO,          /* the system refused to open, read or write */
	ERR_PARSE,       /* bytes that are not what they must be */
	ERR_LIMIT,       /* a maximum of limits.h was passed */
	ERR_MEMORY,      /* out of memory */
	ERR_CRYPTO,      /* the cryptographic library refused */
	ERR_SECRET,      /* a password or PIN is missing or wrong */
	ERR_NETWORK,     /* no connection, or it broke */
	ERR_TIMEOUT,     /* a deadline passed */
	ERR_UNSUPPORTED, /* known, but not within what this build can do */
	ERR_INTERNAL     /* a fault of the program itself */
};

#define ERR_TEXT_MAX 512

struct err {
	enum err_code code;
	char text[ERR_TEXT_MAX]; /* NUL-terminated, cut at a UTF-8 boundary when too long */
};

/* Sets code and text.  Always returns -1, for `return err_set(...)`.  e may be NULL. */
int err_set(struct err *e, enum err_code code, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* As err_set, and appends ": " and the system's text for `errnum`. */
int err_set_errno(struct err *e, enum err_code code, int errnum, const char *fmt, ...)
	PRINTF_LIKE(4, 5);

/* Puts "PREFIX: " before the text that is there; the code stays.  Always returns -1. */
int err_prefix(struct err *e, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
