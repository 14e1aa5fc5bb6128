#include "ground/work.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#define WINDOW_PER_JOB 4
#define PROCESSORS_MAX 65536

/* One item under way; the ring of slots is as long as the window. */
struct slot {
	enum { SLOT_EMPTY, SLOT_READY, SLOT_BUSY, SLOT_DONE, SLOT_FAILED } state;
	unsigned maker; /* the worker that produced it */
	void *item;
	struct err why; /* of SLOT_FAILED */
};

struct pool {
	const struct work *w;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	unsigned waiting; /* threads, for `changed` */
	struct slot *slots;
	size_t window, ahead;
	uint64_t produced, delivered;
	size_t ready;               /* slots that are SLOT_READY */
	bool producing, delivering; /* some thread is in that call */
	bool ended;                 /* no further items */
	bool stopped;               /* an error: no further deliveries */
	struct err why;             /* of `stopped` */
};

struct worker {
	struct pool *pool;
	unsigned number;
	pthread_t thread;
};

static struct slot *slot_of(struct pool *p, uint64_t number)
{
	return &p->slots[number % p->window];
}

static bool may_deliver(struct pool *p)
{
	return !p->delivering && p->delivered < p->produced &&
	       slot_of(p, p->delivered)->state > SLOT_BUSY;
}

static bool may_produce(const struct pool *p)
{
	return !p->producing && !p->ended && p->produced - p->delivered < p->window &&
	       p->ready < p->ahead;
}

/* The first item that this thread made, else the first of all: what one thread has opened it also
 * reads, as the caches of its processor know it. */
static struct slot *ready_slot(struct pool *p, unsigned worker)
{
	struct slot *first = NULL;

	for (uint64_t i = p->delivered; p->ready > 0 && i < p->produced; i++) {
		struct slot *s = slot_of(p, i);

		if (s->state != SLOT_READY)
			continue;
		if (s->maker == worker)
			return s;
		if (!first)
			first = s;
	}
	return first;
}

static bool finished(const struct pool *p)
{
	return p->stopped || (p->ended && !p->producing && p->delivered == p->produced);
}

static void stop(struct pool *p, const struct err *why)
{
	p->stopped = true;
	p->ended = true;
	p->why = *why;
}

/* There is one more thing to do, or nothing will ever be.  Whoever calls looks for work next, so
 * that nobody has to be woken for what he himself can do. */
static void tell(struct pool *p)
{
	if (p->waiting > 0)
		pthread_cond_signal(&p->changed);
}

/* With the lock held, as the next two. */
static void deliver_next(struct pool *p)
{
	struct slot *s = slot_of(p, p->delivered);
	void *item = s->item;
	struct err e = {0};
	int rc;

	if (s->state == SLOT_FAILED) {
		stop(p, &s->why);
		return;
	}
	p->delivering = true;
	s->item = NULL;
	s->state = SLOT_EMPTY;
	pthread_mutex_unlock(&p->lock);
	rc = p->w->deliver(p->w->context, item, &e);
	pthread_mutex_lock(&p->lock);
	p->delivering = false;
	p->delivered++;
	if (rc != 0)
		stop(p, &e);
	tell(p);
}

static void process(struct pool *p, unsigned worker, struct slot *s)
{
	struct err e = {0};
	int rc;

	s->state = SLOT_BUSY;
	p->ready--;
	tell(p);
	pthread_mutex_unlock(&p->lock);
	rc = p->w->process(p->w->context, worker, s->item, &e);
	pthread_mutex_lock(&p->lock);
	s->state = rc == 0 ? SLOT_DONE : SLOT_FAILED;
	if (rc != 0) {
		s->why = e;
		p->ended = true;
	}
}

static void produce(struct pool *p, unsigned worker)
{
	struct err e = {0};
	void *item = NULL;
	int rc;

	p->producing = true;
	pthread_mutex_unlock(&p->lock);
	rc = p->w->produce(p->w->context, &item, &e);
	pthread_mutex_lock(&p->lock);
	p->producing = false;
	if (rc != 1)
		p->ended = true;
	p->ready += rc == 1;
	if (rc != 0)
		*slot_of(p, p->produced++) =
			(struct slot){rc == 1 ? SLOT_READY : SLOT_FAILED, worker, item, e};
	tell(p);
}

static void *run(void *context)
{
	struct worker *me = context;
	struct pool *p = me->pool;
	struct slot *s;

	pthread_mutex_lock(&p->lock);
	while (!finished(p)) {
		if (may_deliver(p)) {
			deliver_next(p);
		} else if (may_produce(p)) {
			produce(p, me->number);
		} else if ((s = ready_slot(p, me->number)) != NULL) {
			process(p, me->number, s);
		} else {
			p->waiting++;
			pthread_cond_wait(&p->changed, &p->lock);
			p->waiting--;
		}
	}
	pthread_cond_broadcast(&p->changed);
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

/* The caller is worker 0; a thread that cannot be made is done without. */
static void run_all(struct pool *p, struct worker *workers, unsigned jobs)
{
	sigset_t all, before;
	unsigned made = 1;

	workers[0] = (struct worker){.pool = p};
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	for (; made < jobs; made++) {
		workers[made] = (struct worker){.pool = p, .number = made};
		if (pthread_create(&workers[made].thread, NULL, run, &workers[made]) != 0)
			break;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	run(&workers[0]);
	for (unsigned i = 1; i < made; i++)
		pthread_join(workers[i].thread, NULL);
}

int work_run(const struct work *w, struct err *e)
{
	unsigned jobs = w->jobs > 0 ? w->jobs : 1;
	struct pool p = {.w = w, .window = w->window ? w->window : (size_t)WINDOW_PER_JOB * jobs,
			 .ahead = w->ahead ? w->ahead : 1};
	struct worker *workers = calloc(jobs, sizeof *workers);

	p.slots = calloc(p.window, sizeof *p.slots);
	if (!workers || !p.slots) {
		free(workers);
		free(p.slots);
		return err_set(e, ERR_MEMORY, "out of memory for %u jobs", jobs);
	}
	pthread_mutex_init(&p.lock, NULL);
	pthread_cond_init(&p.changed, NULL);
	run_all(&p, workers, jobs);
	for (size_t i = 0; i < p.window; i++)
		if (p.slots[i].item && w->discard)
			w->discard(w->context, p.slots[i].item);
	pthread_cond_destroy(&p.changed);
	pthread_mutex_destroy(&p.lock);
	free(workers);
	free(p.slots);
	if (p.stopped && e)
		*e = p.why;
	return p.stopped ? -1 : 0;
}

unsigned work_processors(void)
{
	for (int most = 1024; most <= PROCESSORS_MAX; most *= 2) {
		size_t size = CPU_ALLOC_SIZE(most);
		cpu_set_t *set = CPU_ALLOC(most);
		int rc, count = 0;

		if (!set)
			break;
		rc = sched_getaffinity(0, size, set);
		if (rc == 0)
			count = CPU_COUNT_S(size, set);
		CPU_FREE(set);
		if (count > 0)
			return (unsigned)count;
		if (rc == 0 || errno != EINVAL)
			break;
	}
	return 1;
}
