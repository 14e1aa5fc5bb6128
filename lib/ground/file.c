#include "ground/file_part.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* A first guess for what has no size of its own (pipes, /proc). */
#define CHUNK 65536

static enum err_code code_of(int errnum)
{
	switch (errnum) {
	case ENOENT:
	case ENOTDIR:
		return ERR_NOT_FOUND;
	case EEXIST:
		return ERR_EXISTS;
	case ENOMEM:
		return ERR_MEMORY;
	default:
		return ERR_IO;
	}
}

int file_cannot(const char *path, int errnum, const char *what, struct err *e)
{
	return err_set_errno(e, code_of(errnum), errnum, "%s: %s", path, what);
}

bool file_name_ends(const char *name, const char *const *endings, size_t count)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < count; i++)
		if (n > strlen(endings[i]) && strcmp(name + n - strlen(endings[i]), endings[i]) == 0)
			return true;
	return false;
}

const char *file_kind(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return "a file";
	case S_IFDIR:
		return "a folder";
	case S_IFIFO:
		return "a pipe";
	case S_IFSOCK:
		return "a socket";
	case S_IFLNK:
		return "a symbolic link";
	case S_IFCHR:
	case S_IFBLK:
		return "a device";
	default:
		return "of an unknown kind";
	}
}

/* Waits until a descriptor that was made non-blocking by someone can be used again. */
static bool wait_for(int fd, short events)
{
	struct pollfd p = {.fd = fd, .events = events};

	return poll(&p, 1, -1) >= 0 || errno == EINTR;
}

/* One read through interrupts; -1 with errno. */
static ssize_t read_some(int fd, void *p, size_t n)
{
	for (;;) {
		ssize_t got = read(fd, p, n);

		if (got >= 0)
			return got;
		if (errno == EINTR)
			continue;
		if ((errno != EAGAIN && errno != EWOULDBLOCK) || !wait_for(fd, POLLIN))
			return -1;
	}
}

/*
 * Reads until nothing comes, at most one byte above the limit.  The first read asks for `first`
 * bytes, each further one for what is free: a file of known size costs one growth of the buffer.
 */
static int read_to_end(int fd, const char *name, size_t limit, size_t first, struct buf *out,
		       struct err *e)
{
	size_t had = out->n, want = first;
	ssize_t got;

	do {
		size_t most = limit - (out->n - had);
		uint8_t *p;

		if (want > most)
			want = most + 1;
		p = buf_room(out, want);
		if (!p) {
			out->n = had;
			return buf_check(out, name, e);
		}
		got = read_some(fd, p, want);
		if (got < 0) {
			out->n = had;
			return err_set_errno(e, ERR_IO, errno, "%s: cannot be read", name);
		}
		out->n += (size_t)got;
		if (out->n - had > limit) {
			out->n = had;
			return err_set(e, ERR_LIMIT, "%s: larger than the %zu bytes allowed", name,
				       limit);
		}
		want = out->cap - out->n;
		if (want == 0)
			want = CHUNK;
	} while (got > 0);
	return 0;
}

int file_read_fd(int fd, const char *name, size_t limit, struct buf *out, struct err *e)
{
	return read_to_end(fd, name, limit, CHUNK, out, e);
}

/* The kind is asked before the opening: to open a device can already act on it. */
static int open_regular(int dirfd, const char *path, struct stat *st, struct err *e)
{
	int fd;

	if (fstatat(dirfd, path, st, 0) != 0)
		return file_cannot(path, errno, "cannot be opened", e);
	if (!S_ISREG(st->st_mode))
		return err_set(e, ERR_IO, "%s: is %s, not a file", path, file_kind(st->st_mode));
	fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return file_cannot(path, errno, "cannot be opened", e);
	if (fstat(fd, st) == 0 && S_ISREG(st->st_mode))
		return fd;
	close(fd);
	return err_set(e, ERR_IO, "%s: has just become something else than a file", path);
}

int file_read_at(int dirfd, const char *path, size_t limit, struct buf *out, struct err *e)
{
	struct stat st;
	int fd, rc;

	fd = open_regular(dirfd, path, &st, e);
	if (fd < 0)
		return -1;
	if ((uintmax_t)st.st_size > limit) {
		close(fd);
		return err_set(e, ERR_LIMIT, "%s: %jd bytes, more than the %zu allowed", path,
			       (intmax_t)st.st_size, limit);
	}
	/* One byte more, so that the end shows without another growth of the buffer. */
	rc = read_to_end(fd, path, limit, st.st_size > 0 ? (size_t)st.st_size + 1 : CHUNK, out, e);
	close(fd);
	return rc;
}

int file_own_descriptor(const char *path)
{
	static const char *const folders[] = {"/dev/fd/", "/proc/self/fd/"};
	unsigned long number;
	char *end;

	if (strcmp(path, "/dev/stdin") == 0)
		return STDIN_FILENO;
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		size_t n = strlen(folders[i]);

		if (strncmp(path, folders[i], n) != 0 || path[n] < '0' || path[n] > '9')
			continue;
		number = strtoul(path + n, &end, 10);
		return *end == '\0' && number <= INT_MAX ? (int)number : -1;
	}
	return -1;
}

int file_read(const char *path, size_t limit, struct buf *out, struct err *e)
{
	int own = file_own_descriptor(path);
	struct stat st;

	if (own >= 0 && fstat(own, &st) == 0 && S_ISFIFO(st.st_mode))
		return file_read_fd(own, path, limit, out, e);
	return file_read_at(AT_FDCWD, path, limit, out, e);
}

int file_write_fd(int fd, const char *name, struct span bytes, struct err *e)
{
	while (bytes.n > 0) {
		ssize_t done = write(fd, bytes.p, bytes.n);

		if (done > 0) {
			bytes = span_from(bytes, (size_t)done);
			continue;
		}
		if (done == 0)
			errno = EIO;
		if (errno == EINTR)
			continue;
		if ((errno == EAGAIN || errno == EWOULDBLOCK) && wait_for(fd, POLLOUT))
			continue;
		return file_cannot(name, errno, "cannot be written", e);
	}
	return 0;
}
