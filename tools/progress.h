/*
 * progress: how far a long run is, how fast it goes, and what is left, for a terminal.
 */
#ifndef STAPLE_TOOLS_PROGRESS_H
#define STAPLE_TOOLS_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

struct progress {
	double begin, shown;  /* seconds of a clock that only goes forward */
};

struct progress_now {
	size_t files, of, certs;
	double share;         /* of the whole that is done, 0 to 1 */
};

/* Has a tenth of a second gone by since this said so last?  *last begins as 0. */
bool progress_due(double *last);

void progress_begin(struct progress *p);

/* "512 of 4491 files, 300 certificates, 2048 files/s, 2s left" into out.  False: it was shown a
 * moment ago, and out is as it was. */
bool progress_text(struct progress *p, const struct progress_now *now, char *out, size_t size);

#endif
