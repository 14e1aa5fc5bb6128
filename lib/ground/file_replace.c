#include "ground/file_part.h"

#include "ground/file_stale.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

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
	return r->fd >= 0 ? 0 : file_cannot(r->path, errno, "cannot be opened for writing", e);
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
		return file_cannot(r->path, ENOMEM, "cannot be replaced", e);
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

static int create_temp(struct file_replace *r, mode_t mode, struct err *e)
{
	r->temp = file_temp_acquire();
	if (!r->temp)
		return file_cannot(r->path, ENOMEM, "cannot be replaced", e);
	for (int i = 0; i < 100; i++) {
		uint64_t random;

		if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
			return file_cannot(r->path, errno, "no random bytes for a temporary name", e);
		atomic_store(&r->temp->dirfd, -1);
		snprintf(r->temp->name, sizeof r->temp->name, ".staple-%016llx.tmp",
			 (unsigned long long)random);
		atomic_store(&r->temp->dirfd, r->dirfd);
		r->fd = file_temp_open(r->temp, r->dirfd, mode);
		if (r->fd >= 0) {
			file_stale_lock(r->fd);
			return 0;
		}
		if (errno != EEXIST)
			break;
	}
	return file_cannot(r->path, errno, "no temporary file can be made in its folder", e);
}

/* The owner first: to change it can clear mode bits.  A user who may not give the file away
 * keeps at least its group where it is one of his. */
static int keep_mode(struct file_replace *r, const struct stat *old, struct err *e)
{
	if (fchown(r->fd, old->st_uid, old->st_gid) != 0 &&
	    fchown(r->fd, (uid_t)-1, old->st_gid) != 0 && errno != EPERM && errno != EINVAL)
		return file_cannot(r->path, errno, "its owner cannot be kept", e);
	if (fchmod(r->fd, old->st_mode & 0777) != 0)
		return file_cannot(r->path, errno, "its mode cannot be kept", e);
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
		return file_cannot(r->path, errno, "cannot be replaced", e);
	if (exists && (r->flags & FILE_NEW_ONLY))
		return err_set(e, ERR_EXISTS, "%s: exists already", r->path);
	if (exists && !S_ISREG(old.st_mode))
		return err_set(e, ERR_IO, "%s: is %s, not a file", r->path, file_kind(old.st_mode));
	keep = exists && (r->flags & FILE_KEEP_MODE);
	if (create_temp(r, keep ? mode & old.st_mode & 0777 : mode, e) != 0)
		return -1;
	return keep ? keep_mode(r, &old, e) : 0;
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
	else if (file_target_follow(path, &target, &missing, e) == 0)
		rc = !missing && file_target_is_direct(target) ? open_direct(r, target, e) :
						     open_beside(r, target, mode, e);
	free(target);
	if (rc != 0)
		file_replace_wipe(r);
	return rc;
}

int file_replace_write(struct file_replace *r, struct span bytes, struct err *e)
{
	return file_write_fd(r->fd, r->path, bytes, e);
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
