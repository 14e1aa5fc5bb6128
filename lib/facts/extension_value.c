#include "facts/extension_value.h"
#include "facts/oid.h"
#include "ground/der.h"

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

		if (der_get(&body, DER_OID, &oid) != 0)
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
		if (bit == EKU_OTHER && !oid_readable(oid))
			return false;
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
		if (!oid_readable(method))
			return false;
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

bool extension_read(enum extension_known k, const struct extension *ext, struct extension_facts *x)
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
