/*
 * file_quick: open, read and close for threads that go through very many files.
 *
 * The C library's are points where a thread may be cancelled, for which it pays two atomic
 * operations a call as soon as there are threads; none of ours is ever cancelled.  These do the
 * same without.  Results and errno as of openat(2), pread(2) and close(2).
 */
#ifndef STAPLE_GROUND_FILE_QUICK_H
#define STAPLE_GROUND_FILE_QUICK_H

#include "ground/span.h"

#include <sys/types.h>

int file_quick_open(int folder, const char *name, int flags);
ssize_t file_quick_read(int fd, void *to, size_t n, off_t at);
void file_quick_close(int fd);

/* All from the first to the last, by one call where the kernel has it. */
void file_quick_close_run(int first, int last);

#endif
