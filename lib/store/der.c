/* A DER file: a certificate, a request, an OCSP response, or something that is none of ours. */
#include "ground/der.h"
#include "ground/limits.h"
#include "store/readers.h"

/* Letters, digits, ends of lines: nothing that is in every DER object. */
static bool is_text(struct span bytes)
{
	for (size_t i = 0; i < bytes.n && i < 64; i++)
		if ((bytes.p[i] < ' ' && !strchr("\t\n\r", bytes.p[i])) || bytes.p[i] == '\0' || bytes.p[i] > '~')
			return false;
	return true;
}

/* Does it begin with a SEQUENCE that could fill the file?  Indefinite forms too: they are
 * refused with a reason instead of being searched as text. */
bool store_der_is(struct span bytes)
{
	size_t n;

	if (bytes.n < 4 || bytes.p[0] != 0x30)
		return false;
	if (bytes.n >= 5 && memcmp(bytes.p, "\x30\x03\x0a\x01", 4) == 0)
		return true; /* an OCSP response that is only a status (RFC 6960, 4.2.1) */
	if (bytes.p[1] == 0x80)
		return bytes.p[2] == 0x30 || bytes.p[2] == 0x02 || bytes.p[2] == 0x06;
	if (bytes.p[1] < 0x80)
		n = bytes.p[1] + 2u;
	else if (bytes.p[1] == 0x81)
		n = bytes.p[2] + 3u;
	else if (bytes.p[1] == 0x82)
		n = (size_t)(bytes.p[2] << 8 | bytes.p[3]) + 4;
	else
		return bytes.p[1] <= 0x84;
	/* A short text may begin with '0' too: then what follows must be an element. */
	return n >= 8 && (bytes.p[1] >= 0x80 || (!is_text(bytes) && (bytes.n <= n + 2 || bytes.p[2] < 0x20)));
}

enum shape { SHAPE_UNKNOWN, SHAPE_CERT, SHAPE_REQUEST, SHAPE_STAPLE, SHAPE_KEY, SHAPE_CRL, SHAPE_BCFKS };

/* SEQUENCE { INTEGER, ... }, behind which is nothing: a private key has the elements of PKCS#1 or DSA
 * (all numbers, six at least), SEC 1 (an octet string), or PKCS#8; two numbers are a public key. */
static enum shape shape_of_numbered(struct span elements, bool alone)
{
	uint8_t tag[3] = {0}, t;
	size_t n = 0;
	bool numbers = true;

	for (; alone && elements.n > 0; n++) {
		if (der_get_any(&elements, &t, NULL, NULL) != 0)
			return SHAPE_UNKNOWN;
		numbers &= t == DER_INTEGER;
		if (n < 3)
			tag[n] = t;
	}
	if (numbers && n == 2)
		return SHAPE_CRL;
	return (numbers && n >= 6) || tag[1] == DER_OCTET_STRING ||
			       (tag[1] == DER_SEQUENCE && tag[2] == DER_OCTET_STRING)
		       ? SHAPE_KEY : SHAPE_UNKNOWN;
}

/* By the first fields, without decoding. */
static enum shape shape_of(struct span bytes)
{
	struct span in = bytes, whole, outer, first, x;
	uint8_t tag;

	if (der_get(&in, DER_SEQUENCE, &outer) != 0)
		return SHAPE_UNKNOWN;
	whole = outer;
	if (der_get_any(&outer, &tag, &first, NULL) != 0)
		return SHAPE_UNKNOWN;
	if (tag == DER_ENUMERATED)
		return SHAPE_STAPLE;
	if (tag == DER_INTEGER)
		return shape_of_numbered(whole, in.n == 0);
	if (tag != DER_SEQUENCE)
		return SHAPE_UNKNOWN;
	if (der_peek(outer) == DER_OCTET_STRING) /* EncryptedPrivateKeyInfo, and nothing behind */
		return der_get_any(&outer, NULL, NULL, NULL) == 0 && outer.n == 0 ? SHAPE_KEY : SHAPE_UNKNOWN;
	if (der_peek(first) == DER_CONTEXT_CONS(0))
		return SHAPE_CERT;
	if (der_get_any(&first, &tag, &x, NULL) != 0)
		return SHAPE_UNKNOWN;
	if (tag == DER_SEQUENCE) /* an AlgorithmIdentifier: a v1 CRL's, or that of what is encrypted */
		return der_peek(first) == DER_OCTET_STRING ? SHAPE_BCFKS : SHAPE_CRL;
	if (tag != DER_INTEGER)
		return SHAPE_UNKNOWN;
	x = first;
	if (der_get(&x, DER_SEQUENCE, &first) != 0)
		return SHAPE_UNKNOWN;
	/* A v1 certificate: AlgorithmIdentifier next; a request: Name (SETs), and a v2 CRL:
	 * AlgorithmIdentifier, then Name and a time. */
	if (first.n == 0 || der_peek(first) == DER_SET)
		return SHAPE_REQUEST;
	if (der_get(&x, DER_SEQUENCE, &first) != 0)
		return SHAPE_UNKNOWN;
	return der_peek(x) == DER_SEQUENCE ? SHAPE_CERT : SHAPE_CRL;
}

static void read_certs(struct store_input *in)
{
	struct span rest = in->bytes;
	struct cert c;
	struct err e;

	/* One, or several behind each other; OpenSSL's trust settings may follow. */
	while (rest.n > 0 && cert_decode_next(&rest, &c, &e) == 0)
		store_cert(in, c.der);
	if (in->certs == 0)
		store_cert(in, in->bytes);
	else if (rest.n > 0 && shape_of(rest) != SHAPE_UNKNOWN)
		store_cert(in, rest);
	else if (rest.n > 0 && !store_pem_is(rest))
		store_problem(in, in->certs, STORE_NOTE, "%zu bytes follow the certificate", rest.n);
}

void store_der_read(struct store_input *in)
{
	switch (shape_of(in->bytes)) {
	case SHAPE_REQUEST:
		store_request(in, in->bytes);
		return;
	case SHAPE_STAPLE:
		store_staple(in, in->bytes);
		return;
	case SHAPE_KEY:
		in->keys++;
		return;
	case SHAPE_CRL:
		in->others++;
		return;
	case SHAPE_BCFKS:
		store_problem(in, STORE_NO_INDEX, STORE_ERROR,
			      "a BouncyCastle FIPS keystore (BCFKS): not read; keytool can convert it");
		return;
	case SHAPE_UNKNOWN:
		if (store_pem_is(in->bytes)) /* a text that begins with '0' */
			return;
		read_certs(in);
		return;
	default:
		read_certs(in);
	}
}
