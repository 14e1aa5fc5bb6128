#include "facts/ocsp.h"
#include "facts/oid.h"
#include "ground/der.h"

#define NONCE_MAX 32 /* RFC 8954, 2.1 */

/* Octets of an element with n content octets. */
static size_t sized(size_t n)
{
	uint8_t header[DER_HEADER_MAX];

	return der_put_header(header, 0, n) + n;
}

static void put_header(struct buf *out, uint8_t tag, size_t n)
{
	uint8_t header[DER_HEADER_MAX];

	buf_add_bytes(out, header, der_put_header(header, tag, n));
}

static void put(struct buf *out, uint8_t tag, struct span content)
{
	put_header(out, tag, content.n);
	buf_add(out, content);
}

/* CertID (RFC 6960, 4.1.1); the algorithm's parameters are NULL, as every client writes them
 * and as responders with ready answers expect. */
static size_t cert_id_size(const struct ocsp_cert_id *id)
{
	return sized(sized(id->hash_oid.n) + sized(0)) + sized(id->name_hash.n) +
	       sized(id->key_hash.n) + sized(id->serial.n);
}

static void put_cert_id(struct buf *out, const struct ocsp_cert_id *id)
{
	put_header(out, DER_SEQUENCE, cert_id_size(id));
	put_header(out, DER_SEQUENCE, sized(id->hash_oid.n) + sized(0));
	put(out, DER_OID, id->hash_oid);
	put_header(out, DER_NULL, 0);
	put(out, DER_OCTET_STRING, id->name_hash);
	put(out, DER_OCTET_STRING, id->key_hash);
	put(out, DER_INTEGER, id->serial);
}

/* requestExtensions [2] EXPLICIT: one Extension, the nonce (RFC 8954, 2.1) */
static void put_nonce(struct buf *out, struct span nonce)
{
	size_t extension = sized(OID_OCSP_NONCE.n) + sized(sized(nonce.n));

	put_header(out, DER_CONTEXT_CONS(2), sized(sized(extension)));
	put_header(out, DER_SEQUENCE, sized(extension));
	put_header(out, DER_SEQUENCE, extension);
	put(out, DER_OID, OID_OCSP_NONCE);
	put_header(out, DER_OCTET_STRING, sized(nonce.n));
	put(out, DER_OCTET_STRING, nonce);
}

int ocsp_request_encode(struct buf *out, const struct ocsp_cert_id *id, struct span nonce,
			struct err *e)
{
	size_t request = sized(cert_id_size(id)), extensions = 0, list = sized(sized(request));

	if (id->hash_oid.n == 0 || id->name_hash.n == 0 || id->key_hash.n == 0 || id->serial.n == 0)
		return err_set(e, ERR_USAGE, "OCSP request: a part of the CertID is missing");
	if (span_present(nonce) && (nonce.n == 0 || nonce.n > NONCE_MAX))
		return err_set(e, ERR_USAGE, "OCSP request: a nonce of %zu octets (RFC 8954, 2.1: "
			       "1 to %d)", nonce.n, NONCE_MAX);
	if (span_present(nonce))
		extensions = sized(sized(sized(sized(OID_OCSP_NONCE.n) + sized(sized(nonce.n)))));
	put_header(out, DER_SEQUENCE, sized(list + extensions)); /* OCSPRequest */
	put_header(out, DER_SEQUENCE, list + extensions);        /* tbsRequest */
	put_header(out, DER_SEQUENCE, sized(request));           /* requestList */
	put_header(out, DER_SEQUENCE, request);                  /* Request */
	put_cert_id(out, id);
	if (span_present(nonce))
		put_nonce(out, nonce);
	return buf_check(out, "OCSP request", e);
}
