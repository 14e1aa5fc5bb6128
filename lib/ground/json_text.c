#include "ground/json_text.h"

#include "ground/utf8.h"

static void short_escape(struct buf *b, char letter)
{
	uint8_t text[2] = {'\\', (uint8_t)letter};

	buf_add_bytes(b, text, 2);
}

static void unicode_escape(struct buf *b, uint32_t c)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t text[6] = {'\\', 'u'};

	for (unsigned i = 0; i < 4; i++)
		text[2 + i] = (uint8_t)digits[c >> (12 - 4 * i) & 15];
	buf_add_bytes(b, text, 6);
}

static void escape(struct buf *b, uint32_t c)
{
	switch (c) {
	case '"':
	case '\\':
		short_escape(b, (char)c);
		break;
	case '\n':
		short_escape(b, 'n');
		break;
	case '\r':
		short_escape(b, 'r');
		break;
	case '\t':
		short_escape(b, 't');
		break;
	case UTF8_BAD:
		buf_add_str(b, "\xef\xbf\xbd");
		break;
	default:
		unicode_escape(b, c);
	}
}

/* How many plain bytes stand at the front. */
static size_t plain_run(struct span s)
{
	size_t i = 0;

	while (i < s.n && s.p[i] >= 0x20 && s.p[i] < 0x7f && s.p[i] != '"' && s.p[i] != '\\')
		i++;
	return i;
}

/* A character that needs no escape, within a string: its bytes, or 0. */
static size_t whole_character(struct span s, uint32_t *c)
{
	size_t n = utf8_next(s, c);

	if (*c == UTF8_BAD || *c < 0xa0 || utf8_hidden(*c))
		return 0;
	return n;
}

void json_escape(struct buf *b, struct span s)
{
	while (s.n > 0) {
		size_t run = plain_run(s), n;
		uint32_t c = 0;

		/* Accented text: the run goes on over whole characters. */
		while (run < s.n && s.p[run] >= 0x80 &&
		       (n = whole_character(span_from(s, run), &c)) > 0) {
			run += n;
			run += plain_run(span_from(s, run));
		}
		buf_add_bytes(b, s.p, run);
		s = span_from(s, run);
		if (s.n == 0)
			break;
		n = utf8_next(s, &c);
		if (c > 0xffff && c != UTF8_BAD) {
			unicode_escape(b, 0xd800 + ((c - 0x10000) >> 10));
			unicode_escape(b, 0xdc00 + ((c - 0x10000) & 0x3ff));
		} else {
			escape(b, c);
		}
		s = span_from(s, n);
	}
}
