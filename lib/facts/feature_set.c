#include "facts/feature.h"

static bool is_small(struct span content, unsigned *v)
{
	int64_t wide;

	if (!feature_int(content, &wide) || wide < 0 || wide > 65535)
		return false;
	*v = (unsigned)wide;
	return true;
}

bool feature_set_has(const struct feature_set *set, struct span content)
{
	unsigned v;

	if (is_small(content, &v))
		return set->bit[v / 8] >> v % 8 & 1;
	for (size_t i = 0; i < set->n; i++)
		if (span_equal(set->large[i], content))
			return true;
	return false;
}

bool feature_set_add(struct feature_set *set, struct span content)
{
	unsigned v;

	if (feature_set_has(set, content))
		return false;
	if (is_small(content, &v)) {
		set->bit[v / 8] |= (uint8_t)(1u << v % 8);
	} else if (set->n < FEATURE_LARGE_MAX && content.n <= FEATURE_OCTETS_MAX) {
		set->large[set->n++] = content;
	} else {
		set->left_out++;
		return false;
	}
	return true;
}

/* Digits come out lowest first, nine at a time, by long division of the magnitude. */
void feature_decimal(struct buf *out, struct span content)
{
	uint32_t groups[FEATURE_OCTETS_MAX * 8 / 29 + 1];
	uint8_t m[FEATURE_OCTETS_MAX];
	size_t n = content.n, first = 0, count = 0;
	bool negative = n > 0 && content.p[0] & 0x80;
	unsigned carry = 1;

	if (n == 0 || n > sizeof m)
		return;
	memcpy(m, content.p, n);
	for (size_t i = n; negative && i-- > 0; carry >>= 8) {
		carry += (uint8_t)~m[i];
		m[i] = (uint8_t)carry;
	}
	do {
		uint64_t rest = 0;

		for (size_t i = first; i < n; i++) {
			rest = rest << 8 | m[i];
			m[i] = (uint8_t)(rest / 1000000000);
			rest %= 1000000000;
		}
		groups[count++] = (uint32_t)rest;
		while (first < n && m[first] == 0)
			first++;
	} while (first < n);
	if (negative)
		buf_add_byte(out, '-');
	buf_printf(out, "%u", groups[--count]);
	while (count > 0)
		buf_printf(out, "%09u", groups[--count]);
}

bool feature_superset(struct span lower, struct span upper, int64_t *missing)
{
	struct feature_set set = {.n = 0};
	struct span content;
	bool inside = false;

	if (missing)
		*missing = 0;
	if (!span_present(upper))
		return true;
	if (feature_why(upper) || (span_present(lower) && feature_why(lower)))
		return false;
	if (span_present(lower))
		while (feature_next(&lower, &inside, &content))
			feature_set_add(&set, content);
	for (inside = false; feature_next(&upper, &inside, &content);) {
		if (feature_set_has(&set, content))
			continue;
		if (missing && !feature_int(content, missing))
			*missing = 0;
		return false;
	}
	return true;
}
