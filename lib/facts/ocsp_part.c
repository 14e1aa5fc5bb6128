#include "facts/ocsp_part.h"
#include "facts/oid.h"
#include "ground/der.h"

bool ocsp_part_time(struct span *in, int64_t *out, struct ocsp_part_odd *odd)
{
	bool lax;

	if (der_peek(*in) != DER_GENERALIZED_TIME || der_get_time(in, out, &lax) != 0)
		return false;
	odd->time |= lax;
	return true;
}

/* RFC 8954, 2.1: an OCTET STRING within extnValue; older responders put the bare octets. */
static struct span nonce_octets(struct span value)
{
	struct span rest = value, inner;

	if (der_get(&rest, DER_OCTET_STRING, &inner) == 0 && der_end(rest))
		return inner;
	return value;
}

/* Extensions that add something and take nothing back, so that a client may know them by passing
 * them over: SCTs (RFC 6962, 3.3), a CRL's place, the archive cutoff and extended revoked
 * (RFC 6960, 4.4.2, 4.4.4, 4.4.8). */
static bool is_harmless(struct span oid)
{
	static const uint8_t sct_list[] = {0x2b, 0x06, 0x01, 0x04, 0x01, 0xd6, 0x79, 0x02, 0x04, 0x05};
	static const uint8_t ocsp[] = {0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01};

	if (oid.n == sizeof ocsp + 1 && memcmp(oid.p, ocsp, sizeof ocsp) == 0)
		return oid.p[8] == 3 || oid.p[8] == 6 || oid.p[8] == 9;
	return span_equal(oid, span_of(sct_list, sizeof sct_list));
}

const char *ocsp_part_get_extensions(struct span *in, struct ocsp_part_extensions *out,
				     struct ocsp_part_odd *odd)
{
	struct span wrapped, cursor;
	struct extension x;
	int there = der_get_optional(in, DER_CONTEXT_CONS(1), &wrapped);

	*out = (struct ocsp_part_extensions){.unknown_critical = 0};
	if (there == 0)
		return NULL;
	if (there < 0 || der_get(&wrapped, DER_SEQUENCE, &out->list) != 0)
		return "the list of extensions cannot be delimited";
	if (!der_end(wrapped))
		return "data behind the list of extensions";
	if (der_end(out->list))
		odd->deviations |= deviation_bit(DEVIATION_EXTENSIONS_EMPTY);
	for (cursor = out->list; extension_next(&cursor, &x);) {
		if (span_equal(x.oid, OID_OCSP_NONCE)) {
			if (span_present(out->nonce))
				odd->deviations |= deviation_bit(DEVIATION_EXTENSION_DUPLICATE);
			out->nonce = nonce_octets(x.value);
		} else if (x.critical && !is_harmless(x.oid) && out->unknown_critical++ == 0) {
			out->unknown_critical_oid = x.oid;
		}
	}
	return der_end(cursor) ? NULL : "an extension that cannot be delimited";
}

/* CertID ::= SEQUENCE { hashAlgorithm, issuerNameHash, issuerKeyHash, serialNumber } */
static const char *get_cert_id(struct span *in, struct ocsp_single *s, struct ocsp_part_odd *odd)
{
	struct span body, algorithm;
	bool padded;

	if (der_get_whole(in, DER_SEQUENCE, &body, &s->cert_id) != 0)
		return "certID is missing or broken";
	if (der_get(&body, DER_SEQUENCE, &algorithm) != 0 ||
	    der_get(&algorithm, DER_OID, &s->hash_oid) != 0)
		return "hashAlgorithm is missing or broken";
	if (der_get(&body, DER_OCTET_STRING, &s->name_hash) != 0)
		return "issuerNameHash is missing or broken";
	if (der_get(&body, DER_OCTET_STRING, &s->key_hash) != 0)
		return "issuerKeyHash is missing or broken";
	/* Certificates have padded serials (RFC 5280, 4.1.2.2), and responses repeat them. */
	if (der_get_integer(&body, &s->serial, &padded) != 0)
		return "serialNumber is missing or broken";
	if (padded)
		odd->deviations |= deviation_bit(DEVIATION_SERIAL_PADDED);
	return der_end(body) ? NULL : "data behind serialNumber";
}

/* RevokedInfo ::= SEQUENCE { revocationTime, revocationReason [0] EXPLICIT OPTIONAL } */
static const char *get_revoked(struct span info, struct ocsp_single *s, struct ocsp_part_odd *odd)
{
	struct span wrapped;
	int64_t reason;

	if (!ocsp_part_time(&info, &s->revoked_at, odd))
		return "revocationTime is missing or broken";
	switch (der_get_optional(&info, DER_CONTEXT_CONS(0), &wrapped)) {
	case 0:
		break;
	case 1:
		if (der_get_int64(&wrapped, DER_ENUMERATED, &reason) == 0 && der_end(wrapped) &&
		    reason >= 0 && reason <= INT32_MAX) {
			s->reason = (int)reason;
			break;
		}
		return "revocationReason is broken";
	default:
		return "revocationReason is broken";
	}
	return der_end(info) ? NULL : "data behind revocationReason";
}

/* CertStatus ::= CHOICE { good [0] NULL, revoked [1] RevokedInfo, unknown [2] NULL }, all
 * implicit */
static const char *get_status(struct span *in, struct ocsp_single *s, struct ocsp_part_odd *odd)
{
	struct span content;
	uint8_t tag;

	if (der_get_any(in, &tag, &content, NULL) != 0)
		return "certStatus is missing or broken";
	switch (tag) {
	case DER_CONTEXT(0):
		s->status = OCSP_GOOD;
		break;
	case DER_CONTEXT_CONS(1):
		s->status = OCSP_REVOKED;
		return get_revoked(content, s, odd);
	case DER_CONTEXT(2):
		s->status = OCSP_UNKNOWN;
		break;
	default:
		return "certStatus is none of good, revoked, unknown";
	}
	return der_end(content) ? NULL : "certStatus has content where a NULL has to stand";
}

/* nextUpdate [0] EXPLICIT GeneralizedTime OPTIONAL */
static const char *get_next_update(struct span *in, struct ocsp_single *s,
				   struct ocsp_part_odd *odd)
{
	struct span wrapped;
	int there = der_get_optional(in, DER_CONTEXT_CONS(0), &wrapped);

	if (there == 0)
		return NULL;
	if (there < 0 || !ocsp_part_time(&wrapped, &s->next_update, odd) || !der_end(wrapped))
		return "nextUpdate is broken";
	return NULL;
}

const char *ocsp_part_single(struct span *cursor, struct ocsp_single *s, struct ocsp_part_odd *odd)
{
	struct ocsp_part_extensions x;
	struct span body;
	const char *why;

	*s = (struct ocsp_single){.reason = -1, .revoked_at = WHEN_NONE, .next_update = WHEN_NONE};
	if (der_get(cursor, DER_SEQUENCE, &body) != 0)
		return der_why(*cursor);
	if ((why = get_cert_id(&body, s, odd)) || (why = get_status(&body, s, odd)))
		return why;
	if (!ocsp_part_time(&body, &s->this_update, odd))
		return "thisUpdate is missing or broken";
	if ((why = get_next_update(&body, s, odd)) ||
	    (why = ocsp_part_get_extensions(&body, &x, odd)))
		return why;
	s->extensions = x.list;
	s->unknown_critical = x.unknown_critical;
	s->unknown_critical_oid = x.unknown_critical_oid;
	return der_end(body) ? NULL : "data behind the last field";
}

bool ocsp_single_next(struct span *cursor, struct ocsp_single *out)
{
	struct ocsp_part_odd ignored = {false, 0};

	return !der_end(*cursor) && ocsp_part_single(cursor, out, &ignored) == NULL;
}
