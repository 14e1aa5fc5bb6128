/*
 * Do the rules of tests/fuzz/support/cert_rules.h still bite?  Over the certificates in the files
 * that are named:
 *
 *	- every difference falls under a rule, and every rule explains one somewhere;
 *	- of a certificate that deviates in nothing, a made-up difference is explained by none but those
 *	  that this very certificate needs.
 *
 * Prints TAP.
 */
#include "tests/fuzz/support/cert_rules.h"

#include "ground/file.h"
#include "ground/limits.h"

#include <stdio.h>

#define RULES (sizeof cert_rules / sizeof cert_rules[0])

static struct facts ours, theirs[2]; /* by GnuTLS, by OpenSSL */
static bool loaded[2];
static bool used[RULES], used_here[RULES];
static unsigned test, failed;

static void tell(bool holds, const char *what, const char *of)
{
	printf("%sok %u - %s%s%s\n", holds ? "" : "not ", ++test, what, *of ? ": " : "", of);
	failed += !holds;
}

/* The difference in this fact between us and this reader; false: they say the same. */
static bool differ(struct difference *d, unsigned reader, enum fact fact)
{
	struct buf *a = &ours.text[fact], *b = &theirs[reader].text[fact];

	d->fact = fact;
	d->reader = reader == 0 ? GNUTLS : OPENSSL;
	d->ours = buf_cstr(a);
	d->theirs = buf_cstr(b);
	return (fact == FACT_LOADS || (d->c && loaded[reader])) && !span_equal(buf_span(a), buf_span(b));
}

/* Has each difference a rule?  Marks those that are needed. */
static bool real(struct difference *d)
{
	bool all = true;

	memset(used_here, 0, sizeof used_here);
	for (unsigned reader = 0; reader < 2; reader++)
		for (enum fact fact = FACT_LOADS; fact < FACT_COUNT; fact++) {
			const struct cert_rule *r = differ(d, reader, fact) ? cert_rule(d) : NULL;

			if (differ(d, reader, fact) && !r)
				all = false;
			if (r)
				used[r - cert_rules] = used_here[r - cert_rules] = true;
		}
	return all;
}

/* Is a difference told that is none? */
static bool made_up(struct difference *d)
{
	const struct cert_rule *r;
	bool none = true;

	for (unsigned reader = 0; reader < 2; reader++)
		for (enum fact fact = FACT_LOADS; fact < (loaded[reader] ? FACT_COUNT : FACT_VERSION);
		     fact++) {
			if (differ(d, reader, fact))
				continue;
			d->theirs = fact == FACT_LOADS ? "no" : "made up";
			if (!(r = cert_rule(d)) || used_here[r - cert_rules])
				continue;
			printf("# %s, %s: %s\n", reader == 0 ? "GnuTLS" : "OpenSSL", fact_names[fact], r->reason);
			none = false;
		}
	return none;
}

static void look(struct span der, const char *file)
{
	const char *name = strrchr(file, '/');
	struct difference d = {.der = der};
	struct cert c;
	struct err e;

	if (cert_decode(der, &c, &e) == 0)
		d.c = &c;
	else
		d.why = e.text;
	facts_ours(&ours, der);
	loaded[0] = facts_gnutls(&theirs[0], der);
	loaded[1] = facts_openssl(&theirs[1], der);
	tell(real(&d), "each difference has its reason", name ? name + 1 : file);
	if (d.c && c.deviations == 0)
		tell(made_up(&d), "no other has one", name ? name + 1 : file);
}

int main(int argc, char **argv)
{
	struct buf bytes;
	struct err e;

	buf_init(&bytes);
	for (int i = 1; i < argc; i++) {
		buf_reset(&bytes);
		if (file_read(argv[i], LIMIT_SMALL_FILE, &bytes, &e) != 0) {
			fprintf(stderr, "%s\n", e.text);
			return 2;
		}
		look(buf_span(&bytes), argv[i]);
	}
	for (size_t i = 0; i < RULES; i++)
		tell(used[i], "this rule is needed", cert_rules[i].reason);
	printf("1..%u\n", test);
	buf_wipe(&bytes);
	for (size_t i = 0; i < FACT_COUNT; i++) {
		buf_wipe(&ours.text[i]);
		buf_wipe(&theirs[0].text[i]);
		buf_wipe(&theirs[1].text[i]);
	}
	return failed != 0;
}
