/*
 * key: make, load and save a private key.
 *
 * Secret bytes are wiped before their memory goes back.  How a key is stored in a file (mode,
 * never over another) is the caller's, through ground/file.h; keys on a token come from
 * crypto/pkcs11.h.  Whether a key is strong enough is the policy's business.
 */
#ifndef STAPLE_CRYPTO_KEY_H
#define STAPLE_CRYPTO_KEY_H

#include "facts/spki.h"
#include "ground/buf.h"

struct key;

/* What a new key may be; ends with a row whose name is NULL. */
struct key_algorithm {
	const char *name; /* "ecdsa-p256" */
	enum key_kind kind;
	unsigned size;    /* bits of the modulus or the curve */
};
extern const struct key_algorithm key_algorithms[];

/* By name, in any case; NULL: there is none. */
const struct key_algorithm *key_algorithm_get(const char *name);

MUST_USE int key_generate(struct key **out, const struct key_algorithm *a, struct err *e);

/* Is the key in these bytes (PEM or DER) encrypted? */
bool key_is_encrypted(struct span bytes);

/* A private key of any form that GnuTLS reads: PKCS#8, PKCS#1, SEC 1, DSA; PEM or DER;
 * encrypted by PKCS#8 or as OpenSSL once did.  `name` is for errors.  ERR_SECRET: a password is
 * needed (`password` is NULL) or it is wrong. */
MUST_USE int key_load(struct key **out, struct span bytes, const char *name, const char *password,
		      struct err *e);

/* PKCS#8 PEM, plain or (password given) PBES2 with AES-256-CBC.  Use buf_wipe_secret on out. */
MUST_USE int key_save(const struct key *k, const char *password, struct buf *out, struct err *e);

void key_free(struct key *k);

/* Its SubjectPublicKeyInfo and what that says; valid as long as the key. */
const struct spki *key_spki(const struct key *k);

/* The AlgorithmIdentifier TLV of the signatures that key_sign makes. */
struct span key_signature_algorithm(const struct key *k);

/* Appends the signature over data. */
MUST_USE int key_sign(const struct key *k, struct span data, struct buf *signature, struct err *e);

/* Does the signature check with the key's public half? */
MUST_USE int key_verify(const struct key *k, struct span data, struct span signature,
			struct err *e);

#endif
