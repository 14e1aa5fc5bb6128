/*
 * walk_part: what the files of the walk share with each other.
 */
#ifndef STAPLE_STORE_WALK_PART_H
#define STAPLE_STORE_WALK_PART_H

#include "store/walk.h"

/* walk.c: "DIR/NAME", owned; NULL: no memory. */
char *walk_joined(const char *dir, const char *name);

/* walk.c: adds an entry; NULL: no memory, as w->failed says. */
struct walk_entry *walk_put(struct walk *w, enum walk_kind k, uint32_t dir, const char *name);

/* walk.c: a problem about a path. */
void walk_put_problem(struct walk *w, enum walk_kind k, uint32_t dir, const char *name,
		      const char *reason);

/* walk_folder.c: all below it.  Takes `path`; `device`: of the folder above. */
void walk_folder(struct walk *w, char *path, int parent, const char *name, int depth,
		 uint64_t device);

/* walk_link.c: a symbolic link, by its name in the open folder. */
void walk_follow(struct walk *w, uint32_t dir, int dirfd, const char *name);

/* walk_match.c: is it asked for? */
bool walk_wanted(struct walk *w, uint32_t dir, const char *name, bool folder);

/* walk_again.c: drops what several roots lead to, but for the first time it was met. */
MUST_USE int walk_drop_again(struct walk *w, struct err *e);

#endif
