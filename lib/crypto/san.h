/*
 * san: subject alternative names as people write them, checked and converted.
 *
 * Told apart by form, in this order: IPv6 and IPv4 addresses, URIs (a scheme and "://", or
 * "urn:"), e-mail addresses ('@'), DNS names.  DNS names may be internationalised (UTF-8,
 * IDNA 2008, RFC 5891) and have '*' as their whole leftmost label; they become lower case.
 * Not checked: whether the name exists, or belongs to anybody.
 */
#ifndef STAPLE_CRYPTO_SAN_H
#define STAPLE_CRYPTO_SAN_H

#include "facts/extension.h"
#include "ground/err.h"
#include "ground/limits.h"

struct san {
	enum name_kind kind;  /* NAME_DNS, NAME_IP, NAME_EMAIL, NAME_URI */
	char *text;           /* owned: the value, ASCII; an address as RFC 5952 text */
	uint8_t address[16];  /* for NAME_IP */
	size_t address_n;     /* 4 or 16 */
};

struct san_list {
	struct san *v;
	size_t n, cap;
};

void san_list_init(struct san_list *l);
void san_list_wipe(struct san_list *l);

/* Checks, converts and adds one.  `kind` is NAME_OTHER when the form shall tell.
 * 1: added; 0: it is there already; -1: ERR_USAGE names the name and the rule that it breaks;
 * ERR_LIMIT above LIMIT_REQUEST_NAMES, ERR_MEMORY. */
MUST_USE int san_list_add(struct san_list *l, enum name_kind kind, const char *text,
			  struct err *e);

/* The value octets, as they stand in a GeneralName. */
struct span san_value(const struct san *s);

/* The first DNS name, or NULL. */
const struct san *san_list_first_dns(const struct san_list *l);

/* The ASCII form of a DNS name, with an optional "*." in front, into out.  ERR_USAGE as above. */
MUST_USE int san_dns_ascii(const char *text, char out[LIMIT_DNS_NAME + 1], struct err *e);

#endif
