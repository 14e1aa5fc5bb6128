/*
 * Java keystores, JKS and JCEKS: their certificates lie in the open, so no password is needed.
 * The layout is Java's DataOutput: big-endian numbers, and texts with a 16-bit length.  The
 * digest at the end needs the password and is not looked at.
 */
#include "store/readers.h"

#include <stdlib.h>
#include <strings.h>

/* Up to here entries are compared with each other, to find those that hide one another. */
#define HIDDEN_MAX 10000

static bool get_u32(struct span *in, uint32_t *v)
{
	if (in->n < 4)
		return false;
	*v = (uint32_t)in->p[0] << 24 | (uint32_t)in->p[1] << 16 | (uint32_t)in->p[2] << 8 | in->p[3];
	*in = span_from(*in, 4);
	return true;
}

static bool get_bytes(struct span *in, size_t n, struct span *out)
{
	if (in->n < n)
		return false;
	*out = span_of(in->p, n);
	*in = span_from(*in, n);
	return true;
}

static bool get_text(struct span *in, struct span *out)
{
	size_t n;

	if (in->n < 2)
		return false;
	n = (size_t)in->p[0] << 8 | in->p[1];
	*in = span_from(*in, 2);
	return get_bytes(in, n, out);
}

bool store_jks_is(struct span bytes)
{
	return bytes.n >= 4 && memcmp(bytes.p, "\xfe\xed\xfe\xed", 4) == 0;
}

bool store_jceks_is(struct span bytes)
{
	return bytes.n >= 4 && memcmp(bytes.p, "\xce\xce\xce\xce", 4) == 0;
}

/* An entry, found; what it holds is read when all are known. */
struct entry {
	uint32_t tag, number;
	struct span alias, certs; /* certs: from the count of a key's chain, or the certificate, on */
	uint64_t date;
};

struct keystore {
	struct entry *v;
	size_t n, cap;
	uint32_t version;
};

static bool get_cert(struct span *s, uint32_t version, struct span *type, struct span *der)
{
	uint32_t n;

	*type = span_str("X.509");
	return (version < 2 || get_text(s, type)) && get_u32(s, &n) && get_bytes(s, n, der);
}

static bool skip_certs(struct span *s, uint32_t version, uint32_t n)
{
	struct span type, der;

	for (; n > 0; n--)
		if (!get_cert(s, version, &type, &der))
			return false;
	return true;
}

/* One entry: tag, alias, date, and what the tag says. */
static bool get_entry(struct span *s, uint32_t version, struct entry *x)
{
	struct span date, key;
	uint32_t n;

	if (!get_u32(s, &x->tag) || !get_text(s, &x->alias) || !get_bytes(s, 8, &date))
		return false;
	for (size_t i = 0; i < 8; i++)
		x->date = x->date << 8 | date.p[i];
	if (x->tag == 1) {
		if (!get_u32(s, &n) || !get_bytes(s, n, &key))
			return false;
		x->certs = *s;
		return get_u32(s, &n) && skip_certs(s, version, n);
	}
	x->certs = *s;
	if (x->tag == 2)
		return skip_certs(s, version, 1);
	/* A secret key: a serialized Java object of no told length. */
	return x->tag == 3 && store_jks_skip_object(s);
}

/* The file's order is a hash table's; by date it is the order in which entries were made. */
static int by_date(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->date != y->date)
		return x->date < y->date ? -1 : 1;
	return x->number < y->number ? -1 : 1;
}

/* Java keeps the last of entries with one alias, in capitals or not. */
static bool hidden(const struct keystore *k, size_t i)
{
	for (size_t o = 0; o < k->n; o++)
		if (k->v[o].number > k->v[i].number && k->v[o].alias.n == k->v[i].alias.n &&
		    strncasecmp((const char *)k->v[o].alias.p, (const char *)k->v[i].alias.p,
				k->v[i].alias.n) == 0)
			return true;
	return false;
}

static void read_entry(struct store_input *in, const struct keystore *k, const struct entry *x)
{
	char *entry = strndup((const char *)x->alias.p, x->alias.n);
	struct span s = x->certs, type, der;
	uint32_t n = 1;

	in->entry = entry;
	in->keys += x->tag == 1;
	in->others += x->tag == 3;
	if (x->tag == 3 || (x->tag == 1 && !get_u32(&s, &n)))
		n = 0;
	for (; n > 0 && get_cert(&s, k->version, &type, &der); n--)
		if (span_equal(type, span_str("X.509")) || span_equal(type, span_str("X509")))
			store_cert(in, der);
		else
			store_problem(in, in->certs, STORE_ERROR,
				      "a certificate of a type that is not X.509");
	in->entry = NULL;
	free(entry);
}

static bool get_entries(struct store_input *in, struct keystore *k, struct span s, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct entry *v = array_grow(k->v, k->n, &k->cap, sizeof *v);

		if (!v)
			return false;
		k->v = v;
		v[k->n] = (struct entry){.number = i};
		if (!get_entry(&s, k->version, &v[k->n])) {
			store_problem(in, STORE_NO_INDEX, STORE_ERROR,
				      "Java keystore: entry %u of %u cannot be read, nor what follows it",
				      i + 1, count);
			return true;
		}
		k->n++;
	}
	return true;
}

void store_jks_read(struct store_input *in)
{
	struct span s = span_from(in->bytes, 4);
	struct keystore k = {0};
	uint32_t count;

	if (!get_u32(&s, &k.version) || !get_u32(&s, &count) || k.version < 1 || k.version > 2) {
		store_problem(in, STORE_NO_INDEX, STORE_ERROR, "a Java keystore of an unknown version");
		return;
	}
	if (!get_entries(in, &k, s, count))
		store_problem(in, STORE_NO_INDEX, STORE_ERROR, "out of memory");
	if (k.n > 1)
		qsort(k.v, k.n, sizeof *k.v, by_date);
	for (size_t i = 0; i < k.n; i++)
		if (k.n <= HIDDEN_MAX && hidden(&k, i))
			store_problem(in, in->certs, STORE_NOTE,
				      "Java keystore: entry %u is hidden by a later one of the same alias",
				      k.v[i].number + 1);
		else
			read_entry(in, &k, &k.v[i]);
	if (count == 0)
		store_problem(in, STORE_NO_INDEX, STORE_NOTE, "an empty Java keystore");
	free(k.v);
}
