/*
 * shape: what a DER object is, told by its outermost elements alone.
 *
 * A guess for choosing the decoder and for naming what nobody here decodes (keys, CRLs); the
 * decoder then has the last word.  PKCS#7 and PKCS#12 are told in BER too.
 */
#ifndef STAPLE_FACTS_SHAPE_H
#define STAPLE_FACTS_SHAPE_H

#include "ground/span.h"

enum shape {
	SHAPE_UNKNOWN,
	SHAPE_CERTIFICATE,
	SHAPE_REQUEST,
	SHAPE_OCSP_RESPONSE,
	SHAPE_OCSP_REQUEST,
	SHAPE_CRL,
	SHAPE_PKCS7,
	SHAPE_PKCS12,
	SHAPE_PRIVATE_KEY,   /* PKCS#8, PKCS#1, SEC 1 or DSA */
	SHAPE_ENCRYPTED_KEY, /* PKCS#8, encrypted */
	SHAPE_PUBLIC_KEY     /* SubjectPublicKeyInfo, or PKCS#1 */
};

/* By the object at the front of `in`. */
enum shape shape_of(struct span in);

/* By a PEM label ("X509 CRL"); SHAPE_UNKNOWN for others. */
enum shape shape_of_label(struct span label);

/* What a CRL says of itself: its issuer (Name TLV), thisUpdate and nextUpdate (RFC 5280, 5.1.2);
 * SPAN_NONE or WHEN_NONE where they cannot be read. */
void shape_crl(struct span crl, struct span *issuer, int64_t *this_update, int64_t *next_update);

#endif
