/*
 * Kubernetes objects as YAML or JSON (which libyaml reads as YAML): Secrets, ConfigMaps, Lists of
 * them, and the certificates in a kubeconfig or a webhook's caBundle.
 *
 * libyaml's events are followed with a stack of keys.  An alias of a text is that text; one of a
 * mapping or a list is told where it could hold certificates, and not followed.  Nesting is capped
 * because libyaml's time for nested flow collections is quadratic.
 */
#include "ground/limits.h"
#include "ground/pem.h"
#include "store/kubernetes_alias.h"
#include "store/kubernetes_object.h"
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
	       (contains(head, "apiVersion:") || contains(strchr("{[", bytes.p[0]) ? bytes : head, "\"apiVersion\""));
}

struct level {
	bool sequence;
	bool is_key;      /* of a mapping: the next scalar is a key */
	char *key;        /* owned: the key whose value comes; NULL in a sequence */
};

struct reader {
	struct store_input *in;
	struct level stack[LIMIT_YAML_DEPTH];
	size_t depth;
	struct object object;
	struct anchors anchors;
	char list[16];    /* "Secret", of a SecretList, whose items have no kind of their own */
	bool failed;
};

/* Where the current object begins: at the document, or an element of it or of its `items`. */
static size_t base_of(const struct reader *r)
{
	if (r->depth >= 2 && r->stack[0].sequence)
		return 1;
	return r->depth >= 3 && is(r->stack[0].key, "items") && r->stack[1].sequence ? 2 : 0;
}

static void keep_value(struct reader *r, const char *section, const char *key, struct span text)
{
	if (!object_keep(&r->object, section, key, text))
		r->failed = true;
}

static bool holds_values(const char *key)
{
	return is(key, "data") || is(key, "stringData") || is(key, "binaryData");
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
	else if (below == 2 && holds_values(top))
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

static void scalar(struct reader *r, struct span text)
{
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

/* --- anchors and aliases --- */

static void told(struct reader *r, const yaml_event_t *ev, const char *what, const char *why)
{
	store_problem(r->in, STORE_NO_INDEX, STORE_ERROR, "YAML: line %zu: %s: %s",
		      ev->start_mark.line + 1, what, why);
}

static void anchor(struct reader *r, const yaml_event_t *ev, const yaml_char_t *name, bool collection,
		   struct span text)
{
	bool full;

	if (!name || anchors_put(&r->anchors, (const char *)name, collection, text, &full) == 0)
		return;
	if (full)
		told(r, ev, "more anchors than are kept", "what they stand for is not read");
	else
		r->failed = true;
}

/* Where a mapping or a list could hold values, or objects. */
static bool could_hold(const struct reader *r)
{
	size_t base = base_of(r), below = r->depth - base;
	const struct level *l = r->depth > 0 ? &r->stack[r->depth - 1] : NULL;

	if (!l)
		return false;
	if (l->sequence)
		return r->depth == 1 || (r->depth == 2 && is(r->stack[0].key, "items"));
	if (below == 1)
		return holds_values(l->key) || is(l->key, "<<") || (base == 0 && is(l->key, "items"));
	return below == 2 && holds_values(r->stack[base].key) && is(l->key, "<<");
}

static void alias(struct reader *r, const yaml_event_t *ev)
{
	const char *name = (const char *)ev->data.alias.anchor;
	bool full;
	const struct anchor *x = anchors_get(&r->anchors, name, &full);

	if (x && !x->collection) {
		scalar(r, buf_span(&x->text));
		return;
	}
	if (full)
		told(r, ev, "aliases come to more text than is read", name);
	else if (could_hold(r))
		told(r, ev, "an alias of a mapping or list is not followed", name);
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
	bool item = r->depth == base_of(r) + 1;

	free(r->stack[--r->depth].key);
	if (item)
		object_end(&r->object, r->list, r->in);
	value_done(r);
}

static struct span text_of(const yaml_event_t *ev)
{
	return span_of(ev->data.scalar.value, ev->data.scalar.length);
}

/* False: the end. */
static bool follow(struct reader *r, const yaml_event_t *ev)
{
	switch (ev->type) {
	case YAML_SCALAR_EVENT:
		anchor(r, ev, ev->data.scalar.anchor, false, text_of(ev));
		scalar(r, text_of(ev));
		return true;
	case YAML_ALIAS_EVENT:
		alias(r, ev);
		return true;
	case YAML_DOCUMENT_END_EVENT:
		anchors_wipe(&r->anchors);
		return true;
	case YAML_SEQUENCE_START_EVENT:
		anchor(r, ev, ev->data.sequence_start.anchor, true, span_of(NULL, 0));
		return push(r, true);
	case YAML_MAPPING_START_EVENT:
		anchor(r, ev, ev->data.mapping_start.anchor, true, span_of(NULL, 0));
		return push(r, false);
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
	anchors_wipe(&r.anchors);
	yaml_parser_delete(&parser);
	if (r.failed)
		store_problem(in, STORE_NO_INDEX, STORE_ERROR, "out of memory");
	/* PEM in a manifest of another kind, or behind a syntax error. */
	if (in->certs + in->requests + in->staples == 0 && store_pem_is(in->bytes))
		store_pem_read(in);
}
