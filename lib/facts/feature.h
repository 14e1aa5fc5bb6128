/*
 * feature: the TLS Feature extension, RFC 7633.
 *
 *	Features ::= SEQUENCE OF INTEGER          (RFC 7633, 4)
 *
 * Well formed means a DER SEQUENCE OF INTEGER, nothing behind it: an empty list, a
 * negative and a large value are well formed.  Whether such a list is sensible is
 * judge/promise.h's business.
 */
#ifndef STAPLE_FACTS_FEATURE_H
#define STAPLE_FACTS_FEATURE_H

#include "ground/buf.h"

#define FEATURE_STATUS_REQUEST 5     /* RFC 6066, 8: Must-Staple */
#define FEATURE_STATUS_REQUEST_V2 17 /* RFC 6961 */

/* What one extension value, or the union of several, says. */
struct feature_facts {
	unsigned extensions;  /* how often the extension occurs; 0: absent */
	bool critical;        /* one of them is marked critical */
	bool malformed;       /* one of them is not a DER SEQUENCE OF INTEGER */
	const char *why;      /* what is wrong with the first malformed one, or NULL */
	bool status_request;    /* contains 5 */
	bool status_request_v2; /* contains 17 */
	bool other;           /* contains a value that is neither 5 nor 17 */
	bool empty;           /* one of them is an empty list */
	bool negative;        /* contains a negative value */
	bool above_65535;     /* contains a value that no TLS extension has */
	bool repeated;        /* contains a value twice, within one extension (exact up to 64 values) */
	size_t values;        /* number of INTEGERs in all */
};

enum must_staple { MUST_STAPLE_NO, MUST_STAPLE_YES, MUST_STAPLE_MALFORMED };

/* "no", "yes", "malformed". */
const char *must_staple_text(enum must_staple m);

/* malformed beats yes beats no; absent is no. */
enum must_staple feature_must_staple(const struct feature_facts *f);

/* Adds one extension's value (the content of extnValue's OCTET STRING) to *f, which began
 * as all zeros.  Sets malformed and why itself; `extensions` and `critical` are the
 * caller's.  False when the value is malformed. */
bool feature_decode(struct span value, struct feature_facts *f);

/* Walks the INTEGERs of a well-formed value: *cursor begins as the value itself and *inside
 * as false.  True: *content are the next one's content octets (minimal, two's complement). */
bool feature_next(struct span *cursor, bool *inside, struct span *content);

/* The integer as an int64_t; false when it does not fit. */
bool feature_int(struct span content, int64_t *out);

/* Appends the DER of Features with these values, in the order given. */
void feature_encode(struct buf *out, const int64_t *values, size_t n);

/* NULL: the value is a DER SEQUENCE OF INTEGER; or what is wrong with it, in a few words. */
const char *feature_why(struct span value);

/*
 * A set of values.  Those from 0 to 65535 are all kept; of the others, which no TLS extension
 * has, the first FEATURE_LARGE_MAX, so that hostile lists cost no more than their length.
 */
#define FEATURE_LARGE_MAX 256
#define FEATURE_OCTETS_MAX 512 /* a longer value is left out too: nobody reads its digits */

struct feature_set {
	uint8_t bit[65536 / 8];
	struct span large[FEATURE_LARGE_MAX];
	size_t n;        /* of large */
	size_t left_out; /* values that found no room */
};

/* True: the value (an INTEGER's content) is new and now in the set, which began as zeros. */
bool feature_set_add(struct feature_set *set, struct span content);
bool feature_set_has(const struct feature_set *set, struct span content);

/* Appends the INTEGER's content octets (at most FEATURE_OCTETS_MAX) as decimal digits. */
void feature_decimal(struct buf *out, struct span content);

/* RFC 7633, 4.2.2: does `lower` (a certificate's value) list every feature of `upper` (its
 * issuer's)?  SPAN_NONE means the extension is absent; a malformed value is never a
 * superset, and of a malformed issuer's value nothing is: false.  A value that a feature_set has
 * no room for counts as one that lacks.  On false *missing, when given, is the first value that
 * lacks (or 0). */
bool feature_superset(struct span lower, struct span upper, int64_t *missing);

#endif
