/*
 * For tests/tools/sandbox.t: runs a program where Landlock, seccomp or no_new_privs is refused with an
 * errno, as containers and emulators do.
 *
 *	without landlock|seccomp|no_new_privs ERRNO COMMAND...
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NUMBER BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))
/* The low half, on a little-endian machine; on a big-endian one nothing matches, and the test tells. */
#define FIRST BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0]))
#define IF_NOT(value, skip) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, skip)
#define ALLOW BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define REFUSE(e) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)(e))

static int install(struct sock_filter *f, unsigned short n)
{
	struct sock_fprog all = {.len = n, .filter = f};

	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &all);
}

static int refuse_call(unsigned call, int error)
{
	struct sock_filter f[] = {NUMBER, IF_NOT(call, 1), REFUSE(error), ALLOW};

	return install(f, sizeof f / sizeof f[0]);
}

static int refuse_prctl(unsigned option, int error)
{
	struct sock_filter f[] = {NUMBER, IF_NOT(SYS_prctl, 3), FIRST, IF_NOT(option, 1), REFUSE(error), ALLOW};

	return install(f, sizeof f / sizeof f[0]);
}

int main(int argc, char **argv)
{
	int error, rc = -1;

	if (argc < 4 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return 99;
	error = atoi(argv[2]);
	if (strcmp(argv[1], "landlock") == 0)
		rc = refuse_call(444, error);
	else if (strcmp(argv[1], "seccomp") == 0 && refuse_call(SYS_seccomp, error) == 0)
		rc = refuse_prctl(PR_SET_SECCOMP, error);
	else if (strcmp(argv[1], "no_new_privs") == 0)
		rc = refuse_prctl(PR_SET_NO_NEW_PRIVS, error);
	if (rc != 0)
		return 99;
	execvp(argv[3], argv + 3);
	return 99;
}
