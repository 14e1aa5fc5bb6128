#include "facts/extension_value.h"
#include "facts/oid.h"
#include "ground/der.h"

static enum extension_known known_ce(uint8_t last)
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

static enum extension_known known_of(struct span oid)
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

/* Most are short, so that each length is one octet. */
static inline bool short_look(struct span *list, struct extension *out)
{
	const uint8_t *p = list->p;
	size_t whole, at;

	if (list->n < 6 || p[0] != DER_SEQUENCE || p[1] >= 0x80 || p[2] != DER_OID)
		return false;
	whole = 2 + (size_t)p[1];
	at = 4 + (size_t)p[3];
	if (whole > list->n || at + 2 > whole)
		return false;
	out->critical = at + 5 <= whole && p[at] == DER_BOOLEAN && p[at + 1] == 1 && p[at + 2] == 0xff;
	out->oid = span_of(p + 4, p[3]);
	at += out->critical ? 3 : 0;
	if (p[at] != DER_OCTET_STRING || at + 2 + p[at + 1] != whole)
		return false;
	out->value = span_of(p + at + 2, p[at + 1]);
	*list = span_of(p + whole, list->n - whole);
	return true;
}

/* An extension as nearly all others are: nothing in it deviates.  False: extension_get has to look. */
static bool common_look(struct span *list, struct extension *out)
{
	struct span rest = *list, body, oid, value;
	bool critical;

	if (!der_get_common(&rest, DER_SEQUENCE, &body) || !der_get_common(&body, DER_OID, &oid))
		return false;
	critical = body.n > 3 && body.p[0] == DER_BOOLEAN && body.p[1] == 1 && body.p[2] == 0xff;
	if (critical)
		body = span_of(body.p + 3, body.n - 3);
	if (!der_get_common(&body, DER_OCTET_STRING, &value) || !der_end(body))
		return false;
	*out = (struct extension){oid, critical, value};
	*list = rest;
	return true;
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
	uint32_t ignored = 0;

	return !der_end(*cursor) &&
	       (short_look(cursor, out) || common_look(cursor, out) ||
		extension_get(cursor, out, &ignored) == NULL);
}

static void extension_add(enum extension_known k, const struct extension *ext, struct extension_facts *x)
{
	if (k == X_NONE) {
		if (ext->critical && x->unknown_critical++ == 0)
			x->unknown_critical_oid = ext->oid;
		if (!oid_readable(ext->oid))
			x->deviations |= deviation_bit(DEVIATION_EXTENSION_MALFORMED);
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
	else if (!extension_read(k, ext, x))
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
	enum extension_known k;
	size_t n = 0;

	if (!span_present(x->list))
		x->list = list;
	if (der_end(list))
		x->deviations |= deviation_bit(DEVIATION_EXTENSIONS_EMPTY);
	while (!der_end(cursor)) {
		if (!short_look(&cursor, &ext) && !common_look(&cursor, &ext) &&
		    (*why = extension_get(&cursor, &ext, &x->deviations)) != NULL)
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
