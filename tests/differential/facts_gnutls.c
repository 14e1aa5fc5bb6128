#include "tests/differential/facts.h"

#include "facts/oid.h"
#include "ground/when.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509-ext.h>
#include <gnutls/x509.h>

#define UNKNOWN "?"

static void put_datum(struct buf *out, const gnutls_datum_t *d)
{
	facts_hex(out, d->data, d->size);
}

static void take_raw(struct buf *out, int (*get)(gnutls_x509_crt_t, gnutls_datum_t *),
		     gnutls_x509_crt_t c)
{
	gnutls_datum_t d = {NULL, 0};

	if (get(c, &d) == 0)
		put_datum(out, &d);
	else
		buf_add_str(out, UNKNOWN);
	gnutls_free(d.data);
}

/* gnutls_x509_crt_get_subject_alt_name2 and its like put text; the raw octets are wanted. */
static void names(struct buf *out, gnutls_x509_crt_t c)
{
	static const char *const kinds[] = {"", "dns", "email", "uri", "ip", "other", "directory"};
	unsigned char value[65536];

	for (unsigned i = 0;; i++) {
		size_t n = sizeof value;
		unsigned type = 0;
		int rc = gnutls_x509_crt_get_subject_alt_name2(c, i, value, &n, &type, NULL);

		if (rc == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
			return;
		if (rc < 0) {
			buf_add_str(out, UNKNOWN);
			return;
		}
		if (type >= sizeof kinds / sizeof kinds[0]) {
			buf_printf(out, "%s: ", type == GNUTLS_SAN_REGISTERED_ID ? "registered-id"
				   : type >= GNUTLS_SAN_OTHERNAME_XMPP ? "other" : UNKNOWN);
			continue;
		}
		buf_printf(out, "%s:", kinds[type]);
		if (type <= GNUTLS_SAN_IPADDRESS)
			facts_hex(out, value, n);
		buf_add_byte(out, ' ');
	}
}

static void purposes(struct buf *out, gnutls_x509_crt_t c)
{
	char oid[256];

	for (unsigned i = 0;; i++) {
		size_t n = sizeof oid;
		unsigned critical;
		int rc = gnutls_x509_crt_get_key_purpose_oid(c, i, oid, &n, &critical);

		if (rc == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
			return;
		buf_printf(out, "%s%s", rc < 0 ? UNKNOWN : oid, rc < 0 ? "" : " ");
		if (rc < 0)
			return;
	}
}

unsigned facts_gnutls_usage(unsigned theirs)
{
	static const unsigned bits[] = {
		GNUTLS_KEY_DIGITAL_SIGNATURE, GNUTLS_KEY_NON_REPUDIATION,
		GNUTLS_KEY_KEY_ENCIPHERMENT, GNUTLS_KEY_DATA_ENCIPHERMENT, GNUTLS_KEY_KEY_AGREEMENT,
		GNUTLS_KEY_KEY_CERT_SIGN, GNUTLS_KEY_CRL_SIGN, GNUTLS_KEY_ENCIPHER_ONLY,
		GNUTLS_KEY_DECIPHER_ONLY};
	unsigned ours = 0;

	for (unsigned i = 0; i < sizeof bits / sizeof bits[0]; i++)
		if (theirs & bits[i])
			ours |= 1u << i;
	return ours;
}

static void usage(struct buf *out, gnutls_x509_crt_t c)
{
	unsigned theirs = 0, critical;
	int rc = gnutls_x509_crt_get_key_usage(c, &theirs, &critical);

	if (rc == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
		return;
	if (rc < 0)
		buf_add_str(out, UNKNOWN);
	else
		buf_printf(out, "%x", facts_gnutls_usage(theirs));
}

static void basic(struct buf *out, gnutls_x509_crt_t c)
{
	unsigned critical, ca = 0;
	int path_len = -1;
	int rc = gnutls_x509_crt_get_basic_constraints(c, &critical, &ca, &path_len);

	if (rc == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
		return;
	if (rc < 0)
		buf_add_str(out, UNKNOWN);
	else
		buf_printf(out, "%u %d", ca, path_len);
}

/* The value of an extension, of several the first; false: there is none. */
static bool value(gnutls_x509_crt_t c, const char *oid, gnutls_datum_t *out)
{
	*out = (gnutls_datum_t){NULL, 0};
	return gnutls_x509_crt_get_extension_by_oid2(c, oid, 0, out, NULL) == 0;
}

/* gnutls_x509_crt_get_authority_info_access stops at a location that is no URI. */
static void ocsp(struct buf *out, gnutls_x509_crt_t c)
{
	gnutls_datum_t all, oid, location;
	gnutls_x509_aia_t aia;
	unsigned type;
	bool read;

	if (!value(c, "1.3.6.1.5.5.7.1.1", &all) || gnutls_x509_aia_init(&aia) < 0)
		return;
	read = gnutls_x509_ext_import_aia(&all, aia, 0) == 0;
	if (!read)
		buf_add_str(out, UNKNOWN);
	for (unsigned i = 0; read && gnutls_x509_aia_get(aia, i, &oid, &type, &location) == 0; i++) {
		if (type != GNUTLS_SAN_URI || strcmp((char *)oid.data, GNUTLS_OID_AD_OCSP) != 0)
			continue;
		put_datum(out, &location);
		buf_add_byte(out, ' ');
	}
	gnutls_x509_aia_deinit(aia);
	gnutls_free(all.data);
}

static void features(struct facts *f, gnutls_x509_crt_t c)
{
	struct buf *out = &f->text[FACT_FEATURES];
	gnutls_x509_tlsfeatures_t t;
	unsigned critical = 0, v;
	int rc;

	if (gnutls_x509_tlsfeatures_init(&t) < 0)
		return;
	rc = gnutls_x509_crt_get_tlsfeatures(c, t, 0, &critical);
	if (rc == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
		buf_add_str(out, "none");
	else if (rc < 0)
		buf_add_str(out, "malformed");
	else
		buf_add_str(out, "list");
	for (unsigned i = 0; rc == 0 && gnutls_x509_tlsfeatures_get(t, i, &v) == 0; i++)
		buf_printf(out, " %u", v);
	buf_printf(&f->text[FACT_CRITICAL], "%u", rc == 0 ? critical : 0);
	gnutls_x509_tlsfeatures_deinit(t);
}

static void identifiers(struct facts *f, gnutls_x509_crt_t c)
{
	unsigned char id[4096];
	size_t n = sizeof id;
	int rc = gnutls_x509_crt_get_subject_key_id(c, id, &n, NULL);

	if (rc == 0)
		facts_hex(&f->text[FACT_SKI], id, n);
	else if (rc != GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
		buf_add_str(&f->text[FACT_SKI], UNKNOWN);
	n = sizeof id;
	rc = gnutls_x509_crt_get_authority_key_id(c, id, &n, NULL);
	if (rc == 0)
		facts_hex(&f->text[FACT_AKI], id, n);
	else if (rc != GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE && rc != GNUTLS_E_X509_UNSUPPORTED_EXTENSION)
		buf_add_str(&f->text[FACT_AKI], UNKNOWN);
}

static void signature(struct facts *f, gnutls_x509_crt_t c)
{
	unsigned char octets[8192];
	char oid[256];
	size_t n = sizeof octets;

	if (gnutls_x509_crt_get_signature(c, (char *)octets, &n) == 0)
		facts_hex(&f->text[FACT_SIGNATURE], octets, n);
	else
		buf_add_str(&f->text[FACT_SIGNATURE], UNKNOWN);
	n = sizeof oid;
	if (gnutls_x509_crt_get_signature_oid(c, oid, &n) == 0)
		buf_add_str(&f->text[FACT_ALGORITHM], oid);
	else
		buf_add_str(&f->text[FACT_ALGORITHM], UNKNOWN);
}

void facts_gnutls_key(struct facts *f, struct gnutls_pubkey_st *k, bool read)
{
	gnutls_datum_t d = {NULL, 0};
	unsigned bits = 0;

	if (read && gnutls_pubkey_export2(k, GNUTLS_X509_FMT_DER, &d) == 0) {
		put_datum(&f->text[FACT_KEY], &d);
		gnutls_pubkey_get_pk_algorithm(k, &bits);
		buf_printf(&f->text[FACT_KEY_SIZE], "%u", bits);
	} else {
		buf_add_str(&f->text[FACT_KEY], UNKNOWN);
		buf_add_str(&f->text[FACT_KEY_SIZE], UNKNOWN);
	}
	gnutls_free(d.data);
}

static void key(struct facts *f, gnutls_x509_crt_t c)
{
	gnutls_pubkey_t k;

	if (gnutls_pubkey_init(&k) < 0)
		return;
	facts_gnutls_key(f, k, gnutls_pubkey_import_x509(k, c, 0) == 0);
	gnutls_pubkey_deinit(k);
}

bool facts_gnutls(struct facts *f, struct span der)
{
	gnutls_datum_t d = {(unsigned char *)(uintptr_t)der.p, (unsigned)der.n};
	unsigned char serial[65536];
	size_t n = sizeof serial;
	gnutls_x509_crt_t c;
	bool loads;

	for (size_t i = 0; i < FACT_COUNT; i++)
		buf_reset(&f->text[i]);
	if (gnutls_x509_crt_init(&c) < 0)
		return false;
	loads = gnutls_x509_crt_import(c, &d, GNUTLS_X509_FMT_DER) == 0;
	buf_add_str(&f->text[FACT_LOADS], loads ? "yes" : "no");
	if (loads) {
		buf_printf(&f->text[FACT_VERSION], "%d", gnutls_x509_crt_get_version(c));
		if (gnutls_x509_crt_get_serial(c, serial, &n) == 0)
			facts_hex(&f->text[FACT_SERIAL], serial, n);
		else
			buf_add_str(&f->text[FACT_SERIAL], UNKNOWN);
		take_raw(&f->text[FACT_ISSUER], gnutls_x509_crt_get_raw_issuer_dn, c);
		take_raw(&f->text[FACT_SUBJECT], gnutls_x509_crt_get_raw_dn, c);
		facts_time(&f->text[FACT_NOT_BEFORE], gnutls_x509_crt_get_activation_time(c));
		facts_time(&f->text[FACT_NOT_AFTER], gnutls_x509_crt_get_expiration_time(c));
		key(f, c);
		signature(f, c);
		names(&f->text[FACT_NAMES], c);
		basic(&f->text[FACT_CA], c);
		usage(&f->text[FACT_KEY_USAGE], c);
		purposes(&f->text[FACT_PURPOSES], c);
		ocsp(&f->text[FACT_OCSP], c);
		identifiers(f, c);
		features(f, c);
	}
	gnutls_x509_crt_deinit(c);
	return loads;
}
