#include "task/inspect_part.h"

#include "facts/mistaken.h"
#include "facts/shape.h"
#include "ground/der.h"
#include "ground/limits.h"
#include "ground/pem.h"

#include <stdio.h>

void inspect_init(struct inspect *in, int64_t now)
{
	*in = (struct inspect){.list = {.now = now}};
	buf_init(&in->objects);
	buf_init(&in->storages);
}

void inspect_wipe(struct inspect *in)
{
	struct buf *storage = (void *)in->storages.p;

	for (size_t i = 0; i < in->list.n; i++)
		for (size_t p = 0; in->list.v[i].kind == INSPECT_SERVER &&
				   p < in->list.v[i].server.n; p++)
			path_wipe(&in->list.v[i].server.paths[p]);
	for (size_t i = 0; i < in->storages.n / sizeof *storage; i++)
		buf_wipe_secret(&storage[i]); /* a key may have been among it */
	buf_wipe(&in->storages);
	buf_wipe(&in->objects);
	inspect_init(in, 0);
}

struct buf *inspect_keep(struct inspect *in, struct buf *bytes)
{
	if (!buf_reserve(&in->storages, sizeof *bytes))
		return NULL;
	buf_add_bytes(&in->storages, bytes, sizeof *bytes);
	buf_init(bytes);
	return (struct buf *)(void *)(in->storages.p + in->storages.n) - 1;
}

struct inspect_object *inspect_add(struct inspect *in, struct inspect_place *at, struct span der)
{
	struct inspect_object o = {.kind = INSPECT_UNREADABLE, .source = at->source,
				   .index = at->index++, .line = at->line, .label = at->label,
				   .within = at->within, .der = der};
	struct inspect_object *v;

	buf_add_bytes(&in->objects, &o, sizeof o);
	if (in->objects.failed)
		return NULL;
	in->list.v = v = (void *)in->objects.p;
	in->list.n = in->objects.n / sizeof o;
	if (span_present(der) &&
	    hash_digest(HASH_SHA256, der, &v[in->list.n - 1].sha256, NULL) != 0)
		return NULL;
	return &v[in->list.n - 1];
}

static int memory(struct err *e)
{
	return err_set(e, ERR_MEMORY, "out of memory");
}

void inspect_unreadable(struct inspect_object *o, const char *why)
{
	o->kind = INSPECT_UNREADABLE;
	snprintf(o->reason, sizeof o->reason, "%s", why);
}

/* Fills in what the object is and says; its DER is one whole element (or BER to the end). */
static void describe(struct inspect *in, struct inspect_object *o, enum shape shape)
{
	struct err e;
	int rc = 0;

	switch (shape) {
	case SHAPE_CERTIFICATE:
		o->kind = INSPECT_CERTIFICATE;
		rc = cert_decode(o->der, &o->cert, &e);
		break;
	case SHAPE_REQUEST:
		o->kind = INSPECT_REQUEST;
		rc = csr_decode(o->der, &o->csr, &e);
		break;
	case SHAPE_OCSP_RESPONSE:
		o->kind = INSPECT_OCSP_RESPONSE;
		rc = ocsp_decode(o->der, &o->ocsp, &e);
		break;
	case SHAPE_CRL:
		o->kind = INSPECT_CRL;
		shape_crl(o->der, &o->crl.issuer, &o->crl.this_update, &o->crl.next_update);
		break;
	case SHAPE_OCSP_REQUEST:
		o->kind = INSPECT_OCSP_REQUEST;
		break;
	case SHAPE_PKCS7:
		o->kind = INSPECT_PKCS7;
		break;
	case SHAPE_PKCS12:
		o->kind = INSPECT_PKCS12;
		break;
	case SHAPE_PRIVATE_KEY:
	case SHAPE_ENCRYPTED_KEY:
		inspect_private_key(in, o, o->der);
		break;
	case SHAPE_PUBLIC_KEY:
		inspect_public_key(o);
		break;
	case SHAPE_UNKNOWN:
		o->kind = INSPECT_OTHER;
		break;
	}
	if (rc != 0)
		inspect_unreadable(o, e.text);
}

/* Objects that may stand one behind the other without a mark between them. */
static bool may_follow(enum shape s)
{
	return s == SHAPE_CERTIFICATE || s == SHAPE_REQUEST || s == SHAPE_OCSP_RESPONSE ||
	       s == SHAPE_CRL || s == SHAPE_PKCS7;
}

/* The objects in some DER: at least one, of the shape that it has or else `expected`. */
static int add_der(struct inspect *in, struct inspect_place *at, struct span der, enum shape expected,
		   struct err *e)
{
	bool trusted = span_equal(at->label, span_str("TRUSTED CERTIFICATE"));
	struct inspect_object *o;

	for (;;) {
		enum shape shape = shape_of(der);
		size_t whole = der.n, place;

		if (shape == SHAPE_UNKNOWN)
			shape = expected;
		if (der_measure(der, &whole) != 0 && shape != SHAPE_PKCS7 && shape != SHAPE_PKCS12) {
			if (!(o = inspect_add(in, at, SPAN_NONE)))
				return memory(e);
			inspect_unreadable(o, der_why(der));
			return 0;
		}
		if (!(o = inspect_add(in, at, span_of(der.p, whole))))
			return memory(e);
		place = in->list.n - 1;
		describe(in, o, shape);
		if ((o->kind == INSPECT_PKCS7 || o->kind == INSPECT_PKCS12) &&
		    inspect_container(in, at, o->der, e) != 0)
			return -1;
		der = span_from(der, whole);
		if (der_end(der))
			return 0;
		/* behind a TRUSTED CERTIFICATE stands what OpenSSL trusts it for */
		if (trusted || !may_follow(shape_of(der))) {
			in->list.v[place].trailing = der.n;
			return 0;
		}
	}
}

static size_t lines_before(struct span text, size_t offset)
{
	size_t n = 0;

	for (const uint8_t *p = text.p, *end = text.p + offset; p < end; p++)
		n += *p == '\n';
	return n;
}

/* One PEM block; its DER is put behind what `der` holds, which has room. */
static int add_block(struct inspect *in, struct inspect_place *at, const struct pem_block *b,
		     struct buf *der, struct err *e)
{
	enum shape expected = shape_of_label(b->label);
	const char *damage = b->damage;
	struct inspect_object *o;
	ptrdiff_t n = -1;

	at->label = b->label;
	if (!damage && pem_has_headers(b->body)) {
		if (!(o = inspect_add(in, at, SPAN_NONE)))
			return memory(e);
		if (expected == SHAPE_PRIVATE_KEY)
			inspect_private_key(in, o, b->text); /* encrypted as OpenSSL once did */
		else
			inspect_unreadable(o, "the PEM block is encrypted or has headers (RFC 1421)");
		return 0;
	}
	if (!damage)
		n = pem_decode(b->body, der->p + der->n, &damage);
	if (n > 0) {
		struct span bytes = span_of(der->p + der->n, (size_t)n);

		der->n += (size_t)n;
		return add_der(in, at, bytes, expected, e);
	}
	if (!(o = inspect_add(in, at, SPAN_NONE)))
		return memory(e);
	inspect_unreadable(o, damage ? damage : "the PEM block is empty");
	return 0;
}

static int add_pem(struct inspect *in, struct inspect_place *at, struct span text, struct err *e)
{
	struct span window = text, from = text;
	struct pem_block b;
	struct buf der, *kept;
	size_t line = 1;

	buf_init(&der);
	if (!buf_reserve(&der, text.n + 3) || !(kept = inspect_keep(in, &der))) {
		buf_wipe(&der);
		return memory(e);
	}
	while (pem_next(&window, true, &b) == PEM_BLOCK) {
		line += lines_before(from, b.offset);
		at->line = line;
		line += lines_before(span_from(from, b.offset), (size_t)(window.p - from.p) - b.offset);
		from = window;
		if (add_block(in, at, &b, kept, e) != 0)
			return -1;
	}
	return 0;
}

/* Why nothing can be described. */
static const char *unknown_text(struct span text)
{
	const char *what = mistaken_text(text);

	return what && strcmp(what, "a text file") == 0
		       ? "a text file, without anything in PEM"
		       : "neither PEM nor DER of a kind that is known";
}

/* What stands in no PEM block and is no DER: perhaps bare base64 of it. */
static int add_base64(struct inspect *in, struct inspect_place *at, struct span text, struct err *e)
{
	struct inspect_object *o;
	struct buf der, *kept;
	size_t whole;

	buf_init(&der);
	if (pem_base64_decode(text, &der) == 0 && !der.failed &&
	    shape_of(buf_span(&der)) != SHAPE_UNKNOWN) {
		if ((kept = inspect_keep(in, &der)))
			return add_der(in, at, buf_span(kept), SHAPE_UNKNOWN, e);
		buf_wipe(&der);
		return memory(e);
	}
	buf_wipe(&der);
	if (!(o = inspect_add(in, at, SPAN_NONE)))
		return memory(e);
	if (text.n > 1 && text.p[0] == DER_SEQUENCE && text.p[1] >= 0x80)
		snprintf(o->reason, sizeof o->reason, "it begins as a DER SEQUENCE, but: %s",
			 der_measure(text, &whole) != 0 ? der_why(text) : "of no kind that is known");
	else
		inspect_unreadable(o, text.n ? unknown_text(text)
					     : "it is empty");
	return 0;
}

static int add_store(struct inspect *in, struct inspect_place *at, struct span all, struct err *e)
{
	struct inspect_object *o = inspect_add(in, at, SPAN_NONE);

	if (!o)
		return memory(e);
	o->kind = INSPECT_STORE;
	return inspect_container(in, at, all, e);
}

int inspect_bytes(struct inspect *in, const char *source, struct buf *bytes, struct err *e)
{
	struct inspect_place at = {.source = source, .within = -1};
	const struct store_reader *reader;
	struct span all;
	struct buf *kept = inspect_keep(in, bytes);

	if (!kept)
		return memory(e);
	all = buf_span(kept);
	reader = store_reader_of(all);
	if (reader && strcmp(reader->name, "pem") != 0 && strcmp(reader->name, "der") != 0 &&
	    shape_of(all) == SHAPE_UNKNOWN)
		return add_store(in, &at, all, e);
	if (shape_of(all) != SHAPE_UNKNOWN)
		return add_der(in, &at, all, SHAPE_UNKNOWN, e);
	if (pem_present(all))
		return add_pem(in, &at, all, e);
	return add_base64(in, &at, all, e);
}
