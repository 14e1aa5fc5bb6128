/*
 * Do the rules of tests/fuzz/support/rules.h, cert_rules.h and csr_rules.h still bite?  Over the
 * certificates in the files that are named, and the requests in those behind "--":
 *
 *	- every difference falls under a rule, and every rule explains one somewhere;
 *	- of what deviates in nothing, a made-up difference is explained by none but those that this
 *	  very certificate or request needs.
 *
 * Prints TAP.
 */
#include "tests/fuzz/support/cert_rules.h"
#include "tests/fuzz/support/csr_rules.h"

#include "ground/file.h"
#include "ground/limits.h"

#include <stdio.h>

#define USED_MAX 128

static struct facts ours, theirs[2]; /* by GnuTLS, by OpenSSL */
static bool loaded[2];
static const struct readers *readers;
static const struct rules *rules;
static const struct rule *used[USED_MAX], *used_here[USED_MAX];
static unsigned test, failed;

static void tell(bool holds, const char *what, const char *of)
{
	printf("%sok %u - %s: %s\n", holds ? "" : "not ", ++test, of, what);
	failed += !holds;
}

static bool has(const struct rule *const *set, const struct rule *r)
{
	while (*set && *set != r)
		set++;
	return *set != NULL;
}

static void put(const struct rule **set, const struct rule *r)
{
	while (*set && *set != r)
		set++;
	*set = r;
}

/* The difference in this fact between us and this reader; false: they say the same, or one nothing. */
static bool differ(struct difference *d, unsigned reader, enum fact fact)
{
	struct buf *a = &ours.text[fact], *b = &theirs[reader].text[fact];

	d->fact = fact;
	d->reader = reader == 0 ? GNUTLS : OPENSSL;
	d->ours = buf_cstr(a);
	d->theirs = buf_cstr(b);
	return (fact == FACT_LOADS || (d->c && loaded[reader])) && !span_equal(buf_span(a), buf_span(b)) &&
	       (reader == 1 || (readers->gnutls_tells >> fact & 1));
}

/* Has each difference a rule?  Marks those that are needed. */
static bool real(struct difference *d)
{
	bool all = true;

	memset(used_here, 0, sizeof used_here);
	for (unsigned reader = 0; reader < 2; reader++)
		for (enum fact fact = FACT_LOADS; fact < FACT_COUNT; fact++) {
			const struct rule *r = differ(d, reader, fact) ? rule_of(rules, d) : NULL;

			if (differ(d, reader, fact) && !r) {
				printf("# %s, %s: %s, and we %s\n", reader == 0 ? "GnuTLS" : "OpenSSL",
				       fact_names[fact], d->theirs, d->ours);
				all = false;
			}
			if (r) {
				put(used, r);
				put(used_here, r);
			}
		}
	return all;
}

/* Is a difference told that is none? */
static bool made_up(struct difference *d)
{
	const struct rule *r;
	bool none = true;

	for (unsigned reader = 0; reader < 2; reader++)
		for (enum fact fact = FACT_LOADS; fact < (loaded[reader] ? FACT_COUNT : FACT_VERSION); fact++) {
			if (differ(d, reader, fact))
				continue;
			d->theirs = fact == FACT_LOADS ? "no" : "made up";
			if (!(r = rule_of(rules, d)) || has(used_here, r))
				continue;
			printf("# %s, %s: %s\n", reader == 0 ? "GnuTLS" : "OpenSSL", fact_names[fact], r->reason);
			none = false;
		}
	return none;
}

static void look(struct difference *d, const char *file)
{
	const char *name = strrchr(file, '/');

	readers->ours(&ours, d->der);
	loaded[0] = readers->gnutls(&theirs[0], d->der);
	loaded[1] = readers->openssl(&theirs[1], d->der);
	tell(real(d), "each difference has its reason", name ? name + 1 : file);
	if (d->c && d->c->deviations == 0)
		tell(made_up(d), "no other has one", name ? name + 1 : file);
}

static void certificate(struct span der, const char *file)
{
	struct difference d = {.der = der};
	struct cert c;
	struct err e;

	if (cert_decode(der, &c, &e) == 0)
		d.c = &c;
	else
		d.why = e.text;
	readers = &cert_readers;
	rules = cert_rules;
	look(&d, file);
}

static void request(struct span der, const char *file)
{
	struct difference d = {.der = der};
	struct cert as_cert;
	struct csr c;
	struct err e;

	if (csr_decode(der, &c, &e) == 0) {
		as_cert = csr_as_cert(&c);
		d.c = &as_cert;
	} else {
		d.why = e.text;
	}
	readers = &csr_readers;
	rules = csr_rules;
	look(&d, file);
}

static void needed(const struct rules *table)
{
	for (size_t i = 0; i < table->n; i++)
		tell(has(used, &table->rule[i]), "this rule is needed", table->rule[i].reason);
}

int main(int argc, char **argv)
{
	bool requests = false;
	struct buf bytes;
	struct err e;

	buf_init(&bytes);
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--") == 0) {
			requests = true;
			continue;
		}
		buf_reset(&bytes);
		if (file_read(argv[i], LIMIT_SMALL_FILE, &bytes, &e) != 0) {
			fprintf(stderr, "%s\n", e.text);
			return 2;
		}
		(requests ? request : certificate)(buf_span(&bytes), argv[i]);
	}
	needed(&cert_rules[0]);
	needed(&cert_rules[1]);
	needed(&csr_rules[1]);
	printf("1..%u\n", test);
	buf_wipe(&bytes);
	for (size_t i = 0; i < FACT_COUNT; i++) {
		buf_wipe(&ours.text[i]);
		buf_wipe(&theirs[0].text[i]);
		buf_wipe(&theirs[1].text[i]);
	}
	return failed != 0;
}
