/* For inspect_text.c and its parts alone: rows of a page for people. */
#ifndef STAPLE_REPORT_INSPECT_TEXT_H
#define STAPLE_REPORT_INSPECT_TEXT_H

#include "report/inspect.h"
#include "report/report.h"

/* One row: a label, and words that are wrapped beside it.  An empty label continues. */
void inspect_text_row(struct report *r, const char *label, const char *text);

/* As above; the text is emptied, ready for the next row.  Nothing for an empty text. */
void inspect_text_row_take(struct report *r, const char *label, struct buf *text);

/* "2026-11-21 09:08:07 UTC", or "unreadable". */
const char *inspect_text_time(int64_t t, char out[32]);

/* "69d 3h left", "ended 2d 1h ago". */
void inspect_text_left(struct buf *out, int64_t until, int64_t now);

/* What is left of a life as a bar; nothing unless the report goes to a terminal. */
void inspect_text_bar(struct report *r, int64_t from, int64_t until, int64_t now);

void inspect_text_deviations(struct report *r, uint32_t deviations);
void inspect_text_oid(struct buf *out, struct span oid);

/* Must-Staple and the list of features, of a certificate or request; what the word means is told
 * once in a report. */
void inspect_text_feature(struct report *r, const struct inspect_object *o,
			  const struct feature_facts *f, bool ca);

/* Appends "status_request (5), 17 ...": what the object lists, in all its extensions. */
void inspect_text_features(struct buf *out, const struct inspect_object *o);

void inspect_text_certificate(struct report *r, const struct inspect_item *item);
void inspect_text_ocsp(struct report *r, const struct inspect_object *obj, int64_t now);
void inspect_text_request(struct report *r, const struct inspect_object *o);

#endif
