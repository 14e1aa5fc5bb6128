/*
 * utf8: one character at a time (RFC 3629), and what it looks like on a terminal.
 *
 * Overlong forms, surrogates and what lies above U+10FFFF are no characters: each
 * of their bytes is a bad byte of its own.
 */
#ifndef STAPLE_GROUND_UTF8_H
#define STAPLE_GROUND_UTF8_H

#include "ground/span.h"

#define UTF8_BAD UINT32_MAX

/* The character at the front of s, which is not empty: how many bytes it takes.  A bad
 * byte is 1 byte and *c UTF8_BAD. */
size_t utf8_next(struct span s, uint32_t *c);

/* Columns on a terminal: 0 (combining), 1 or 2 (wide). */
unsigned utf8_width(uint32_t c);

/* Does c control the terminal or the order and look of other text, or is it a blank that
 * cannot be seen?  (C0, DEL, C1, line separators, bidirectional and other format
 * characters, fillers, variation selectors) */
bool utf8_hidden(uint32_t c);

#endif
