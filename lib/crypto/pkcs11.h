/*
 * pkcs11: private keys on a token, named by a URL (RFC 7512).
 *
 * Modules are those of p11-kit's configuration.  The PIN comes from a function, once: a wrong
 * one is never tried again, because tokens lock themselves.
 */
#ifndef STAPLE_CRYPTO_PKCS11_H
#define STAPLE_CRYPTO_PKCS11_H

#include "crypto/key.h"

/* Writes the PIN as a C string.  `token` is the token's label.  -1: there is none. */
typedef int pkcs11_pin(void *context, const char *token, char *pin, size_t size);

/* Does the text begin with "pkcs11:"? */
bool pkcs11_is_url(const char *text);

/* The private key that the URL names.  ERR_USAGE: no URL, or one with a PIN in it, which is
 * not accepted: arguments can be read by others; ERR_NOT_FOUND: no such object or token;
 * ERR_SECRET: the PIN is missing or wrong.  `ask` and its context must live as long as the key.
 */
MUST_USE int pkcs11_key(struct key **out, const char *url, pkcs11_pin *ask, void *context,
			struct err *e);

/* ERR_USAGE: the URL has a PIN in it. */
MUST_USE int pkcs11_check_url(const char *url, struct err *e);

/* Each certificate that the URL names, in the token's order; those that only a PIN shows, too, when
 * the URL has pin-source=.  -1: the URL, the PIN or the module fails. */
MUST_USE int pkcs11_certs(const char *url,
			  void (*cert)(void *context, struct span der, const char *label),
			  void *context, struct err *e);

#endif
