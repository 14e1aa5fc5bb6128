#include "facts/oid.h"
#include "ground/text.h"

/* Content octets, as string literals: the length is the literal's without its NUL. */
#define OID(s) {(const uint8_t *)(s), sizeof(s) - 1}
#define PKIX "\x2b\x06\x01\x05\x05\x07"   /* 1.3.6.1.5.5.7 */
#define PKCS1 "\x2a\x86\x48\x86\xf7\x0d\x01\x01" /* 1.2.840.113549.1.1 */
#define PKCS9 "\x2a\x86\x48\x86\xf7\x0d\x01\x09" /* 1.2.840.113549.1.9 */
#define X962 "\x2a\x86\x48\xce\x3d"       /* 1.2.840.10045 */
#define CSOR "\x60\x86\x48\x01\x65\x03\x04" /* 2.16.840.1.101.3.4 */
#define CT "\x2b\x06\x01\x04\x01\xd6\x79\x02\x04" /* 1.3.6.1.4.1.11129.2.4 */

const struct span OID_TLS_FEATURE = OID(PKIX "\x01\x18");
const struct span OID_SUBJECT_ALT_NAME = OID("\x55\x1d\x11");
const struct span OID_KEY_USAGE = OID("\x55\x1d\x0f");
const struct span OID_EXT_KEY_USAGE = OID("\x55\x1d\x25");
const struct span OID_BASIC_CONSTRAINTS = OID("\x55\x1d\x13");
const struct span OID_AIA = OID(PKIX "\x01\x01");
const struct span OID_OCSP = OID(PKIX "\x30\x01");
const struct span OID_CA_ISSUERS = OID(PKIX "\x30\x02");
const struct span OID_OCSP_BASIC = OID(PKIX "\x30\x01\x01");
const struct span OID_OCSP_NONCE = OID(PKIX "\x30\x01\x02");
const struct span OID_OCSP_NOCHECK = OID(PKIX "\x30\x01\x05");
const struct span OID_EXTENSION_REQUEST = OID(PKCS9 "\x0e");
const struct span OID_SHA1 = OID("\x2b\x0e\x03\x02\x1a");
const struct span OID_SHA256 = OID(CSOR "\x02\x01");
const struct span OID_SHA384 = OID(CSOR "\x02\x02");
const struct span OID_SHA512 = OID(CSOR "\x02\x03");

/* In the order in which an inventory asks for them. */
static const struct {
	struct span oid;
	const char *name;
} known[] = {
	{OID(X962 "\x04\x03\x02"), "ecdsa-with-SHA256"},
	{OID(X962 "\x04\x03\x03"), "ecdsa-with-SHA384"},
	{OID(PKCS1 "\x0b"), "sha256WithRSAEncryption"},
	{OID(PKCS1 "\x0c"), "sha384WithRSAEncryption"},
	{OID(PKCS1 "\x0d"), "sha512WithRSAEncryption"},
	{OID(PKCS1 "\x01"), "rsaEncryption"},
	{OID(X962 "\x02\x01"), "id-ecPublicKey"},
	{OID(X962 "\x03\x01\x07"), "secp256r1"},
	{OID("\x2b\x81\x04\x00\x22"), "secp384r1"},
	{OID("\x2b\x81\x04\x00\x23"), "secp521r1"},
	{OID("\x2b\x81\x04\x00\x0a"), "secp256k1"},
	{OID("\x2b\x81\x04\x00\x21"), "secp224r1"},
	{OID(X962 "\x03\x01\x01"), "secp192r1"},
	{OID("\x2b\x65\x70"), "Ed25519"},
	{OID("\x2b\x65\x71"), "Ed448"},
	{OID("\x2b\x65\x6e"), "X25519"},
	{OID("\x2b\x65\x6f"), "X448"},
	{OID(PKCS1 "\x0a"), "id-RSASSA-PSS"},
	{OID(PKCS1 "\x08"), "id-mgf1"},
	{OID(PKCS1 "\x0e"), "sha224WithRSAEncryption"},
	{OID(PKCS1 "\x05"), "sha1WithRSAEncryption"},
	{OID(PKCS1 "\x04"), "md5WithRSAEncryption"},
	{OID(PKCS1 "\x02"), "md2WithRSAEncryption"},
	{OID(X962 "\x04\x03\x04"), "ecdsa-with-SHA512"},
	{OID(X962 "\x04\x03\x01"), "ecdsa-with-SHA224"},
	{OID(X962 "\x04\x01"), "ecdsa-with-SHA1"},
	{OID("\x2a\x86\x48\xce\x38\x04\x01"), "id-dsa"},
	{OID("\x2a\x86\x48\xce\x38\x04\x03"), "id-dsa-with-sha1"},
	{OID(CSOR "\x03\x01"), "id-dsa-with-sha224"},
	{OID(CSOR "\x03\x02"), "id-dsa-with-sha256"},
	{OID("\x2b\x0e\x03\x02\x1a"), "sha1"},
	{OID(CSOR "\x02\x04"), "sha224"},
	{OID(CSOR "\x02\x01"), "sha256"},
	{OID(CSOR "\x02\x02"), "sha384"},
	{OID(CSOR "\x02\x03"), "sha512"},
	{OID("\x2a\x86\x48\x86\xf7\x0d\x02\x05"), "md5"},
	/* extensions */
	{OID("\x55\x1d\x0e"), "subjectKeyIdentifier"},
	{OID("\x55\x1d\x23"), "authorityKeyIdentifier"},
	{OID("\x55\x1d\x0f"), "keyUsage"},
	{OID("\x55\x1d\x25"), "extKeyUsage"},
	{OID("\x55\x1d\x13"), "basicConstraints"},
	{OID("\x55\x1d\x11"), "subjectAltName"},
	{OID("\x55\x1d\x20"), "certificatePolicies"},
	{OID("\x55\x1d\x1f"), "cRLDistributionPoints"},
	{OID(PKIX "\x01\x01"), "authorityInfoAccess"},
	{OID(CT "\x02"), "signedCertificateTimestampList"},
	{OID(CT "\x03"), "precertificatePoison"},
	{OID(CT "\x04"), "precertificateSigning"},
	{OID(CT "\x05"), "ocspSignedCertificateTimestampList"},
	{OID(PKIX "\x01\x18"), "tlsFeature"},
	{OID("\x55\x1d\x12"), "issuerAltName"},
	{OID("\x55\x1d\x1e"), "nameConstraints"},
	{OID("\x55\x1d\x21"), "policyMappings"},
	{OID("\x55\x1d\x24"), "policyConstraints"},
	{OID("\x55\x1d\x36"), "inhibitAnyPolicy"},
	{OID("\x55\x1d\x2e"), "freshestCRL"},
	{OID("\x55\x1d\x09"), "subjectDirectoryAttributes"},
	{OID("\x55\x1d\x10"), "privateKeyUsagePeriod"},
	{OID("\x55\x1d\x15"), "cRLReason"},
	{OID("\x55\x1d\x18"), "invalidityDate"},
	{OID(PKIX "\x01\x0b"), "subjectInfoAccess"},
	{OID(PKIX "\x01\x03"), "qcStatements"},
	{OID("\x60\x86\x48\x01\x86\xf8\x42\x01\x01"), "netscapeCertType"},
	{OID("\x60\x86\x48\x01\x86\xf8\x42\x01\x0d"), "netscapeComment"},
	/* access methods and OCSP */
	{OID(PKIX "\x30\x01"), "id-ad-ocsp"},
	{OID(PKIX "\x30\x02"), "id-ad-caIssuers"},
	{OID(PKIX "\x30\x05"), "id-ad-caRepository"},
	{OID(PKIX "\x30\x01\x01"), "id-pkix-ocsp-basic"},
	{OID(PKIX "\x30\x01\x02"), "id-pkix-ocsp-nonce"},
	{OID(PKIX "\x30\x01\x03"), "id-pkix-ocsp-crl"},
	{OID(PKIX "\x30\x01\x04"), "id-pkix-ocsp-response"},
	{OID(PKIX "\x30\x01\x05"), "id-pkix-ocsp-nocheck"},
	{OID(PKIX "\x30\x01\x06"), "id-pkix-ocsp-archive-cutoff"},
	{OID(PKIX "\x30\x01\x07"), "id-pkix-ocsp-service-locator"},
	{OID(PKIX "\x30\x01\x08"), "id-pkix-ocsp-pref-sig-algs"},
	{OID(PKIX "\x30\x01\x09"), "id-pkix-ocsp-extended-revoke"},
	/* key purposes */
	{OID(PKIX "\x03\x01"), "id-kp-serverAuth"},
	{OID(PKIX "\x03\x02"), "id-kp-clientAuth"},
	{OID(PKIX "\x03\x03"), "id-kp-codeSigning"},
	{OID(PKIX "\x03\x04"), "id-kp-emailProtection"},
	{OID(PKIX "\x03\x08"), "id-kp-timeStamping"},
	{OID(PKIX "\x03\x09"), "id-kp-OCSPSigning"},
	{OID("\x55\x1d\x25\x00"), "anyExtendedKeyUsage"},
	{OID("\x60\x86\x48\x01\x86\xf8\x42\x04\x01"), "netscapeSGC"},
	{OID("\x2b\x06\x01\x04\x01\x82\x37\x0a\x03\x03"), "microsoftSGC"},
	/* PKCS #9 attributes and PKCS #7 types */
	{OID(PKCS9 "\x0e"), "extensionRequest"},
	{OID(PKCS9 "\x07"), "challengePassword"},
	{OID(PKCS9 "\x02"), "unstructuredName"},
	{OID("\x2b\x06\x01\x04\x01\x82\x37\x02\x01\x0e"), "microsoftCertificateExtensions"},
	{OID("\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"), "pkcs7-data"},
	{OID("\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"), "pkcs7-signedData"},
	{OID("\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03"), "pkcs7-envelopedData"},
	{OID("\x2a\x86\x48\x86\xf7\x0d\x01\x07\x06"), "pkcs7-encryptedData"},
};

const char *oid_name(struct span oid)
{
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (oid_is(oid, known[i].oid))
			return known[i].name;
	return NULL;
}

/* Is none of these eight octets 80?  A difference of 0 borrows into its bit 7. */
static inline bool no_padding(const uint8_t *p)
{
	const uint64_t ones = 0x0101010101010101, highs = 0x8080808080808080;
	uint64_t v;

	memcpy(&v, p, 8);
	v ^= highs;
	return ((v - ones) & ~v & highs) == 0;
}

bool oid_readable(struct span oid)
{
	size_t begin = 0; /* of the subidentifier */

	if (oid.n == 3 && (oid.p[0] | oid.p[1] | oid.p[2]) < 0x80)
		return true; /* as all of X.500 */
	if (oid.n == 0 || oid.p[oid.n - 1] >= 0x80)
		return false;
	/* Too short for a long one, and none that is padded: nearly all that there are.  (Of the ninth
	 * octet it is known, as it is the last.) */
	if (oid.n <= 9 && (oid.n < 8 ? !memchr(oid.p, 0x80, oid.n) : no_padding(oid.p)))
		return true;
	for (size_t i = 0; i < oid.n; i++) {
		if (oid.p[i] < 0x80)
			begin = i + 1;
		else if (i - begin >= 8 || oid.p[begin] == 0x80)
			return false;
	}
	return true;
}

void oid_dotted(struct buf *out, struct span oid)
{
	uint64_t v = 0;
	bool first = true;

	if (!oid_readable(oid)) {
		text_hex(out, oid);
		return;
	}
	for (size_t i = 0; i < oid.n; i++) {
		v = v << 7 | (oid.p[i] & 0x7f);
		if (oid.p[i] >= 0x80)
			continue;
		if (first) {
			unsigned root = v < 40 ? 0 : v < 80 ? 1 : 2;

			buf_printf(out, "%u", root);
			v -= root * 40u;
		}
		first = false;
		buf_printf(out, ".%llu", (unsigned long long)v);
		v = 0;
	}
}

/* One arc of an OID in base 128. */
static void add_arc(struct buf *out, uint64_t arc)
{
	int shift = 63;

	while (shift > 0 && arc >> shift == 0)
		shift -= 7;
	for (; shift > 0; shift -= 7)
		buf_add_byte(out, (uint8_t)(0x80 | (arc >> shift & 0x7f)));
	buf_add_byte(out, (uint8_t)(arc & 0x7f));
}

int oid_parse(const char *dotted, size_t n, struct buf *out)
{
	uint64_t arc = 0, first = 0;
	unsigned arcs = 0, digits = 0;

	for (size_t i = 0; i <= n; i++) {
		if (i < n && dotted[i] >= '0' && dotted[i] <= '9') {
			if ((digits == 1 && arc == 0) || arc > UINT32_MAX)
				return -1;
			arc = arc * 10 + (uint64_t)(dotted[i] - '0');
			digits++;
			continue;
		}
		if ((i < n && dotted[i] != '.') || digits == 0)
			return -1;
		arcs++;
		if (arcs == 1) {
			first = arc;
		} else if (arcs == 2) {
			if (first > 2 || (first < 2 && arc > 39))
				return -1;
			add_arc(out, first * 40 + arc);
		} else {
			add_arc(out, arc);
		}
		arc = digits = 0;
	}
	return arcs >= 2 ? 0 : -1;
}
