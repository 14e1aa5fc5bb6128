/*
 * when: points in time and lengths of time.
 *
 * A point in time is an int64_t: seconds since 1970-01-01T00:00:00Z, without
 * leap seconds, from year 0000 to 9999.  Nothing here reads a clock: "now" is an
 * argument everywhere.
 */
#ifndef STAPLE_GROUND_WHEN_H
#define STAPLE_GROUND_WHEN_H

#include "ground/err.h"

#define WHEN_NONE INT64_MIN     /* no such time */
#define WHEN_TEXT_SIZE 21       /* "2026-11-21T09:08:07Z" and its NUL */
#define WHEN_DURATION_SIZE 32   /* "-106751991167300d" or "1d 23h" and its NUL */

/* UTCTime as RFC 5280, 4.1.2.5.1 wants it: YYMMDDHHMMSSZ; years 50 to 99 are 19xx. */
MUST_USE int when_from_utctime(struct span content, int64_t *out);

/* GeneralizedTime as RFC 5280, 4.1.2.5.2 wants it: YYYYMMDDHHMMSSZ, no fraction. */
MUST_USE int when_from_generalizedtime(struct span content, int64_t *out);

/* As above, for lax readers: seconds may be missing, a fraction or an offset may be
 * there (X.690 allows them in BER); a local time is taken as UTC.  `tag` is 0x17 or 0x18.
 * -1: no time at all. */
MUST_USE int when_from_lax_time(uint8_t tag, struct span content, int64_t *out);

/* RFC 3339 ("2026-11-21T09:08:07Z", an offset, a fraction that is dropped, or a date
 * alone, which means its 00:00:00Z) or "@SECONDS".  ERR_USAGE names the text. */
MUST_USE int when_parse(const char *text, int64_t *out, struct err *e);

/* RFC 3339 in UTC; "" for WHEN_NONE and for what lies outside the years.  Returns out. */
char *when_format(int64_t t, char out[WHEN_TEXT_SIZE]);

/* Broken down, in UTC; t is a point in time as defined above. */
void when_civil(int64_t t, int *year, int *month, int *day);

/*
 * A length of time, or a share of a staple's life (nextUpdate - thisUpdate).
 */
struct duration {
	int64_t seconds;  /* when percent < 0 */
	int percent;      /* 0 to 100, or -1: seconds hold */
};

/* "90s", "15m", "24h", "7d", "2w", or with allow_share "25%".  A bare "0" is allowed, any
 * other bare number is not; at most 10,000 years.  ERR_USAGE names the text and what is
 * allowed. */
MUST_USE int when_duration_parse(const char *text, bool allow_share, struct duration *out,
				 struct err *e);

/* As text that when_duration_parse takes: in the largest of d, h, m and s that divides it
 * ("7d", "36h", "0s"), or "25%". */
char *when_duration_format(struct duration d, char out[WHEN_DURATION_SIZE]);

/* For people: the two largest units, as in "6d 23h", "-2h 5m", "45s". */
char *when_duration_human(int64_t seconds, char out[WHEN_DURATION_SIZE]);

/* The seconds that d means for a life of `life` seconds. */
int64_t when_duration_resolve(struct duration d, int64_t life);

#endif
