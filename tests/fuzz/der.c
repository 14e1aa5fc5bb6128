/* The cursor, on every element as deep as there is any: what it takes, and nothing else, must be what a
 * slow reader of X.690, 8.1 and 10.1 takes, lie in the input, and be the bytes that are written again,
 * since DER has one form. */
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

/* The header at the front: its length and the content's, or false when it is not DER or does not fit. */
static bool slow_header(struct span in, size_t *head, size_t *content)
{
	size_t at = 1, octets, n = 0;
	uint64_t tag = 0;

	if (in.n < 2)
		return false;
	if ((in.p[0] & 0x1f) == 0x1f) { /* 8.1.2.4: in sevens, the first not zero */
		if (in.p[1] == 0x80)
			return false;
		do {
			if (at == in.n)
				return false;
			tag = tag * 128 + (in.p[at] & 0x7f);
			if (tag > INT32_MAX) /* no more has a place in libtasn1 */
				return false;
		} while (in.p[at++] >= 0x80);
		if (tag < 31 || at == in.n)
			return false;
	}
	octets = in.p[at] & 0x7f;
	if (in.p[at++] < 0x80) {
		n = octets;
	} else {
		if (octets == 0 || octets > 8 || octets > in.n - at || in.p[at] == 0)
			return false;
		for (size_t i = 0; i < octets; i++)
			n = n * 256 + in.p[at++];
		if (n < 0x80)
			return false;
	}
	*head = at;
	*content = n;
	return n <= in.n - at;
}

static void typed_readers(struct span in)
{
	struct span at = in, content = SPAN_NONE;
	bool flag = false, padded = false;
	unsigned unused = 0;
	int64_t v = 0;
	int there;

	if (der_get_integer(&at, &content, &padded) == 0)
		FUZZ_CHECK(content.n > 0 && padded == !der_integer_sound(content));
	else
		REFUSED_WHOLE(at, in);
	at = in;
	if (der_get_integer(&at, &content, NULL) == 0)
		FUZZ_CHECK(!padded && der_integer_sound(content));
	at = in;
	if (der_get_int64(&at, DER_INTEGER, &v) != 0)
		REFUSED_WHOLE(at, in);
	at = in;
	if (der_get_boolean(&at, &flag, NULL) != 0)
		REFUSED_WHOLE(at, in);
	at = in;
	if (der_get_bits(&at, &content, &unused, NULL) == 0)
		FUZZ_CHECK(unused < 8 && (unused == 0 || content.n > 0) &&
			   der_bits_sound(span_of(content.p - 1, content.n + 1)));
	else
		REFUSED_WHOLE(at, in);
	at = in;
	if (der_get_time(&at, &v, &flag) != 0)
		REFUSED_WHOLE(at, in);
	at = in;
	there = der_get_optional(&at, DER_SEQUENCE, &content);
	FUZZ_CHECK((there == 0) == (in.p[0] != DER_SEQUENCE));
	FUZZ_CHECK(span_present(content) || there != 1);
	if (there != 1)
		REFUSED_WHOLE(at, in);
	/* "tag 0x30" where one can be read, or why none can */
	at = in;
	FUZZ_CHECK((strncmp(der_why(in), "tag 0x", 6) == 0) == (der_get_any(&at, NULL, NULL, NULL) == 0));
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
		size_t measured = 0, slow_head = 0, slow_content = 0;
		bool slow = slow_header(in, &slow_head, &slow_content);
		uint8_t tag = 0;

		typed_readers(in);
		if (der_get_any(&in, &tag, &content, &whole) != 0) {
			REFUSED_WHOLE(in, before);
			FUZZ_CHECK(!slow);
			return;
		}
		FUZZ_CHECK(slow && whole.n == slow_head + slow_content && content.n == slow_content);
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
