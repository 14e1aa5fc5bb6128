/* Three readers of the same bytes: whoever differs needs a rule. */
#ifndef STAPLE_TESTS_FUZZ_COMPARE_H
#define STAPLE_TESTS_FUZZ_COMPARE_H

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/support/rules.h"

/* Puts both texts of a fact into *d; true when they are not the same. */
static inline bool fuzz_differs(struct difference *d, struct facts *ours, struct facts *theirs)
{
	struct buf *a = &ours->text[d->fact], *b = &theirs->text[d->fact];

	d->ours = buf_cstr(a);
	d->theirs = buf_cstr(b);
	return !span_equal(buf_span(a), buf_span(b));
}

static inline void fuzz_explain(const struct difference *d, const struct rules rules[2])
{
	bool explained = rule_of(rules, d) != NULL;

	if (!explained)
		fprintf(stderr, "%s: %s says %s, and we %s (%s, deviations %x)\n", fact_names[d->fact],
			d->reader == GNUTLS ? "GnuTLS" : "OpenSSL", d->theirs, d->ours,
			d->why ? d->why : "it loads", d->c ? d->c->deviations : 0);
	FUZZ_CHECK(explained);
}

/* *d says what we read. */
static inline void fuzz_compare(struct difference *d, const struct readers *r, const struct rules rules[2])
{
	static struct facts ours, theirs;
	bool loads = r->ours(&ours, d->der);

	FUZZ_CHECK(loads == (d->c != NULL));
	for (d->reader = GNUTLS; d->reader <= OPENSSL; d->reader++) {
		bool both = (d->reader == GNUTLS ? r->gnutls : r->openssl)(&theirs, d->der) && loads;
		uint32_t told = d->reader == GNUTLS ? r->gnutls_tells : UINT32_MAX;

		for (d->fact = FACT_LOADS; d->fact < (both ? FACT_COUNT : FACT_VERSION); d->fact++)
			if ((told >> d->fact & 1) && fuzz_differs(d, &ours, &theirs))
				fuzz_explain(d, rules);
	}
}

#endif
