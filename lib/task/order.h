/*
 * order: one certificate request, from what is asked for to the files.
 *
 * Everything is made, read back and written to temporary files before the first of them gets
 * its name; so either the key and its request are there, or neither.  A key that exists is
 * never replaced unless `force` says so.
 */
#ifndef STAPLE_TASK_ORDER_H
#define STAPLE_TASK_ORDER_H

#include "crypto/request.h"
#include "ground/file.h"

struct order {
	const struct request *request;
	const struct key *key;
	const char *key_path;  /* where a new key goes; NULL: it is not saved */
	const char *password;  /* for the saved key; NULL: it is not encrypted */
	const char *path;      /* where the request goes; NULL: standard output */
	bool der;              /* DER instead of PEM */
	bool force;            /* an existing key file is replaced */
	bool trust_signature;  /* the signature is not checked with the public key again */
};

MUST_USE int order_run(const struct order *o, struct err *e);

/* The two halves of order_run, so that many orders can be finished at once.  What was prepared
 * lies in temporary files that have no name yet. */
struct order_files {
	struct file_replace v[2]; /* the key, if there is a new one, and the request */
	size_t n;
};
MUST_USE int order_prepare(const struct order *o, struct order_files *out, struct err *e);
void order_discard(struct order_files *f);

/* May a new key be put there?  ERR_EXISTS, also with force when what is there is no file. */
MUST_USE int order_key_place(const char *path, bool force, struct err *e);

#endif
