#include "task/refresh_item.h"

#include "facts/ocsp.h"
#include "ground/limits.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int refresh_new(struct refresh **out, const struct refresh_options *o, struct err *e)
{
	*out = calloc(1, sizeof **out);
	if (!*out)
		return err_set(e, ERR_MEMORY, "out of memory");
	(*out)->o = o;
	(*out)->started = fetch_clock_ms();
	findings_init(&(*out)->all, o->policy, o->now);
	return 0;
}

void refresh_free(struct refresh *r)
{
	if (!r)
		return;
	fetch_free(r->fetch);
	for (size_t i = 0; i < r->n; i++)
		item_free(r->items[i]);
	findings_wipe(&r->all);
	free(r->items);
	free(r->reports);
	free(r->changed);
	free(r);
}

int64_t refresh_now(const struct refresh *r)
{
	return r->o->now + (fetch_clock_ms() - r->started) / 1000;
}

void refresh_note(const struct refresh *r, const char *fmt, ...)
{
	char text[ERR_TEXT_MAX + 256];
	va_list ap;

	if (!r->o->note)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	r->o->note(r->o->note_context, text);
}

int refresh_add(struct refresh *r, const char *path, struct err *e)
{
	struct stat st;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return refresh_find(r, path, e);
	return refresh_add_file(r, path, false, e);
}

/* --- before anybody is asked --- */

static int make_request(struct refresh *r, struct refresh_item *it, struct err *e)
{
	struct digest name, key;
	struct ocsp_cert_id id = {.hash_oid = hash_oid(r->o->hash), .serial = it->cert->serial};

	if (hash_digest(r->o->hash, it->issuer->subject, &name, e) != 0 ||
	    hash_digest(r->o->hash, it->issuer->key.bits, &key, e) != 0)
		return -1;
	if (r->o->nonce && hash_random(it->nonce, sizeof it->nonce, e) != 0)
		return -1;
	id.name_hash = digest_span(&name);
	id.key_hash = digest_span(&key);
	buf_reset(&it->request);
	return ocsp_request_encode(&it->request, &id,
				   r->o->nonce ? span_of(it->nonce, sizeof it->nonce) : SPAN_NONE, e);
}

int item_ask(struct refresh *r, struct refresh_item *it, int64_t wait_ms, struct err *e)
{
	struct fetch_request q;
	struct fetch_answer a = {.tag = it};
	struct err why;

	if (it->asking_issuer)
		return item_ask_issuer(r, it, e);
	if (make_request(r, it, e) != 0 ||
	    fetch_ocsp(it->urls[it->url], buf_span(&it->request), r->o->post || it->post, &it->text, &q,
		       e) != 0)
		return -1;
	q.tag = it;
	q.wait_ms = wait_ms;
	q.no_cache = it->no_cache;
	if (fetch_add(r->fetch, &q, &why) == 0)
		return 0;
	if (why.code == ERR_MEMORY)
		return err_set(e, why.code, "%s", why.text);
	a.err = why; /* a URL that cannot be asked is as one that does not answer */
	return item_answer(r, it, &a, e);
}

/* What there is to do for one certificate whose issuer is known or cannot be had. */
int item_begin(struct refresh *r, struct refresh_item *it, struct err *e)
{
	if (item_good(it) && !it->now.inflated && it->due != WHEN_NONE && r->o->now < it->due &&
	    !r->o->force) {
		it->outcome = FETCH_NOT_DUE;
		if (r->o->layout->issuer)
			return item_write_issuer(it, &it->found, e);
		return 0;
	}
	if (it->cert->not_after != WHEN_NONE && it->cert->not_after < r->o->now && !r->o->force)
		return 0; /* no responder has to know it any more */
	if (it->url_count == 0) {
		findings_add(&it->found, cert_must_staple(it->cert) == MUST_STAPLE_YES ? "ocsp.no-url"
			     : "fetch.no-url", it->source, "the certificate has no http URL of an OCSP "
			     "responder");
		return 0;
	}
	return item_ask(r, it, 0, e);
}

static int begin(struct refresh *r, struct refresh_item *it, struct err *e)
{
	if (!it->cert)
		return 0;
	if (!it->issuer && r->o->aia) {
		it->asking_issuer = true;
		return item_ask_issuer(r, it, e);
	}
	if (!it->issuer) {
		findings_wipe(&it->old); /* says the same of the staple that is there */
		findings_add_hint(&it->found, "staple.no-issuer", it->source,
				  "Put the chain into the file, or use --issuer FILE or --aia.",
				  "its issuer is not at hand: not in the file, in %s, or in --issuer",
				  buf_cstr(&it->issuer_path));
		return 0;
	}
	return item_begin(r, it, e);
}

/* --check: what is there has to speak for itself. */
static void check_only(const struct refresh *r, struct refresh_item *it)
{
	char t[WHEN_TEXT_SIZE];

	if (!it->cert)
		return;
	it->outcome = FETCH_CHECKED;
	if (!it->present && findings_verdict(&it->found, 0) != VERDICT_UNKNOWN)
		findings_add(&it->found, "fetch.no-staple", it->source, "there is no %s",
			     buf_cstr(&it->staple_path));
	if (item_good(it) && it->due != WHEN_NONE && r->o->now >= it->due)
		findings_add(&it->found, "fetch.overdue", it->source, "a new staple was due at %s",
			     when_format(it->due, t));
}

/* --- after --- */

static bool has_warning(const struct findings *f)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->v[i].severity >= SEVERITY_WARNING)
			return true;
	return false;
}

static void report_item(struct refresh *r, struct refresh_item *it, struct report_fetch *x)
{
	size_t first = r->all.n;

	if (it->outcome == FETCH_KEPT && !has_warning(&it->old))
		findings_wipe(&it->old); /* the answer's findings say enough */
	if (it->outcome != FETCH_REPLACED && it->outcome != FETCH_REMOVED)
		findings_move(&it->found, &it->old);
	findings_move(&r->all, &it->found);
	*x = (struct report_fetch){
		.source = it->source, .cert = it->cert, .outcome = it->outcome,
		.staple = it->cert ? buf_cstr(&it->staple_path) : NULL,
		.verdict = findings_verdict(&r->all, first), .present = it->present,
		.status = report_fetch_status(it->present, &it->now, r->o->now),
		.now = it->now, .next_refresh = it->due, .url = it->asked, .posted = it->posted,
		.last_error = it->last_error[0] ? it->last_error : NULL,
		.findings = &r->all, .first = first, .end = r->all.n};
}

static int report_all(struct refresh *r, struct err *e)
{
	r->reports = calloc(r->n ? r->n : 1, sizeof *r->reports);
	r->changed = calloc(2 * r->n + 1, sizeof *r->changed);
	if (!r->reports || !r->changed)
		return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < r->n; i++) {
		report_item(r, r->items[i], &r->reports[i]);
		if (r->items[i]->staple_changed)
			r->changed[r->changed_count++] = buf_cstr(&r->items[i]->staple_path);
		if (r->items[i]->issuer_changed)
			r->changed[r->changed_count++] = buf_cstr(&r->items[i]->issuer_path);
	}
	return findings_check(&r->all, e);
}

static int ask_all(struct refresh *r, struct err *e)
{
	struct fetch_answer a;
	int rc = fetch_new(&r->fetch, &r->o->limits, e);

	for (size_t i = 0; rc == 0 && i < r->n; i++)
		rc = begin(r, r->items[i], e);
	while (rc == 0 && (rc = fetch_next(r->fetch, &a, e)) == 1) {
		rc = item_answer(r, a.tag, &a, e);
		fetch_answer_wipe(&a);
	}
	return rc;
}

int refresh_run(struct refresh *r, struct err *e)
{
	for (size_t i = 0; i < r->n; i++)
		if (item_load(r, r->items[i], e) != 0)
			return -1;
	if (refresh_copies(r, e) != 0)
		return -1;
	if (r->o->check)
		for (size_t i = 0; i < r->n; i++)
			check_only(r, r->items[i]);
	else if (ask_all(r, e) != 0)
		return -1;
	return report_all(r, e);
}

const struct report_fetch *refresh_items(const struct refresh *r, size_t *n)
{
	*n = r->n;
	return r->reports;
}

const struct findings *refresh_findings(const struct refresh *r)
{
	return &r->all;
}

const char *const *refresh_changed(const struct refresh *r, size_t *n)
{
	*n = r->changed_count;
	return r->changed;
}

bool refresh_unanswered(const struct refresh *r)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->items[i]->unanswered && r->reports[i].verdict == VERDICT_UNKNOWN)
			return true;
	return false;
}

int64_t refresh_next(const struct refresh *r)
{
	int64_t next = WHEN_NONE;

	for (size_t i = 0; i < r->n; i++) {
		int64_t due = r->items[i]->due;

		if (due != WHEN_NONE && (next == WHEN_NONE || due < next))
			next = due;
	}
	return next;
}
