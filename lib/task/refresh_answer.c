/* What a responder's answer is worth, and what follows from it. */
#include "task/refresh_item.h"


#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum worth {
	WORTH_GOOD,       /* good and fresh */
	WORTH_POST,       /* perhaps the responder does not take GET */
	WORTH_AGAIN,      /* another try, here or elsewhere, may do */
	WORTH_DECISIVE    /* signed and in order, and not good */
};

struct trial {
	struct findings f;
	struct staple_result judged;
	enum worth worth;
	bool unanswered;
};

#define ADD(t, id, ...) findings_add(&(t)->f, id, it->source, __VA_ARGS__)

static void no_answer(const struct refresh *r, struct refresh_item *it, struct trial *t,
		      const char *why)
{
	bool early = item_good(it) && it->due != WHEN_NONE && r->o->now < it->due;

	ADD(t, early ? "fetch.no-answer-early" : "fetch.no-answer", "%s", why);
	t->unanswered = true;
	t->worth = WORTH_AGAIN;
}

/* What caches and clocks say about themselves (RFC 5019, 6). */
static void look_at_headers(const struct refresh *r, struct refresh_item *it,
			    const struct fetch_answer *a, struct trial *t)
{
	char age[WHEN_DURATION_SIZE], max[WHEN_DURATION_SIZE], off[WHEN_DURATION_SIZE];
	const char *url = it->urls[it->url];
	int64_t now = refresh_now(r), ahead = 0;

	if (a->age > 0 && a->max_age >= 0 && a->age > a->max_age)
		ADD(t, "fetch.cache-stale", "an HTTP cache answered for %s with what is %s old and may be "
		    "kept for %s", url, when_duration_human(a->age, age),
		    when_duration_human(a->max_age, max));
	else if (a->age > 0)
		ADD(t, "fetch.cached", "an HTTP cache answered for %s with what is %s old", url,
		    when_duration_human(a->age, age));
	if (a->date != WHEN_NONE)
		ahead = a->date + (a->age > 0 ? a->age : 0) - now;
	if (llabs(ahead) > r->o->policy->skew)
		ADD(t, "fetch.clock", "the Date of %s is %s %s the local time", url,
		    when_duration_human(llabs(ahead), off), ahead > 0 ? "ahead of" : "behind");
	if (strcmp(a->type, "application/ocsp-response") != 0)
		ADD(t, "fetch.content-type", "%s answered as '%s'", url, a->type);
}

/* DER of an OCSPResponse begins with a SEQUENCE; a web page does not. */
static bool is_no_response(const struct fetch_answer *a)
{
	return strcmp(a->type, "application/ocsp-response") != 0 &&
	       (a->body.n == 0 || a->body.p[0] != 0x30);
}

/* Is `id` the only kind of error among the findings?  Then signature, signer and CertID hold. */
static bool only_error(const struct findings *f, const char *id)
{
	bool seen = false;

	for (size_t i = 0; i < f->n; i++) {
		if (f->v[i].severity != SEVERITY_ERROR)
			continue;
		if (strcmp(f->v[i].rule->id, id) != 0)
			return false;
		seen = true;
	}
	return seen;
}

static int judge_body(struct refresh *r, struct refresh_item *it, const struct fetch_answer *a,
		      struct trial *t, struct err *e)
{
	struct staple_input in = {.response = buf_span(&a->body), .cert = it->cert,
		.issuer = it->issuer, .extra = r->o->given, .now = refresh_now(r),
		.policy = r->o->policy, .max_age = r->o->max_age, .subject = it->source,
		.nonce = r->o->nonce ? span_of(it->nonce, sizeof it->nonce) : SPAN_NONE};

	if (staple_judge(&in, &t->judged, &t->f, e) != 0)
		return -1;
	if (t->judged.state == STAPLE_GOOD && t->judged.inflated)
		ADD(t, "fetch.inflated", "%s answered with %zu bytes that not every client takes",
		    it->urls[it->url], a->body.n);
	else if (t->judged.state == STAPLE_GOOD)
		t->worth = WORTH_GOOD;
	else if (only_error(&t->f, "staple.revoked") || only_error(&t->f, "staple.unknown"))
		t->worth = WORTH_DECISIVE;
	else if (t->judged.decoded && t->judged.response_status == OCSP_MALFORMED_REQUEST && !a->posted)
		t->worth = WORTH_POST;
	else
		t->worth = WORTH_AGAIN;
	if (t->worth != WORTH_AGAIN || t->judged.decoded)
		look_at_headers(r, it, a, t);
	return 0;
}

static int weigh(struct refresh *r, struct refresh_item *it, const struct fetch_answer *a,
		 struct trial *t, struct err *e)
{
	char why[ERR_TEXT_MAX];

	if (a->err.code == ERR_LIMIT) {
		ADD(t, "fetch.not-ocsp", "%s", a->err.text);
		t->worth = WORTH_AGAIN;
	} else if (a->err.code != ERR_NONE) {
		no_answer(r, it, t, a->err.text);
	} else if (a->status != 200) {
		snprintf(why, sizeof why, "%s: HTTP status %d", it->urls[it->url], a->status);
		no_answer(r, it, t, why);
		if (!a->posted && a->status >= 400 && a->status < 500 && a->status != 429)
			t->worth = WORTH_POST;
	} else if (is_no_response(a)) {
		ADD(t, "fetch.not-ocsp", "%s answered with %zu bytes of '%s', which are no OCSP response",
		    it->urls[it->url], a->body.n, a->type);
		t->worth = WORTH_AGAIN;
	} else {
		return judge_body(r, it, a, t, e);
	}
	return 0;
}

static void remember_error(struct refresh_item *it, const struct findings *f)
{
	for (size_t i = 0; i < f->n; i++) {
		if (f->v[i].severity == SEVERITY_ERROR ||
		    strcmp(f->v[i].rule->id, "fetch.no-answer-early") == 0) {
			snprintf(it->last_error, sizeof it->last_error, "%s", f->v[i].message);
			return;
		}
	}
}

/* The worst failure so far is the one that is told in the end: a bad answer beats none. */
static void remember_failure(struct refresh *r, struct refresh_item *it, struct trial *t)
{
	remember_error(it, &t->f);
	refresh_note(r, "%s: %s", it->source, it->last_error);
	if (it->failure.n == 0 ||
	    findings_verdict(&t->f, 0) >= findings_verdict(&it->failure, 0)) {
		findings_wipe(&it->failure);
		findings_move(&it->failure, &t->f);
		it->unanswered = t->unanswered;
	}
}

static void remove_staple(struct refresh_item *it)
{
	const char *path = buf_cstr(&it->staple_path);

	if (unlink(path) != 0) {
		findings_add(&it->found, "fetch.unwritable", it->source, "%s: cannot be removed", path);
		return;
	}
	it->present = false;
	it->now.state = STAPLE_REFUSED;
	it->now.this_update = it->now.next_update = it->now.dark_at = WHEN_NONE;
	it->due = WHEN_NONE;
	it->outcome = FETCH_REMOVED;
	it->staple_changed = true;
}

/* Nothing better came: what is there stays, unless it is to go. */
static void give_up(struct refresh *r, struct refresh_item *it)
{
	bool revoked = only_error(&it->failure, "staple.revoked");
	char t[WHEN_TEXT_SIZE], d[WHEN_DURATION_SIZE];

	it->outcome = FETCH_KEPT;
	findings_move(&it->found, &it->failure);
	if (revoked && item_good(it) && it->now.dark_at != WHEN_NONE && !r->o->remove_revoked)
		findings_add(&it->found, "fetch.goes-dark", it->source,
			     "REVOKED: the site goes dark at %s, in %s, when the staple that is there ends",
			     when_format(it->now.dark_at, t),
			     when_duration_human(it->now.dark_at - refresh_now(r), d));
	if (revoked && it->present && r->o->remove_revoked)
		remove_staple(it);
}

/* Full jitter around a delay that doubles from one second to a minute; a Retry-After of up to a
 * minute is heeded. */
static int64_t backoff_ms(const struct refresh_item *it, int64_t retry_after)
{
	int64_t ms = 1000, least = 0;
	uint16_t random = 0;
	struct err e;

	for (unsigned i = 0; i < it->round && ms < 60000; i++)
		ms *= 2;
	if (ms > 60000)
		ms = 60000;
	if (hash_random((uint8_t *)&random, sizeof random, &e) != 0)
		random = 0x8000;
	if (retry_after > 0)
		least = retry_after < 60 ? retry_after * 1000 : 60000;
	ms = ms / 2 + ms * random / 0x10000;
	return ms > least ? ms : least;
}

static bool may_retry(const struct refresh *r, const struct refresh_item *it, int64_t wait_ms)
{
	int64_t then = fetch_clock_ms() - r->started + wait_ms;

	if (r->o->limits.deadline_ms && then >= r->o->limits.deadline_ms)
		return false;
	if (r->o->retry_for_ms)
		return then <= r->o->retry_for_ms;
	return it->round < r->o->retries;
}

/* The next URL at once, or after the last of them the first one, later. */
static int next_try(struct refresh *r, struct refresh_item *it, const struct fetch_answer *a,
		    struct err *e)
{
	int64_t wait_ms;

	it->post = false;
	it->no_cache = a->err.code == ERR_NONE; /* RFC 5019, 6.1: past caches that hold a bad answer */
	if (++it->url < it->url_count)
		return item_ask(r, it, 0, e);
	wait_ms = backoff_ms(it, a->retry_after);
	if (a->err.code == ERR_UNSUPPORTED || a->err.code == ERR_USAGE || !may_retry(r, it, wait_ms)) {
		give_up(r, it);
		return 0;
	}
	it->round++;
	it->url = 0;
	return item_ask(r, it, wait_ms, e);
}

static int settle(struct refresh *r, struct refresh_item *it, const struct fetch_answer *a,
		  struct trial *t, struct err *e)
{
	char t1[WHEN_TEXT_SIZE], t2[WHEN_TEXT_SIZE];

	findings_wipe(&it->failure);
	it->last_error[0] = '\0';
	it->unanswered = false;
	if (item_good(it) && !it->now.inflated && t->judged.this_update <= it->now.this_update) {
		findings_add(&it->found, "fetch.not-newer", it->source,
			     "the answer's thisUpdate is %s, that of the staple that is there %s",
			     when_format(t->judged.this_update, t1), when_format(it->now.this_update, t2));
		it->outcome = FETCH_KEPT;
	} else {
		if (item_replace(r, it, buf_span(&a->body), &t->judged, &it->found, e) != 0)
			return -1;
		findings_move(&it->found, &t->f);
	}
	if (r->o->layout->issuer)
		return item_write_issuer(it, &it->found, e);
	return 0;
}

static int follow(struct refresh *r, struct refresh_item *it, const struct fetch_answer *a,
		  struct trial *t, struct err *e)
{
	switch (t->worth) {
	case WORTH_GOOD:
		return settle(r, it, a, t, e);
	case WORTH_DECISIVE:
		findings_wipe(&it->failure);
		remember_failure(r, it, t);
		give_up(r, it);
		return 0;
	case WORTH_POST:
		remember_failure(r, it, t);
		it->post = true;
		return item_ask(r, it, 0, e);
	case WORTH_AGAIN:
		break;
	}
	remember_failure(r, it, t);
	return next_try(r, it, a, e);
}

int item_answer(struct refresh *r, struct refresh_item *it, struct fetch_answer *a, struct err *e)
{
	struct trial t = {.worth = WORTH_AGAIN};
	int rc;

	if (it->asking_issuer)
		return item_take_issuer(r, it, a, e);
	free(it->asked);
	it->asked = strdup(it->urls[it->url]);
	it->posted = a->posted;
	findings_init(&t.f, r->o->policy, r->o->now);
	rc = weigh(r, it, a, &t, e);
	if (rc == 0)
		rc = follow(r, it, a, &t, e);
	findings_wipe(&t.f);
	return rc;
}
