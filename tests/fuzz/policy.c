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

/* libConfuse 3.3 never frees the arguments of a call that breaks off, and the one call is include():
 * of texts that have it, the leaks are not counted (lsan_interface.h; there only under ASan). */
__attribute__((weak)) void __lsan_disable(void);
__attribute__((weak)) void __lsan_enable(void);

static int read_text(struct policy *p, struct span text, struct err *e)
{
	bool calls = __lsan_disable && __lsan_enable && memmem(text.p, text.n, "include", 7);
	int rc;

	if (calls)
		__lsan_disable();
	rc = policy_read_text(p, text, "fuzz", e);
	if (calls)
		__lsan_enable();
	return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct policy p;
	struct err e;

	FUZZ_CHECK(policy_init(&p, &e) == 0);
	if (read_text(&p, span_of(data, size), &e) == 0)
		round_trip(&p);
	else
		FUZZ_CHECK(e.code == ERR_PARSE || e.code == ERR_LIMIT);
	policy_wipe(&p);
	return 0;
}
