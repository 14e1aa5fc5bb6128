/*
 * Calls that fail on demand, linked into the programs by --wrap: only calls that our own objects
 * make are reached, never those inside a library (libtasn1 dies of a failing malloc).
 *
 * STAPLE_FAULT=KIND:N makes the N-th call of that kind fail (from 1); STAPLE_FAULT_LOG names a file
 * that gets that number (an unsigned long) when it did.  With N = 0 none fails, and the file gets how
 * many there were.  With STAPLE_KILL the program is killed there (SIGKILL), before the call.  KIND is
 * alloc, read, write, fsync, rename, close, open, net or thread.  With STAPLE_LEAK something is
 * allocated that nobody gives back: a leak check has to find it.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static int log_fd = -1;

/* Before main: later the sandbox would refuse it.  High, so that no number changes for others. */
__attribute__((constructor)) static void open_log(void)
{
	const char *log = getenv("STAPLE_FAULT_LOG");
	int fd = log ? creat(log, 0600) : -1;

	if (fd >= 0)
		log_fd = fcntl(fd, F_DUPFD_CLOEXEC, 900);
	if (fd >= 0)
		close_range((unsigned)fd, (unsigned)fd, 0);
}

void *__real_malloc(size_t n);

static void forget_once(void)
{
	static atomic_bool forgot;

	if (getenv("STAPLE_LEAK") && !atomic_exchange(&forgot, true) && !__real_malloc(77))
		abort();
}

static bool fails(const char *kind)
{
	static atomic_ulong count;
	const char *fault = getenv("STAPLE_FAULT");
	unsigned long at, wanted;
	size_t n = strlen(kind);

	forget_once();
	if (!fault || strncmp(fault, kind, n) != 0 || fault[n] != ':')
		return false;
	at = atomic_fetch_add(&count, 1) + 1;
	wanted = strtoul(fault + n + 1, NULL, 10);
	if (wanted != 0 && at != wanted)
		return false;
	(void)!pwrite(log_fd, &at, sizeof at, 0);
	if (at == wanted && getenv("STAPLE_KILL"))
		kill(getpid(), SIGKILL);
	return at == wanted;
}

#define FAIL(kind, code, result) \
	do { \
		if (fails(kind)) { \
			errno = code; \
			return result; \
		} \
	} while (0)

#define WRAP(type, name, args, call, kind, code, result) \
	type __real_##name args; \
	type __wrap_##name args; \
	type __wrap_##name args \
	{ \
		FAIL(kind, code, result); \
		return __real_##name call; \
	}

WRAP(void *, malloc, (size_t n), (n), "alloc", ENOMEM, NULL)
WRAP(void *, calloc, (size_t n, size_t m), (n, m), "alloc", ENOMEM, NULL)
WRAP(void *, realloc, (void *p, size_t n), (p, n), "alloc", ENOMEM, NULL)
WRAP(char *, strdup, (const char *s), (s), "alloc", ENOMEM, NULL)
WRAP(char *, strndup, (const char *s, size_t n), (s, n), "alloc", ENOMEM, NULL)
WRAP(ssize_t, read, (int fd, void *p, size_t n), (fd, p, n), "read", EIO, -1)
WRAP(ssize_t, pread, (int fd, void *p, size_t n, off_t o), (fd, p, n, o), "read", EIO, -1)
WRAP(ssize_t, write, (int fd, const void *p, size_t n), (fd, p, n), "write", ENOSPC, -1)
WRAP(int, fsync, (int fd), (fd), "fsync", EIO, -1)
WRAP(int, linkat, (int a, const char *b, int c, const char *d, int e), (a, b, c, d, e), "rename",
     EACCES, -1)
WRAP(int, renameat, (int a, const char *b, int c, const char *d), (a, b, c, d), "rename", EACCES, -1)
WRAP(int, renameat2, (int a, const char *b, int c, const char *d, unsigned f), (a, b, c, d, f),
     "rename", EACCES, -1)

WRAP(int, socket, (int a, int b, int c), (a, b, c), "net", EMFILE, -1)
WRAP(int, connect, (int fd, const struct sockaddr *a, socklen_t n), (fd, a, n), "net", ENETDOWN, -1)
WRAP(ssize_t, send, (int fd, const void *p, size_t n, int f), (fd, p, n, f), "net", ECONNRESET, -1)
WRAP(ssize_t, recv, (int fd, void *p, size_t n, int f), (fd, p, n, f), "net", ECONNRESET, -1)
WRAP(int, epoll_create1, (int f), (f), "net", EMFILE, -1)
WRAP(int, epoll_ctl, (int e, int o, int fd, struct epoll_event *v), (e, o, fd, v), "net", ENOMEM, -1)
WRAP(int, epoll_wait, (int e, struct epoll_event *v, int n, int t), (e, v, n, t), "net", EBADF, -1)
WRAP(int, pthread_create,
     (pthread_t *t, const pthread_attr_t *a, void *(*f)(void *), void *x), (t, a, f, x), "thread",
     EAGAIN, EAGAIN)

WRAP(int, fstat, (int fd, struct stat *s), (fd, s), "open", EIO, -1)
WRAP(int, stat, (const char *p, struct stat *s), (p, s), "open", EIO, -1)
WRAP(int, lstat, (const char *p, struct stat *s), (p, s), "open", EIO, -1)
WRAP(int, fstatat, (int d, const char *p, struct stat *s, int f), (d, p, s, f), "open", EIO, -1)
WRAP(DIR *, fdopendir, (int fd), (fd), "open", ENOMEM, NULL)
WRAP(struct dirent *, readdir, (DIR *d), (d), "read", EIO, NULL)
WRAP(char *, realpath, (const char *p, char *to), (p, to), "alloc", ENOMEM, NULL)
WRAP(int, scandir,
     (const char *p, struct dirent ***l, int (*f)(const struct dirent *),
      int (*c)(const struct dirent **, const struct dirent **)),
     (p, l, f, c), "open", ENOMEM, -1)

/* What may make a file has a mode behind its flags. */
int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...)
{
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(ap, mode_t) : 0;
	va_end(ap);
	FAIL("open", EMFILE, -1);
	return __real_open(path, flags, mode);
}

int __real_openat(int dirfd, const char *path, int flags, ...);
int __wrap_openat(int dirfd, const char *path, int flags, ...);
int __wrap_openat(int dirfd, const char *path, int flags, ...)
{
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(ap, mode_t) : 0;
	va_end(ap);
	FAIL("open", EMFILE, -1);
	return __real_openat(dirfd, path, flags, mode);
}

/* Under either of its names: with and without FORTIFY. */
int __wrap_asprintf(char **out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int __wrap_asprintf(char **out, const char *fmt, ...)
{
	va_list ap;
	int n;

	FAIL("alloc", ENOMEM, -1);
	va_start(ap, fmt);
	n = vasprintf(out, fmt, ap);
	va_end(ap);
	return n;
}

int __wrap___asprintf_chk(char **out, int flag, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
int __wrap___asprintf_chk(char **out, int flag, const char *fmt, ...)
{
	va_list ap;
	int n;

	(void)flag;
	FAIL("alloc", ENOMEM, -1);
	va_start(ap, fmt);
	n = vasprintf(out, fmt, ap);
	va_end(ap);
	return n;
}

/* A close that fails has closed all the same. */
int __real_close(int fd);
int __wrap_close(int fd);
int __wrap_close(int fd)
{
	int rc = __real_close(fd);

	FAIL("close", EIO, -1);
	return rc;
}
