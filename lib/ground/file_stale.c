#include "ground/file_stale.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Between a file's making and its lock lie microseconds; a process that is stopped just there for
 * ten minutes fails, with an error, when it gives the file its name. */
#define STALE_SECONDS 600
#define ENTRIES_MAX 10000
#define FOLDERS_MAX 64

static struct {
	pthread_mutex_t lock;
	struct {
		dev_t device;
		ino_t inode;
	} v[FOLDERS_MAX];
	size_t n;
} done = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* True the first time. */
static bool is_new(const struct stat *folder)
{
	bool known = false;

	pthread_mutex_lock(&done.lock);
	for (size_t i = 0; i < done.n && !known; i++)
		known = done.v[i].device == folder->st_dev && done.v[i].inode == folder->st_ino;
	if (!known && done.n < FOLDERS_MAX) {
		done.v[done.n].device = folder->st_dev;
		done.v[done.n++].inode = folder->st_ino;
	} else {
		known = true;
	}
	pthread_mutex_unlock(&done.lock);
	return !known;
}

static bool is_ours_by_name(const char *name)
{
	static const char begin[] = ".staple-", end[] = ".tmp";
	size_t n = sizeof begin - 1;

	return strlen(name) == FILE_TEMP_NAME - 1 && strncmp(name, begin, n) == 0 &&
	       strspn(name + n, "0123456789abcdef") == 16 && strcmp(name + n + 16, end) == 0;
}

/* The folder's own time is that of the name just given in it: no clock is asked. */
static bool is_old(int dirfd, const char *name, time_t now)
{
	struct stat st;

	return fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
	       st.st_uid == geteuid() && st.st_nlink == 1 && st.st_mtime < now - STALE_SECONDS;
}

static void remove_unlocked(int dirfd, const char *name)
{
	int fd = openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		unlinkat(dirfd, name, 0);
	close(fd);
}

void file_stale_lock(int fd)
{
	(void)flock(fd, LOCK_EX | LOCK_NB);
}

void file_stale_remove(int dirfd)
{
	struct stat folder;
	struct dirent *x;
	int fd, saved = errno;
	DIR *d;

	if (fstat(dirfd, &folder) != 0 || !is_new(&folder))
		return;
	fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	d = fd >= 0 ? fdopendir(fd) : NULL;
	for (int i = 0; d && i < ENTRIES_MAX && (x = readdir(d)) != NULL; i++)
		if (is_ours_by_name(x->d_name) && is_old(dirfd, x->d_name, folder.st_mtime))
			remove_unlocked(dirfd, x->d_name);
	if (d)
		closedir(d);
	else if (fd >= 0)
		close(fd);
	errno = saved;
}
