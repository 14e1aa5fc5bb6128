/*
 * walk_part: what the files of the walk share with each other.
 */
#ifndef STAPLE_STORE_WALK_PART_H
#define STAPLE_STORE_WALK_PART_H

#include "store/walk.h"

/* walk.c: "DIR/NAME", owned; NULL: no memory. */
char *walk_joined(const char *dir, const char *name);

/* walk_match.c: is it asked for? */
bool walk_wanted(struct walk *w, uint32_t dir, const char *name, bool folder);

/* walk_again.c: drops what several roots lead to, but for the first time it was met. */
MUST_USE int walk_drop_again(struct walk *w, struct err *e);

#endif
