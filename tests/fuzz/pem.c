/* PEM against a slow reader of the same rules, in one piece and cut where the first byte says. */
#include "tests/fuzz/fuzz.h"

#include "ground/pem.h"
#include "ground/pem_wide.h"
#include "tests/fuzz/support/slow_pem.h"

#define MAX_BLOCKS 256

static size_t damage_letter(const char *damage)
{
	static const struct {
		const char *text;
		char letter;
	} letters[] = {{"no END line", 'L'},
		       {"END label differs", 'D'},
		       {"another BEGIN inside", 'X'},
		       {"END without BEGIN", 'E'}};

	for (size_t i = 0; damage && i < 4; i++)
		if (strcmp(letters[i].text, damage) == 0)
			return (size_t)letters[i].letter;
	return damage ? '?' : 0;
}

static void decode_with(pem_wide_decode *wide, struct span body)
{
	uint8_t *out = malloc(body.n / 4 * 3 + 3), *want = malloc(body.n + 1);
	const char *damage = NULL;
	ptrdiff_t n, wanted;

	FUZZ_CHECK(out && want);
	n = pem_decode_with(wide, body, out, &damage);
	wanted = slow_decode(body.p, body.n, want);
	FUZZ_CHECK(n == wanted);
	FUZZ_CHECK((n < 0) == (damage != NULL));
	FUZZ_CHECK(n <= 0 || memcmp(out, want, (size_t)n) == 0);
	free(out);
	free(want);
}

static void decode(struct span body)
{
	decode_with(NULL, body);
	for (size_t i = 0; pem_wide_get(i); i++)
		decode_with(pem_wide_get(i), body);
}

static void same(const struct pem_block *b, size_t base, struct span all, struct slow_block want)
{
	FUZZ_CHECK(base + b->offset == want.offset);
	FUZZ_CHECK(b->text.n == want.text_n);
	FUZZ_CHECK(b->body.n == want.body_n);
	FUZZ_CHECK(b->label.n == want.label_n);
	FUZZ_CHECK(damage_letter(b->damage) == want.damage);
	FUZZ_CHECK(b->text.p == all.p + want.offset);
	FUZZ_CHECK(b->body.p == all.p + want.body_at);
}

/* Windows that grow by `step` bytes whenever more is asked for. */
static void stream(struct span all, const struct slow_block *want, size_t count, size_t step)
{
	size_t base = 0, end = step < all.n ? step : all.n, seen = 0;

	for (;;) {
		struct span window = span_of(all.p + base, end - base);
		struct pem_block b;
		size_t before = window.n;
		enum pem_next next = pem_next(&window, end == all.n, &b);

		if (next == PEM_BLOCK) {
			FUZZ_CHECK(seen < count || count == MAX_BLOCKS);
			if (seen == count)
				return;
			same(&b, base, all, want[seen++]);
		}
		base += before - window.n;
		if (next == PEM_END)
			break;
		if (next == PEM_MORE) {
			FUZZ_CHECK(end < all.n);
			end = all.n - end < step ? all.n : end + step;
		}
	}
	FUZZ_CHECK(seen == count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slow_block want[MAX_BLOCKS] = {0};
	struct span all = span_of(data, size);
	size_t count = slow_blocks((const char *)data, size, want, MAX_BLOCKS);
	bool begins = false;

	stream(all, want, count, size + 1);
	if (size > 0)
		stream(all, want, count, 1 + data[0] % 97u);
	for (size_t i = 0; i < count; i++) {
		decode(span_of(data + want[i].body_at, want[i].body_n));
		begins |= want[i].damage != 'E';
	}
	FUZZ_CHECK(pem_present(all) == begins || count == MAX_BLOCKS);
	return 0;
}
