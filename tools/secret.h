/*
 * secret: a password or PIN from a file or from the terminal; never from an argument.
 */
#ifndef STAPLE_TOOLS_SECRET_H
#define STAPLE_TOOLS_SECRET_H

#include "ground/buf.h"

/* The first line of the file, without its end.  Use buf_wipe_secret on out. */
MUST_USE int secret_read(const char *path, struct buf *out, struct err *e);

/* Every line of the file that is not empty, cut in place in `text`; *lines is malloced.  Use
 * buf_wipe_secret on text. */
MUST_USE int secret_read_list(const char *path, struct buf *text, char ***lines, size_t *n,
			      struct err *e);

/* Asks on the controlling terminal, without showing what is typed; twice: a new one, which must
 * be the same both times and not be empty.  ERR_SECRET when there is no terminal. */
MUST_USE int secret_ask(const char *prompt, bool twice, struct buf *out, struct err *e);

#endif
