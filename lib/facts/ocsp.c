#include "facts/ocsp.h"
#include "facts/ocsp_part.h"
#include "facts/dn.h"
#include "facts/oid.h"
#include "ground/der.h"
#include "ground/limits.h"

/* All structures are RFC 6960, 4.2.1; only the field's name tells where it broke. */
static int refuse(struct err *e, const char *field, struct span at)
{
	return err_set(e, ERR_PARSE, "OCSP response: %s (RFC 6960, 4.2.1): %s", field, der_why(at));
}

static int refuse_trailing(struct err *e, const char *field, struct span rest)
{
	return err_set(e, ERR_PARSE, "OCSP response: %zu octets behind %s (RFC 6960, 4.2.1)",
		       rest.n, field);
}

/* version [0] EXPLICIT INTEGER DEFAULT v1 */
static int get_version(struct span *in, struct ocsp_response *r, struct err *e)
{
	struct span at = *in, wrapped;
	int64_t v;

	r->version = 1;
	switch (der_get_optional(in, DER_CONTEXT_CONS(0), &wrapped)) {
	case 0:
		return 0;
	case 1:
		at = wrapped;
		if (der_get_int64(&wrapped, DER_INTEGER, &v) != 0 || v < 0 || v == INT64_MAX)
			break;
		if (!der_end(wrapped))
			return refuse_trailing(e, "version", wrapped);
		r->version = v + 1;
		if (v == 0)
			r->deviations |= deviation_bit(DEVIATION_DEFAULT_ENCODED);
		return 0;
	}
	return refuse(e, "version", at);
}

/* ResponderID ::= CHOICE { byName [1] Name, byKey [2] KeyHash }, both explicit */
static int get_responder(struct span *in, struct ocsp_response *r, struct err *e)
{
	struct span wrapped, at = *in;

	if (der_get_optional(in, DER_CONTEXT_CONS(1), &wrapped) == 1) {
		if (der_get_whole(&wrapped, DER_SEQUENCE, NULL, &r->responder_name) != 0)
			return refuse(e, "responderID byName", wrapped);
		if (!dn_readable(r->responder_name))
			r->deviations |= deviation_bit(DEVIATION_NAME_SYNTAX);
	} else if (der_get_optional(in, DER_CONTEXT_CONS(2), &wrapped) == 1) {
		if (der_get(&wrapped, DER_OCTET_STRING, &r->responder_key) != 0)
			return refuse(e, "responderID byKey", wrapped);
	} else {
		return refuse(e, "responderID", at);
	}
	return der_end(wrapped) ? 0 : refuse_trailing(e, "responderID", wrapped);
}

static int get_singles(struct span *in, struct ocsp_response *r, struct err *e)
{
	struct ocsp_part_odd odd = {false, 0};
	struct span cursor;
	const char *why;

	if (der_get(in, DER_SEQUENCE, &r->responses) != 0)
		return refuse(e, "responses", *in);
	for (cursor = r->responses; !der_end(cursor); r->count++) {
		struct ocsp_single s;

		if ((why = ocsp_part_single(&cursor, &s, &odd)) != NULL)
			return err_set(e, ERR_PARSE,
				       "OCSP response: SingleResponse %zu (RFC 6960, 4.2.1): %s",
				       r->count + 1, why);
	}
	r->time_odd |= odd.time;
	r->deviations |= odd.deviations;
	return 0;
}

/* ResponseData */
static int get_data(struct span data, struct ocsp_response *r, struct err *e)
{
	struct ocsp_part_odd odd = {false, 0};
	struct ocsp_part_extensions x;
	const char *why;

	if (get_version(&data, r, e) != 0 || get_responder(&data, r, e) != 0)
		return -1;
	if (!ocsp_part_time(&data, &r->produced_at, &odd))
		return refuse(e, "producedAt", data);
	r->time_odd = odd.time;
	if (get_singles(&data, r, e) != 0)
		return -1;
	if ((why = ocsp_part_get_extensions(&data, &x, &odd)) != NULL)
		return err_set(e, ERR_PARSE,
			       "OCSP response: responseExtensions (RFC 6960, 4.2.1): %s", why);
	r->extensions = x.list;
	r->nonce = x.nonce;
	r->unknown_critical = x.unknown_critical;
	r->unknown_critical_oid = x.unknown_critical_oid;
	r->deviations |= odd.deviations;
	return der_end(data) ? 0 : refuse_trailing(e, "responseExtensions", data);
}

/* certs [0] EXPLICIT SEQUENCE OF Certificate: only delimited, not read.  An unreadable one
 * must not spoil a response that the CA itself signed. */
static int get_certs(struct span *in, struct ocsp_response *r, struct err *e)
{
	struct span wrapped, cursor;
	int there = der_get_optional(in, DER_CONTEXT_CONS(0), &wrapped);

	if (there == 0)
		return 0;
	if (there < 0)
		return refuse(e, "certs", *in);
	if (der_get(&wrapped, DER_SEQUENCE, &r->certs) != 0)
		return refuse(e, "certs", wrapped);
	if (!der_end(wrapped))
		return refuse_trailing(e, "certs", wrapped);
	for (cursor = r->certs; !der_end(cursor);)
		if (der_get(&cursor, DER_SEQUENCE, NULL) != 0)
			return refuse(e, "certs", cursor);
	return 0;
}

/* BasicOCSPResponse */
static int get_basic(struct span in, struct ocsp_response *r, struct err *e)
{
	struct span body, data, algorithm;
	unsigned unused;

	if (der_get(&in, DER_SEQUENCE, &body) != 0)
		return refuse(e, "BasicOCSPResponse", in);
	if (!der_end(in))
		return refuse_trailing(e, "BasicOCSPResponse", in);
	if (der_get_whole(&body, DER_SEQUENCE, &data, &r->tbs) != 0)
		return refuse(e, "tbsResponseData", body);
	if (get_data(data, r, e) != 0)
		return -1;
	if (der_get_whole(&body, DER_SEQUENCE, &algorithm, &r->signature_algorithm) != 0)
		return refuse(e, "signatureAlgorithm", body);
	if (der_get(&algorithm, DER_OID, &r->signature_algorithm_oid) != 0 ||
	    (!der_end(algorithm) && der_get_any(&algorithm, NULL, NULL, NULL) != 0))
		return refuse(e, "signatureAlgorithm", algorithm);
	if (!der_end(algorithm)) /* nobody signed it: anybody on the way can add to it */
		return refuse_trailing(e, "signatureAlgorithm", algorithm);
	if (der_get_bits(&body, &r->signature, &unused, NULL) != 0)
		return refuse(e, "signature", body);
	if (unused != 0)
		return err_set(e, ERR_PARSE, "OCSP response: signature (RFC 6960, 4.2.1): not whole "
			       "octets");
	if (get_certs(&body, r, e) != 0)
		return -1;
	return der_end(body) ? 0 : refuse_trailing(e, "BasicOCSPResponse's last field", body);
}

/* ResponseBytes ::= SEQUENCE { responseType OID, response OCTET STRING } */
static int get_bytes(struct span wrapped, struct ocsp_response *r, struct err *e)
{
	struct span body, response;

	if (der_get(&wrapped, DER_SEQUENCE, &body) != 0)
		return refuse(e, "responseBytes", wrapped);
	if (!der_end(wrapped))
		return refuse_trailing(e, "responseBytes", wrapped);
	if (der_get(&body, DER_OID, &r->type) != 0)
		return refuse(e, "responseType", body);
	if (der_get(&body, DER_OCTET_STRING, &response) != 0)
		return refuse(e, "response", body);
	if (!der_end(body))
		return refuse_trailing(e, "response", body);
	if (!span_equal(r->type, OID_OCSP_BASIC))
		return 0;
	r->basic = true;
	return get_basic(response, r, e);
}

int ocsp_decode(struct span der, struct ocsp_response *out, struct err *e)
{
	struct span body, bytes;

	*out = (struct ocsp_response){.der = der, .produced_at = WHEN_NONE};
	if (der.n > LIMIT_OCSP_RESPONSE)
		return err_set(e, ERR_LIMIT, "OCSP response: %zu octets, at most %u are read", der.n,
			       LIMIT_OCSP_RESPONSE);
	if (der_get(&der, DER_SEQUENCE, &body) != 0)
		return refuse(e, "OCSPResponse", der);
	if (!der_end(der))
		return refuse_trailing(e, "the OCSPResponse", der);
	if (der_get_int64(&body, DER_ENUMERATED, &out->status) != 0)
		return refuse(e, "responseStatus", body);
	switch (der_get_optional(&body, DER_CONTEXT_CONS(0), &bytes)) {
	case 1:
		if (get_bytes(bytes, out, e) != 0)
			return -1;
		break;
	case 0:
		if (out->status == OCSP_SUCCESSFUL && der_end(body))
			return err_set(e, ERR_PARSE, "OCSP response: responseBytes (RFC 6960, "
				       "4.2.1): missing, though the status is successful");
		break;
	default:
		return refuse(e, "responseBytes", body);
	}
	return der_end(body) ? 0 : refuse_trailing(e, "responseBytes", body);
}

bool ocsp_cert_next(struct span *cursor, struct span *der)
{
	return der_get_whole(cursor, DER_SEQUENCE, NULL, der) == 0;
}
