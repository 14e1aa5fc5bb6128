#include "net/probe_connection.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

static void over(struct connection *c, enum path_outcome o, const char *fmt, ...) PRINTF_LIKE(3, 4);
static void over(struct connection *c, enum path_outcome o, const char *fmt, ...)
{
	va_list ap;

	c->path.outcome = o;
	va_start(ap, fmt);
	vsnprintf(c->path.reason, sizeof c->path.reason, fmt, ap);
	va_end(ap);
	c->stage = CONNECTION_OVER;
}

static void want(struct connection *c, uint32_t events)
{
	struct epoll_event ev = {.events = events, .data.ptr = &c->watch};

	if (c->events == events)
		return;
	if (epoll_ctl(c->epoll, c->events ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, c->fd, &ev) != 0)
		over(c, PATH_UNREACHABLE, "epoll: %s", strerror(errno));
	c->events = events;
}

/* --- the beginning --- */

static void unreachable(struct connection *c, int error)
{
	over(c, PATH_UNREACHABLE, "no connection: %s", strerror(error));
}

void connection_open(struct connection *c, struct probe_tls_context *context, int epoll,
		     const struct probe_job *job, bool proxy, int64_t now, int64_t ends)
{
	int one = 1;

	c->context = context;
	c->epoll = epoll;
	c->job = *job;
	c->proxy = proxy;
	c->used = true;
	c->stage = CONNECTION_CONNECTING;
	c->started = now;
	c->ends = ends;
	c->events = 0;
	c->sent = 0;
	buf_init(&c->out);
	buf_init(&c->http);
	c->talk = (struct starttls_talk){0};
	c->tls = (struct probe_tls){.fd = -1};
	path_init(&c->path);
	probe_address_text(&job->address, c->path.address);
	c->path.tls = job->tls;
	c->path.key = job->key;
	c->path.round = job->round;
	snprintf(c->path.sni, sizeof c->path.sni, "%s", job->sni ? job->sni : "");
	c->fd = socket(job->address.sa.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (c->fd < 0) {
		unreachable(c, errno);
		return;
	}
	if (job->address.sa.ss_family != AF_UNIX)
		(void)setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	if (connect(c->fd, (const struct sockaddr *)&job->address.sa, job->address.n) != 0 &&
	    errno != EINPROGRESS && errno != EINTR) {
		unreachable(c, errno);
		return;
	}
	want(c, EPOLLOUT);
}

/* PROXY protocol, version 1, as HAProxy defines it: who we are, to whom we go. */
static void proxy_line(struct connection *c)
{
	struct sockaddr_storage own = {0};
	socklen_t n = sizeof own;
	struct probe_address from = {0}, to = c->job.address;
	char a[80], b[80], *pa, *pb;

	if (getsockname(c->fd, (struct sockaddr *)&own, &n) != 0 || own.ss_family == AF_UNIX) {
		buf_add_str(&c->out, "PROXY UNKNOWN\r\n");
		return;
	}
	from.sa = own;
	probe_address_text(&from, a);
	probe_address_text(&to, b);
	pa = strrchr(a, ':');
	pb = strrchr(b, ':');
	if (!pa || !pb)
		return;
	*pa++ = *pb++ = '\0';
	if (own.ss_family == AF_INET6)
		buf_printf(&c->out, "PROXY TCP6 %.*s %.*s %s %s\r\n", (int)strlen(a) - 2, a + 1,
			   (int)strlen(b) - 2, b + 1, pa, pb);
	else
		buf_printf(&c->out, "PROXY TCP4 %s %s %s %s\r\n", a, b, pa, pb);
}

static void begin_tls(struct connection *c)
{
	struct err e;

	if (probe_tls_open(&c->tls, c->context, c->fd, &c->job, &c->path, &e) != 0)
		over(c, PATH_BROKEN, "%s", e.text);
	else
		c->stage = CONNECTION_HANDSHAKE;
}

static void connected(struct connection *c)
{
	int error = 0;
	socklen_t n = sizeof error;

	if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &n) != 0)
		error = errno;
	if (error) {
		unreachable(c, error);
		return;
	}
	if (c->proxy)
		proxy_line(c);
	if (c->job.starttls)
		starttls_begin(&c->talk, c->job.starttls, c->job.sni && *c->job.sni ? c->job.sni : "localhost");
	c->stage = CONNECTION_TALKING;
}

/* --- plaintext: PROXY line and STARTTLS --- */

/* False: not all could be sent yet, or it is over. */
static bool send_out(struct connection *c)
{
	while (c->sent < c->out.n) {
		ssize_t put = send(c->fd, c->out.p + c->sent, c->out.n - c->sent, MSG_NOSIGNAL);

		if (put < 0 && (errno == EAGAIN || errno == EINTR)) {
			want(c, EPOLLOUT);
			return false;
		}
		if (put < 0) {
			over(c, PATH_BROKEN, "the connection broke before TLS: %s", strerror(errno));
			return false;
		}
		c->sent += (size_t)put;
	}
	return true;
}

static void refused(struct connection *c)
{
	enum path_outcome o = PATH_NOT_TLS;

	if (c->talk.state == STARTTLS_TOO_MUCH)
		o = PATH_LIMIT;
	else if (c->talk.state == STARTTLS_INJECTED)
		o = PATH_INJECTED;
	over(c, o, "%s: %s", c->job.starttls->name, c->talk.reason);
}

/* True: something came and was understood. */
static bool listen_once(struct connection *c)
{
	uint8_t bytes[4096];
	ssize_t got = recv(c->fd, bytes, sizeof bytes, 0);

	if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
		want(c, EPOLLIN);
		return false;
	}
	if (got <= 0) {
		over(c, PATH_NOT_TLS, "%s: the connection was closed before TLS", c->job.starttls->name);
		return false;
	}
	(void)starttls_feed(&c->talk, span_of(bytes, (size_t)got));
	snprintf(c->path.server, sizeof c->path.server, "%s", c->talk.greeting);
	if (c->talk.state > STARTTLS_READY) {
		refused(c);
		return false;
	}
	return true;
}

static void talk(struct connection *c)
{
	for (;;) {
		if (c->talk.out.n > 0) {
			buf_add(&c->out, buf_span(&c->talk.out));
			buf_reset(&c->talk.out);
		}
		if (!send_out(c))
			return;
		if (!c->job.starttls || c->talk.state == STARTTLS_READY) {
			begin_tls(c);
			return;
		}
		if (!listen_once(c))
			return;
	}
}

/* --- TLS --- */

/* Again without the offer of http/1.1, which this server does not take. */
static void reconnect(struct connection *c)
{
	struct probe_job job = c->job;
	int64_t started = c->started, ends = c->ends;

	job.ask_http = false;
	connection_close(c, started);
	path_wipe(&c->path);
	connection_open(c, c->context, c->epoll, &job, c->proxy, started, ends);
}

static void handshake(struct connection *c)
{
	if (probe_tls_step(&c->tls, &c->job) == PROBE_TLS_AGAIN) {
		want(c, probe_tls_wants_write(&c->tls) ? EPOLLOUT : EPOLLIN);
		return;
	}
	if (c->job.ask_http && c->path.outcome == PATH_BROKEN && probe_tls_alpn_refused(&c->tls))
		reconnect(c);
	else if (c->job.ask_http && c->path.outcome == PATH_SERVED && !c->path.reason[0] &&
		 connection_may_ask(c))
		connection_ask_http(c);
	else
		c->stage = CONNECTION_OVER;
}

void connection_go(struct connection *c)
{
	if (c->stage == CONNECTION_CONNECTING)
		connected(c);
	if (c->stage == CONNECTION_TALKING)
		talk(c);
	if (c->stage == CONNECTION_HANDSHAKE)
		handshake(c);
	if (c->stage == CONNECTION_HTTP && !connection_read_http(c))
		want(c, EPOLLIN);
}

void connection_stop(struct connection *c, enum path_outcome outcome, const char *reason)
{
	static const char *const where[] = {"connecting", "before TLS", "in the handshake"};

	if (c->stage == CONNECTION_HTTP)
		c->stage = CONNECTION_OVER;
	else if (c->stage != CONNECTION_OVER)
		over(c, outcome, "%s (%s)", reason, where[c->stage]);
}

void connection_close(struct connection *c, int64_t now)
{
	c->path.elapsed_ms = now - c->started;
	c->context->asking -= c->asking;
	c->asking = false;
	probe_tls_close(&c->tls);
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
	starttls_wipe(&c->talk);
	buf_wipe(&c->out);
	buf_wipe(&c->http);
	c->used = false;
}
