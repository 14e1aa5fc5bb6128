#include "tests/unit/unit.h"

#include "ground/limits.h"
#include "ground/when.h"
#include "net/fetch.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* --- a server that knows a few paths; each connection has one request --- */

static int port;

static void answer(int fd, const char *path)
{
	char head[512];
	int n = 0;

	if (strncmp(path, "/ok", 3) == 0)
		n = snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Type: Application/OCSP-Response; x=y\r\n"
			     "Date: Thu, 01 Jan 1970 00:16:40 GMT\r\nAge: 77\r\n"
			     "Cache-Control: public, Max-Age=3600\r\nContent-Length: 5\r\n\r\nhello");
	else if (strncmp(path, "/busy", 5) == 0)
		n = snprintf(head, sizeof head, "HTTP/1.1 503 No\r\nRetry-After: 9\r\nContent-Length: 0\r\n\r\n");
	else if (strncmp(path, "/hop", 4) == 0)
		n = snprintf(head, sizeof head, "HTTP/1.1 302 There\r\nLocation: %s%d\r\nContent-Length: 0\r\n\r\n",
			     path[4] > '0' ? "/hop" : "/ok", path[4] > '0' ? path[4] - '1' : 0);
	else if (strncmp(path, "/file", 5) == 0)
		n = snprintf(head, sizeof head, "HTTP/1.1 302 There\r\nLocation: file:///etc/passwd\r\n\r\n");
	else if (strncmp(path, "/long", 5) == 0)
		n = snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\n\r\n%0*d", 200, 0);
	else if (strncmp(path, "/nap", 4) == 0)
		usleep(100000), n = snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
	else
		sleep(8); /* hang */
	(void)!write(fd, head, (size_t)n);
}

static void *serve(void *context)
{
	int fd = (int)(intptr_t)context;
	char request[4096], path[256];
	size_t n = 0;

	while (n < sizeof request - 1) {
		ssize_t got = read(fd, request + n, sizeof request - 1 - n);

		if (got <= 0)
			break;
		n += (size_t)got;
		request[n] = '\0';
		if (strstr(request, "\r\n\r\n"))
			break;
	}
	if (sscanf(request, "%*s %255s", path) == 1)
		answer(fd, path);
	shutdown(fd, SHUT_WR);
	while (read(fd, request, sizeof request) > 0)
		;
	close(fd);
	return NULL;
}

static void *listen_on(void *context)
{
	int l = (int)(intptr_t)context;

	for (;;) {
		pthread_t t;
		int fd = accept(l, NULL, NULL);

		if (fd >= 0 && pthread_create(&t, NULL, serve, (void *)(intptr_t)fd) == 0)
			pthread_detach(t);
	}
	return NULL;
}

static int start(void **state)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof a;
	int l = socket(AF_INET, SOCK_STREAM, 0);
	pthread_t t;

	(void)state;
	unsetenv("http_proxy");
	unsetenv("all_proxy");
	unsetenv("ALL_PROXY");
	if (bind(l, (struct sockaddr *)&a, n) != 0 || listen(l, 64) != 0 ||
	    getsockname(l, (struct sockaddr *)&a, &n) != 0)
		return -1;
	port = ntohs(a.sin_port);
	return pthread_create(&t, NULL, listen_on, (void *)(intptr_t)l);
}

static const struct fetch_limits usual = {.timeout_ms = 5000, .max_bytes = 100, .redirects = 3,
					  .jobs = 8, .per_host = 4, .agent = "unit"};

static void ask(const char *path, const struct fetch_limits *limits, struct fetch_answer *a)
{
	struct fetch_request r = {.tag = a};
	struct fetch *f;
	struct err e;
	char url[300];

	snprintf(url, sizeof url, "http://127.0.0.1:%d%s", port, path);
	r.url = url;
	assert_int_equal(fetch_new(&f, limits, &e), 0);
	assert_int_equal(fetch_add(f, &r, &e), 0);
	assert_int_equal(fetch_next(f, a, &e), 1);
	assert_ptr_equal(a->tag, a);
	fetch_free(f);
}

static void an_answer_with_what_caches_say(void **state)
{
	struct fetch_answer a;

	(void)state;
	ask("/ok", &usual, &a);
	assert_int_equal(a.err.code, ERR_NONE);
	assert_int_equal(a.status, 200);
	assert_true(span_equal(buf_span(&a.body), span_str("hello")));
	assert_string_equal(a.type, "application/ocsp-response");
	assert_int_equal(a.date, 1000);
	assert_int_equal(a.age, 77);
	assert_int_equal(a.max_age, 3600);
	assert_int_equal(a.retry_after, -1);
	fetch_answer_wipe(&a);
	ask("/busy", &usual, &a);
	assert_int_equal(a.err.code, ERR_NONE);
	assert_int_equal(a.status, 503);
	assert_int_equal(a.retry_after, 9);
	assert_int_equal(a.age, -1);
	assert_true(a.date == WHEN_NONE);
	fetch_answer_wipe(&a);
}

static void redirects_are_followed_up_to_the_limit(void **state)
{
	struct fetch_answer a;

	(void)state;
	ask("/hop2", &usual, &a); /* hop2, hop1, hop0, ok: three redirects */
	assert_int_equal(a.status, 200);
	assert_non_null(strstr(a.url, "/ok0"));
	fetch_answer_wipe(&a);
	ask("/hop3", &usual, &a);
	assert_int_equal(a.err.code, ERR_NETWORK);
	assert_non_null(strstr(a.err.text, "too many redirects"));
	fetch_answer_wipe(&a);
	ask("/file", &usual, &a);
	assert_int_equal(a.err.code, ERR_UNSUPPORTED);
	assert_int_equal(a.body.n, 0);
	fetch_answer_wipe(&a);
}

static void a_long_answer_is_refused(void **state)
{
	struct fetch_answer a;

	(void)state;
	ask("/long", &usual, &a);
	assert_int_equal(a.err.code, ERR_LIMIT);
	assert_int_equal(a.body.n, 0);
	fetch_answer_wipe(&a);
}

static void time_runs_out(void **state)
{
	struct fetch_limits l = usual;
	struct fetch_answer a;
	int64_t before = fetch_clock_ms();

	(void)state;
	l.timeout_ms = 150;
	ask("/hang", &l, &a);
	assert_int_equal(a.err.code, ERR_TIMEOUT);
	fetch_answer_wipe(&a);
	l.timeout_ms = 60000;
	l.deadline_ms = 150;
	ask("/hang", &l, &a);
	assert_int_equal(a.err.code, ERR_TIMEOUT);
	fetch_answer_wipe(&a);
	assert_true(fetch_clock_ms() - before < 6000);
}

/* Twelve naps of 0.1 s: never more at once than allowed, and all come back. */
static void peak_of(unsigned jobs, unsigned per_host, unsigned expected)
{
	struct fetch_limits l = usual;
	struct fetch_request r = {0};
	struct fetch_answer a;
	struct fetch *f;
	struct err e;
	char url[100];
	int n = 0;

	l.jobs = jobs;
	l.per_host = per_host;
	assert_int_equal(fetch_new(&f, &l, &e), 0);
	for (int i = 0; i < 12; i++) {
		/* two names for one server; case does not make another host */
		snprintf(url, sizeof url, "http://%s:%d/nap", i % 3 ? "127.0.0.1" : "LOCALhost", port);
		r.url = url;
		assert_int_equal(fetch_add(f, &r, &e), 0);
	}
	while (fetch_next(f, &a, &e) == 1) {
		assert_int_equal(a.status, 200);
		fetch_answer_wipe(&a);
		n++;
	}
	assert_int_equal(n, 12);
	assert_int_equal(fetch_peak(f), expected);
	fetch_free(f);
}

static void limits_of_the_run_and_of_a_host_hold(void **state)
{
	(void)state;
	peak_of(5, 12, 5);
	peak_of(12, 2, 4);
	peak_of(0, 0, 1);
}

static void a_request_can_wait(void **state)
{
	struct fetch_request r = {.wait_ms = 120};
	struct fetch_answer a;
	struct fetch *f;
	struct err e;
	int64_t before = fetch_clock_ms();
	char url[100];

	(void)state;
	snprintf(url, sizeof url, "http://127.0.0.1:%d/ok", port);
	r.url = url;
	assert_int_equal(fetch_new(&f, &usual, &e), 0);
	assert_int_equal(fetch_add(f, &r, &e), 0);
	assert_int_equal(fetch_next(f, &a, &e), 1);
	assert_true(fetch_clock_ms() - before >= 120);
	fetch_answer_wipe(&a);
	assert_int_equal(fetch_next(f, &a, &e), 0);
	fetch_free(f);
}

static void only_http_is_asked(void **state)
{
	static const char *const bad[] = {"file:///etc/passwd", "ftp://127.0.0.1/", "ldap://x/", "nonsense",
					  "", "http://", "gopher://x/"};
	struct fetch *f;
	struct err e;

	(void)state;
	assert_int_equal(fetch_new(&f, &usual, &e), 0);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(fetch_add(f, &(struct fetch_request){.url = bad[i]}, &e), -1);
	fetch_free(f);
}

/* RFC 5019, 5: GET up to 255 bytes in all, POST beyond. */
static void get_up_to_255_bytes(void **state)
{
	uint8_t der[400];
	struct fetch_request r;
	struct buf text;
	struct err e;

	(void)state;
	memset(der, 0xfb, sizeof der);
	buf_init(&text);
	assert_int_equal(fetch_ocsp("http://o.test", span_of(der, 3), false, &text, &r, &e), 0);
	assert_string_equal(r.url, "http://o.test/%2B%2Fv7");
	assert_false(span_present(r.post));
	/* 3n octets of 00 are 4n letters: 16 + 4 * 59 = 252, and 256 is too long */
	memset(der, 0, sizeof der);
	assert_int_equal(fetch_ocsp("http://ocsp.tst/", span_of(der, 177), false, &text, &r, &e), 0);
	assert_int_equal(strlen(r.url), 252);
	assert_false(span_present(r.post));
	assert_int_equal(fetch_ocsp("http://ocsp.ts.tt/", span_of(der, 177), false, &text, &r, &e), 0);
	assert_int_equal(strlen(r.url), LIMIT_OCSP_GET_URL - 1);
	assert_false(span_present(r.post));
	assert_int_equal(fetch_ocsp("http://ocsp.ts.ttt/", span_of(der, 177), false, &text, &r, &e), 0);
	assert_int_equal(strlen(r.url), LIMIT_OCSP_GET_URL);
	assert_false(span_present(r.post));
	assert_int_equal(fetch_ocsp("http://ocsp.ts.tttt/", span_of(der, 177), false, &text, &r, &e), 0);
	assert_string_equal(r.url, "http://ocsp.ts.tttt/");
	assert_int_equal(r.post.n, 177);
	assert_string_equal(r.type, "application/ocsp-request");
	assert_int_equal(fetch_ocsp("http://o.test/?q=1", span_of(der, 3), false, &text, &r, &e), 0);
	assert_string_equal(r.url, "http://o.test/?q=1");
	assert_true(span_present(r.post));
	assert_int_equal(fetch_ocsp("http://o.test/", span_of(der, 3), true, &text, &r, &e), 0);
	assert_true(span_present(r.post));
	buf_wipe(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_with_what_caches_say),
		cmocka_unit_test(redirects_are_followed_up_to_the_limit),
		cmocka_unit_test(a_long_answer_is_refused),
		cmocka_unit_test(time_runs_out),
		cmocka_unit_test(limits_of_the_run_and_of_a_host_hold),
		cmocka_unit_test(a_request_can_wait),
		cmocka_unit_test(only_http_is_asked),
		cmocka_unit_test(get_up_to_255_bytes),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
