/*
 * sandbox: give up what is not needed, before bytes from strangers are read.
 *
 * Two fences, each as far as the kernel has it: Landlock lets files be made, changed and removed
 * only beneath the folders named (and, if wanted, read only there); seccomp refuses system calls
 * that no program of ours needs at this point: to run programs, open sockets, change owners and
 * modes of other files, trace processes, mount, load modules and the like.  What is refused is
 * told to the caller as EPERM or EACCES; nothing is killed.
 *
 * It cannot be undone, and what is started later inherits it: a hook (think of sudo) could not
 * do its work.  So a program that is to run commands does without.
 *
 * Descriptors that are open stay open.  To be called before threads are made.
 */
#ifndef STAPLE_GROUND_SANDBOX_H
#define STAPLE_GROUND_SANDBOX_H

#include "ground/err.h"

enum sandbox_may {
	SANDBOX_NETWORK = 1 << 0 /* sockets */
};

struct sandbox {
	unsigned may; /* enum sandbox_may */
	/* Folders and files beneath which may be read, and folders in which files may also be
	 * made, replaced and removed, and folders made; NULL-terminated.  `read` NULL: all may be read; `write` NULL:
	 * nothing may be written.  What does not exist is passed over. */
	const char *const *read;
	const char *const *write;
};

/* What holds afterwards. */
enum sandbox_fence {
	SANDBOX_FILES = 1 << 0, /* Landlock */
	SANDBOX_CALLS = 1 << 1  /* seccomp */
};

/* Sets up what the kernel can, and says in *fences what that is: a kernel, a container or a
 * build without one of them is no error.  -1: it can, and it failed; then the program should
 * end, because what holds is not known. */
MUST_USE int sandbox_enter(const struct sandbox *s, unsigned *fences, struct err *e);

/* Which fences are missing, for people: "the kernel has no Landlock"; "" when none is. */
const char *sandbox_missing(unsigned fences);

/* No core dump and no ptrace by other processes of the user: keys and passwords may be in memory. */
void sandbox_hide_memory(void);

#endif
