#include "ground/text.h"

#include "ground/utf8.h"

#define REPLACEMENT "\xef\xbf\xbd"

static const char digits[] = "0123456789abcdef";

/* The two digits of every byte. */
#define DIGITS(h)                                                                                  \
	h "0" h "1" h "2" h "3" h "4" h "5" h "6" h "7" h "8" h "9" h "a" h "b" h "c" h "d" h "e" h "f"

static const char pairs[] =
	DIGITS("0") DIGITS("1") DIGITS("2") DIGITS("3") DIGITS("4") DIGITS("5") DIGITS("6") DIGITS("7")
	DIGITS("8") DIGITS("9") DIGITS("a") DIGITS("b") DIGITS("c") DIGITS("d") DIGITS("e") DIGITS("f");

typedef uint8_t sixteen __attribute__((vector_size(16)));

/* The elements with these numbers, those of b behind those of a. */
#ifdef __clang__
#define PICK(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define PICK(a, b, ...) __builtin_shuffle(a, b, (sixteen){__VA_ARGS__})
#endif

static inline sixteen digits_of(sixteen halves)
{
	return halves + '0' + ((sixteen)(halves > 9) & ('a' - '0' - 10));
}

/* 16 bytes, which are 32 digits. */
static inline void put_hex_16(uint8_t *to, const uint8_t *p)
{
	sixteen bytes, high, low, text;

	memcpy(&bytes, p, 16);
	high = digits_of(bytes >> 4);
	low = digits_of(bytes & 15);
	text = PICK(high, low, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
	memcpy(to, &text, 16);
	text = PICK(high, low, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
	memcpy(to + 16, &text, 16);
}

uint8_t *text_put_hex(uint8_t *to, struct span s)
{
	const uint8_t *p = s.p; /* NULL when n is 0: not to be added to */
	size_t n = s.n;

	for (; n >= 16; n -= 16, p += 16, to += 32)
		put_hex_16(to, p);
	for (; n > 0; n--, p++, to += 2)
		memcpy(to, pairs + 2 * *p, 2);
	return to;
}

/* 0 to 9999, from a text of four digits. */
static inline uint8_t *put_few(uint8_t *to, uint32_t v)
{
	static const char hundred[] =
		"00010203040506070809101112131415161718192021222324252627282930313233343536373839"
		"40414243444546474849505152535455565758596061626364656667686970717273747576777879"
		"8081828384858687888990919293949596979899";
	size_t zeroes = (size_t)(v < 10) + (v < 100) + (v < 1000);
	uint8_t four[8];

	memcpy(four, hundred + 2 * (v / 100), 2);
	memcpy(four + 2, hundred + 2 * (v % 100), 2);
	memcpy(to, four + zeroes, 4);
	return to + 4 - zeroes;
}

uint8_t *text_put_int(uint8_t *to, int64_t v)
{
	uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
	uint8_t *end, *p;

	if (v < 0)
		*to++ = '-';
	if (u < 10000)
		return put_few(to, (uint32_t)u);
	end = to + 1;
	for (uint64_t tens = u / 10; tens > 0; tens /= 10)
		end++;
	p = end;
	do {
		*--p = (uint8_t)('0' + u % 10);
		u /= 10;
	} while (p > to);
	return end;
}

void text_hex(struct buf *b, struct span s)
{
	uint8_t *p = s.n <= SIZE_MAX / 2 ? buf_room(b, 2 * s.n) : NULL;

	if (!p) {
		b->failed = true;
		return;
	}
	text_put_hex(p, s);
	b->n += 2 * s.n;
}

/* "\x1b", or "\u{202e}" for what is no single byte. */
static void show_hidden(struct buf *b, uint32_t c)
{
	uint8_t text[12] = {'\\', c < 0x100 ? 'x' : 'u'};
	unsigned shift = 4, n = 2;

	while (c >> shift > 15)
		shift += 4;
	if (c >= 0x100)
		text[n++] = '{';
	for (;; shift -= 4) {
		text[n++] = (uint8_t)digits[c >> shift & 15];
		if (shift == 0)
			break;
	}
	if (c >= 0x100)
		text[n++] = '}';
	buf_add_bytes(b, text, n);
}

/*
 * The one walk over foreign text: runs of plain ASCII in one piece, whole characters as they
 * are, and what `special` names (ASCII, may be NUL-terminated text) to `replace`.
 */
static void walk(struct buf *b, struct span s, const char *special,
		 void (*replace)(struct buf *, uint8_t))
{
	size_t i = 0, begin = 0;

	if (s.n == 0)
		return;
	while (i < s.n) {
		uint8_t first = s.p[i];
		uint32_t c;
		size_t n;

		if (first == 0 || !strchr(special, first)) {
			n = utf8_next(span_from(s, i), &c);
			if (c != UTF8_BAD && !utf8_hidden(c)) {
				i += n;
				continue;
			}
			buf_add_bytes(b, s.p + begin, i - begin);
			if (c == UTF8_BAD)
				buf_add_str(b, REPLACEMENT);
			else
				show_hidden(b, c);
		} else {
			buf_add_bytes(b, s.p + begin, i - begin);
			replace(b, first);
			n = 1;
		}
		i += n;
		begin = i;
	}
	buf_add_bytes(b, s.p + begin, i - begin);
}

static void as_it_is(struct buf *b, uint8_t c)
{
	buf_add_byte(b, c);
}

void text_terminal(struct buf *b, struct span s)
{
	walk(b, s, "", as_it_is);
}

static void html_entity(struct buf *b, uint8_t c)
{
	switch (c) {
	case '&':
		buf_add_str(b, "&amp;");
		break;
	case '<':
		buf_add_str(b, "&lt;");
		break;
	case '>':
		buf_add_str(b, "&gt;");
		break;
	case '"':
		buf_add_str(b, "&quot;");
		break;
	case '\'':
		buf_add_str(b, "&#39;");
		break;
	default:
		buf_add_byte(b, c);
	}
}

void text_html(struct buf *b, struct span s)
{
	walk(b, s, "&<>\"'\t\n", html_entity);
}

static void double_quote(struct buf *b, uint8_t c)
{
	if (c == '"')
		buf_add_byte(b, '"');
	buf_add_byte(b, c);
}

/* OWASP, CSV Injection; the full-width forms work in East Asian editions. */
static bool formula(struct span s)
{
	static const char *const starts[] = {"=", "+", "-", "@", "\t", "\r", "\n",
		"\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\xa0"};

	while (s.n > 0 && s.p[0] == ' ') /* some take it away */
		s = span_from(s, 1);
	for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
		size_t n = strlen(starts[i]);

		if (s.n >= n && memcmp(s.p, starts[i], n) == 0)
			return true;
	}
	return false;
}

/* Also where some spreadsheet would split or trim an unquoted field. */
static bool needs_quotes(struct span s)
{
	if (s.n > 0 && (s.p[0] == ' ' || s.p[s.n - 1] == ' '))
		return true;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != 0 && strchr(",;|\"\t\r\n", s.p[i]))
			return true;
	return false;
}

void text_csv(struct buf *b, struct span s)
{
	bool quotes = needs_quotes(s);

	if (quotes)
		buf_add_byte(b, '"');
	if (formula(s))
		buf_add_byte(b, '\'');
	walk(b, s, "\"\t\r\n", double_quote);
	if (quotes)
		buf_add_byte(b, '"');
}

size_t text_width(struct span s)
{
	size_t width = 0;

	while (s.n > 0) {
		uint32_t c;
		size_t n = utf8_next(s, &c);

		width += c == UTF8_BAD ? 1 : utf8_width(c);
		s = span_from(s, n);
	}
	return width;
}

/* Bytes at the front of s that fill at most `columns`; *width: how many they fill. */
static size_t fitting(struct span s, size_t columns, size_t *width)
{
	size_t i = 0;

	*width = 0;
	while (i < s.n) {
		uint32_t c;
		size_t n = utf8_next(span_from(s, i), &c);
		size_t w = c == UTF8_BAD ? 1 : utf8_width(c);

		if (*width + w > columns)
			break;
		*width += w;
		i += n;
	}
	return i;
}

void text_column(struct buf *b, struct span s, size_t columns, bool pad)
{
	size_t from = b->n, width, keep;
	struct span shown;

	text_terminal(b, s);
	if (b->failed)
		return;
	shown = span_from(buf_span(b), from);
	keep = fitting(shown, columns, &width);
	if (keep < shown.n) {
		keep = fitting(shown, columns ? columns - 1 : 0, &width);
		b->n = from + keep;
		if (columns > 0) {
			buf_add_str(b, "\xe2\x80\xa6");
			width++;
		}
	}
	for (; pad && width < columns; width++)
		buf_add_byte(b, ' ');
}

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

bool text_glob(const char *pattern, struct span text)
{
	const char *after_star = NULL;
	size_t i = 0, retry = 0;
	uint32_t c;

	while (i < text.n) {
		if (*pattern == '*') {
			after_star = ++pattern;
			retry = i;
		} else if (*pattern == '?') {
			i += utf8_next(span_from(text, i), &c);
			pattern++;
		} else if (*pattern && lower((uint8_t)*pattern) == lower(text.p[i])) {
			i++;
			pattern++;
		} else if (after_star) {
			retry += utf8_next(span_from(text, retry), &c);
			i = retry;
			pattern = after_star;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}
