/* inventory_part: what the files of the inventory share with each other. */
#ifndef STAPLE_STORE_INVENTORY_PART_H
#define STAPLE_STORE_INVENTORY_PART_H

#include "store/inventory.h"

enum statement { FIND, ADD, STAY, COME, STATEMENTS };

struct inventory {
	struct sqlite3 *db;
	struct sqlite3_stmt *st[STATEMENTS];
	char *path;
	int64_t roots, scan, previous; /* previous: 0: none */
	bool overlap;                  /* there are several roots: one may lie in another */
};

/* -1, and what SQLite says. */
int inventory_broken(const struct inventory *db, struct err *e);

/* The one number that the query gives; `none` when it gives no row. */
MUST_USE int inventory_number(struct inventory *db, const char *sql, int64_t none, int64_t *out,
			      struct err *e);

#endif
