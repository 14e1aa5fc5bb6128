/*
 * ocsp: what an OCSP response says, and the bytes of a request (RFC 6960).
 *
 * Facts only: signature, authority, status and times are judged in judge/staple.h.
 *
 * A response is a proof, so more is refused here than in a certificate: data behind a field,
 * a time that is none, a signature that is not whole octets.  What is merely odd and harmless
 * (a padded serial in the CertID, a written default, a time with a fraction) is recorded.
 */
#ifndef STAPLE_FACTS_OCSP_H
#define STAPLE_FACTS_OCSP_H

#include "facts/extension.h"
#include "ground/err.h"
#include "ground/when.h"

/* OCSPResponseStatus, RFC 6960, 4.2.1; other values are kept as numbers. */
enum ocsp_response_status {
	OCSP_SUCCESSFUL = 0, OCSP_MALFORMED_REQUEST = 1, OCSP_INTERNAL_ERROR = 2,
	OCSP_TRY_LATER = 3, OCSP_SIG_REQUIRED = 5, OCSP_UNAUTHORIZED = 6
};

enum ocsp_cert_status { OCSP_GOOD = 0, OCSP_REVOKED = 1, OCSP_UNKNOWN = 2 };

struct ocsp_response {
	struct span der;
	int64_t status;            /* enum ocsp_response_status */
	struct span type;          /* responseType OID content; absent without responseBytes */
	bool basic;                /* type is id-pkix-ocsp-basic and the rest is filled */
	struct span tbs;           /* ResponseData, TLV: what is signed */
	int64_t version;           /* 1 for v1 */
	struct span responder_name; /* Name TLV, or absent */
	struct span responder_key;  /* key hash octets (SHA-1 of the key bits), or absent */
	int64_t produced_at;
	struct span responses;     /* content of SEQUENCE OF SingleResponse */
	size_t count;              /* SingleResponses */
	struct span extensions;    /* content of responseExtensions, or absent */
	struct span nonce;         /* the nonce's octets (RFC 8954, 2.1), or absent */
	unsigned unknown_critical; /* critical responseExtensions but the nonce: no other one's
				      meaning is taken into account */
	struct span unknown_critical_oid;
	struct span signature_algorithm; /* TLV */
	struct span signature_algorithm_oid;
	struct span signature;
	struct span certs;         /* content of SEQUENCE OF Certificate, or absent */
	bool time_odd;             /* a time, also of a SingleResponse, that is not as RFC 5280,
				      4.1.2.5.2 wants it */
	uint32_t deviations;       /* enum deviation, where one fits */
};

struct ocsp_single {
	struct span cert_id;       /* CertID TLV */
	struct span hash_oid;      /* hashAlgorithm's OID content */
	struct span name_hash, key_hash;
	struct span serial;        /* content octets */
	enum ocsp_cert_status status;
	int64_t revoked_at;        /* WHEN_NONE unless revoked */
	int reason;                /* CRLReason, or -1 */
	int64_t this_update;
	int64_t next_update;       /* WHEN_NONE: absent */
	struct span extensions;    /* content, or absent */
	unsigned unknown_critical;
	struct span unknown_critical_oid;
};

/* Exactly one OCSPResponse, nothing behind it.  ERR_PARSE names field, section, and what was
 * met.  An unsuccessful response without responseBytes is whole: count is 0. */
MUST_USE int ocsp_decode(struct span der, struct ocsp_response *out, struct err *e);

/* Walks the SingleResponses: *cursor begins as r->responses.  ocsp_decode has seen that each
 * can be read. */
bool ocsp_single_next(struct span *cursor, struct ocsp_single *out);

/* Walks the certificates that the response carries: whole TLVs; *cursor begins as r->certs. */
bool ocsp_cert_next(struct span *cursor, struct span *der);

const char *ocsp_response_status_text(int64_t s); /* "successful", "tryLater", ...; "unknown" */
const char *ocsp_cert_status_text(enum ocsp_cert_status s); /* "good", "revoked", "unknown" */
const char *ocsp_reason_text(int reason); /* "keyCompromise", ...; "unspecified" for -1 */

/* A CertID to ask for or to look for (RFC 6960, 4.1.1). */
struct ocsp_cert_id {
	struct span hash_oid;
	struct span name_hash, key_hash; /* over the issuer's subject Name TLV; over spki.bits */
	struct span serial;
};

/* Appends an OCSPRequest for one certificate, unsigned, without requestorName; with a nonce
 * when it is present (RFC 8954: 1 to 32 octets). */
MUST_USE int ocsp_request_encode(struct buf *out, const struct ocsp_cert_id *id,
				 struct span nonce, struct err *e);

#endif
