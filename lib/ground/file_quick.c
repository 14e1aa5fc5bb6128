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
