#include "tests/unit/unit.h"

#include "ground/work.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

/* Numbers are produced, squared in any order, and must come back in theirs. */
struct item {
	int number;
	long square;
};

struct test {
	int count;         /* how many items there are */
	int produce_fails; /* number at which each call fails; -1: never */
	int process_fails, deliver_fails;
	int made;
	int delivered;
	bool in_produce, in_deliver;
	atomic_int alive, most_alive;
	atomic_int at_work[16]; /* by worker */
	atomic_int in_process, most_in_process;
	bool disorder;
	unsigned jobs, ahead;
	int most_ahead; /* items made and not begun, when one began */
	atomic_int begun;
};

static int produce(void *context, void **out, struct err *e)
{
	struct test *t = context;
	struct item *item;
	int alive;

	if (t->in_produce)
		t->disorder = true;
	t->in_produce = true;
	if (t->made == t->produce_fails) {
		t->in_produce = false;
		return err_set(e, ERR_IO, "produce %d", t->made);
	}
	if (t->made == t->count) {
		t->in_produce = false;
		return 0;
	}
	item = calloc(1, sizeof *item);
	item->number = t->made++;
	*out = item;
	alive = atomic_fetch_add(&t->alive, 1) + 1;
	if (alive > atomic_load(&t->most_alive))
		atomic_store(&t->most_alive, alive);
	t->in_produce = false;
	return 1;
}

static int process(void *context, unsigned worker, void *p, struct err *e)
{
	struct test *t = context;
	struct item *item = p;
	int here = atomic_fetch_add(&t->in_process, 1) + 1;
	int begun = atomic_fetch_add(&t->begun, 1);

	if (t->jobs == 1 && t->made - begun > t->most_ahead)
		t->most_ahead = t->made - begun;

	if (here > atomic_load(&t->most_in_process))
		atomic_store(&t->most_in_process, here);
	/* No two at once under one worker's number. */
	if (worker >= t->jobs || atomic_fetch_add(&t->at_work[worker], 1) != 0)
		t->disorder = true;
	if (item->number % 7 == 0)
		usleep(200);
	else if (item->number % 3 == 0)
		sched_yield();
	item->square = (long)item->number * item->number;
	atomic_fetch_sub(&t->at_work[worker], 1);
	atomic_fetch_sub(&t->in_process, 1);
	if (item->number == t->process_fails)
		return err_set(e, ERR_PARSE, "process %d", item->number);
	return 0;
}

static int deliver(void *context, void *p, struct err *e)
{
	struct test *t = context;
	struct item *item = p;
	int rc = 0;

	if (t->in_deliver || item->number != t->delivered ||
	    item->square != (long)item->number * item->number)
		t->disorder = true;
	t->in_deliver = true;
	if (item->number % 50 == 0)
		usleep(300);
	if (item->number == t->deliver_fails)
		rc = err_set(e, ERR_MEMORY, "deliver %d", item->number);
	else
		t->delivered++;
	atomic_fetch_sub(&t->alive, 1);
	free(item);
	t->in_deliver = false;
	return rc;
}

static void discard(void *context, void *p)
{
	struct test *t = context;

	atomic_fetch_sub(&t->alive, 1);
	free(p);
}

static int run(struct test *t, unsigned jobs, unsigned window, struct err *e)
{
	struct work w = {jobs, window, t, produce, process, deliver, discard, t->ahead};
	int rc;

	t->jobs = jobs ? jobs : 1;
	rc = work_run(&w, e);
	assert_false(t->disorder);
	assert_int_equal(atomic_load(&t->alive), 0);
	return rc;
}

static const unsigned job_counts[] = {0, 1, 2, 3, 8, 16};

#define JOB_COUNTS (sizeof job_counts / sizeof job_counts[0])

static void all_come_back_in_order(void **state)
{
	(void)state;
	for (size_t i = 0; i < JOB_COUNTS; i++)
		for (int count = 0; count < 700; count = count * 3 + 1) {
			struct test t = {.count = count,
					 .produce_fails = -1,
					 .process_fails = -1,
					 .deliver_fails = -1};
			struct err e;

			assert_int_equal(run(&t, job_counts[i], 0, &e), 0);
			assert_int_equal(t.delivered, count);
		}
}

static void the_window_is_kept(void **state)
{
	static const unsigned windows[] = {1, 2, 5};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct test t = {.count = 300,
				 .produce_fails = -1,
				 .process_fails = -1,
				 .deliver_fails = -1};
		struct err e;

		assert_int_equal(run(&t, 4, windows[i], &e), 0);
		assert_int_equal(t.delivered, 300);
		assert_in_range(atomic_load(&t.most_alive), 1, windows[i]);
	}
}

static void items_are_made_ahead(void **state)
{
	(void)state;
	for (unsigned ahead = 0; ahead < 12; ahead++)
		for (size_t i = 0; i < JOB_COUNTS; i++) {
			struct test t = {.count = 300,
					 .produce_fails = -1,
					 .process_fails = -1,
					 .deliver_fails = -1,
					 .ahead = ahead};
			struct err e;

			assert_int_equal(run(&t, job_counts[i], 8, &e), 0);
			assert_int_equal(t.delivered, 300);
			if (t.jobs == 1)
				assert_int_equal(t.most_ahead, ahead == 0 ? 1 : ahead < 8 ? ahead : 8);
		}
}

static void several_work_at_once(void **state)
{
	struct test t = {.count = 400,
			 .produce_fails = -1,
			 .process_fails = -1,
			 .deliver_fails = -1};
	struct err e;

	(void)state;
	assert_int_equal(run(&t, 4, 0, &e), 0);
	assert_in_range(atomic_load(&t.most_in_process), 2, 4);
}

/* Whatever the jobs: the same error, and exactly what stands before it is delivered. */
static void the_first_error_wins(void **state)
{
	(void)state;
	for (int round = 0; round < 20; round++)
		for (size_t i = 0; i < JOB_COUNTS; i++) {
			struct test a = {.count = 90,
					 .produce_fails = -1,
					 .process_fails = 40,
					 .deliver_fails = 60};
			struct test b = {.count = 90,
					 .produce_fails = 45,
					 .process_fails = 46,
					 .deliver_fails = -1};
			struct test c = {.count = 90,
					 .produce_fails = 41,
					 .process_fails = 40,
					 .deliver_fails = 39};
			struct test d = {.count = 90,
					 .produce_fails = 0,
					 .process_fails = 0,
					 .deliver_fails = 0};
			struct err e;

			assert_int_equal(run(&a, job_counts[i], 0, &e), -1);
			assert_string_equal(e.text, "process 40");
			assert_int_equal(e.code, ERR_PARSE);
			assert_int_equal(a.delivered, 40);
			assert_int_equal(run(&b, job_counts[i], 0, &e), -1);
			assert_string_equal(e.text, "produce 45");
			assert_int_equal(b.delivered, 45);
			assert_int_equal(run(&c, job_counts[i], 0, &e), -1);
			assert_string_equal(e.text, "deliver 39");
			assert_int_equal(c.delivered, 39);
			assert_int_equal(run(&d, job_counts[i], 0, NULL), -1);
			assert_int_equal(d.delivered, 0);
		}
}

static void counts_processors(void **state)
{
	cpu_set_t one, before;

	(void)state;
	assert_in_range(work_processors(), 1, 65536);
	assert_int_equal(sched_getaffinity(0, sizeof before, &before), 0);
	CPU_ZERO(&one);
	for (int i = 0; i < CPU_SETSIZE; i++)
		if (CPU_ISSET(i, &before)) {
			CPU_SET(i, &one);
			break;
		}
	assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
	assert_int_equal(work_processors(), 1);
	assert_int_equal(sched_setaffinity(0, sizeof before, &before), 0);
	assert_int_equal(work_processors(), CPU_COUNT(&before));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_come_back_in_order),
		cmocka_unit_test(the_window_is_kept),
		cmocka_unit_test(items_are_made_ahead),
		cmocka_unit_test(several_work_at_once),
		cmocka_unit_test(the_first_error_wins),
		cmocka_unit_test(counts_processors),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
