#include "crypto/key_internal.h"

#include "crypto/library.h"
#include "facts/mistaken.h"
#include "facts/shape.h"
#include "ground/pem.h"

#include <gnutls/x509.h>

#include <stdlib.h>
#include <strings.h>

const struct key_algorithm key_algorithms[] = {
	{"rsa-2048", KEY_RSA, 2048},     {"rsa-3072", KEY_RSA, 3072}, {"rsa-4096", KEY_RSA, 4096},
	{"ecdsa-p256", KEY_EC, 256},     {"ecdsa-p384", KEY_EC, 384}, {"ecdsa-p521", KEY_EC, 521},
	{"ed25519", KEY_ED25519, 256}, {"ed448", KEY_ED448, 456},    {NULL, KEY_UNKNOWN, 0},
};

/* Signature algorithms by kind of key, up to a size; the first row that fits.  The digest is as
 * strong as the key (FIPS 186-4, 6.4 for the curves); AlgorithmIdentifiers of RFC 4055, 5, RFC
 * 5758, 3.2 and 3.1, RFC 8410, 3, and for RSASSA-PSS of RFC 4055, 3.1 with a salt of the
 * digest's length. */
struct key_signature {
	enum key_kind kind;
	unsigned size_max;
	gnutls_sign_algorithm_t sign;
	struct span algorithm;
};

#define ALGORITHM(bytes) {(const uint8_t *)(bytes), sizeof(bytes) - 1}
static const struct key_signature signatures[] = {
	{KEY_RSA, 16384, GNUTLS_SIGN_RSA_SHA256,
	 ALGORITHM("\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b\x05\x00")},
	{KEY_RSA_PSS, 16384, GNUTLS_SIGN_RSA_PSS_SHA256,
	 ALGORITHM("\x30\x41\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a\x30\x34"
		   "\xa0\x0f\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00"
		   "\xa1\x1c\x30\x1a\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08"
		   "\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00"
		   "\xa2\x03\x02\x01\x20")},
	{KEY_EC, 256, GNUTLS_SIGN_ECDSA_SHA256,
	 ALGORITHM("\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02")},
	{KEY_EC, 384, GNUTLS_SIGN_ECDSA_SHA384,
	 ALGORITHM("\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x03")},
	{KEY_EC, 521, GNUTLS_SIGN_ECDSA_SHA512,
	 ALGORITHM("\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x04")},
	{KEY_DSA, 4096, GNUTLS_SIGN_DSA_SHA256,
	 ALGORITHM("\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x03\x02")},
	{KEY_ED25519, 256, GNUTLS_SIGN_EDDSA_ED25519, ALGORITHM("\x30\x05\x06\x03\x2b\x65\x70")},
	{KEY_ED448, 456, GNUTLS_SIGN_EDDSA_ED448, ALGORITHM("\x30\x05\x06\x03\x2b\x65\x71")},
};
#undef ALGORITHM

const struct key_algorithm *key_algorithm_get(const char *name)
{
	for (const struct key_algorithm *a = key_algorithms; a->name; a++)
		if (strcasecmp(a->name, name) == 0)
			return a;
	return NULL;
}

static struct key *key_new(struct err *e)
{
	struct key *k = calloc(1, sizeof *k);

	if (!k)
		err_set(e, ERR_MEMORY, "private key: out of memory");
	return k;
}

void key_free(struct key *k)
{
	if (!k)
		return;
	gnutls_free(k->public_der.data);
	gnutls_pubkey_deinit(k->public_key);
	gnutls_privkey_deinit(k->handle);
	pkcs11_asker_free(k->asker);
	free(k);
}

static const struct key_signature *signature_for(const struct spki *s)
{
	for (size_t i = 0; i < sizeof signatures / sizeof signatures[0]; i++)
		if (signatures[i].kind == s->kind && s->size <= signatures[i].size_max)
			return &signatures[i];
	return NULL;
}

int key_complete(struct key *k, const char *name, struct err *e)
{
	struct span rest;
	bool odd = false;
	int rc = gnutls_pubkey_init(&k->public_key);

	if (rc == 0)
		rc = gnutls_pubkey_import_privkey(k->public_key, k->handle, 0, 0);
	if (rc == 0)
		rc = gnutls_pubkey_export2(k->public_key, GNUTLS_X509_FMT_DER, &k->public_der);
	if (rc < 0)
		return err_set(e, ERR_CRYPTO, "%s: its public key cannot be had: %s", name,
			       crypto_error_text(rc));
	rest = span_of(k->public_der.data, k->public_der.size);
	if (spki_decode(&rest, &k->spki, &odd) != 0)
		return err_set(e, ERR_INTERNAL, "%s: its public key cannot be read back", name);
	k->how = signature_for(&k->spki);
	if (!k->how)
		return err_set(e, ERR_UNSUPPORTED, "%s: a key of this kind (%s) cannot sign a request",
			       name, key_kind_text(k->spki.kind));
	return 0;
}

/* Puts the key that was generated or read into k, which owns it from now on. */
static int adopt(struct key *k, gnutls_x509_privkey_t file_key, const char *name, struct err *e)
{
	int rc = gnutls_privkey_init(&k->handle);

	if (rc == 0)
		rc = gnutls_privkey_import_x509(k->handle, file_key, GNUTLS_PRIVKEY_IMPORT_AUTO_RELEASE);
	if (rc < 0) {
		gnutls_x509_privkey_deinit(file_key);
		return err_set(e, ERR_CRYPTO, "%s: %s", name, crypto_error_text(rc));
	}
	k->file_key = file_key;
	return key_complete(k, name, e);
}

static gnutls_pk_algorithm_t pk_of(const struct key_algorithm *a, unsigned *bits)
{
	*bits = a->size;
	switch ((int)a->kind) {
	case KEY_EC:
		*bits = GNUTLS_CURVE_TO_BITS(a->size == 256   ? GNUTLS_ECC_CURVE_SECP256R1 :
					     a->size == 384 ? GNUTLS_ECC_CURVE_SECP384R1 :
							      GNUTLS_ECC_CURVE_SECP521R1);
		return GNUTLS_PK_EC;
	case KEY_ED25519:
		*bits = GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_ED25519);
		return GNUTLS_PK_EDDSA_ED25519;
	case KEY_ED448:
		*bits = GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_ED448);
		return GNUTLS_PK_EDDSA_ED448;
	default:
		return GNUTLS_PK_RSA;
	}
}

int key_generate(struct key **out, const struct key_algorithm *a, struct err *e)
{
	gnutls_x509_privkey_t file_key = NULL;
	struct key *k = key_new(e);
	unsigned bits;
	gnutls_pk_algorithm_t pk = pk_of(a, &bits);
	int rc;

	if (!k)
		return -1;
	rc = gnutls_x509_privkey_init(&file_key);
	if (rc == 0)
		rc = gnutls_x509_privkey_generate(file_key, pk, bits, 0);
	if (rc < 0) {
		gnutls_x509_privkey_deinit(file_key);
		key_free(k);
		return err_set(e, ERR_CRYPTO, "new %s key: %s", a->name, crypto_error_text(rc));
	}
	if (adopt(k, file_key, "new key", e) != 0) {
		key_free(k);
		return -1;
	}
	*out = k;
	return 0;
}

static bool label_is(struct span label, const char *text)
{
	return span_equal(label, span_str(text));
}

bool key_is_encrypted(struct span bytes)
{
	struct pem_block b;

	if (!pem_present(bytes))
		return shape_of(bytes) == SHAPE_ENCRYPTED_KEY;
	while (pem_next(&bytes, true, &b) == PEM_BLOCK)
		if (label_is(b.label, "ENCRYPTED PRIVATE KEY") ||
		    (b.label.n > 11 && pem_has_headers(b.body) &&
		     memcmp(b.label.p + b.label.n - 11, "PRIVATE KEY", 11) == 0))
			return true;
	return false;
}

static int load_error(int rc, struct span bytes, const char *name, bool encrypted,
		      const char *password, struct err *e)
{
	if (mistaken(MISTAKEN_FOR_KEY, bytes, name, e))
		return -1;
	if (rc == GNUTLS_E_BASE64_UNEXPECTED_HEADER_ERROR)
		return err_set(e, ERR_PARSE, "%s: there is no private key in it", name);
	if (encrypted && password)
		return err_set(e, ERR_SECRET, "%s: the password is wrong, or the key is damaged (%s)", name,
			       crypto_error_text(rc));
	return err_set(e, ERR_PARSE, "%s: no private key that can be read: %s", name,
		       crypto_error_text(rc));
}

int key_load(struct key **out, struct span bytes, const char *name, const char *password,
	     struct err *e)
{
	gnutls_datum_t data = {(unsigned char *)(uintptr_t)bytes.p, (unsigned)bytes.n};
	gnutls_x509_crt_fmt_t format = pem_present(bytes) ? GNUTLS_X509_FMT_PEM : GNUTLS_X509_FMT_DER;
	bool encrypted = key_is_encrypted(bytes);
	gnutls_x509_privkey_t file_key = NULL;
	struct key *k;
	int rc;

	if (encrypted && !password)
		return err_set(e, ERR_SECRET, "%s: the key is encrypted and no password was given", name);
	k = key_new(e);
	if (!k)
		return -1;
	rc = gnutls_x509_privkey_init(&file_key);
	if (rc == 0)
		rc = gnutls_x509_privkey_import2(file_key, &data, format, encrypted ? password : NULL,
						 encrypted ? 0 : GNUTLS_PKCS_PLAIN);
	if (rc < 0) {
		gnutls_x509_privkey_deinit(file_key);
		key_free(k);
		return load_error(rc, bytes, name, encrypted, password, e);
	}
	if (adopt(k, file_key, name, e) != 0) {
		key_free(k);
		return -1;
	}
	*out = k;
	return 0;
}

int key_save(const struct key *k, const char *password, struct buf *out, struct err *e)
{
	gnutls_datum_t pem = {NULL, 0};
	int rc;

	if (!k->file_key)
		return err_set(e, ERR_UNSUPPORTED, "private key: one on a token cannot be saved");
	rc = gnutls_x509_privkey_export2_pkcs8(k->file_key, GNUTLS_X509_FMT_PEM, password,
					       password ? GNUTLS_PKCS_PBES2_AES_256 : GNUTLS_PKCS_PLAIN,
					       &pem);
	if (rc < 0)
		return err_set(e, ERR_CRYPTO, "private key: cannot be encoded: %s", crypto_error_text(rc));
	if (buf_reserve(out, pem.size))
		buf_add_bytes(out, pem.data, pem.size);
	wipe_secret(pem.data, pem.size);
	gnutls_free(pem.data);
	return buf_check(out, "private key", e);
}

const struct spki *key_spki(const struct key *k)
{
	return &k->spki;
}

struct span key_signature_algorithm(const struct key *k)
{
	return k->how->algorithm;
}

int key_sign(const struct key *k, struct span data, struct buf *signature, struct err *e)
{
	gnutls_datum_t in = {(unsigned char *)(uintptr_t)data.p, (unsigned)data.n}, out = {NULL, 0};
	int rc = gnutls_privkey_sign_data2(k->handle, k->how->sign, 0, &in, &out);

	if (rc < 0)
		return err_set(e, rc == GNUTLS_E_PKCS11_PIN_ERROR ? ERR_SECRET : ERR_CRYPTO,
			       "signing with the private key: %s", crypto_error_text(rc));
	buf_add_bytes(signature, out.data, out.size);
	gnutls_free(out.data);
	return buf_check(signature, "signature", e);
}

int key_verify(const struct key *k, struct span data, struct span signature, struct err *e)
{
	gnutls_datum_t in = {(unsigned char *)(uintptr_t)data.p, (unsigned)data.n};
	gnutls_datum_t value = {(unsigned char *)(uintptr_t)signature.p, (unsigned)signature.n};
	int rc = gnutls_pubkey_verify_data2(k->public_key, k->how->sign, 0, &in, &value);

	if (rc < 0)
		return err_set(e, ERR_CRYPTO, "the signature does not check with the public key: %s",
			       crypto_error_text(rc));
	return 0;
}
