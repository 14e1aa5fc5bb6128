#include "facts/cert.h"
#include "facts/algorithm.h"
#include "facts/dn.h"
#include "facts/oid.h"
#include "ground/der.h"
#include "ground/limits.h"
#include "ground/text.h"

/* "certificate: FIELD (RFC 5280, SECTION): WHY" */
static int refuse(struct err *e, const char *field, const char *section, struct span at)
{
	return err_set(e, ERR_PARSE, "certificate: %s (RFC 5280, %s): %s", field, section,
		       der_why(at));
}

static void note(struct cert *c, bool it_is, enum deviation d)
{
	if (it_is)
		c->deviations |= deviation_bit(d);
}

/* version [0] EXPLICIT INTEGER DEFAULT v1 */
static int get_version(struct span *in, struct cert *c, struct err *e)
{
	struct span at = *in, wrapped, octets;
	bool padded;

	c->version = 1;
	switch (der_get_optional(in, DER_CONTEXT_CONS(0), &wrapped)) {
	case 0:
		return 0;
	case 1:
		if (der_get_integer(&wrapped, &octets, &padded) == 0) {
			c->version = der_version(octets);
			note(c, padded || c->version < 1 || c->version > 3, DEVIATION_VERSION);
			note(c, c->version == 1, DEVIATION_DEFAULT_ENCODED);
			note(c, !der_end(wrapped), DEVIATION_TRAILING);
			return 0;
		}
		at = wrapped;
	}
	return refuse(e, "version", "4.1.2.1", at);
}

static int get_serial(struct span *in, struct cert *c, struct err *e)
{
	struct span s;
	bool padded, zero = true;

	if (der_get_integer(in, &s, &padded) != 0) {
		if (der_get(in, DER_INTEGER, &s) != 0)
			return refuse(e, "serialNumber", "4.1.2.2", *in);
		padded = true;
	}
	c->serial = s;
	for (size_t i = 0; i < s.n && zero; i++)
		zero = s.p[i] == 0;
	note(c, padded, DEVIATION_SERIAL_PADDED);
	note(c, zero || s.p[0] & 0x80, DEVIATION_SERIAL_NOT_POSITIVE);
	/* 4.1.2.2 counts the octets of the value; a leading 00 is only the sign. */
	note(c, s.n > 21 || (s.n == 21 && s.p[0] != 0), DEVIATION_SERIAL_LONG);
	return 0;
}

/* One Time of the Validity.  4.1.2.5: UTCTime through the year 2049, no other there. */
static int get_time(struct span *in, struct cert *c, int64_t *out)
{
	const int64_t y1950 = INT64_C(-631152000), y2050 = INT64_C(2524608000);
	int tag = der_peek(*in);
	bool lax;

	if (in->n >= 15 && tag == DER_UTC_TIME && in->p[1] == 13 &&
	    when_from_utctime(span_of(in->p + 2, 13), out) == 0) {
		*in = span_from(*in, 15); /* as nearly all are */
		return 0;
	}
	if (der_get_time(in, out, &lax) != 0) {
		*out = WHEN_NONE;
		note(c, true, DEVIATION_TIME_UNREADABLE);
		return der_get_any(in, NULL, NULL, NULL);
	}
	note(c, lax || (tag == DER_GENERALIZED_TIME && *out >= y1950 && *out < y2050),
	     DEVIATION_TIME_FORMAT);
	return 0;
}

static int get_validity(struct span *in, struct cert *c, struct err *e)
{
	struct span body;

	if (der_get(in, DER_SEQUENCE, &body) != 0)
		return refuse(e, "validity", "4.1.2.5", *in);
	if (get_time(&body, c, &c->not_before) != 0)
		return refuse(e, "notBefore", "4.1.2.5", body);
	if (get_time(&body, c, &c->not_after) != 0)
		return refuse(e, "notAfter", "4.1.2.5", body);
	note(c, !der_end(body), DEVIATION_TRAILING);
	note(c, c->not_before != WHEN_NONE && c->not_after != WHEN_NONE &&
	     c->not_after < c->not_before, DEVIATION_VALIDITY_REVERSED);
	return 0;
}

/* issuerUniqueID [1], subjectUniqueID [2]: IMPLICIT BIT STRING */
static int get_unique_ids(struct span *in, struct cert *c, struct err *e)
{
	struct span id;

	for (unsigned n = 1; n <= 2; n++) {
		int there = der_get_optional(in, (uint8_t)DER_CONTEXT(n), &id);

		if (there < 0)
			return refuse(e, "uniqueID", "4.1.2.8", *in);
		note(c, there == 1, DEVIATION_UNIQUE_ID);
		note(c, there == 1 && !der_bits_sound(id), DEVIATION_BIT_STRING);
		note(c, there == 1 && c->version < 2, DEVIATION_VERSION);
	}
	return 0;
}

/* extensions [3] EXPLICIT SEQUENCE OF Extension */
static int get_extensions(struct span *in, struct cert *c, struct err *e)
{
	struct span wrapped, list;
	const char *why;
	int there = der_get_optional(in, DER_CONTEXT_CONS(3), &wrapped);

	if (there == 0)
		return 0;
	if (there < 0)
		return refuse(e, "extensions", "4.1.2.9", *in);
	if (der_get(&wrapped, DER_SEQUENCE, &list) != 0)
		return refuse(e, "extensions", "4.1.2.9", wrapped);
	note(c, !der_end(wrapped), DEVIATION_TRAILING);
	note(c, c->version != 3, DEVIATION_VERSION);
	if (extension_decode(list, &c->x, &why) != 0)
		return err_set(e, ERR_PARSE, "certificate: extension %u (RFC 5280, 4.2): %s",
			       c->x.count + 1, why);
	c->deviations |= c->x.deviations;
	return 0;
}

static int get_tbs(struct span tbs, struct cert *c, struct algorithm *inner, struct err *e)
{
	bool odd;

	if (get_version(&tbs, c, e) != 0 || get_serial(&tbs, c, e) != 0)
		return -1;
	if (algorithm_decode(&tbs, inner, &c->deviations) != 0)
		return refuse(e, "signature", "4.1.2.3", tbs);
	c->tbs_signature_algorithm = inner->der;
	if (der_get_whole(&tbs, DER_SEQUENCE, NULL, &c->issuer) != 0)
		return refuse(e, "issuer", "4.1.2.4", tbs);
	if (get_validity(&tbs, c, e) != 0)
		return -1;
	if (der_get_whole(&tbs, DER_SEQUENCE, NULL, &c->subject) != 0)
		return refuse(e, "subject", "4.1.2.6", tbs);
	if (spki_decode(&tbs, &c->key, &odd) != 0)
		return refuse(e, "subjectPublicKeyInfo", "4.1.2.7", tbs);
	note(c, odd, DEVIATION_KEY_UNREADABLE);
	if (get_unique_ids(&tbs, c, e) != 0 || get_extensions(&tbs, c, e) != 0)
		return -1;
	note(c, !der_end(tbs), DEVIATION_TRAILING);
	note(c, dn_empty(c->issuer), DEVIATION_ISSUER_EMPTY);
	note(c, !dn_readable(c->issuer) || !dn_readable(c->subject), DEVIATION_NAME_SYNTAX);
	return 0;
}

/* The outer AlgorithmIdentifier: nearly always the inner one's octets, about which all is known. */
static int get_signature_algorithm(struct span *in, const struct algorithm *inner, struct cert *c,
				   struct err *e)
{
	size_t n = inner->der.n;
	struct algorithm outer;

	if (in->n >= n && bytes_equal(in->p, inner->der.p, n)) {
		c->signature_algorithm = span_of(in->p, n);
		c->signature_algorithm_oid = inner->oid;
		*in = span_from(*in, n);
		return 0;
	}
	if (algorithm_decode(in, &outer, &c->deviations) != 0)
		return refuse(e, "signatureAlgorithm", "4.1.1.2", *in);
	c->signature_algorithm = outer.der;
	c->signature_algorithm_oid = outer.oid;
	note(c, !span_equal(outer.der, inner->der), DEVIATION_SIGNATURE_ALGORITHMS_DIFFER);
	return 0;
}

int cert_decode_next(struct span *in, struct cert *out, struct err *e)
{
	struct span rest = *in, body, tbs;
	struct algorithm inner;
	struct cert *c = out;
	unsigned unused = 0;
	bool odd;

	clear_bytes(c, sizeof *c);
	c->x.path_len = -1; /* as EXTENSION_FACTS_NONE */
	if (der_get_whole(&rest, DER_SEQUENCE, &body, &c->der) != 0)
		return refuse(e, "Certificate", "4.1", rest);
	if (c->der.n > LIMIT_CERT_DER)
		return err_set(e, ERR_LIMIT, "certificate: %zu octets, at most %u are read",
			       c->der.n, LIMIT_CERT_DER);
	if (der_get_whole(&body, DER_SEQUENCE, &tbs, &c->tbs) != 0)
		return refuse(e, "tbsCertificate", "4.1.1.1", body);
	if (get_tbs(tbs, c, &inner, e) != 0 || get_signature_algorithm(&body, &inner, c, e) != 0)
		return -1;
	if (der_get_bits(&body, &c->signature, &unused, &odd) != 0) {
		if (der_get(&body, DER_BIT_STRING, &c->signature) != 0)
			return refuse(e, "signatureValue", "4.1.1.3", body);
		odd = true;
	}
	c->signature_odd = unused != 0;
	note(c, odd || unused != 0, DEVIATION_BIT_STRING);
	note(c, !der_end(body), DEVIATION_TRAILING);
	*in = rest;
	return 0;
}

int cert_decode(struct span der, struct cert *out, struct err *e)
{
	if (cert_decode_next(&der, out, e) != 0)
		return -1;
	if (!der_end(der))
		return err_set(e, ERR_PARSE, "certificate: %zu octets behind it", der.n);
	return 0;
}

bool cert_is_ca(const struct cert *c)
{
	if (c->x.has_basic_constraints)
		return c->x.ca;
	return c->version == 1 && cert_self_issued(c);
}

void cert_label(const struct cert *c, struct buf *out)
{
	struct span cursor = c->x.san;
	struct general_name name;
	bool inside = false;
	size_t before = out->n;

	/* A name that is there and empty is none for people. */
	if (dn_attribute(c->subject, "CN", out) && out->n > before)
		return;
	while (span_present(c->x.san) && extension_name_next(&cursor, &inside, &name)) {
		if (name.kind == NAME_DNS && name.value.n > 0) {
			extension_name_text(out, &name);
			return;
		}
	}
	if (!dn_empty(c->subject)) {
		dn_text(out, c->subject);
		return;
	}
	buf_add_str(out, "serial ");
	text_hex(out, c->serial);
}
