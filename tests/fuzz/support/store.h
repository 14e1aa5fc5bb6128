/* What every target of a kind of store does: the bytes to the reader, if it takes them for its
 * own, and a sink that looks at what comes. */
#ifndef STAPLE_TESTS_FUZZ_STORE_H
#define STAPLE_TESTS_FUZZ_STORE_H

#include "crypto/library.h"
#include "ground/limits.h"
#include "store/readers.h"
#include "tests/fuzz/fuzz.h"

struct fuzz_seen {
	size_t certs, requests, staples, problems;
	size_t others; /* told as objects of no interest */
};

static inline void fuzz_object(const struct store_object *o, size_t number)
{
	FUZZ_CHECK(o->source && o->format);
	/* A member of an archive counts for itself. */
	FUZZ_CHECK(o->index <= number);
}

static void fuzz_cert(void *context, const struct store_object *o, const struct cert *c)
{
	struct fuzz_seen *seen = context;
	struct buf b;

	fuzz_object(o, seen->certs++);
	buf_init(&b);
	cert_label(c, &b);
	FUZZ_CHECK(b.n > 0);
	buf_wipe(&b);
}

static void fuzz_request(void *context, const struct store_object *o, const struct csr *r)
{
	struct fuzz_seen *seen = context;

	fuzz_object(o, seen->requests++);
	FUZZ_CHECK(span_present(r->tbs));
}

static void fuzz_staple(void *context, const struct store_object *o, const struct ocsp_response *r)
{
	struct fuzz_seen *seen = context;

	fuzz_object(o, seen->staples++);
	FUZZ_CHECK(span_present(r->der));
}

static void fuzz_problem(void *context, const char *source, size_t index, enum store_weight w,
			 const char *reason)
{
	struct fuzz_seen *seen = context;

	FUZZ_CHECK(source && reason && reason[0]);
	FUZZ_CHECK(w == STORE_NOTE || w == STORE_ERROR);
	(void)index;
	seen->problems++;
}

/* False: they are no store of this kind. */
static inline bool fuzz_store_seen(bool (*is)(struct span), const uint8_t *data, size_t size,
				   struct fuzz_seen *seen)
{
	static char password[] = "changeit", *list[] = {password};
	static const struct store_passwords passwords = {list, 1};
	static const struct store_options options = {&passwords, true};
	static bool started;
	struct store_sink sink = {seen, fuzz_cert, fuzz_request, fuzz_staple, fuzz_problem};
	size_t budget = 16 * 1024 * 1024;
	struct buf scratch;
	struct store_input in = {.options = &options, .sink = &sink, .source = "fuzz",
				 .bytes = span_of(data, size), .budget = &budget,
				 .scratch = &scratch};
	struct err e;

	if (!started)
		FUZZ_CHECK(crypto_start(&e) == 0);
	started = true;
	*seen = (struct fuzz_seen){0};
	if (is && !is(in.bytes))
		return false;
	buf_init(&scratch);
	store_read(&in);
	seen->others = in.others;
	/* Nothing is passed over silently. */
	FUZZ_CHECK(seen->certs + seen->requests + seen->staples + seen->problems + in.keys + in.others > 0);
	FUZZ_CHECK(seen->certs >= in.certs && seen->problems >= in.problems);
	buf_wipe(&scratch);
	return true;
}

static inline int fuzz_store(bool (*is)(struct span), const uint8_t *data, size_t size)
{
	struct fuzz_seen seen;

	(void)fuzz_store_seen(is, data, size, &seen);
	return 0;
}

#endif
