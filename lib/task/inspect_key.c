#include "task/inspect_part.h"

#include "crypto/key.h"

#include <stdio.h>

/* Without a password, then with each of those that were given. */
static int open_key(const struct inspect *in, struct span key, const char *name, struct key **out,
		    struct err *e)
{
	int rc = key_load(out, key, name, NULL, e);

	for (size_t i = 0; rc != 0 && e->code == ERR_SECRET && in->passwords &&
			   i < in->passwords->n; i++)
		rc = key_load(out, key, name, in->passwords->v[i], e);
	return rc;
}

void inspect_private_key(struct inspect *in, struct inspect_object *o, struct span key)
{
	struct span rest;
	struct buf public;
	struct err e;
	struct key *k;
	bool odd;

	o->kind = INSPECT_PRIVATE_KEY;
	o->key = (struct inspect_key){.encrypted = false};
	o->der = SPAN_NONE;
	o->sha256.n = 0;
	if (open_key(in, key, o->source, &k, &e) != 0) {
		o->key.encrypted = e.code == ERR_SECRET;
		if (!o->key.encrypted)
			snprintf(o->reason, sizeof o->reason, "%s", e.text);
		return;
	}
	buf_init(&public);
	buf_add(&public, key_spki(k)->der);
	key_free(k);
	rest = buf_span(&public);
	if (buf_check(&public, "public key", &e) != 0 || !inspect_keep(in, &public)) {
		buf_wipe(&public);
		return;
	}
	o->key.known = spki_decode(&rest, &o->key.spki, &odd) == 0;
	if (o->key.known && hash_digest(HASH_SHA256, o->key.spki.der, &o->sha256, NULL) == 0)
		o->der = o->key.spki.der;
}

void inspect_public_key(struct inspect_object *o)
{
	struct span rest = o->der;
	bool odd;

	o->kind = INSPECT_PUBLIC_KEY;
	o->key = (struct inspect_key){.encrypted = false};
	o->key.known = spki_decode(&rest, &o->key.spki, &odd) == 0;
}
