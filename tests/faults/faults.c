/*
 * Calls that fail on demand, linked into the programs by --wrap: only calls that our own objects
 * make are reached, never those inside a library (libtasn1 dies of a failing malloc).
 *
 * STAPLE_FAULT=KIND:N makes the N-th call of that kind fail (from 1); STAPLE_FAULT_LOG names a file
 * that gets a byte when it did.  KIND is alloc, read, write, fsync, rename or close.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static bool fails(const char *kind)
{
	static atomic_ulong count;
	const char *fault = getenv("STAPLE_FAULT"), *log = getenv("STAPLE_FAULT_LOG");
	size_t n = strlen(kind);
	int fd;

	if (!fault || strncmp(fault, kind, n) != 0 || fault[n] != ':')
		return false;
	if (atomic_fetch_add(&count, 1) + 1 != strtoul(fault + n + 1, NULL, 10))
		return false;
	/* syscalls of the library's own, not the wrapped ones */
	fd = log ? creat(log, 0600) : -1;
	if (fd >= 0 && dup2(fd, fd) >= 0)
		(void)!pwrite(fd, "!", 1, 0);
	return true;
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

/* A close that fails has closed all the same. */
int __real_close(int fd);
int __wrap_close(int fd);
int __wrap_close(int fd)
{
	int rc = __real_close(fd);

	FAIL("close", EIO, -1);
	return rc;
}
