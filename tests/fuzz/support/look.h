/*
 * What can be seen in a certificate or a request that explains why a reader says something else about
 * it than we do: one small look each, for the rules of rules.h, cert_rules.h and csr_rules.h.  Here:
 * the difference itself, DER, and parts that are shown to a library alone.
 */
#ifndef STAPLE_TESTS_FUZZ_LOOK_H
#define STAPLE_TESTS_FUZZ_LOOK_H

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

/* --- parts, some of them shown to a library alone --- */

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

static inline bool extensions_outside(const struct difference *d)
{
	return !d->c && strcmp(d->why, "certificate: extensions (RFC 5280, 4.1.2.9): end of data") == 0;
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
