/*
 * A certificate's or a request's facts as words, from three readers, so that they can be compared.
 *
 * Each reader fills the same table of texts; "?" stands for what the reader cannot say.
 */
#ifndef STAPLE_TESTS_DIFFERENTIAL_FACTS_H
#define STAPLE_TESTS_DIFFERENTIAL_FACTS_H

#include "ground/buf.h"

enum fact {
	FACT_LOADS, FACT_VERSION, FACT_SERIAL, FACT_ISSUER, FACT_SUBJECT, FACT_NOT_BEFORE,
	FACT_NOT_AFTER, FACT_KEY, FACT_KEY_SIZE, FACT_ALGORITHM, FACT_SIGNATURE, FACT_NAMES,
	FACT_CA, FACT_KEY_USAGE, FACT_PURPOSES, FACT_OCSP, FACT_SKI, FACT_AKI, FACT_CRITICAL,
	FACT_FEATURES, FACT_COUNT
};

struct facts {
	struct buf text[FACT_COUNT];
};

extern const char *const fact_names[FACT_COUNT];

/* Each empties what was there and fills in what the reader says; false when it does not load
 * the certificate, and then only FACT_LOADS is filled. */
bool facts_ours(struct facts *f, struct span der);
bool facts_gnutls(struct facts *f, struct span der);
bool facts_openssl(struct facts *f, struct span der);

/* The same of requests, which have no serial number, issuer, times. */
bool facts_ours_request(struct facts *f, struct span der);
bool facts_gnutls_request(struct facts *f, struct span der);
bool facts_openssl_request(struct facts *f, struct span der);

/* Hex of some bytes; of more than 64 only a part and their number. */
void facts_hex(struct buf *out, const void *p, size_t n);
void facts_time(struct buf *out, int64_t t);

/* FACT_KEY and FACT_KEY_SIZE, as GnuTLS writes the key; not read: both are unknown. */
struct gnutls_pubkey_st;
void facts_gnutls_key(struct facts *f, struct gnutls_pubkey_st *k, bool read);

/* GnuTLS numbers the bits of a key usage from the top of the first octet. */
unsigned facts_gnutls_usage(unsigned theirs);

#endif
