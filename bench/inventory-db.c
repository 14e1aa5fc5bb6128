/*
 * What --db of staple-inventory is measured against: nothing but the inserts.
 *
 *	inventory-db ready OUR.db ROWS    writes the rows of a recorded scan to a file
 *	inventory-db insert ROWS NEW.db   puts them into a new database with the same tables: one
 *	                                  transaction, prepared statements, write-ahead log
 */
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIELDS 11 /* of the certificate, then source and number */

static const char tables[] =
	"PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
	"CREATE TABLE certificate(id INTEGER PRIMARY KEY, sha256 BLOB NOT NULL UNIQUE,"
	" must_staple TEXT NOT NULL, name TEXT, names TEXT, subject TEXT, issuer TEXT, serial TEXT,"
	" not_before INTEGER, not_after INTEGER);"
	"CREATE TABLE place(roots INTEGER NOT NULL, certificate INTEGER NOT NULL, source TEXT NOT NULL,"
	" number INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,"
	" PRIMARY KEY(roots, certificate, source, number, first)) WITHOUT ROWID; BEGIN";

static void must(sqlite3 *db, int ok)
{
	if (ok)
		return;
	fprintf(stderr, "inventory-db: %s\n", sqlite3_errmsg(db));
	exit(2);
}

static void ready(const char *path, const char *rows)
{
	FILE *out = fopen(rows, "w");
	sqlite3_stmt *st;
	sqlite3 *db;

	must(NULL, sqlite3_open(path, &db) == SQLITE_OK && out);
	must(db, sqlite3_prepare_v2(db, "SELECT c.sha256, must_staple, name, names, subject, issuer, serial,"
				    " not_before, not_after, source, number FROM certificate c JOIN place p"
				    " ON p.certificate = c.id ORDER BY p.source, p.number", -1, &st, NULL) == SQLITE_OK);
	while (sqlite3_step(st) == SQLITE_ROW)
		for (int i = 0; i < FIELDS; i++) {
			const void *p = sqlite3_column_blob(st, i);
			uint32_t n = (uint32_t)sqlite3_column_bytes(st, i);

			fwrite(&n, sizeof n, 1, out);
			fwrite(p, 1, n, out);
		}
	sqlite3_finalize(st);
	sqlite3_close(db);
	fclose(out);
}

static char *whole(const char *path, size_t *n)
{
	FILE *f = fopen(path, "r");
	char *p;

	must(NULL, f != NULL);
	fseek(f, 0, SEEK_END);
	*n = (size_t)ftell(f);
	rewind(f);
	p = malloc(*n + 1);
	must(NULL, p && fread(p, 1, *n, f) == *n);
	fclose(f);
	return p;
}

static void run(sqlite3 *db, sqlite3_stmt *st)
{
	must(db, sqlite3_step(st) == SQLITE_DONE);
	sqlite3_reset(st);
}

static void insert(const char *rows, const char *path)
{
	size_t n, count = 0;
	char *at = whole(rows, &n), *end = at + n;
	sqlite3_stmt *cert, *place;
	sqlite3 *db;

	must(NULL, sqlite3_open(path, &db) == SQLITE_OK);
	must(db, sqlite3_exec(db, tables, NULL, NULL, NULL) == SQLITE_OK);
	must(db, sqlite3_prepare_v2(db, "INSERT INTO certificate(sha256, must_staple, name, names, subject,"
				    " issuer, serial, not_before, not_after)"
				    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)", -1, &cert, NULL) == SQLITE_OK);
	must(db, sqlite3_prepare_v2(db, "INSERT INTO place(roots, certificate, source, number, first, last)"
				    " VALUES(1, ?1, ?2, ?3, 1, 1)", -1, &place, NULL) == SQLITE_OK);
	while (at < end) {
		for (int i = 0; i < FIELDS; i++) {
			sqlite3_stmt *st = i < 9 ? cert : place;
			int to = i < 9 ? i + 1 : i - 7;
			uint32_t length;

			memcpy(&length, at, sizeof length);
			at += sizeof length;
			if (i == 0)
				sqlite3_bind_blob(st, to, at, (int)length, SQLITE_STATIC);
			else if (i == 7 || i == 8 || i == 10)
				sqlite3_bind_int64(st, to, strtoll(at, NULL, 10));
			else
				sqlite3_bind_text(st, to, at, (int)length, SQLITE_STATIC);
			at += length;
		}
		run(db, cert);
		sqlite3_bind_int64(place, 1, sqlite3_last_insert_rowid(db));
		run(db, place);
		count++;
	}
	must(db, sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK);
	sqlite3_finalize(cert);
	sqlite3_finalize(place);
	sqlite3_close(db);
	printf("%zu\n", count);
}

int main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "ready") == 0)
		ready(argv[2], argv[3]);
	else if (argc == 4 && strcmp(argv[1], "insert") == 0)
		insert(argv[2], argv[3]);
	else
		return fputs("usage: inventory-db ready OUR.db ROWS | insert ROWS NEW.db\n", stderr), 2;
	return 0;
}
