/*
 * walk_part: what the files of the walk share with each other.
 */
#ifndef STAPLE_STORE_WALK_PART_H
#define STAPLE_STORE_WALK_PART_H

#include "store/walk.h"

/* walk.c: "DIR/NAME", owned; NULL: no memory. */
char *walk_joined(const char *dir, const char *name);

/* A name of a folder. */
struct walk_name {
	uint64_t order;   /* eight octets of it, behind what all have in common */
	uint64_t inode;
	uint64_t at;      /* in the walk's names */
	const char *text; /* the same, until one is added */
	unsigned char type; /* DT_REG, ... */
};

struct walk_listing {
	struct walk_name *v;
	size_t n, cap;
	size_t folders;   /* of them */
};

/* walk.c: adds a name; its place among the names. */
uint64_t walk_put_name(struct walk *w, const char *s);

/* walk.c: adds an entry, with its name or that at its place; NULL: no memory, as w->failed says. */
struct walk_entry *walk_put(struct walk *w, enum walk_kind k, uint32_t dir, const char *name);
struct walk_entry *walk_put_named(struct walk *w, enum walk_kind k, uint32_t dir, uint64_t name);

/* walk.c: a problem about a path. */
void walk_put_problem(struct walk *w, enum walk_kind k, uint32_t dir, const char *name,
		      const char *reason);

/* walk_folder.c: all below it.  Takes `path`; `device`: of the folder above. */
void walk_folder(struct walk *w, char *path, int parent, const char *name, int depth,
		 uint64_t device);

/* walk_folder.c: one name of the open folder and, if it is one, all below it. */
void walk_visit(struct walk *w, uint32_t dir, int fd, const struct walk_name *x, int depth);

/* walk_share.c: all names of the open folder, what is below them by several threads. */
void walk_share(struct walk *w, uint32_t dir, int fd, const struct walk_listing *l, int depth);

/* walk_link.c: a symbolic link, by its name in the open folder. */
void walk_follow(struct walk *w, uint32_t dir, int dirfd, const char *name);

/* walk_match.c: is it asked for? */
bool walk_wanted(struct walk *w, uint32_t dir, const char *name, bool folder);

/* walk_again.c: drops what several roots lead to, but for the first time it was met. */
MUST_USE int walk_drop_again(struct walk *w, struct err *e);

#endif
