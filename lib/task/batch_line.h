/*
 * batch_line: a line of a batch list, and the file names that were used by those before it.
 */
#ifndef STAPLE_TASK_BATCH_LINE_H
#define STAPLE_TASK_BATCH_LINE_H

#include "crypto/san.h"
#include "ground/span.h"

/* File names that were seen, each with its line. */
struct batch_seen {
	struct batch_seen_row {
		char *name; /* owned; NULL: free */
		size_t line;
	} *v;
	size_t n, cap; /* cap is 0 or a power of two */
};
void batch_seen_wipe(struct batch_seen *s);

/* 0: it is new and now kept; > 0: the line that used it; -1: no memory. */
MUST_USE ptrdiff_t batch_seen_add(struct batch_seen *s, const char *name, size_t line);

/* The next line that is not blank or a comment, without its comment; *number counts lines. */
bool batch_line_next(struct span *text, size_t *number, struct span *line);

/* Its names.  ERR_USAGE names the first bad one. */
MUST_USE int batch_line_names(struct span line, struct san_list *names, struct err *e);

/* The name of the files of a request with this first name, without folder and ending.  Owned;
 * NULL: no memory. */
char *batch_line_file(const struct san *first);

#endif
