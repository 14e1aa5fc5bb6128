#include "ground/file_part.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define ABANDON_TRIES 50 /* of 1 ms */

static _Atomic(struct file_temp *) temps;

/* Threads that are just making a temporary file, and whether none may be made any more. */
static atomic_int making;
static atomic_bool abandoned;

struct file_temp *file_temp_acquire(void)
{
	struct file_temp *t;

	for (t = atomic_load(&temps); t; t = t->next) {
		bool free_one = false;

		/* Looked at before it is asked for: hundreds may be in use, and asking takes the
		 * cache line from the other threads. */
		if (!atomic_load_explicit(&t->used, memory_order_relaxed) &&
		    atomic_compare_exchange_strong(&t->used, &free_one, true))
			return t;
	}
	t = calloc(1, sizeof *t);
	if (!t)
		return NULL;
	atomic_init(&t->used, true);
	atomic_init(&t->dirfd, -1);
	t->next = atomic_load(&temps);
	while (!atomic_compare_exchange_weak(&temps, &t->next, t))
		;
	return t;
}

void file_temp_release(struct file_temp *t)
{
	atomic_store(&t->dirfd, -1);
	atomic_store(&t->used, false);
}

void file_replace_abandon_all(void)
{
	int saved = errno;

	/* One that another thread is making just now is waited for; if it is this thread's own that the
	 * signal interrupted, it is in the list or will never be made. */
	atomic_store(&abandoned, true);
	for (int i = 0; i < ABANDON_TRIES && atomic_load(&making) > 0; i++)
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	for (struct file_temp *t = atomic_load(&temps); t; t = t->next) {
		int dirfd = atomic_load(&t->dirfd);

		if (atomic_load(&t->used) && dirfd >= 0)
			unlinkat(dirfd, t->name, 0);
	}
	errno = saved;
}

/* Each thread says first that it makes one, and then looks whether it may. */
int file_temp_open(const struct file_temp *t, int dirfd, mode_t mode)
{
	int fd = -1;

	atomic_fetch_add(&making, 1);
	errno = EINTR;
	if (!atomic_load(&abandoned))
		fd = openat(dirfd, t->name,
			    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	atomic_fetch_sub(&making, 1);
	return fd;
}
