#include "crypto/request.h"

#include "facts/dn_parse.h"
#include "facts/feature.h"
#include "facts/oid.h"
#include "ground/dermake.h"

void request_init(struct request *r)
{
	*r = (struct request){.feature_count = 0};
	buf_init(&r->subject);
	buf_init(&r->eku);
	san_list_init(&r->names);
}

void request_wipe(struct request *r)
{
	buf_wipe(&r->subject);
	buf_wipe(&r->eku);
	san_list_wipe(&r->names);
}

void request_default_subject(struct request *r)
{
	const struct san *first = san_list_first_dns(&r->names);

	buf_reset(&r->subject);
	if (first && strlen(first->text) <= LIMIT_COMMON_NAME)
		dn_parse_cn(span_str(first->text), &r->subject);
	else
		dermake_add(&r->subject, DER_SEQUENCE, SPAN_NONE);
}

int request_set_subject(struct request *r, const char *text, struct err *e)
{
	buf_reset(&r->subject);
	return dn_parse(text, &r->subject, e);
}

int request_add_feature(struct request *r, int64_t value, struct err *e)
{
	if (value < 0 || value > 65535)
		return err_set(e, ERR_USAGE, "feature %lld: a TLS extension has a number from 0 to 65535 "
					     "(RFC 7633, 4.1)", (long long)value);
	for (size_t i = 0; i < r->feature_count; i++)
		if (r->features[i] == value)
			return 0;
	if (r->feature_count == REQUEST_FEATURES_MAX)
		return err_set(e, ERR_LIMIT, "feature %lld: at most %d features", (long long)value,
			       REQUEST_FEATURES_MAX);
	r->features[r->feature_count++] = value;
	return 0;
}

/* Extension ::= SEQUENCE { extnID, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING } */
static void add_extension(struct buf *out, struct span oid, bool critical, struct span value)
{
	static const uint8_t yes = 0xff;
	size_t at = dermake_begin(out, DER_SEQUENCE);

	dermake_add(out, DER_OID, oid);
	if (critical)
		dermake_add(out, DER_BOOLEAN, span_of(&yes, 1));
	dermake_add(out, DER_OCTET_STRING, value);
	dermake_end(out, at);
}

static void make_san(struct buf *out, const struct san_list *names)
{
	size_t at = dermake_begin(out, DER_SEQUENCE);

	for (size_t i = 0; i < names->n; i++)
		dermake_add(out, (uint8_t)DER_CONTEXT((unsigned)names->v[i].kind),
			    san_value(&names->v[i]));
	dermake_end(out, at);
}

/* A named bit list: trailing zero bits are not encoded (X.690, 11.2.2). */
static void make_key_usage(struct buf *out, uint16_t bits)
{
	uint8_t octets[3] = {0};
	unsigned last = 0;

	for (unsigned i = 0; i <= 8; i++)
		if (bits & 1u << i) {
			octets[1 + i / 8] |= (uint8_t)(0x80u >> i % 8);
			last = i;
		}
	octets[0] = (uint8_t)(7 - last % 8);
	dermake_add(out, DER_BIT_STRING, span_of(octets, 2 + last / 8));
}

/* Is the Name without RDNs?  Then the names must be critical (RFC 5280, 4.2.1.6). */
static bool subject_is_empty(const struct request *r)
{
	return r->subject.n == 2;
}

static void add_extensions(struct buf *out, const struct request *r)
{
	struct buf value;

	buf_init(&value);
	if (r->names.n > 0) {
		make_san(&value, &r->names);
		add_extension(out, OID_SUBJECT_ALT_NAME, subject_is_empty(r),
			      buf_span(&value));
	}
	if (r->key_usage) {
		buf_reset(&value);
		make_key_usage(&value, r->key_usage);
		add_extension(out, OID_KEY_USAGE, true,
			      buf_span(&value));
	}
	if (r->eku.n > 0) {
		buf_reset(&value);
		dermake_add(&value, DER_SEQUENCE, buf_span(&r->eku));
		add_extension(out, OID_EXT_KEY_USAGE, false, buf_span(&value));
	}
	if (r->feature_count > 0) {
		buf_reset(&value);
		feature_encode(&value, r->features, r->feature_count);
		add_extension(out, OID_TLS_FEATURE, false, buf_span(&value));
	}
	if (value.failed)
		out->failed = true;
	buf_wipe(&value);
}

/* attributes [0] IMPLICIT SET OF Attribute; there even when it is empty (RFC 2986, 4.1). */
static void add_attributes(struct buf *out, const struct request *r)
{
	size_t attributes = dermake_begin(out, (uint8_t)DER_CONTEXT_CONS(0)), attribute, set, list, from;

	from = out->n;
	attribute = dermake_begin(out, DER_SEQUENCE);
	dermake_add(out, DER_OID, OID_EXTENSION_REQUEST);
	set = dermake_begin(out, DER_SET);
	list = dermake_begin(out, DER_SEQUENCE);
	add_extensions(out, r);
	if (!out->failed && out->n == list) { /* Extensions has at least one (RFC 5280, 4.1) */
		out->n = from;
	} else {
		dermake_end(out, list);
		dermake_end(out, set);
		dermake_end(out, attribute);
	}
	dermake_end(out, attributes);
}

/* CertificationRequestInfo, RFC 2986, 4.1. */
static void make_info(struct buf *out, const struct request *r, const struct key *k)
{
	size_t at = dermake_begin(out, DER_SEQUENCE);

	dermake_unsigned(out, 0);
	buf_add(out, buf_span(&r->subject));
	buf_add(out, key_spki(k)->der);
	add_attributes(out, r);
	dermake_end(out, at);
}

int request_build(const struct request *r, const struct key *k, struct buf *out, struct err *e)
{
	struct buf info, signature;
	size_t at;
	int rc = -1;

	buf_init(&info);
	buf_init(&signature);
	make_info(&info, r, k);
	if (buf_check(&r->subject, "request", e) != 0 || buf_check(&info, "request", e) != 0 ||
	    key_sign(k, buf_span(&info), &signature, e) != 0)
		goto out;
	at = dermake_begin(out, DER_SEQUENCE);
	buf_add(out, buf_span(&info));
	buf_add(out, key_signature_algorithm(k));
	dermake_bits(out, buf_span(&signature));
	dermake_end(out, at);
	rc = buf_check(out, "request", e);
out:
	buf_wipe(&signature);
	buf_wipe(&info);
	return rc;
}
