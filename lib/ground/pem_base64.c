#include "ground/pem.h"
#include "ground/pem_wide.h"

/*
 * Four tables, one for each character of a group: its six bits where they belong in the three
 * bytes, the first byte lowest.  Four loads and three ORs make a group, and one test finds a
 * character that is none of the 64.
 */
#define BAD 0x80000000u

#define SEXTET(c)                                                                                  \
	((c) >= 'A' && (c) <= 'Z'   ? (unsigned)(c) - 'A' :                                        \
	 (c) >= 'a' && (c) <= 'z'   ? (unsigned)(c) - 'a' + 26 :                                   \
	 (c) >= '0' && (c) <= '9'   ? (unsigned)(c) - '0' + 52 :                                   \
	 (c) == '+'		    ? 62u :                                                        \
	 (c) == '/'		    ? 63u :                                                        \
				      BAD)
#define PLACED(c, bits) (SEXTET(c) == BAD ? BAD : (bits))

#define FIRST(c) PLACED(c, SEXTET(c) << 2)
#define SECOND(c) PLACED(c, SEXTET(c) >> 4 | (SEXTET(c) & 15) << 12)
#define THIRD(c) PLACED(c, SEXTET(c) >> 2 << 8 | (SEXTET(c) & 3) << 22)
#define FOURTH(c) PLACED(c, SEXTET(c) << 16)

#define TIMES4(f, c) f(c), f((c) + 1), f((c) + 2), f((c) + 3)
#define TIMES16(f, c) TIMES4(f, c), TIMES4(f, (c) + 4), TIMES4(f, (c) + 8), TIMES4(f, (c) + 12)
#define TIMES64(f, c)                                                                              \
	TIMES16(f, c), TIMES16(f, (c) + 16), TIMES16(f, (c) + 32), TIMES16(f, (c) + 48)
#define TIMES256(f) TIMES64(f, 0), TIMES64(f, 64), TIMES64(f, 128), TIMES64(f, 192)

static const uint32_t first[256] = {TIMES256(FIRST)};
static const uint32_t second[256] = {TIMES256(SECOND)};
static const uint32_t third[256] = {TIMES256(THIRD)};
static const uint32_t fourth[256] = {TIMES256(FOURTH)};

static inline uint32_t group(const uint8_t *p)
{
	return first[p[0]] | second[p[1]] | third[p[2]] | fourth[p[3]];
}

/* Eight bytes, lowest first. */
static inline void store(uint8_t *p, uint64_t v)
{
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	memcpy(p, &v, sizeof v);
#else
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
	p[2] = (uint8_t)(v >> 16);
	p[3] = (uint8_t)(v >> 24);
	p[4] = (uint8_t)(v >> 32);
	p[5] = (uint8_t)(v >> 40);
	p[6] = (uint8_t)(v >> 48);
	p[7] = (uint8_t)(v >> 56);
#endif
}

static bool blank(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static size_t skip_blanks(struct span s, size_t i)
{
	while (i < s.n && blank(s.p[i]))
		i++;
	return i;
}

/* A group that white space interrupts, or that has padding.  Returns its bytes (0 at the end
 * of the input) or -1. */
static int slow_group(struct span s, size_t *at, uint8_t *out, const char **damage)
{
	uint8_t c[4] = {'A', 'A', 'A', 'A'};
	unsigned have = 0, padding = 0;
	size_t i = *at;
	uint32_t v;

	while (have + padding < 4 && (i = skip_blanks(s, i)) < s.n) {
		if (s.p[i] == '=' && have >= 2)
			padding++;
		else if (padding > 0 || first[s.p[i]] == BAD)
			break;
		else
			c[have++] = s.p[i];
		i++;
	}
	*at = skip_blanks(s, i);
	if (have + padding == 0 && *at == s.n)
		return 0;
	if (have + padding < 4 || (padding > 0 && *at < s.n)) {
		if (*at == s.n)
			*damage = "its base64 ends within a group of four";
		else if (padding > 0)
			*damage = "data after the padding";
		else if (s.p[*at] == '=')
			*damage = "padding where none may be";
		else
			*damage = "a character that is not base64";
		return -1;
	}
	v = group(c);
	for (unsigned k = 0; k < have - 1; k++)
		out[k] = (uint8_t)(v >> 8 * k);
	return (int)have - 1;
}

/* Pairs of groups that are clean, from *at on.  Returns where the output ends.  The store writes
 * two bytes too many, into the room of what follows. */
static uint8_t *clean_groups(struct span s, size_t *at, uint8_t *out)
{
	const uint8_t *p = s.p + *at, *end = s.p + s.n;

	for (; end - p >= 8; p += 8, out += 6) {
		uint32_t a = group(p), b = group(p + 4);

		if ((a | b) & BAD)
			break;
		store(out, a | (uint64_t)b << 24);
	}
	*at = (size_t)(p - s.p);
	return out;
}

/* What stops clean_groups: a line's end, in nearly all cases; else a group that white space
 * interrupts, the last one, or damage.  1: go on; 0: the end; -1: damage. */
static int stop(struct span body, size_t *at, uint8_t **out, const char **damage)
{
	int more;

	if (body.n - *at >= 8 && body.p[*at] == '\n') {
		++*at;
		return 1;
	}
	*at = skip_blanks(body, *at);
	if (body.n - *at >= 8 && !((group(body.p + *at) | group(body.p + *at + 4)) & BAD))
		return 1;
	more = slow_group(body, at, *out, damage);
	if (more > 0)
		*out += more;
	return more > 0 ? 1 : more;
}

ptrdiff_t pem_decode_with(pem_wide_decode *wide, struct span body, uint8_t *out,
			  const char **damage)
{
	uint8_t *to = out;
	size_t at = 0, taken;
	int more;

	do {
		if (wide) {
			to += wide(span_from(body, at), to, &taken);
			at += taken;
		}
		to = clean_groups(body, &at, to);
		more = stop(body, &at, &to, damage);
	} while (more > 0);
	if (more < 0 && pem_has_headers(body))
		*damage = "headers (RFC 1421), as of an encrypted object";
	return more < 0 ? -1 : to - out;
}

ptrdiff_t pem_decode(struct span body, uint8_t *out, const char **damage)
{
	return pem_decode_with(pem_wide_get(0), body, out, damage);
}

int pem_base64_decode(struct span text, struct buf *out)
{
	const char *damage;
	uint8_t *p = buf_room(out, text.n / 4 * 3 + 3);
	ptrdiff_t n;

	if (!p)
		return -1;
	n = pem_decode(text, p, &damage);
	if (n < 0)
		return -1;
	out->n += (size_t)n;
	return 0;
}

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void encode(uint8_t *p, struct span s)
{
	size_t i = 0;

	for (; i + 3 <= s.n; i += 3, p += 4) {
		uint32_t v = (uint32_t)s.p[i] << 16 | (uint32_t)s.p[i + 1] << 8 | s.p[i + 2];

		p[0] = (uint8_t)letters[v >> 18];
		p[1] = (uint8_t)letters[v >> 12 & 63];
		p[2] = (uint8_t)letters[v >> 6 & 63];
		p[3] = (uint8_t)letters[v & 63];
	}
	if (i < s.n) {
		uint32_t v = (uint32_t)s.p[i] << 16 | (i + 1 < s.n ? (uint32_t)s.p[i + 1] << 8 : 0);

		p[0] = (uint8_t)letters[v >> 18];
		p[1] = (uint8_t)letters[v >> 12 & 63];
		p[2] = i + 1 < s.n ? (uint8_t)letters[v >> 6 & 63] : '=';
		p[3] = '=';
	}
}

void pem_base64(struct buf *out, struct span bytes)
{
	size_t groups = bytes.n / 3 + (bytes.n % 3 != 0);
	uint8_t *p = groups <= SIZE_MAX / 4 ? buf_room(out, groups * 4) : NULL;

	if (!p) {
		out->failed = true;
		return;
	}
	encode(p, bytes);
	out->n += groups * 4;
}

void pem_encode(struct buf *out, const char *label, struct span der)
{
	buf_add_str(out, "-----BEGIN ");
	buf_add_str(out, label);
	buf_add_str(out, "-----\n");
	for (size_t at = 0; at < der.n; at += 48) {
		struct span rest = span_from(der, at);

		pem_base64(out, span_of(rest.p, rest.n < 48 ? rest.n : 48));
		buf_add_byte(out, '\n');
	}
	buf_add_str(out, "-----END ");
	buf_add_str(out, label);
	buf_add_str(out, "-----\n");
}
