/*
 * NSS databases (cert9.db, SQLite): the certificates of the table nssPublic, which need no
 * password.  The file's bytes are given to SQLite as they are: it opens, locks and changes
 * nothing.
 */
#include "store/readers.h"

#include <sqlite3.h>
#include <stdlib.h>

bool store_nss_is(struct span bytes)
{
	return bytes.n >= 100 && memcmp(bytes.p, "SQLite format 3", 16) == 0;
}

/* A database in memory that reads a copy of the bytes; SQLite frees the copy. */
static sqlite3 *open_copy(struct span bytes)
{
	sqlite3 *db = NULL;
	uint8_t *copy = sqlite3_malloc64(bytes.n);

	if (!copy || sqlite3_open_v2(":memory:", &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK) {
		sqlite3_free(copy);
		sqlite3_close(db);
		return NULL;
	}
	memcpy(copy, bytes.p, bytes.n);
	copy[18] = copy[19] = 1; /* its log, if it keeps one, is not at hand */
	if (sqlite3_deserialize(db, "main", copy, (sqlite3_int64)bytes.n, (sqlite3_int64)bytes.n,
				SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_READONLY) != SQLITE_OK) {
		sqlite3_close(db); /* has freed the copy */
		return NULL;
	}
	return db;
}

/* CKA_CLASS (a0) is CKO_CERTIFICATE; CKA_VALUE (a11) the DER, CKA_LABEL (a3) the nickname. */
static const char query[] = "SELECT a11, a3 FROM nssPublic WHERE a0 = x'00000001' ORDER BY id";

static void read_rows(struct store_input *in, sqlite3 *db, sqlite3_stmt *st)
{
	char *entry;
	int rc;

	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		const void *der = sqlite3_column_blob(st, 0), *label = sqlite3_column_blob(st, 1);

		if (!der)
			continue;
		entry = label ? strndup(label, (size_t)sqlite3_column_bytes(st, 1)) : NULL;
		in->entry = entry;
		store_cert(in, span_of(der, (size_t)sqlite3_column_bytes(st, 0)));
		in->entry = NULL;
		free(entry);
	}
	if (rc != SQLITE_DONE)
		store_problem(in, in->certs, STORE_ERROR, "NSS database: %s", sqlite3_errmsg(db));
}

void store_nss_read(struct store_input *in)
{
	sqlite3 *db = open_copy(in->bytes);
	sqlite3_stmt *st = NULL;

	if (!db) {
		store_problem(in, STORE_NO_INDEX, STORE_ERROR, "an SQLite database that cannot be read");
		return;
	}
	if (in->bytes.p[18] == 2)
		store_problem(in, STORE_NO_INDEX, STORE_NOTE,
			      "the database keeps a write-ahead log: what is only there is not seen");
	if (sqlite3_prepare_v2(db, query, -1, &st, NULL) == SQLITE_OK)
		read_rows(in, db, st);
	else if (sqlite3_errcode(db) == SQLITE_ERROR) /* no such table or column */
		store_problem(in, STORE_NO_INDEX, STORE_NOTE,
			      "an SQLite database that is no NSS certificate store");
	else
		store_problem(in, STORE_NO_INDEX, STORE_ERROR, "SQLite database: %s", sqlite3_errmsg(db));
	sqlite3_finalize(st);
	sqlite3_close(db);
}
