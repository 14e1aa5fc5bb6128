/*
 * source: the first certificate or request of a file, as DER.
 */
#ifndef STAPLE_TASK_SOURCE_H
#define STAPLE_TASK_SOURCE_H

#include "ground/buf.h"

/* PEM (other blocks are skipped) or the whole file as it is.  What the DER holds is not looked
 * at.  ERR_PARSE: a damaged block, or none. */
MUST_USE int source_read(const char *path, struct buf *der, struct err *e);

#endif
