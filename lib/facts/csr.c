#include "facts/csr.h"
#include "facts/algorithm.h"
#include "facts/dn.h"
#include "facts/oid.h"
#include "ground/der.h"
#include "ground/limits.h"

static int refuse(struct err *e, const char *field, const char *section, struct span at)
{
	return err_set(e, ERR_PARSE, "request: %s (RFC 2986, %s): %s", field, section, der_why(at));
}

static void note(struct csr *c, bool it_is, enum deviation d)
{
	if (it_is)
		c->deviations |= deviation_bit(d);
}

/* A SET without this bit of its tag is none, but OpenSSL takes it for one, and so does a CA, which then
 * finds what is asked for there: it is refused, not passed over. */
#define CONSTRUCTED 0x20

struct attribute {
	struct span oid;    /* absent when the inside cannot be read */
	struct span values; /* content of the SET OF ANY */
	bool cut;	    /* the OBJECT IDENTIFIER ends within a number: some read it without that */
};

/* Where an element cannot be delimited; at the end when all can. */
static struct span undelimited(struct span in)
{
	while (!der_end(in) && der_get_any(&in, NULL, NULL, NULL) == 0)
		;
	return in;
}

/* Attribute ::= SEQUENCE { type OID, values SET OF ANY }; false when none can be delimited, and
 * then *in is where. */
static bool attribute_next(struct span *in, struct attribute *out)
{
	struct span body, broken;
	bool named;

	if (der_get(in, DER_SEQUENCE, &body) != 0)
		return false;
	broken = undelimited(body);
	named = der_end(broken) && der_get(&body, DER_OID, &out->oid) == 0;
	if (named && der_peek(body) == (DER_SET & ~CONSTRUCTED))
		broken = body;
	if (!der_end(broken)) {
		*in = broken;
		return false;
	}
	out->cut = named && out->oid.n > 0 && out->oid.p[out->oid.n - 1] >= 0x80;
	if (!named || !oid_readable(out->oid) || der_get(&body, DER_SET, &out->values) != 0 || !der_end(body)) {
		out->oid = SPAN_NONE;
		out->values = SPAN_NONE;
	}
	return true;
}

bool csr_extensions_next(struct span *cursor, struct span *values, struct span *list)
{
	struct attribute a;

	while (der_get(values, DER_SEQUENCE, list) != 0) {
		if (!attribute_next(cursor, &a))
			return false;
		*values = span_equal(a.oid, OID_EXTENSION_REQUEST) ? a.values : SPAN_NONE;
	}
	return true;
}

/* RFC 2985, 5.4.1: challengePassword, 1.2.840.113549.1.9.7 */
static bool is_challenge_password(struct span oid)
{
	static const uint8_t password[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 7};

	return span_equal(oid, span_of(password, sizeof password));
}

/* One extensionRequest's values: each a SEQUENCE OF Extension, one of them allowed. */
static int get_extension_request(struct span values, struct csr *c, struct err *e)
{
	struct span list;
	const char *why;

	note(c, der_end(values), DEVIATION_ATTRIBUTE);
	while (der_get(&values, DER_SEQUENCE, &list) == 0) {
		c->extension_requests++;
		if (extension_decode(list, &c->x, &why) != 0)
			return err_set(e, ERR_PARSE, "request: extension %u (RFC 5280, 4.2): %s",
				       c->x.count + 1, why);
	}
	note(c, !der_end(values), DEVIATION_ATTRIBUTE);
	values = undelimited(values);
	return der_end(values) ? 0 : refuse(e, "extensionRequest", "4.1", values);
}

/* attributes [0] IMPLICIT SET OF Attribute */
static int get_attributes(struct span *in, struct csr *c, struct err *e)
{
	struct span cursor;
	struct attribute a;
	int there = der_get_optional(in, DER_CONTEXT_CONS(0), &c->attributes);

	if (there < 0 || der_peek(*in) == DER_CONTEXT(0))
		return refuse(e, "attributes", "4.1", *in);
	note(c, there == 0, DEVIATION_ATTRIBUTE); /* not OPTIONAL, though many leave it out */
	for (cursor = c->attributes; !der_end(cursor);) {
		if (!attribute_next(&cursor, &a))
			return refuse(e, "an attribute", "4.1", cursor);
		if (a.cut)
			return err_set(e, ERR_PARSE, "request: an attribute (RFC 2986, 4.1): its OBJECT "
				       "IDENTIFIER ends within a number");
		note(c, !span_present(a.oid) || !der_end(undelimited(a.values)), DEVIATION_ATTRIBUTE);
		if (is_challenge_password(a.oid))
			c->has_challenge_password = true;
		if (span_equal(a.oid, OID_EXTENSION_REQUEST) &&
		    get_extension_request(a.values, c, e) != 0)
			return -1;
	}
	note(c, c->extension_requests > 1, DEVIATION_EXTENSION_REQUESTS);
	c->deviations |= c->x.deviations;
	return 0;
}

static int get_info(struct span info, struct csr *c, struct err *e)
{
	struct span version;
	bool odd, padded;

	if (der_get_integer(&info, &version, &padded) != 0)
		return refuse(e, "version", "4.1", info);
	c->version = der_version(version);
	note(c, padded || c->version != 1, DEVIATION_REQUEST_VERSION);
	if (der_get_whole(&info, DER_SEQUENCE, NULL, &c->subject) != 0)
		return refuse(e, "subject", "4.1", info);
	note(c, !dn_readable(c->subject), DEVIATION_NAME_SYNTAX);
	if (spki_decode(&info, &c->key, &odd) != 0)
		return refuse(e, "subjectPKInfo", "4.1", info);
	note(c, odd, DEVIATION_KEY_UNREADABLE);
	if (get_attributes(&info, c, e) != 0)
		return -1;
	note(c, !der_end(info), DEVIATION_TRAILING);
	return 0;
}

static int get_signature(struct span *in, struct csr *c, struct err *e)
{
	struct algorithm algorithm;
	bool odd;

	if (algorithm_decode(in, &algorithm, &c->deviations) != 0)
		return refuse(e, "signatureAlgorithm", "4.2", *in);
	c->signature_algorithm = algorithm.der;
	c->signature_algorithm_oid = algorithm.oid;
	if (der_get_bits(in, &c->signature, NULL, &odd) != 0) {
		if (der_get(in, DER_BIT_STRING, &c->signature) != 0)
			return refuse(e, "signature", "4.2", *in);
		odd = true;
	}
	note(c, odd, DEVIATION_BIT_STRING);
	return 0;
}

int csr_decode(struct span der, struct csr *out, struct err *e)
{
	struct span body, info;
	struct csr *c = out;

	*c = (struct csr){.der = der, .x = EXTENSION_FACTS_NONE};
	if (der.n > LIMIT_CERT_DER)
		return err_set(e, ERR_LIMIT, "request: %zu octets, at most %u are read", der.n,
			       LIMIT_CERT_DER);
	if (der_get(&der, DER_SEQUENCE, &body) != 0)
		return refuse(e, "CertificationRequest", "4.2", der);
	if (!der_end(der))
		return err_set(e, ERR_PARSE, "request: %zu octets behind it", der.n);
	if (der_get_whole(&body, DER_SEQUENCE, &info, &c->tbs) != 0)
		return refuse(e, "certificationRequestInfo", "4.2", body);
	if (get_info(info, c, e) != 0 || get_signature(&body, c, e) != 0)
		return -1;
	note(c, !der_end(body), DEVIATION_TRAILING);
	return 0;
}
