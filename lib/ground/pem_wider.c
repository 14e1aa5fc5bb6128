#include "ground/pem_wide.h"

#if defined(__x86_64__) && defined(__GNUC__)

#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vbmi")))

#define BAD 0x80 /* in the table: none of the 64 */

#define ROW16(c) c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c

/* The six bits of each ASCII character. */
static const uint8_t sextets[128] __attribute__((aligned(64))) = {
	ROW16(BAD), ROW16(BAD),
	BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, 62, BAD, BAD, BAD, 63,
	52, 53, 54, 55, 56, 57, 58, 59, 60, 61, BAD, BAD, BAD, BAD, BAD, BAD,
	BAD, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
	15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, BAD, BAD, BAD, BAD, BAD,
	BAD, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
	41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, BAD, BAD, BAD, BAD, BAD,
};

/* Of each four bytes, a number of 24 bits with the lowest first, the three that are in it. */
#define THREE(i) i + 2, i + 1, i
#define TWELVE(i) THREE(i), THREE((i) + 4), THREE((i) + 8), THREE((i) + 12)

static const uint8_t order[64] __attribute__((aligned(64))) = {
	TWELVE(0), TWELVE(16), TWELVE(32), TWELVE(48)};

/* As many low bits as are told, up to 64. */
static inline uint64_t low_bits(size_t n)
{
	return n < 64 ? (UINT64_C(1) << n) - 1 : UINT64_MAX;
}

/* 64 times six bits to 48 bytes. */
static inline AVX512 __m512i pack(__m512i sextet)
{
	__m512i twelve = _mm512_maddubs_epi16(sextet, _mm512_set1_epi32(0x01400140));
	__m512i all = _mm512_madd_epi16(twelve, _mm512_set1_epi32(0x00011000));

	return _mm512_permutexvar_epi8(_mm512_load_si512(order), all);
}

/* The table, for both halves of ASCII. */
struct table {
	__m512i low, high;
};

/* The characters' bits; *odd: a bit for each that is not base64. */
static inline AVX512 __m512i bits_of(const struct table *t, __m512i characters, uint64_t *odd)
{
	__m512i six = _mm512_permutex2var_epi8(t->low, characters, t->high);

	*odd = _mm512_movepi8_mask(_mm512_or_si512(six, characters)); /* NUL is, too */
	return six;
}

static inline AVX512 void store_48(uint8_t *to, __m512i bytes)
{
	_mm256_storeu_si256((__m256i *)(void *)to, _mm512_castsi512_si256(bytes));
	_mm_storeu_si128((__m128i *)(void *)(to + 32), _mm512_extracti32x4_epi32(bytes, 2));
}

/* Whole lines, as long as one of 64 follows the other: where the next one stands depends on nothing
 * that has to be computed.  Returns how many. */
static inline AVX512 size_t whole_lines(const struct table *t, const uint8_t *p, const uint8_t *end,
					uint8_t *to)
{
	size_t n = 0;
	uint64_t odd;

	for (; end - p > 64 && p[64] == '\n'; p += 65, to += 48, n++) {
		__m512i six = bits_of(t, _mm512_loadu_si512(p), &odd);

		if (odd)
			break;
		store_48(to, pack(six));
	}
	return n;
}

/* What is shorter than a line is read and written under a mask: a line of another length, or the
 * last one, costs no more than a whole one. */
AVX512 size_t pem_wide_avx512(struct span text, uint8_t *out, size_t *taken)
{
	const struct table t = {_mm512_load_si512(sextets), _mm512_load_si512(sextets + 64)};
	const uint8_t *p = text.p, *end = text.p + text.n;
	uint8_t *to = out;
	size_t n;

	do {
		__m512i six;
		uint64_t odd;

		p += p < end && *p == '\n';
		n = whole_lines(&t, p, end, to);
		p += n * 65;
		to += n * 48;
		six = bits_of(&t, _mm512_maskz_loadu_epi8(low_bits((size_t)(end - p)), p), &odd);
		n = odd ? (size_t)__builtin_ctzll(odd) / 4 : 16;
		_mm512_mask_storeu_epi8(to, low_bits(n * 3), pack(six));
		p += n * 4;
		to += n * 3;
	} while (n > 0);
	*taken = (size_t)(p - text.p);
	return (size_t)(to - out);
}

#endif
