#include "store/seen.h"

#include "ground/buf.h"

#include <stdlib.h>

#define BLOCK_ROWS 4096u

void seen_init(struct seen *s)
{
	*s = (struct seen){0};
}

void seen_wipe(struct seen *s)
{
	for (size_t i = 0; i < s->block_count; i++)
		free(s->blocks[i]);
	free(s->blocks);
	free(s->slots);
	seen_init(s);
}

const struct seen_row *seen_get(const struct seen *s, size_t row)
{
	return &s->blocks[row / BLOCK_ROWS][row % BLOCK_ROWS];
}

static size_t row_in(uint64_t slot)
{
	return (size_t)(slot & UINT32_MAX) - 1;
}

/* The slot where the fingerprint stands, or the free one where it would. */
static size_t slot_of(const struct seen *s, const uint8_t sha256[32])
{
	uint32_t h = seen_hash(sha256);
	size_t at = h & (s->slot_count - 1);

	while (s->slots[at] != 0 && (s->slots[at] >> 32 != h ||
				     memcmp(seen_get(s, row_in(s->slots[at]))->sha256, sha256, 32) != 0))
		at = (at + 1) & (s->slot_count - 1);
	return at;
}

static int grow_slots(struct seen *s, struct err *e)
{
	size_t count = s->slot_count ? s->slot_count * 2 : 1024, at;
	uint64_t *slots = count <= SIZE_MAX / sizeof *slots ? malloc(count * sizeof *slots) : NULL;

	if (!slots)
		return err_set(e, ERR_MEMORY, "out of memory for %zu fingerprints", s->n);
	/* Written, not taken as zeroes: what is read first of a fresh page is written later in another
	 * one, of which the processor of each other thread has to be told. */
	clear_bytes(slots, count * sizeof *slots);
	for (size_t i = 0; i < s->slot_count; i++) {
		if (s->slots[i] == 0)
			continue;
		at = (size_t)(s->slots[i] >> 32) & (count - 1);
		while (slots[at] != 0)
			at = (at + 1) & (count - 1);
		slots[at] = s->slots[i];
	}
	free(s->slots);
	s->slots = slots;
	s->slot_count = count;
	return 0;
}

static int grow_rows(struct seen *s, struct err *e)
{
	struct seen_row **v = array_grow(s->blocks, s->block_count, &s->block_cap, sizeof *v);

	if (v) {
		s->blocks = v;
		v[s->block_count] = malloc(BLOCK_ROWS * sizeof **v);
	}
	if (!v || !v[s->block_count])
		return err_set(e, ERR_MEMORY, "out of memory for %zu fingerprints", s->n);
	s->block_count++;
	return 0;
}

int seen_add(struct seen *s, const uint8_t sha256[32], uint32_t file, uint32_t index, size_t *row,
	     struct err *e)
{
	struct seen_row *r;
	size_t at;

	if (s->n * 4 >= s->slot_count * 3 && grow_slots(s, e) != 0)
		return -1;
	at = slot_of(s, sha256);
	if (s->slots[at] != 0) {
		*row = row_in(s->slots[at]);
		return 0;
	}
	if (s->n >= UINT32_MAX - 1)
		return err_set(e, ERR_LIMIT, "more than %u different certificates", UINT32_MAX - 1);
	if (s->n == s->block_count * BLOCK_ROWS && grow_rows(s, e) != 0)
		return -1;
	r = &s->blocks[s->n / BLOCK_ROWS][s->n % BLOCK_ROWS];
	memcpy(r->sha256, sha256, 32);
	r->file = file;
	r->index = index;
	*row = s->n++;
	s->slots[at] = (uint64_t)seen_hash(sha256) << 32 | (uint32_t)s->n;
	return 1;
}

size_t seen_find(const struct seen *s, const uint8_t sha256[32])
{
	size_t at;

	if (s->slot_count == 0)
		return SIZE_MAX;
	at = slot_of(s, sha256);
	return s->slots[at] ? row_in(s->slots[at]) : SIZE_MAX;
}
