/* Does a certificate's name fit the host that was asked for?  RFC 6125, 6.4. */
#include "crypto/chain.h"
#include "facts/dn.h"

#include <arpa/inet.h>
#include <gnutls/gnutls.h>

struct host {
	char name[LIMIT_DNS_NAME + 3]; /* A-labels, without a final dot; "" for an address */
	uint8_t address[16];
	size_t address_n; /* 4, 16, or 0: a name */
};

/* An address in text, in brackets or not, or a name in any script. */
static bool read_host(const char *text, struct host *h)
{
	gnutls_datum_t ace = {NULL, 0};
	char bare[INET6_ADDRSTRLEN + 2];
	size_t n = strlen(text);

	*h = (struct host){.name = ""};
	if (n > 2 && text[0] == '[' && text[n - 1] == ']' && n - 2 < sizeof bare) {
		memcpy(bare, text + 1, n - 2);
		bare[n - 2] = '\0';
		text = bare;
	}
	if (inet_pton(AF_INET, text, h->address) == 1)
		return h->address_n = 4, true;
	if (inet_pton(AF_INET6, text, h->address) == 1)
		return h->address_n = 16, true;
	if (gnutls_idna_map(text, (unsigned)strlen(text), &ace, 0) != 0)
		return false;
	n = ace.size;
	if (n > 0 && ace.data[n - 1] == '.')
		n--;
	if (n == 0 || n >= sizeof h->name) {
		gnutls_free(ace.data);
		return false;
	}
	memcpy(h->name, ace.data, n);
	h->name[n] = '\0';
	gnutls_free(ace.data);
	return true;
}

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 'a' - 'A') : c;
}

static bool same_name(struct span a, struct span b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (lower(a.p[i]) != lower(b.p[i]))
			return false;
	return true;
}

/* A whole leftmost label "*" stands for exactly one label; at least two more must follow it
 * (RFC 6125, 6.4.3, and what browsers ask). */
static bool name_fits(struct span pattern, struct span host)
{
	const uint8_t *dot;

	if (pattern.n > 0 && pattern.p[pattern.n - 1] == '.')
		pattern.n--;
	if (pattern.n < 3 || pattern.p[0] != '*' || pattern.p[1] != '.')
		return same_name(pattern, host);
	pattern = span_from(pattern, 1);
	dot = memchr(host.p, '.', host.n);
	if (!dot || dot == host.p || !memchr(pattern.p + 1, '.', pattern.n - 1))
		return false;
	return same_name(pattern, span_from(host, (size_t)(dot - host.p)));
}

static bool san_fits(const struct cert *c, const struct host *h, bool *any)
{
	struct span cursor = c->x.san;
	struct general_name n;
	bool inside = false;

	while (extension_name_next(&cursor, &inside, &n)) {
		if (n.kind == NAME_DNS && !h->address_n) {
			*any = true;
			if (name_fits(n.value, span_str(h->name)))
				return true;
		}
		if (n.kind == NAME_IP && h->address_n &&
		    span_equal(n.value, span_of(h->address, h->address_n)))
			return true;
	}
	return false;
}

bool chain_name_matches(const struct cert *c, const char *host, bool *by_cn)
{
	struct host h;
	struct buf cn;
	bool any = false;

	*by_cn = false;
	if (!read_host(host, &h))
		return false;
	if (san_fits(c, &h, &any))
		return true;
	if (any || h.address_n)
		return false; /* RFC 6125, 6.4.4: a CN counts only where there is no DNS name */
	buf_init(&cn);
	if (dn_attribute(c->subject, "CN", &cn))
		*by_cn = name_fits(buf_span(&cn), span_str(h.name));
	buf_wipe(&cn);
	return false;
}
