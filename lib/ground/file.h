/*
 * file: read whole with a limit; replace so that the old or the new content is
 * there, whatever happens.
 *
 * Devices, sockets, FIFOs and folders are refused by the readers of paths.  A
 * descriptor that the caller opened may be a pipe, and so may a path that names one
 * of our own: /dev/fd/63 is what a shell makes of <(command).  Errors name the path
 * and what the system said.
 */
#ifndef STAPLE_GROUND_FILE_H
#define STAPLE_GROUND_FILE_H

#include "ground/buf.h"

#include <sys/types.h>

/* Appends the whole file to out.  ERR_NOT_FOUND, ERR_IO; ERR_LIMIT above `limit` bytes. */
MUST_USE int file_read(const char *path, size_t limit, struct buf *out, struct err *e);

/* As above, relative to an open folder (openat; "path" is also the name in errors). */
MUST_USE int file_read_at(int dirfd, const char *path, size_t limit, struct buf *out,
			  struct err *e);

/* Reads a descriptor to its end; `name` is for errors ("standard input"). */
MUST_USE int file_read_fd(int fd, const char *name, size_t limit, struct buf *out, struct err *e);

/* The descriptor of this process that the path names (/dev/fd/N, /proc/self/fd/N,
 * /dev/stdin); -1: none. */
int file_own_descriptor(const char *path);

/* "a file", "a folder", "a pipe", "a socket", "a device", "a symbolic link". */
const char *file_kind(mode_t mode);

/* Does the name end in one of these (".ocsp", "~"), with something in front of it? */
bool file_name_ends(const char *name, const char *const *endings, size_t count);

/* Writes all bytes, through interrupts and short writes. */
MUST_USE int file_write_fd(int fd, const char *name, struct span bytes, struct err *e);

/*
 * Atomic replacement: a temporary file in the same folder, fsync, rename, fsync of
 * the folder.  A symbolic link is followed: its target is replaced, the link stays.
 *
 *	struct file_replace r;
 *	if (file_replace_open(&r, path, 0644, FILE_KEEP_MODE, e) != 0) return -1;
 *	rc = file_replace_write(&r, bytes, e);
 *	if (file_replace_finish(&r, rc == 0, e) != 0) rc = -1;
 *
 * finish is called exactly once after a successful open; without commit, or when
 * anything fails, the temporary file is gone and the old one untouched.  (The one
 * exception: when the folder cannot be synced after the rename, the new content is
 * there and finish fails, because a power cut could still undo it.)
 *
 * What is no file cannot be replaced: a pipe, a character device and the descriptors
 * under /dev/fd and /proc are written to directly (/dev/stdout, /dev/null, >(command)).
 * Temporary files that killed processes left in the folder are removed (file_stale.h).
 * Extended attributes and ACLs of the old file are not kept.  Several threads may
 * replace files at once.
 */
enum file_replace_flags {
	FILE_KEEP_MODE = 1, /* an existing file's mode and, where permitted, owner are kept */
	FILE_NEW_ONLY = 2,  /* an existing file is ERR_EXISTS, also when it appears meanwhile */
	FILE_NO_DEVICE = 4  /* what is no file is ERR_IO, also a pipe */
};

struct file_replace {
	int fd;
	int dirfd;    /* -1: written to directly */
	char *target; /* owned: the name within dirfd */
	char *path;   /* owned: as the caller gave it, for errors */
	struct file_temp *temp; /* its name, in the list that abandon_all walks */
	unsigned flags;
};

MUST_USE int file_replace_open(struct file_replace *r, const char *path, mode_t mode,
			       unsigned flags, struct err *e);
MUST_USE int file_replace_write(struct file_replace *r, struct span bytes, struct err *e);
MUST_USE int file_replace_finish(struct file_replace *r, bool commit, struct err *e);

/* Finishes several: all contents reach the disk before the first gets its name, and they get
 * their names in the order given, while no other program does the same in the first one's folder.
 * Each file holds the old or the new content, whatever happens;
 * an error leaves those behind it as they were.  For many files this waits for the disk twice,
 * not twice for each. */
MUST_USE int file_replace_finish_all(struct file_replace *v, size_t n, bool commit, struct err *e);

/* The three calls in one. */
MUST_USE int file_replace(const char *path, mode_t mode, unsigned flags, struct span bytes,
			  struct err *e);

/* Do both names lead to one file, also to one that is not there yet?  Devices and pipes are no files. */
bool file_same(const char *a, const char *b);

/* The folder in which `path` would be replaced, for sandbox.h; to be freed.  NULL: it is no file
 * that could be replaced, or there is no memory. */
char *file_replace_folder(const char *path);

/* Removes every temporary file of replacements under way, which then fail, as all do that are begun
 * later; async-signal-safe, for the handlers of SIGINT and SIGTERM, which end the process. */
void file_replace_abandon_all(void);

#endif
