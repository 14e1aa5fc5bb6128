/*
 * batch_keep: a request of a batch that is there already.
 */
#ifndef STAPLE_TASK_BATCH_KEEP_H
#define STAPLE_TASK_BATCH_KEEP_H

#include "task/batch.h"

/* Puts kind, size and SHA-256 of the key into the item. */
MUST_USE int batch_describe_key(struct batch_item *i, const struct spki *k, struct err *e);

/* Reads the request at i->path: BATCH_KEPT, with a note when its names are not those of the line,
 * or BATCH_BAD when it is none. */
MUST_USE int batch_keep(struct batch_item *i, struct err *e);

#endif
