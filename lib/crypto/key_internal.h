/*
 * key_internal: how key.c and pkcs11.c hold a key.  Nobody else includes this.
 */
#ifndef STAPLE_CRYPTO_KEY_INTERNAL_H
#define STAPLE_CRYPTO_KEY_INTERNAL_H

#include "crypto/key.h"
#include "crypto/pkcs11.h"

#include <gnutls/abstract.h>

struct key_signature; /* a row of key.c's table */

struct key {
	gnutls_privkey_t handle;
	gnutls_x509_privkey_t file_key;  /* owned by handle; NULL: on a token */
	gnutls_pubkey_t public_key;
	gnutls_datum_t public_der;
	struct spki spki;                /* points into public_der */
	const struct key_signature *how;
	struct pkcs11_asker *asker;      /* pkcs11.c's; or NULL */
};

/* Who is asked for a PIN.  Owned by the key: the library may ask again when it signs. */
struct pkcs11_asker {
	pkcs11_pin *ask;      /* or NULL */
	void *context;
	char *source;         /* path of pin-source=, or NULL; owned, as the whole */
	bool missing;         /* no PIN was to be had */
	bool wrong;           /* the token refused it */
};

/* The library's callback, with an asker. */
int pkcs11_on_pin(void *asker, int attempt, const char *token_url, const char *token_label,
		  unsigned flags, char *pin, size_t pin_max);

/* Takes pin-source= out of the URL (RFC 7512, 2.4): the library takes no "file:" and keeps the
 * line's end in the PIN.  The URL without it, owned; NULL: no memory. */
char *pkcs11_take_pin_source(const char *url, char **source);

/* Frees what pkcs11.c keeps for the key. */
void pkcs11_asker_free(struct pkcs11_asker *a);

/* Fills in what follows from k->handle, which is taken over: on failure too k must only be
 * freed.  `name` is for errors. */
MUST_USE int key_complete(struct key *k, const char *name, struct err *e);

#endif
