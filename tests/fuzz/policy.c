/* The policy reader; what it takes, printed and read back, must be the same policy. */
#include "tests/fuzz/fuzz.h"

#include "judge/policyfile.h"

/* Comments tell places, which differ the second time. */
static size_t without_comments(struct buf *b)
{
	size_t n = 0;
	int quoted = 0;

	for (size_t i = 0; i < b->n; i++) {
		if (quoted && b->p[i] == '\\') {
			b->p[n++] = b->p[i++];
		} else if (b->p[i] == '\'') {
			quoted = !quoted;
		} else if (!quoted && b->p[i] == '#') {
			while (b->p[i] != '\n')
				i++;
		}
		b->p[n++] = b->p[i];
	}
	return n;
}

static void round_trip(const struct policy *p)
{
	struct buf first, second;
	struct policy again;
	struct err e;

	buf_init(&first);
	buf_init(&second);
	FUZZ_CHECK(policy_init(&again, &e) == 0);
	FUZZ_CHECK(policy_print(p, &first, &e) == 0);
	if (policy_read_text(&again, buf_span(&first), "again", &e) != 0) {
		fprintf(stderr, "%s\n%.*s", e.text, (int)first.n, (char *)first.p);
		abort();
	}
	FUZZ_CHECK(policy_print(&again, &second, &e) == 0);
	first.n = without_comments(&first);
	second.n = without_comments(&second);
	FUZZ_CHECK(span_equal(buf_span(&first), buf_span(&second)));
	buf_wipe(&first);
	buf_wipe(&second);
	policy_wipe(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct policy p;
	struct err e;

	FUZZ_CHECK(policy_init(&p, &e) == 0);
	if (policy_read_text(&p, span_of(data, size), "fuzz", &e) == 0)
		round_trip(&p);
	else
		FUZZ_CHECK(e.code == ERR_PARSE || e.code == ERR_LIMIT);
	policy_wipe(&p);
	return 0;
}
