/*
 * Reads file names from standard input, and prints where our facts about the certificates in
 * these files are not those of GnuTLS or OpenSSL, one line each:
 *
 *	first 16 digits of the SHA-256, fact, library, ours, theirs, file
 *
 * and in the end on standard error how many certificates were compared.
 */
#include "tests/differential/facts.h"

#include "facts/shape.h"
#include "ground/der.h"
#include "ground/file.h"
#include "ground/limits.h"
#include "ground/pem.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

static struct facts ours, theirs;
static unsigned long certificates;

static void compare(struct span der, const char *file, const char *library,
		    bool (*read)(struct facts *, struct span))
{
	unsigned char digest[32];
	unsigned size = 0;
	bool both;

	both = read(&theirs, der);
	both &= ours.text[FACT_VERSION].n > 0;
	EVP_Digest(der.p, der.n, digest, &size, EVP_sha256(), NULL);
	for (size_t i = 0; i < (both ? FACT_COUNT : 1); i++) {
		if (span_equal(buf_span(&ours.text[i]), buf_span(&theirs.text[i])))
			continue;
		for (size_t d = 0; d < 8; d++)
			printf("%02x", digest[d]);
		printf("\t%s\t%s\t%s\t%s\t%s\n", fact_names[i], library, buf_cstr(&ours.text[i]),
		       buf_cstr(&theirs.text[i]), file);
	}
}

static void certificate(struct span der, const char *file)
{
	size_t whole;

	if (shape_of(der) != SHAPE_CERTIFICATE)
		return;
	if (der_measure(der, &whole) == 0)
		der.n = whole; /* what follows is another object's */
	certificates++;
	facts_ours(&ours, der);
	compare(der, file, "gnutls", facts_gnutls);
	compare(der, file, "openssl", facts_openssl);
}

static void pem(struct span text, const char *file)
{
	struct pem_block b;

	while (pem_next(&text, true, &b) == PEM_BLOCK) {
		uint8_t *der = malloc(b.body.n / 4 * 3 + 3);
		const char *damage;
		ptrdiff_t n = der && !b.damage && !pem_has_headers(b.body)
				      ? pem_decode(b.body, der, &damage) : -1;

		if (n > 0)
			certificate(span_of(der, (size_t)n), file);
		free(der);
	}
}

int main(void)
{
	char file[4096];
	struct buf bytes;
	struct err e;

	buf_init(&bytes);
	while (fgets(file, sizeof file, stdin)) {
		file[strcspn(file, "\n")] = '\0';
		buf_reset(&bytes);
		if (file_read(file, LIMIT_SMALL_FILE, &bytes, &e) != 0) {
			fprintf(stderr, "%s\n", e.text);
			return 2;
		}
		if (shape_of(buf_span(&bytes)) == SHAPE_UNKNOWN && pem_present(buf_span(&bytes)))
			pem(buf_span(&bytes), file);
		else
			certificate(buf_span(&bytes), file);
	}
	buf_wipe(&bytes);
	for (size_t i = 0; i < FACT_COUNT; i++) {
		buf_wipe(&ours.text[i]);
		buf_wipe(&theirs.text[i]);
	}
	fprintf(stderr, "%lu certificates compared\n", certificates);
	return 0;
}
