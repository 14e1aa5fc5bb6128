/*
 * file_part: what the files of ground/file.h share with each other.
 *
 * Of a replacement, file_replace.c opens, file_target.c tells where a name leads, file_temp.c keeps
 * the temporary files, file_finish.c gives the names.
 */
#ifndef STAPLE_GROUND_FILE_PART_H
#define STAPLE_GROUND_FILE_PART_H

#include "ground/file.h"
#include "ground/file_stale.h"

#include <stdatomic.h>

/* file.c: "PATH: WHAT: what the system said"; the code is ERR_NOT_FOUND, ERR_EXISTS,
 * ERR_MEMORY or ERR_IO.  Returns -1. */
int file_cannot(const char *path, int errnum, const char *what, struct err *e);

/* file_target.c: follows symbolic links from *target (owned, replaced by what they lead to) to the
 * name that a rename would have to replace, which may not exist: then `missing` is true.  `path` is
 * for errors: too many links (ERR_IO), ERR_MEMORY. */
MUST_USE int file_target_follow(const char *path, char **target, bool *missing, struct err *e);

/* A descriptor, a pipe, a character device: written to directly. */
bool file_target_is_direct(const char *target);

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

/* file_temp.c: a node that is free, or a new one; NULL: no memory. */
struct file_temp *file_temp_acquire(void);
void file_temp_release(struct file_temp *t);

/* Makes its file, which must be new, in this folder.  The descriptor, or -1 and errno: EINTR once
 * file_replace_abandon_all was called. */
MUST_USE int file_temp_open(const struct file_temp *t, int dirfd, mode_t mode);

/* file_finish.c: closes, removes the temporary file if there still is one, and frees. */
void file_replace_wipe(struct file_replace *r);

#endif
