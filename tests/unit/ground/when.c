#include "tests/unit/unit.h"

#include "ground/when.h"

#include <stdio.h>
#include <time.h>

static int64_t parsed(const char *text)
{
	struct err e = {0};
	int64_t t = 77;

	if (when_parse(text, &t, &e) != 0) {
		assert_int_equal(e.code, ERR_USAGE);
		assert_int_equal(t, 77);
		return WHEN_NONE;
	}
	return t;
}

static void reads_rfc3339(void **state)
{
	static const struct {
		const char *text;
		int64_t want;
	} cases[] = {
		{"1970-01-01T00:00:00Z", 0},
		{"1970-01-01", 0},
		{"1969-12-31T23:59:59Z", -1},
		{"2026-11-21T09:08:07Z", 1795252087},
		{"2026-11-21t09:08:07z", 1795252087},
		{"2026-11-21 09:08:07Z", 1795252087},
		{"2026-11-21T09:08:07.999Z", 1795252087},
		{"2026-11-21T10:08:07+01:00", 1795252087},
		{"2026-11-21T04:38:07-04:30", 1795252087},
		{"2026-11-21T09:08:07-00:00", 1795252087},
		{"2038-01-19T03:14:08Z", 2147483648},
		{"2000-02-29", 951782400},
		{"2024-02-29T23:59:59Z", 1709251199},
		{"0000-01-01T00:00:00Z", -62167219200},
		{"0000-02-29T00:00:00Z", -62162121600},
		{"9999-12-31T23:59:59Z", 253402300799},
		{"@0", 0},
		{"@1795252087", 1795252087},
		{"@-1", -1},
		{"@253402300799", 253402300799},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (parsed(cases[i].text) != cases[i].want)
			fail_msg("%s: %lld", cases[i].text, (long long)parsed(cases[i].text));
}

static void refuses_what_is_no_time(void **state)
{
	static const char *const bad[] = {
		"", "@", "@-", "@1.5", "@ 1", "@253402300800", "@-62167219201", "@9999999999999999",
		"2023-02-29", "1900-02-29", "2100-02-29T00:00:00Z", "2026-02-30", "2026-04-31",
		"2026-00-01", "2026-13-01", "2026-01-00", "2026-01-32", "2026-1-1",
		"2026-11-21T24:00:00Z", "2016-12-31T23:59:60Z", "2026-11-21T09:60:00Z",
		"2026-11-21T09:08:07", "2026-11-21T09:08Z", "2026-11-21T09:08:07.Z",
		"2026-11-21T09:08:07,5Z", "2026-11-21T09:08:07+24:00", "2026-11-21T09:08:07+01:60",
		"2026-11-21T09:08:07+0100", "2026-11-21T09:08:07+01", "2026-11-21T09:08:07+01:",
		"2026-11-21T09:08:07ZZ", "2026-11-21T09:08:07Z ", " 2026-11-21", "2026-11-21T",
		"0000-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "tomorrow", "1795252087",
		"+2026-11-21", "2026/11/21", "20261121T090807Z",
	};
	struct err e;
	int64_t t;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (parsed(bad[i]) != WHEN_NONE)
			fail_msg("taken: %s", bad[i]);
	assert_int_equal(when_parse(NULL, &t, &e), -1);
	assert_int_equal(when_parse("noon", &t, &e), -1);
	assert_non_null(strstr(e.text, "'noon'"));
}

static int64_t asn1(int (*f)(struct span, int64_t *), const char *text)
{
	int64_t t = 77;

	if (f(span_str(text), &t) != 0) {
		assert_int_equal(t, 77);
		return WHEN_NONE;
	}
	return t;
}

static void reads_asn1_times_strictly(void **state)
{
	(void)state;
	assert_int_equal(asn1(when_from_utctime, "261121090807Z"), 1795252087);
	assert_int_equal(asn1(when_from_utctime, "500101000000Z"), -631152000);
	assert_int_equal(asn1(when_from_utctime, "491231235959Z"), 2524607999);
	assert_int_equal(asn1(when_from_utctime, "000229000000Z"), 951782400);
	assert_int_equal(asn1(when_from_generalizedtime, "20261121090807Z"), 1795252087);
	assert_int_equal(asn1(when_from_generalizedtime, "99991231235959Z"), 253402300799);

	static const char *const bad_utc[] = {
		"", "2611210908Z", "261121090807", "261121090807+0000", "261121090807z",
		"261121090807Z ", "261121240000Z", "161231235960Z", "230229000000Z", "261321090807Z",
		"26112109080aZ", "20261121090807Z", "-61121090807Z", "26112109080 Z",
	};
	static const char *const bad_generalized[] = {
		"", "261121090807Z", "202611210908Z", "20261121090807.5Z", "20261121090807",
		"20261121090807+0100", "20230229000000Z", "20261121240000Z", "20161231235960Z",
	};
	for (size_t i = 0; i < sizeof bad_utc / sizeof bad_utc[0]; i++)
		if (asn1(when_from_utctime, bad_utc[i]) != WHEN_NONE)
			fail_msg("taken: %s", bad_utc[i]);
	for (size_t i = 0; i < sizeof bad_generalized / sizeof bad_generalized[0]; i++)
		if (asn1(when_from_generalizedtime, bad_generalized[i]) != WHEN_NONE)
			fail_msg("taken: %s", bad_generalized[i]);
}

/* Any other octet in the place of any digit. */
static void takes_nothing_but_digits(void **state)
{
	static const char *const good[] = {"111111111111Z", "11111111111111Z"};

	(void)state;
	for (unsigned i = 0; i < 2; i++)
		for (size_t at = 0; good[i][at] != 'Z'; at++)
			for (unsigned v = 0; v < 256; v++) {
				char text[16];
				int64_t t;
				struct span s = span_of(text, strlen(good[i]));
				int rc;

				memcpy(text, good[i], s.n);
				text[at] = (char)v;
				rc = i == 0 ? when_from_utctime(s, &t) : when_from_generalizedtime(s, &t);
				if (v < '0' || v > '9')
					assert_int_equal(rc, -1);
				else if (at >= s.n - 4)
					assert_int_equal(rc, at == s.n - 3 && v > '5' ? -1 : 0);
			}
}

static void reads_asn1_times_laxly(void **state)
{
	static const struct {
		uint8_t tag;
		const char *text;
		int64_t want;
	} cases[] = {
		{0x17, "261121090807Z", 1795252087},
		{0x17, "2611210908Z", 1795252080},
		{0x17, "2611210908+0100", 1795248480},
		{0x17, "261121090807-0030", 1795253887},
		{0x17, "261121090807", 1795252087},
		{0x18, "20261121090807.25Z", 1795252087},
		{0x18, "20261121090807,25+01", 1795248487},
		{0x18, "2026112109.5Z", 1795253400},
		{0x18, "202611210908.5", 1795252110},
		{0x17, "2611", WHEN_NONE},
		{0x17, "", WHEN_NONE},
		{0x17, "261121090860Z", WHEN_NONE},
		{0x17, "260229000000Z", WHEN_NONE},
		{0x17, "2611210908070Z", WHEN_NONE},
		{0x18, "20261121090807.Z", WHEN_NONE},
		{0x18, "20261121090807Zx", WHEN_NONE},
		{0x18, "00000101000000+0100", WHEN_NONE},
		{0x16, "20261121090807Z", WHEN_NONE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int64_t t = WHEN_NONE;
		int rc = when_from_lax_time(cases[i].tag, span_str(cases[i].text), &t);

		if (t != cases[i].want || (rc == 0) != (cases[i].want != WHEN_NONE))
			fail_msg("%s: %lld", cases[i].text, (long long)t);
	}
}

/* Every day of the calendar, counted, and the C library for the clock part. */
static void the_calendar_is_whole(void **state)
{
	int64_t t = -62167219200;
	int length[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	char got[WHEN_TEXT_SIZE], want[64];

	(void)state;
	for (int year = 0; year <= 9999; year++) {
		length[1] = year % 400 == 0 || (year % 4 == 0 && year % 100 != 0) ? 29 : 28;
		for (int month = 1; month <= 12; month++)
			for (int day = 1; day <= length[month - 1]; day++, t += 86400) {
				int64_t noon = t + (t / 86400 * 7919 % 86400 + 86400) % 86400;
				int y, m, d;

				when_civil(noon, &y, &m, &d);
				if (y != year || m != month || d != day)
					fail_msg("%d-%d-%d: %d-%d-%d", year, month, day, y, m, d);
				if (day != 1 && day != length[month - 1])
					continue;
				snprintf(want, sizeof want, "%04d-%02d-%02d", year, month, day);
				assert_memory_equal(when_format(noon, got), want, 10);
				assert_int_equal(parsed(got), noon);
			}
	}
	assert_int_equal(t, 253402300800);
}

static void agrees_with_the_c_library(void **state)
{
	char got[WHEN_TEXT_SIZE], want[64];
	uint64_t r = 1;

	(void)state;
	if (sizeof(time_t) < 8)
		skip();
	for (int i = 0; i < 20000; i++) {
		struct tm tm;
		time_t t;

		r = r * 6364136223846793005u + 1442695040888963407u;
		t = (time_t)((int64_t)(r >> 20) % 253402300800);
		assert_non_null(gmtime_r(&t, &tm));
		assert_int_not_equal(strftime(want, sizeof want, "%Y-%m-%dT%H:%M:%SZ", &tm), 0);
		if (tm.tm_year + 1900 >= 1000)
			assert_string_equal(when_format(t, got), want);
	}
}

static void formats_nothing_for_no_time(void **state)
{
	char out[WHEN_TEXT_SIZE];

	(void)state;
	assert_string_equal(when_format(WHEN_NONE, out), "");
	assert_string_equal(when_format(INT64_MAX, out), "");
	assert_string_equal(when_format(253402300800, out), "");
	assert_string_equal(when_format(-62167219201, out), "");
	assert_string_equal(when_format(-62167219200, out), "0000-01-01T00:00:00Z");
	assert_string_equal(when_format(253402300799, out), "9999-12-31T23:59:59Z");
}

static void reads_durations(void **state)
{
	static const struct {
		const char *text;
		bool share;
		int64_t seconds;
		int percent;
		const char *back;
	} good[] = {
		{"90s", false, 90, -1, "90s"}, {"15m", false, 900, -1, "15m"},
		{"24h", false, 86400, -1, "1d"}, {"7d", false, 604800, -1, "7d"},
		{"2w", false, 1209600, -1, "14d"}, {"0", false, 0, -1, "0s"},
		{"0s", false, 0, -1, "0s"}, {"36h", true, 129600, -1, "36h"},
		{"25%", true, 0, 25, "25%"}, {"0%", true, 0, 0, "0%"}, {"100%", true, 0, 100, "100%"},
		{"007m", false, 420, -1, "7m"}, {"3652425d", false, 315569520000, -1, "3652425d"},
	};
	static const char *const bad[] = {
		"", "s", "5", "00", "5x", "5 s", " 5s", "5s ", "-5s", "+5s", "1.5h", "1d12h", "5S", "25%",
		"%", "3652426d", "521776w", "9999999999999999999s", "0x5s", "5\xc3\xa9",
	};
	struct duration d;
	struct err e;
	char out[WHEN_DURATION_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		assert_int_equal(when_duration_parse(good[i].text, good[i].share, &d, &e), 0);
		assert_int_equal(d.percent, good[i].percent);
		if (d.percent < 0)
			assert_int_equal(d.seconds, good[i].seconds);
		assert_string_equal(when_duration_format(d, out), good[i].back);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		if (when_duration_parse(bad[i], false, &d, &e) == 0)
			fail_msg("taken: %s", bad[i]);
		assert_int_equal(e.code, ERR_USAGE);
		assert_null(strstr(e.text, "share"));
	}
	assert_int_equal(when_duration_parse(NULL, false, &d, &e), -1);
	assert_int_equal(when_duration_parse("101%", true, &d, &e), -1);
	assert_non_null(strstr(e.text, "'101%'"));
	assert_non_null(strstr(e.text, "share"));
}

static void shows_durations(void **state)
{
	static const struct {
		int64_t seconds;
		const char *human, *exact;
	} cases[] = {
		{0, "0s", "0s"}, {45, "45s", "45s"}, {60, "1m", "1m"}, {61, "1m 1s", "61s"},
		{-7500, "-2h 5m", "-125m"}, {86399, "23h 59m", "86399s"}, {86400, "1d", "1d"},
		{601200, "6d 23h", "167h"}, {86401, "1d", "86401s"}, {90 * 86400, "90d", "90d"},
		{INT64_MAX, "106751991167300d 15h", "9223372036854775807s"},
		{INT64_MIN, "-106751991167300d 15h", "-9223372036854775808s"},
	};
	char out[WHEN_DURATION_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_string_equal(when_duration_human(cases[i].seconds, out), cases[i].human);
		assert_string_equal(
			when_duration_format((struct duration){cases[i].seconds, -1}, out),
			cases[i].exact);
	}
}

static void a_share_is_of_a_life(void **state)
{
	(void)state;
	assert_int_equal(when_duration_resolve((struct duration){3600, -1}, 7), 3600);
	assert_int_equal(when_duration_resolve((struct duration){0, 25}, 604800), 151200);
	assert_int_equal(when_duration_resolve((struct duration){0, 33}, 100), 33);
	assert_int_equal(when_duration_resolve((struct duration){0, 50}, 3), 1);
	assert_int_equal(when_duration_resolve((struct duration){0, 100}, INT64_MAX), INT64_MAX);
	assert_int_equal(when_duration_resolve((struct duration){0, 50}, -86400), -43200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_rfc3339),
		cmocka_unit_test(refuses_what_is_no_time),
		cmocka_unit_test(reads_asn1_times_strictly),
		cmocka_unit_test(takes_nothing_but_digits),
		cmocka_unit_test(reads_asn1_times_laxly),
		cmocka_unit_test(the_calendar_is_whole),
		cmocka_unit_test(agrees_with_the_c_library),
		cmocka_unit_test(formats_nothing_for_no_time),
		cmocka_unit_test(reads_durations),
		cmocka_unit_test(shows_durations),
		cmocka_unit_test(a_share_is_of_a_life),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
