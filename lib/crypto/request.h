/*
 * request: build and sign a certificate request (PKCS #10, RFC 2986), and read it back.
 *
 * The bytes are written here and signed by crypto/key.h.  request_check() is the counterpart:
 * it reads what was made with the decoder that all programs use and compares it with what was
 * asked for, so that a fault of the writer cannot leave the house.
 */
#ifndef STAPLE_CRYPTO_REQUEST_H
#define STAPLE_CRYPTO_REQUEST_H

#include "crypto/key.h"
#include "crypto/san.h"

/* More TLS extensions than a client would ever be held to. */
#define REQUEST_FEATURES_MAX 16

/* What is asked for. */
struct request {
	struct buf subject;      /* Name TLV; empty: the default (request_default_subject) */
	struct san_list names;
	int64_t features[REQUEST_FEATURES_MAX]; /* in the order asked */
	size_t feature_count;    /* 0: no TLS Feature extension */
	uint16_t key_usage;      /* enum key_usage; 0: not asked for */
	struct buf eku;          /* OID TLVs, one behind the other; empty: not asked for */
};

void request_init(struct request *r);
void request_wipe(struct request *r);

/* The subject when none was given: CN is the first DNS name if it fits into
 * LIMIT_COMMON_NAME characters, else the Name is empty. */
void request_default_subject(struct request *r);

/* From text: an RFC 4514 name.  ERR_USAGE names the place and the rule. */
MUST_USE int request_set_subject(struct request *r, const char *text, struct err *e);

/* A TLS extension's number, 0 to 65535 (RFC 7633, 4.1).  Twice is once.  ERR_USAGE, ERR_LIMIT. */
MUST_USE int request_add_feature(struct request *r, int64_t value, struct err *e);

/* "digitalSignature", ...; "serverAuth", ... or a dotted OID; several, separated by commas.
 * ERR_USAGE says what there is. */
MUST_USE int request_add_key_usage(struct request *r, const char *words, struct err *e);
MUST_USE int request_add_eku(struct request *r, const char *words, struct err *e);

/* Appends the names of the bits, separated by commas. */
void request_key_usage_text(uint16_t bits, struct buf *out);

/* Appends the CertificationRequest as DER. */
MUST_USE int request_build(const struct request *r, const struct key *k, struct buf *out,
			   struct err *e);

/* Reads it back: all fields are those asked for, nothing else is there; with `signature` the
 * signature is checked too.  ERR_INTERNAL names what differs. */
MUST_USE int request_check(const struct request *r, const struct key *k, struct span der,
			   bool signature, struct err *e);

#endif
