/* The option that was probably meant. */
#include "tools/options.h"

/* Optimal string alignment distance, capped: for telling typing errors. */
static size_t distance(const char *a, const char *b)
{
	size_t la = strlen(a), lb = strlen(b), row[3][40] = {{0}};

	if (la >= 40 || lb >= 40)
		return 99;
	for (size_t j = 0; j <= lb; j++)
		row[1][j] = j;
	for (size_t i = 1; i <= la; i++) {
		row[2][0] = i;
		for (size_t j = 1; j <= lb; j++) {
			size_t best = row[1][j - 1] + (a[i - 1] != b[j - 1]);

			if (row[1][j] + 1 < best)
				best = row[1][j] + 1;
			if (row[2][j - 1] + 1 < best)
				best = row[2][j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    row[0][j - 2] + 1 < best)
				best = row[0][j - 2] + 1;
			row[2][j] = best;
		}
		memcpy(row[0], row[1], sizeof row[0]);
		memcpy(row[1], row[2], sizeof row[1]);
	}
	return row[1][lb];
}

static void look(const struct poptOption *t, const char *name, const char **best, size_t *least)
{
	for (; t->longName || t->shortName || t->arg; t++) {
		if ((t->argInfo & POPT_ARG_MASK) == POPT_ARG_INCLUDE_TABLE) {
			look(t->arg, name, best, least);
			continue;
		}
		if (!t->longName)
			continue;
		size_t d = distance(name, t->longName);

		if (strncmp(name, t->longName, strlen(name)) == 0 && strlen(name) >= 3)
			d = 1;
		if (d < *least) {
			*least = d;
			*best = t->longName;
		}
	}
}

const char *options_nearest(const struct poptOption *table, const char *name)
{
	const char *best = NULL;
	size_t n = strlen(name), least = n < 4 ? 2 : n < 6 ? 3 : 4; /* of short ones little may be wrong */

	look(table, name, &best, &least);
	return best;
}
