#include "tests/differential/facts.h"

#include "ground/der.h"
#include "ground/when.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#define UNKNOWN "?"

static void put_oid(struct buf *out, const ASN1_OBJECT *o)
{
	char text[256];

	OBJ_obj2txt(text, sizeof text, o, 1);
	buf_add_str(out, text);
}

static void put_time(struct buf *out, const ASN1_TIME *t)
{
	ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
	int days, seconds;

	if (ASN1_TIME_diff(&days, &seconds, epoch, t) == 1)
		facts_time(out, (int64_t)days * 86400 + seconds);
	else
		buf_add_str(out, UNKNOWN);
	ASN1_TIME_free(epoch);
}

static void put_name(struct buf *out, X509_NAME *name)
{
	const unsigned char *der;
	size_t n;

	if (X509_NAME_get0_der(name, &der, &n) == 1)
		facts_hex(out, der, n);
	else
		buf_add_str(out, UNKNOWN);
}

/* All of a certificate or a request. */
typedef const STACK_OF(X509_EXTENSION) extensions;

/* The first extension of this kind, read.  NULL: there is none, or it cannot be read, and then
 * *out says so. */
static void *first(struct buf *out, extensions *c, int nid)
{
	int at = X509v3_get_ext_by_NID(c, nid, -1);
	void *value = at < 0 ? NULL : X509V3_EXT_d2i(X509v3_get_ext(c, at));

	if (at >= 0 && !value)
		buf_add_str(out, UNKNOWN);
	return value;
}

static void names(struct buf *out, extensions *c)
{
	static const char *const kinds[] = {"other", "email", "dns", "x400", "directory",
					    "edi", "uri", "ip", "registered-id"};
	GENERAL_NAMES *all = first(out, c, NID_subject_alt_name);

	for (int i = 0; i < sk_GENERAL_NAME_num(all); i++) {
		const GENERAL_NAME *n = sk_GENERAL_NAME_value(all, i);
		const ASN1_STRING *s = n->d.ia5;

		buf_printf(out, "%s:", kinds[n->type]);
		if (n->type == GEN_EMAIL || n->type == GEN_DNS || n->type == GEN_URI ||
		    n->type == GEN_IPADD)
			facts_hex(out, ASN1_STRING_get0_data(s), (size_t)ASN1_STRING_length(s));
		buf_add_byte(out, ' ');
	}
	GENERAL_NAMES_free(all);
}

static void basic(struct buf *out, extensions *c)
{
	BASIC_CONSTRAINTS *b = first(out, c, NID_basic_constraints);

	if (b)
		buf_printf(out, "%d %ld", b->ca != 0, b->pathlen ? ASN1_INTEGER_get(b->pathlen) : -1);
	BASIC_CONSTRAINTS_free(b);
}

static void usage(struct buf *out, extensions *c)
{
	unsigned bits = 0;
	ASN1_BIT_STRING *b = first(out, c, NID_key_usage);

	for (int i = 0; b && i < 9; i++)
		if (ASN1_BIT_STRING_get_bit(b, i))
			bits |= 1u << i;
	if (b)
		buf_printf(out, "%x", bits);
	ASN1_BIT_STRING_free(b);
}

static void purposes(struct buf *out, extensions *c)
{
	EXTENDED_KEY_USAGE *all = first(out, c, NID_ext_key_usage);

	for (int i = 0; i < sk_ASN1_OBJECT_num(all); i++) {
		put_oid(out, sk_ASN1_OBJECT_value(all, i));
		buf_add_byte(out, ' ');
	}
	EXTENDED_KEY_USAGE_free(all);
}

static void ocsp(struct buf *out, extensions *c)
{
	AUTHORITY_INFO_ACCESS *all = first(out, c, NID_info_access);

	for (int i = 0; i < sk_ACCESS_DESCRIPTION_num(all); i++) {
		const ACCESS_DESCRIPTION *d = sk_ACCESS_DESCRIPTION_value(all, i);

		if (OBJ_obj2nid(d->method) != NID_ad_OCSP || d->location->type != GEN_URI)
			continue;
		facts_hex(out, ASN1_STRING_get0_data(d->location->d.ia5),
			  (size_t)ASN1_STRING_length(d->location->d.ia5));
		buf_add_byte(out, ' ');
	}
	AUTHORITY_INFO_ACCESS_free(all);
}

static void identifiers(struct facts *f, extensions *c)
{
	ASN1_OCTET_STRING *ski = first(&f->text[FACT_SKI], c, NID_subject_key_identifier);
	AUTHORITY_KEYID *aki = first(&f->text[FACT_AKI], c, NID_authority_key_identifier);

	if (ski)
		facts_hex(&f->text[FACT_SKI], ASN1_STRING_get0_data(ski),
			  (size_t)ASN1_STRING_length(ski));
	if (aki && aki->keyid)
		facts_hex(&f->text[FACT_AKI], ASN1_STRING_get0_data(aki->keyid),
			  (size_t)ASN1_STRING_length(aki->keyid));
	ASN1_OCTET_STRING_free(ski);
	AUTHORITY_KEYID_free(aki);
}

static void features(struct facts *f, extensions *c)
{
	struct buf *out = &f->text[FACT_FEATURES];
	int at = X509v3_get_ext_by_NID(c, NID_tlsfeature, -1), critical = 0;
	X509_EXTENSION *ext = at < 0 ? NULL : X509v3_get_ext(c, at);
	TLS_FEATURE *all = ext ? X509V3_EXT_d2i(ext) : NULL;

	if (ext)
		critical = X509_EXTENSION_get_critical(ext);
	buf_add_str(out, !ext ? "none" : all ? "list" : "malformed");
	for (int i = 0; all && i < sk_ASN1_INTEGER_num(all); i++) {
		int64_t v;

		if (ASN1_INTEGER_get_int64(&v, sk_ASN1_INTEGER_value(all, i)) == 1)
			buf_printf(out, " %lld", (long long)v);
		else
			buf_add_str(out, " large");
	}
	buf_printf(&f->text[FACT_CRITICAL], "%d", critical);
	TLS_FEATURE_free(all);
}

static void key(struct facts *f, X509_PUBKEY *c)
{
	unsigned char *der = NULL;
	int n = i2d_X509_PUBKEY(c, &der);
	EVP_PKEY *k = X509_PUBKEY_get0(c);

	if (n > 0)
		facts_hex(&f->text[FACT_KEY], der, (size_t)n);
	OPENSSL_free(der);
	if (k)
		buf_printf(&f->text[FACT_KEY_SIZE], "%d", EVP_PKEY_bits(k));
	else
		buf_add_str(&f->text[FACT_KEY_SIZE], UNKNOWN);
}

/* OpenSSL keeps an INTEGER as sign and magnitude; its DER has the octets. */
static void serial(struct buf *out, X509 *c)
{
	unsigned char *der = NULL;
	int n = i2d_ASN1_INTEGER(X509_get_serialNumber(c), &der);
	struct span rest = span_of(der, n > 0 ? (size_t)n : 0), octets;

	if (der_get(&rest, DER_INTEGER, &octets) == 0)
		facts_hex(out, octets.p, octets.n);
	else
		buf_add_str(out, UNKNOWN);
	OPENSSL_free(der);
}

static void extended(struct facts *f, extensions *c)
{
	names(&f->text[FACT_NAMES], c);
	basic(&f->text[FACT_CA], c);
	usage(&f->text[FACT_KEY_USAGE], c);
	purposes(&f->text[FACT_PURPOSES], c);
	ocsp(&f->text[FACT_OCSP], c);
	identifiers(f, c);
	features(f, c);
}

static void signature(struct facts *f, const ASN1_BIT_STRING *octets, const X509_ALGOR *algorithm)
{
	put_oid(&f->text[FACT_ALGORITHM], algorithm->algorithm);
	facts_hex(&f->text[FACT_SIGNATURE], ASN1_STRING_get0_data(octets), (size_t)ASN1_STRING_length(octets));
}

/* Whether it loads is the first of the facts; the library cannot hold all versions. */
static bool loads(struct facts *f, bool it_does)
{
	for (size_t i = 0; i < FACT_COUNT; i++)
		buf_reset(&f->text[i]);
	ERR_clear_error();
	buf_add_str(&f->text[FACT_LOADS], it_does ? "yes" : "no");
	return it_does;
}

static void version(struct facts *f, long v)
{
	buf_printf(&f->text[FACT_VERSION], "%lld", 1LL + (int32_t)v);
}

bool facts_openssl(struct facts *f, struct span der)
{
	const unsigned char *p = der.p;
	const ASN1_BIT_STRING *octets;
	const X509_ALGOR *algorithm;
	X509 *c = d2i_X509(NULL, &p, (long)der.n);
	/* else it is the front of something else */
	bool whole = loads(f, c && p == der.p + der.n);

	if (whole) {
		version(f, X509_get_version(c));
		serial(&f->text[FACT_SERIAL], c);
		put_name(&f->text[FACT_ISSUER], X509_get_issuer_name(c));
		put_name(&f->text[FACT_SUBJECT], X509_get_subject_name(c));
		put_time(&f->text[FACT_NOT_BEFORE], X509_get0_notBefore(c));
		put_time(&f->text[FACT_NOT_AFTER], X509_get0_notAfter(c));
		key(f, X509_get_X509_PUBKEY(c));
		X509_get0_signature(&octets, &algorithm, c);
		signature(f, octets, algorithm);
		extended(f, X509_get0_extensions(c));
	}
	ERR_clear_error();
	X509_free(c);
	return whole;
}

bool facts_openssl_request(struct facts *f, struct span der)
{
	const unsigned char *p = der.p;
	const ASN1_BIT_STRING *octets;
	const X509_ALGOR *algorithm;
	STACK_OF(X509_EXTENSION) *all = NULL;
	X509_REQ *c = d2i_X509_REQ(NULL, &p, (long)der.n);
	bool whole = loads(f, c && p == der.p + der.n);

	if (whole) {
		all = X509_REQ_get_extensions(c);
		version(f, X509_REQ_get_version(c));
		put_name(&f->text[FACT_SUBJECT], X509_REQ_get_subject_name(c));
		key(f, X509_REQ_get_X509_PUBKEY(c));
		X509_REQ_get0_signature(c, &octets, &algorithm);
		signature(f, octets, algorithm);
		extended(f, all);
	}
	sk_X509_EXTENSION_pop_free(all, X509_EXTENSION_free);
	ERR_clear_error();
	X509_REQ_free(c);
	return whole;
}
