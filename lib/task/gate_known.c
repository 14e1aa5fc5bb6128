#include "task/gate_known.h"

#include <stdlib.h>

/* Staples remembered over all targets: at some 700 bytes each below the memory that a run over
 * ten thousand targets may take. */
#define KNOWN_MAX 16384u

void gate_known_wipe(struct gate_known *k)
{
	for (size_t i = 0; i < k->cap; i++) {
		if (!k->v[i])
			continue;
		findings_wipe(&k->v[i]->findings);
		free(k->v[i]);
	}
	free(k->v);
	*k = (struct gate_known){NULL, 0, 0};
}

int gate_known_key(const struct gate_staple *s, const struct cert *cert, const struct cert *issuer,
		   struct digest *out, struct err *e)
{
	struct digest d[4];
	struct span parts[4] = {buf_span(&s->bytes), cert->der, issuer ? issuer->der : span_str(""),
				buf_span(&s->chain->bytes)};

	memset(d, 0, sizeof d); /* hashed below with what stands between the members */
	for (size_t i = 0; i < 4; i++)
		if (hash_digest(HASH_SHA256, parts[i], &d[i], e) != 0)
			return -1;
	return hash_digest(HASH_SHA256, span_of(d, sizeof d), out, e);
}

static size_t slot_of(const struct gate_known *k, const struct digest *key)
{
	size_t i = 0;

	memcpy(&i, key->bytes, sizeof i);
	i &= k->cap - 1;
	while (k->v[i] && memcmp(k->v[i]->key.bytes, key->bytes, key->n) != 0)
		i = (i + 1) & (k->cap - 1);
	return i;
}

const struct gate_known_staple *gate_known_get(const struct gate_known *k, const struct digest *key)
{
	return k->cap ? k->v[slot_of(k, key)] : NULL;
}

void gate_known_add(struct gate_known *k, const struct digest *key, const struct gate_staple *s)
{
	struct gate_known_staple *x, **old = k->v;
	size_t cap = k->cap;

	if (s->findings.failed || k->n >= KNOWN_MAX || !(x = calloc(1, sizeof *x)))
		return;
	if (k->n * 2 >= cap) {
		struct gate_known_staple **v = calloc(cap ? cap * 2 : 64, sizeof(struct gate_known_staple *));

		if (!v) {
			free(x);
			return;
		}
		k->v = v;
		k->cap = cap ? cap * 2 : 64;
		for (size_t i = 0; i < cap; i++)
			if (old[i])
				k->v[slot_of(k, &old[i]->key)] = old[i];
		free(old);
	}
	x->key = *key;
	x->result = s->result;
	findings_init(&x->findings, s->findings.policy, s->findings.now);
	for (size_t i = 0; i < s->findings.n; i++)
		findings_add_copy(&x->findings, &s->findings.v[i], "");
	if (x->findings.failed) {
		findings_wipe(&x->findings);
		free(x);
		return;
	}
	k->v[slot_of(k, key)] = x;
	k->n++;
}
