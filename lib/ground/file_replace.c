#include "ground/file.h"

#include "ground/file_stale.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LINKS_MAX 40 /* as the kernel's own limit */
#define SYNC_EACH_MAX 4
#define LOCK_TRIES 200 /* of 5 ms */
#define ABANDON_TRIES 50 /* of 1 ms */

/*
 * A temporary file under way.  The list only grows, by as many nodes as replacements were ever
 * open at once, so that a signal handler can walk it at any moment.  A node is `used` before its
 * file is made and until after it was renamed or removed.  A handler that comes late removes a
 * random name that no longer exists.
 */
struct file_temp {
	struct file_temp *next;
	atomic_bool used;
	atomic_int dirfd;
	char name[FILE_TEMP_NAME];
};

static _Atomic(struct file_temp *) temps;

/* Threads that are just making a temporary file, and whether none may be made any more. */
static atomic_int making;
static atomic_bool abandoned;

static struct file_temp *temp_acquire(void)
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

static void temp_release(struct file_temp *t)
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

static int cannot(const struct file_replace *r, int errnum, const char *what, struct err *e)
{
	enum err_code code = errnum == ENOENT || errnum == ENOTDIR ? ERR_NOT_FOUND :
			     errnum == EEXIST			    ? ERR_EXISTS :
			     errnum == ENOMEM			    ? ERR_MEMORY :
								      ERR_IO;

	return err_set_errno(e, code, errnum, "%s: %s", r->path, what);
}

/* The folder part of a path, with its last slash, put before `name` unless that is absolute. */
static char *beside(const char *path, const char *name)
{
	const char *slash = strrchr(path, '/');
	size_t folder = slash && name[0] != '/' ? (size_t)(slash - path) + 1 : 0;
	char *joined = malloc(folder + strlen(name) + 1);

	if (!joined)
		return NULL;
	memcpy(joined, path, folder);
	memcpy(joined + folder, name, strlen(name) + 1);
	return joined;
}

static bool is_descriptor(const char *path)
{
	return strncmp(path, "/dev/fd/", 8) == 0 || strncmp(path, "/proc/", 6) == 0;
}

/* Follows symbolic links to the name that a rename would have to replace, which may not exist:
 * then `missing` is true. */
static int follow_links(const struct file_replace *r, char **target, bool *missing, struct err *e)
{
	char link[PATH_MAX];

	*missing = false;
	for (int i = 0; i < LINKS_MAX; i++) {
		ssize_t n;
		char *next;

		if (is_descriptor(*target))
			return 0;
		n = readlink(*target, link, sizeof link - 1);
		if (n < 0) {
			*missing = errno == ENOENT;
			return 0;
		}
		link[n] = '\0';
		next = beside(*target, link);
		if (!next)
			return cannot(r, ENOMEM, "cannot be replaced", e);
		free(*target);
		*target = next;
	}
	return cannot(r, ELOOP, "cannot be replaced", e);
}

static bool is_direct(const char *target)
{
	struct stat st;

	return is_descriptor(target) ||
	       (stat(target, &st) == 0 && (S_ISCHR(st.st_mode) || S_ISFIFO(st.st_mode)));
}

char *file_replace_folder(const char *path)
{
	struct file_replace r = {.path = (char *)(uintptr_t)path};
	char *target = strdup(path), *slash;
	bool missing;

	if (!target || follow_links(&r, &target, &missing, NULL) != 0 ||
	    (!missing && is_direct(target))) {
		free(target);
		return NULL;
	}
	slash = strrchr(target, '/');
	if (slash) {
		slash[1] = '\0';
		return target;
	}
	free(target);
	return strdup(".");
}

/* Our own descriptors are duplicated: opened anew they would write from the beginning of what
 * they lead to, and sockets could not be opened at all. */
static int open_direct(struct file_replace *r, const char *target, struct err *e)
{
	int own = file_own_descriptor(target);

	if (r->flags & FILE_NO_DEVICE)
		return err_set(e, ERR_IO, "%s: is a device or a pipe, not a file", r->path);
	if (r->flags & FILE_NEW_ONLY)
		return err_set(e, ERR_EXISTS, "%s: exists already", r->path);
	r->fd = own >= 0 ? fcntl(own, F_DUPFD_CLOEXEC, 3) :
			     open(target, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	return r->fd >= 0 ? 0 : cannot(r, errno, "cannot be opened for writing", e);
}

/* Splits the target into an open folder and a name in it. */
static int open_folder(struct file_replace *r, const char *target, struct err *e)
{
	const char *slash = strrchr(target, '/'), *name = slash ? slash + 1 : target;
	char *folder;

	if (*name == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return err_set(e, ERR_USAGE, "%s: names no file", r->path);
	r->target = strdup(name);
	folder = slash ? strndup(target, (size_t)(slash - target) + 1) : strdup(".");
	if (!r->target || !folder) {
		free(folder);
		return cannot(r, ENOMEM, "cannot be replaced", e);
	}
	r->dirfd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* A folder that may be written in but not listed cannot be synced either. */
	if (r->dirfd < 0 && errno == EACCES)
		r->dirfd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (r->dirfd < 0)
		err_set_errno(e, errno == ENOENT || errno == ENOTDIR ? ERR_NOT_FOUND : ERR_IO, errno,
			      "%s: its folder %s cannot be opened", r->path, folder);
	free(folder);
	return r->dirfd >= 0 ? 0 : -1;
}

/* -1 and errno.  Each thread says first that it makes one, and then looks whether it may. */
static int make_temp(const struct file_replace *r, mode_t mode)
{
	int fd = -1;

	atomic_fetch_add(&making, 1);
	errno = EINTR;
	if (!atomic_load(&abandoned))
		fd = openat(r->dirfd, r->temp->name,
			    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	atomic_fetch_sub(&making, 1);
	return fd;
}

static int create_temp(struct file_replace *r, mode_t mode, struct err *e)
{
	r->temp = temp_acquire();
	if (!r->temp)
		return cannot(r, ENOMEM, "cannot be replaced", e);
	for (int i = 0; i < 100; i++) {
		uint64_t random;

		if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
			return cannot(r, errno, "no random bytes for a temporary name", e);
		atomic_store(&r->temp->dirfd, -1);
		snprintf(r->temp->name, sizeof r->temp->name, ".staple-%016llx.tmp",
			 (unsigned long long)random);
		atomic_store(&r->temp->dirfd, r->dirfd);
		r->fd = make_temp(r, mode);
		if (r->fd >= 0) {
			file_stale_lock(r->fd);
			return 0;
		}
		if (errno != EEXIST)
			break;
	}
	return cannot(r, errno, "no temporary file can be made in its folder", e);
}

/* The owner first: to change it can clear mode bits.  A user who may not give the file away
 * keeps at least its group where it is one of his. */
static int keep_mode(struct file_replace *r, const struct stat *old, struct err *e)
{
	if (fchown(r->fd, old->st_uid, old->st_gid) != 0 &&
	    fchown(r->fd, (uid_t)-1, old->st_gid) != 0 && errno != EPERM && errno != EINVAL)
		return cannot(r, errno, "its owner cannot be kept", e);
	if (fchmod(r->fd, old->st_mode & 0777) != 0)
		return cannot(r, errno, "its mode cannot be kept", e);
	return 0;
}

static int open_beside(struct file_replace *r, const char *target, mode_t mode, struct err *e)
{
	bool exists, keep;
	struct stat old;

	if (open_folder(r, target, e) != 0)
		return -1;
	exists = fstatat(r->dirfd, r->target, &old, AT_SYMLINK_NOFOLLOW) == 0;
	if (!exists && errno != ENOENT)
		return cannot(r, errno, "cannot be replaced", e);
	if (exists && (r->flags & FILE_NEW_ONLY))
		return err_set(e, ERR_EXISTS, "%s: exists already", r->path);
	if (exists && !S_ISREG(old.st_mode))
		return err_set(e, ERR_IO, "%s: is %s, not a file", r->path, file_kind(old.st_mode));
	keep = exists && (r->flags & FILE_KEEP_MODE);
	if (create_temp(r, keep ? mode & old.st_mode & 0777 : mode, e) != 0)
		return -1;
	return keep ? keep_mode(r, &old, e) : 0;
}

static void wipe(struct file_replace *r)
{
	if (r->fd >= 0)
		close(r->fd);
	if (r->temp) {
		unlinkat(r->dirfd, r->temp->name, 0);
		temp_release(r->temp);
	}
	if (r->dirfd >= 0)
		close(r->dirfd);
	free(r->target);
	free(r->path);
	*r = (struct file_replace){.fd = -1, .dirfd = -1};
}

int file_replace_open(struct file_replace *r, const char *path, mode_t mode, unsigned flags,
		      struct err *e)
{
	char *target;
	bool missing;
	int rc = -1;

	*r = (struct file_replace){.fd = -1, .dirfd = -1, .flags = flags};
	if (path[0] == '\0')
		return err_set(e, ERR_USAGE, "an empty name names no file");
	r->path = strdup(path);
	target = strdup(path);
	if (!r->path || !target)
		err_set(e, ERR_MEMORY, "%s: out of memory", path);
	else if (follow_links(r, &target, &missing, e) == 0)
		rc = !missing && is_direct(target) ? open_direct(r, target, e) :
						     open_beside(r, target, mode, e);
	free(target);
	if (rc != 0)
		wipe(r);
	return rc;
}

int file_replace_write(struct file_replace *r, struct span bytes, struct err *e)
{
	return file_write_fd(r->fd, r->path, bytes, e);
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
	return fsync(r->fd) == 0 ? 0 : cannot(r, errno, "cannot be written to the disk", e);
}

static int give_name(struct file_replace *r, struct err *e)
{
	int rc = close(r->fd);

	r->fd = -1;
	if (rc != 0)
		return cannot(r, errno, "cannot be written", e);
	if (r->flags & FILE_NEW_ONLY)
		rc = rename_new(r);
	else
		rc = renameat(r->dirfd, r->temp->name, r->dirfd, r->target);
	if (rc != 0)
		return errno == EEXIST ?
			       err_set(e, ERR_EXISTS, "%s: exists already", r->path) :
			       cannot(r, errno, "cannot be replaced", e);
	temp_release(r->temp);
	r->temp = NULL;
	return 0;
}

/* EBADF: opened without the right to list; EINVAL: the file system has no such thing. */
static int sync_folder(struct file_replace *r, struct err *e)
{
	if (fsync(r->dirfd) != 0 && errno != EBADF && errno != EINVAL)
		return cannot(r, errno, "written, but its folder cannot be written to the disk", e);
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
	return rc == 0 ? 0 : cannot(r, errno, "cannot be written", e);
}

int file_replace_finish(struct file_replace *r, bool do_commit, struct err *e)
{
	int rc = 0;

	if (do_commit)
		rc = r->temp ? commit(r, e) : close_direct(r, e);
	wipe(r);
	return rc;
}

/* Few files are synced one by one; for many it takes a fraction of the time to sync their file
 * system once (syncfs tells write errors since Linux 5.8). */
static int sync_contents(struct file_replace *v, size_t n, struct err *e)
{
	bool all = n > SYNC_EACH_MAX && v[0].temp;
	struct stat first, st;

	if (all && (syncfs(v[0].fd) != 0 || fstat(v[0].fd, &first) != 0))
		return cannot(&v[0], errno, "cannot be written to the disk", e);
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
			return cannot(&v[i], errno, "its folder cannot be looked at", e);
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
		wipe(&v[i]);
	return rc;
}

int file_replace(const char *path, mode_t mode, unsigned flags, struct span bytes, struct err *e)
{
	struct file_replace r;
	int rc;

	if (file_replace_open(&r, path, mode, flags, e) != 0)
		return -1;
	rc = file_replace_write(&r, bytes, e);
	if (file_replace_finish(&r, rc == 0, e) != 0)
		rc = -1;
	return rc;
}
