#include "ground/sandbox_calls.h"

#ifdef HAVE_SECCOMP

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <unistd.h>

/*
 * A list of what is refused, not of what is allowed: the C library and its modules (name
 * services, tokens) choose their calls anew with each release, and a checker that fails on the
 * next system would be switched off.  Names that a kernel or machine does not have are skipped.
 */

/* Never needed once a program runs, and of use to an attacker. */
static const char *const always[] = {
	"ptrace", "process_vm_readv", "process_vm_writev", "kcmp", "pidfd_getfd", "pidfd_send_signal",
	"rt_sigqueueinfo", "rt_tgsigqueueinfo", "tkill", "mount", "umount", "umount2", "pivot_root",
	"chroot", "move_mount", "open_tree", "fsopen", "fsconfig", "fsmount", "fspick",
	"mount_setattr", "swapon", "swapoff", "reboot", "kexec_load", "kexec_file_load",
	"init_module", "finit_module", "delete_module", "bpf", "perf_event_open", "userfaultfd",
	"io_uring_setup", "io_uring_enter", "io_uring_register", "keyctl", "add_key", "request_key",
	"setns", "unshare", "acct", "quotactl", "quotactl_fd", "settimeofday", "clock_settime",
	"clock_adjtime", "adjtimex", "stime", "sethostname", "setdomainname", "syslog", "vhangup",
	"iopl", "ioperm", "modify_ldt", "personality", "open_by_handle_at", "name_to_handle_at",
	"fanotify_init", "mknod", "mknodat", "execve", "execveat", "fork", "vfork", "setuid",
	"setgid", "setreuid", "setregid", "setresuid", "setresgid", "setfsuid", "setfsgid",
	"setgroups", "capset", "chmod", "fchmodat", "fchmodat2", "chown", "lchown", "fchownat",
	"setxattr", "lsetxattr", "fsetxattr", "removexattr", "lremovexattr", "fremovexattr",
	"utime", "utimes", "utimensat", "futimesat",
};

/* Where nothing may be written: what changes a folder.  Landlock says the same, if it is there. */
static const char *const writing[] = {
	"creat", "truncate", "truncate64", "unlink", "unlinkat", "rename", "renameat", "renameat2",
	"mkdir", "mkdirat", "rmdir", "link", "linkat", "symlink", "symlinkat",
};

static const char *const network[] = {"socket", "socketcall", "bind", "listen", "connect"};

/* The sanitizers' leak check makes a thread with a process's rights and traces us with it. */
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED true
#endif
#endif
#ifndef SANITIZED
#define SANITIZED false
#endif

static int refuse(scmp_filter_ctx c, uint32_t action, const char *name, unsigned n,
		  const struct scmp_arg_cmp *args)
{
	int number = seccomp_syscall_resolve_name(name), rc;

	if (number == __NR_SCMP_ERROR)
		return 0;
	rc = seccomp_rule_add_array(c, action, number, n, args);
	return rc == -EDOM ? 0 : rc;
}

static int refuse_all(scmp_filter_ctx c, const char *const *names, size_t n)
{
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i++)
		if (!SANITIZED || strcmp(names[i], "ptrace") != 0)
			rc = refuse(c, SCMP_ACT_ERRNO(EPERM), names[i], 0, NULL);
	return rc;
}

#define REFUSE_ALL(c, table) refuse_all(c, table, sizeof table / sizeof table[0])

/* To open a file for writing, or to make it.  openat2 hides its flags from a filter: the C
 * library goes back to openat. */
static int refuse_open(scmp_filter_ctx c)
{
	static const struct {
		unsigned mask, value;
	} flags[] = {{O_ACCMODE, O_WRONLY}, {O_ACCMODE, O_RDWR}, {O_CREAT, O_CREAT}, {O_TRUNC, O_TRUNC}};
	int rc = refuse(c, SCMP_ACT_ERRNO(ENOSYS), "openat2", 0, NULL);

	for (size_t i = 0; i < sizeof flags / sizeof flags[0] && rc == 0; i++) {
		struct scmp_arg_cmp at = SCMP_A2(SCMP_CMP_MASKED_EQ, flags[i].mask, flags[i].value);
		struct scmp_arg_cmp old = SCMP_A1(SCMP_CMP_MASKED_EQ, flags[i].mask, flags[i].value);

		rc = refuse(c, SCMP_ACT_ERRNO(EACCES), "openat", 1, &at);
		if (rc == 0)
			rc = refuse(c, SCMP_ACT_ERRNO(EACCES), "open", 1, &old);
	}
	return rc;
}

/* Threads may be made, processes not; clone3 hides its flags from a filter. */
static int refuse_processes(scmp_filter_ctx c)
{
#if defined(__s390x__) || defined(__s390__)
	struct scmp_arg_cmp process = SCMP_A1(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0);
#else
	struct scmp_arg_cmp process = SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0);
#endif
	int rc;

	if (SANITIZED)
		return 0;
	rc = refuse(c, SCMP_ACT_ERRNO(ENOSYS), "clone3", 0, NULL);
	return rc == 0 ? refuse(c, SCMP_ACT_ERRNO(EPERM), "clone", 1, &process) : rc;
}

static int refuse_arguments(scmp_filter_ctx c)
{
	struct scmp_arg_cmp others = {
		.arg = 0, .op = SCMP_CMP_NE, .datum_a = (scmp_datum_t)getpid()};
	/* To type for the user, or to read his screen. */
	struct scmp_arg_cmp type = SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffff, TIOCSTI);
	struct scmp_arg_cmp screen = SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffff, 0x541c); /* TIOCLINUX */
	int rc = refuse(c, SCMP_ACT_ERRNO(EPERM), "kill", 1, &others);

	if (rc == 0)
		rc = refuse(c, SCMP_ACT_ERRNO(EPERM), "ioctl", 1, &type);
	return rc == 0 ? refuse(c, SCMP_ACT_ERRNO(EPERM), "ioctl", 1, &screen) : rc;
}

static int fill(scmp_filter_ctx c, const struct sandbox *s)
{
	int rc = REFUSE_ALL(c, always);

	if (rc == 0)
		rc = refuse_processes(c);
	if (rc == 0)
		rc = refuse_arguments(c);
	if (rc == 0 && !(s->may & SANDBOX_NETWORK))
		rc = REFUSE_ALL(c, network);
	if (rc == 0 && (!s->write || !s->write[0]))
		rc = REFUSE_ALL(c, writing);
	if (rc == 0 && (!s->write || !s->write[0]))
		rc = refuse_open(c);
	return rc;
}

bool sandbox_calls_possible(void)
{
	return prctl(PR_GET_SECCOMP, 0, 0, 0, 0) >= 0 && seccomp_api_get() > 0;
}

/* The kernel's own word, not the library's for all of them. */
static void ask_for_reason(scmp_filter_ctx c)
{
#if SCMP_VER_MAJOR > 2 || SCMP_VER_MINOR >= 5
	seccomp_attr_set(c, SCMP_FLTATR_API_SYSRAWRC, 1);
#else
	(void)c;
#endif
}

/* Which error a refusal is depends on who refuses, and on the library: but for want of memory there is no
 * other reason, as the filter is always the same. */
static bool not_allowed(int rc)
{
	return rc != -ENOMEM;
}

int sandbox_calls_enter(const struct sandbox *s, struct err *e)
{
	scmp_filter_ctx c = seccomp_init(SCMP_ACT_ALLOW);
	int rc;

	if (!c)
		return err_set(e, ERR_MEMORY, "sandbox: out of memory for a filter");
	rc = fill(c, s);
	/* Every file that is opened passes here: the one call that has to be fast. */
	if (rc == 0)
		seccomp_syscall_priority(c, SCMP_SYS(openat), 255);
	if (rc != 0) {
		seccomp_release(c);
		return err_set_errno(e, ERR_INTERNAL, -rc, "sandbox: no filter of system calls can be made");
	}
	ask_for_reason(c);
	rc = seccomp_load(c);
	seccomp_release(c);
	if (rc != 0 && !not_allowed(rc))
		return err_set_errno(e, ERR_INTERNAL, -rc, "sandbox: no filter of system calls");
	return rc == 0;
}

#else

bool sandbox_calls_possible(void)
{
	return false;
}

int sandbox_calls_enter(const struct sandbox *s, struct err *e)
{
	(void)s;
	return err_set(e, ERR_UNSUPPORTED, "sandbox: built without libseccomp");
}

#endif
