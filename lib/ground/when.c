#include "ground/when.h"

#define DAY 86400
#define YEAR_MAX 9999

/* Days from 1970-01-01 to 0000-01-01 and to the day after 9999-12-31. */
#define FIRST_DAY (-719528)
#define END_DAY 2932897

static const unsigned char month_days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

struct fields {
	int year, month, day, hour, minute, second;
};

static bool leap_year(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_of_month(int year, int month)
{
	return month == 2 && leap_year(year) ? 29 : month_days[month - 1];
}

/*
 * The year is taken to begin in March, so that the leap day is its last and the months before
 * it follow one pattern of 153 days in five months.  Years from 0000 on; the shift by 400 years
 * keeps every quotient positive.
 */
static int64_t days_from_civil(int year, int month, int day)
{
	unsigned y = (unsigned)year + 400 - (month <= 2);
	unsigned m = (unsigned)(month > 2 ? month - 3 : month + 9);

	return (int64_t)(y * 365 + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5) + day - 1 - 865565;
}

static bool fields_valid(const struct fields *f)
{
	return f->year >= 0 && f->year <= YEAR_MAX && f->month >= 1 && f->month <= 12 &&
	       f->day >= 1 && f->day <= days_of_month(f->year, f->month) && f->hour >= 0 &&
	       f->hour <= 23 && f->minute >= 0 && f->minute <= 59 && f->second >= 0 &&
	       f->second <= 59;
}

static int64_t fields_seconds(const struct fields *f)
{
	return days_from_civil(f->year, f->month, f->day) * DAY + f->hour * 3600 + f->minute * 60 +
	       f->second;
}

static bool in_calendar(int64_t t)
{
	return t >= (int64_t)FIRST_DAY * DAY && t < (int64_t)END_DAY * DAY;
}

/* Takes exactly `count` digits from the front of *s; -1 and nothing taken otherwise. */
static int take_digits(struct span *s, size_t count)
{
	int v = 0;

	if (s->n < count)
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (s->p[i] < '0' || s->p[i] > '9')
			return -1;
		v = v * 10 + (s->p[i] - '0');
	}
	*s = span_from(*s, count);
	return v;
}

static bool take_byte(struct span *s, uint8_t c)
{
	if (s->n == 0 || s->p[0] != c)
		return false;
	*s = span_from(*s, 1);
	return true;
}

/* RFC 5280, 4.1.2.5.1: YY of 50 and more is 19YY. */
static int century(int yy)
{
	return yy >= 50 ? 1900 : 2000;
}

static int take_year(struct span *s, bool two_digits)
{
	int y = take_digits(s, two_digits ? 2 : 4);

	return two_digits && y >= 0 ? y + century(y) : y;
}

/* Eight digits as four numbers, the first of them lowest, each in 16 bits; false: they are none. */
static inline bool four_pairs(const uint8_t *p, uint64_t *out)
{
	const uint64_t highs = 0xf0f0f0f0f0f0f0f0, zeros = 0x3030303030303030, six = 0x0606060606060606;
	uint64_t v;

	memcpy(&v, p, 8);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	v = __builtin_bswap64(v);
#endif
	if (((v & highs) ^ zeros) | (((v + six) & highs) ^ zeros))
		return false;
	v -= zeros;
	*out = (v * 10 + (v >> 8)) & 0x00ff00ff00ff00ff;
	return true;
}

static inline int pair(uint64_t pairs, unsigned i)
{
	return (int)(pairs >> 16 * i & 0xff);
}

static inline int strict_time(struct span s, bool utc, int64_t *out)
{
	uint64_t first, last;
	struct fields f;

	if (s.n != (utc ? 13 : 15) || s.p[s.n - 1] != 'Z' || !four_pairs(s.p, &first) ||
	    !four_pairs(s.p + s.n - 9, &last))
		return -1;
	f.year = utc ? century(pair(first, 0)) + pair(first, 0) : pair(first, 0) * 100 + pair(first, 1);
	f.month = pair(first, utc ? 1 : 2);
	f.day = pair(last, 0);
	f.hour = pair(last, 1);
	f.minute = pair(last, 2);
	f.second = pair(last, 3);
	if (!fields_valid(&f))
		return -1;
	*out = fields_seconds(&f);
	return 0;
}

int when_from_utctime(struct span content, int64_t *out)
{
	return strict_time(content, true, out);
}

int when_from_generalizedtime(struct span content, int64_t *out)
{
	return strict_time(content, false, out);
}

/* A decimal fraction of `unit` seconds, if one stands here; whole seconds of it. */
static int take_fraction(struct span *s, int unit, int *seconds)
{
	int64_t value = 0, scale = 1;
	size_t digits = 0;

	*seconds = 0;
	if (!take_byte(s, '.') && !take_byte(s, ','))
		return 0;
	for (int d; (d = take_digits(s, 1)) >= 0; digits++) {
		if (digits < 9) {
			value = value * 10 + d;
			scale *= 10;
		}
	}
	*seconds = (int)(value * unit / scale);
	return digits > 0 ? 0 : -1;
}

/* Z, +hh[mm], -hh[mm] (with or without a colon), or nothing, which is taken as UTC. */
static int take_zone(struct span *s, bool colon, int *offset)
{
	int sign, hours, minutes = 0;

	*offset = 0;
	if (s->n == 0 || take_byte(s, 'Z'))
		return 0;
	if (take_byte(s, '+'))
		sign = 1;
	else if (take_byte(s, '-'))
		sign = -1;
	else
		return -1;
	hours = take_digits(s, 2);
	if (colon && !take_byte(s, ':'))
		return -1;
	if (colon || s->n > 0)
		minutes = take_digits(s, 2);
	if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
		return -1;
	*offset = sign * (hours * 3600 + minutes * 60);
	return 0;
}

static int finish_time(const struct fields *f, int64_t shift, int64_t *out)
{
	int64_t t;

	if (!fields_valid(f))
		return -1;
	t = fields_seconds(f) + shift;
	if (!in_calendar(t))
		return -1;
	*out = t;
	return 0;
}

int when_from_lax_time(uint8_t tag, struct span content, int64_t *out)
{
	struct fields f = {0};
	int fraction = 0, offset = 0, unit = 3600;
	struct span s = content;

	if (tag != 0x17 && tag != 0x18)
		return -1;
	f.year = take_year(&s, tag == 0x17);
	f.month = take_digits(&s, 2);
	f.day = take_digits(&s, 2);
	f.hour = take_digits(&s, 2);
	if (s.n > 0 && s.p[0] >= '0' && s.p[0] <= '9') {
		f.minute = take_digits(&s, 2);
		unit = 60;
		if (s.n > 0 && s.p[0] >= '0' && s.p[0] <= '9') {
			f.second = take_digits(&s, 2);
			unit = 1;
		}
	}
	if (take_fraction(&s, unit, &fraction) != 0 || take_zone(&s, false, &offset) != 0 || s.n != 0)
		return -1;
	return finish_time(&f, fraction - offset, out);
}

/* RFC 3339, 5.6; a time needs its zone here, T and Z may be small letters. */
static int parse_rfc3339(struct span s, int64_t *out)
{
	struct fields f = {0};
	int fraction, offset = 0;

	f.year = take_digits(&s, 4);
	if (!take_byte(&s, '-'))
		return -1;
	f.month = take_digits(&s, 2);
	if (!take_byte(&s, '-'))
		return -1;
	f.day = take_digits(&s, 2);
	if (s.n == 0)
		return finish_time(&f, 0, out);
	if (!take_byte(&s, 'T') && !take_byte(&s, 't') && !take_byte(&s, ' '))
		return -1;
	f.hour = take_digits(&s, 2);
	if (!take_byte(&s, ':'))
		return -1;
	f.minute = take_digits(&s, 2);
	if (!take_byte(&s, ':'))
		return -1;
	f.second = take_digits(&s, 2);
	if (s.n > 0 && s.p[0] == ',')
		return -1;
	if (take_fraction(&s, 1, &fraction) != 0 || s.n == 0)
		return -1;
	if (!take_byte(&s, 'z') && take_zone(&s, true, &offset) != 0)
		return -1;
	return s.n == 0 ? finish_time(&f, -offset, out) : -1;
}

static int parse_seconds(struct span s, int64_t *out)
{
	bool negative = take_byte(&s, '-');
	int64_t v = 0;

	if (s.n == 0 || s.n > 15)
		return -1;
	while (s.n > 0) {
		int d = take_digits(&s, 1);

		if (d < 0)
			return -1;
		v = v * 10 + d;
	}
	v = negative ? -v : v;
	if (!in_calendar(v))
		return -1;
	*out = v;
	return 0;
}

int when_parse(const char *text, int64_t *out, struct err *e)
{
	struct span s = span_str(text);

	if (take_byte(&s, '@') ? parse_seconds(s, out) == 0 : parse_rfc3339(s, out) == 0)
		return 0;
	return err_set(e, ERR_USAGE,
		       "time '%.100s': neither RFC 3339 (2026-11-21T09:08:07Z, or a date alone) nor "
		       "@SECONDS, within the years 0000 to 9999",
		       text ? text : "");
}

struct civil {
	uint32_t year, month, day;
};

/* Whole days from 1970-01-01 on, downward. */
static inline int64_t day_of(int64_t t)
{
	return t / DAY - (t % DAY < 0);
}

/*
 * Days from 0000-03-01, less one era of 400 years, in whole eras.  As Cassio Neri and Lorenz
 * Schneider do it (Euclidean affine functions and their application to calendar algorithms, 2022):
 * the two divisions by four years and by five months are one multiplication each, of which the
 * upper half is the quotient and the lower half what remains.
 */
static inline struct civil civil_of(int64_t days)
{
	uint32_t n = (uint32_t)(days + 719468 + 146097) * 4 + 3;
	uint32_t century_of_it = n / 146097;
	uint64_t years = UINT64_C(2939745) * (n % 146097 | 3);
	uint32_t in_year = (uint32_t)years / 2939745 / 4;
	uint32_t months = 2141 * in_year + 197913;
	uint32_t next = in_year >= 306; /* January and February are of the next year */

	return (struct civil){century_of_it * 100 + (uint32_t)(years >> 32) + next - 400,
			      (months >> 16) - 12 * next, (months & 0xffff) / 2141 + 1};
}

void when_civil(int64_t t, int *year, int *month, int *day)
{
	struct civil c = civil_of(day_of(t));

	*year = (int)c.year;
	*month = (int)c.month;
	*day = (int)c.day;
}

#define TEN(t) t "0" t "1" t "2" t "3" t "4" t "5" t "6" t "7" t "8" t "9"

/* 0 to 99 */
static inline void put2(char *p, uint32_t v)
{
	static const char pairs[] = TEN("0") TEN("1") TEN("2") TEN("3") TEN("4") TEN("5") TEN("6")
		TEN("7") TEN("8") TEN("9");

	memcpy(p, pairs + 2 * v, 2);
}

char *when_format(int64_t t, char out[WHEN_TEXT_SIZE])
{
	struct civil c;
	uint32_t second;
	int64_t days;

	out[0] = '\0';
	if (t == WHEN_NONE || !in_calendar(t))
		return out;
	days = day_of(t);
	second = (uint32_t)(t - days * DAY);
	c = civil_of(days);
	memcpy(out, "....-..-..T..:..:..Z", WHEN_TEXT_SIZE);
	put2(out, c.year / 100);
	put2(out + 2, c.year % 100);
	put2(out + 5, c.month);
	put2(out + 8, c.day);
	put2(out + 11, second / 3600);
	put2(out + 14, second / 60 % 60);
	put2(out + 17, second % 60);
	return out;
}
