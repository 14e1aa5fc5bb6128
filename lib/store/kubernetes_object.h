/*
 * kubernetes_object: what is kept of one Kubernetes object until its kind and name are known, and
 * then read.
 */
#ifndef STAPLE_STORE_KUBERNETES_OBJECT_H
#define STAPLE_STORE_KUBERNETES_OBJECT_H

#include "store/store.h"

/* A value that may hold certificates. */
struct value {
	char *section, *key;   /* owned: "data", "tls.crt" */
	struct buf bytes;
};

struct object {
	char *kind, *name, *namespace;
	struct value *v;
	size_t n, cap;
};

/* Either may be NULL. */
static inline bool is(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

static inline bool ends(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && strcmp(s + n - m, end) == 0;
}

/* False: no memory. */
MUST_USE bool object_keep(struct object *o, const char *section, const char *key, struct span text);

/* Reads what its values hold, and wipes it.  `list`: "Secret", where it stands in a SecretList, whose items
 * have no kind of their own; else "". */
void object_end(struct object *o, const char *list, struct store_input *in);

void object_wipe(struct object *o);

#endif
