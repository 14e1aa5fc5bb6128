/*
 * What can be seen in a certificate or a request that explains why a reader says something else about
 * it than we do: one small look each, for the rules of cert_rules.h and csr_rules.h.
 */
#ifndef STAPLE_TESTS_FUZZ_LOOKS_H
#define STAPLE_TESTS_FUZZ_LOOKS_H

#include "facts/algorithm.h"
#include "facts/cert.h"
#include "facts/dn.h"
#include "facts/oid.h"
#include "ground/der.h"
#include "tests/differential/facts.h"

#include <gnutls/x509-ext.h>
#include <gnutls/x509.h>
#include <openssl/x509.h>

enum reader { GNUTLS = 1, OPENSSL = 2, BOTH = 3 };

struct difference {
	enum fact fact;
	enum reader reader;
	const struct cert *c; /* ours; NULL where it does not load; of a request what it has, too */
	const char *why;      /* then: why not */
	struct span der;
	const char *ours, *theirs;
};

static inline bool unread_by_them(const struct difference *d)
{
	return strcmp(d->theirs, "?") == 0;
}

static inline bool refused_by_them(const struct difference *d)
{
	return d->c && strcmp(d->theirs, "no") == 0;
}

/* An object identifier that is longer than 127 characters as text. */
static inline bool oid_long(struct span oid)
{
	struct buf b;
	size_t n;

	buf_init(&b);
	oid_dotted(&b, oid);
	n = b.n;
	buf_wipe(&b);
	return n > 127;
}

/* The fields of the signed part, up to those before the n-th (from 0), the version not counted. */
static inline bool field_at(const struct difference *d, unsigned n, struct span *version, struct span *out)
{
	*out = d->der;
	if (der_get(out, DER_SEQUENCE, out) != 0 || der_get(out, DER_SEQUENCE, out) != 0 ||
	    der_get_optional(out, DER_CONTEXT_CONS(0), version) < 0)
		return false;
	while (n-- > 0)
		if (der_get_any(out, NULL, NULL, NULL) != 0)
			return false;
	return true;
}

/* --- parts of a certificate, some of them shown to a library alone --- */

/* Is everything in it DER, as far as headers tell?  Strings are primitive in DER, and SEQUENCE and
 * SET never. */
static inline bool all_der(struct span in, unsigned depth)
{
	while (in.n > 0) {
		struct span content;
		uint8_t tag;

		if (der_get_any(&in, &tag, &content, NULL) != 0)
			return false;
		if (tag == 0x10 || tag == 0x11 || (tag >> 5 == 1 && tag != DER_SEQUENCE && tag != DER_SET))
			return false;
		if ((tag & 0x20) && (depth > 40 || !all_der(content, depth + 1)))
			return false;
	}
	return true;
}

static inline bool openssl_reads_name(struct span name)
{
	const unsigned char *p = name.p;
	X509_NAME *n = d2i_X509_NAME(NULL, &p, (long)name.n);

	X509_NAME_free(n);
	return n != NULL && all_der(name, 0);
}

/* Reads it, and can make a text of it. */
static inline bool gnutls_reads_name(struct span name, bool and_tells)
{
	gnutls_datum_t der = {(unsigned char *)(uintptr_t)name.p, (unsigned)name.n}, text = {NULL, 0};
	gnutls_x509_dn_t dn;
	bool reads;

	if (dn_empty(name))
		return true; /* it has no text, which is an error there */
	if (gnutls_x509_dn_init(&dn) != 0)
		return false;
	reads = gnutls_x509_dn_import(dn, &der) == 0 &&
		(!and_tells || gnutls_x509_dn_get_str(dn, &text) == 0) && all_der(name, 0);
	gnutls_free(text.data);
	gnutls_x509_dn_deinit(dn);
	return reads;
}

static inline bool reads_name(enum reader reader, struct span name)
{
	return reader == OPENSSL ? openssl_reads_name(name) : gnutls_reads_name(name, true);
}

static inline bool gnutls_reads_san(struct span san)
{
	gnutls_datum_t der = {(unsigned char *)(uintptr_t)san.p, (unsigned)san.n};
	gnutls_subject_alt_names_t names;
	bool reads;

	if (gnutls_subject_alt_names_init(&names) != 0)
		return false;
	reads = gnutls_x509_ext_import_subject_alt_names(&der, names, 0) == 0;
	gnutls_subject_alt_names_deinit(names);
	return reads;
}

/* --- extensions --- */

/* Of these kinds we do not read what is inside. */
static inline bool unread_within(const struct general_name *n)
{
	return n->kind == NAME_OTHER || n->kind == NAME_X400 || n->kind == NAME_EDI;
}

static inline struct span extension_of(enum fact fact)
{
	static const uint8_t ski[] = {0x55, 0x1d, 0x0e}, aki[] = {0x55, 0x1d, 0x23};

	switch (fact) {
	case FACT_NAMES: return OID_SUBJECT_ALT_NAME;
	case FACT_CA: return OID_BASIC_CONSTRAINTS;
	case FACT_KEY_USAGE: return OID_KEY_USAGE;
	case FACT_PURPOSES: return OID_EXT_KEY_USAGE;
	case FACT_OCSP: return OID_AIA;
	case FACT_SKI: return span_of(ski, sizeof ski);
	case FACT_AKI: return span_of(aki, sizeof aki);
	case FACT_CRITICAL:
	case FACT_FEATURES: return OID_TLS_FEATURE;
	default: return SPAN_NONE;
	}
}

/* What deviates in the one extension that tells this fact, as if it were alone; with
 * DEVIATION_EXTENSION_DUPLICATE when it is not. */
static inline uint32_t own_deviations(const struct difference *d)
{
	struct span cursor = d->c->x.list, at = cursor, oid = extension_of(d->fact);
	uint32_t deviations = 0;
	struct extension e;
	const char *why;
	unsigned n = 0;

	for (; extension_next(&cursor, &e); at = cursor) {
		struct extension_facts alone = EXTENSION_FACTS_NONE;

		if (!span_equal(e.oid, oid))
			continue;
		if (extension_decode(span_of(at.p, (size_t)(cursor.p - at.p)), &alone, &why) == 0)
			deviations |= alone.deviations;
		if (++n > 1)
			deviations |= deviation_bit(DEVIATION_EXTENSION_DUPLICATE);
	}
	return deviations;
}

/* The value of the first extension of this kind; SPAN_NONE. */
static inline struct span value_of(const struct difference *d, struct span oid)
{
	struct span cursor = d->c->x.list;
	struct extension e;

	while (extension_next(&cursor, &e))
		if (span_equal(e.oid, oid))
			return e.value;
	return SPAN_NONE;
}

static inline struct span own_value(const struct difference *d)
{
	return value_of(d, extension_of(d->fact));
}

/* Bits behind the nine that have a name. */
static inline bool usage_of_many_bits(const struct difference *d)
{
	struct span value = own_value(d), bits;

	return der_get(&value, DER_BIT_STRING, &bits) == 0 && bits.n > 3;
}

/* An extension whose object identifier is that of this fact, and then breaks off. */
static inline bool extension_oid_cut(const struct difference *d)
{
	struct span cursor = d->c->x.list, oid = extension_of(d->fact);
	struct extension e;

	while (extension_next(&cursor, &e))
		if (!oid_readable(e.oid) && e.oid.n > oid.n && memcmp(e.oid.p, oid.p, oid.n) == 0)
			return true;
	return false;
}

static inline bool identifier_empty(const struct difference *d)
{
	struct span id = d->fact == FACT_SKI ? d->c->x.ski : d->c->x.aki;

	return unread_by_them(d) && span_present(id) && id.n == 0;
}

/* A location of a kind that we do not read within, or that is not sound. */
static inline bool location_odd(const struct difference *d)
{
	struct span cursor = d->c->x.aia, method;
	struct general_name where;
	bool within = false, is = false;

	while (span_present(d->c->x.aia) && extension_aia_next(&cursor, &within, &method, &where))
		is |= unread_within(&where) || !extension_name_sound(&where) ||
		      (where.kind == NAME_DIRECTORY && !reads_name(d->reader, where.value));
	return is && unread_by_them(d);
}

/* An extension with such a name. */
static inline bool extension_oid_long(const struct difference *d)
{
	struct span cursor = d->c ? d->c->x.list : SPAN_NONE;
	struct extension e;

	while (extension_next(&cursor, &e))
		if (oid_long(e.oid))
			return refused_by_them(d);
	return false;
}

static inline bool purpose_long(const struct difference *d)
{
	struct span cursor = d->c->x.eku_value, oid;
	bool within = false;

	while (d->c->x.has_eku && extension_eku_next(&cursor, &within, &oid))
		if (oid_long(oid))
			return true;
	return false;
}

static inline bool openssl_reads_extensions(const struct difference *d)
{
	struct span cursor = d->c->x.list, at = cursor;
	struct extension e;

	for (; extension_next(&cursor, &e); at = cursor) {
		const unsigned char *p = at.p;
		X509_EXTENSION *x = d2i_X509_EXTENSION(NULL, &p, cursor.p - at.p);

		X509_EXTENSION_free(x);
		if (!x)
			return false;
	}
	return true;
}

static inline bool extension_refused_by_openssl(const struct difference *d)
{
	return refused_by_them(d) && !openssl_reads_extensions(d);
}

/* A path length that no int holds. */
static inline bool path_long(const struct difference *d)
{
	return d->c->x.has_basic_constraints && d->c->x.path_len == INT32_MAX;
}

/* authorityCertIssuer and authorityCertSerialNumber, which we do not read, are not both there and
 * sound (RFC 5280, 4.2.1.1). */
static inline bool aki_tail_broken(const struct difference *d)
{
	struct span body = own_value(d), names, serial;
	struct general_name name;

	if (!span_present(body))
		return false;
	if (der_get(&body, DER_SEQUENCE, &body) != 0 ||
	    der_get_optional(&body, DER_CONTEXT(0), &names) < 0)
		return true;
	if (der_end(body))
		return false;
	if (der_get(&body, DER_CONTEXT_CONS(1), &names) != 0 || der_end(names) ||
	    der_get(&body, DER_CONTEXT(2), &serial) != 0 || !der_end(body) || !der_integer_sound(serial))
		return true;
	while (!der_end(names))
		if (!extension_name_get(&names, &name) || !extension_name_sound(&name) ||
		    (name.kind == NAME_DIRECTORY && !reads_name(d->reader, name.value)) ||
		    (unread_within(&name) && unread_by_them(d)))
			return true;
	return false;
}

/* --- names --- */

/* A name whose inside we do not read, and they do. */
static inline bool name_of_another_kind(const struct difference *d)
{
	return unread_by_them(d) && (strstr(d->ours, "other:") || strstr(d->ours, "x400:") ||
				     strstr(d->ours, "directory:") || strstr(d->ours, "edi:"));
}

/* Theirs end where ours have a directory name that is empty. */
static inline bool empty_directory_name(const struct difference *d)
{
	struct span cursor = d->c->x.san;
	size_t n = strlen(d->theirs);
	struct general_name name;
	bool inside = false, empty = false;

	while (span_present(d->c->x.san) && extension_name_next(&cursor, &inside, &name))
		empty |= name.kind == NAME_DIRECTORY && dn_empty(name.value);
	return empty && strncmp(d->ours, d->theirs, n) == 0 && strncmp(d->ours + n, "directory:", 10) == 0;
}

/* Of the names of subject and issuer GnuTLS reads the alternative ones, too, as soon as it loads. */
static inline bool name_refused_by_gnutls(const struct difference *d)
{
	static const uint8_t issuer_alt_name[] = {0x55, 0x1d, 0x12};
	struct span san, ian;

	if (!refused_by_them(d))
		return false;
	san = value_of(d, OID_SUBJECT_ALT_NAME);
	ian = value_of(d, span_of(issuer_alt_name, sizeof issuer_alt_name));
	return !gnutls_reads_name(d->c->subject, false) || !gnutls_reads_name(d->c->issuer, false) ||
	       (span_present(san) && !gnutls_reads_san(san)) || (span_present(ian) && !gnutls_reads_san(ian));
}

static inline bool name_refused_by_openssl(const struct difference *d)
{
	return refused_by_them(d) &&
	       (!openssl_reads_name(d->c->subject) || !openssl_reads_name(d->c->issuer));
}

/* --- keys --- */

/* This many positive INTEGERs without superfluous octets, and no more. */
static inline bool numbers(struct span in, unsigned count)
{
	struct span n;

	while (count-- > 0)
		if (der_get_integer(&in, &n, NULL) != 0 || (n.p[0] & 0x80))
			return false;
	return der_end(in);
}

/* A key that GnuTLS writes as we read it: parameters and numbers are as they should be. */
static inline bool key_in_its_own_form(const struct spki *key)
{
	struct span body = key->der, algorithm, bits = key->bits, n;
	struct span parameters;

	if (der_get(&body, DER_SEQUENCE, &body) != 0 || der_get(&body, DER_SEQUENCE, &algorithm) != 0 ||
	    der_get(&algorithm, DER_OID, NULL) != 0)
		return false;
	parameters = algorithm;
	switch (key->kind) {
	case KEY_RSA:
		return der_get(&parameters, DER_NULL, &n) == 0 && n.n == 0 && der_end(parameters) &&
		       der_get(&bits, DER_SEQUENCE, &bits) == 0 && numbers(bits, 2);
	case KEY_DSA:
		return der_get(&parameters, DER_SEQUENCE, &parameters) == 0 && numbers(parameters, 3) &&
		       numbers(bits, 1);
	case KEY_EC:
		return der_get(&parameters, DER_OID, NULL) == 0 && der_end(parameters) && bits.n > 0 &&
		       bits.p[0] == 4;
	default: /* of RSA-PSS GnuTLS writes the parameters out, of X25519 none */
		return der_end(parameters);
	}
}

static inline bool key_written_anew(const struct difference *d)
{
	return !key_in_its_own_form(&d->c->key);
}

/* Of algorithm, parameters and BIT STRING one cannot be read, or something stands behind them. */
static inline bool key_not_delimited(const struct difference *d)
{
	struct span body = d->c->key.der;
	struct algorithm algorithm;
	uint32_t deviations = 0;

	return refused_by_them(d) &&
	       (der_get(&body, DER_SEQUENCE, &body) != 0 ||
		algorithm_decode(&body, &algorithm, &deviations) != 0 || deviations != 0 ||
		!span_present(d->c->key.bits) || der_get(&body, DER_BIT_STRING, NULL) != 0 || !der_end(body));
}

/* Kinds that serve no TLS, and curves that we have no size of. */
static inline bool key_of_other_kind(const struct difference *d)
{
	const struct spki *k = &d->c->key;

	return k->kind == KEY_UNKNOWN || k->kind == KEY_DSA || (k->kind == KEY_EC && k->size == 0);
}

static inline bool key_unsized_by_us(const struct difference *d)
{
	return strcmp(d->ours, "0") == 0 && key_of_other_kind(d);
}

/* Whether a key of this kind is one takes arithmetic, or tables of curves and parameters. */
static inline bool key_unread_by_them(const struct difference *d)
{
	enum key_kind kind = d->c->key.kind;

	return unread_by_them(d) && (key_of_other_kind(d) || kind == KEY_EC || kind == KEY_RSA_PSS);
}

static inline bool p521(const struct difference *d)
{
	return strcmp(d->ours, "521") == 0 && strcmp(d->theirs, "528") == 0;
}

/* What the signature's BIT STRING holds, the number of unused bits too. */
static inline bool signature_at(const struct difference *d, struct span *out)
{
	*out = d->der;
	return der_get(out, DER_SEQUENCE, out) == 0 && der_get_any(out, NULL, NULL, NULL) == 0 &&
	       der_get_any(out, NULL, NULL, NULL) == 0 && der_get(out, DER_BIT_STRING, out) == 0;
}

/* Empty, with bits unused, or of more octets than facts_gnutls.c has room for. */
static inline bool signature_not_octets(const struct difference *d)
{
	struct span bits;

	return !signature_at(d, &bits) || bits.n < 2 || bits.p[0] != 0 || bits.n > 8193;
}

/* No BIT STRING but in name; or there are unique identifiers, which are seldom sound. */
static inline bool bits_refused(const struct difference *d)
{
	struct span bits;

	return refused_by_them(d) &&
	       ((d->c->deviations & deviation_bit(DEVIATION_UNIQUE_ID)) || !signature_at(d, &bits) ||
		bits.n == 0 || bits.p[0] > 7 || (bits.n == 1 && bits.p[0] != 0));
}

/* --- times --- */

static inline bool before_1970(const struct difference *d)
{
	return strcmp(d->theirs, "1970-01-01T00:00:00Z") == 0 && strcmp(d->ours, d->theirs) < 0;
}

/* The one of the two times that this fact is about; or either of them. */
static inline bool time_odd(const struct difference *d)
{
	struct span in, version;
	int64_t t;

	if (!field_at(d, 3, &version, &in) || der_get(&in, DER_SEQUENCE, &in) != 0 ||
	    (d->fact == FACT_NOT_AFTER && der_get_any(&in, NULL, NULL, NULL) != 0))
		return false;
	return der_get_time(&in, &t, NULL) != 0 || (d->fact == FACT_LOADS && der_get_time(&in, &t, NULL) != 0);
}

static inline bool time_refused_by_them(const struct difference *d)
{
	return refused_by_them(d) && time_odd(d);
}

/* --- TLS features --- */

/* A value that 16 bits do not hold, as no TLS extension has. */
static inline bool beyond_16_bits(const struct difference *d)
{
	struct span value = own_value(d), content;
	bool inside = false;
	int64_t v;

	while (feature_next(&value, &inside, &content))
		if (!feature_int(content, &v) || v < 0 || v > UINT16_MAX)
			return true;
	return false;
}

static inline bool many_features(const struct difference *d)
{
	return d->c->x.feature.values > 64;
}

static inline bool repeated(const struct difference *d)
{
	return d->c->x.feature.repeated;
}

/* --- version and serial number --- */

/* A version of more than one octet, or negative; OpenSSL minds only octets that say nothing. */
static inline bool version_long(const struct difference *d)
{
	struct span version, rest, octets;

	return refused_by_them(d) && field_at(d, 0, &version, &rest) && span_present(version) &&
	       der_get(&version, DER_INTEGER, &octets) == 0 &&
	       (d->reader == GNUTLS ? octets.n > 1 || d->c->version < 1 : !der_integer_sound(octets));
}

static inline bool version_unknown(const struct difference *d)
{
	return d->c->version < 1 || d->c->version > 3;
}

/* Fields that the version does not have yet. */
static inline bool version_too_low(const struct difference *d)
{
	const struct cert *c = d->c;

	return refused_by_them(d) && ((c->version < 3 && span_present(c->x.list)) ||
				      (c->version < 2 && (c->deviations & deviation_bit(DEVIATION_UNIQUE_ID))));
}

/* Behind the version, within its [0]. */
static inline bool version_trailing(const struct difference *d)
{
	struct span version, rest;

	return field_at(d, 0, &version, &rest) && span_present(version) &&
	       der_get_any(&version, NULL, NULL, NULL) == 0 && !der_end(version);
}

/* We refuse version or serial number, and the version's [0] does not hold one element, no less and no
 * more. */
static inline bool version_not_alone(const struct difference *d)
{
	struct span version, rest;

	return !d->c && (strncmp(d->why, "certificate: version ", 21) == 0 ||
			 strncmp(d->why, "certificate: serialNumber ", 26) == 0) &&
	       field_at(d, 0, &version, &rest) && span_present(version) &&
	       (der_get_any(&version, NULL, NULL, NULL) != 0 || !der_end(version));
}

/* --- DER --- */

static inline bool not_der(const struct difference *d)
{
	return !d->c && !all_der(d->der, 0);
}

static inline bool field_missing(const struct difference *d)
{
	return !d->c && (strncmp(d->why, "certificate: extension ", 23) == 0 ||
			 strncmp(d->why, "certificate: subjectPublicKeyInfo ", 34) == 0);
}

/* An object identifier that is none, anywhere. */
static inline bool odd_oid(struct span in)
{
	while (in.n > 0) {
		struct span content;
		uint8_t tag;

		if (der_get_any(&in, &tag, &content, NULL) != 0)
			return false;
		if ((tag & 0x20) && odd_oid(content))
			return true;
		if (tag == DER_OID && !oid_readable(content))
			return true;
	}
	return false;
}

static inline bool oid_refused_by_libtasn1(const struct difference *d)
{
	return refused_by_them(d) && odd_oid(d->c->der);
}

#endif
