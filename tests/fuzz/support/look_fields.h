/* Looks (look.h) at the fields that every certificate has: names, key, signature, times, version. */
#ifndef STAPLE_TESTS_FUZZ_LOOK_FIELDS_H
#define STAPLE_TESTS_FUZZ_LOOK_FIELDS_H

#include "facts/algorithm.h"
#include "tests/fuzz/support/look_extensions.h"

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

/* --- keys and signatures --- */

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

static inline bool algorithm_long(const struct difference *d)
{
	return oid_long(d->c->signature_algorithm_oid);
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

#endif
