#include "store/store.h"

#include "ground/der.h"
#include "ground/limits.h"
#include "store/readers.h"

#include <stdarg.h>
#include <stdio.h>

/* The readers in the order in which they are asked; text is the last resort, see store_read. */
static const struct store_reader pem = {"pem", store_pem_is, store_pem_read};
static const struct store_reader readers[] = {
	{"nss", store_nss_is, store_nss_read},
	{"jks", store_jks_is, store_jks_read},
	{"jceks", store_jceks_is, store_jks_read},
	{"pkcs12", store_pkcs12_is, store_pkcs12_read},
	{"pkcs7", store_pkcs7_is, store_pkcs7_read},
	{"foreign", store_foreign_is, store_foreign_read},
	{"der", store_der_is, store_der_read},
	{"archive", store_archive_is, store_archive_read},
	{"kubernetes", store_kubernetes_is, store_kubernetes_read},
};

const struct store_reader *store_reader_of(struct span bytes)
{
	static const char begin[] = "-----BEGIN ";

	/* Most files of a store: those who have to search the text for their words are not asked. */
	if (bytes.n >= sizeof begin && memcmp(bytes.p, begin, sizeof begin - 1) == 0)
		return &pem;
	for (size_t i = 0; i < sizeof readers / sizeof readers[0]; i++)
		if (readers[i].is(bytes))
			return &readers[i];
	return pem.is(bytes) ? &pem : NULL;
}

bool store_reads_parts(struct span head)
{
	const struct store_reader *r = store_reader_of(head);

	return !r || strcmp(r->name, "pem") == 0;
}

static struct store_object object_of(const struct store_input *in, size_t index)
{
	return (struct store_object){.source = in->source, .format = in->format,
				     .entry = in->entry ? in->entry : in->outer, .index = index};
}

void store_problem(struct store_input *in, size_t index, enum store_weight w, const char *fmt, ...)
{
	char text[ERR_TEXT_MAX + 64];
	size_t n = 0;
	va_list ap;

	if (in->outer) { /* "shop/web-tls:tls.crt: ..." */
		int head = snprintf(text, sizeof text / 2, "%s: ", in->outer);

		n = head < 0 ? 0 : (size_t)head < sizeof text / 2 ? (size_t)head : sizeof text / 2 - 1;
	}
	va_start(ap, fmt);
	vsnprintf(text + n, sizeof text - n, fmt, ap);
	va_end(ap);
	in->problems++;
	in->sink->problem(in->sink->context, in->source, index, w, text);
}

/* With the names of the container and of the keystore in it: "shop/web-tls:store.jks!alias". */
static void nested_cert(struct store_input *in, struct store_object *o, const struct cert *c)
{
	struct buf both;

	buf_init(&both);
	buf_printf(&both, "%s!%s", in->outer, in->entry);
	o->entry = buf_cstr(&both);
	in->sink->cert(in->sink->context, o, c);
	buf_wipe(&both);
}

void store_cert(struct store_input *in, struct span der)
{
	struct store_object o = object_of(in, in->certs);
	struct cert c;
	struct err e;

	if (cert_decode(der, &c, &e) != 0) {
		store_problem(in, in->certs, STORE_ERROR, "%s", e.text);
		return;
	}
	in->certs++;
	if (in->entry && in->outer)
		nested_cert(in, &o, &c);
	else
		in->sink->cert(in->sink->context, &o, &c);
}

void store_request(struct store_input *in, struct span der)
{
	struct store_object o = object_of(in, in->requests);
	struct csr r;
	struct err e;

	if (csr_decode(der, &r, &e) != 0) {
		store_problem(in, in->requests, STORE_ERROR, "%s", e.text);
		return;
	}
	in->requests++;
	in->sink->request(in->sink->context, &o, &r);
}

void store_staple(struct store_input *in, struct span der)
{
	struct store_object o = object_of(in, in->staples);
	struct ocsp_response r;
	struct err e;

	if (ocsp_decode(der, &r, &e) != 0) {
		store_problem(in, in->staples, STORE_ERROR, "%s", e.text);
		return;
	}
	in->staples++;
	in->sink->staple(in->sink->context, &o, &r);
}

/* Of the members of a container that hold nothing only the number is told, by its reader. */
static void nothing(struct store_input *in, const char *text)
{
	if (in->member)
		in->nothing++;
	else
		store_problem(in, STORE_NO_INDEX, STORE_NOTE, "%s", text);
}

/* Who reads PEM finds it wherever it stands, so also behind a DER object, or where a text began like
 * one. */
static void read_text_behind(struct store_input *in)
{
	size_t whole;

	if (!store_pem_is(in->bytes))
		return;
	if (in->certs + in->requests + in->staples + in->keys + in->others > 0 &&
	    der_measure(in->bytes, &whole) == 0 && whole < in->bytes.n)
		in->bytes = span_from(in->bytes, whole);
	in->format = pem.name;
	store_pem_read(in);
}

void store_read(struct store_input *in)
{
	const struct store_reader *r = store_reader_of(in->bytes);

	if (in->bytes.n == 0) {
		nothing(in, "the file is empty");
		return;
	}
	if (!r) {
		nothing(in, "no certificate, request or staple is in it");
		return;
	}
	in->format = r->name;
	r->read(in);
	if (r->read == store_der_read || r->read == store_pkcs7_read || r->read == store_pkcs12_read)
		read_text_behind(in);
	if (in->certs + in->requests + in->staples + in->problems + in->keys + in->found > 0)
		return;
	nothing(in, in->others > 0 ? "no certificate, request or staple is in it: a CRL, a public key, or the like"
				   : "no certificate is in it");
}
