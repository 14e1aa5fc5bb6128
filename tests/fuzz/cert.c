/* Certificates; and where GnuTLS or OpenSSL read the same bytes, each must say the same, or a rule
 * in support/rules.h or cert_rules.h explains why not. */
#include "tests/fuzz/support/cert_rules.h"
#include "tests/fuzz/support/compare.h"
#include "tests/fuzz/support/facts.h"

static void compare(struct span der, const struct cert *c, const char *why)
{
	struct difference d = {.c = c, .why = why, .der = der};

	fuzz_compare(&d, &cert_readers, cert_rules);
}

static void describe(struct span all, const struct cert *c)
{
	struct buf b;

	buf_init(&b);
	fuzz_inside(all, c->tbs);
	fuzz_inside(all, c->serial);
	fuzz_inside(all, c->signature);
	fuzz_name(all, c->subject, &b);
	fuzz_name(all, c->issuer, &b);
	fuzz_key(all, &c->key);
	fuzz_extensions(all, &c->x, 1, &b);
	cert_label(c, &b);
	FUZZ_CHECK(b.n > 0);
	(void)cert_is_ca(c);
	FUZZ_CHECK((c->deviations & c->x.deviations) == c->x.deviations);
	FUZZ_CHECK(c->deviations < deviation_bit(DEVIATION_COUNT));
	buf_wipe(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span all = span_of(data, size), in = all;
	struct cert c;
	struct err e;

	if (cert_decode(all, &c, &e) == 0) {
		describe(all, &c);
		compare(all, &c, NULL);
		FUZZ_CHECK(c.der.p == data && c.der.n == size);
	} else {
		FUZZ_CHECK(e.code == ERR_PARSE || e.code == ERR_LIMIT);
		FUZZ_CHECK(e.text[0] != '\0');
		compare(all, NULL, e.text);
	}
	if (cert_decode_next(&in, &c, &e) == 0)
		FUZZ_CHECK(in.n + c.der.n == size);
	return 0;
}
