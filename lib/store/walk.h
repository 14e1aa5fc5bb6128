/*
 * walk: the files below some paths, in a fixed order, before any is read.
 *
 * Folders are listed in the order of their names' bytes.  A symbolic link to a file leads to
 * that file, which is listed once, with its links; a link to a folder is told as a note and
 * not followed, so that loops end by themselves.  Devices, sockets and pipes are told, never
 * opened.  Nothing is read here, and a name costs some forty bytes.
 */
#ifndef STAPLE_STORE_WALK_H
#define STAPLE_STORE_WALK_H

#include "ground/buf.h"

struct walk_options {
	int max_depth;              /* folders below a path; -1: all.  0: the path's own files */
	bool one_file_system;
	unsigned jobs;              /* folders listed at once; 0: one */
	/* Globs (fnmatch) over a name, a path, or a path as seen from the root; NULL-terminated or NULL. */
	const char *const *include; /* files */
	const char *const *exclude; /* files and folders */
};

enum walk_kind { WALK_FILE, WALK_LINK, WALK_NOTE, WALK_ERROR };

struct walk_entry {
	uint64_t inode;     /* 0: not told by the folder */
	uint64_t name;      /* offset in `names`; a problem's reason stands behind it */
	uint32_t dir;       /* in `dirs`; for a file given by its path: WALK_NO_DIR */
	uint32_t link;      /* WALK_LINK: in `links`; WALK_FILE: WALK_NO_LINK, or first in `links` */
	uint8_t kind;       /* enum walk_kind */
};

#define WALK_NO_DIR UINT32_MAX
#define WALK_NO_LINK UINT32_MAX

struct walk_dir {
	char *path;         /* owned; "" never: "/" or without a last '/' */
	uint64_t device, inode; /* 0: it could not be opened */
};

struct walk_link {
	uint64_t device, inode; /* of the file it leads to */
	char *path;         /* owned: the link's own */
	char *target;       /* owned: the file's real path */
	uint32_t next;      /* further link to the same file, or WALK_NO_LINK */
	uint32_t entry;     /* where the link was met */
};

struct walk {
	const struct walk_options *options;
	struct walk_entry *v;
	size_t n, cap;
	struct walk_dir *dirs;
	size_t dir_count, dir_cap;
	struct walk_link *links;
	size_t link_count, link_cap;
	size_t apart;       /* links to files whose device is not their folder's (overlayfs) */
	struct buf names;   /* NUL-terminated texts, one behind the other */
	size_t roots;       /* paths added */
	size_t root_n;      /* of the path whose folders are listed now: its length */
	bool failed;        /* memory */
	bool part;          /* of another walk, by one of its threads */
};

void walk_init(struct walk *w, const struct walk_options *o);
void walk_wipe(struct walk *w);

/* Adds a path and all below it.  Only memory makes it fail; all else becomes an entry. */
MUST_USE int walk_add(struct walk *w, const char *path, struct err *e);

/* Adds what is no path, by its name: "-" for standard input, a pkcs11: URL. */
MUST_USE int walk_add_name(struct walk *w, const char *name, struct err *e);

/* When all paths are added: drops what several of them lead to, gives each linked file its links,
 * and drops links whose file is listed anyway. */
MUST_USE int walk_finish(struct walk *w, struct err *e);

/* The entry's path (of a WALK_LINK: of the file), appended and NUL-terminated. */
void walk_path(const struct walk *w, const struct walk_entry *x, struct buf *out);

/* A file's own name ("" for a problem of its folder). */
const char *walk_name(const struct walk *w, const struct walk_entry *x);

/* Is it known without asking that in the file's folder no other name begins with its name? */
bool walk_alone(const struct walk *w, size_t entry);

/* Of WALK_NOTE and WALK_ERROR: what is the matter. */
const char *walk_reason(const struct walk *w, const struct walk_entry *x);

#endif
