#include "facts/feature.h"
#include "ground/der.h"

/* Values that are compared with each other when repetitions are looked for. */
#define REPEAT_WINDOW 64

const char *must_staple_text(enum must_staple m)
{
	static const char *const text[] = {"no", "yes", "malformed"};

	return text[m];
}

enum must_staple feature_must_staple(const struct feature_facts *f)
{
	if (f->malformed)
		return MUST_STAPLE_MALFORMED;
	return f->status_request ? MUST_STAPLE_YES : MUST_STAPLE_NO;
}

const char *feature_why(struct span value)
{
	struct span list;

	if (der_get(&value, DER_SEQUENCE, &list) != 0) {
		if (der_peek(value) == DER_SEQUENCE)
			return der_why(value);
		return value.n ? "not a SEQUENCE" : "no content at all";
	}
	if (!der_end(value))
		return "data behind the SEQUENCE";
	while (!der_end(list)) {
		struct span at = list;
		bool padded;

		if (der_peek(list) != DER_INTEGER)
			return "an element that is not an INTEGER";
		if (der_get_integer(&list, NULL, &padded) != 0) {
			if (der_get(&at, DER_INTEGER, NULL) == 0)
				return "an INTEGER without content";
			return der_why(at);
		}
		if (padded)
			return "an INTEGER with superfluous octets";
	}
	return NULL;
}

static void feature_add(struct span content, struct feature_facts *f)
{
	int64_t v;
	bool fits = feature_int(content, &v);

	f->values++;
	if (content.p[0] & 0x80)
		f->negative = true;
	else if (!fits || v > 65535)
		f->above_65535 = true;
	if (fits && v == FEATURE_STATUS_REQUEST)
		f->status_request = true;
	else if (fits && v == FEATURE_STATUS_REQUEST_V2)
		f->status_request_v2 = true;
	else
		f->other = true;
}

bool feature_decode(struct span value, struct feature_facts *f)
{
	const char *why = feature_why(value);
	struct span cursor = value, content, seen[REPEAT_WINDOW];
	bool inside = false;
	size_t n = 0;

	if (why) {
		if (!f->malformed)
			f->why = why;
		f->malformed = true;
		return false;
	}
	while (feature_next(&cursor, &inside, &content)) {
		feature_add(content, f);
		for (size_t i = 0; i < n && i < REPEAT_WINDOW; i++)
			if (span_equal(seen[i], content))
				f->repeated = true;
		if (n < REPEAT_WINDOW)
			seen[n] = content;
		n++;
	}
	if (n == 0)
		f->empty = true;
	return true;
}

bool feature_next(struct span *cursor, bool *inside, struct span *content)
{
	if (!*inside) {
		if (der_get(cursor, DER_SEQUENCE, cursor) != 0)
			return false;
		*inside = true;
	}
	return der_get_integer(cursor, content, NULL) == 0;
}

bool feature_int(struct span content, int64_t *out)
{
	uint64_t v;

	if (content.n == 0 || content.n > sizeof v)
		return false;
	v = content.p[0] & 0x80 ? UINT64_MAX : 0;
	for (size_t i = 0; i < content.n; i++)
		v = v << 8 | content.p[i];
	*out = (int64_t)v;
	return true;
}

/* Big-endian two's complement in as few octets as possible; returns how many. */
static size_t put_int(int64_t v, uint8_t out[8])
{
	uint64_t u = (uint64_t)v;
	size_t n = 8;

	while (n > 1) {
		uint8_t top = (uint8_t)(u >> 8 * (n - 1)), below = (uint8_t)(u >> 8 * (n - 2));

		if (!(top == 0x00 && below < 0x80) && !(top == 0xff && below >= 0x80))
			break;
		n--;
	}
	for (size_t i = 0; i < n; i++)
		out[i] = (uint8_t)(u >> 8 * (n - 1 - i));
	return n;
}

void feature_encode(struct buf *out, const int64_t *values, size_t n)
{
	uint8_t octets[8], header[DER_HEADER_MAX];
	size_t total = 0;

	for (size_t i = 0; i < n; i++)
		total += 2 + put_int(values[i], octets);
	buf_add_bytes(out, header, der_put_header(header, DER_SEQUENCE, total));
	for (size_t i = 0; i < n; i++) {
		size_t len = put_int(values[i], octets);

		buf_add_bytes(out, header, der_put_header(header, DER_INTEGER, len));
		buf_add_bytes(out, octets, len);
	}
}
