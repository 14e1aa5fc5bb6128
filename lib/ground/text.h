/*
 * text: bytes from outside, made safe for where they are shown (JSON: json.h).
 *
 * Everything here appends to a buf (whose failure is sticky) and accepts any
 * bytes.  Bytes that are not UTF-8 become U+FFFD, one for each bad byte.  Control
 * characters (C0, C1, DEL), bidirectional and other invisible format characters
 * become "\xNN" or "\u{NNNN}", everywhere: they would act on the reader's screen.
 */
#ifndef STAPLE_GROUND_TEXT_H
#define STAPLE_GROUND_TEXT_H

#include "ground/buf.h"
#include "ground/json.h"

/* For a terminal, in one line. */
void text_terminal(struct buf *b, struct span s);

/* For HTML text and for attribute values in double quotes; tabs and line feeds stay. */
void text_html(struct buf *b, struct span s);

/* One CSV field (RFC 4180), in quotes when needed; tabs and line ends stay.  A field that
 * a spreadsheet would take for a formula (it begins with = + - @, full-width ones too, or
 * tab, LF or CR) gets a ' in front: numbers of ours are not for this function. */
void text_csv(struct buf *b, struct span s);

/* Lower-case hex, two digits a byte, nothing between. */
void text_hex(struct buf *b, struct span s);

/* The same, to where 2 * s.n bytes have room; returns their end. */
uint8_t *text_put_hex(uint8_t *to, struct span s);

/* A number in decimal, to where TEXT_INT_MAX bytes have room; returns its end. */
#define TEXT_INT_MAX 20
uint8_t *text_put_int(uint8_t *to, int64_t v);

/* Columns that a UTF-8 text takes on a terminal (wide characters count two). */
size_t text_width(struct span s);

/* Appends s for a terminal, cut to `columns` with a "…" when it is longer, padded with
 * blanks to `columns` when `pad`. */
void text_column(struct buf *b, struct span s, size_t columns, bool pad);

/* Does the glob match the whole text?  `*` any run of characters, `?` one; ASCII letters
 * without regard to case.  Time: at most pattern times text. */
bool text_glob(const char *pattern, struct span text);

#endif
