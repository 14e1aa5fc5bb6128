#include "crypto/pkcs12.h"

#include "crypto/library.h"
#include "crypto/pkcs12_scheme.h"

#include <gnutls/gnutls.h>
#include <gnutls/pkcs12.h>

struct reader {
	gnutls_pkcs12_t p12;
	char *const *passwords;
	size_t n;
	const struct pkcs12_sink *sink;
	unsigned rounds_left; /* of key derivation, for the whole container */
};

static void list_bag(struct reader *r, gnutls_pkcs12_bag_t bag)
{
	int count = gnutls_pkcs12_bag_get_count(bag);

	for (int i = 0; i < count; i++) {
		gnutls_pkcs12_bag_type_t type =
			(gnutls_pkcs12_bag_type_t)gnutls_pkcs12_bag_get_type(bag, (unsigned)i);
		gnutls_datum_t data = {NULL, 0};
		char *name = NULL;
		struct err why;
		int rc;

		if (type == GNUTLS_BAG_PKCS8_KEY || type == GNUTLS_BAG_PKCS8_ENCRYPTED_KEY)
			r->sink->key(r->sink->context);
		if (type != GNUTLS_BAG_CERTIFICATE)
			continue;
		rc = gnutls_pkcs12_bag_get_data(bag, (unsigned)i, &data);
		if (rc < 0) {
			err_set(&why, ERR_PARSE, "PKCS#12: a certificate bag (RFC 7292, 4.2.3): %s",
				crypto_error_text(rc));
			r->sink->unread(r->sink->context, &why);
			continue;
		}
		if (gnutls_pkcs12_bag_get_friendly_name(bag, (unsigned)i, &name) < 0)
			name = NULL;
		r->sink->cert(r->sink->context, span_of(data.data, data.size), name);
	}
}

/* GnuTLS has no word for it: what its bytes say. */
static void set_scheme(gnutls_pkcs12_bag_t bag, const char *oid, struct err *e)
{
	gnutls_datum_t data = {NULL, 0};
	struct buf b;

	buf_init(&b);
	if (gnutls_pkcs12_bag_get_data(bag, 0, &data) < 0 || !pkcs12_scheme(span_of(data.data, data.size), &b))
		buf_add_str(&b, oid);
	err_set(e, ERR_UNSUPPORTED, "PKCS#12: encrypted with %s, which is not read", buf_cstr(&b));
	buf_wipe(&b);
}

/* May the bag be tried?  Not with a scheme that is unknown, or rounds without end. */
static int check_scheme(gnutls_pkcs12_bag_t bag, unsigned *rounds_out, struct err *e)
{
	unsigned schema = 0, cipher = 0, rounds = 0, salt_size = 0;
	char *oid = NULL;
	int rc = gnutls_pkcs12_bag_enc_info(bag, &schema, &cipher, NULL, &salt_size, &rounds, &oid);

	*rounds_out = rounds;
	if (rc < 0 && oid)
		set_scheme(bag, oid, e);
	else if (rc < 0 && rc != GNUTLS_E_SHORT_MEMORY_BUFFER)
		err_set(e, ERR_UNSUPPORTED, "PKCS#12: the encryption cannot be told: %s",
			crypto_error_text(rc));
	else if (rounds > PKCS12_ROUNDS_MAX)
		err_set(e, ERR_LIMIT, "PKCS#12: %u rounds of key derivation; at most %u are tried", rounds,
			PKCS12_ROUNDS_MAX);
	else
		rc = 0;
	gnutls_free(oid);
	if (rounds > PKCS12_ROUNDS_MAX)
		return -1;
	return rc < 0 ? -1 : 0;
}

static bool wrong_password(int rc)
{
	return rc == GNUTLS_E_DECRYPTION_FAILED || rc == GNUTLS_E_MAC_VERIFY_FAILED ||
	       rc == GNUTLS_E_ASN1_DER_ERROR || rc == GNUTLS_E_ASN1_TAG_ERROR ||
	       rc == GNUTLS_E_ASN1_DER_OVERFLOW || rc == GNUTLS_E_ASN1_VALUE_NOT_FOUND ||
	       rc == GNUTLS_E_ASN1_ELEMENT_NOT_FOUND || rc == GNUTLS_E_ASN1_GENERIC_ERROR ||
	       rc == GNUTLS_E_INVALID_PASSWORD || rc == GNUTLS_E_INVALID_UTF8_STRING ||
	       rc == GNUTLS_E_INVALID_PASSWORD_STRING || rc == GNUTLS_E_ILLEGAL_PARAMETER ||
	       rc == GNUTLS_E_INVALID_REQUEST;
}

/* A bag of the container, fresh: one that failed to decrypt is not used again. */
static int get_bag(struct reader *r, int i, gnutls_pkcs12_bag_t *bag)
{
	int rc = gnutls_pkcs12_bag_init(bag);

	if (rc < 0)
		return rc;
	rc = gnutls_pkcs12_get_bag(r->p12, i, *bag);
	if (rc < 0) {
		gnutls_pkcs12_bag_deinit(*bag);
		*bag = NULL;
	}
	return rc;
}

/* A derivation more; false when the container has had its share. */
static bool spend(struct reader *r, unsigned rounds)
{
	if (rounds > r->rounds_left)
		return false;
	r->rounds_left -= rounds;
	return true;
}

static void open_bag(struct reader *r, int i, unsigned rounds)
{
	gnutls_pkcs12_bag_t bag;
	struct err why;
	int rc = GNUTLS_E_DECRYPTION_FAILED;

	for (size_t t = 0; t < r->n + 2; t++) {
		const char *password = t == 0 ? NULL : t == 1 ? "" : r->passwords[t - 2];

		if (!spend(r, rounds)) {
			err_set(&why, ERR_LIMIT, "PKCS#12: more than %u rounds of key derivation for all "
				"passwords and bags; given up", PKCS12_ROUNDS_MAX);
			r->sink->unread(r->sink->context, &why);
			return;
		}
		if (get_bag(r, i, &bag) < 0)
			return;
		rc = gnutls_pkcs12_bag_decrypt(bag, password);
		if (rc >= 0)
			list_bag(r, bag);
		gnutls_pkcs12_bag_deinit(bag);
		if (rc >= 0)
			return;
		if (!wrong_password(rc))
			break;
	}
	if (wrong_password(rc))
		err_set(&why, ERR_SECRET, "PKCS#12: encrypted, and none of %zu password%s opens it",
			r->n + 2, r->n ? "s" : "s (none, empty)");
	else
		err_set(&why, ERR_UNSUPPORTED, "PKCS#12: %s", crypto_error_text(rc));
	r->sink->unread(r->sink->context, &why);
}

static void read_bags(struct reader *r)
{
	gnutls_pkcs12_bag_t bag;
	struct err why;
	int rc;

	for (int i = 0; (rc = get_bag(r, i, &bag)) >= 0; i++) {
		bool encrypted = gnutls_pkcs12_bag_get_type(bag, 0) == GNUTLS_BAG_ENCRYPTED;
		unsigned rounds = 0;
		int known = encrypted ? check_scheme(bag, &rounds, &why) : 0;

		if (!encrypted)
			list_bag(r, bag);
		gnutls_pkcs12_bag_deinit(bag);
		if (known != 0)
			r->sink->unread(r->sink->context, &why);
		else if (encrypted)
			open_bag(r, i, rounds);
	}
	if (rc == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
		return;
	err_set(&why, ERR_PARSE, "PKCS#12: %s", crypto_error_text(rc));
	r->sink->unread(r->sink->context, &why);
}

int pkcs12_read(struct span der, char *const *passwords, size_t n, const struct pkcs12_sink *sink,
		struct err *e)
{
	gnutls_datum_t data = {(unsigned char *)(uintptr_t)der.p, (unsigned)der.n};
	struct reader r = {.passwords = passwords, .n = n, .sink = sink,
			   .rounds_left = PKCS12_ROUNDS_MAX};
	int rc;

	if (der.n > INT32_MAX)
		return err_set(e, ERR_LIMIT, "PKCS#12 of more than 2 GiB");
	rc = gnutls_pkcs12_init(&r.p12);
	if (rc < 0)
		return err_set(e, ERR_CRYPTO, "PKCS#12: %s", crypto_error_text(rc));
	rc = gnutls_pkcs12_import(r.p12, &data, GNUTLS_X509_FMT_DER, 0);
	if (rc >= 0)
		read_bags(&r);
	gnutls_pkcs12_deinit(r.p12);
	if (rc < 0)
		return err_set(e, ERR_PARSE, "PKCS#12 (RFC 7292, 4): %s", crypto_error_text(rc));
	return 0;
}
