/*
 * dermake: DER written into a buf, from the front.
 *
 * The counterpart of der.h.  A constructed element is begun, filled and ended; its length is
 * put in when it ends, so that nothing has to be known in advance.  As with every buf, a
 * failure is sticky and is asked for once, at the end.
 */
#ifndef STAPLE_GROUND_DERMAKE_H
#define STAPLE_GROUND_DERMAKE_H

#include "ground/buf.h"
#include "ground/der.h"

/* Begins an element; what it returns goes to dermake_end. */
size_t dermake_begin(struct buf *out, uint8_t tag);

/* Ends it: what was added since is its content. */
void dermake_end(struct buf *out, size_t begin);

/* A whole element. */
void dermake_add(struct buf *out, uint8_t tag, struct span content);

/* A BIT STRING of whole octets. */
void dermake_bits(struct buf *out, struct span octets);

/* An INTEGER that is not negative. */
void dermake_unsigned(struct buf *out, uint64_t value);

/* Sorts the elements between `from` and the end of out as DER wants a SET OF (X.690, 11.6), at
 * most DERMAKE_SET_MAX of them. */
#define DERMAKE_SET_MAX 16
void dermake_sort_set(struct buf *out, size_t from);

#endif
