/* PKCS#7 and CMS files, DER and BER; where GnuTLS reads them and we find no fault, it counts as many
 * certificates. */
#include "tests/fuzz/support/store.h"

#include <gnutls/pkcs7.h>

/* -1: it reads none. */
static int certificates(const uint8_t *data, size_t size)
{
	gnutls_datum_t der = {(unsigned char *)(uintptr_t)data, (unsigned)size};
	gnutls_pkcs7_t p;
	int n = -1;

	FUZZ_CHECK(gnutls_pkcs7_init(&p) == 0);
	if (gnutls_pkcs7_import(p, &der, GNUTLS_X509_FMT_DER) == 0)
		n = gnutls_pkcs7_get_crt_count(p);
	gnutls_pkcs7_deinit(p);
	return n < 0 ? -1 : n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_seen seen;
	int n;

	if (!fuzz_store_seen(store_pkcs7_is, data, size, &seen) || seen.problems > 0)
		return 0;
	n = certificates(data, size);
	if (n >= 0 && (size_t)n != seen.certs + seen.others)
		fprintf(stderr, "GnuTLS counts %d, and we %zu and %zu others\n", n, seen.certs, seen.others);
	FUZZ_CHECK(n < 0 || (size_t)n == seen.certs + seen.others);
	return 0;
}
