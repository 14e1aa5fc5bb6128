#include "net/fetch_transfer.h"

#include "ground/limits.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>

/* Scheme and host of a URL; refuses all but http and https. */
static int read_url(const char *url, char **host, struct err *e)
{
	CURLU *u = curl_url();
	char *scheme = NULL, *name = NULL;
	int rc = -1;

	*host = NULL;
	if (!u)
		return err_set(e, ERR_MEMORY, "%s: out of memory", url);
	if (curl_url_set(u, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK ||
	    curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
	    curl_url_get(u, CURLUPART_HOST, &name, 0) != CURLUE_OK) {
		err_set(e, ERR_UNSUPPORTED, "%s: not an http URL", url);
	} else if (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0) {
		err_set(e, ERR_UNSUPPORTED, "%s: only http and https are asked, not %s", url, scheme);
	} else {
		*host = strdup(name);
		rc = *host ? 0 : err_set(e, ERR_MEMORY, "%s: out of memory", url);
	}
	for (char *p = *host; p && *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	curl_free(scheme);
	curl_free(name);
	curl_url_cleanup(u);
	return rc;
}

int fetch_url_check(const char *url, struct err *e)
{
	char *host;
	int rc = read_url(url, &host, e);

	free(host);
	return rc;
}

int transfer_new(struct transfer **out, const struct fetch_request *r,
		 const struct fetch_limits *limits, struct err *e)
{
	struct transfer *t;

	*out = NULL;
	if (!r->url || !r->url[0])
		return err_set(e, ERR_USAGE, "no URL to ask");
	t = calloc(1, sizeof *t);
	if (!t)
		return err_set(e, ERR_MEMORY, "%s: out of memory", r->url);
	t->request = *r;
	buf_init(&t->post);
	buf_init(&t->answer.body);
	if (span_present(r->post))
		buf_add(&t->post, r->post);
	t->max_bytes = limits->max_bytes;
	t->redirects_left = limits->redirects;
	t->url = strdup(r->url);
	t->name = strdup(r->name ? r->name : r->url);
	if (!t->url || !t->name || t->post.failed) {
		transfer_free(t);
		return err_set(e, ERR_MEMORY, "%s: out of memory", r->url);
	}
	if (read_url(r->url, &t->host, e) != 0) {
		transfer_free(t);
		return -1;
	}
	t->not_before = fetch_clock_ms() + r->wait_ms;
	*out = t;
	return 0;
}

void transfer_close(struct transfer *t)
{
	curl_easy_cleanup(t->easy);
	curl_slist_free_all(t->headers);
	t->easy = NULL;
	t->headers = NULL;
}

void transfer_free(struct transfer *t)
{
	if (!t)
		return;
	transfer_close(t);
	buf_wipe(&t->post);
	fetch_answer_wipe(&t->answer);
	free(t->url);
	free(t->name);
	free(t->host);
	free(t);
}

static size_t take_body(char *p, size_t size, size_t n, void *context)
{
	struct transfer *t = context;

	n *= size;
	if (n > t->max_bytes - t->answer.body.n) {
		t->too_big = true;
		return 0;
	}
	buf_add_bytes(&t->answer.body, p, n);
	return t->answer.body.failed ? 0 : n;
}

static size_t take_header(char *p, size_t size, size_t n, void *context)
{
	struct transfer *t = context;

	n *= size;
	t->header_bytes += n;
	if (t->header_bytes > LIMIT_HTTP_HEADERS) {
		t->too_big = true;
		return 0;
	}
	fetch_header_read(&t->answer, span_of(p, n));
	return n;
}

static void add_header(struct curl_slist **list, bool *failed, const char *name, const char *value)
{
	char line[128];
	struct curl_slist *more;

	snprintf(line, sizeof line, "%s: %s", name, value);
	more = curl_slist_append(*list, line);
	if (more)
		*list = more;
	else
		*failed = true;
}

static int set_headers(struct transfer *t, struct err *e)
{
	struct curl_slist *list = NULL;
	bool failed = false;

	if (t->request.accept)
		add_header(&list, &failed, "Accept", t->request.accept);
	if (t->request.type && span_present(t->request.post)) {
		add_header(&list, &failed, "Content-Type", t->request.type);
		add_header(&list, &failed, "Expect", ""); /* no 100-continue: old responders choke */
	}
	if (t->request.no_cache) {
		add_header(&list, &failed, "Cache-Control", "no-cache");
		add_header(&list, &failed, "Pragma", "no-cache");
	}
	t->headers = list;
	if (failed || curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, list) != CURLE_OK)
		return err_set(e, ERR_MEMORY, "%s: out of memory", t->name);
	return 0;
}

int transfer_open(struct transfer *t, const char *agent, int64_t left_ms, struct err *e)
{
	CURL *c = t->easy = curl_easy_init();

	if (!c)
		return err_set(e, ERR_MEMORY, "%s: out of memory", t->name);
	buf_reset(&t->answer.body);
	fetch_header_forget(&t->answer);
	t->header_bytes = 0;
	t->why[0] = '\0';
	curl_easy_setopt(c, CURLOPT_PRIVATE, t);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, t->why);
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L); /* redirects are ours: limits, schemes */
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)left_ms);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)left_ms);
	curl_easy_setopt(c, CURLOPT_USERAGENT, agent);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, t);
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, t);
	curl_easy_setopt(c, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)t->max_bytes);
	if (span_present(t->request.post)) {
		curl_easy_setopt(c, CURLOPT_POST, 1L);
		curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)t->post.n);
		curl_easy_setopt(c, CURLOPT_POSTFIELDS, buf_span(&t->post).p);
	}
	if (curl_easy_setopt(c, CURLOPT_URL, t->url) != CURLE_OK)
		return err_set(e, ERR_MEMORY, "%s: out of memory", t->name);
	return set_headers(t, e);
}

static bool is_redirect(int status)
{
	return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* 0: t asks the new place next; else the answer has the error. */
static int follow(struct transfer *t)
{
	struct fetch_answer *a = &t->answer;
	char *to = NULL, *host = NULL, *copy;

	if (curl_easy_getinfo(t->easy, CURLINFO_REDIRECT_URL, &to) != CURLE_OK || !to)
		return err_set(&a->err, ERR_NETWORK, "%s: HTTP status %d names no place to go to", t->name,
			       a->status);
	if (t->redirects_left == 0)
		return err_set(&a->err, ERR_NETWORK, "%s: too many redirects (the last one to %.100s)", t->name,
			       to);
	if (read_url(to, &host, &a->err) != 0)
		return err_prefix(&a->err, "%s: redirected", t->name);
	copy = strdup(to);
	if (!copy) {
		free(host);
		return err_set(&a->err, ERR_MEMORY, "%s: out of memory", t->name);
	}
	free(t->url);
	free(t->host);
	t->url = copy;
	t->host = host;
	t->at = NULL;
	t->redirects_left--;
	return 0;
}

static void set_failure(struct transfer *t, CURLcode result)
{
	struct err *e = &t->answer.err;
	const char *why = t->why[0] ? t->why : curl_easy_strerror(result);

	if (t->header_bytes > LIMIT_HTTP_HEADERS)
		err_set(e, ERR_LIMIT, "%s: the answer's header is longer than %zu bytes", t->name,
			LIMIT_HTTP_HEADERS);
	else if (t->too_big || result == CURLE_FILESIZE_EXCEEDED)
		err_set(e, ERR_LIMIT, "%s: the answer is longer than %zu bytes", t->name, t->max_bytes);
	else if (result == CURLE_OPERATION_TIMEDOUT)
		err_set(e, ERR_TIMEOUT, "%s: %s", t->name, why);
	else
		err_set(e, ERR_NETWORK, "%s: %s", t->name, why);
}

static void done(struct transfer *t)
{
	t->answer.tag = t->request.tag;
	t->answer.posted = span_present(t->request.post);
	t->answer.url = t->url;
	t->url = NULL;
	t->answer.elapsed_ms = t->started ? fetch_clock_ms() - t->started : 0;
	if (t->answer.err.code != ERR_NONE)
		buf_reset(&t->answer.body);
	t->state = TRANSFER_DONE;
}

void transfer_finish(struct transfer *t, int result)
{
	long status = 0;

	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	t->answer.status = (int)status;
	if (result != CURLE_OK) {
		set_failure(t, (CURLcode)result);
	} else if (is_redirect(t->answer.status) && follow(t) == 0) {
		transfer_close(t);
		t->state = TRANSFER_WAITING;
		return;
	}
	transfer_close(t);
	done(t);
}

void transfer_expire(struct transfer *t)
{
	err_set(&t->answer.err, ERR_TIMEOUT, "%s: the time for the whole run is over", t->name);
	transfer_close(t);
	done(t);
}
