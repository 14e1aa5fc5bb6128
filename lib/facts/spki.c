#include "facts/spki.h"
#include "facts/algorithm.h"
#include "facts/oid.h"
#include "ground/der.h"

#include <stdio.h>

#define OID(s) {(const uint8_t *)(s), sizeof(s) - 1}

static const struct {
	struct span oid;
	enum key_kind kind;
	unsigned size;
} kinds[] = {
	{OID("\x2a\x86\x48\xce\x3d\x02\x01"), KEY_EC, 0},              /* RFC 5480, 2.1.1 */
	{OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"), KEY_RSA, 0},     /* RFC 3279, 2.3.1 */
	{OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a"), KEY_RSA_PSS, 0}, /* RFC 4055, 1.2 */
	{OID("\x2b\x65\x70"), KEY_ED25519, 256},                       /* RFC 8410, 3 */
	{OID("\x2b\x65\x71"), KEY_ED448, 456},
	{OID("\x2a\x86\x48\xce\x38\x04\x01"), KEY_DSA, 0},             /* RFC 3279, 2.3.2 */
};

static const struct {
	struct span oid;
	unsigned size;
	const char *name;
} curves[] = {
	{OID("\x2a\x86\x48\xce\x3d\x03\x01\x07"), 256, "P-256"},
	{OID("\x2b\x81\x04\x00\x22"), 384, "P-384"},
	{OID("\x2b\x81\x04\x00\x23"), 521, "P-521"},
	{OID("\x2b\x81\x04\x00\x0a"), 256, "secp256k1"},
	{OID("\x2b\x81\x04\x00\x21"), 224, "P-224"},
	{OID("\x2a\x86\x48\xce\x3d\x03\x01\x01"), 192, "P-192"},
	{OID("\x2b\x24\x03\x03\x02\x08\x01\x01\x07"), 256, "brainpoolP256r1"},
	{OID("\x2b\x24\x03\x03\x02\x08\x01\x01\x0b"), 384, "brainpoolP384r1"},
	{OID("\x2b\x24\x03\x03\x02\x08\x01\x01\x0d"), 512, "brainpoolP512r1"},
};

/* Bits of a positive INTEGER's content; 0 for anything else. */
static unsigned integer_bits(struct span c)
{
	unsigned bits;

	while (c.n && c.p[0] == 0)
		c = span_from(c, 1);
	if (c.n == 0 || c.n > UINT32_MAX / 8)
		return 0;
	bits = (unsigned)(c.n - 1) * 8;
	for (unsigned top = c.p[0]; top; top >>= 1)
		bits++;
	return bits;
}

/* RSAPublicKey ::= SEQUENCE { modulus, publicExponent } (RFC 8017, A.1.1) */
static bool rsa_read(struct span bits, unsigned *size)
{
	struct span body, modulus, exponent;
	bool padded;

	if (der_get(&bits, DER_SEQUENCE, &body) != 0 || !der_end(bits) ||
	    der_get_integer(&body, &modulus, &padded) != 0 ||
	    der_get_integer(&body, &exponent, &padded) != 0 || !der_end(body))
		return false;
	*size = integer_bits(modulus);
	/* a negative one: the sign octet was forgotten */
	return *size > 0 && (modulus.p[0] & 0x80) == 0 && integer_bits(exponent) > 0;
}

/* Dss-Parms ::= SEQUENCE { p, q, g } (RFC 3279, 2.3.2); they may be inherited. */
static bool dsa_read(struct span parameters, unsigned *size)
{
	struct span body, p;

	if (der_end(parameters))
		return true;
	if (der_get(&parameters, DER_SEQUENCE, &body) != 0 ||
	    der_get_integer(&body, &p, NULL) != 0)
		return false;
	*size = integer_bits(p);
	return true;
}

/* RFC 5480, 2.2: a point in full or compressed, both with a coordinate of as many octets as the field
 * has; of a curve that is not known, anything. */
static bool point_read(const struct spki *k)
{
	size_t n = (k->size + 7) / 8;

	if (k->bits.n == 0 || n == 0)
		return k->bits.n != 0;
	return k->bits.p[0] == 4 ? k->bits.n == 1 + 2 * n
				 : (k->bits.p[0] | 1) == 3 && k->bits.n == 1 + n;
}

/* A named curve (RFC 5480, 2.1.1), or the field of an explicit one (X9.62), which RFC 5480
 * forbids and some cards make. */
static bool ec_read(struct span parameters, struct spki *out)
{
	struct span body, field, p;
	int64_t version;

	if (der_get(&parameters, DER_OID, &out->curve) == 0) {
		for (size_t i = 0; i < sizeof curves / sizeof curves[0]; i++)
			if (oid_is(out->curve, curves[i].oid)) {
				out->size = curves[i].size;
				break;
			}
		return point_read(out) && oid_readable(out->curve);
	}
	if (der_get(&parameters, DER_SEQUENCE, &body) == 0 &&
	    der_get_int64(&body, DER_INTEGER, &version) == 0 &&
	    der_get(&body, DER_SEQUENCE, &field) == 0 && der_get(&field, DER_OID, NULL) == 0 &&
	    der_get_integer(&field, &p, NULL) == 0)
		out->size = integer_bits(p);
	return false;
}

static bool key_read(struct span parameters, struct spki *out)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (oid_is(out->algorithm, kinds[i].oid)) {
			out->kind = kinds[i].kind;
			out->size = kinds[i].size;
			break;
		}
	switch (out->kind) {
	case KEY_RSA:
	case KEY_RSA_PSS: return rsa_read(out->bits, &out->size);
	case KEY_DSA: return dsa_read(parameters, &out->size);
	case KEY_EC: return ec_read(parameters, out);
	/* without parameters (RFC 8410, 3), and RFC 8032, 5.1.5 and 5.2.5 */
	case KEY_ED25519: return der_end(parameters) && out->bits.n == 32;
	case KEY_ED448: return der_end(parameters) && out->bits.n == 57;
	case KEY_UNKNOWN: break;
	}
	return true;
}

int spki_decode(struct span *in, struct spki *out, bool *odd)
{
	struct span rest = *in, body;
	struct algorithm algorithm;
	uint32_t deviations = 0;
	bool strange = false;

	*out = (struct spki){.kind = KEY_UNKNOWN};
	if (der_get_whole(&rest, DER_SEQUENCE, &body, &out->der) != 0 ||
	    algorithm_decode(&body, &algorithm, &deviations) != 0 || der_peek(body) != DER_BIT_STRING)
		return -1;
	out->algorithm = algorithm.oid;
	if (der_get_bits(&body, &out->bits, NULL, &strange) != 0) {
		if (der_get(&body, DER_BIT_STRING, NULL) != 0)
			return -1;
		strange = true;
	}
	*in = rest;
	*odd = !key_read(algorithm.parameters, out) || deviations != 0 || strange || !der_end(body);
	return 0;
}

const char *key_kind_text(enum key_kind k)
{
	static const char *const text[] = {"unknown", "RSA", "RSA-PSS", "DSA",
					   "EC", "Ed25519", "Ed448"};

	return text[k];
}

const char *spki_curve_text(const struct spki *k)
{
	if (!span_present(k->curve))
		return NULL;
	for (size_t i = 0; i < sizeof curves / sizeof curves[0]; i++)
		if (oid_is(k->curve, curves[i].oid))
			return curves[i].name;
	return NULL;
}

const char *spki_text(const struct spki *k, char out[32])
{
	const char *curve = spki_curve_text(k);

	if (k->kind == KEY_EC && curve)
		snprintf(out, 32, "EC %s", curve);
	else if (k->kind == KEY_ED25519 || k->kind == KEY_ED448 || k->size == 0)
		snprintf(out, 32, "%s", key_kind_text(k->kind));
	else
		snprintf(out, 32, "%s %u", key_kind_text(k->kind), k->size);
	return out;
}
