#include "crypto/trust.h"

#include "crypto/library.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdlib.h>

static struct trust *trust_new(struct err *e)
{
	struct trust *t = calloc(1, sizeof *t);

	if (!t)
		(void)err_set(e, ERR_MEMORY, "trust anchors: out of memory");
	return t;
}

void trust_free(struct trust *t)
{
	if (!t)
		return;
	cert_list_wipe(&t->anchors);
	free(t);
}

int trust_new_file(struct trust **out, const char *path, struct err *e)
{
	struct trust *t = trust_new(e);

	if (!t)
		return -1;
	if (cert_list_add_file(&t->anchors, path, e) != 0 || t->anchors.n == 0) {
		if (t->anchors.n == 0 && (!e || e->code == ERR_NONE))
			(void)err_set(e, ERR_PARSE, "%s: no certificate in it", path);
		trust_free(t);
		return err_prefix(e, "trust anchors");
	}
	*out = t;
	return 0;
}

int trust_new_list(struct trust **out, const struct cert_list *anchors, struct err *e)
{
	struct trust *t = trust_new(e);

	if (!t)
		return -1;
	for (size_t i = 0; i < anchors->n; i++) {
		if (cert_list_add(&t->anchors, anchors->v[i].der, e) != 0) {
			trust_free(t);
			return -1;
		}
	}
	*out = t;
	return 0;
}

/* Every anchor of GnuTLS's list that our reader can delimit; the others could never be
 * matched, and one odd root must not take the rest away. */
static int take_anchors(struct trust *t, gnutls_x509_trust_list_t list, struct err *e)
{
	gnutls_x509_trust_list_iter_t iter = NULL;
	gnutls_x509_crt_t crt;

	while (gnutls_x509_trust_list_iter_get_ca(list, &iter, &crt) == 0) {
		gnutls_datum_t der = {NULL, 0};
		int rc = 0;

		if (gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_DER, &der) == 0) {
			rc = cert_list_add(&t->anchors, span_of(der.data, der.size), e);
			gnutls_free(der.data);
		}
		gnutls_x509_crt_deinit(crt);
		if (rc != 0 && e && e->code == ERR_MEMORY) {
			gnutls_x509_trust_list_iter_deinit(iter);
			return -1;
		}
	}
	gnutls_x509_trust_list_iter_deinit(iter);
	return 0;
}

/* Small containers have none. */
#define NO_ROOTS "the system's roots: none can be read here: install them (ca-certificates), or name some with --trust"

int trust_new_system(struct trust **out, struct err *e)
{
	gnutls_x509_trust_list_t list = NULL;
	struct trust *t = trust_new(e);
	struct err scratch = {ERR_NONE, ""};
	int n, rc = -1;

	if (!t)
		return -1;
	if (gnutls_x509_trust_list_init(&list, 0) != 0) {
		(void)err_set(e, ERR_MEMORY, "the system's roots: out of memory");
		goto out;
	}
	n = gnutls_x509_trust_list_add_system_trust(list, 0, 0);
	if (n <= 0) { /* 0 is no success: nothing could be read */
		(void)err_set(e, ERR_CRYPTO, NO_ROOTS "%s%s%s", n < 0 ? " (" : "",
			      n < 0 ? crypto_error_text(n) : "", n < 0 ? ")" : "");
		goto out;
	}
	if (take_anchors(t, list, &scratch) != 0 || t->anchors.n == 0) {
		(void)err_set(e, ERR_CRYPTO, NO_ROOTS);
		goto out;
	}
	*out = t;
	t = NULL;
	rc = 0;
out:
	if (list)
		gnutls_x509_trust_list_deinit(list, 1);
	trust_free(t);
	return rc;
}
