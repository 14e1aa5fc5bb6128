/*
 * A slow reader of PEM by the rules of ground/pem.h, to compare the fast one with: it looks at
 * each byte for a mark, and decodes bit by bit.  It knows no LIMIT_PEM_BLOCK.
 */
#ifndef STAPLE_TESTS_SLOW_PEM_H
#define STAPLE_TESTS_SLOW_PEM_H

#include "ground/limits.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct slow_block {
	size_t offset, text_n, body_at, body_n, label_n;
	size_t damage; /* 0, or one of "LDXE": END missing, differs, BEGIN inside, END alone */
};

/* 'B', 'E' or 0; *n: the whole mark. */
static char slow_mark(const char *s, size_t left, size_t *n, size_t *label_n)
{
	size_t head = left >= 11 && !strncmp(s, "-----BEGIN ", 11) ? 11 :
		      left >= 9 && !strncmp(s, "-----END ", 9)	   ? 9 :
								     0;

	if (!head)
		return 0;
	for (size_t i = 0; i <= LIMIT_PEM_LABEL && head + i + 5 <= left; i++) {
		if (!strncmp(s + head + i, "-----", 5)) {
			*label_n = i;
			*n = head + i + 5;
			return head == 11 ? 'B' : 'E';
		}
		if (s[head + i] < ' ' || s[head + i] > '~')
			return 0;
	}
	return 0;
}

static size_t slow_blocks(const char *s, size_t n, struct slow_block *out, size_t max)
{
	size_t count = 0, i = 0;

	while (i < n && count < max) {
		size_t mark_n, label_n, end_n, end_label, k;
		char mark = slow_mark(s + i, n - i, &mark_n, &label_n), end = 0;
		struct slow_block *b = &out[count];

		if (!mark) {
			i++;
			continue;
		}
		*b = (struct slow_block){.offset = i, .label_n = label_n, .body_at = i + mark_n};
		if (mark == 'E') {
			b->damage = 'E';
			b->text_n = mark_n;
			b->body_at = i;
			i += mark_n;
			count++;
			continue;
		}
		for (k = i + mark_n; k < n && !end; k += !end)
			end = slow_mark(s + k, n - k, &end_n, &end_label);
		b->body_n = k - b->body_at;
		b->text_n = k - i + (end == 'E' ? end_n : 0);
		if (end == 'B')
			b->damage = 'X';
		else if (!end)
			b->damage = 'L';
		else if (end_label != label_n || strncmp(s + i + 11, s + k + 9, label_n) != 0)
			b->damage = 'D';
		i += b->text_n;
		count++;
	}
	return count;
}

static int sextet(char c)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(letters, c) : NULL;

	return at ? (int)(at - letters) : -1;
}

static ptrdiff_t slow_decode(const uint8_t *s, size_t n, uint8_t *out)
{
	char *text = malloc(n + 1);
	size_t m = 0, padding = 0, bits = 0, done = 0;
	unsigned v = 0;
	ptrdiff_t result = -1;

	for (size_t i = 0; i < n; i++)
		if (s[i] == 0 || !strchr(" \t\n\v\f\r", s[i]))
			text[m++] = (char)s[i];
	while (padding < m && text[m - 1 - padding] == '=')
		padding++;
	if (m % 4 != 0 || padding > 2)
		goto out;
	for (size_t i = 0; i < m - padding; i++) {
		if (sextet(text[i]) < 0)
			goto out;
		v = (v << 6 | (unsigned)sextet(text[i])) & 0xffff;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			out[done++] = (uint8_t)(v >> bits);
		}
	}
	result = (ptrdiff_t)done;
out:
	free(text);
	return result;
}

#endif
