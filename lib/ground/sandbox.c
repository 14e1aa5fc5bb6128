#include "ground/sandbox.h"

#include "ground/sandbox_calls.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* landlock(7).  The kernel's header may be older than the kernel, so its numbers stand here. */
#ifdef SYS_landlock_create_ruleset
#define CREATE_RULESET SYS_landlock_create_ruleset
#define ADD_RULE SYS_landlock_add_rule
#define RESTRICT_SELF SYS_landlock_restrict_self
#else
#define CREATE_RULESET 444
#define ADD_RULE 445
#define RESTRICT_SELF 446
#endif

#define VERSION_FLAG 1u
#define RULE_PATH_BENEATH 1

#define EXECUTE (UINT64_C(1) << 0)
#define WRITE_FILE (UINT64_C(1) << 1)
#define READ_FILE (UINT64_C(1) << 2)
#define READ_DIR (UINT64_C(1) << 3)
#define REMOVE_FILE (UINT64_C(1) << 5)
#define MAKE_DIR (UINT64_C(1) << 7)
#define MAKE_REG (UINT64_C(1) << 8)
#define TRUNCATE (UINT64_C(1) << 14)
#define ALL_OF_FIRST ((UINT64_C(1) << 13) - 1) /* version 1 */
#define REFER (UINT64_C(1) << 13)              /* version 2 */

#define OF_A_FILE (EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE)
#define READING (READ_FILE | READ_DIR)
#define WRITING (READING | WRITE_FILE | REMOVE_FILE | MAKE_REG | MAKE_DIR | TRUNCATE)

struct ruleset_attr {
	uint64_t handled_fs;
	uint64_t handled_net; /* version 4: TCP */
	uint64_t scoped;      /* version 6: abstract sockets, signals */
};

struct __attribute__((packed)) path_attr {
	uint64_t allowed;
	int32_t fd;
};

/* 0: the kernel has none, or a container keeps it away. */
static int landlock_version(void)
{
	long v = syscall(CREATE_RULESET, NULL, 0, VERSION_FLAG);

	return v > 0 ? (int)v : 0;
}

static struct ruleset_attr wanted(const struct sandbox *s, int version)
{
	struct ruleset_attr a = {.handled_fs = ALL_OF_FIRST};
	bool written = s->write && s->write[0];

	if (version >= 2)
		a.handled_fs |= REFER;
	/* The right to truncate is worked out for every file that is opened, up to the root.  Where
	 * nothing is written the other fence refuses truncate and O_TRUNC to start with. */
	if (version >= 3 && (written || !sandbox_calls_possible()))
		a.handled_fs |= TRUNCATE;
	if (!s->read)
		a.handled_fs &= ~READING;
	if (version >= 4 && !(s->may & SANDBOX_NETWORK))
		a.handled_net = 3;
	if (version >= 6 && !(s->may & SANDBOX_NETWORK))
		a.scoped = 3;
	return a;
}

/* What does not exist cannot be read or written either. */
static int allow(int ruleset, uint64_t handled, const char *path, uint64_t rights, struct err *e)
{
	struct path_attr a = {.fd = open(path, O_PATH | O_CLOEXEC)};
	struct stat st;
	long rc;

	if (a.fd < 0)
		return 0;
	if (fstat(a.fd, &st) == 0 && !S_ISDIR(st.st_mode))
		rights &= OF_A_FILE;
	a.allowed = rights & handled;
	rc = a.allowed ? syscall(ADD_RULE, ruleset, RULE_PATH_BENEATH, &a, 0) : 0;
	if (rc != 0 && errno == EBADFD) /* a pipe or a socket stands in no folder and is not fenced */
		rc = 0;
	close(a.fd);
	return rc == 0 ? 0 :
			 err_set_errno(e, ERR_INTERNAL, errno, "%s: sandbox: no rule can be made",
				       path);
}

static int allow_all(int ruleset, uint64_t handled, const char *const *paths, uint64_t rights,
		     struct err *e)
{
	for (size_t i = 0; paths && paths[i]; i++)
		if (allow(ruleset, handled, paths[i], rights, e) != 0)
			return -1;
	return 0;
}

static int fence_files(const struct sandbox *s, int version, struct err *e)
{
	struct ruleset_attr a = wanted(s, version);
	int ruleset = (int)syscall(CREATE_RULESET, &a, sizeof a, 0), rc;

	if (ruleset < 0)
		return err_set_errno(e, ERR_INTERNAL, errno, "sandbox: no Landlock rules");
	rc = allow_all(ruleset, a.handled_fs, s->read, READING, e);
	if (rc == 0)
		rc = allow_all(ruleset, a.handled_fs, s->write, WRITING, e);
	if (rc == 0 && syscall(RESTRICT_SELF, ruleset, 0) != 0)
		rc = err_set_errno(e, ERR_INTERNAL, errno, "sandbox: Landlock cannot be put in force");
	close(ruleset);
	return rc;
}

int sandbox_enter(const struct sandbox *s, unsigned *fences, struct err *e)
{
	int version = landlock_version(), calls;

	*fences = 0;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return 0; /* kept away, and with it both fences */
	if (version > 0) {
		if (fence_files(s, version, e) != 0)
			return -1;
		*fences |= SANDBOX_FILES;
	}
	if (sandbox_calls_possible()) {
		calls = sandbox_calls_enter(s, e);
		if (calls < 0)
			return -1;
		*fences |= calls ? SANDBOX_CALLS : 0;
	}
	return 0;
}

const char *sandbox_missing(unsigned fences)
{
	switch (fences & (SANDBOX_FILES | SANDBOX_CALLS)) {
	case SANDBOX_FILES:
		return "no seccomp here: files are fenced, system calls are not";
	case SANDBOX_CALLS:
		return "no Landlock here: system calls are fenced, files only as far as those go";
	case 0:
		return "neither Landlock nor seccomp here: nothing is fenced";
	default:
		return "";
	}
}

void sandbox_hide_memory(void)
{
	struct rlimit core;

	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	/* A second lock on the same door.  A command that is run later may open it for itself. */
	if (getrlimit(RLIMIT_CORE, &core) == 0) {
		core.rlim_cur = 0;
		setrlimit(RLIMIT_CORE, &core);
	}
}
