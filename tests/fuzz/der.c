/* The cursor, on every element as deep as there is any: what it hands out must lie in the input,
 * and writing an element again must give the bytes that were read, since DER has one form. */
#include "tests/fuzz/fuzz.h"

#include "ground/buf.h"
#include "ground/der.h"

#define DEPTH 24

static void inside(struct span outer, struct span s)
{
	FUZZ_CHECK(s.p >= outer.p && s.n <= outer.n &&
		   (size_t)(s.p - outer.p) <= outer.n - s.n);
}

/* A reader that refuses must leave everything as it was. */
#define REFUSED_WHOLE(in, before) FUZZ_CHECK((in).p == (before).p && (in).n == (before).n)

static void typed_readers(struct span in)
{
	struct span at = in, content = SPAN_NONE;
	bool flag = false, padded = false;
	unsigned unused = 0;
	int64_t v = 0;

	if (der_get_integer(&at, &content, &padded) == 0)
		FUZZ_CHECK(content.n > 0);
	else
		REFUSED_WHOLE(at, in);
	at = in;
	if (der_get_integer(&at, &content, NULL) == 0)
		FUZZ_CHECK(!padded);
	at = in;
	if (der_get_int64(&at, DER_INTEGER, &v) != 0)
		REFUSED_WHOLE(at, in);
	at = in;
	if (der_get_boolean(&at, &flag, NULL) != 0)
		REFUSED_WHOLE(at, in);
	at = in;
	if (der_get_bits(&at, &content, &unused, NULL) == 0)
		FUZZ_CHECK(unused < 8 && (unused == 0 || content.n > 0));
	else
		REFUSED_WHOLE(at, in);
	at = in;
	if (der_get_time(&at, &v, &flag) != 0)
		REFUSED_WHOLE(at, in);
	FUZZ_CHECK(der_get_optional(&at, DER_SEQUENCE, &content) >= -1);
	FUZZ_CHECK(der_why(in) != NULL);
}

static void written_again(uint8_t tag, struct span content, struct span whole)
{
	uint8_t header[DER_HEADER_MAX];
	size_t n = der_put_header(header, tag, content.n);

	FUZZ_CHECK(n + content.n == whole.n);
	FUZZ_CHECK(memcmp(header, whole.p, n) == 0);
}

static void walk(struct span in, unsigned depth)
{
	while (in.n > 0) {
		struct span before = in, content = SPAN_NONE, whole = SPAN_NONE;
		size_t measured = 0;
		uint8_t tag = 0;

		typed_readers(in);
		if (der_get_any(&in, &tag, &content, &whole) != 0) {
			REFUSED_WHOLE(in, before);
			return;
		}
		inside(before, whole);
		inside(whole, content);
		FUZZ_CHECK(whole.p == before.p && whole.p + whole.n == in.p);
		FUZZ_CHECK(whole.n + in.n == before.n);
		FUZZ_CHECK(der_measure(before, &measured) == 0 && measured == whole.n);
		if ((tag & 0x1f) != 0x1f)
			written_again(tag, content, whole);
		if (depth < DEPTH)
			walk(content, depth + 1);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	walk(span_of(data, size), 0);
	return 0;
}
