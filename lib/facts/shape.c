#include "facts/shape.h"
#include "ground/der.h"
#include "ground/when.h"

/* The first identifier octets of the elements in a SEQUENCE; 0 behind the last one. */
#define LOOK 5
struct look {
	uint8_t tag[LOOK];
	struct span first, second; /* content of the first two */
};

static bool look_into(struct span body, struct look *l)
{
	struct span content;

	*l = (struct look){.first = SPAN_NONE};
	for (size_t i = 0; i < LOOK && !der_end(body); i++) {
		if (der_get_any(&body, &l->tag[i], &content, NULL) != 0)
			return false;
		if (i == 0)
			l->first = content;
		else if (i == 1)
			l->second = content;
	}
	return l->tag[0] != 0;
}

static bool is_time(uint8_t tag)
{
	return tag == DER_UTC_TIME || tag == DER_GENERALIZED_TIME;
}

/* SEQUENCE { toBeSigned, AlgorithmIdentifier, BIT STRING }: by what is signed. */
static enum shape shape_of_signed(struct span tbs)
{
	struct look l;
	size_t at;

	if (!look_into(tbs, &l))
		return SHAPE_CERTIFICATE; /* broken inside: most likely that */
	if (l.tag[0] == DER_CONTEXT_CONS(0))
		return SHAPE_CERTIFICATE;
	/* CRL: version OPTIONAL, AlgorithmIdentifier, Name, Time (RFC 5280, 5.1) */
	at = l.tag[0] == DER_INTEGER ? 1 : 0;
	if (l.tag[at] == DER_SEQUENCE && l.tag[at + 1] == DER_SEQUENCE && is_time(l.tag[at + 2]))
		return SHAPE_CRL;
	/* Request: version, Name, SubjectPublicKeyInfo, [0] (RFC 2986, 4.1); many lack the last */
	if (l.tag[0] == DER_INTEGER && l.tag[1] == DER_SEQUENCE && l.tag[2] == DER_SEQUENCE &&
	    (l.tag[3] == DER_CONTEXT_CONS(0) || l.tag[3] == 0))
		return SHAPE_REQUEST;
	return SHAPE_CERTIFICATE;
}

/* 1.2.840.113549.1.7: the content types of PKCS #7 */
static bool is_pkcs7_type(struct span oid)
{
	static const uint8_t pkcs7[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7};

	return oid.n >= sizeof pkcs7 && memcmp(oid.p, pkcs7, sizeof pkcs7) == 0;
}

/* SEQUENCE { INTEGER, ... }: PFX (RFC 7292, 4), private keys (RFC 5958, 2; RFC 8017, A.1.2;
 * RFC 5915, 3; OpenSSL's for DSA), or a PKCS#1 public key */
static enum shape shape_of_numbered(const struct look *l)
{
	struct span rest = l->second, oid;

	if (l->tag[1] == DER_SEQUENCE && der_get(&rest, DER_OID, &oid) == 0 && is_pkcs7_type(oid))
		return SHAPE_PKCS12;
	if (l->tag[1] == DER_SEQUENCE && l->tag[2] == DER_OCTET_STRING)
		return SHAPE_PRIVATE_KEY;
	if (l->tag[1] == DER_OCTET_STRING)
		return SHAPE_PRIVATE_KEY;
	if (l->tag[1] == DER_INTEGER)
		return l->tag[2] == DER_INTEGER ? SHAPE_PRIVATE_KEY
		       : l->tag[2] == 0 ? SHAPE_PUBLIC_KEY : SHAPE_UNKNOWN;
	return SHAPE_UNKNOWN;
}

/* PKCS#7 and PKCS#12 are often in BER, with an indefinite length at the front. */
static enum shape shape_of_ber(struct span in)
{
	struct span rest = span_from(in, 2), oid;

	if (in.n < 2 || in.p[0] != DER_SEQUENCE || in.p[1] != 0x80)
		return SHAPE_UNKNOWN;
	if (der_get(&rest, DER_OID, &oid) == 0)
		return is_pkcs7_type(oid) ? SHAPE_PKCS7 : SHAPE_UNKNOWN;
	if (der_get(&rest, DER_INTEGER, NULL) == 0 && rest.n > 4 && rest.p[0] == DER_SEQUENCE) {
		size_t header = 2 + (rest.p[1] > 0x80 ? (size_t)(rest.p[1] & 0x7f) : 0);

		rest = span_from(rest, header);
		if (der_get(&rest, DER_OID, &oid) == 0 && is_pkcs7_type(oid))
			return SHAPE_PKCS12;
	}
	return SHAPE_UNKNOWN;
}

enum shape shape_of(struct span in)
{
	struct span body;
	struct look l;

	if (der_get(&in, DER_SEQUENCE, &body) != 0)
		return shape_of_ber(in);
	if (!look_into(body, &l))
		return body.n && body.p[0] == DER_SEQUENCE ? SHAPE_CERTIFICATE : SHAPE_UNKNOWN;
	switch (l.tag[0]) {
	case DER_ENUMERATED:
		return SHAPE_OCSP_RESPONSE;
	case DER_OID:
		return is_pkcs7_type(l.first) ? SHAPE_PKCS7 : SHAPE_UNKNOWN;
	case DER_INTEGER:
		return shape_of_numbered(&l);
	case DER_SEQUENCE:
		break;
	default:
		return SHAPE_UNKNOWN;
	}
	if (l.tag[1] == DER_OCTET_STRING && l.tag[2] == 0)
		return SHAPE_ENCRYPTED_KEY; /* RFC 5958, 3 */
	if (l.tag[1] == DER_BIT_STRING && l.tag[2] == 0)
		return SHAPE_PUBLIC_KEY; /* RFC 5280, 4.1.2.7 */
	if (l.tag[1] == DER_SEQUENCE)
		return shape_of_signed(l.first);
	if (l.tag[1] == 0 || l.tag[1] == DER_CONTEXT_CONS(0))
		return SHAPE_OCSP_REQUEST; /* RFC 6960, 4.1.1 */
	return SHAPE_UNKNOWN;
}

enum shape shape_of_label(struct span label)
{
	static const struct {
		const char *label;
		enum shape shape;
	} labels[] = {
		{"CERTIFICATE", SHAPE_CERTIFICATE},
		{"X509 CERTIFICATE", SHAPE_CERTIFICATE},
		{"TRUSTED CERTIFICATE", SHAPE_CERTIFICATE},
		{"CERTIFICATE REQUEST", SHAPE_REQUEST},
		{"NEW CERTIFICATE REQUEST", SHAPE_REQUEST},
		{"OCSP RESPONSE", SHAPE_OCSP_RESPONSE},
		{"OCSP REQUEST", SHAPE_OCSP_REQUEST},
		{"X509 CRL", SHAPE_CRL},
		{"PKCS7", SHAPE_PKCS7},
		{"PKCS #7 SIGNED DATA", SHAPE_PKCS7},
		{"CMS", SHAPE_PKCS7},
		{"PKCS12", SHAPE_PKCS12},
		{"PRIVATE KEY", SHAPE_PRIVATE_KEY},
		{"RSA PRIVATE KEY", SHAPE_PRIVATE_KEY},
		{"EC PRIVATE KEY", SHAPE_PRIVATE_KEY},
		{"DSA PRIVATE KEY", SHAPE_PRIVATE_KEY},
		{"ENCRYPTED PRIVATE KEY", SHAPE_ENCRYPTED_KEY},
		{"PUBLIC KEY", SHAPE_PUBLIC_KEY},
		{"RSA PUBLIC KEY", SHAPE_PUBLIC_KEY},
	};

	for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++)
		if (span_equal(label, span_str(labels[i].label)))
			return labels[i].shape;
	return SHAPE_UNKNOWN;
}

void shape_crl(struct span crl, struct span *issuer, int64_t *this_update, int64_t *next_update)
{
	struct span tbs;
	bool lax;

	*issuer = SPAN_NONE;
	*this_update = *next_update = WHEN_NONE;
	if (der_get(&crl, DER_SEQUENCE, &tbs) != 0 || der_get(&tbs, DER_SEQUENCE, &tbs) != 0)
		return;
	if (der_peek(tbs) == DER_INTEGER && der_get(&tbs, DER_INTEGER, NULL) != 0)
		return;
	if (der_get(&tbs, DER_SEQUENCE, NULL) != 0 ||
	    der_get_whole(&tbs, DER_SEQUENCE, NULL, issuer) != 0 ||
	    der_get_time(&tbs, this_update, &lax) != 0)
		return;
	if (der_get_time(&tbs, next_update, &lax) != 0)
		*next_update = WHEN_NONE;
}
