#include "net/probe.h"

#include "net/probe_connection.h"
#include "net/resolve.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define IN_FLIGHT 64u
#define EVENTS 64
#define BREATH_MS 100 /* how often interrupted() is asked */

struct probe {
	struct probe_options o;
	struct probe_tls_context tls;
	int epoll;
	struct resolve *resolve;
	struct connection **slot; /* owned; grown as needed, each kept for the next job */
	size_t slots, slot_cap;
	size_t busy;              /* connections that have not ended their handshake */
	size_t open;              /* connections in all */
	size_t names;             /* under way */
	int64_t ends;             /* of the run; INT64_MAX: never */
	bool stopped;
	const struct probe_callbacks *c; /* during a run */
};

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* As many descriptors as the system lets us have, if the usual number may not do. */
static void allow_descriptors(unsigned in_flight)
{
	struct rlimit l;

	if (getrlimit(RLIMIT_NOFILE, &l) == 0 && l.rlim_cur < (rlim_t)in_flight * 2 + 64) {
		l.rlim_cur = l.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &l);
	}
}

int probe_new(struct probe **out, const struct probe_options *o, struct err *e)
{
	struct probe *p = calloc(1, sizeof *p);

	*out = NULL;
	if (!p)
		return err_set(e, ERR_MEMORY, "probe: out of memory");
	p->o = *o;
	if (p->o.in_flight == 0)
		p->o.in_flight = IN_FLIGHT;
	allow_descriptors(p->o.in_flight);
	p->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (p->epoll < 0) {
		err_set_errno(e, ERR_IO, errno, "epoll");
	} else if (probe_tls_start(&p->tls, o, e) == 0 &&
		   resolve_new(&p->resolve, p->epoll, o->timeout_ms, e) == 0) {
		*out = p;
		return 0;
	}
	probe_free(p);
	return -1;
}

void probe_free(struct probe *p)
{
	if (!p)
		return;
	resolve_free(p->resolve);
	for (size_t i = 0; i < p->slots; i++) {
		if (p->slot[i]->used) {
			connection_close(p->slot[i], 0);
			path_wipe(&p->slot[i]->path);
		}
		free(p->slot[i]);
	}
	free(p->slot);
	probe_tls_end(&p->tls);
	if (p->epoll >= 0)
		close(p->epoll);
	free(p);
}

bool probe_can(const struct probe *p, enum path_tls tls, enum key_kind key)
{
	return probe_tls_can((struct probe_tls_context *)(uintptr_t)&p->tls, tls, key);
}

/* --- jobs --- */

static void on_ready(struct watch *w, uint32_t events)
{
	struct connection *c = (struct connection *)(void *)w;

	(void)events;
	if (c->used)
		connection_go(c);
}

static struct connection *free_slot(struct probe *p)
{
	struct connection **v;

	for (size_t i = 0; i < p->slots; i++)
		if (!p->slot[i]->used)
			return p->slot[i];
	v = array_grow(p->slot, p->slots, &p->slot_cap, sizeof(struct connection *));
	if (!v)
		return NULL;
	p->slot = v;
	v[p->slots] = calloc(1, sizeof **v);
	if (!v[p->slots])
		return NULL;
	v[p->slots]->watch.ready = on_ready;
	return v[p->slots++];
}

struct name {
	struct probe *probe;
	struct probe_job job;
};

static void on_name(void *context, const struct probe_address *v, size_t n, const char *why)
{
	struct name *x = context;
	struct probe *p = x->probe;

	p->names--;
	if (p->c)
		p->c->resolved(p->c->context, &x->job, v, n, p->stopped ? "the run's time is up" : why);
	free(x);
}

static int start_name(struct probe *p, const struct probe_job *job, struct err *e)
{
	struct name *x = calloc(1, sizeof *x);

	if (!x)
		return err_set(e, ERR_MEMORY, "probe: out of memory");
	*x = (struct name){p, *job};
	p->names++;
	resolve_start(p->resolve, job->host, job->port, on_name, x);
	return 0;
}

/* A job that is not tried. */
static void skip(struct probe *p, const struct probe_job *job)
{
	struct path path;

	if (job->kind == PROBE_RESOLVE) {
		p->c->resolved(p->c->context, job, NULL, 0, "the run's time is up");
		return;
	}
	path_init(&path);
	probe_address_text(&job->address, path.address);
	path.tls = job->tls;
	path.key = job->key;
	path.round = job->round;
	snprintf(path.sni, sizeof path.sni, "%s", job->sni ? job->sni : "");
	snprintf(path.reason, sizeof path.reason, "not tried: the run's time is up");
	p->c->done(p->c->context, job, &path);
}

static int start(struct probe *p, const struct probe_job *job, struct err *e)
{
	int64_t now = now_ms(), ends = now + p->o.timeout_ms;
	struct connection *c;

	if (p->stopped) {
		skip(p, job);
		return 0;
	}
	if (job->kind == PROBE_RESOLVE)
		return start_name(p, job, e);
	c = free_slot(p);
	if (!c)
		return err_set(e, ERR_MEMORY, "probe: out of memory");
	connection_open(c, &p->tls, p->epoll, job, p->o.proxy_protocol, now,
			p->o.timeout_ms > 0 ? ends : INT64_MAX);
	p->open++;
	return 0;
}

/* Hands over what is over; counts what still is in its handshake. */
static void harvest(struct probe *p)
{
	int64_t now = now_ms();

	p->busy = 0;
	for (size_t i = 0; i < p->slots; i++) {
		struct connection *c = p->slot[i];
		struct probe_job job;
		struct path path;

		if (!c->used)
			continue;
		if (now >= c->ends)
			connection_stop(c, PATH_TIMEOUT, "no end in time");
		if (p->stopped)
			connection_stop(c, PATH_SKIPPED, "stopped: the run's time is up");
		if (c->stage != CONNECTION_OVER) {
			p->busy += c->stage != CONNECTION_HTTP;
			continue;
		}
		connection_close(c, now);
		job = c->job;
		path = c->path;
		p->open--;
		p->c->done(p->c->context, &job, &path);
	}
}

/* --- the loop --- */

/* Starts what may start.  1: there may be more later, 0: no more, -1: e. */
static int feed(struct probe *p, struct err *e)
{
	struct probe_job job;

	while (p->busy + p->names < p->o.in_flight || p->stopped) {
		size_t open = p->open;

		job = (struct probe_job){0};
		switch (p->c->next(p->c->context, &job)) {
		case PROBE_END:
			return 0;
		case PROBE_WAIT:
			return 1;
		case PROBE_JOB:
			break;
		}
		if (start(p, &job, e) != 0)
			return -1;
		p->busy += p->open - open;
	}
	return 1;
}

static int wait_ms(struct probe *p)
{
	int64_t now = now_ms(), least = p->c->interrupted ? BREATH_MS : 60000, r;

	for (size_t i = 0; i < p->slots; i++) {
		const struct connection *c = p->slot[i];

		if (c->used && c->stage == CONNECTION_OVER)
			return 0;
		if (c->used && c->ends - now < least)
			least = c->ends - now;
	}
	r = resolve_wait(p->resolve);
	if (r >= 0 && r < least)
		least = r;
	if (p->ends - now < least)
		least = p->ends - now;
	return least < 0 ? 0 : (int)least;
}

static int turn(struct probe *p, struct err *e)
{
	struct epoll_event ev[EVENTS];
	int n = epoll_wait(p->epoll, ev, EVENTS, wait_ms(p));

	if (n < 0 && errno != EINTR)
		return err_set_errno(e, ERR_IO, errno, "epoll");
	for (int i = 0; i < n; i++) {
		struct watch *w = ev[i].data.ptr;

		w->ready(w, ev[i].events);
	}
	resolve_tick(p->resolve);
	return 0;
}

static void look_at_the_clock(struct probe *p)
{
	if (p->stopped)
		return;
	if (now_ms() < p->ends && !(p->c->interrupted && p->c->interrupted(p->c->context)))
		return;
	p->stopped = true;
	resolve_cancel(p->resolve);
}

int probe_run(struct probe *p, const struct probe_callbacks *c, struct err *e)
{
	unsigned idle = 0;
	int rc = 0;

	p->c = c;
	p->stopped = false;
	p->ends = p->o.deadline_ms > 0 ? now_ms() + p->o.deadline_ms : INT64_MAX;
	do {
		look_at_the_clock(p);
		rc = feed(p, e);
		harvest(p);
		if (rc > 0 && p->open + p->names == 0) { /* what ended may have brought new jobs */
			if (++idle > 1000)
				rc = err_set(e, ERR_INTERNAL, "probe: waiting for nothing");
			continue;
		}
		idle = 0;
		if (p->open + p->names > 0 && turn(p, e) != 0)
			rc = -1;
		harvest(p);
	} while (rc > 0 || (rc == 0 && p->open + p->names > 0));
	p->c = NULL;
	return rc;
}
