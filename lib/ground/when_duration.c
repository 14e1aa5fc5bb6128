#include "ground/when.h"

#define DAY 86400

/* Longer than all of the calendar, so that no sum of a time and a length overflows. */
#define DURATION_MAX ((int64_t)3652425 * DAY)

static const struct unit {
	char letter;
	int64_t seconds;
} units[] = {{'w', 7 * DAY}, {'d', DAY}, {'h', 3600}, {'m', 60}, {'s', 1}};

#define UNITS (sizeof units / sizeof units[0])
#define FIRST_SHOWN 1 /* days: nobody thinks of 90 days as of 12 weeks and 6 days */

static int64_t unit_seconds(uint8_t letter)
{
	for (size_t i = 0; i < UNITS; i++)
		if ((uint8_t)units[i].letter == letter)
			return units[i].seconds;
	return -1;
}

/* All of s, which must be digits, at most 12 of them. */
static int64_t number(struct span s)
{
	int64_t v = 0;

	if (s.n == 0 || s.n > 12)
		return -1;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return -1;
		v = v * 10 + (s.p[i] - '0');
	}
	return v;
}

static int parse(struct span s, bool allow_share, struct duration *out)
{
	int64_t v, unit;

	if (s.n == 1 && s.p[0] == '0') {
		*out = (struct duration){0, -1};
		return 0;
	}
	v = s.n > 0 ? number(span_of(s.p, s.n - 1)) : -1;
	if (v < 0)
		return -1;
	if (s.p[s.n - 1] == '%') {
		if (!allow_share || v > 100)
			return -1;
		*out = (struct duration){0, (int)v};
		return 0;
	}
	unit = unit_seconds(s.p[s.n - 1]);
	if (unit < 0 || v > DURATION_MAX / unit)
		return -1;
	*out = (struct duration){v * unit, -1};
	return 0;
}

int when_duration_parse(const char *text, bool allow_share, struct duration *out, struct err *e)
{
	if (parse(span_str(text), allow_share, out) == 0)
		return 0;
	return err_set(e, ERR_USAGE,
		       "duration '%.100s': not a number with s, m, h, d or w (90s, 15m, 24h, 7d)%s, up "
		       "to 10000 years",
		       text ? text : "", allow_share ? ", nor a share of 0% to 100%" : "");
}

/* "12d" at p; returns where its NUL stands. */
static char *put(char *p, uint64_t v, char letter)
{
	char text[24];
	size_t at = sizeof text;

	do {
		text[--at] = (char)('0' + v % 10);
		v /= 10;
	} while (v > 0);
	memcpy(p, text + at, sizeof text - at);
	p += sizeof text - at;
	*p++ = letter;
	*p = '\0';
	return p;
}

static uint64_t magnitude(int64_t v)
{
	return v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
}

char *when_duration_format(struct duration d, char out[WHEN_DURATION_SIZE])
{
	uint64_t v = magnitude(d.seconds);
	size_t i = FIRST_SHOWN;
	char *p = out;

	if (d.percent >= 0) {
		put(p, (uint64_t)d.percent, '%');
		return out;
	}
	while (i + 1 < UNITS && (v == 0 || v % (uint64_t)units[i].seconds != 0))
		i++;
	if (d.seconds < 0)
		*p++ = '-';
	put(p, v / (uint64_t)units[i].seconds, units[i].letter);
	return out;
}

char *when_duration_human(int64_t seconds, char out[WHEN_DURATION_SIZE])
{
	uint64_t v = magnitude(seconds);
	size_t i = FIRST_SHOWN;
	char *p = out;

	if (seconds < 0)
		*p++ = '-';
	while (i + 1 < UNITS && v < (uint64_t)units[i].seconds)
		i++;
	p = put(p, v / (uint64_t)units[i].seconds, units[i].letter);
	v %= (uint64_t)units[i].seconds;
	if (++i < UNITS && v >= (uint64_t)units[i].seconds) {
		*p++ = ' ';
		put(p, v / (uint64_t)units[i].seconds, units[i].letter);
	}
	return out;
}

int64_t when_duration_resolve(struct duration d, int64_t life)
{
	if (d.percent < 0)
		return d.seconds;
	return life / 100 * d.percent + life % 100 * d.percent / 100;
}
