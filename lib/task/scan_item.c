/* What a thread found in a file, as records: hashed, judged, and in a stream written as its row. */
#include "crypto/hash.h"
#include "crypto/pkcs11.h"
#include "facts/dn.h"
#include "ground/file_quick.h"
#include "ground/file.h"
#include "ground/limits.h"
#include "task/layout.h"
#include "task/scan_part.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct record *scan_add_record(struct sink_state *k, enum record_kind kind,
			       const struct store_object *o)
{
	struct item *it = k->item;
	struct record *x = array_grow(it->records, it->n, &it->cap, sizeof *x);

	if (!x) {
		it->failed = true;
		return NULL;
	}
	it->records = x;
	x += it->n++;
	*x = (struct record){.kind = (uint8_t)kind, .format = o->format, .at = it->bytes.n,
			     .index = o->index, .not_after = WHEN_NONE};
	if (o->source != k->source) {
		x->source_n = (uint32_t)strlen(o->source);
		buf_add_bytes(&it->bytes, o->source, x->source_n);
	}
	if (o->entry) {
		x->entry_n = (uint32_t)strlen(o->entry) + 1;
		buf_add_bytes(&it->bytes, o->entry, x->entry_n);
	}
	return x;
}

void scan_end_record(struct sink_state *k, struct record *x)
{
	x->n = k->item->bytes.n - x->at;
	if (k->item->bytes.failed)
		k->item->failed = true;
}

/* The issuer's entry, made when it is new; CA records look at the certificate's key identifier
 * too, so that one belongs to name and identifier together. */
struct issuer *scan_issuer_entry(const struct scan *s, struct worker *w, const struct cert *c)
{
	struct issuer *x;

	for (unsigned i = 0; i < ISSUERS; i++) {
		x = &w->issuers[(w->last + ISSUERS - i) % ISSUERS];
		if (x->der.n == c->issuer.n + c->x.aki.n &&
		    memcmp(x->der.p, c->issuer.p, c->issuer.n) == 0 &&
		    (c->x.aki.n == 0 || memcmp(x->der.p + c->issuer.n, c->x.aki.p, c->x.aki.n) == 0))
			return x;
	}
	w->last = (w->last + 1) % ISSUERS;
	x = &w->issuers[w->last];
	buf_reset(&x->der);
	buf_reset(&x->text);
	buf_add(&x->der, c->issuer);
	buf_add(&x->der, c->x.aki);
	dn_text(&x->text, c->issuer);
	x->ca = policy_ca_of(s->o->policy, c);
	x->counted = SIZE_MAX;
	return x;
}

static const struct issuer *issuer_of(struct sink_state *k, const struct cert *c)
{
	const struct issuer *x = scan_issuer_entry(k->scan, k->worker, c);

	if (x->der.failed || x->text.failed)
		k->item->failed = true;
	return x;
}

/* The row itself; the reader's thread writes it, so that delivering is only copying.  In a part its
 * index is not known yet, and the line is begun when it is. */
static void write_row(struct sink_state *k, struct record *x, const struct store_object *o,
		      const struct cert *c, const struct inventory_staple *staple,
		      const struct findings *f)
{
	const struct issuer *issuer = issuer_of(k, c);
	struct inventory_place place = {o->source, o->index, o->entry, k->links};
	struct inventory_cert row = {.cert = c, .sha256 = x->sha256, .format = x->format,
				     .ca = issuer->ca, .issuer = buf_span(&issuer->text),
				     .staples = staple, .staple_count = staple != NULL,
				     .findings = f, .end = f ? f->n : 0, .now = k->scan->o->now};
	struct json j;

	json_begin(&j, &k->item->bytes, 0);
	json_object(&j);
	if (!k->part) {
		json_member_cstring(&j, "type", "certificate");
		inventory_json_place(&j, &place);
	}
	inventory_json_cert(&j, &row);
	json_object_end(&j);
	json_end(&j);
	if (!k->part)
		buf_add_byte(&k->item->bytes, '\n');
	x->written = true;
	x->whole = !k->part;
}

/* In a stream there is no looking back: only what stands where a server looks for it is known. */
static bool staple_beside(struct sink_state *k, const struct record *x, const struct cert *c,
			  struct inventory_staple *out, struct findings *f)
{
	struct inventory_place place = {.source = k->path, .index = x->index};
	struct inventory_cert row = {.cert = c, .places = &place, .place_count = 1};
	struct buf *path = &k->worker->beside, bytes;
	struct err e;
	bool found;

	if (x->must_staple == MUST_STAPLE_NO || x->index != 0 || x->source_n > 0 || k->part ||
	    walk_alone(&k->scan->walk, k->entry))
		return false;
	buf_init(&bytes);
	buf_reset(path);
	layout_staple(&layouts[0], k->path, NULL, path);
	*out = (struct inventory_staple){.source = buf_cstr(path)};
	found = file_read(out->source, LIMIT_OCSP_RESPONSE, &bytes, &e) == 0;
	if (found && scan_judge_staple(k->scan, &row, buf_span(&bytes), out, f, &e) != 0)
		k->item->failed = true;
	buf_wipe(&bytes);
	return found;
}

/* In a stream: judge, filter and write here, when the row's index is known. */
static void row_here(struct sink_state *k, struct record *x, const struct store_object *o,
		     const struct cert *c)
{
	struct scan *s = k->scan;
	struct findings f;
	bool may = scan_may_trouble(s, c), beside;
	struct inventory_staple staple;

	findings_init(&f, s->o->policy, s->o->now);
	if (may)
		scan_judge(s, c, issuer_of(k, c)->ca, k->path, x->index, &f);
	beside = may && staple_beside(k, x, c, &staple, &f);
	if (f.n > 0 && k->part) { /* their subject is only known in order */
		buf_add(&k->item->bytes, c->der);
		findings_wipe(&f);
		return;
	}
	x->worst = (uint8_t)scan_worst(&f);
	x->failing = scan_failing(s, &f);
	x->unchecked = scan_unchecked(&f);
	x->dropped = !scan_wanted(s, c, &f);
	if (!x->dropped)
		write_row(k, x, o, c, beside ? &staple : NULL, may ? &f : NULL);
	if (f.failed)
		k->item->failed = true;
	findings_wipe(&f);
}

/* What is recorded of it. */
static void note_here(struct sink_state *k, struct record *x, const struct cert *c)
{
	struct inventory_cert row = {.cert = c, .sha256 = x->sha256,
				     .issuer = buf_span(&issuer_of(k, c)->text)};
	size_t from = k->item->bytes.n;

	k->scan->o->note(&row, &k->item->bytes);
	x->note_n = (uint32_t)(k->item->bytes.n - from);
}

static void take_cert(void *context, const struct store_object *o, const struct cert *c)
{
	struct sink_state *k = context;
	struct record *x = scan_add_record(k, RECORD_CERT, o);
	const struct scan *s = k->scan;
	struct digest d;

	if (!x)
		return;
	k->item->found[RECORD_CERT]++;
	x->must_staple = (uint8_t)cert_must_staple(c);
	x->not_after = c->not_after;
	if (hash_digest(HASH_SHA256, c->der, &d, NULL) != 0) {
		k->item->failed = true;
		return;
	}
	memcpy(x->sha256, d.bytes, sizeof x->sha256);
	if (!s->o->stream)
		buf_add(&k->item->bytes, c->der);
	else if (s->o->unlisted)
		x->dropped = true;
	else
		row_here(k, x, o, c);
	if (s->o->stream && s->o->record)
		note_here(k, x, c);
	scan_end_record(k, x);
}

static void take_request(void *context, const struct store_object *o, const struct csr *r)
{
	struct sink_state *k = context;
	struct record *x = scan_add_record(k, RECORD_REQUEST, o);

	if (!x)
		return;
	k->item->found[RECORD_REQUEST]++;
	x->must_staple = (uint8_t)csr_must_staple(r);
	buf_add(&k->item->bytes, r->der);
	scan_end_record(k, x);
}

static void take_staple(void *context, const struct store_object *o, const struct ocsp_response *r)
{
	struct sink_state *k = context;
	struct record *x = scan_add_record(k, RECORD_STAPLE, o);

	if (!x)
		return;
	k->item->found[RECORD_STAPLE]++;
	buf_add(&k->item->bytes, r->der);
	scan_end_record(k, x);
}

void scan_take_problem(void *context, const char *source, size_t index, enum store_weight w,
		       const char *reason)
{
	struct sink_state *k = context;
	struct store_object o = {.source = source, .index = index};
	struct record *x = scan_add_record(k, RECORD_PROBLEM, &o);

	if (!x)
		return;
	x->note = w == STORE_NOTE;
	buf_add_bytes(&k->item->bytes, reason, strlen(reason) + 1);
	scan_end_record(k, x);
}

struct store_sink scan_sink_of(struct sink_state *k)
{
	return (struct store_sink){k, take_cert, take_request, take_staple, scan_take_problem};
}
