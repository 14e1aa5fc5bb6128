#include "facts/extension.h"
#include "facts/dn.h"
#include "facts/oid.h"
#include "ground/der.h"
#include "ground/text.h"

#include <arpa/inet.h>

const char *name_kind_text(enum name_kind k)
{
	static const char *const text[] = {"other", "email", "dns", "x400", "directory",
					   "edi", "uri", "ip", "registered-id"};

	return (size_t)k < sizeof text / sizeof text[0] ? text[k] : "unknown";
}

/* IA5 text has no bit 7; NUL is IA5, but no name. */
static bool is_text(struct span s)
{
	const uint64_t ones = 0x0101010101010101, highs = 0x8080808080808080;
	uint64_t v, odd = 0;
	size_t i = 0;

	/* v - ones borrows into bit 7 of a byte that is 0; where a byte above that one gets the bit
	 * too, it is the same no. */
	for (; i + 8 <= s.n; i += 8) {
		memcpy(&v, s.p + i, 8);
		odd |= (v | (v - ones)) & highs;
	}
	if (s.n >= 8) {
		memcpy(&v, s.p + s.n - 8, 8);
		return (odd | ((v | (v - ones)) & highs)) == 0;
	}
	for (; i < s.n; i++)
		odd |= s.p[i] == 0 || s.p[i] >= 0x80;
	return odd == 0;
}

bool extension_name_sound(const struct general_name *n)
{
	if (n->kind > NAME_REGISTERED_ID || !extension_name_formed(n) || n->value.n == 0)
		return false;
	switch (n->kind) {
	case NAME_EMAIL:
	case NAME_DNS:
	case NAME_URI:
		return is_text(n->value);
	case NAME_IP:
		return n->value.n == 4 || n->value.n == 16;
	case NAME_DIRECTORY:
		return dn_readable(n->value);
	case NAME_REGISTERED_ID:
		return oid_readable(n->value);
	default:
		return true;
	}
}

void extension_name_text(struct buf *out, const struct general_name *n)
{
	char address[INET6_ADDRSTRLEN];

	if (n->kind == NAME_EMAIL || n->kind == NAME_DNS || n->kind == NAME_URI) {
		buf_add(out, n->value);
	} else if (n->kind == NAME_IP && (n->value.n == 4 || n->value.n == 16)) {
		int family = n->value.n == 4 ? AF_INET : AF_INET6;

		if (inet_ntop(family, n->value.p, address, sizeof address))
			buf_add_str(out, address);
	} else if (n->kind == NAME_DIRECTORY) {
		dn_text(out, n->value);
	} else if (n->kind == NAME_REGISTERED_ID) {
		oid_dotted(out, n->value);
	} else {
		buf_printf(out, "%s:", name_kind_text(n->kind));
		text_hex(out, n->value);
	}
}

static struct span aia_url(const struct extension_facts *x, struct span wanted, size_t n)
{
	struct span cursor = x->aia, method;
	struct general_name location;
	bool inside = false;

	if (!span_present(cursor))
		return SPAN_NONE;
	while (extension_aia_next(&cursor, &inside, &method, &location))
		if (location.kind == NAME_URI && span_equal(method, wanted) && n-- == 0)
			return location.value;
	return SPAN_NONE;
}

struct span extension_ocsp_url(const struct extension_facts *x, size_t n)
{
	return aia_url(x, OID_OCSP, n);
}

struct span extension_ca_issuers_url(const struct extension_facts *x, size_t n)
{
	return aia_url(x, OID_CA_ISSUERS, n);
}

/* RFC 5280, 4.2.1.13: of a DistributionPoint the content of fullName, or nothing. */
static struct span full_name(struct span point)
{
	struct span name, names;

	if (der_get_optional(&point, DER_CONTEXT_CONS(0), &name) == 1 &&
	    der_get_optional(&name, DER_CONTEXT_CONS(0), &names) == 1)
		return names;
	return SPAN_NONE;
}

struct span extension_crl_url(const struct extension_facts *x, size_t n)
{
	struct span points = x->crl_distribution_points, point, names;
	struct general_name name;

	if (!span_present(points) || der_get(&points, DER_SEQUENCE, &points) != 0)
		return SPAN_NONE;
	while (der_get(&points, DER_SEQUENCE, &point) == 0)
		for (names = full_name(point); !der_end(names) && extension_name_get(&names, &name);)
			if (name.kind == NAME_URI && extension_name_formed(&name) && n-- == 0)
				return name.value;
	return SPAN_NONE;
}

bool extension_eku_next(struct span *cursor, bool *inside, struct span *oid)
{
	return extension_enter(cursor, inside) && der_get(cursor, DER_OID, oid) == 0;
}

struct span extension_feature_value(const struct extension_facts *x, size_t n)
{
	struct span cursor = x->list;
	struct extension ext;

	if (x->feature.extensions == 0)
		return SPAN_NONE;
	while (extension_next(&cursor, &ext))
		if (span_equal(ext.oid, OID_TLS_FEATURE) && n-- == 0)
			return ext.value;
	return SPAN_NONE;
}
