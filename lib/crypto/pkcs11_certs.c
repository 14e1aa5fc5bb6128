/* The certificates on a token, by a URL; most are public, so only pin-source= logs in. */
#include "crypto/key_internal.h"
#include "crypto/library.h"

#include <gnutls/gnutls.h>
#include <gnutls/pkcs11.h>

#include <pthread.h>
#include <stdlib.h>

/* The library has one place for who is asked for a PIN. */
static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER;

static int tell(gnutls_pkcs11_obj_t obj, void (*cert)(void *, struct span, const char *), void *context)
{
	gnutls_datum_t der;
	char label[256];
	size_t n = sizeof label;

	int rc = gnutls_pkcs11_obj_export2(obj, &der);

	if (rc < 0)
		return rc;
	if (gnutls_pkcs11_obj_get_info(obj, GNUTLS_PKCS11_OBJ_LABEL, label, &n) < 0)
		label[0] = '\0';
	cert(context, span_of(der.data, der.size), label[0] ? label : NULL);
	gnutls_free(der.data);
	return 0;
}

static int list(gnutls_pkcs11_obj_t **v, unsigned *n, const char *url, struct pkcs11_asker *a)
{
	char *plain = pkcs11_take_pin_source(url, &a->source);
	int rc = plain ? gnutls_pkcs11_init(GNUTLS_PKCS11_FLAG_AUTO, NULL) : GNUTLS_E_MEMORY_ERROR;

	if (rc >= 0) {
		pthread_mutex_lock(&one);
		gnutls_pkcs11_set_pin_function(pkcs11_on_pin, a);
		rc = gnutls_pkcs11_obj_list_import_url4(v, n, plain, GNUTLS_PKCS11_OBJ_FLAG_CRT |
							(a->source ? GNUTLS_PKCS11_OBJ_FLAG_LOGIN : 0));
		gnutls_pkcs11_set_pin_function(NULL, NULL);
		pthread_mutex_unlock(&one);
	}
	free(plain);
	return rc;
}

int pkcs11_certs(const char *url, void (*cert)(void *context, struct span der, const char *label),
		 void *context, struct err *e)
{
	struct pkcs11_asker *a = calloc(1, sizeof *a);
	gnutls_pkcs11_obj_t *v = NULL;
	bool wrong, missing;
	unsigned n = 0;
	int rc = a ? list(&v, &n, url, a) : GNUTLS_E_MEMORY_ERROR;

	for (unsigned i = 0; i < n; i++) {
		int told = tell(v[i], cert, context);

		if (told < 0)
			rc = told;
		gnutls_pkcs11_obj_deinit(v[i]);
	}
	gnutls_free(v);
	wrong = a && a->wrong;
	missing = a && a->missing;
	pkcs11_asker_free(a);
	if (wrong || missing)
		return err_set(e, ERR_SECRET, wrong ? "%s: the token refused the PIN"
						    : "%s: no PIN can be read from its pin-source", url);
	if (rc < 0)
		return err_set(e, rc == GNUTLS_E_PARSING_ERROR ? ERR_USAGE : ERR_CRYPTO, "%s: %s", url,
			       crypto_error_text(rc));
	return 0;
}
