/*
 * batch: many requests, each with its own new key, from a list of names.
 *
 * A line of the list is a request: names separated by blanks or commas; the first names the
 * files, NAME.key and NAME.csr; `#` begins a comment.  What exists is kept, so a run that was
 * interrupted goes on where it stopped; a key without its request is used for it.  A bad line
 * is told with its number and the others are made.  What no line can help (a full disk) ends
 * the run.
 */
#ifndef STAPLE_TASK_BATCH_H
#define STAPLE_TASK_BATCH_H

#include "crypto/hash.h"
#include "crypto/request.h"
#include "judge/policy.h"

enum batch_state { BATCH_MADE, BATCH_KEPT, BATCH_BAD };

struct batch_item {
	size_t line;            /* from 1 */
	enum batch_state state;
	struct err why;         /* with BATCH_BAD; the code tells a bad line from a bad file */
	struct err note;        /* code ERR_NONE, or what the user should know about it */
	struct request request; /* names and subject; features and usages as in the spec */
	char *key_path, *path;  /* owned; NULL with a bad line */
	struct spki key;        /* kind and size alone */
	struct digest key_sha256; /* of the SubjectPublicKeyInfo */
};

struct batch {
	struct span list;       /* the text */
	const char *dir;        /* exists */
	const struct request *common; /* features, usages */
	const struct key_algorithm *algorithm;
	const char *password;   /* or NULL */
	const struct policy *policy;
	int64_t now;            /* for the policy's waivers */
	bool der, force;
	unsigned jobs;
	/* Each line, in the list's order, from one thread at a time. */
	void (*on_item)(void *context, const struct batch_item *item);
	void *context;
};

/* Lines that hold a request. */
size_t batch_count(struct span list);

/* ERR_USAGE when the list has no request at all. */
MUST_USE int batch_run(const struct batch *b, struct err *e);

#endif
