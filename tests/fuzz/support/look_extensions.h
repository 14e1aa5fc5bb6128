/* Looks (look.h) at extensions. */
#ifndef STAPLE_TESTS_FUZZ_LOOK_EXTENSIONS_H
#define STAPLE_TESTS_FUZZ_LOOK_EXTENSIONS_H

#include "tests/fuzz/support/look.h"

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

#endif
