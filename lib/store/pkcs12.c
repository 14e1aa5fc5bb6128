/* PKCS#12 containers (.p12, .pfx), through crypto/pkcs12.h. */
#include "crypto/pkcs12.h"
#include "store/readers.h"

static const uint8_t pkcs7_arc[] = {0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07};

/* The octets behind an element's header. */
static struct span inside(struct span in)
{
	if (in.n < 2)
		return span_from(in, in.n);
	return span_from(in, in.p[1] & 0x80 ? 2 + (in.p[1] & 0x7fu) : 2);
}

/* PFX ::= SEQUENCE { version INTEGER (3), authSafe ContentInfo, ... } (RFC 7292, 4) */
bool store_pkcs12_is(struct span bytes)
{
	struct span in;

	if (bytes.n < 24 || bytes.p[0] != 0x30)
		return false;
	in = inside(bytes);
	/* Another version is told by the reader; a private key has no PKCS#7 type there. */
	if (in.n < 16 || in.p[0] != 0x02 || in.p[1] != 0x01 || in.p[3] != 0x30)
		return false;
	in = inside(span_from(in, 3));
	return in.n >= sizeof pkcs7_arc && memcmp(in.p, pkcs7_arc, sizeof pkcs7_arc) == 0;
}

static void cert(void *context, struct span der, const char *name)
{
	struct store_input *in = context;

	in->entry = name;
	store_cert(in, der);
	in->entry = NULL;
}

static void key(void *context)
{
	((struct store_input *)context)->keys++;
}

static void unread(void *context, const struct err *why)
{
	struct store_input *in = context;

	store_problem(in, in->certs, STORE_ERROR, "%s", why->text);
}

void store_pkcs12_read(struct store_input *in)
{
	const struct store_passwords *p = in->options->passwords;
	const struct pkcs12_sink sink = {in, cert, key, unread};
	struct err e;

	if (pkcs12_read(in->bytes, p ? p->v : NULL, p ? p->n : 0, &sink, &e) != 0)
		store_problem(in, STORE_NO_INDEX, STORE_ERROR, "%s", e.text);
}
