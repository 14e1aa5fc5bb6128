/*
 * PKCS#7 and CMS (RFC 5652): the certificates of a SignedData, by a walk of our own that is
 * linear in their number.  The shell around them may be BER, as many programs write it; the
 * certificates themselves are read as DER.
 */
#include "ground/limits.h"
#include "store/readers.h"

/* 1.2.840.113549.1.7.x, and Netscape's certificate sequence, 2.16.840.1.113730.2.5 */
static const uint8_t pkcs7_oid[] = {0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07};
static const uint8_t netscape_oid[] = {0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x86, 0xf8, 0x42, 0x02, 0x05};

/* Identifier and length octets; *indefinite: the content ends with two zero octets. */
static bool header(struct span in, uint8_t *tag, size_t *head, size_t *length, bool *indefinite)
{
	size_t octets;

	if (in.n < 2 || (in.p[0] & 0x1f) == 0x1f)
		return false;
	*tag = in.p[0];
	*head = 2;
	*length = in.p[1];
	*indefinite = in.p[1] == 0x80;
	if (in.p[1] <= 0x80) {
		if (*indefinite)
			*length = 0;
		return *indefinite || *length <= in.n - 2;
	}
	octets = in.p[1] & 0x7f;
	if (octets > 8 || octets > in.n - 2)
		return false;
	*length = 0;
	for (size_t i = 0; i < octets; i++)
		*length = *length << 8 | in.p[2 + i];
	*head = 2 + octets;
	return *length <= in.n - *head;
}

/* How long the element at the front is, following indefinite lengths. */
static bool measure(struct span in, unsigned depth, size_t *size)
{
	size_t head, length, at, part;
	bool indefinite;
	uint8_t tag;

	if (depth > LIMIT_DER_DEPTH || !header(in, &tag, &head, &length, &indefinite))
		return false;
	if (!indefinite) {
		*size = head + length;
		return true;
	}
	for (at = head; at + 2 <= in.n; at += part) {
		if (in.p[at] == 0 && in.p[at + 1] == 0) {
			*size = at + 2;
			return true;
		}
		if (!measure(span_from(in, at), depth + 1, &part))
			return false;
	}
	return false;
}

/* One element from the front; its content without the end mark. */
static bool take(struct span *in, uint8_t *tag, struct span *content, struct span *whole)
{
	size_t head, length, size;
	bool indefinite;

	if (!header(*in, tag, &head, &length, &indefinite) || !measure(*in, 0, &size))
		return false;
	*content = span_of(in->p + head, indefinite ? size - head - 2 : length);
	if (whole)
		*whole = span_of(in->p, size);
	*in = span_from(*in, size);
	return true;
}

static bool begins(struct span s, const uint8_t *bytes, size_t n)
{
	return s.n >= n && memcmp(s.p, bytes, n) == 0;
}

bool store_pkcs7_is(struct span bytes)
{
	size_t head, length;
	bool indefinite;
	uint8_t tag;
	struct span in;

	if (bytes.n < 16 || bytes.p[0] != 0x30)
		return false;
	/* The head of a large file is enough: only its first octets are looked at. */
	if (!header(bytes, &tag, &head, &length, &indefinite))
		head = (bytes.p[1] & 0x80) ? 2 + (bytes.p[1] & 0x7fu) : 2;
	in = span_from(bytes, head);
	return begins(in, pkcs7_oid, sizeof pkcs7_oid) || begins(in, netscape_oid, sizeof netscape_oid);
}

static void read_certs(struct store_input *in, struct span certs)
{
	struct span content, whole;
	uint8_t tag;

	while (certs.n > 0) {
		if (!take(&certs, &tag, &content, &whole)) {
			store_problem(in, in->certs, STORE_ERROR,
				      "PKCS#7: certificates (RFC 5652, 5.1): the list is cut off");
			return;
		}
		if (tag == 0x30)
			store_cert(in, whole);
		else
			in->others++; /* attribute certificates and the like */
	}
}

static void read_signed(struct store_input *in, struct span data)
{
	struct span content;
	uint8_t tag;

	/* version, digestAlgorithms, encapContentInfo, [0] certificates (RFC 5652, 5.1) */
	for (int i = 0; i < 3; i++)
		if (!take(&data, &tag, &content, NULL)) {
			store_problem(in, STORE_NO_INDEX, STORE_ERROR,
				      "PKCS#7: SignedData (RFC 5652, 5.1) is cut off");
			return;
		}
	if (data.n > 0 && data.p[0] == 0xa0) {
		if (take(&data, &tag, &content, NULL))
			read_certs(in, content);
		else
			store_problem(in, STORE_NO_INDEX, STORE_ERROR,
				      "PKCS#7: certificates (RFC 5652, 5.1) are cut off");
	}
}

void store_pkcs7_bytes(struct store_input *in, struct span ber)
{
	size_t before = in->certs + in->problems;
	struct span outer, oid, explicit, data, rest = ber;
	uint8_t tag;

	if (!take(&rest, &tag, &outer, NULL) || tag != 0x30 || !take(&outer, &tag, &oid, NULL) ||
	    tag != 0x06 || !take(&outer, &tag, &explicit, NULL) || tag != 0xa0 ||
	    !take(&explicit, &tag, &data, NULL) || tag != 0x30) {
		store_problem(in, STORE_NO_INDEX, STORE_ERROR,
			      "PKCS#7: ContentInfo (RFC 5652, 3) cannot be read");
		return;
	}
	if (begins(oid, netscape_oid + 2, sizeof netscape_oid - 2))
		read_certs(in, data);
	else if (oid.n == 9 && begins(oid, pkcs7_oid + 2, 8) && oid.p[8] == 2)
		read_signed(in, data);
	else
		store_problem(in, STORE_NO_INDEX, STORE_NOTE,
			      "PKCS#7 of a kind that carries no certificates in the open");
	if (in->certs + in->problems == before)
		store_problem(in, STORE_NO_INDEX, STORE_NOTE, "PKCS#7 without a certificate");
}

void store_pkcs7_read(struct store_input *in)
{
	store_pkcs7_bytes(in, in->bytes);
}
