/*
 * kubernetes_alias: what the anchors of a YAML document stand for.
 *
 * Texts alone are kept; of a mapping or a list it is only known that it is one.
 */
#ifndef STAPLE_STORE_KUBERNETES_ALIAS_H
#define STAPLE_STORE_KUBERNETES_ALIAS_H

#include "ground/buf.h"
#include "ground/limits.h"

struct anchor {
	char *name;           /* owned */
	bool collection;      /* a mapping or a list */
	struct buf text;
};

struct anchors { /* all zero: none */
	struct anchor *v;
	size_t n, cap;
	uint16_t slots[2 * LIMIT_YAML_ANCHORS]; /* by the names' hash: the anchor's number plus 1; 0: free */
	size_t given;         /* octets that aliases came to */
};

/* A later anchor of the same name takes the place of the first (YAML 1.2, 7.1).  -1: no memory, or more than
 * LIMIT_YAML_ANCHORS, which `full` tells. */
MUST_USE int anchors_put(struct anchors *a, const char *name, bool collection, struct span text,
			 bool *full);

/* What an alias stands for; NULL: nothing, or a text that with all before it is more than
 * LIMIT_YAML_ALIASES, which `full` tells. */
const struct anchor *anchors_get(struct anchors *a, const char *name, bool *full);

/* They end with their document. */
void anchors_wipe(struct anchors *a);

#endif
