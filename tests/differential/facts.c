#include "tests/differential/facts.h"

#include "ground/text.h"
#include "ground/when.h"

#include <openssl/evp.h>

const char *const fact_names[FACT_COUNT] = {
	"loads", "version", "serial", "issuer", "subject", "not-before", "not-after", "key",
	"key-size", "algorithm", "signature", "names", "ca", "key-usage", "purposes", "ocsp", "ski",
	"aki", "feature-critical", "features"};

void facts_hex(struct buf *out, const void *p, size_t n)
{
	if (n <= 64) {
		text_hex(out, span_of(p, n));
		return;
	}
	/* the whole takes part, and a line stays a line */
	unsigned char digest[32];
	unsigned size = 0;

	EVP_Digest(p, n, digest, &size, EVP_sha256(), NULL);
	buf_printf(out, "%zu octets ", n);
	text_hex(out, span_of(digest, 8));
}

void facts_time(struct buf *out, int64_t t)
{
	char text[WHEN_TEXT_SIZE];

	buf_add_str(out, t == WHEN_NONE || t == -1 ? "?" : when_format(t, text));
}
