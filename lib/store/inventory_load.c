/* What a scan found, written: by fingerprint, so that every page of the table's index is touched
 * for many rows at once and not for each alone, and many rows by one statement. */
#include "store/inventory_part.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bytes that may wait: some 30,000 certificates. */
#define WAITING (16u * 1024 * 1024)
/* Rows of one statement: more save little. */
#define TOGETHER 16

/* A row that waits; note and source stand behind it. */
struct row {
	uint8_t sha256[32];
	uint64_t index;
	uint32_t note, source; /* their lengths; note 0: absent */
};

struct inventory_key {
	uint64_t order;        /* the fingerprint's first octets */
	size_t at;
	const struct row *row;
	int64_t id;
};

static const char *note_of(const struct row *r)
{
	return (const char *)(r + 1);
}

static const char *source_of(const struct row *r)
{
	return note_of(r) + r->note;
}

/* --- statements --- */

static int prepare(struct inventory *db, enum inventory_statement which, const char *sql, struct err *e)
{
	int rc = sqlite3_prepare_v3(db->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &db->st[which], NULL);

	return rc == SQLITE_OK ? 0 : inventory_broken(db, e);
}

/* "INSERT ... VALUES row": once with one row, once with many. */
static int prepare_insert(struct inventory *db, enum inventory_statement which, const char *head,
			  const char *row, struct err *e)
{
	struct buf sql;
	int rc;

	buf_init(&sql);
	buf_printf(&sql, "%s VALUES %s", head, row);
	rc = prepare(db, which, buf_cstr(&sql), e);
	for (int i = 1; i < TOGETHER; i++)
		buf_printf(&sql, ", %s", row);
	if (rc == 0)
		rc = prepare(db, which + 1, buf_cstr(&sql), e);
	buf_wipe(&sql);
	return rc;
}

int inventory_load_begin(struct inventory *db, struct err *e)
{
	char place[96];

	snprintf(place, sizeof place, "(%lld, ?, ?, ?, %lld, %lld)", (long long)db->roots,
		 (long long)db->scan, (long long)db->scan);
	if (inventory_number(db, "SELECT max(id) FROM certificate", 0, &db->certificates, e) != 0)
		return -1;
	db->empty = db->certificates == 0;
	if (!buf_reserve(&db->waiting, WAITING))
		return err_set(e, ERR_MEMORY, "%s: out of memory", db->path);
	/* Should a fingerprint come twice all is lost anyway, and what is to be undone need not be noted. */
	if (prepare_insert(db, INVENTORY_ADD,
			   "INSERT OR ROLLBACK INTO certificate(id, sha256, must_staple, name, names, subject,"
			   " issuer, serial, not_before, not_after)", "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", e) != 0 ||
	    prepare_insert(db, INVENTORY_COME,
			   "INSERT OR IGNORE INTO place(roots, certificate, source, number, first, last)",
			   place, e) != 0 ||
	    prepare(db, INVENTORY_FIND, "SELECT id FROM certificate WHERE sha256 = ?1", e) != 0)
		return -1;
	/* It was there in the scan before, or was met already in this one. */
	return prepare(db, INVENTORY_STAY, "UPDATE place SET last = ?1 WHERE roots = ?2 AND certificate = ?3"
		       " AND source = ?4 AND number = ?5 AND last IN (?6, ?1)", e);
}

void inventory_load_end(struct inventory *db)
{
	for (int i = 0; i < INVENTORY_STATEMENTS; i++)
		sqlite3_finalize(db->st[i]);
	buf_wipe(&db->waiting);
	free(db->keys);
}

/* Runs a statement that gives no row. */
static int step(struct inventory *db, sqlite3_stmt *st, struct err *e)
{
	int rc = sqlite3_step(st);

	sqlite3_reset(st);
	return rc == SQLITE_DONE ? 0 : inventory_broken(db, e);
}

static int bind_certificate(sqlite3_stmt *st, int at, const struct inventory_key *k)
{
	const char *text = note_of(k->row) + sizeof(struct inventory_note);
	struct inventory_note note;

	memcpy(&note, note_of(k->row), sizeof note);
	sqlite3_bind_int64(st, at++, k->id);
	sqlite3_bind_blob(st, at++, k->row->sha256, sizeof k->row->sha256, SQLITE_STATIC);
	sqlite3_bind_text(st, at++, note.must_staple, -1, SQLITE_STATIC);
	for (int i = 0; i < INVENTORY_TEXTS; i++) {
		sqlite3_bind_text(st, at++, text, (int)note.length[i], SQLITE_STATIC);
		text += note.length[i];
	}
	sqlite3_bind_int64(st, at++, note.not_before);
	sqlite3_bind_int64(st, at++, note.not_after);
	return at;
}

static int bind_place(sqlite3_stmt *st, int at, const struct inventory_key *k)
{
	sqlite3_bind_int64(st, at++, k->id);
	sqlite3_bind_text(st, at++, source_of(k->row), (int)k->row->source, SQLITE_STATIC);
	sqlite3_bind_int64(st, at++, (int64_t)k->row->index);
	return at;
}

/* Rows for one table. */
struct queue {
	enum inventory_statement one; /* the next is for many */
	int (*bind)(sqlite3_stmt *st, int at, const struct inventory_key *k);
	const struct inventory_key *v[TOGETHER];
	size_t n;
};

static int queue_write(struct inventory *db, struct queue *q, struct err *e)
{
	sqlite3_stmt *st = db->st[q->n == TOGETHER ? q->one + 1 : q->one];
	int at = 1;

	for (size_t i = 0; i < q->n; i++) {
		at = q->bind(st, at, q->v[i]);
		if (q->n == TOGETHER && i + 1 < q->n)
			continue;
		if (step(db, st, e) != 0)
			return -1;
		at = 1;
	}
	q->n = 0;
	return 0;
}

static int queue_add(struct inventory *db, struct queue *q, const struct inventory_key *k, struct err *e)
{
	q->v[q->n++] = k;
	return q->n == TOGETHER ? queue_write(db, q, e) : 0;
}

/* --- what waits --- */

static int by_fingerprint(const void *a, const void *b)
{
	const struct inventory_key *x = a, *y = b;
	int c;

	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	c = memcmp(x->row->sha256, y->row->sha256, sizeof x->row->sha256);
	return c != 0 ? c : x->at < y->at ? -1 : x->at > y->at;
}

/* The id in the database, or 0. */
static int find(struct inventory *db, const uint8_t sha256[32], int64_t *id, struct err *e)
{
	sqlite3_stmt *st = db->st[INVENTORY_FIND];
	int rc;

	sqlite3_bind_blob(st, 1, sha256, 32, SQLITE_STATIC);
	rc = sqlite3_step(st);
	*id = rc == SQLITE_ROW ? sqlite3_column_int64(st, 0) : 0;
	sqlite3_reset(st);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 : inventory_broken(db, e);
}

/* Gives the rows of one certificate their id: the one that it has, or a new one. */
static int identify(struct inventory *db, struct queue *new, struct inventory_key *k, size_t n,
		    struct err *e)
{
	size_t noted = 0;
	int64_t id = 0;

	while (noted < n && k[noted].row->note == 0)
		noted++;
	if (!db->empty && find(db, k->row->sha256, &id, e) != 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		k[i].id = id ? id : db->certificates + 1;
	if (id)
		return 0;
	if (noted == n)
		return err_set(e, ERR_INTERNAL, "%s: a certificate without a note", db->path);
	db->certificates++;
	return queue_add(db, new, &k[noted], e);
}

/* 1: the place was there already. */
static int stays(struct inventory *db, const struct inventory_key *k, struct err *e)
{
	sqlite3_stmt *st = db->st[INVENTORY_STAY];

	sqlite3_bind_int64(st, 1, db->scan);
	sqlite3_bind_int64(st, 2, db->roots);
	(void)bind_place(st, 3, k);
	sqlite3_bind_int64(st, 6, db->previous);
	if (step(db, st, e) != 0)
		return -1;
	return sqlite3_changes(db->db) > 0;
}

static int write_places(struct inventory *db, struct err *e)
{
	struct queue come = {.one = INVENTORY_COME, .bind = bind_place};

	for (size_t i = 0; i < db->key_count; i++) {
		int rc = db->previous > 0 ? stays(db, &db->keys[i], e) : 0;

		if (rc < 0 || (rc == 0 && queue_add(db, &come, &db->keys[i], e) != 0))
			return -1;
	}
	return queue_write(db, &come, e);
}

int inventory_load(struct inventory *db, struct err *e)
{
	struct queue new = {.one = INVENTORY_ADD, .bind = bind_certificate};
	struct inventory_key *k = db->keys, *end = k + db->key_count, *next;

	if (db->key_count == 0)
		return 0;
	for (next = k; next < end; next++)
		next->row = (const void *)(db->waiting.p + next->at);
	qsort(db->keys, db->key_count, sizeof *db->keys, by_fingerprint);
	for (; k < end; k = next) {
		for (next = k + 1; next < end && memcmp(next->row->sha256, k->row->sha256, 32) == 0; next++)
			;
		if (identify(db, &new, k, (size_t)(next - k), e) != 0)
			return -1;
	}
	if (queue_write(db, &new, e) != 0 || write_places(db, e) != 0)
		return -1;
	db->empty = false;
	db->key_count = 0;
	buf_reset(&db->waiting);
	return 0;
}

int inventory_place(struct inventory *db, const uint8_t sha256[32], struct span note,
		    const char *source, size_t index, struct err *e)
{
	struct row r = {.index = index, .note = (uint32_t)note.n, .source = (uint32_t)strlen(source)};
	struct inventory_key *v;
	size_t n = (sizeof r + note.n + r.source + 7) / 8 * 8; /* the next one is aligned, too */
	uint8_t *to;

	if (db->key_count > 0 && db->waiting.n + n > WAITING && inventory_load(db, e) != 0)
		return -1;
	v = array_grow(db->keys, db->key_count, &db->key_cap, sizeof *v);
	to = v ? buf_room(&db->waiting, n) : NULL;
	if (v)
		db->keys = v;
	if (!to)
		return err_set(e, ERR_MEMORY, "%s: out of memory", db->path);
	memcpy(r.sha256, sha256, sizeof r.sha256);
	v += db->key_count++;
	*v = (struct inventory_key){.at = db->waiting.n};
	for (int i = 0; i < 8; i++)
		v->order = v->order << 8 | sha256[i];
	memcpy(to, &r, sizeof r);
	if (note.n > 0)
		memcpy(to + sizeof r, note.p, note.n);
	memcpy(to + sizeof r + note.n, source, r.source);
	db->waiting.n += n;
	return 0;
}
