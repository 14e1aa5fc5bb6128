/* inventory_part: what the files of the inventory share with each other. */
#ifndef STAPLE_STORE_INVENTORY_PART_H
#define STAPLE_STORE_INVENTORY_PART_H

#include "ground/buf.h"
#include "store/inventory.h"

enum inventory_statement {
	INVENTORY_FIND, INVENTORY_STAY, INVENTORY_ADD, INVENTORY_ADD_MANY, INVENTORY_COME,
	INVENTORY_COME_MANY, INVENTORY_STATEMENTS
};

struct inventory {
	struct sqlite3 *db;
	char *path;
	bool created;                  /* by us: its first scan goes on since it was opened */
	/* the scan */
	struct sqlite3_stmt *st[INVENTORY_STATEMENTS];
	int64_t roots, scan, previous; /* previous: 0: none */
	int64_t certificates;          /* the highest id */
	bool empty;                    /* it held no certificate when the scan began */
	struct buf waiting;            /* rows that are not written yet */
	struct inventory_key *keys;    /* to them */
	size_t key_count, key_cap;
};

/* -1, and what SQLite says. */
int inventory_broken(const struct inventory *db, struct err *e);

/* The one number that the query gives; `none` when it gives no row. */
MUST_USE int inventory_number(struct inventory *db, const char *sql, int64_t none, int64_t *out,
			      struct err *e);

MUST_USE int inventory_run(struct inventory *db, const char *sql, struct err *e);

/* inventory_load.c: the statements of a scan that was begun; what waits is written; all is freed. */
MUST_USE int inventory_load_begin(struct inventory *db, struct err *e);
MUST_USE int inventory_load(struct inventory *db, struct err *e);
void inventory_load_end(struct inventory *db);

#endif
