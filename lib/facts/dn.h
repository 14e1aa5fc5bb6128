/*
 * dn: a distinguished name as text, and two names compared.
 */
#ifndef STAPLE_FACTS_DN_H
#define STAPLE_FACTS_DN_H

#include "ground/buf.h"

/* Appends a Name (its whole TLV) as RFC 4514 text: last RDN first, UTF-8, escaped as
 * RFC 4514, 2.4.  A Name that cannot be read becomes "#" and its hex.  An empty one: "". */
void dn_text(struct buf *out, struct span name);

/* The value of the first attribute of this type ("CN", "O", "OU", "C", ..., as dn_text writes
 * it) that is text, appended as UTF-8 and not escaped.  False: there is none. */
bool dn_attribute(struct span name, const char *type, struct buf *out);

/* Is it a Name as RFC 5280, 4.1.2.4 defines it: RDNs that are not empty, of type and value? */
bool dn_readable(struct span name);

/* Is it a Name TLV with no RDN? */
bool dn_empty(struct span name);

/* Octet by octet.  RFC 5280, 7.1 allows a laxer match, which no OCSP hash can follow. */
static inline bool dn_equal(struct span a, struct span b)
{
	return span_equal(a, b);
}

#endif
