/*
 * inventory_table: an inventory's certificates as a table that fits the terminal, one line each.
 *
 * Which columns are there is the terminal's width, or --columns (inventory_column.c).
 */
#ifndef STAPLE_REPORT_INVENTORY_TABLE_H
#define STAPLE_REPORT_INVENTORY_TABLE_H

#include "report/inventory.h"

#define INVENTORY_TABLE_COLUMNS 7

struct inventory_table {
	const struct inventory_column *const *chosen; /* of --columns; or NULL */
	size_t chosen_width[64];
	size_t width[INVENTORY_TABLE_COLUMNS]; /* 0: not shown */
	size_t rows;
};

/* The columns and their widths; `t` was all zero. */
void inventory_table_begin(struct inventory_table *t, const struct report *r);

/* One more line, the first below the titles. */
void inventory_table_row(struct inventory_table *t, struct report *r, const struct inventory_cert *c);

#endif
