/*
 * mistaken: one file given where another belongs, told in words.
 *
 * Asked only when the decoder has refused: what is it then, and what was probably meant?  The
 * answer is a guess (facts/shape.h) for a message and changes no verdict.
 */
#ifndef STAPLE_FACTS_MISTAKEN_H
#define STAPLE_FACTS_MISTAKEN_H

#include "ground/err.h"
#include "ground/span.h"

#include <stdbool.h>

enum mistaken_for {
	MISTAKEN_FOR_CERTIFICATE,
	MISTAKEN_FOR_STORE, /* of certificates, of whatever kind */
	MISTAKEN_FOR_KEY,
	MISTAKEN_FOR_REQUEST,
	MISTAKEN_FOR_STAPLE,
	MISTAKEN_FOR_POLICY,
	MISTAKEN_FOR_SOURCE /* of names: a certificate or a request */
};

/*
 * "NAME: no certificate in it, but a private key: give the certificate that belongs to it".
 * Sets `e` and returns true when it can be told; false, and `e` as it was, when the file holds
 * what was wanted (and is damaged) or nothing that is known.
 */
bool mistaken(enum mistaken_for wanted, struct span file, const char *name, struct err *e);

/* "a private key", "a Java key store", "a text file": what the file holds first; NULL: unknown. */
const char *mistaken_text(struct span file);

/* After ERR_NOT_FOUND for a file: when its name is rather a server's (HOST, HOST:PORT, a URL), `e`
 * says who takes servers; its text begins with "PREFIX: " unless that is NULL. */
void mistaken_server(const char *name, const char *prefix, struct err *e);

/* Does the name end as those of certificates, keys and their like do (".pem")? */
bool mistaken_file(const char *name);

#endif
