/* Lists of certificates that own their bytes: what files and servers handed over. */
#include "crypto/chain.h"
#include "facts/mistaken.h"
#include "ground/der.h"
#include "ground/file.h"
#include "ground/pem.h"

#include <stdlib.h>

void cert_list_init(struct cert_list *l)
{
	*l = (struct cert_list){0};
}

void cert_list_wipe(struct cert_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		free((void *)(uintptr_t)l->v[i].der.p);
	free(l->v);
	cert_list_init(l);
}

int cert_list_add(struct cert_list *l, struct span der, struct err *e)
{
	struct cert c, *v;
	uint8_t *copy;

	for (size_t i = 0; i < l->n; i++)
		if (span_equal(l->v[i].der, der))
			return 0;
	if (cert_decode(der, &c, e) != 0)
		return -1;
	v = array_grow(l->v, l->n, &l->cap, sizeof *l->v);
	if (v)
		l->v = v;
	copy = v ? malloc(der.n) : NULL;
	if (!copy)
		return err_set(e, ERR_MEMORY, "certificate list: out of memory");
	memcpy(copy, der.p, der.n);
	/* As above, with spans into the copy. */
	if (cert_decode(span_of(copy, der.n), &c, e) != 0) {
		free(copy);
		return -1;
	}
	l->v[l->n++] = c;
	return 0;
}

/* The labels that hold one certificate; OpenSSL's TRUSTED form has more behind it. */
static bool is_certificate_label(struct span label)
{
	return span_equal(label, span_str("CERTIFICATE")) ||
	       span_equal(label, span_str("X509 CERTIFICATE")) ||
	       span_equal(label, span_str("TRUSTED CERTIFICATE"));
}

static bool is_pkcs7_label(struct span label)
{
	return span_equal(label, span_str("PKCS7")) || span_equal(label, span_str("CMS")) ||
	       span_equal(label, span_str("PKCS #7 SIGNED DATA")) ||
	       span_equal(label, span_str("CERTIFICATE CHAIN"));
}

/* SignedData's certificates (RFC 5652, 5.1), DER only.  1: added; 0: this is no SignedData. */
static int add_pkcs7(struct cert_list *l, struct span der, struct err *e)
{
	/* id-signedData, 1.2.840.113549.1.7.2 */
	static const uint8_t signed_data[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02};
	struct span info, oid, content, data = SPAN_NONE, certs;
	int64_t version;

	if (der_get(&der, DER_SEQUENCE, &info) != 0 || der_get(&info, DER_OID, &oid) != 0 ||
	    !span_equal(oid, span_of(signed_data, sizeof signed_data)))
		return 0;
	if (der_get(&info, DER_CONTEXT_CONS(0), &content) != 0 ||
	    der_get(&content, DER_SEQUENCE, &data) != 0 ||
	    der_get_int64(&data, DER_INTEGER, &version) != 0 ||
	    der_get(&data, DER_SET, NULL) != 0 || der_get(&data, DER_SEQUENCE, NULL) != 0 ||
	    der_get_optional(&data, DER_CONTEXT_CONS(0), &certs) < 0)
		return err_set(e, ERR_PARSE,
			       "PKCS#7 SignedData that cannot be read: %s (RFC 5652, 5.1)",
			       der_why(data));
	while (span_present(certs) && !der_end(certs)) {
		struct span whole;
		uint8_t tag;

		if (der_get_any(&certs, &tag, NULL, &whole) != 0)
			return err_set(e, ERR_PARSE, "PKCS#7 certificates: %s (RFC 5652, 5.1)",
				       der_why(certs));
		if (tag == DER_SEQUENCE && cert_list_add(l, whole, e) != 0)
			return -1;
	}
	return 1;
}

static int add_der(struct cert_list *l, struct span der, struct err *e)
{
	int rc = add_pkcs7(l, der, e);

	if (rc != 0)
		return rc < 0 ? -1 : 0;
	return cert_list_add(l, der, e);
}

/* One block, decoded; other labels are none of ours. */
static int add_block(struct cert_list *l, const struct pem_block *b, bool *seen, struct err *e)
{
	const char *damage = b->damage;
	struct span der;
	uint8_t *room;
	ptrdiff_t n;
	size_t whole;
	int rc;

	if (!is_certificate_label(b->label) && !is_pkcs7_label(b->label))
		return 0;
	*seen = true;
	if (damage)
		return err_set(e, ERR_PARSE, "PEM block at byte %zu: %s", b->offset, damage);
	room = malloc(b->body.n / 4 * 3 + 3);
	if (!room)
		return err_set(e, ERR_MEMORY, "PEM block: out of memory");
	n = pem_decode(b->body, room, &damage);
	if (n < 0) {
		rc = err_set(e, ERR_PARSE, "PEM block at byte %zu: %s", b->offset, damage);
		goto out;
	}
	der = span_of(room, (size_t)n);
	/* OpenSSL's TRUSTED CERTIFICATE: a certificate, then its own trust data. */
	if (span_equal(b->label, span_str("TRUSTED CERTIFICATE")) && der_measure(der, &whole) == 0)
		der.n = whole;
	rc = add_der(l, der, e); /* a PKCS#7 may be labelled CERTIFICATE (Microsoft's certnew.p7b) */
	if (rc != 0)
		rc = err_prefix(e, "PEM block at byte %zu", b->offset);
out:
	free(room);
	return rc;
}

int cert_list_add_bytes(struct cert_list *l, struct span bytes, const char *name, struct err *e)
{
	struct span window = bytes;
	struct pem_block b;
	bool seen = false;

	if (!pem_present(bytes)) {
		if (add_der(l, bytes, e) != 0)
			return mistaken(MISTAKEN_FOR_CERTIFICATE, bytes, name, e)
				       ? -1 : err_prefix(e, "%s", name);
		seen = true;
	} else {
		while (pem_next(&window, true, &b) == PEM_BLOCK)
			if (add_block(l, &b, &seen, e) != 0)
				return err_prefix(e, "%s", name);
	}
	if (!seen && mistaken(MISTAKEN_FOR_CERTIFICATE, bytes, name, e))
		return -1;
	if (!seen || l->n == 0) /* a PKCS#7 may hold none */
		return err_set(e, ERR_PARSE, "%s: no certificate in it", name);
	return 0;
}

int cert_list_add_file(struct cert_list *l, const char *path, struct err *e)
{
	struct buf b;
	int rc;

	buf_init(&b);
	rc = file_read(path, LIMIT_SMALL_FILE, &b, e);
	if (rc == 0)
		rc = cert_list_add_bytes(l, buf_span(&b), path, e);
	buf_wipe(&b);
	return rc;
}
