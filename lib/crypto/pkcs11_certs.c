/* The certificates on a token, by a URL; they are public, so no PIN is asked for. */
#include "crypto/library.h"
#include "crypto/pkcs11.h"

#include <gnutls/gnutls.h>
#include <gnutls/pkcs11.h>

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

int pkcs11_certs(const char *url, void (*cert)(void *context, struct span der, const char *label),
		 void *context, struct err *e)
{
	gnutls_pkcs11_obj_t *list = NULL;
	unsigned n = 0;
	int rc = gnutls_pkcs11_init(GNUTLS_PKCS11_FLAG_AUTO, NULL);

	if (rc >= 0)
		rc = gnutls_pkcs11_obj_list_import_url4(&list, &n, url, GNUTLS_PKCS11_OBJ_FLAG_CRT);
	for (unsigned i = 0; i < n; i++) {
		int told = tell(list[i], cert, context);

		if (told < 0)
			rc = told;
		gnutls_pkcs11_obj_deinit(list[i]);
	}
	gnutls_free(list);
	if (rc < 0)
		return err_set(e, rc == GNUTLS_E_PARSING_ERROR ? ERR_USAGE : ERR_CRYPTO, "%s: %s", url,
			       crypto_error_text(rc));
	return 0;
}
