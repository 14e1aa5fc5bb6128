#include "store/kubernetes_object.h"

#include "ground/pem.h"

#include <stdlib.h>

void object_wipe(struct object *o)
{
	for (size_t i = 0; i < o->n; i++) {
		free(o->v[i].section);
		free(o->v[i].key);
		buf_wipe_secret(&o->v[i].bytes);
	}
	free(o->v);
	free(o->kind);
	free(o->name);
	free(o->namespace);
	*o = (struct object){0};
}

bool object_keep(struct object *o, const char *section, const char *key, struct span text)
{
	struct value *v = array_grow(o->v, o->n, &o->cap, sizeof *v);

	if (!v)
		return false;
	o->v = v;
	v += o->n++;
	*v = (struct value){.section = strdup(section), .key = strdup(key)};
	if (!v->section || !v->key || !buf_reserve(&v->bytes, text.n + 1))
		return false;
	buf_add(&v->bytes, text);
	return true;
}

static void read_bytes(struct store_input *in, const char *label, struct span bytes)
{
	struct store_input sub = *in;

	sub.bytes = bytes;
	sub.path = NULL;
	sub.outer = label;
	sub.member = true;
	sub.keys = sub.others = sub.problems = sub.nothing = 0;
	store_read(&sub); /* the numbers go on from value to value */
	if (sub.nothing > 0 && (ends(label, ".crt") || ends(label, ".pem") || ends(label, ".cer")))
		store_problem(in, STORE_NO_INDEX, STORE_NOTE, "%s: no certificate is in it", label);
	in->certs = sub.certs;
	in->requests = sub.requests;
	in->staples = sub.staples;
	in->keys += sub.keys;
	in->others += sub.others;
	in->problems += sub.problems;
}

static void read_value(struct store_input *in, const char *list, const struct object *o,
		       const struct value *v)
{
	const char *kind = o->kind && !ends(o->kind, "List") ? o->kind : list;
	bool data = is(v->section, "data"), unsaid = kind[0] == '\0'; /* the list's comes behind it */
	bool text = is(v->section, "stringData") || (data && is(kind, "ConfigMap")) ||
		    (data && unsaid && pem_present(buf_span(&v->bytes)));
	struct buf label, bytes;

	if (data && !unsaid && !is(kind, "Secret") && !is(kind, "ConfigMap"))
		return;
	buf_init(&label);
	buf_init(&bytes);
	buf_printf(&label, "%s%s%s:%s", o->namespace ? o->namespace : "", o->namespace ? "/" : "",
		   o->name ? o->name : "", v->key);
	if (text) {
		if (pem_present(buf_span(&v->bytes)))
			read_bytes(in, buf_cstr(&label), buf_span(&v->bytes));
	} else if (pem_base64_decode(buf_span(&v->bytes), &bytes) != 0) {
		if (!unsaid)
			store_problem(in, in->certs, STORE_ERROR, "%s: not base64", buf_cstr(&label));
	} else if (bytes.n > 0) {
		read_bytes(in, buf_cstr(&label), buf_span(&bytes));
	}
	buf_wipe(&label);
	buf_wipe_secret(&bytes);
}

void object_end(struct object *o, const char *list, struct store_input *in)
{
	for (size_t i = 0; i < o->n; i++)
		read_value(in, list, o, &o->v[i]);
	object_wipe(o);
}
