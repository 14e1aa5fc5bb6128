#include "store/inventory_part.h"

#include <ctype.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

int inventory_broken(const struct inventory *db, struct err *e)
{
	return err_set(e, ERR_IO, "%s: %s", db->path, sqlite3_errmsg(db->db));
}

int inventory_run(struct inventory *db, const char *sql, struct err *e)
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
		if (inventory_run(db, steps[version], e) != 0 || inventory_run(db, text, e) != 0)
			return -1;
	}
	return 0;
}

/* Is it ours, of a version that we know, and has it tables? */
static int check_schema(struct inventory *db, int64_t *version, int64_t *tables, struct err *e)
{
	int64_t application;

	if (inventory_number(db, "PRAGMA user_version", 0, version, e) != 0 ||
	    inventory_number(db, "PRAGMA application_id", 0, &application, e) != 0 ||
	    inventory_number(db, "SELECT count(*) FROM sqlite_master", 0, tables, e) != 0)
		return -1;
	if (*tables > 0 && application != APPLICATION)
		return err_set(e, ERR_PARSE, "%s: a database, but not one of staple-inventory", db->path);
	if (*version > SCHEMA)
		return err_set(e, ERR_UNSUPPORTED, "%s: written by a newer staple-inventory (schema %lld; "
			       "this one knows up to %d)", db->path, (long long)*version, SCHEMA);
	return 0;
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
	return rc == SQLITE_OK ? inventory_run(db, "PRAGMA synchronous = NORMAL", e)
			       : inventory_broken(db, e);
}

/* Under the write lock, so that two programs cannot both create it.  A new one has no log: until
 * its first scan is whole there is nothing to be read in it, and what is written once need not be
 * written twice.  The lock is kept for that scan. */
static int open_to_write(struct inventory *db, struct err *e)
{
	int64_t version, tables;

	if (inventory_run(db, "BEGIN IMMEDIATE", e) != 0 || check_schema(db, &version, &tables, e) != 0 ||
	    migrate(db, version, e) != 0)
		return -1;
	db->created = tables == 0;
	if (db->created)
		return 0;
	return inventory_run(db, "COMMIT", e) != 0 ? -1 : use_wal(db, e);
}

static int open_to_ask(struct inventory *db, struct err *e)
{
	int64_t version, tables;

	if (check_schema(db, &version, &tables, e) != 0) {
		/* What only a writer may undo is a first scan, which has no log. */
		if (sqlite3_extended_errcode(db->db) == SQLITE_READONLY_ROLLBACK)
			return err_set(e, ERR_NOT_FOUND, "%s: holds no scan: its first was interrupted",
				       db->path);
		return -1;
	}
	return tables > 0 ? 0 : err_set(e, ERR_NOT_FOUND, "%s: holds no scan", db->path);
}

/* To read it SQLite makes a file for the log's index beside it.  In a folder where we may not write,
 * and without a log, the database is whole as it lies there. */
static int open_as_it_lies(struct inventory *db, struct err *e)
{
	int code = sqlite3_extended_errcode(db->db), rc;
	struct buf b;
	bool log;

	if (code == SQLITE_READONLY_ROLLBACK || ((code & 0xff) != SQLITE_READONLY && (code & 0xff) != SQLITE_CANTOPEN))
		return -1;
	buf_init(&b);
	buf_printf(&b, "%s-wal", db->path);
	log = access(buf_cstr(&b), F_OK) == 0;
	buf_reset(&b);
	buf_printf(&b, "%s-journal", db->path);
	log |= access(buf_cstr(&b), F_OK) == 0;
	buf_reset(&b);
	buf_add_str(&b, "file:");
	for (const char *p = db->path; *p; p++)
		if (isalnum((unsigned char)*p) || strchr("/._-", *p))
			buf_add_byte(&b, (uint8_t)*p);
		else
			buf_printf(&b, "%%%02x", (unsigned)(unsigned char)*p);
	buf_add_str(&b, "?immutable=1");
	rc = log || b.failed ? -1 : 0;
	if (rc == 0) {
		sqlite3_close(db->db);
		db->db = NULL;
		rc = sqlite3_open_v2(buf_cstr(&b), &db->db,
				     SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL) == SQLITE_OK
			     ? open_to_ask(db, e) : inventory_broken(db, e);
	}
	buf_wipe(&b);
	return rc;
}

/* Of two threads only one at a time uses it, and nobody asks how much memory SQLite has. */
static int open_it(struct inventory *db, const char *path, bool write, struct err *e)
{
	int flags = SQLITE_OPEN_NOMUTEX |
		    (write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY);

	/* SQLite takes these for something that is gone when it is closed, or for a URI. */
	if (path[0] == '\0' || path[0] == ':' || strncmp(path, "file:", 5) == 0)
		return err_set(e, ERR_USAGE, "'%s' is no name of a database: write ./%s", path, path);
	db->path = strdup(path);
	if (!db->path)
		return err_set(e, ERR_MEMORY, "%s: out of memory", path);
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	if (sqlite3_open_v2(path, &db->db, flags, NULL) != SQLITE_OK)
		return inventory_broken(db, e);
	sqlite3_busy_timeout(db->db, WAIT_MS);
	if (write)
		return open_to_write(db, e);
	return open_to_ask(db, e) == 0 ? 0 : open_as_it_lies(db, e);
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
	inventory_load_end(db);
	sqlite3_close(db->db); /* rolls back what is open */
	free(db->path);
	free(db);
}

/* --- a scan --- */

static int with_text(struct inventory *db, const char *sql, const char *text, int64_t *out,
		     struct err *e)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(db->db, sql, -1, &st, NULL);

	if (rc == SQLITE_OK) {
		sqlite3_bind_text(st, 1, text, -1, SQLITE_STATIC);
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

	if (!db->created && inventory_run(db, "BEGIN IMMEDIATE", e) != 0)
		return -1;
	if (with_text(db, "INSERT INTO roots(text) VALUES(?1) ON CONFLICT DO NOTHING", roots, NULL, e) != 0 ||
	    with_text(db, "SELECT id FROM roots WHERE text = ?1", roots, &db->roots, e) != 0)
		return -1;
	snprintf(text, sizeof text, "SELECT max(id) FROM scan WHERE roots = %lld", (long long)db->roots);
	if (inventory_number(db, text, 0, &db->previous, e) != 0)
		return -1;
	snprintf(text, sizeof text, "INSERT INTO scan(roots, at) VALUES(%lld, %lld)",
		 (long long)db->roots, (long long)at);
	if (inventory_run(db, text, e) != 0)
		return -1;
	db->scan = sqlite3_last_insert_rowid(db->db);
	return inventory_load_begin(db, e);
}

int inventory_commit(struct inventory *db, size_t files, size_t problems, struct err *e)
{
	char text[160];

	snprintf(text, sizeof text, "UPDATE scan SET files = %zu, problems = %zu WHERE id = %lld", files,
		 problems, (long long)db->scan);
	if (inventory_load(db, e) != 0 || inventory_run(db, text, e) != 0 ||
	    inventory_run(db, "COMMIT", e) != 0)
		return -1;
	if (db->created) /* now with its log; somebody who uses it at this moment does that, too */
		(void)sqlite3_exec(db->db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
	return 0;
}
