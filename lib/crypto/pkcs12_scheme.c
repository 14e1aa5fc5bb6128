#include "crypto/pkcs12_scheme.h"

#include "facts/oid.h"
#include "ground/der.h"

static const struct {
	const char *oid, *name;
} names[] = {
	/* RFC 7292, C */
	{"1.2.840.113549.1.12.1.1", "pbeWithSHAAnd128BitRC4"},
	{"1.2.840.113549.1.12.1.2", "pbeWithSHAAnd40BitRC4"},
	{"1.2.840.113549.1.12.1.3", "pbeWithSHAAnd3-KeyTripleDES-CBC"},
	{"1.2.840.113549.1.12.1.4", "pbeWithSHAAnd2-KeyTripleDES-CBC"},
	{"1.2.840.113549.1.12.1.5", "pbeWithSHAAnd128BitRC2-CBC"},
	{"1.2.840.113549.1.12.1.6", "pbeWithSHAAnd40BitRC2-CBC"},
	/* RFC 8018, A */
	{"1.2.840.113549.1.5.1", "pbeWithMD2AndDES-CBC"},
	{"1.2.840.113549.1.5.3", "pbeWithMD5AndDES-CBC"},
	{"1.2.840.113549.1.5.4", "pbeWithMD2AndRC2-CBC"},
	{"1.2.840.113549.1.5.6", "pbeWithMD5AndRC2-CBC"},
	{"1.2.840.113549.1.5.10", "pbeWithSHA1AndDES-CBC"},
	{"1.2.840.113549.1.5.11", "pbeWithSHA1AndRC2-CBC"},
	{"1.2.840.113549.1.5.12", "PBKDF2"},
	{"1.2.840.113549.1.5.13", "PBES2"},
	{"1.2.840.113549.1.5.14", "PBMAC1"},
	{"1.3.6.1.4.1.11591.4.11", "scrypt"},
	{"1.2.840.113549.2.7", "hmacWithSHA1"},
	{"1.2.840.113549.2.8", "hmacWithSHA224"},
	{"1.2.840.113549.2.9", "hmacWithSHA256"},
	{"1.2.840.113549.2.10", "hmacWithSHA384"},
	{"1.2.840.113549.2.11", "hmacWithSHA512"},
	{"1.2.840.113549.2.12", "hmacWithSHA512-224"},
	{"1.2.840.113549.2.13", "hmacWithSHA512-256"},
	/* ciphers */
	{"1.2.840.113549.3.2", "rc2-CBC"},
	{"1.2.840.113549.3.4", "rc4"},
	{"1.2.840.113549.3.7", "des-EDE3-CBC"},
	{"1.2.840.113549.3.9", "rc5-CBC-PAD"},
	{"1.3.14.3.2.7", "des-CBC"},
	{"2.16.840.1.101.3.4.1.2", "aes128-CBC"},
	{"2.16.840.1.101.3.4.1.6", "aes128-GCM"},
	{"2.16.840.1.101.3.4.1.22", "aes192-CBC"},
	{"2.16.840.1.101.3.4.1.26", "aes192-GCM"},
	{"2.16.840.1.101.3.4.1.42", "aes256-CBC"},
	{"2.16.840.1.101.3.4.1.46", "aes256-GCM"},
	{"1.2.392.200011.61.1.1.1.2", "camellia128-CBC"},
	{"1.2.392.200011.61.1.1.1.3", "camellia192-CBC"},
	{"1.2.392.200011.61.1.1.1.4", "camellia256-CBC"},
	{"1.2.410.200046.1.1.2", "aria128-CBC"},
	{"1.2.410.200046.1.1.7", "aria192-CBC"},
	{"1.2.410.200046.1.1.12", "aria256-CBC"},
	{"1.2.410.200004.1.4", "seed-CBC"},
	{"1.2.840.113533.7.66.10", "cast5-CBC"},
	{"1.3.6.1.4.1.3029.1.2", "blowfish-CBC"},
	{"1.3.6.1.4.1.188.7.1.1.2", "idea-CBC"},
	{"1.2.156.10197.1.104.2", "sm4-CBC"},
	{"1.2.643.2.2.21", "gost28147-89"},
};

static void add_name(struct buf *out, struct span oid)
{
	struct buf b;

	buf_init(&b);
	oid_dotted(&b, oid);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(names[i].oid, buf_cstr(&b)) == 0) {
			buf_add_str(out, names[i].name);
			buf_wipe(&b);
			return;
		}
	buf_add(out, buf_span(&b));
	out->failed |= b.failed;
	buf_wipe(&b);
}

/* AlgorithmIdentifier: its OID, and what follows */
static bool algorithm(struct span *in, struct span *oid, struct span *parameters)
{
	struct span content;

	if (der_get(in, DER_SEQUENCE, &content) != 0 || der_get(&content, DER_OID, oid) != 0)
		return false;
	*parameters = content;
	return true;
}

/* PBKDF2-params ::= SEQUENCE { salt, iterationCount, keyLength OPTIONAL, prf DEFAULT hmacWithSHA1 } */
static void add_prf(struct buf *out, struct span parameters)
{
	struct span in, oid, rest;

	if (der_get(&parameters, DER_SEQUENCE, &in) != 0)
		return;
	while (in.n > 0 && der_peek(in) != DER_SEQUENCE)
		if (der_get_any(&in, NULL, NULL, NULL) != 0)
			return;
	if (!algorithm(&in, &oid, &rest))
		return;
	buf_add_str(out, " (");
	add_name(out, oid);
	buf_add_str(out, ")");
}

bool pkcs12_scheme(struct span encrypted_data, struct buf *out)
{
	static const uint8_t pbes2[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0d};
	struct span in = encrypted_data, info, oid, parameters, inner, kdf, kdf_parameters, cipher, rest;

	if (der_get(&in, DER_SEQUENCE, &in) != 0 || der_get(&in, DER_INTEGER, &info) != 0 ||
	    der_get(&in, DER_SEQUENCE, &info) != 0 || der_get(&info, DER_OID, &oid) != 0 ||
	    !algorithm(&info, &oid, &parameters))
		return false;
	add_name(out, oid);
	if (!oid_is(oid, span_of(pbes2, sizeof pbes2)) || der_get(&parameters, DER_SEQUENCE, &inner) != 0 ||
	    !algorithm(&inner, &kdf, &kdf_parameters) || !algorithm(&inner, &cipher, &rest))
		return true;
	buf_add_str(out, " with ");
	add_name(out, kdf);
	add_prf(out, kdf_parameters);
	buf_add_str(out, " and ");
	add_name(out, cipher);
	return true;
}
