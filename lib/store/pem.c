/* PEM files: blocks by their labels; the hot path of large bundles. */
#include "ground/limits.h"
#include "ground/pem.h"
#include "store/readers.h"

static void read_trusted(struct store_input *in, struct span bytes)
{
	struct span rest = bytes;
	struct cert c;
	struct err e;

	/* OpenSSL's trust settings follow the certificate (X509_AUX). */
	if (cert_decode_next(&rest, &c, &e) == 0)
		bytes = c.der;
	store_cert(in, bytes);
}

/* Microsoft's certificate services write a PKCS#7 under this label, too (certnew.p7b). */
static void read_certificate(struct store_input *in, struct span der)
{
	if (store_pkcs7_is(der))
		store_pkcs7_bytes(in, der);
	else
		store_cert(in, der);
}

/* What a block holds, by its label; the first that fits. */
static const struct {
	const char *label;
	void (*read)(struct store_input *in, struct span der); /* NULL: nothing to list */
} labels[] = {
	{"CERTIFICATE", read_certificate},
	{"X509 CERTIFICATE", store_cert},
	{"TRUSTED CERTIFICATE", read_trusted},
	{"CERTIFICATE REQUEST", store_request},
	{"NEW CERTIFICATE REQUEST", store_request},
	{"OCSP RESPONSE", store_staple},
	{"PKCS7", store_pkcs7_bytes},
	{"CMS", store_pkcs7_bytes},
	{"PKCS #7 SIGNED DATA", store_pkcs7_bytes},
	{"CERTIFICATE CHAIN", store_pkcs7_bytes},
};

static bool label_is(struct span label, const char *text)
{
	return span_equal(label, span_str(text));
}

static bool label_ends(struct span label, const char *text)
{
	size_t n = strlen(text);

	return label.n >= n && memcmp(label.p + label.n - n, text, n) == 0;
}

static void read_body(struct store_input *in, const struct pem_block *b,
		      void (*read)(struct store_input *in, struct span der))
{
	const char *damage = NULL;
	uint8_t *room;
	ptrdiff_t n;

	buf_reset(in->scratch);
	room = buf_room(in->scratch, b->body.n / 4 * 3 + 3);
	if (!room) {
		store_problem(in, in->certs, STORE_ERROR, "out of memory");
		return;
	}
	n = pem_decode(b->body, room, &damage);
	if (n < 0) {
		store_problem(in, in->certs, STORE_ERROR, "the PEM block is damaged: %s",
			      pem_has_headers(b->body) ? "it has headers (RFC 1421), perhaps encrypted"
						       : damage);
		return;
	}
	read(in, span_of(room, (size_t)n));
}

static void read_block(struct store_input *in, const struct pem_block *b)
{
	void (*read)(struct store_input *, struct span) = NULL;

	for (size_t i = 0; i < sizeof labels / sizeof labels[0] && !read; i++)
		if (label_is(b->label, labels[i].label))
			read = labels[i].read;
	if (!read) {
		if (label_ends(b->label, "PRIVATE KEY"))
			in->keys++;
		else
			in->others++;
	} else if (b->damage) {
		store_problem(in, in->certs, STORE_ERROR, "the PEM block is damaged: %s", b->damage);
	} else {
		read_body(in, b, read);
	}
}

bool store_pem_is(struct span bytes)
{
	return pem_present(bytes);
}

void store_pem_read(struct store_input *in)
{
	struct span window = in->bytes;
	struct pem_block b;

	while (pem_next(&window, true, &b) == PEM_BLOCK)
		read_block(in, &b);
}

int store_pem_part(struct store_input *in, struct store_pem_part *part, size_t *done)
{
	struct span window = span_from(in->bytes, *done);
	struct pem_block b;

	for (;;) {
		size_t before = (size_t)(window.p - in->bytes.p), at;
		enum pem_next next = pem_next(&window, part->last, &b);

		*done = (size_t)(window.p - in->bytes.p);
		if (next == PEM_END)
			return 0;
		if (next == PEM_MORE)
			return *done < part->own ? 1 : 0;
		at = before + b.offset;
		if (at >= part->own)
			return 0;
		if (part->offset > 0 && part->open_end == 0 && b.body.n == 0 && b.damage &&
		    label_is(span_of(b.text.p, b.text.n < 9 ? b.text.n : 9), "-----END ")) {
			part->orphan = true;
			part->orphan_at = part->offset + at;
		} else {
			read_block(in, &b);
		}
		part->open_end = part->offset + *done;
	}
}
