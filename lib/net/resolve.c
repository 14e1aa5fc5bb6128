#include "net/resolve.h"

#include "ground/limits.h"
#include "net/watch.h"

#include <ares.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

/* c-ares keeps a few sockets: one UDP for each server, and TCP where an answer is long. */
#define SOCKETS 32

struct socket_watch {
	struct watch watch; /* first */
	struct resolve *resolve;
	ares_socket_t fd;   /* ARES_SOCKET_BAD: free */
};

struct resolve {
	ares_channel channel;
	int epoll;
	size_t under_way;
	struct socket_watch socket[SOCKETS];
};

struct query {
	struct resolve *resolve;
	resolve_done done;
	void *context;
	uint16_t port;
	char host[256];
};

static void on_ready(struct watch *w, uint32_t events)
{
	struct socket_watch *s = (struct socket_watch *)(void *)w;
	ares_socket_t fd = s->fd;

	if (fd == ARES_SOCKET_BAD)
		return;
	ares_process_fd(s->resolve->channel,
			events & (EPOLLIN | EPOLLERR | EPOLLHUP) ? fd : ARES_SOCKET_BAD,
			events & EPOLLOUT ? fd : ARES_SOCKET_BAD);
}

static struct socket_watch *watch_of(struct resolve *r, ares_socket_t fd)
{
	struct socket_watch *empty = NULL;

	for (size_t i = 0; i < SOCKETS; i++) {
		if (r->socket[i].fd == fd)
			return &r->socket[i];
		if (r->socket[i].fd == ARES_SOCKET_BAD)
			empty = &r->socket[i];
	}
	return empty;
}

static void on_socket(void *data, ares_socket_t fd, int readable, int writable)
{
	struct resolve *r = data;
	struct socket_watch *s = watch_of(r, fd);
	struct epoll_event ev = {.events = (readable ? EPOLLIN : 0) | (writable ? EPOLLOUT : 0)};

	if (!s) /* not watched: c-ares' own timeout ends the query */
		return;
	ev.data.ptr = &s->watch;
	if (!readable && !writable) {
		(void)epoll_ctl(r->epoll, EPOLL_CTL_DEL, fd, NULL);
		s->fd = ARES_SOCKET_BAD;
	} else if (s->fd == fd) {
		(void)epoll_ctl(r->epoll, EPOLL_CTL_MOD, fd, &ev);
	} else {
		s->fd = fd;
		(void)epoll_ctl(r->epoll, EPOLL_CTL_ADD, fd, &ev);
	}
}

int resolve_new(struct resolve **out, int epoll, int64_t timeout_ms, struct err *e)
{
	static char lookups[] = "fb";
	struct ares_options o = {.flags = ARES_FLAG_NOALIASES, .lookups = lookups, .tries = 3,
				 .ndots = 1};
	struct resolve *r = calloc(1, sizeof *r);
	int rc;

	*out = NULL;
	if (!r)
		return err_set(e, ERR_MEMORY, "resolver: out of memory");
	for (size_t i = 0; i < SOCKETS; i++)
		r->socket[i] = (struct socket_watch){{on_ready}, r, ARES_SOCKET_BAD};
	r->epoll = epoll;
	o.timeout = timeout_ms > 0 && timeout_ms < 9000 ? (int)timeout_ms / 3 + 1 : 3000;
	o.sock_state_cb = on_socket;
	o.sock_state_cb_data = r;
	unsetenv("LOCALDOMAIN");
	unsetenv("RES_OPTIONS");
	rc = ares_library_init(ARES_LIB_INIT_ALL);
	if (rc == ARES_SUCCESS)
		rc = ares_init_options(&r->channel, &o, ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS |
				       ARES_OPT_TRIES | ARES_OPT_NDOTS | ARES_OPT_LOOKUPS |
				       ARES_OPT_SOCK_STATE_CB);
	if (rc != ARES_SUCCESS) {
		free(r);
		return err_set(e, ERR_NETWORK, "resolver: %s", ares_strerror(rc));
	}
	*out = r;
	return 0;
}

void resolve_free(struct resolve *r)
{
	if (!r)
		return;
	ares_destroy(r->channel);
	ares_library_cleanup();
	free(r);
}

static void set_port(struct probe_address *a, uint16_t port)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (a->sa.ss_family == AF_INET) {
		memcpy(&v4, &a->sa, sizeof v4);
		v4.sin_port = htons(port);
		memcpy(&a->sa, &v4, sizeof v4);
	} else {
		memcpy(&v6, &a->sa, sizeof v6);
		v6.sin6_port = htons(port);
		memcpy(&a->sa, &v6, sizeof v6);
	}
}

static bool known(const struct probe_address *v, size_t n, const struct probe_address *a)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].n == a->n && memcmp(&v[i].sa, &a->sa, a->n) == 0)
			return true;
	return false;
}

/* Each address once: hosts files repeat themselves. */
static size_t collect(const struct ares_addrinfo *result, uint16_t port, struct probe_address *v,
		      bool *more)
{
	size_t n = 0;

	for (const struct ares_addrinfo_node *a = result->nodes; a; a = a->ai_next) {
		struct probe_address x = {0};

		if ((a->ai_family != AF_INET && a->ai_family != AF_INET6) ||
		    a->ai_addrlen > sizeof x.sa)
			continue;
		memcpy(&x.sa, a->ai_addr, a->ai_addrlen);
		x.n = a->ai_addrlen;
		set_port(&x, port);
		if (known(v, n, &x))
			continue;
		*more = n == LIMIT_ADDRESSES;
		if (*more)
			break;
		v[n++] = x;
	}
	return n;
}

static void on_answer(void *arg, int status, int timeouts, struct ares_addrinfo *result)
{
	struct query *q = arg;
	struct probe_address v[LIMIT_ADDRESSES];
	char why[400];
	bool more = false;
	size_t n = 0;

	(void)timeouts;
	if (status == ARES_SUCCESS && result)
		n = collect(result, q->port, v, &more);
	if (result)
		ares_freeaddrinfo(result);
	if (n == 0 && strcasecmp(q->host, "localhost") == 0) /* RFC 6761, 6.3 */
		n = (size_t)(probe_address_parse("127.0.0.1", q->port, &v[0]) == 0);
	if (more)
		snprintf(why, sizeof why, "'%s' has more than %d addresses: the others were not looked at",
			 q->host, LIMIT_ADDRESSES);
	else
		snprintf(why, sizeof why, "no address for '%s': %s", q->host,
			 status == ARES_SUCCESS ? "the name has neither A nor AAAA" :
			 status == ARES_ENOTFOUND || status == ARES_ENODATA ? "there is no such name" :
			 status == ARES_ECONNREFUSED ? "no DNS server answers" : ares_strerror(status));
	q->resolve->under_way--;
	q->done(q->context, v, n, n == 0 || more ? why : NULL);
	free(q);
}

void resolve_start(struct resolve *r, const char *host, uint16_t port, resolve_done done,
		   void *context)
{
	struct ares_addrinfo_hints hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM,
					    .ai_flags = ARES_AI_NOSORT};
	struct probe_address a;
	struct query *q;

	if (probe_is_address(host) && probe_address_parse(host, port, &a) == 0) {
		done(context, &a, 1, NULL);
		return;
	}
	if (strlen(host) >= sizeof q->host) {
		done(context, NULL, 0, "the name is too long");
		return;
	}
	q = calloc(1, sizeof *q);
	if (!q) {
		done(context, NULL, 0, "out of memory");
		return;
	}
	*q = (struct query){.resolve = r, .done = done, .context = context, .port = port};
	snprintf(q->host, sizeof q->host, "%s", host);
	r->under_way++;
	ares_getaddrinfo(r->channel, host, NULL, &hints, on_answer, q);
}

int64_t resolve_wait(struct resolve *r)
{
	struct timeval max = {1, 0}, tv, *p;

	if (r->under_way == 0)
		return -1;
	p = ares_timeout(r->channel, &max, &tv);
	return p ? (int64_t)p->tv_sec * 1000 + p->tv_usec / 1000 + 1 : 1000;
}

void resolve_tick(struct resolve *r)
{
	if (r->under_way > 0)
		ares_process_fd(r->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
}

void resolve_cancel(struct resolve *r)
{
	ares_cancel(r->channel);
}
