/* A token named by a pkcs11: URL (RFC 7512): its certificates, which need no PIN. */
#include "crypto/pkcs11.h"
#include "store/readers.h"

static void cert(void *context, struct span der, const char *label)
{
	struct store_input *in = context;

	in->entry = label;
	store_cert(in, der);
	in->entry = NULL;
}

void store_token_read(struct store_input *in)
{
	struct err e;

	in->format = "pkcs11";
	if (pkcs11_certs(in->path, cert, in, &e) != 0)
		store_problem(in, STORE_NO_INDEX, STORE_ERROR, "%s", e.text);
	else if (in->certs == 0 && in->problems == 0)
		store_problem(in, STORE_NO_INDEX, STORE_ERROR, "no such token, or no certificate on it");
}
