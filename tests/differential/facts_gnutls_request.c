/* What GnuTLS says of a request.  It hands out neither the subject as it stands nor the signature. */
#include "tests/differential/facts.h"

#include <gnutls/abstract.h>
#include <gnutls/x509-ext.h>
#include <gnutls/x509.h>

#define UNKNOWN "?"

/* The value of an extension, of several the first; false: there is none. */
static bool value(gnutls_x509_crq_t c, const char *oid, gnutls_datum_t *out, unsigned *critical)
{
	*out = (gnutls_datum_t){NULL, 0};
	return gnutls_x509_crq_get_extension_by_oid2(c, oid, 0, out, critical) == 0;
}

static void names(struct buf *out, const gnutls_datum_t *v)
{
	static const char *const kinds[] = {"", "dns", "email", "uri", "ip", "other", "directory",
					    "registered-id"};
	gnutls_subject_alt_names_t all;
	gnutls_datum_t name;
	unsigned type;
	bool read;

	if (gnutls_subject_alt_names_init(&all) < 0)
		return;
	read = gnutls_x509_ext_import_subject_alt_names(v, all, 0) == 0;

	if (!read)
		buf_add_str(out, UNKNOWN);
	for (unsigned i = 0; read && gnutls_subject_alt_names_get(all, i, &type, &name, NULL) == 0; i++) {
		if (type >= sizeof kinds / sizeof kinds[0])
			type = GNUTLS_SAN_OTHERNAME;
		buf_printf(out, "%s:", kinds[type]);
		if (type <= GNUTLS_SAN_IPADDRESS)
			facts_hex(out, name.data, name.size);
		buf_add_byte(out, ' ');
	}
	gnutls_subject_alt_names_deinit(all);
}

static void basic(struct buf *out, const gnutls_datum_t *v)
{
	unsigned ca = 0;
	int path_len = -1;

	if (gnutls_x509_ext_import_basic_constraints(v, &ca, &path_len) < 0)
		buf_add_str(out, UNKNOWN);
	else
		buf_printf(out, "%u %d", ca, path_len);
}

static void usage(struct buf *out, const gnutls_datum_t *v)
{
	unsigned bits = 0;

	if (gnutls_x509_ext_import_key_usage(v, &bits) < 0)
		buf_add_str(out, UNKNOWN);
	else
		buf_printf(out, "%x", facts_gnutls_usage(bits));
}

static void purposes(struct buf *out, const gnutls_datum_t *v)
{
	gnutls_x509_key_purposes_t all;
	gnutls_datum_t oid;

	if (gnutls_x509_key_purpose_init(&all) < 0)
		return;
	if (gnutls_x509_ext_import_key_purposes(v, all, 0) < 0)
		buf_add_str(out, UNKNOWN);
	for (unsigned i = 0; gnutls_x509_key_purpose_get(all, i, &oid) == 0; i++)
		buf_printf(out, "%.*s ", (int)oid.size, (char *)oid.data);
	gnutls_x509_key_purpose_deinit(all);
}

static void identifier(struct buf *out, const gnutls_datum_t *v)
{
	gnutls_datum_t id = {NULL, 0};

	if (gnutls_x509_ext_import_subject_key_id(v, &id) < 0)
		buf_add_str(out, UNKNOWN);
	else
		facts_hex(out, id.data, id.size);
	gnutls_free(id.data);
}

static void features(struct facts *f, gnutls_x509_crq_t c)
{
	struct buf *out = &f->text[FACT_FEATURES];
	gnutls_x509_tlsfeatures_t all;
	gnutls_datum_t v;
	unsigned critical = 0, feature;

	if (gnutls_x509_tlsfeatures_init(&all) < 0)
		return;
	if (!value(c, "1.3.6.1.5.5.7.1.24", &v, &critical)) {
		buf_add_str(out, "none");
		critical = 0;
	} else {
		buf_add_str(out, gnutls_x509_ext_import_tlsfeatures(&v, all, 0) < 0 ? "malformed" : "list");
	}
	for (unsigned i = 0; gnutls_x509_tlsfeatures_get(all, i, &feature) == 0; i++)
		buf_printf(out, " %u", feature);
	buf_printf(&f->text[FACT_CRITICAL], "%u", critical);
	gnutls_x509_tlsfeatures_deinit(all);
	gnutls_free(v.data);
}

static void key(struct facts *f, gnutls_x509_crq_t c)
{
	gnutls_pubkey_t k;

	if (gnutls_pubkey_init(&k) < 0)
		return;
	facts_gnutls_key(f, k, gnutls_pubkey_import_x509_crq(k, c, 0) == 0);
	gnutls_pubkey_deinit(k);
}

static void extended(struct facts *f, gnutls_x509_crq_t c)
{
	static const struct {
		enum fact fact;
		const char *oid;
		void (*put)(struct buf *out, const gnutls_datum_t *v);
	} readers[] = {
		{FACT_NAMES, "2.5.29.17", names}, {FACT_CA, "2.5.29.19", basic},
		{FACT_KEY_USAGE, "2.5.29.15", usage}, {FACT_PURPOSES, "2.5.29.37", purposes},
		{FACT_SKI, "2.5.29.14", identifier},
	};
	gnutls_datum_t v;

	for (size_t i = 0; i < sizeof readers / sizeof readers[0]; i++) {
		if (value(c, readers[i].oid, &v, NULL))
			readers[i].put(&f->text[readers[i].fact], &v);
		gnutls_free(v.data);
	}
	features(f, c);
}

bool facts_gnutls_request(struct facts *f, struct span der)
{
	gnutls_datum_t d = {(unsigned char *)(uintptr_t)der.p, (unsigned)der.n};
	char oid[256];
	size_t n = sizeof oid;
	gnutls_x509_crq_t c;
	bool loads;

	for (size_t i = 0; i < FACT_COUNT; i++)
		buf_reset(&f->text[i]);
	if (gnutls_x509_crq_init(&c) < 0)
		return false;
	loads = gnutls_x509_crq_import(c, &d, GNUTLS_X509_FMT_DER) == 0;
	buf_add_str(&f->text[FACT_LOADS], loads ? "yes" : "no");
	if (loads) {
		buf_printf(&f->text[FACT_VERSION], "%d", gnutls_x509_crq_get_version(c));
		buf_add_str(&f->text[FACT_ALGORITHM],
			    gnutls_x509_crq_get_signature_oid(c, oid, &n) == 0 ? oid : UNKNOWN);
		key(f, c);
		extended(f, c);
	}
	gnutls_x509_crq_deinit(c);
	return loads;
}
