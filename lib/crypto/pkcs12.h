/*
 * pkcs12: the certificates of a PKCS#12 container (RFC 7292), through GnuTLS.
 *
 * Only bags that hold certificates are opened; key bags stay encrypted.  The MAC is not
 * checked: what can be decrypted and read is listed, and a wrong password does not decrypt.
 */
#ifndef STAPLE_CRYPTO_PKCS12_H
#define STAPLE_CRYPTO_PKCS12_H

#include "ground/err.h"

/* The key derivations of one container, over all passwords and bags, may take this many rounds:
 * ten million are some seconds. */
#define PKCS12_ROUNDS_MAX 10000000u

struct pkcs12_sink {
	void *context;
	void (*cert)(void *context, struct span der, const char *friendly_name);
	void (*key)(void *context);
	/* A bag that could not be opened, with the reason (ERR_SECRET, ERR_UNSUPPORTED, ...). */
	void (*unread)(void *context, const struct err *why);
};

/* Tries no password, the empty one, then each of `passwords` for every encrypted bag.  -1: it is
 * no PKCS#12 that GnuTLS can read. */
MUST_USE int pkcs12_read(struct span der, char *const *passwords, size_t n,
			 const struct pkcs12_sink *sink, struct err *e);

#endif
