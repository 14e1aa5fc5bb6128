/* What stands in PKCS#7, PKCS#12 and key stores: store/ reads them, here it becomes objects. */
#include "task/inspect_part.h"

#include <stdio.h>
#include <stdlib.h>

struct filling {
	struct inspect *in;
	struct inspect_place at;
	size_t container; /* its place in the list */
	bool failed;
};

/* Copies the bytes: the reader's own live no longer than its call. */
static struct span keep(struct filling *f, struct span bytes)
{
	struct buf copy, *kept;

	buf_init(&copy);
	buf_add(&copy, bytes);
	buf_add_byte(&copy, '\0');
	kept = copy.failed ? NULL : inspect_keep(f->in, &copy);
	if (kept)
		return span_of(kept->p, bytes.n);
	buf_wipe(&copy);
	f->failed = true;
	return SPAN_NONE;
}

static struct inspect_object *add(struct filling *f, const struct store_object *from,
				  struct span der, enum inspect_kind kind)
{
	struct span kept = keep(f, der), entry = SPAN_NONE;
	struct inspect_object *o;

	if (from->entry)
		entry = keep(f, span_str(from->entry));
	o = f->failed ? NULL : inspect_add(f->in, &f->at, kept);
	if (!o) {
		f->failed = true;
		return NULL;
	}
	o->kind = kind;
	o->entry = (const char *)entry.p;
	return o;
}

static void on_cert(void *context, const struct store_object *from, const struct cert *c)
{
	struct filling *f = context;
	struct inspect_object *o = add(f, from, c->der, INSPECT_CERTIFICATE);
	struct err e;

	if (!o)
		return;
	f->in->list.v[f->container].store.certificates++;
	if (cert_decode(o->der, &o->cert, &e) != 0)
		inspect_unreadable(o, e.text);
}

static void on_request(void *context, const struct store_object *from, const struct csr *r)
{
	struct inspect_object *o = add(context, from, r->der, INSPECT_REQUEST);
	struct err e;

	if (o && csr_decode(o->der, &o->csr, &e) != 0)
		inspect_unreadable(o, e.text);
}

static void on_staple(void *context, const struct store_object *from,
		      const struct ocsp_response *r)
{
	struct inspect_object *o = add(context, from, r->der, INSPECT_OCSP_RESPONSE);
	struct err e;

	if (o && ocsp_decode(o->der, &o->ocsp, &e) != 0)
		inspect_unreadable(o, e.text);
}

/* Of the container as a whole the first reason is told; of one object, in its place. */
static void on_problem(void *context, const char *source, size_t index, enum store_weight w,
		       const char *reason)
{
	struct filling *f = context;
	struct inspect_object *o = &f->in->list.v[f->container];

	(void)source;
	(void)w;
	if (index == STORE_NO_INDEX) {
		if (!o->reason[0])
			snprintf(o->reason, sizeof o->reason, "%s", reason);
		return;
	}
	o = inspect_add(f->in, &f->at, SPAN_NONE);
	if (o)
		inspect_unreadable(o, reason);
	else
		f->failed = true;
}

int inspect_container(struct inspect *in, struct inspect_place *at, struct span bytes, struct err *e)
{
	struct filling f = {.in = in, .at = *at, .container = in->list.n - 1};
	const struct store_reader *reader = store_reader_of(bytes);
	const struct store_sink sink = {&f, on_cert, on_request, on_staple, on_problem};
	const struct store_options options = {.passwords = in->passwords};
	struct store_input store = {.options = &options, .sink = &sink, .source = at->source,
				    .path = strcmp(at->source, "-") == 0 ? NULL : at->source,
				    .bytes = bytes};
	struct buf scratch;

	f.at.within = (ptrdiff_t)f.container;
	f.at.line = 0;
	f.at.label = SPAN_NONE;
	in->list.v[f.container].store = (struct inspect_store){.format = reader ? reader->name : ""};
	buf_init(&scratch);
	store.scratch = &scratch;
	store_read(&store);
	buf_wipe(&scratch);
	in->list.v[f.container].store.keys = store.keys;
	at->index = f.at.index;
	return f.failed ? err_set(e, ERR_MEMORY, "out of memory") : 0;
}
