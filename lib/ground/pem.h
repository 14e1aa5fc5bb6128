/*
 * pem: blocks of RFC 7468, found in any text and decoded, fast.
 *
 * Lax about what surrounds a block and how its lines are broken (RFC 7468, 3:
 * parsers should ignore whitespace and text outside), strict about base64 itself:
 * an alien character, a bad length or data after the padding damages that one
 * block, never its neighbours.  Headers in a block (RFC 1421) are told, not
 * decoded.
 */
#ifndef STAPLE_GROUND_PEM_H
#define STAPLE_GROUND_PEM_H

#include "ground/buf.h"

struct pem_block {
	struct span label;  /* "CERTIFICATE": borrowed from the input */
	struct span text;   /* from "-----BEGIN" to the end of the END line */
	struct span body;   /* between the two lines, not decoded */
	size_t offset;      /* of the BEGIN line in the window as it was passed in */
	const char *damage; /* NULL, or what is wrong with the frame: "no END line",
			       "END label differs", "another BEGIN inside" (that one is the
			       next block), "END without BEGIN", "longer than ..." */
};

enum pem_next {
	PEM_BLOCK,    /* a block, whole or damaged, is in *out */
	PEM_MORE,     /* the window is used up, or ends inside a block: call again with more */
	PEM_END       /* no further block; only with `last` */
};

/*
 * Finds the next block in *window and moves *window behind it.  With `last` false the
 * window is a part of a stream: on PEM_MORE *window begins where the unfinished block
 * (or the last bytes that might begin one) stands, and the caller appends what follows.
 * The blocks found are the same however the stream is cut.
 *
 * A BEGIN or END line is found anywhere, also behind other text on its line; its label
 * has at most LIMIT_PEM_LABEL printable characters.  A block longer than LIMIT_PEM_BLOCK
 * is damaged, so a window of that size and a line more always suffices.
 */
enum pem_next pem_next(struct span *window, bool last, struct pem_block *out);

/* Decodes a block's body into out (room for body.n / 4 * 3 + 3 bytes).  Returns the
 * number of bytes, or -1 with *damage saying what is wrong.  White space is skipped
 * wherever it stands; bits beyond the last byte are not looked at. */
MUST_USE ptrdiff_t pem_decode(struct span body, uint8_t *out, const char **damage);

/* Has the body RFC 1421 headers ("Proc-Type: 4,ENCRYPTED")? */
bool pem_has_headers(struct span body);

/* Appends a block: BEGIN line, base64 in lines of 64, END line. */
void pem_encode(struct buf *out, const char *label, struct span der);

/* Appends base64 without line breaks. */
void pem_base64(struct buf *out, struct span bytes);

/* Plain base64 (RFC 4648, 4), white space ignored; appended to out.  -1: not base64. */
MUST_USE int pem_base64_decode(struct span text, struct buf *out);

/* Does the text hold a BEGIN line at all?  For telling the kind of a file. */
bool pem_present(struct span text);

#endif
