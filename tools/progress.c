#include "tools/progress.h"

#include "ground/when.h"

#include <stdio.h>
#include <time.h>

/* Often enough to be seen moving, and no more: a terminal far away is slow. */
#define EVERY 0.1

static double clock_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

bool progress_due(double *last)
{
	double now = clock_now();

	if (*last > 0 && now - *last < EVERY)
		return false;
	*last = now;
	return true;
}

void progress_begin(struct progress *p)
{
	*p = (struct progress){clock_now(), 0};
}

bool progress_text(struct progress *p, const struct progress_now *now, char *out, size_t size)
{
	double t = clock_now(), taken, rate;
	bool by_certs = now->certs > now->files; /* a bundle is one file for long */
	char left[WHEN_DURATION_SIZE];

	if (p->shown > 0 && t - p->shown < EVERY)
		return false;
	p->shown = t;
	taken = t - p->begin;
	rate = taken > 0 ? (double)(by_certs ? now->certs : now->files) / taken : 0;
	when_duration_human(now->share > 0 ? (int64_t)(taken * (1 - now->share) / now->share + 0.5) : 0, left);
	snprintf(out, size, "%zu of %zu files, %zu certificates, %.0f %s/s, %s left", now->files, now->of,
		 now->certs, rate, by_certs ? "certificates" : "files", now->share > 0 ? left : "?");
	return true;
}
