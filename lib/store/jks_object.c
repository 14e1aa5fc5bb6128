/*
 * The length of a serialized Java object (Java Object Serialization Specification, 6.4): a JCEKS
 * keystore keeps secret keys so, without saying how long they are.  Only what is needed to pass
 * over one: class descriptions, strings, arrays of bytes, references.  No class is ever made.
 */
#include "store/readers.h"

#define CLASSES_MAX 16
#define FIELDS_MAX 16
#define DEPTH_MAX 16

enum { NULL_REFERENCE = 0x70, REFERENCE, CLASS_DESC, OBJECT, STRING, ARRAY, CLASS, BLOCK_DATA,
       END_BLOCK_DATA };

struct class_desc {
	uint32_t handle;
	uint8_t flags;
	char types[FIELDS_MAX];
	unsigned fields;
	int super;           /* in `v`, or -1 */
};

struct object_reader {
	struct span in;
	struct class_desc v[CLASSES_MAX];
	int classes;
	uint32_t next_handle;
	unsigned depth;
	bool failed;
};

static uint32_t number(struct object_reader *r, size_t octets)
{
	uint32_t v = 0;

	if (r->in.n < octets) {
		r->failed = true;
		return 0;
	}
	for (size_t i = 0; i < octets; i++)
		v = v << 8 | r->in.p[i];
	r->in = span_from(r->in, octets);
	return v;
}

static void skip(struct object_reader *r, size_t n)
{
	if (r->in.n < n)
		r->failed = true;
	else
		r->in = span_from(r->in, n);
}

static void content(struct object_reader *r);

static void annotations(struct object_reader *r)
{
	while (!r->failed) {
		if (r->in.n > 0 && r->in.p[0] == END_BLOCK_DATA) {
			skip(r, 1);
			return;
		}
		content(r);
	}
}

/* A class description: its number in v, or -1 for none. */
static int class_desc(struct object_reader *r)
{
	uint32_t tag = number(r, 1), handle;
	struct class_desc *c;
	int self;

	if (r->failed || tag == NULL_REFERENCE)
		return -1;
	if (tag == REFERENCE) {
		handle = number(r, 4);
		for (int i = 0; i < r->classes; i++)
			if (r->v[i].handle == handle)
				return i;
		r->failed = true;
		return -1;
	}
	if (tag != CLASS_DESC || r->classes == CLASSES_MAX) {
		r->failed = true;
		return -1;
	}
	self = r->classes++;
	c = &r->v[self];
	skip(r, number(r, 2)); /* name */
	skip(r, 8);            /* serialVersionUID */
	c->handle = r->next_handle++;
	c->flags = (uint8_t)number(r, 1);
	c->fields = number(r, 2);
	if (c->fields > FIELDS_MAX)
		r->failed = true;
	for (unsigned i = 0; i < c->fields && !r->failed; i++) {
		c->types[i] = (char)number(r, 1);
		skip(r, number(r, 2));
		if (c->types[i] == 'L' || c->types[i] == '[')
			content(r); /* the type's name */
	}
	annotations(r);
	c->super = class_desc(r);
	return self;
}

static void value(struct object_reader *r, char type)
{
	switch (type) {
	case 'B': case 'Z':
		skip(r, 1);
		return;
	case 'C': case 'S':
		skip(r, 2);
		return;
	case 'I': case 'F':
		skip(r, 4);
		return;
	case 'J': case 'D':
		skip(r, 8);
		return;
	case 'L': case '[':
		content(r);
		return;
	default:
		r->failed = true;
	}
}

static void class_data(struct object_reader *r, int desc, unsigned depth)
{
	struct class_desc *c;

	if (desc < 0 || r->failed)
		return;
	if (depth > DEPTH_MAX) {
		r->failed = true;
		return;
	}
	c = &r->v[desc];
	class_data(r, c->super, depth + 1);
	if (!(c->flags & 2)) { /* SC_SERIALIZABLE: externalizable data cannot be passed over */
		r->failed = true;
		return;
	}
	for (unsigned i = 0; i < c->fields && !r->failed; i++)
		value(r, c->types[i]);
	if (c->flags & 1) /* SC_WRITE_METHOD */
		annotations(r);
}

static void array(struct object_reader *r)
{
	int desc = class_desc(r);
	uint32_t n;

	(void)desc;
	r->next_handle++;
	n = number(r, 4);
	skip(r, n); /* of bytes: the only arrays in a sealed object */
}

static void content(struct object_reader *r)
{
	uint32_t tag;
	int desc;

	if (++r->depth > DEPTH_MAX)
		r->failed = true;
	tag = r->in.n > 0 ? r->in.p[0] : 0;
	if (tag == CLASS_DESC) {
		class_desc(r);
		r->depth--;
		return;
	}
	skip(r, 1);
	if (r->failed)
		return;
	switch (tag) {
	case NULL_REFERENCE:
		break;
	case REFERENCE:
		skip(r, 4);
		break;
	case OBJECT:
		desc = class_desc(r);
		r->next_handle++;
		class_data(r, desc, 0);
		break;
	case STRING:
		r->next_handle++;
		skip(r, number(r, 2));
		break;
	case ARRAY:
		array(r);
		break;
	case BLOCK_DATA:
		skip(r, number(r, 1));
		break;
	default:
		r->failed = true;
	}
	r->depth--;
}

bool store_jks_skip_object(struct span *in)
{
	struct object_reader r = {.in = *in, .next_handle = 0x7e0000};

	if (number(&r, 4) != 0xaced0005) /* magic and version */
		return false;
	content(&r);
	if (r.failed)
		return false;
	*in = r.in;
	return true;
}
