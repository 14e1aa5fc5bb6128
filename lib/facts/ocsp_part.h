/*
 * ocsp_part: what responses are made of: times, extensions, SingleResponses.  For ocsp.c.
 */
#ifndef STAPLE_FACTS_OCSP_PART_H
#define STAPLE_FACTS_OCSP_PART_H

#include "facts/ocsp.h"

/* What was met and is no reason to refuse. */
struct ocsp_part_odd {
	bool time;
	uint32_t deviations;
};

/* A GeneralizedTime; false when it is none. */
bool ocsp_part_time(struct span *in, int64_t *out, struct ocsp_part_odd *odd);

struct ocsp_part_extensions {
	struct span list;  /* content of the SEQUENCE OF Extension, or absent */
	struct span nonce; /* or absent */
	unsigned unknown_critical;
	struct span unknown_critical_oid;
};

/* [1] EXPLICIT Extensions OPTIONAL.  NULL, or why it cannot be read. */
const char *ocsp_part_get_extensions(struct span *in, struct ocsp_part_extensions *out,
				     struct ocsp_part_odd *odd);

/* One SingleResponse at the front of *cursor.  NULL, or why it cannot be read. */
const char *ocsp_part_single(struct span *cursor, struct ocsp_single *out,
			     struct ocsp_part_odd *odd);

#endif
