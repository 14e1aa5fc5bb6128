/*
 * Mutation that knows DER: one element of the tree is changed, and every length around it is
 * made right again, so that the parsers are reached behind their first check.  Input that does
 * not begin like DER is left to libFuzzer, and so is every eighth that does.
 */
#include "tests/fuzz/fuzz.h"

#include "ground/buf.h"
#include "ground/der.h"

#define DEPTH 40
#define NOWHERE UINT32_MAX

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size,
				 uint8_t *out, size_t max, unsigned seed);

static uint64_t random_state;

static uint32_t rnd(uint32_t below)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(random_state >> 33) % below;
}

/* A walk over all elements, numbered in the order of their headers. */
struct walk {
	uint32_t count;
	uint32_t target;    /* the one that is changed; NOWHERE */
	uint32_t picked_at; /* the one that is copied to `picked`; NOWHERE */
	struct span picked;
	struct span donor;  /* for the changes that need another element; or absent */
};

/* What an element holds that is DER again: everything in a constructed one; one whole element
 * in an OCTET STRING, or in a BIT STRING without unused bits. */
static bool holds_der(uint8_t tag, struct span content, struct span *prefix, struct span *inside)
{
	struct span rest;

	*prefix = span_of(content.p, 0);
	*inside = content;
	if (tag & 0x20)
		return true;
	if (tag == DER_BIT_STRING && content.n > 0 && content.p[0] == 0) {
		*prefix = span_of(content.p, 1);
		*inside = span_from(content, 1);
	} else if (tag != DER_OCTET_STRING) {
		return false;
	}
	rest = *inside;
	return der_get_any(&rest, NULL, NULL, NULL) == 0 && rest.n == 0;
}

static void put(struct buf *out, uint8_t tag, struct span content)
{
	uint8_t header[DER_HEADER_MAX];

	buf_add_bytes(out, header, der_put_header(header, tag, content.n));
	buf_add(out, content);
}

/* Values on which parsers have failed before. */
static struct span interesting(void)
{
	static const struct {
		const char *p;
		size_t n;
	} values[] = {
		{"\x02\x01\x00", 3}, {"\x02\x01\x05", 3}, {"\x02\x01\x11", 3}, {"\x02\x01\xff", 3},
		{"\x02\x02\x00\x05", 4}, {"\x02\x00", 2}, {"\x02\x09\x00\xff\xff\xff\xff\xff\xff\xff\xff", 11},
		{"\x02\x08\x7f\xff\xff\xff\xff\xff\xff\xff", 10}, {"\x01\x01\xff", 3}, {"\x01\x01\x01", 3},
		{"\x01\x01\x00", 3}, {"\x05\x00", 2}, {"\x03\x01\x00", 3}, {"\x03\x02\x07\xff", 4},
		{"\x03\x00", 2}, {"\x04\x00", 2}, {"\x06\x00", 2}, {"\x06\x01\x80", 3}, {"\x30\x00", 2},
		{"\x31\x00", 2}, {"\x0a\x01\x00", 3}, {"\x0a\x01\x06", 3}, {"\x80\x00", 2}, {"\xa0\x00", 2},
		{"\x30\x03\x02\x01\x05", 5}, {"\x30\x06\x02\x01\x05\x02\x01\x06", 8},
		{"\x17\x0d" "500101000000Z", 15}, {"\x18\x0f" "99991231235959Z", 17},
		{"\x18\x0f" "20230229000000Z", 17}, {"\x06\x08\x2b\x06\x01\x05\x05\x07\x01\x18", 10},
		{"\x06\x09\x2b\x06\x01\x05\x05\x07\x30\x01\x02", 11}, {"\x1f\x81\x00\x00", 4},
	};
	uint32_t i = rnd(sizeof values / sizeof values[0]);

	return span_of(values[i].p, values[i].n);
}

static void mutate_content(struct buf *out, uint8_t tag, struct span content)
{
	size_t max = content.n + 32;
	uint8_t *copy = malloc(max);
	size_t n;

	if (!copy)
		return;
	memcpy(copy, content.p, content.n);
	n = LLVMFuzzerMutate(copy, content.n, max);
	put(out, tag, span_of(copy, n));
	free(copy);
}

static void odd_length(struct buf *out, uint8_t tag, struct span content)
{
	uint8_t header[] = {tag, 0x82, (uint8_t)(content.n >> 8), (uint8_t)content.n};

	switch (rnd(4)) {
	case 0:
		buf_add_bytes(out, header, sizeof header);
		break;
	case 1:
		header[1] = 0x80;
		buf_add_bytes(out, header, 2);
		break;
	case 2:
		header[1] = (uint8_t)(content.n + 1);
		buf_add_bytes(out, header, 2);
		break;
	default:
		header[1] = 0x84;
		buf_add_bytes(out, header, sizeof header);
	}
	buf_add(out, content);
}

static uint8_t another_tag(uint8_t tag)
{
	static const uint8_t tags[] = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0a, 0x0c, 0x13, 0x14,
				       0x16, 0x17, 0x18, 0x1c, 0x1e, 0x30, 0x31, 0x80, 0x81, 0x82,
				       0x86, 0x87, 0xa0, 0xa1, 0xa2, 0xa3, 0xa4};

	return rnd(4) ? tags[rnd(sizeof tags)] : (uint8_t)(tag ^ 1u << rnd(8));
}

static void change(struct walk *w, struct buf *out, uint8_t tag, struct span content,
		   struct span whole)
{
	struct span other = w->donor.p ? w->donor : interesting();

	switch (rnd(14)) {
	case 0:
		break; /* gone */
	case 1:
		buf_add(out, whole);
		buf_add(out, whole);
		break;
	case 2:
		put(out, another_tag(tag), content);
		break;
	case 3:
		buf_add(out, other);
		break;
	case 4:
		buf_add(out, other);
		buf_add(out, whole);
		break;
	case 5:
		buf_add(out, whole);
		buf_add(out, interesting());
		break;
	case 6:
		put(out, tag, span_of(content.p, 0));
		break;
	case 7:
		put(out, tag, interesting());
		break;
	case 8:
		buf_add(out, interesting());
		break;
	case 9:
		put(out, rnd(2) ? DER_SEQUENCE : another_tag(tag), whole);
		break;
	case 10:
		buf_add(out, content); /* unwrapped */
		break;
	case 11:
		odd_length(out, tag, content);
		break;
	default:
		mutate_content(out, tag, content);
	}
}

static void copy_elements(struct walk *w, struct buf *out, struct span in, unsigned depth)
{
	while (in.n > 0) {
		struct span content, whole, prefix, inside;
		struct buf nested;
		uint8_t tag;

		if (depth > DEPTH || der_get_any(&in, &tag, &content, &whole) != 0) {
			buf_add(out, in);
			return;
		}
		if (w->count == w->picked_at)
			w->picked = whole;
		if (w->count++ == w->target) {
			change(w, out, tag, content, whole);
			continue;
		}
		if ((tag & 0x1f) == 0x1f || !holds_der(tag, content, &prefix, &inside)) {
			buf_add(out, whole);
			continue;
		}
		buf_init(&nested);
		buf_add(&nested, prefix);
		copy_elements(w, &nested, inside, depth + 1);
		put(out, tag, buf_span(&nested));
		buf_wipe(&nested);
	}
}

static uint32_t count_elements(struct span in, uint32_t pick, struct span *picked)
{
	struct walk w = {0, NOWHERE, pick, SPAN_NONE, SPAN_NONE};
	struct buf out;

	buf_init(&out);
	copy_elements(&w, &out, in, 0);
	buf_wipe(&out);
	if (picked)
		*picked = w.picked;
	return w.count;
}

static bool looks_like_der(struct span in)
{
	return der_get_any(&in, NULL, NULL, NULL) == 0;
}

/* Changes one element of `in`; the other that may be put there comes from `from`. */
static size_t mutate(struct span in, struct span from, uint8_t *out, size_t max)
{
	uint32_t count = count_elements(in, NOWHERE, NULL);
	uint32_t donors = count_elements(from, NOWHERE, NULL);
	struct walk w = {0, rnd(count), NOWHERE, SPAN_NONE, SPAN_NONE};
	struct buf b;
	size_t n;

	if (donors > 0)
		count_elements(from, rnd(donors), &w.donor);
	buf_init(&b);
	copy_elements(&w, &b, in, 0);
	n = b.failed || b.n > max ? 0 : b.n;
	if (n > 0)
		memcpy(out, b.p, n);
	buf_wipe(&b);
	return n;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	struct span in = span_of(data, size);
	size_t n = 0;

	random_state = seed;
	if (size > 0 && looks_like_der(in) && rnd(8) != 0)
		n = mutate(in, in, data, max);
	return n > 0 ? n : LLVMFuzzerMutate(data, size, max);
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size,
				 uint8_t *out, size_t max, unsigned seed)
{
	random_state = seed;
	if (a_size == 0 || !looks_like_der(span_of(a, a_size)))
		return 0;
	return mutate(span_of(a, a_size), span_of(b, b_size), out, max);
}
