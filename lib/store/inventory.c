#include "store/inventory_part.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define APPLICATION 0x53744c76 /* in the file's header: ours */
#define WAIT_MS (60 * 60 * 1000)
#define WAL_MS 20

/* Each step leads to the schema of its number plus one; none is ever changed. */
static const char *const steps[] = {
	"CREATE TABLE roots(id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);"
	"CREATE TABLE scan(id INTEGER PRIMARY KEY, roots INTEGER NOT NULL REFERENCES roots(id),"
	" at INTEGER NOT NULL, files INTEGER, problems INTEGER);"
	"CREATE INDEX scan_roots ON scan(roots, id);"
	"CREATE TABLE certificate(id INTEGER PRIMARY KEY, sha256 BLOB NOT NULL UNIQUE,"
	" must_staple TEXT NOT NULL, name TEXT, names TEXT, subject TEXT, issuer TEXT, serial TEXT,"
	" not_before INTEGER, not_after INTEGER);"
	"CREATE TABLE place(roots INTEGER NOT NULL, certificate INTEGER NOT NULL, source TEXT NOT NULL,"
	" number INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,"
	" PRIMARY KEY(roots, certificate, source, number, first)) WITHOUT ROWID;",
};
#define SCHEMA ((int)(sizeof steps / sizeof steps[0]))

static const char *const texts[STATEMENTS] = {
	[FIND] = "SELECT id FROM certificate WHERE sha256 = ?1",
	[ADD] = "INSERT INTO certificate(sha256, must_staple, name, names, subject, issuer, serial,"
		" not_before, not_after) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
		" ON CONFLICT(sha256) DO NOTHING",
	[STAY] = "UPDATE place SET last = ?1 WHERE roots = ?2 AND certificate = ?3 AND source = ?4"
		 " AND number = ?5 AND last = ?6",
	[COME] = "INSERT INTO place(roots, certificate, source, number, first, last)"
		 " VALUES(?2, ?3, ?4, ?5, ?1, ?1)",
};

int inventory_broken(const struct inventory *db, struct err *e)
{
	return err_set(e, ERR_IO, "%s: %s", db->path, sqlite3_errmsg(db->db));
}

static int run(struct inventory *db, const char *sql, struct err *e)
{
	return sqlite3_exec(db->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : inventory_broken(db, e);
}

int inventory_number(struct inventory *db, const char *sql, int64_t none, int64_t *out, struct err *e)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(db->db, sql, -1, &st, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	*out = rc == SQLITE_ROW && sqlite3_column_type(st, 0) != SQLITE_NULL ? sqlite3_column_int64(st, 0)
									      : none;
	sqlite3_finalize(st);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 : inventory_broken(db, e);
}

static int migrate(struct inventory *db, int64_t version, struct err *e)
{
	char text[96];

	for (; version < SCHEMA; version++) {
		snprintf(text, sizeof text, "PRAGMA application_id = %d; PRAGMA user_version = %d",
			 APPLICATION, (int)version + 1);
		if (run(db, steps[version], e) != 0 || run(db, text, e) != 0)
			return -1;
	}
	return 0;
}

/* Under the write lock, so that two programs cannot both create it. */
static int check_schema(struct inventory *db, bool write, struct err *e)
{
	int64_t version, application, tables;

	if (write && run(db, "BEGIN IMMEDIATE", e) != 0)
		return -1;
	if (inventory_number(db, "PRAGMA user_version", 0, &version, e) != 0 ||
	    inventory_number(db, "PRAGMA application_id", 0, &application, e) != 0 ||
	    inventory_number(db, "SELECT count(*) FROM sqlite_master", 0, &tables, e) != 0)
		return -1;
	if (tables > 0 && application != APPLICATION)
		return err_set(e, ERR_PARSE, "%s: a database, but not one of staple-inventory", db->path);
	if (version > SCHEMA)
		return err_set(e, ERR_UNSUPPORTED, "%s: written by a newer staple-inventory (schema %lld; "
			       "this one knows up to %d)", db->path, (long long)version, SCHEMA);
	if (!write)
		return tables > 0 ? 0 : err_set(e, ERR_NOT_FOUND, "%s: holds no scan", db->path);
	if (migrate(db, version, e) != 0)
		return -1;
	return run(db, "COMMIT", e);
}

/* SQLite does not wait for this one itself when another program does the same. */
static int use_wal(struct inventory *db, struct err *e)
{
	int rc = SQLITE_BUSY;

	for (int waited = 0; rc == SQLITE_BUSY && waited < WAIT_MS; waited += WAL_MS) {
		if (waited > 0)
			sqlite3_sleep(WAL_MS);
		rc = sqlite3_exec(db->db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
	}
	return rc == SQLITE_OK ? run(db, "PRAGMA synchronous = NORMAL", e) : inventory_broken(db, e);
}

static int open_it(struct inventory *db, const char *path, bool write, struct err *e)
{
	int flags = write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;

	db->path = strdup(path);
	if (!db->path)
		return err_set(e, ERR_MEMORY, "%s: out of memory", path);
	if (sqlite3_open_v2(path, &db->db, flags, NULL) != SQLITE_OK)
		return inventory_broken(db, e);
	sqlite3_busy_timeout(db->db, WAIT_MS);
	if (write && use_wal(db, e) != 0)
		return -1;
	if (check_schema(db, write, e) != 0)
		return -1;
	for (int i = 0; write && i < STATEMENTS; i++)
		if (sqlite3_prepare_v3(db->db, texts[i], -1, SQLITE_PREPARE_PERSISTENT, &db->st[i], NULL) !=
		    SQLITE_OK)
			return inventory_broken(db, e);
	return 0;
}

int inventory_open(struct inventory **out, const char *path, bool write, struct err *e)
{
	struct inventory *db = calloc(1, sizeof *db);

	*out = NULL;
	if (!db)
		return err_set(e, ERR_MEMORY, "%s: out of memory", path);
	if (open_it(db, path, write, e) != 0) {
		inventory_close(db);
		return -1;
	}
	*out = db;
	return 0;
}

void inventory_close(struct inventory *db)
{
	if (!db)
		return;
	for (int i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(db->st[i]);
	sqlite3_close(db->db); /* rolls back what is open */
	free(db->path);
	free(db);
}

/* --- a scan --- */

static void bind_text(sqlite3_stmt *st, int at, const char *s)
{
	sqlite3_bind_text(st, at, s ? s : "", -1, SQLITE_STATIC);
}

/* Runs a statement that gives no row. */
static int step(struct inventory *db, sqlite3_stmt *st, struct err *e)
{
	int rc = sqlite3_step(st);

	sqlite3_reset(st);
	return rc == SQLITE_DONE ? 0 : inventory_broken(db, e);
}

static int with_text(struct inventory *db, const char *sql, const char *text, int64_t *out,
		     struct err *e)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(db->db, sql, -1, &st, NULL);

	if (rc == SQLITE_OK) {
		bind_text(st, 1, text);
		rc = sqlite3_step(st);
		if (rc == SQLITE_ROW && out)
			*out = sqlite3_column_int64(st, 0);
	}
	sqlite3_finalize(st);
	return rc == SQLITE_DONE || rc == SQLITE_ROW ? 0 : inventory_broken(db, e);
}

int inventory_begin(struct inventory *db, const char *roots, int64_t at, struct err *e)
{
	char text[256];

	db->overlap = strchr(roots, '\n') != strrchr(roots, '\n');
	if (run(db, "BEGIN IMMEDIATE", e) != 0 ||
	    with_text(db, "INSERT INTO roots(text) VALUES(?1) ON CONFLICT DO NOTHING", roots, NULL, e) != 0 ||
	    with_text(db, "SELECT id FROM roots WHERE text = ?1", roots, &db->roots, e) != 0)
		return -1;
	snprintf(text, sizeof text, "SELECT max(id) FROM scan WHERE roots = %lld", (long long)db->roots);
	if (inventory_number(db, text, 0, &db->previous, e) != 0)
		return -1;
	snprintf(text, sizeof text, "INSERT INTO scan(roots, at) VALUES(%lld, %lld)",
		 (long long)db->roots, (long long)at);
	if (run(db, text, e) != 0)
		return -1;
	db->scan = sqlite3_last_insert_rowid(db->db);
	return 0;
}

int inventory_add(struct inventory *db, const struct inventory_entry *x, int64_t *id, struct err *e)
{
	sqlite3_stmt *st = db->st[ADD];
	int rc;

	sqlite3_bind_blob(st, 1, x->sha256, 32, SQLITE_STATIC);
	bind_text(st, 2, x->must_staple);
	bind_text(st, 3, x->name);
	bind_text(st, 4, x->names);
	bind_text(st, 5, x->subject);
	bind_text(st, 6, x->issuer);
	bind_text(st, 7, x->serial);
	sqlite3_bind_int64(st, 8, x->not_before);
	sqlite3_bind_int64(st, 9, x->not_after);
	if (step(db, st, e) != 0)
		return -1;
	if (sqlite3_changes(db->db) > 0) {
		*id = sqlite3_last_insert_rowid(db->db);
		return 0;
	}
	st = db->st[FIND];
	sqlite3_bind_blob(st, 1, x->sha256, 32, SQLITE_STATIC);
	rc = sqlite3_step(st);
	if (rc == SQLITE_ROW)
		*id = sqlite3_column_int64(st, 0);
	sqlite3_reset(st);
	return rc == SQLITE_ROW ? 0 : inventory_broken(db, e);
}

static int place(struct inventory *db, sqlite3_stmt *st, int64_t id, const char *source, size_t index,
		 struct err *e)
{
	sqlite3_bind_int64(st, 1, db->scan);
	sqlite3_bind_int64(st, 2, db->roots);
	sqlite3_bind_int64(st, 3, id);
	bind_text(st, 4, source);
	sqlite3_bind_int64(st, 5, (int64_t)index);
	return step(db, st, e);
}

/* 1: it was there in that scan, and is now; 0: it was not. */
static int stays(struct inventory *db, int64_t scan, int64_t id, const char *source, size_t index,
		 struct err *e)
{
	sqlite3_bind_int64(db->st[STAY], 6, scan);
	if (place(db, db->st[STAY], id, source, index, e) != 0)
		return -1;
	return sqlite3_changes(db->db) > 0;
}

int inventory_place(struct inventory *db, int64_t id, const char *source, size_t index, struct err *e)
{
	int rc = db->previous > 0 ? stays(db, db->previous, id, source, index, e) : 0;

	if (rc == 0 && db->overlap) /* met already in this scan? */
		rc = stays(db, db->scan, id, source, index, e);
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	return place(db, db->st[COME], id, source, index, e);
}

int inventory_commit(struct inventory *db, size_t files, size_t problems, struct err *e)
{
	char text[160];

	snprintf(text, sizeof text, "UPDATE scan SET files = %zu, problems = %zu WHERE id = %lld", files,
		 problems, (long long)db->scan);
	if (run(db, text, e) != 0)
		return -1;
	return run(db, "COMMIT", e);
}
