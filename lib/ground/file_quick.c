#include "ground/file_quick.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Where an offset takes two registers, each machine has its own way to pass it. */
#define PLAIN (LONG_MAX > INT_MAX)

int file_quick_open(int folder, const char *name, int flags)
{
#if PLAIN
	return (int)syscall(SYS_openat, folder, name, flags, 0);
#else
	return openat(folder, name, flags);
#endif
}

ssize_t file_quick_read(int fd, void *to, size_t n, off_t at)
{
#if PLAIN
	return syscall(SYS_pread64, fd, to, n, at);
#else
	return pread(fd, to, n, at);
#endif
}

void file_quick_close(int fd)
{
#if PLAIN
	syscall(SYS_close, fd);
#else
	close(fd);
#endif
}

void file_quick_close_run(int first, int last)
{
#ifdef SYS_close_range /* Linux 5.9 */
	if (first < last && syscall(SYS_close_range, first, last, 0) == 0)
		return;
#endif
	for (int fd = first; fd <= last; fd++)
		file_quick_close(fd);
}
