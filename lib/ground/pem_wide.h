/*
 * pem_wide: base64 of whole lines, 32 or 64 characters at a time, where the processor can.
 *
 * Only a head start for pem_decode, which is right without it: it takes groups of four that are
 * clean and stand in one piece, and line feeds between them, and stops before everything else.
 */
#ifndef STAPLE_GROUND_PEM_WIDE_H
#define STAPLE_GROUND_PEM_WIDE_H

#include "ground/span.h"

/*
 * Decodes from text.p on; *taken says how many characters that were, each of them of the base64
 * alphabet or a line feed between two groups.  Returns the bytes, which are at most *taken / 4 * 3;
 * up to 8 more are written behind them, but nothing from out + text.n / 4 * 3 on.
 */
typedef size_t pem_wide_decode(struct span text, uint8_t *out, size_t *taken);

/* With AVX2 and with AVX-512 (VBMI); where the compiler has them. */
pem_wide_decode pem_wide_avx2, pem_wide_avx512;

/* What this processor can, from 0 on and the widest first; NULL behind the last. */
pem_wide_decode *pem_wide_get(size_t i);

/* As pem_decode (ground/pem.h), with a head start or NULL; for the test that compares them. */
MUST_USE ptrdiff_t pem_decode_with(pem_wide_decode *wide, struct span body, uint8_t *out,
				   const char **damage);

#endif
