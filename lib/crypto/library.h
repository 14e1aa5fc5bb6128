/*
 * library: GnuTLS started in a way that nobody outside can change.
 *
 * GnuTLS reads a system priority file, GNUTLS_* variables and SSLKEYLOGFILE.  A gate that
 * can be reconfigured by its environment is none, so the implicit start is switched off
 * at link time and crypto_start() drops these first.
 */
#ifndef STAPLE_CRYPTO_LIBRARY_H
#define STAPLE_CRYPTO_LIBRARY_H

#include "ground/err.h"

/* Once, before any other call of crypto/ or net/, before threads are made. */
MUST_USE int crypto_start(struct err *e);

/* Names of environment variables that were dropped, separated by blanks; "" for none. */
const char *crypto_neutralised(void);

/* GnuTLS's own text for its error code. */
const char *crypto_error_text(int code);

#endif
