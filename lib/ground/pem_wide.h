/*
 * pem_wide: base64 of whole lines, 32 characters at a time, where the processor has AVX2.
 *
 * Only a head start for pem_decode, which is right without it: it takes groups of four that are
 * clean and stand in one piece, and line feeds between them, and stops before everything else.
 */
#ifndef STAPLE_GROUND_PEM_WIDE_H
#define STAPLE_GROUND_PEM_WIDE_H

#include "ground/span.h"

/* Has this processor what it takes? */
bool pem_wide_there(void);

/*
 * Decodes from text.p on; *taken says how many characters that were, each of them of the base64
 * alphabet or a line feed between two groups.  Returns the bytes, which are at most *taken / 4 * 3;
 * up to 8 more are written behind them, but nothing from out + text.n / 4 * 3 on.  Only where
 * pem_wide_there().
 */
size_t pem_wide_decode(struct span text, uint8_t *out, size_t *taken);

/* As pem_decode (ground/pem.h), with or without the head start; for the test that compares them. */
MUST_USE ptrdiff_t pem_decode_with(bool wide, struct span body, uint8_t *out, const char **damage);

#endif
