/*
 * seen: which certificates were met, by fingerprint, and where first.
 *
 * Forty octets a certificate and at most thirty-two of table: rows lie in blocks that never move.
 */
#ifndef STAPLE_STORE_SEEN_H
#define STAPLE_STORE_SEEN_H

#include "ground/err.h"

struct seen_row {
	uint8_t sha256[32];
	uint32_t file;   /* the caller's number of the source */
	uint32_t index;
};

struct seen {
	struct seen_row **blocks;
	size_t block_count, block_cap;
	size_t n;
	uint64_t *slots; /* the hash, and the row's number plus 1 below it; 0: free */
	size_t slot_count;
};

/* A digest is its own hash. */
static inline uint32_t seen_hash(const uint8_t sha256[32])
{
	uint32_t h;

	memcpy(&h, sha256, sizeof h);
	return h;
}

/* This fingerprint is soon to be added: its place is brought near, as the table is large and places
 * are far from each other. */
static inline void seen_expect(const struct seen *s, const uint8_t sha256[32])
{
	if (s->slot_count)
		__builtin_prefetch(&s->slots[seen_hash(sha256) & (s->slot_count - 1)]);
}

void seen_init(struct seen *s);
void seen_wipe(struct seen *s);

/* The row's number in *row.  1: it is new, with this file and index; 0: it was there; -1: no
 * memory, or more than 2^32 - 2 rows. */
MUST_USE int seen_add(struct seen *s, const uint8_t sha256[32], uint32_t file, uint32_t index,
		      size_t *row, struct err *e);

const struct seen_row *seen_get(const struct seen *s, size_t row);

/* The row of this fingerprint, or SIZE_MAX. */
size_t seen_find(const struct seen *s, const uint8_t sha256[32]);

#endif
