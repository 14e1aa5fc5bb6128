/* Questions to what was recorded. */
#include "ground/text.h"
#include "store/inventory_part.h"

#include <ctype.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#define ENTRY "c.sha256, c.must_staple, c.name, c.names, c.subject, c.issuer, c.serial, c.not_before, " \
	      "c.not_after"

static const char *column(sqlite3_stmt *st, int i)
{
	const unsigned char *s = sqlite3_column_text(st, i);

	return s ? (const char *)s : "";
}

static struct inventory_entry entry_of(sqlite3_stmt *st)
{
	return (struct inventory_entry){
		.sha256 = sqlite3_column_blob(st, 0), .must_staple = column(st, 1), .name = column(st, 2),
		.names = column(st, 3), .subject = column(st, 4), .issuer = column(st, 5),
		.serial = column(st, 6), .not_before = sqlite3_column_int64(st, 7),
		.not_after = sqlite3_column_int64(st, 8)};
}

static int64_t when_was(struct inventory *db, int64_t scan)
{
	char text[96];
	int64_t at;

	snprintf(text, sizeof text, "SELECT at FROM scan WHERE id = %lld", (long long)scan);
	return inventory_number(db, text, INT64_MIN, &at, NULL) == 0 ? at : INT64_MIN;
}

/* ?1 these roots, ?2 this scan, ?3 the one before.  Of each place that only one of the two has: was
 * the certificate in both? */
static const char diff_query[] =
	"WITH p AS (SELECT certificate, source, number, last = ?2 AS now, first <= ?3 AS before"
	"  FROM place WHERE roots = ?1 AND (last = ?2 OR last = ?3)),"
	" k AS (SELECT certificate, max(now) AS now, max(before) AS before FROM p GROUP BY certificate)"
	" SELECT " ENTRY ", p.source, p.number, k.now, k.before, p.now FROM p"
	" JOIN k ON k.certificate = p.certificate JOIN certificate c ON c.id = p.certificate"
	" WHERE p.now <> p.before ORDER BY k.now, k.before, c.name, c.sha256, p.source, p.number, p.now";

int inventory_diff(struct inventory *db, int64_t *previous, inventory_changed *tell, void *context,
		   struct err *e)
{
	sqlite3_stmt *st = NULL;
	int rc;

	*previous = INT64_MIN;
	if (db->previous == 0)
		return 0;
	*previous = when_was(db, db->previous);
	rc = sqlite3_prepare_v2(db->db, diff_query, -1, &st, NULL);
	if (rc == SQLITE_OK) {
		sqlite3_bind_int64(st, 1, db->roots);
		sqlite3_bind_int64(st, 2, db->scan);
		sqlite3_bind_int64(st, 3, db->previous);
	}
	while (rc == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW) {
		struct inventory_entry x = entry_of(st);
		bool now = sqlite3_column_int(st, 11), before = sqlite3_column_int(st, 12);

		tell(context, now && before ? INVENTORY_MOVED : now ? INVENTORY_APPEARED : INVENTORY_VANISHED,
		     sqlite3_column_int(st, 13), &x, column(st, 9), sqlite3_column_int64(st, 10));
	}
	rc = sqlite3_finalize(st);
	return rc == SQLITE_OK ? 0 : inventory_broken(db, e);
}

static const char life_query[] =
	"SELECT " ENTRY ", p.source, p.number, f.at, l.at,"
	" p.last = (SELECT max(id) FROM scan s WHERE s.roots = p.roots)"
	" FROM certificate c JOIN place p ON p.certificate = c.id JOIN scan f ON f.id = p.first"
	" JOIN scan l ON l.id = p.last ORDER BY c.sha256, p.first, p.source, p.number";

/* Eight digits at least, in any case, with colons or without, as openssl and others write them. */
static bool begins(const char *hex, const char *what)
{
	size_t n = 0;

	for (; *what; what++) {
		if (*what == ':' && n > 0)
			continue;
		if (n == 64 || tolower((unsigned char)*what) != hex[n])
			return false;
		n++;
	}
	return n >= 8;
}

/* Is it asked for: by the beginning of its fingerprint, or one of its names? */
static bool asked(const struct inventory_entry *x, const char *what)
{
	const char *names = x->names;
	char hex[65];
	size_t n;

	for (int i = 0; i < 32; i++)
		snprintf(hex + 2 * i, 3, "%02x", x->sha256[i]);
	if (begins(hex, what))
		return true;
	if (text_glob(what, span_str(x->name)) || text_glob(what, span_str(x->subject)))
		return true;
	for (; *names; names += n + (names[n] == ' ')) {
		n = strcspn(names, " ");
		if (text_glob(what, span_of(names, n)))
			return true;
	}
	return false;
}

int inventory_history(struct inventory *db, const char *what, inventory_life *tell, void *context,
		      struct err *e)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(db->db, life_query, -1, &st, NULL);

	while (rc == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW) {
		struct inventory_entry x = entry_of(st);

		if (x.sha256 && asked(&x, what))
			tell(context, &x, column(st, 9), sqlite3_column_int64(st, 10),
			     sqlite3_column_int64(st, 11), sqlite3_column_int64(st, 12),
			     sqlite3_column_int(st, 13));
	}
	rc = sqlite3_finalize(st);
	return rc == SQLITE_OK ? 0 : inventory_broken(db, e);
}
