/*
 * extension: what the X.509v3 extensions of a certificate or a request say.
 *
 * One walk over a SEQUENCE OF Extension (RFC 5280, 4.1.2.9); known extensions become
 * facts, unknown critical ones are counted.  Nothing is refused that can be delimited;
 * what deviates is recorded in `deviations`, a set of enum deviation.  Of an extension that
 * occurs twice the first is read (and the fact recorded); only TLS features are united.
 */
#ifndef STAPLE_FACTS_EXTENSION_H
#define STAPLE_FACTS_EXTENSION_H

#include "facts/feature.h"
#include "ground/der.h"

/* Deviations from RFC 5280 (and X.690) that a reader can see; each has a text with its
 * section, in facts/deviation.c's table. */
enum deviation {
	DEVIATION_VERSION = 0,        /* not v1, v2, v3, or extensions without v3 */
	DEVIATION_SERIAL_PADDED,
	DEVIATION_SERIAL_NOT_POSITIVE,
	DEVIATION_SERIAL_LONG,        /* above 20 octets */
	DEVIATION_SIGNATURE_ALGORITHMS_DIFFER,
	DEVIATION_ISSUER_EMPTY,
	DEVIATION_TIME_FORMAT,
	DEVIATION_TIME_UNREADABLE,
	DEVIATION_VALIDITY_REVERSED,
	DEVIATION_UNIQUE_ID,
	DEVIATION_EXTENSION_DUPLICATE,
	DEVIATION_EXTENSION_MALFORMED, /* a known one's value cannot be read */
	DEVIATION_EXTENSIONS_EMPTY,
	DEVIATION_BOOLEAN,             /* not 00 or FF */
	DEVIATION_BIT_STRING,          /* unused bits that are not zero, or are not left out */
	DEVIATION_SAN_EMPTY,
	DEVIATION_SAN_SYNTAX,          /* IP of a wrong length, name with a NUL or not IA5 */
	DEVIATION_PATHLEN_WITHOUT_CA,
	DEVIATION_NAME_SYNTAX,
	DEVIATION_KEY_UNREADABLE,
	DEVIATION_TRAILING,            /* data behind a field, inside its container */
	DEVIATION_DEFAULT_ENCODED,     /* a value that is the DEFAULT stands there */
	DEVIATION_ALGORITHM,           /* an AlgorithmIdentifier without a readable OID or parameters */
	DEVIATION_KEY_USAGE_EMPTY,
	DEVIATION_CERT_SIGN_WITHOUT_CA,
	DEVIATION_REQUEST_VERSION,     /* a request: not v1 */
	DEVIATION_ATTRIBUTE,           /* a request: an attribute that cannot be read */
	DEVIATION_EXTENSION_REQUESTS,  /* a request: more than one extensionRequest */
	DEVIATION_COUNT
};

struct deviation_text {
	const char *id;      /* "serial-padded" */
	const char *section; /* "RFC 5280, 4.1.2.2" */
	const char *text;    /* "the serial number has superfluous octets" */
};
const struct deviation_text *deviation_text(enum deviation d);

static inline uint32_t deviation_bit(enum deviation d)
{
	return UINT32_C(1) << d;
}

/* KeyUsage bits as RFC 5280, 4.2.1.3 numbers them: bit i is 1 << i. */
enum key_usage {
	KEY_USAGE_DIGITAL_SIGNATURE = 1 << 0,
	KEY_USAGE_NON_REPUDIATION = 1 << 1,
	KEY_USAGE_KEY_ENCIPHERMENT = 1 << 2,
	KEY_USAGE_DATA_ENCIPHERMENT = 1 << 3,
	KEY_USAGE_KEY_AGREEMENT = 1 << 4,
	KEY_USAGE_KEY_CERT_SIGN = 1 << 5,
	KEY_USAGE_CRL_SIGN = 1 << 6,
	KEY_USAGE_ENCIPHER_ONLY = 1 << 7,
	KEY_USAGE_DECIPHER_ONLY = 1 << 8
};

/* Extended key usages that matter here; others are found by extension_eku_next. */
enum eku {
	EKU_ANY = 1 << 0,
	EKU_SERVER_AUTH = 1 << 1,
	EKU_CLIENT_AUTH = 1 << 2,
	EKU_CODE_SIGNING = 1 << 3,
	EKU_EMAIL_PROTECTION = 1 << 4,
	EKU_TIME_STAMPING = 1 << 5,
	EKU_OCSP_SIGNING = 1 << 6,
	EKU_OTHER = 1 << 7
};

struct extension_facts {
	uint32_t deviations;
	uint32_t seen;              /* which known extensions occur: extension.c's own */
	unsigned count;             /* extensions in all */
	struct span list;           /* content of the SEQUENCE OF Extension, or absent */

	struct span san;            /* value (GeneralNames TLV), or absent */
	bool san_critical;
	bool has_basic_constraints, ca;
	int path_len;               /* -1: none */
	bool has_key_usage;
	uint16_t key_usage;         /* enum key_usage */
	bool has_eku;
	uint16_t eku;               /* enum eku */
	struct span eku_value;      /* ExtKeyUsageSyntax TLV */
	struct span aia;            /* AuthorityInfoAccessSyntax TLV */
	struct span crl_distribution_points;
	struct span ski;            /* key identifier octets */
	struct span aki;            /* keyIdentifier octets */
	bool has_sct_list;          /* RFC 6962, 3.3 */
	bool ocsp_nocheck;          /* RFC 6960, 4.2.2.2.1 */
	bool precert_poison;        /* RFC 6962, 3.1 */
	struct feature_facts feature;
	unsigned unknown_critical;  /* how many that neither this struct nor RFC 5280, 4.2 knows */
	struct span unknown_critical_oid; /* the first one's OID content */
};

/* Walks the content of a SEQUENCE OF Extension and adds to *x, which began as
 * EXTENSION_FACTS_NONE.  0, or -1 when an extension cannot be delimited, with a short reason
 * in *why. */
#define EXTENSION_FACTS_NONE ((struct extension_facts){.path_len = -1})
MUST_USE int extension_decode(struct span list, struct extension_facts *x, const char **why);

/* Walks all extensions: *cursor begins as x->list. */
struct extension {
	struct span oid;   /* content octets */
	bool critical;
	struct span value; /* content of extnValue */
};
bool extension_next(struct span *cursor, struct extension *out);

/* GeneralName kinds, by their context tag (RFC 5280, 4.2.1.6). */
enum name_kind {
	NAME_OTHER = 0, NAME_EMAIL = 1, NAME_DNS = 2, NAME_X400 = 3, NAME_DIRECTORY = 4,
	NAME_EDI = 5, NAME_URI = 6, NAME_IP = 7, NAME_REGISTERED_ID = 8
};
struct general_name {
	enum name_kind kind;
	bool constructed;  /* as the tag says; see extension_name_sound */
	struct span value; /* content octets: text, 4 or 16 address octets, a Name TLV, ... */
};

/* Is the value as RFC 5280, 4.2.1.6 wants it: IA5 text that is not empty and has no NUL, an
 * address of 4 or 16 octets, a Name, the form of the tag? */
bool extension_name_sound(const struct general_name *n);

/* RFC 5280, A.2: otherName, x400Address, directoryName and ediPartyName are constructed, all others are
 * not. */
static inline bool extension_name_formed(const struct general_name *n)
{
	return n->constructed == ((0x39u >> n->kind & 1) != 0);
}

/* One GeneralName at the front of *in; a context tag of any number below 31. */
static inline bool extension_name_get(struct span *in, struct general_name *out)
{
	struct span rest = *in;
	uint8_t tag;

	if (der_get_any(&rest, &tag, &out->value, NULL) != 0 || (tag & 0xc0) != 0x80 ||
	    (tag & 0x1f) == 0x1f)
		return false;
	out->kind = (enum name_kind)(tag & 0x1f);
	out->constructed = (tag & 0x20) != 0;
	*in = rest;
	return true;
}

/* Steps into the SEQUENCE on the first call. */
static inline bool extension_enter(struct span *cursor, bool *inside)
{
	if (!*inside && der_get(cursor, DER_SEQUENCE, cursor) != 0)
		return false;
	*inside = true;
	return true;
}

/* Walks GeneralNames: *cursor begins as x->san; *inside as false. */
static inline bool extension_name_next(struct span *cursor, bool *inside, struct general_name *out)
{
	return extension_enter(cursor, inside) && extension_name_get(cursor, out);
}

/* The name as text: "DNS" value as it is, IP as RFC 5952 text, directory name as RFC 4514,
 * others as their kind and hex. */
void extension_name_text(struct buf *out, const struct general_name *n);
const char *name_kind_text(enum name_kind k); /* "dns", "ip", "email", "uri", ... */

/* Walks the access descriptions: *cursor begins as x->aia, *inside as false.  `method` is
 * the OID's content. */
static inline bool extension_aia_next(struct span *cursor, bool *inside, struct span *method,
				      struct general_name *location)
{
	struct span rest, body;

	if (!extension_enter(cursor, inside))
		return false;
	rest = *cursor;
	if (der_get(&rest, DER_SEQUENCE, &body) != 0 || der_get(&body, DER_OID, method) != 0 ||
	    !extension_name_get(&body, location) || !extension_name_formed(location) || !der_end(body))
		return false;
	*cursor = rest;
	return true;
}

/* The n-th (from 0) URI with id-ad-ocsp or id-ad-caIssuers; SPAN_NONE when there is none.
 * Each call walks from the start: for all of them use extension_aia_next. */
struct span extension_ocsp_url(const struct extension_facts *x, size_t n);
struct span extension_ca_issuers_url(const struct extension_facts *x, size_t n);

/* The n-th (from 0) URI of the CRL distribution points' full names. */
struct span extension_crl_url(const struct extension_facts *x, size_t n);

/* Walks the extended key usages' OIDs: *cursor begins as x->eku_value, *inside as false. */
bool extension_eku_next(struct span *cursor, bool *inside, struct span *oid);

/* The n-th (from 0) TLS Feature value in x->list; SPAN_NONE: no such. */
struct span extension_feature_value(const struct extension_facts *x, size_t n);

#endif
