/*
 * history: scans recorded in a database, compared, and a certificate's life told.
 */
#ifndef STAPLE_TASK_HISTORY_H
#define STAPLE_TASK_HISTORY_H

#include "report/inventory.h"
#include "store/inventory.h"

struct history {
	struct inventory *db;
};

/* Opens the database and begins a scan of these roots. */
MUST_USE int history_open(struct history *h, const char *path, const char *const *roots, int64_t at,
			  struct err *e);
void history_wipe(struct history *h);

/* What is kept of a certificate, appended; from any thread. */
void history_note(const struct inventory_cert *c, struct buf *out);

/* Records a certificate in a place (inventory_place); `context` is the struct history. */
MUST_USE int history_place(void *context, const uint8_t sha256[32], struct span note,
			   const char *source, size_t index, struct err *e);
MUST_USE int history_commit(struct history *h, size_t files, size_t problems, struct err *e);

/* What changed since the last scan of the same roots, as text or JSON. */
MUST_USE int history_diff(struct history *h, struct report *r, bool json, struct err *e);

/* The life of what fits; ERR_NOT_FOUND when nothing does. */
MUST_USE int history_tell(const char *path, const char *what, struct report *r, bool json,
			  struct err *e);

#endif
