#include "facts/extension.h"
#include "facts/oid.h"
#include "ground/der.h"

/* Extensions that are known: those that become facts, and those that RFC 5280, 4.2.1 and
 * 4.2.2 define, so that a critical one is not taken for unknown. */
enum known {
	X_NONE, X_SAN, X_BASIC_CONSTRAINTS, X_KEY_USAGE, X_EXT_KEY_USAGE, X_AIA, X_CRL_DP, X_SKI,
	X_AKI, X_SCT_LIST, X_OCSP_NOCHECK, X_POISON, X_FEATURE, X_ISSUER_ALT_NAME,
	X_NAME_CONSTRAINTS, X_POLICIES, X_POLICY_MAPPINGS, X_POLICY_CONSTRAINTS, X_INHIBIT_ANY,
	X_FRESHEST_CRL, X_DIRECTORY_ATTRIBUTES, X_SIA
};

static enum known known_ce(uint8_t last)
{
	switch (last) {
	case 0x09: return X_DIRECTORY_ATTRIBUTES;
	case 0x0e: return X_SKI;
	case 0x0f: return X_KEY_USAGE;
	case 0x11: return X_SAN;
	case 0x12: return X_ISSUER_ALT_NAME;
	case 0x13: return X_BASIC_CONSTRAINTS;
	case 0x1e: return X_NAME_CONSTRAINTS;
	case 0x1f: return X_CRL_DP;
	case 0x20: return X_POLICIES;
	case 0x21: return X_POLICY_MAPPINGS;
	case 0x23: return X_AKI;
	case 0x24: return X_POLICY_CONSTRAINTS;
	case 0x25: return X_EXT_KEY_USAGE;
	case 0x2e: return X_FRESHEST_CRL;
	case 0x36: return X_INHIBIT_ANY;
	default: return X_NONE;
	}
}

static enum known known_of(struct span oid)
{
	static const uint8_t ct[] = {0x2b, 6, 1, 4, 1, 0xd6, 0x79, 2, 4}; /* RFC 6962, 3.1 */

	switch (oid.n) {
	case 3: /* id-ce, 2.5.29 */
		return oid.p[0] == 0x55 && oid.p[1] == 0x1d ? known_ce(oid.p[2]) : X_NONE;
	case 8: /* id-pe, 1.3.6.1.5.5.7.1 */
		if (memcmp(oid.p, OID_AIA.p, 7) != 0)
			return X_NONE;
		return oid.p[7] == 1 ? X_AIA : oid.p[7] == 0x0b ? X_SIA
		       : oid.p[7] == 0x18 ? X_FEATURE : X_NONE;
	case 9:
		return span_equal(oid, OID_OCSP_NOCHECK) ? X_OCSP_NOCHECK : X_NONE;
	case 10:
		if (memcmp(oid.p, ct, sizeof ct) != 0)
			return X_NONE;
		return oid.p[9] == 2 ? X_SCT_LIST : oid.p[9] == 3 ? X_POISON : X_NONE;
	default:
		return X_NONE;
	}
}

/*
 * One small reader per extension: false when the value is not what it has to be.
 */

static bool read_basic_constraints(struct span v, struct extension_facts *x)
{
	struct span body;
	bool ca = false, odd;
	int64_t path_len = -1;

	if (der_get(&v, DER_SEQUENCE, &body) != 0 || !der_end(v))
		return false;
	if (der_peek(body) == DER_BOOLEAN) {
		if (der_get_boolean(&body, &ca, &odd) != 0)
			return false;
		if (odd)
			x->deviations |= deviation_bit(DEVIATION_BOOLEAN);
		if (!ca)
			x->deviations |= deviation_bit(DEVIATION_DEFAULT_ENCODED);
	}
	if (!der_end(body) && (der_get_int64(&body, DER_INTEGER, &path_len) != 0 || path_len < 0))
		return false;
	if (!der_end(body))
		return false;
	x->has_basic_constraints = true;
	x->ca = ca;
	x->path_len = path_len > INT32_MAX ? INT32_MAX : (int)path_len;
	if (path_len >= 0 && !ca)
		x->deviations |= deviation_bit(DEVIATION_PATHLEN_WITHOUT_CA);
	return true;
}

static bool read_key_usage(struct span v, struct extension_facts *x)
{
	struct span bits;
	unsigned unused;
	bool odd;

	if (der_get_bits(&v, &bits, &unused, &odd) != 0 || !der_end(v))
		return false;
	x->has_key_usage = true;
	x->key_usage = 0;
	for (unsigned i = 0; i < 9 && i < bits.n * 8 - unused; i++)
		if (bits.p[i / 8] & (0x80u >> i % 8))
			x->key_usage |= (uint16_t)(1u << i);
	if (x->key_usage == 0)
		x->deviations |= deviation_bit(DEVIATION_KEY_USAGE_EMPTY);
	/* X.690, 11.2.2: trailing zero bits of a named list are left out. */
	if (odd || (bits.n && !(bits.p[bits.n - 1] & (1u << unused))))
		x->deviations |= deviation_bit(DEVIATION_BIT_STRING);
	return true;
}

static bool read_eku(struct span v, struct extension_facts *x)
{
	static const uint8_t kp[] = {0x2b, 6, 1, 5, 5, 7, 3}, any[] = {0x55, 0x1d, 0x25, 0};
	struct span cursor = v, body, oid;

	if (der_get(&cursor, DER_SEQUENCE, &body) != 0 || !der_end(cursor) || der_end(body))
		return false;
	x->has_eku = true;
	x->eku_value = v;
	while (!der_end(body)) {
		enum eku bit = EKU_OTHER;

		if (der_get(&body, DER_OID, &oid) != 0 || !oid_readable(oid))
			return false;
		if (oid.n == sizeof any && memcmp(oid.p, any, sizeof any) == 0) {
			bit = EKU_ANY;
		} else if (oid.n == sizeof kp + 1 && memcmp(oid.p, kp, sizeof kp) == 0) {
			switch (oid.p[sizeof kp]) {
			case 1: bit = EKU_SERVER_AUTH; break;
			case 2: bit = EKU_CLIENT_AUTH; break;
			case 3: bit = EKU_CODE_SIGNING; break;
			case 4: bit = EKU_EMAIL_PROTECTION; break;
			case 8: bit = EKU_TIME_STAMPING; break;
			case 9: bit = EKU_OCSP_SIGNING; break;
			default: break;
			}
		}
		x->eku |= (uint16_t)bit;
	}
	return true;
}

static bool read_san(struct span v, bool critical, struct extension_facts *x)
{
	struct span cursor = v, body;
	struct general_name n;
	bool inside = false;

	if (der_get(&cursor, DER_SEQUENCE, &body) != 0 || !der_end(cursor))
		return false;
	x->san = v;
	x->san_critical = critical;
	if (der_end(body))
		x->deviations |= deviation_bit(DEVIATION_SAN_EMPTY);
	for (cursor = v; extension_name_next(&cursor, &inside, &n);)
		if (!extension_name_sound(&n))
			x->deviations |= deviation_bit(DEVIATION_SAN_SYNTAX);
	return der_end(cursor);
}

static bool read_aia(struct span v, struct extension_facts *x)
{
	struct span cursor = v, body, method;
	struct general_name n;
	bool inside = false;

	if (der_get(&cursor, DER_SEQUENCE, &body) != 0 || !der_end(cursor))
		return false;
	x->aia = v;
	for (cursor = v; extension_aia_next(&cursor, &inside, &method, &n);)
		;
	return !der_end(body) && der_end(cursor);
}

static bool read_crl_points(struct span v, struct extension_facts *x)
{
	struct span cursor = v, body;

	if (der_get(&cursor, DER_SEQUENCE, &body) != 0 || !der_end(cursor))
		return false;
	x->crl_distribution_points = v;
	while (!der_end(body))
		if (der_get(&body, DER_SEQUENCE, NULL) != 0)
			return false;
	return true;
}

static bool read_ski(struct span v, struct extension_facts *x)
{
	struct span id;

	if (der_get(&v, DER_OCTET_STRING, &id) != 0 || !der_end(v))
		return false;
	x->ski = id;
	return true;
}

static bool read_aki(struct span v, struct extension_facts *x)
{
	struct span body, id;

	if (der_get(&v, DER_SEQUENCE, &body) != 0 || !der_end(v) ||
	    der_get_optional(&body, DER_CONTEXT(0), &id) < 0)
		return false;
	x->aki = id;
	while (!der_end(body))
		if (der_get_any(&body, NULL, NULL, NULL) != 0)
			return false;
	return true;
}

/* What the extension says, unless it is the second of its kind. */
static bool read_known(enum known k, const struct extension *ext, struct extension_facts *x)
{
	struct span v = ext->value;

	switch (k) {
	case X_SAN: return read_san(v, ext->critical, x);
	case X_BASIC_CONSTRAINTS: return read_basic_constraints(v, x);
	case X_KEY_USAGE: return read_key_usage(v, x);
	case X_EXT_KEY_USAGE: return read_eku(v, x);
	case X_AIA: return read_aia(v, x);
	case X_CRL_DP: return read_crl_points(v, x);
	case X_SKI: return read_ski(v, x);
	case X_AKI: return read_aki(v, x);
	case X_SCT_LIST:
		x->has_sct_list = true;
		return der_get(&v, DER_OCTET_STRING, NULL) == 0 && der_end(v);
	case X_OCSP_NOCHECK:
		x->ocsp_nocheck = true;
		return der_get(&v, DER_NULL, NULL) == 0 && der_end(v);
	case X_POISON:
		x->precert_poison = true;
		return der_get(&v, DER_NULL, NULL) == 0 && der_end(v);
	default:
		return true;
	}
}

/* One Extension (RFC 5280, 4.1).  NULL, or why it cannot be delimited. */
static const char *extension_get(struct span *list, struct extension *out, uint32_t *deviations)
{
	struct span body;
	bool odd;

	out->critical = false;
	if (der_get(list, DER_SEQUENCE, &body) != 0)
		return der_peek(*list) == DER_SEQUENCE ? der_why(*list) : "not a SEQUENCE";
	if (der_get(&body, DER_OID, &out->oid) != 0)
		return "extnID is missing or broken";
	if (der_peek(body) == DER_BOOLEAN) {
		if (der_get_boolean(&body, &out->critical, &odd) != 0)
			return "critical is broken";
		if (odd)
			*deviations |= deviation_bit(DEVIATION_BOOLEAN);
		if (!out->critical)
			*deviations |= deviation_bit(DEVIATION_DEFAULT_ENCODED);
	}
	if (der_get(&body, DER_OCTET_STRING, &out->value) != 0)
		return "extnValue is missing or broken";
	if (!der_end(body))
		*deviations |= deviation_bit(DEVIATION_TRAILING);
	return NULL;
}

bool extension_next(struct span *cursor, struct extension *out)
{
	uint32_t ignored;

	return !der_end(*cursor) && extension_get(cursor, out, &ignored) == NULL;
}

static void extension_add(enum known k, const struct extension *ext, struct extension_facts *x)
{
	if (k == X_NONE) {
		if (ext->critical && x->unknown_critical++ == 0)
			x->unknown_critical_oid = ext->oid;
		return;
	}
	if (k == X_FEATURE) {
		x->feature.extensions++;
		x->feature.critical |= ext->critical;
		if (!feature_decode(ext->value, &x->feature))
			x->deviations |= deviation_bit(DEVIATION_EXTENSION_MALFORMED);
	}
	if (x->seen & UINT32_C(1) << k)
		x->deviations |= deviation_bit(DEVIATION_EXTENSION_DUPLICATE);
	else if (!read_known(k, ext, x))
		x->deviations |= deviation_bit(DEVIATION_EXTENSION_MALFORMED);
	x->seen |= UINT32_C(1) << k;
}

/* Unknown ones are compared with each other up to this many, so that a hostile list costs
 * no more than its length. */
#define OTHERS_COMPARED 64

int extension_decode(struct span list, struct extension_facts *x, const char **why)
{
	struct span others[OTHERS_COMPARED], cursor = list;
	struct extension ext;
	enum known k;
	size_t n = 0;

	if (!span_present(x->list))
		x->list = list;
	if (der_end(list))
		x->deviations |= deviation_bit(DEVIATION_EXTENSIONS_EMPTY);
	while (!der_end(cursor)) {
		if ((*why = extension_get(&cursor, &ext, &x->deviations)) != NULL)
			return -1;
		x->count++;
		k = known_of(ext.oid);
		extension_add(k, &ext, x);
		if (k != X_NONE || n == OTHERS_COMPARED)
			continue;
		for (size_t i = 0; i < n; i++)
			if (span_equal(others[i], ext.oid))
				x->deviations |= deviation_bit(DEVIATION_EXTENSION_DUPLICATE);
		others[n++] = ext.oid;
	}
	if (x->key_usage & KEY_USAGE_KEY_CERT_SIGN && !x->ca)
		x->deviations |= deviation_bit(DEVIATION_CERT_SIGN_WITHOUT_CA);
	return 0;
}
