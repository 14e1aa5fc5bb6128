/* Certificate requests; and where GnuTLS or OpenSSL read the same bytes, each must say the same, or a
 * rule in support/rules.h or csr_rules.h explains why not. */
#include "tests/fuzz/support/compare.h"
#include "tests/fuzz/support/csr_rules.h"
#include "tests/fuzz/support/facts.h"

static void compare(struct span der, const struct csr *c, const char *why)
{
	struct difference d = {.why = why, .der = der};
	struct cert as_cert;

	if (c) {
		as_cert = csr_as_cert(c);
		d.c = &as_cert;
	}
	fuzz_compare(&d, &csr_readers, csr_rules);
}

static void describe(struct span all, const struct csr *c)
{
	struct span cursor = c->attributes, values = SPAN_NONE, list;
	unsigned requests = 0;
	struct buf b;

	buf_init(&b);
	fuzz_inside(all, c->tbs);
	fuzz_inside(all, c->signature);
	fuzz_inside(all, c->attributes);
	fuzz_name(all, c->subject, &b);
	fuzz_key(all, &c->key);
	fuzz_extensions(all, &c->x, c->extension_requests, &b);
	while (c->attributes.p && csr_extensions_next(&cursor, &values, &list)) {
		fuzz_inside(all, list);
		requests++;
	}
	FUZZ_CHECK(requests == c->extension_requests);
	FUZZ_CHECK(c->deviations < deviation_bit(DEVIATION_COUNT));
	buf_wipe(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span all = span_of(data, size);
	struct csr c;
	struct err e;

	if (csr_decode(all, &c, &e) == 0) {
		describe(all, &c);
		compare(all, &c, NULL);
	} else {
		FUZZ_CHECK(e.code == ERR_PARSE || e.code == ERR_LIMIT);
		FUZZ_CHECK(e.text[0] != '\0');
		compare(all, NULL, e.text);
	}
	return 0;
}
