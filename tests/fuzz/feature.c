/* The TLS Feature extension: what was decoded and is encoded again must be the same bytes, and
 * the superset rule must be one: reflexive, and never false for a list with more in it. */
#include "tests/fuzz/fuzz.h"

#include "facts/feature.h"

#define MAX_VALUES 64

static size_t values_of(struct span value, int64_t *v, bool *all_fit)
{
	struct span cursor = value, content;
	bool within = false;
	size_t n = 0;

	*all_fit = true;
	while (feature_next(&cursor, &within, &content)) {
		if (n == MAX_VALUES || !feature_int(content, &v[n]))
			*all_fit = false;
		else
			n++;
	}
	return n;
}

/* Has a set room for each of them? */
static bool has_room(struct span value)
{
	struct feature_set set = {.n = 0};
	bool within = false;
	struct span content;

	while (feature_next(&value, &within, &content))
		feature_set_add(&set, content);
	return set.left_out == 0;
}

static void well_formed(struct span value, const struct feature_facts *f)
{
	int64_t v[MAX_VALUES + 1], missing;
	struct buf again;
	bool all_fit, five = false;
	size_t n = values_of(value, v, &all_fit), less;

	FUZZ_CHECK(feature_superset(value, value, &missing) == has_room(value));
	FUZZ_CHECK(feature_superset(value, SPAN_NONE, &missing));
	if (!all_fit)
		return;
	FUZZ_CHECK(n == f->values);
	for (size_t i = 0; i < n; i++)
		five |= v[i] == FEATURE_STATUS_REQUEST;
	FUZZ_CHECK(five == f->status_request);
	buf_init(&again);
	feature_encode(&again, v, n);
	FUZZ_CHECK(span_equal(buf_span(&again), value));
	/* With one more value it is a superset of what it was. */
	buf_reset(&again);
	v[n] = 12345;
	feature_encode(&again, v, n + 1);
	FUZZ_CHECK(feature_superset(buf_span(&again), value, &missing));
	/* Without one of its values, the first wherever it stands, it is none; nor is an absent one. */
	less = 0;
	for (size_t i = 0; i < n; i++)
		if (v[i] != v[0] || i == 0)
			v[less++] = v[i];
	buf_reset(&again);
	if (n > 0)
		feature_encode(&again, v + 1, less - 1);
	missing = -1;
	FUZZ_CHECK(n == 0 || (!feature_superset(buf_span(&again), value, &missing) && missing == v[0]));
	FUZZ_CHECK(feature_superset(SPAN_NONE, value, &missing) == (n == 0));
	buf_wipe(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span value = span_of(data, size);
	struct feature_facts f = {0};
	bool good = feature_decode(value, &f);
	int64_t missing;

	FUZZ_CHECK(good == !f.malformed);
	FUZZ_CHECK((f.why != NULL) == f.malformed);
	f.extensions = 1;
	FUZZ_CHECK(good || feature_must_staple(&f) == MUST_STAPLE_MALFORMED);
	if (good)
		well_formed(value, &f);
	else
		FUZZ_CHECK(!feature_superset(value, value, &missing));
	return 0;
}
