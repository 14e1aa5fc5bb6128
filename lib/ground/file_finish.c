/* A replacement's end: what was written gets its name, for one file or for several at once. */
#include "ground/file_part.h"

#include "ground/file_stale.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define SYNC_EACH_MAX 4
#define LOCK_TRIES 200 /* of 5 ms */

void file_replace_wipe(struct file_replace *r)
{
	if (r->fd >= 0)
		close(r->fd);
	if (r->temp) {
		unlinkat(r->dirfd, r->temp->name, 0);
		file_temp_release(r->temp);
	}
	if (r->dirfd >= 0)
		close(r->dirfd);
	free(r->target);
	free(r->path);
	*r = (struct file_replace){.fd = -1, .dirfd = -1};
}

static int rename_new(const struct file_replace *r)
{
	if (renameat2(r->dirfd, r->temp->name, r->dirfd, r->target, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	/* A file system without that flag: link() does not replace either. */
	if (linkat(r->dirfd, r->temp->name, r->dirfd, r->target, 0) != 0)
		return -1;
	unlinkat(r->dirfd, r->temp->name, 0);
	return 0;
}

static int sync_content(struct file_replace *r, struct err *e)
{
	return fsync(r->fd) == 0 ? 0 : file_cannot(r->path, errno, "cannot be written to the disk", e);
}

static int give_name(struct file_replace *r, struct err *e)
{
	int rc = close(r->fd);

	r->fd = -1;
	if (rc != 0)
		return file_cannot(r->path, errno, "cannot be written", e);
	if (r->flags & FILE_NEW_ONLY)
		rc = rename_new(r);
	else
		rc = renameat(r->dirfd, r->temp->name, r->dirfd, r->target);
	if (rc != 0)
		return errno == EEXIST ?
			       err_set(e, ERR_EXISTS, "%s: exists already", r->path) :
			       file_cannot(r->path, errno, "cannot be replaced", e);
	file_temp_release(r->temp);
	r->temp = NULL;
	return 0;
}

/* EBADF: opened without the right to list; EINVAL: the file system has no such thing. */
static int sync_folder(struct file_replace *r, struct err *e)
{
	if (fsync(r->dirfd) != 0 && errno != EBADF && errno != EINVAL)
		return file_cannot(r->path, errno, "written, but its folder cannot be written to the disk", e);
	file_stale_remove(r->dirfd);
	return 0;
}

/* Content to the disk, then the name, then the folder: a crash leaves the old or the new. */
static int commit(struct file_replace *r, struct err *e)
{
	if (sync_content(r, e) != 0 || give_name(r, e) != 0)
		return -1;
	return sync_folder(r, e);
}

static int close_direct(struct file_replace *r, struct err *e)
{
	int rc = close(r->fd);

	r->fd = -1;
	return rc == 0 ? 0 : file_cannot(r->path, errno, "cannot be written", e);
}

int file_replace_finish(struct file_replace *r, bool do_commit, struct err *e)
{
	int rc = 0;

	if (do_commit)
		rc = r->temp ? commit(r, e) : close_direct(r, e);
	file_replace_wipe(r);
	return rc;
}

/* Few files are synced one by one; for many it takes a fraction of the time to sync their file
 * system once (syncfs tells write errors since Linux 5.8). */
static int sync_contents(struct file_replace *v, size_t n, struct err *e)
{
	bool all = n > SYNC_EACH_MAX && v[0].temp;
	struct stat first, st;

	if (all && (syncfs(v[0].fd) != 0 || fstat(v[0].fd, &first) != 0))
		return file_cannot(v[0].path, errno, "cannot be written to the disk", e);
	for (size_t i = 0; i < n; i++)
		if (v[i].temp &&
		    !(all && fstat(v[i].fd, &st) == 0 && st.st_dev == first.st_dev) &&
		    sync_content(&v[i], e) != 0)
			return -1;
	return 0;
}

/* Each folder once, if its files stand together. */
static int sync_folders(struct file_replace *v, size_t n, struct err *e)
{
	struct stat last = {.st_nlink = 0}, st;

	for (size_t i = 0; i < n; i++) {
		if (v[i].dirfd < 0)
			continue;
		if (fstat(v[i].dirfd, &st) != 0)
			return file_cannot(v[i].path, errno, "its folder cannot be looked at", e);
		if ((last.st_nlink == 0 || last.st_dev != st.st_dev || last.st_ino != st.st_ino) &&
		    sync_folder(&v[i], e) != 0)
			return -1;
		last = st;
	}
	return 0;
}

/* Two programs that replace the same files at once, a key and its request, do not mix them: names
 * are given by one at a time, as far as the file system has locks, and nobody waits for long. */
static void lock_names(const struct file_replace *v, size_t n)
{
	for (int i = 0; n > 1 && v[0].dirfd >= 0 && i < LOCK_TRIES; i++) {
		if (flock(v[0].dirfd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
			return;
		nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
	}
}

/* The lock ends when the folder is closed. */
static int commit_all(struct file_replace *v, size_t n, struct err *e)
{
	if (sync_contents(v, n, e) != 0)
		return -1;
	lock_names(v, n);
	for (size_t i = 0; i < n; i++)
		if ((v[i].temp ? give_name(&v[i], e) : close_direct(&v[i], e)) != 0)
			return -1;
	return sync_folders(v, n, e);
}

int file_replace_finish_all(struct file_replace *v, size_t n, bool do_commit, struct err *e)
{
	int rc = do_commit ? commit_all(v, n, e) : 0;

	for (size_t i = 0; i < n; i++)
		file_replace_wipe(&v[i]);
	return rc;
}
