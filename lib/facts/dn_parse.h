/*
 * dn_parse: a distinguished name as people write it (RFC 4514, 3) made into a Name.
 *
 * "CN=www.example.com,O=Example,C=DE": the last RDN of the text is the first of the Name.
 * Attribute types are known by their short names or given as dotted OIDs; lengths and
 * string kinds are those of RFC 5280, A.1.
 */
#ifndef STAPLE_FACTS_DN_PARSE_H
#define STAPLE_FACTS_DN_PARSE_H

#include "ground/buf.h"

/* Appends the Name's TLV.  "" is a Name without RDNs.  ERR_USAGE names the place and the rule;
 * out is then as it was. */
MUST_USE int dn_parse(const char *text, struct buf *out, struct err *e);

/* Appends the TLV of a Name with a single CN in a UTF8String. */
void dn_parse_cn(struct span cn, struct buf *out);

#endif
