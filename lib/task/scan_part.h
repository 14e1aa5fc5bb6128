/*
 * scan_part: what the files of the scan share with each other.
 *
 * An item is what one thread does at a time: some small files, or a part of a large one.
 * Files are opened ahead (scan_open.c); threads read them (scan_read.c) and turn them into records
 * (scan_item.c); these are delivered in order (scan_deliver.c), written (scan_stream.c) or kept
 * (scan_keep.c).
 */
#ifndef STAPLE_TASK_SCAN_PART_H
#define STAPLE_TASK_SCAN_PART_H

#include "crypto/chain.h"
#include "store/seen.h"
#include "store/server.h"
#include "task/scan.h"

#include <pthread.h>

/* Files of one item, or fewer when they come to LARGE_FILE; four such items are open ahead of the
 * threads, so that a cold disk has 128 requests to answer at a time. */
#define ITEM_FILES 32
#define ITEMS_AHEAD 4

/* After so many items without a wait for the disk their files are opened without a word to it. */
#define ITEMS_UNTIL_QUIET 32

/* Larger files are shared out in parts of PART_SIZE: with the rows that come of it, twice, one fits
 * the second cache of a core.  The block that stands over a part's end is read in steps that double,
 * from PART_MORE on. */
#define LARGE_FILE (1024u * 1024u)
#define PART_SIZE (256u * 1024u)
#define PART_MORE (8u * 1024u)

enum record_kind { RECORD_CERT, RECORD_REQUEST, RECORD_STAPLE, RECORD_PROBLEM, RECORD_SERVER };

/* One object as a thread found it.  Its bytes in the item: source, entry, payload, note. */
struct record {
	uint8_t kind;
	uint8_t must_staple; /* enum must_staple */
	uint8_t worst;       /* enum severity: of the findings */
	bool written;        /* payload: the JSON from "sha256" on; else DER, or a problem's text */
	bool whole;          /* payload: the line as it is written when the certificate is new */
	bool dropped;        /* the filter does not want it */
	bool note;           /* a problem that is none */
	bool failing;        /* a finding for which the run fails */
	bool unchecked;      /* one that says so */
	const char *format;
	uint32_t source_n;   /* 0: the file's own */
	uint32_t entry_n;    /* 0: none */
	size_t at, n;        /* of source, entry, payload and note together */
	uint32_t note_n;     /* what is to be recorded; 0: none */
	size_t index;        /* SIZE_MAX: of the file */
	int64_t not_after;
	uint8_t sha256[32];
};

static inline struct span record_payload(const struct record *x, const uint8_t *bytes)
{
	size_t skip = (size_t)x->source_n + x->entry_n;

	return span_of(bytes + x->at + skip, x->n - skip - x->note_n);
}

static inline struct span record_note(const struct record *x, const uint8_t *bytes)
{
	return span_of(bytes + x->at + x->n - x->note_n, x->note_n);
}

struct item_file {
	size_t entry;        /* in the walk */
	int fd;              /* or -1 */
	int error;           /* errno of the open */
	bool late;           /* not kept open: who reads it opens it again */
	bool read;           /* it was, to its end */
	bool held;           /* its bytes are the item's content */
	unsigned became;     /* mode of what it is, when that is no file any more; or 0 */
	uint64_t size;
	size_t end;          /* of its records in the item */
	size_t keys;
};

/* A large file, shared by its items. */
struct big_file {
	int fd;
	unsigned users;      /* items not yet processed; under scan->lock */
	uint64_t size;
};

struct item {
	struct item *next;   /* of the free list */
	enum { ITEM_SMALL, ITEM_PART } kind;
	struct item_file files[ITEM_FILES];
	size_t file_count;
	struct big_file *big; /* ITEM_PART: of it; NULL: the part is in `content` */
	struct buf content;  /* of standard input */
	uint64_t offset, of; /* ITEM_PART; of so many bytes */
	bool final;          /* ITEM_PART: the last one of its file */
	struct store_pem_part part;
	size_t found[RECORD_STAPLE + 1]; /* certificates, requests, staples in this part */
	struct record *records;
	size_t n, cap;
	struct buf bytes;
	bool failed;         /* memory */
};

/* What an item's records stand in, while nobody needs it: what was used last is used next, as the
 * caches of the processors know it, and as many are made as are in use at a time. */
struct room {
	struct record *records;
	size_t cap;
	struct buf bytes;
};

/* Standard input that is no file. */
struct scan_pipe {
	bool active, ended;
	size_t entry;
	struct buf bytes;    /* read, and not yet in an item */
	uint64_t offset;     /* of bytes */
	int error;           /* errno */
};

/* What was worked out for an issuer: stores have few, and each many certificates. */
struct issuer {
	struct buf der, text;
	const struct policy_ca *ca;
	size_t counted;       /* its row in the report's count; SIZE_MAX: none yet */
};
#define ISSUERS 16

struct worker {
	struct buf file, scratch, path, beside;
	struct issuer issuers[ISSUERS];
	unsigned last;        /* made last */
};

struct scan;

/* What a thread's sink needs. */
struct sink_state {
	struct scan *scan;
	struct item *item;
	struct worker *worker;
	const char *source;   /* the file's own name, to tell members from it */
	const char *path;     /* in text, for findings and servers */
	const char **links;   /* that lead to the file; or NULL */
	size_t entry;         /* of the file in the walk */
	bool part;            /* indexes are those of the part */
};

/* Everything that was kept for a report at the end. */
struct kept {
	uint8_t *der;         /* owned */
	uint32_t n;
	uint32_t first, last; /* places */
	const char *format;
};

struct place {
	uint32_t source;      /* in scan->sources */
	uint32_t index;
	char *entry;          /* owned, or NULL */
	uint32_t next;        /* or UINT32_MAX */
};

struct source {
	char *name;           /* owned */
	const char **links;   /* owned array of borrowed texts, or NULL */
};

/* A request, staple or problem that was kept. */
struct side {
	enum record_kind kind;
	bool note;
	const char *format;
	uint32_t source;
	size_t index;
	char *entry;          /* owned or NULL */
	uint8_t *bytes;       /* owned: DER, or the reason and its NUL */
	size_t n;
	const uint8_t *for_sha256; /* of a staple: the certificate that it is about, or NULL */
	const char *judged;   /* of a staple: for that certificate */
};

struct scan {
	const struct scan_options *o;
	struct report *r;
	struct walk walk;
	struct inventory_summary sum;
	struct seen seen;
	/* producing */
	size_t next_entry;
	long reads, waits;     /* of the process, when the last item was made */
	unsigned in_memory;    /* items since one had to wait for the disk */
	bool few;              /* descriptors: no file is kept open ahead */
	int dirfd;
	uint32_t dir;
	struct big_file *big;
	size_t big_entry;
	uint64_t big_offset;
	struct scan_pipe pipe;
	pthread_mutex_t lock;
	struct item *free_items;
	struct room *rooms;
	size_t room_count, room_cap;
	struct worker *workers;
	/* delivering */
	size_t entry;          /* whose name stands in `path` */
	struct buf path, head, text;
	const char **links;    /* that lead to it; owned array, or NULL */
	size_t base[RECORD_STAPLE + 1]; /* certificates, requests, staples of this file before the part */
	uint64_t open_end;     /* of the part before */
	size_t done;           /* entries delivered */
	/* keeping */
	struct source *sources;
	size_t source_count, source_cap;
	struct kept *kept;
	size_t kept_cap;
	struct place *places;
	size_t place_count, place_cap;
	struct side *sides;
	size_t side_count, side_cap;
	char **members;        /* names of sources inside files, in a stream */
	size_t member_count, member_cap;
	bool failing;
	bool unchecked;        /* a finding that says so, where --fail-on asks for it */
	struct server_list servers;
	struct scan_cas *cas;         /* owned; by subject */
	struct scan_staples *staples; /* owned; NULL: there are none */
};

/* scan_server.c: after all was kept.  Reads the configurations that are in force into s->servers,
 * and the certificates that they name and the scan did not meet. */
MUST_USE int scan_servers(struct scan *s, struct err *e);

/* scan_service.c: after that.  The staples and the services of a certificate, which the caller
 * frees, also on failure; what is wrong with them goes to f. */
MUST_USE int scan_connect(struct scan *s, struct inventory_cert *row,
			  struct inventory_staple **staples, struct inventory_service **services,
			  struct findings *f, struct err *e);

/* scan_issuer.c: after all was kept (in a stream: from any thread).  The issuer lies in `among`, which the caller has made and
 * wipes; NULL: it is neither in the scan nor beside. */
void scan_cas_wipe(struct scan *s);
MUST_USE int scan_issuer(struct scan *s, const struct inventory_cert *row,
			 struct cert_list *among, const struct cert **issuer, struct err *e);

/* scan_staple.c: after all was kept.  out->source is the caller's. */
MUST_USE int scan_staples_begin(struct scan *s, struct err *e);
void scan_staples_wipe(struct scan *s);
MUST_USE int scan_judge_staple(struct scan *s, const struct inventory_cert *row,
			       struct span response, struct inventory_staple *out, struct findings *f,
			       struct err *e);
MUST_USE int scan_find_staples(struct scan *s, const struct inventory_cert *row,
			       struct inventory_staple **staples, size_t *n, struct findings *f,
			       struct err *e);

/* scan_open.c: for work_run, and of a thread's item what it holds, or itself */
int scan_produce(void *context, void **item, struct err *e);
void scan_discard(void *context, void *item);
void scan_open_late(struct item_file *f, const char *path);
void scan_item_put(struct scan *s, struct item *it);
void scan_item_free(struct item *it);
/* A room for what is read from it, perhaps with nothing in it yet. */
void scan_item_furnish(struct scan *s, struct item *it);
void scan_rooms_wipe(struct scan *s);

/* scan_read.c: threads */
int scan_process(void *context, unsigned worker, void *item, struct err *e);

/* scan_item.c: one record.  NULL: no memory, as the item says. */
struct record *scan_add_record(struct sink_state *k, enum record_kind kind,
			       const struct store_object *o);
void scan_end_record(struct sink_state *k, struct record *x);
void scan_take_problem(void *context, const char *source, size_t index, enum store_weight w,
		       const char *reason);
struct store_sink scan_sink_of(struct sink_state *k);
/* What is known of the certificate's issuer, worked out when it is new; its bufs may have failed. */
struct issuer *scan_issuer_entry(const struct scan *s, struct worker *w, const struct cert *c);

/* scan_deliver.c: an item's records in order; one record, written or kept. */
int scan_deliver_item(void *context, void *item, struct err *e);
MUST_USE int scan_deliver(struct scan *s, const struct item *it, const struct record *x,
			  const char *source, struct err *e);

/* A file that is not in the walk, read into what is kept; after all was delivered. */
MUST_USE int scan_extra(struct scan *s, const char *path, struct span bytes, struct err *e);

/* scan_pipe.c: after _begin, _next fills items until pipe.active is false. */
void scan_pipe_begin(struct scan *s, size_t entry);
void scan_pipe_next(struct scan *s, struct item *it);

/* scan_row.c: one certificate's row, from its facts */
bool scan_may_trouble(const struct scan *s, const struct cert *c);
void scan_judge(const struct scan *s, const struct cert *c, const struct policy_ca *ca,
		const char *source, size_t index, struct findings *f);
/* What the policy says of a request; makes f. */
void scan_judge_request(const struct scan *s, const struct csr *c, const struct inventory_place *p,
			struct findings *f);
bool scan_wanted(const struct scan *s, const struct cert *c, const struct findings *f);
bool scan_failing(const struct scan *s, const struct findings *f);
/* Is there one that says "could not be checked"? */
bool scan_unchecked(const struct findings *f);
enum verdict scan_verdict(const struct scan *s);
enum severity scan_worst(const struct findings *f);

/* scan_keep.c */
int scan_keep(struct scan *s, const struct record *x, const uint8_t *bytes, const char *source,
	      const char *entry, struct err *e);
int scan_report(struct scan *s, struct err *e);

/* Ends the writer, which frees what it holds, and takes back what that says.  Returns -1. */
int scan_give_up(struct scan *s);
void scan_keep_wipe(struct scan *s);
/* The links that lead to the entry's file: an array to free, NULL-terminated; NULL for none. */
int scan_links(const struct scan *s, const struct walk_entry *x, const char ***out, struct err *e);

/* scan_stream.c */
/* A name that lives as long as the scan; NULL: no memory. */
const char *scan_member(struct scan *s, const char *name, struct err *e);
int scan_stream(struct scan *s, const struct record *x, const uint8_t *bytes, const char *source,
		const char *entry, struct err *e);
/* A record whose line is ready, and whose certificate is new: 1, and it is written.  Else 0. */
int scan_stream_whole(struct scan *s, const struct record *x, const uint8_t *bytes, size_t entry,
		      struct err *e);

#endif
