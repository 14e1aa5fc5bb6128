/*
 * Kubernetes objects as YAML or JSON (which libyaml reads as YAML): Secrets, ConfigMaps, Lists of
 * them, and the certificates in a kubeconfig or a webhook's caBundle.
 *
 * libyaml's events are followed with a stack of keys; aliases are not expanded.  Nesting is
 * capped because libyaml's time for nested flow collections is quadratic.
 */
#include "ground/limits.h"
#include "ground/pem.h"
#include "store/readers.h"

#include <stdlib.h>
#include <strings.h>
#include <yaml.h>

/* A licence and a page of comments may stand first. */
#define HEAD 65536

static bool contains(struct span s, const char *word)
{
	return memmem(s.p, s.n, word, strlen(word)) != NULL;
}

/* In JSON it may stand behind the data. */
bool store_kubernetes_is(struct span bytes)
{
	struct span head = span_of(bytes.p, bytes.n < HEAD ? bytes.n : HEAD);

	return bytes.n > 0 && memchr(head.p, '\0', head.n) == NULL &&
	       (contains(head, "apiVersion:") || contains(bytes.p[0] == '{' ? bytes : head, "\"apiVersion\""));
}

struct level {
	bool sequence;
	bool is_key;      /* of a mapping: the next scalar is a key */
	char *key;        /* owned: the key whose value comes; NULL in a sequence */
};

/* A value that may hold certificates, kept until the object's kind and name are known. */
struct value {
	char *section, *key;   /* owned: "data", "tls.crt" */
	struct buf bytes;
};

struct object {
	char *kind, *name, *namespace;
	struct value *v;
	size_t n, cap;
};

struct reader {
	struct store_input *in;
	struct level stack[LIMIT_YAML_DEPTH];
	size_t depth;
	struct object object;
	char list[16];    /* "Secret", of a SecretList, whose items have no kind of their own */
	bool failed;
};

static void object_wipe(struct object *o)
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

static bool is(const char *a, const char *b)
{
	return a && strcmp(a, b) == 0;
}

static bool ends(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && strcmp(s + n - m, end) == 0;
}

/* --- an object, whole --- */

static void read_bytes(struct reader *r, const char *label, struct span bytes)
{
	struct store_input sub = *r->in;

	sub.bytes = bytes;
	sub.path = NULL;
	sub.outer = label;
	sub.member = true;
	sub.keys = sub.others = sub.problems = sub.nothing = 0;
	store_read(&sub); /* the numbers go on from value to value */
	if (sub.nothing > 0 && (ends(label, ".crt") || ends(label, ".pem") || ends(label, ".cer")))
		store_problem(r->in, STORE_NO_INDEX, STORE_NOTE, "%s: no certificate is in it", label);
	r->in->certs = sub.certs;
	r->in->requests = sub.requests;
	r->in->staples = sub.staples;
	r->in->keys += sub.keys;
	r->in->others += sub.others;
	r->in->problems += sub.problems;
}

static void read_value(struct reader *r, const struct object *o, const struct value *v)
{
	const char *kind = o->kind && !ends(o->kind, "List") ? o->kind : r->list;
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
			read_bytes(r, buf_cstr(&label), buf_span(&v->bytes));
	} else if (pem_base64_decode(buf_span(&v->bytes), &bytes) != 0) {
		if (!unsaid)
			store_problem(r->in, r->in->certs, STORE_ERROR, "%s: not base64", buf_cstr(&label));
	} else if (bytes.n > 0) {
		read_bytes(r, buf_cstr(&label), buf_span(&bytes));
	}
	buf_wipe(&label);
	buf_wipe_secret(&bytes);
}

static void end_object(struct reader *r)
{
	for (size_t i = 0; i < r->object.n; i++)
		read_value(r, &r->object, &r->object.v[i]);
	object_wipe(&r->object);
}

/* --- events --- */

/* Where the current object begins: at the document, or an element of its `items`. */
static size_t base_of(const struct reader *r)
{
	return r->depth >= 3 && is(r->stack[0].key, "items") && r->stack[1].sequence ? 2 : 0;
}

static void keep_value(struct reader *r, const char *section, const char *key, struct span text)
{
	struct object *o = &r->object;
	struct value *v = array_grow(o->v, o->n, &o->cap, sizeof *v);

	if (!v) {
		r->failed = true;
		return;
	}
	o->v = v;
	v += o->n++;
	*v = (struct value){.section = strdup(section), .key = strdup(key)};
	if (!v->section || !v->key || !buf_reserve(&v->bytes, text.n + 1))
		r->failed = true;
	else
		buf_add(&v->bytes, text);
}

/* SecretList, as the API itself answers; kubectl's List has objects with their kinds. */
static void take_kind(struct reader *r, struct span text)
{
	struct object *o = &r->object;

	free(o->kind);
	o->kind = strndup((const char *)text.p, text.n);
	if (o->kind && r->depth == 1 && text.n - 4 < sizeof r->list && ends(o->kind, "List")) {
		memcpy(r->list, o->kind, text.n - 4);
		r->list[text.n - 4] = '\0';
	}
}

static void take_text(char **where, struct span text)
{
	free(*where);
	*where = strndup((const char *)text.p, text.n);
}

/* A scalar that is a value: is it one of those that are looked for? */
static void take_scalar(struct reader *r, struct span text)
{
	size_t base = base_of(r), below = r->depth - base;
	const char *top = r->stack[base].key, *key = r->stack[r->depth - 1].key;

	if (!key || !top)
		return;
	if (below == 1 && is(key, "kind"))
		take_kind(r, text);
	else if (below == 2 && is(top, "metadata") && is(key, "name"))
		take_text(&r->object.name, text);
	else if (below == 2 && is(top, "metadata") && is(key, "namespace"))
		take_text(&r->object.namespace, text);
	else if (is(key, "client-key-data") || (below == 2 && is(top, "data") && is(key, "tls.key")))
		r->in->keys++; /* not even decoded */
	else if (below == 2 && (is(top, "data") || is(top, "stringData") || is(top, "binaryData")))
		keep_value(r, top, key, text);
	else if (is(key, "caBundle") || ends(key, "-certificate-data") ||
		 is(key, "certificate-authority-data"))
		keep_value(r, "caBundle", key, text);
}

/* A value has ended: in a mapping the next scalar is a key. */
static void value_done(struct reader *r)
{
	if (r->depth > 0 && !r->stack[r->depth - 1].sequence)
		r->stack[r->depth - 1].is_key = true;
}

static void scalar(struct reader *r, const yaml_event_t *ev)
{
	struct span text = span_of(ev->data.scalar.value, ev->data.scalar.length);
	struct level *l = r->depth > 0 ? &r->stack[r->depth - 1] : NULL;

	if (l && !l->sequence && l->is_key) {
		take_text(&l->key, text);
		l->is_key = false;
		return;
	}
	if (l && !l->sequence)
		take_scalar(r, text);
	value_done(r);
}

static bool push(struct reader *r, bool sequence)
{
	if (r->depth == LIMIT_YAML_DEPTH) {
		store_problem(r->in, STORE_NO_INDEX, STORE_ERROR,
			      "YAML nested deeper than %d: what follows is not read", LIMIT_YAML_DEPTH);
		return false;
	}
	r->stack[r->depth++] = (struct level){.sequence = sequence, .is_key = !sequence};
	return true;
}

static void pop(struct reader *r)
{
	bool item = r->depth == 3 && is(r->stack[0].key, "items") && r->stack[1].sequence;

	free(r->stack[--r->depth].key);
	if (item || r->depth == 0)
		end_object(r);
	value_done(r);
}

/* False: the end. */
static bool follow(struct reader *r, const yaml_event_t *ev)
{
	switch (ev->type) {
	case YAML_SCALAR_EVENT:
		scalar(r, ev);
		return true;
	case YAML_ALIAS_EVENT:
		value_done(r);
		return true;
	case YAML_SEQUENCE_START_EVENT:
	case YAML_MAPPING_START_EVENT:
		return push(r, ev->type == YAML_SEQUENCE_START_EVENT);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		pop(r);
		return true;
	default:
		return ev->type != YAML_STREAM_END_EVENT;
	}
}

void store_kubernetes_read(struct store_input *in)
{
	struct reader r = {.in = in};
	yaml_parser_t parser;
	yaml_event_t ev;
	bool more = true;

	if (!yaml_parser_initialize(&parser)) {
		store_problem(in, STORE_NO_INDEX, STORE_ERROR, "out of memory");
		return;
	}
	yaml_parser_set_input_string(&parser, in->bytes.p, in->bytes.n);
	while (more && !r.failed) {
		if (!yaml_parser_parse(&parser, &ev)) {
			store_problem(in, STORE_NO_INDEX, STORE_ERROR, "YAML: line %zu: %s",
				      parser.problem_mark.line + 1,
				      parser.problem ? parser.problem : "cannot be read");
			break;
		}
		more = follow(&r, &ev);
		yaml_event_delete(&ev);
	}
	while (r.depth > 0)
		free(r.stack[--r.depth].key);
	object_wipe(&r.object);
	yaml_parser_delete(&parser);
	if (r.failed)
		store_problem(in, STORE_NO_INDEX, STORE_ERROR, "out of memory");
	/* PEM in a manifest of another kind, or behind a syntax error. */
	if (in->certs + in->requests + in->staples == 0 && store_pem_is(in->bytes))
		store_pem_read(in);
}
