#include "ground/pem_wide.h"

#if defined(__x86_64__) && defined(__GNUC__)

#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))

pem_wide_decode *pem_wide_get(size_t i)
{
	if (__builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512bw") && i-- == 0)
		return pem_wide_avx512;
	return __builtin_cpu_supports("avx2") && i == 0 ? pem_wide_avx2 : NULL;
}

/* The same 16 bytes for both halves of a register: each half is looked up in its own. */
#define TWICE(...) _mm256_setr_epi8(__VA_ARGS__, __VA_ARGS__)

/*
 * A character is told by its two hexadecimal digits.  Each row of ASCII that has base64 in it has
 * a bit, set under the low digits that are none: row 2 (+ /) 1, row 3 (0-9) 2, rows 4 and 6 (letters
 * from the second place on) 4, rows 5 and 7 (up to Z and z) 8.  Under 16 all other rows are wrong.
 * Zero where a character is of the alphabet.
 */
static inline AVX2 __m256i alien(__m256i text, __m256i high)
{
	const __m256i low_digits = TWICE(0x15, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11,
					 0x13, 0x1a, 0x1b, 0x1b, 0x1b, 0x1a);
	const __m256i rows = TWICE(16, 16, 1, 2, 4, 8, 4, 8, 16, 16, 16, 16, 16, 16, 16, 16);
	__m256i low = _mm256_and_si256(text, _mm256_set1_epi8(0x0f));

	return _mm256_and_si256(_mm256_shuffle_epi8(low_digits, low), _mm256_shuffle_epi8(rows, high));
}

/* What is added to a character to get its six bits: one number for each row, and the solidus, which
 * stands in the row of the plus sign, takes the place of row 1. */
static inline AVX2 __m256i sextets(__m256i text, __m256i high)
{
	const __m256i shift = TWICE(0, 63 - '/', 62 - '+', 52 - '0', -'A', -'A', 26 - 'a', 26 - 'a',
				    0, 0, 0, 0, 0, 0, 0, 0);
	__m256i row = _mm256_add_epi8(high, _mm256_cmpeq_epi8(text, _mm256_set1_epi8('/')));

	return _mm256_add_epi8(text, _mm256_shuffle_epi8(shift, row));
}

/* 32 times six bits to 24 bytes at the front; the last 8 are nothing. */
static inline AVX2 __m256i pack(__m256i sextet)
{
	const __m256i order = TWICE(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1);
	__m256i twelve = _mm256_maddubs_epi16(sextet, _mm256_set1_epi32(0x01400140));
	__m256i all = _mm256_madd_epi16(twelve, _mm256_set1_epi32(0x00011000));

	return _mm256_permutevar8x32_epi32(_mm256_shuffle_epi8(all, order),
					   _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 3, 7));
}

static inline AVX2 __m256i high_digits(__m256i text)
{
	return _mm256_and_si256(_mm256_srli_epi16(text, 4), _mm256_set1_epi8(0x0f));
}

static inline AVX2 __m256i load(const uint8_t *p)
{
	return _mm256_loadu_si256((const __m256i *)(const void *)p);
}

static inline AVX2 void store(uint8_t *p, __m256i bytes)
{
	_mm256_storeu_si256((__m256i *)(void *)p, bytes);
}

/* A line of 64; false: something in it is not base64, and nothing is written. */
static inline AVX2 bool line(const uint8_t *p, uint8_t *out)
{
	__m256i a = load(p), b = load(p + 32), high_a = high_digits(a), high_b = high_digits(b);
	__m256i odd = _mm256_or_si256(alien(a, high_a), alien(b, high_b));

	if (!_mm256_testz_si256(odd, odd))
		return false;
	store(out, pack(sextets(a, high_a)));
	store(out + 24, pack(sextets(b, high_b)));
	return true;
}

/* Half of one: exactly 24 bytes are written. */
static inline AVX2 bool half_line(const uint8_t *p, uint8_t *out)
{
	__m256i a = load(p), high = high_digits(a), odd = alien(a, high), bytes;

	if (!_mm256_testz_si256(odd, odd))
		return false;
	bytes = pack(sextets(a, high));
	_mm_storeu_si128((__m128i *)(void *)out, _mm256_castsi256_si128(bytes));
	_mm_storel_epi64((__m128i *)(void *)(out + 16), _mm256_extracti128_si256(bytes, 1));
	return true;
}

/* A line feed may stand before it.  Behind a line 12 characters must be left, as its store is 8 bytes
 * longer than what 64 hold. */
#define LINE (1 + 64 + 12)
#define HALF_LINE (1 + 32)

AVX2 size_t pem_wide_avx2(struct span text, uint8_t *out, size_t *taken)
{
	const uint8_t *p = text.p, *end = text.p + text.n;
	uint8_t *to = out;

	while (end - p >= LINE) {
		p += *p == '\n';
		if (!line(p, to))
			break;
		p += 64;
		to += 48;
	}
	while (end - p >= HALF_LINE) {
		p += *p == '\n';
		if (!half_line(p, to))
			break;
		p += 32;
		to += 24;
	}
	*taken = (size_t)(p - text.p);
	return (size_t)(to - out);
}

#else

pem_wide_decode *pem_wide_get(size_t i)
{
	(void)i;
	return NULL;
}

#endif
