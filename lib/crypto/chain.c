#include "crypto/chain.h"

#include "crypto/signature.h"
#include "crypto/trust.h"
#include "crypto/validate.h"
#include "facts/dn.h"

#include <stdio.h>
#include <stdlib.h>

/* What a search may cost: cross-signed names could make it exponential. */
#define SEARCH_SIGNATURES 512
#define SEARCH_VALIDATIONS 16
#define SEARCH_CANDIDATES 64

enum rank { RANK_NONE, RANK_OPEN, RANK_SELF_SIGNED, RANK_ANCHORED, RANK_VALID };

struct search {
	const struct cert_list *given;
	const struct trust *trust;
	const struct cert *at[LIMIT_CHAIN]; /* the path under way */
	size_t n;
	const struct cert *best[LIMIT_CHAIN];
	size_t best_n;
	enum rank best_rank;
	struct validation best_validation;
	unsigned signatures, validations;
	struct err *e;
	int rc;
};

enum link { LINK_NO, LINK_BAD, LINK_YES };

/* Did `issuer` sign `c`?  An algorithm that cannot be checked still links by name and key
 * identifier, so that the path is described; validation then refuses it. */
static enum link link_check(const struct cert *c, const struct cert *issuer, struct search *s)
{
	struct signature_facts f;

	if (!dn_equal(c->issuer, issuer->subject))
		return LINK_NO;
	if (s && ++s->signatures > SEARCH_SIGNATURES)
		return LINK_NO;
	if (signature_check(issuer->key.der, c->signature_algorithm, c->tbs, c->signature, &f,
			    s ? s->e : NULL) != 0) {
		if (s)
			s->rc = -1;
		return LINK_NO;
	}
	switch (f.state) {
	case SIGNATURE_GOOD:
		return c->signature_odd ? LINK_BAD : LINK_YES;
	case SIGNATURE_BAD:
		return LINK_BAD;
	case SIGNATURE_BROKEN:
	case SIGNATURE_UNSUPPORTED:
		break;
	}
	if (span_present(c->x.aki) && span_present(issuer->x.ski))
		return span_equal(c->x.aki, issuer->x.ski) ? LINK_YES : LINK_NO;
	return LINK_YES;
}

static const struct cert *find_same(const struct cert_list *l, const struct cert *c)
{
	for (size_t i = 0; l && i < l->n; i++)
		if (span_equal(l->v[i].der, c->der))
			return &l->v[i];
	return NULL;
}

static bool in_path(const struct search *s, const struct cert *c)
{
	for (size_t i = 0; i < s->n; i++)
		if (span_equal(s->at[i]->der, c->der))
			return true;
	return false;
}

/* Which of two issuers to try first: the one whose key identifier fits, then the one that lives
 * longer. */
static bool better_issuer(const struct cert *c, const struct cert *a, const struct cert *b)
{
	bool fits_a = span_present(c->x.aki) && span_equal(c->x.aki, a->x.ski);
	bool fits_b = span_present(c->x.aki) && span_equal(c->x.aki, b->x.ski);

	if (fits_a != fits_b)
		return fits_a;
	return a->not_after > b->not_after;
}

static size_t candidates_from(const struct cert_list *l, const struct cert *c,
			      const struct cert **out, size_t n)
{
	size_t first = n;

	for (size_t i = 0; l && i < l->n && n < SEARCH_CANDIDATES; i++) {
		size_t at = n;

		if (!dn_equal(c->issuer, l->v[i].subject))
			continue;
		for (; at > first && better_issuer(c, &l->v[i], out[at - 1]); at--)
			out[at] = out[at - 1];
		out[at] = &l->v[i];
		n++;
	}
	return n;
}

static void keep(struct search *s, enum rank rank, const struct validation *v)
{
	if (rank < s->best_rank || (rank == s->best_rank && s->n <= s->best_n))
		return;
	memcpy(s->best, s->at, s->n * sizeof *s->at);
	s->best_n = s->n;
	s->best_rank = rank;
	s->best_validation = *v;
}

/* The path under way ends in an anchor, or in a self-signed certificate that has to do. */
static bool finish(struct search *s, bool anchored)
{
	struct validation v = {CHAIN_INVALID, 0, "not validated: too many paths"};

	if (!anchored && s->trust) {
		v = (struct validation){CHAIN_NO_ISSUER, s->n - 1,
					"it ends in a self-signed certificate that is not trusted"};
		keep(s, RANK_SELF_SIGNED, &v);
		return false;
	}
	if (++s->validations <= SEARCH_VALIDATIONS && validate_path(s->at, s->n, &v, s->e) != 0) {
		s->rc = -1;
		return true;
	}
	keep(s, v.state == CHAIN_TRUSTED ? RANK_VALID : RANK_ANCHORED, &v);
	return v.state == CHAIN_TRUSTED;
}

/* Depth first.  True: stop searching. */
static bool search(struct search *s)
{
	const struct cert *last = s->at[s->n - 1];
	const struct cert *v[SEARCH_CANDIDATES];
	struct validation none = {CHAIN_NO_ISSUER, s->n - 1, "its issuer is not at hand"};
	bool bad = false, linked = false;
	size_t n;

	if (s->trust && find_same(&s->trust->anchors, last))
		return finish(s, true);
	if (cert_self_issued(last) && link_check(last, last, s) == LINK_YES)
		return finish(s, false);
	if (s->n == LIMIT_CHAIN)
		return false;
	n = candidates_from(s->trust ? &s->trust->anchors : NULL, last, v, 0);
	n = candidates_from(s->given, last, v, n);
	for (size_t i = 0; i < n && s->rc == 0; i++) {
		enum link l;

		if (in_path(s, v[i]))
			continue;
		l = link_check(last, v[i], s);
		bad = bad || l == LINK_BAD;
		if (l != LINK_YES)
			continue;
		linked = true;
		s->at[s->n++] = v[i];
		if (search(s))
			return true;
		s->n--;
	}
	if (bad && !linked)
		none = (struct validation){CHAIN_BAD_SIGNATURE, s->n - 1,
					   "a certificate with its issuer's name is there, but its "
					   "key did not sign it"};
	keep(s, RANK_OPEN, &none);
	return s->rc != 0;
}

/* The path's facts for the caller; an anchor's bytes belong to the trust, so they are copied. */
static int take_path(const struct search *s, struct chain_path *out, struct err *e)
{
	out->state = s->best_validation.state;
	out->level = s->best_validation.level;
	out->n = s->best_n;
	snprintf(out->reason, sizeof out->reason, "%s", s->best_validation.reason);
	for (size_t i = 0; i < s->best_n; i++)
		out->cert[i] = *s->best[i];
	if (s->best_n > 1 && s->trust && find_same(&s->trust->anchors, s->best[s->best_n - 1])) {
		buf_add(&out->storage, s->best[s->best_n - 1]->der);
		if (buf_check(&out->storage, "trust anchor", e) != 0)
			return -1;
		return cert_decode(buf_span(&out->storage), &out->cert[s->best_n - 1], e);
	}
	return 0;
}

int chain_build(const struct cert *leaf, const struct cert_list *given, const struct trust *trust,
		struct chain_path *out, struct err *e)
{
	struct search *s = calloc(1, sizeof *s);
	int rc = -1;

	*out = (struct chain_path){.state = CHAIN_INVALID};
	buf_init(&out->storage);
	if (!s)
		return err_set(e, ERR_MEMORY, "path: out of memory");
	s->given = given;
	s->trust = trust;
	s->e = e;
	s->at[s->n++] = leaf;
	(void)search(s);
	if (s->rc == 0)
		rc = take_path(s, out, e);
	free(s);
	return rc;
}

void chain_path_wipe(struct chain_path *p)
{
	buf_wipe(&p->storage);
	*p = (struct chain_path){.state = CHAIN_INVALID};
}

static const struct cert *issuer_among(const struct cert *c, const struct cert_list *l)
{
	const struct cert *v[SEARCH_CANDIDATES];
	size_t n = candidates_from(l, c, v, 0);

	for (size_t i = 0; i < n; i++)
		if (link_check(c, v[i], NULL) == LINK_YES)
			return v[i];
	return NULL;
}

const struct cert *chain_issuer(const struct cert *c, const struct cert_list *given,
				const struct trust *trust)
{
	const struct cert *found = issuer_among(c, given);

	return found ? found : trust ? issuer_among(c, &trust->anchors) : NULL;
}
