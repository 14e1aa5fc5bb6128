/*
 * inventory: what was seen, where and when, on disk (SQLite, write-ahead log).
 *
 * A scan is one transaction: interrupted, it leaves the last complete one in force; two at once
 * wait for each other.  A place is an interval of scans of the same roots.
 */
#ifndef STAPLE_STORE_INVENTORY_H
#define STAPLE_STORE_INVENTORY_H

#include "ground/err.h"

struct inventory; /* an open database */

/* A certificate as it is told.  Texts are UTF-8 or nearly so; borrowed. */
struct inventory_entry {
	const uint8_t *sha256;          /* 32 octets */
	const char *must_staple;        /* "yes", "no", "malformed" */
	const char *name, *names;       /* label; all names, separated by blanks */
	const char *subject, *issuer, *serial;
	int64_t not_before, not_after;
};

/* What is to be kept of a certificate: this, then its texts one behind the other, each as long as
 * is told here. */
enum inventory_text {
	INVENTORY_NAME, INVENTORY_NAMES, INVENTORY_SUBJECT, INVENTORY_ISSUER, INVENTORY_SERIAL,
	INVENTORY_TEXTS
};
struct inventory_note {
	int64_t not_before, not_after;
	const char *must_staple;        /* one of the words, for good */
	uint32_t length[INVENTORY_TEXTS];
};

/* Created when missing, brought up to date when it is older; a newer one is ERR_UNSUPPORTED.
 * `write` is false for questions only. */
MUST_USE int inventory_open(struct inventory **out, const char *path, bool write, struct err *e);
void inventory_close(struct inventory *db); /* what was not committed is dropped */

/* One scan.  `roots` names them all, a line each.  Waits for another scan to end. */
MUST_USE int inventory_begin(struct inventory *db, const char *roots, int64_t at, struct err *e);

/* A certificate in a place.  Its note comes with the first, or again; absent: with an earlier one
 * of this scan.  Places are kept in memory, some MB, and written in the order of fingerprints. */
MUST_USE int inventory_place(struct inventory *db, const uint8_t sha256[32], struct span note,
			     const char *source, size_t index, struct err *e);
MUST_USE int inventory_commit(struct inventory *db, size_t files, size_t problems, struct err *e);

enum inventory_change { INVENTORY_APPEARED, INVENTORY_VANISHED, INVENTORY_MOVED };

/* What differs between the scan just committed and the one before of the same roots.
 * *previous: when that was, or INT64_MIN when there was none (then nothing is told).  A moved
 * certificate is told once for each place that came or went, which `came` says. */
typedef void inventory_changed(void *context, enum inventory_change c, bool came,
			       const struct inventory_entry *x, const char *source, int64_t index);
MUST_USE int inventory_diff(struct inventory *db, int64_t *previous, inventory_changed *tell,
			    void *context, struct err *e);

/* One certificate's life: by the beginning of its fingerprint (8 digits at least) or by a glob over
 * its names.  Told in order of fingerprint, then time.  `still`: in the last scan of its roots. */
typedef void inventory_life(void *context, const struct inventory_entry *x, const char *source,
			    int64_t index, int64_t first, int64_t last, bool still);
MUST_USE int inventory_history(struct inventory *db, const char *what, inventory_life *tell,
			       void *context, struct err *e);

#endif
