/* For task/inspect*.c alone: how objects are put into the list. */
#ifndef STAPLE_TASK_INSPECT_PART_H
#define STAPLE_TASK_INSPECT_PART_H

#include "task/inspect.h"

/* Where an object was met. */
struct inspect_place {
	const char *source;
	size_t index;      /* the next object's */
	size_t line;       /* of the PEM block; 0: none */
	struct span label; /* or absent */
	ptrdiff_t within;
};

/* Takes the bytes over, so that objects may point into them.  The answer is valid until the
 * next call; NULL: no memory, and the bytes are still the caller's. */
struct buf *inspect_keep(struct inspect *in, struct buf *bytes);

/* A new object, unreadable until it is described; its SHA-256 is that of `der`, when present.
 * Valid until the next call; NULL: no memory. */
struct inspect_object *inspect_add(struct inspect *in, struct inspect_place *at, struct span der);

/* The objects in a container, which is the last object of the list, behind it.  `bytes` is the
 * whole of it. */
MUST_USE int inspect_container(struct inspect *in, struct inspect_place *at, struct span bytes,
			       struct err *e);

void inspect_unreadable(struct inspect_object *o, const char *why);

/* inspect_key.c: of a private key, opened with one of the passwords if it needs one, the public
 * half alone is kept and shown. */
void inspect_private_key(struct inspect *in, struct inspect_object *o, struct span key);

/* A SubjectPublicKeyInfo: o->der. */
void inspect_public_key(struct inspect_object *o);

#endif
