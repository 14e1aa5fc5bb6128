#include "net/fetch.h"

#include "ground/limits.h"
#include "ground/pem.h"
#include "net/fetch_transfer.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <time.h>

/* A host name that was asked, and how many of its requests are under way. */
struct fetch_host {
	struct fetch_host *next;
	unsigned running;
	char name[];
};

struct fetch {
	CURLM *multi;
	struct fetch_limits limits;
	char *agent;
	int64_t end; /* of fetch_clock_ms; 0: none */
	struct transfer *first, **last;
	struct fetch_host *hosts;
	unsigned running, peak;
};

int64_t fetch_clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int fetch_new(struct fetch **out, const struct fetch_limits *limits, struct err *e)
{
	struct fetch *f = NULL;

	*out = NULL;
	/* counted by libcurl: each fetch_free gives it back */
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return err_set(e, ERR_INTERNAL, "libcurl: cannot be started");
	f = calloc(1, sizeof *f);
	if (!f) {
		curl_global_cleanup();
		return err_set(e, ERR_MEMORY, "fetch: out of memory");
	}
	f->limits = *limits;
	f->limits.jobs = limits->jobs ? limits->jobs : 1;
	f->limits.per_host = limits->per_host ? limits->per_host : 1;
	f->multi = curl_multi_init();
	f->agent = strdup(limits->agent ? limits->agent : "staple-tools");
	f->last = &f->first;
	f->end = limits->deadline_ms ? fetch_clock_ms() + limits->deadline_ms : 0;
	if (!f->multi || !f->agent) {
		fetch_free(f);
		return err_set(e, ERR_MEMORY, "fetch: out of memory");
	}
	*out = f;
	return 0;
}

void fetch_free(struct fetch *f)
{
	if (!f)
		return;
	while (f->first) {
		struct transfer *t = f->first;

		f->first = t->next;
		if (t->easy)
			curl_multi_remove_handle(f->multi, t->easy);
		transfer_free(t);
	}
	while (f->hosts) {
		struct fetch_host *h = f->hosts;

		f->hosts = h->next;
		free(h);
	}
	curl_multi_cleanup(f->multi);
	free(f->agent);
	free(f);
	curl_global_cleanup();
}

int fetch_add(struct fetch *f, const struct fetch_request *r, struct err *e)
{
	struct transfer *t;

	if (transfer_new(&t, r, &f->limits, e) != 0)
		return -1;
	*f->last = t;
	f->last = &t->next;
	return 0;
}

static struct fetch_host *host_get(struct fetch *f, const char *name, struct err *e)
{
	struct fetch_host *h;
	size_t n = strlen(name) + 1;

	for (h = f->hosts; h; h = h->next)
		if (strcmp(h->name, name) == 0)
			return h;
	h = calloc(1, sizeof *h + n);
	if (!h) {
		err_set(e, ERR_MEMORY, "%s: out of memory", name);
		return NULL;
	}
	memcpy(h->name, name, n);
	h->next = f->hosts;
	f->hosts = h;
	return h;
}

/* The time that a transfer may still take: its own, cut by the whole run's end. */
static int64_t time_left(const struct fetch *f, const struct transfer *t, int64_t now)
{
	int64_t left = t->started + f->limits.timeout_ms - now;

	if (f->end && f->end - now < left)
		left = f->end - now;
	return left > 1 ? left : 1; /* 0 would mean none to libcurl */
}

static int start(struct fetch *f, struct transfer *t, int64_t now, struct err *e)
{
	if (!t->started)
		t->started = now;
	if (transfer_open(t, f->agent, time_left(f, t, now), e) != 0)
		return -1;
	if (curl_multi_add_handle(f->multi, t->easy) != CURLM_OK)
		return err_set(e, ERR_INTERNAL, "%s: libcurl refused the request", t->name);
	t->state = TRANSFER_RUNNING;
	t->at->running++;
	f->running++;
	if (f->running > f->peak)
		f->peak = f->running;
	return 0;
}

/* Starts what is due and within the limits; *wait_ms is cut to when the next one is due. */
static int start_due(struct fetch *f, int *wait_ms, struct err *e)
{
	int64_t now = fetch_clock_ms();

	for (struct transfer *t = f->first; t; t = t->next) {
		if (f->running >= f->limits.jobs)
			break; /* whoever ends wakes us */
		if (t->state != TRANSFER_WAITING)
			continue;
		if (!t->at && !(t->at = host_get(f, t->host, e)))
			return -1;
		if (t->not_before > now) {
			if (t->not_before - now < *wait_ms)
				*wait_ms = (int)(t->not_before - now);
		} else if (t->at->running < f->limits.per_host && start(f, t, now, e) != 0) {
			return -1;
		}
	}
	return 0;
}

/* The next finished transfer leaves the list. */
static struct transfer *take_done(struct fetch *f)
{
	for (struct transfer **at = &f->first; *at; at = &(*at)->next) {
		struct transfer *t = *at;

		if (t->state == TRANSFER_DONE) {
			*at = t->next;
			if (f->last == &t->next)
				f->last = at;
			return t;
		}
	}
	return NULL;
}

/* True when any ended: then there may be another to start, or an answer to hand out. */
static bool collect(struct fetch *f)
{
	CURLMsg *m;
	bool any = false;
	int left;

	while ((m = curl_multi_info_read(f->multi, &left))) {
		struct transfer *t = NULL;
		CURLcode result = m->data.result;

		if (m->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&t);
		curl_multi_remove_handle(f->multi, m->easy_handle);
		f->running--;
		t->at->running--;
		transfer_finish(t, (int)result);
		any = true;
	}
	return any;
}

static void expire_all(struct fetch *f)
{
	for (struct transfer *t = f->first; t; t = t->next) {
		if (t->state == TRANSFER_DONE)
			continue;
		if (t->easy) {
			curl_multi_remove_handle(f->multi, t->easy);
			f->running--;
			t->at->running--;
		}
		transfer_expire(t);
	}
}

int fetch_next(struct fetch *f, struct fetch_answer *out, struct err *e)
{
	for (;;) {
		int wait_ms = 1000, running;
		struct transfer *t;

		if (f->end && fetch_clock_ms() >= f->end)
			expire_all(f);
		if (start_due(f, &wait_ms, e) != 0)
			return -1;
		if ((t = take_done(f))) {
			*out = t->answer;
			t->answer = (struct fetch_answer){0};
			buf_init(&t->answer.body);
			transfer_free(t);
			return 1;
		}
		if (!f->first)
			return 0;
		if (f->limits.tick)
			f->limits.tick(f->limits.tick_context);
		if (curl_multi_perform(f->multi, &running) != CURLM_OK)
			return err_set(e, ERR_INTERNAL, "libcurl: the requests cannot go on");
		if (collect(f))
			continue;
		if (f->end && f->end - fetch_clock_ms() < wait_ms)
			wait_ms = (int)(f->end - fetch_clock_ms());
		if (curl_multi_poll(f->multi, NULL, 0, wait_ms > 0 ? wait_ms : 0, NULL) != CURLM_OK)
			return err_set(e, ERR_INTERNAL, "libcurl: cannot wait for answers");
	}
}

void fetch_answer_wipe(struct fetch_answer *a)
{
	buf_wipe(&a->body);
	free(a->url);
	a->url = NULL;
}

unsigned fetch_peak(const struct fetch *f)
{
	return f->peak;
}

/* RFC 6960, A.1: {url}/{url-encoding of base-64 encoding of the DER of the request}. */
static void add_get_path(struct buf *b, const char *url, struct span request)
{
	struct buf base64;

	buf_init(&base64);
	pem_base64(&base64, request);
	if (base64.failed)
		b->failed = true;
	buf_add_str(b, url);
	if (url[0] && url[strlen(url) - 1] != '/')
		buf_add_byte(b, '/');
	for (size_t i = 0; i < base64.n; i++) {
		switch (base64.p[i]) {
		case '+':
			buf_add_str(b, "%2B");
			break;
		case '/':
			buf_add_str(b, "%2F");
			break;
		case '=':
			buf_add_str(b, "%3D");
			break;
		default:
			buf_add_byte(b, base64.p[i]);
		}
	}
	buf_wipe(&base64);
}

int fetch_ocsp(const char *url, struct span ocsp_request, bool post, struct buf *text,
	       struct fetch_request *out, struct err *e)
{
	*out = (struct fetch_request){.name = url, .accept = "application/ocsp-response"};
	buf_reset(text);
	if (!strpbrk(url, "?#"))
		add_get_path(text, url, ocsp_request);
	if (post || text->n == 0 || text->n > LIMIT_OCSP_GET_URL) {
		buf_reset(text);
		buf_add_str(text, url);
		out->post = ocsp_request;
		out->type = "application/ocsp-request";
	}
	out->url = buf_cstr(text);
	return buf_check(text, url, e);
}
