#include "ground/child.h"

#include "ground/child_list.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define NAP_MAX_MS 10
#define RUN_GRACE_MS 2000

extern char **environ;

static size_t count_of(const char *const *list)
{
	size_t n = 0;

	while (list && list[n])
		n++;
	return n;
}

/* sh -c COMMAND sh ARGS...; the array alone is ours. */
static char **make_argv(const struct child_options *o)
{
	size_t n = count_of(o->args);
	const char **argv = calloc(n + 5, sizeof *argv);

	if (!argv)
		return NULL;
	argv[0] = "sh";
	argv[1] = "-c";
	argv[2] = o->command;
	argv[3] = "sh";
	for (size_t i = 0; i < n; i++)
		argv[4 + i] = o->args[i];
	return (char **)argv;
}

static bool same_name(const char *a, const char *b)
{
	size_t n = strcspn(b, "=");

	return strncmp(a, b, n) == 0 && a[n] == '=';
}

/* The environment, with what is added in the place of what has the same name. */
static char **make_envp(const struct child_options *o)
{
	size_t added = count_of(o->env), n = 0;
	const char **envp = calloc(count_of((const char *const *)environ) + added + 1, sizeof *envp);

	if (!envp)
		return NULL;
	for (char **old = environ; old && *old; old++) {
		bool replaced = false;

		for (size_t i = 0; i < added && !replaced; i++)
			replaced = same_name(*old, o->env[i]);
		if (!replaced)
			envp[n++] = *old;
	}
	for (size_t i = 0; i < added; i++)
		envp[n++] = o->env[i];
	return (char **)envp;
}

static void default_signals(void)
{
	struct sigaction sa = {0};
	sigset_t none;

	sa.sa_handler = SIG_DFL;
	for (int i = 1; i < NSIG; i++)
		sigaction(i, &sa, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void close_from(int first)
{
	long last;

	if (close_range((unsigned)first, ~0u, 0) == 0)
		return;
	last = sysconf(_SC_OPEN_MAX);
	for (long fd = first; fd < last; fd++)
		close((int)fd);
}

/* In the new process; only calls that are safe after a fork from several threads.  Why it
 * could not become the command goes back through `report`. */
static _Noreturn void become(const struct child_options *o, char **argv, char **envp, int report)
{
	int null, errnum;

	setpgid(0, 0);
	/* Out of the way of 0, 1 and 2, which may have been closed. */
	report = fcntl(report, F_DUPFD_CLOEXEC, 4);
	null = open("/dev/null", O_RDWR);
	if (report < 0 || null < 0 || dup2(null, 0) < 0 || (o->quiet && (dup2(null, 1) < 0 || dup2(null, 2) < 0)) ||
	    dup2(report, 3) < 0 || fcntl(3, F_SETFD, FD_CLOEXEC) < 0)
		goto failed;
	report = 3;
	close_from(4);
	default_signals();
	execve("/bin/sh", argv, envp);
failed:
	errnum = errno;
	if (write(report, &errnum, sizeof errnum) < 0)
		_exit(126);
	_exit(127);
}

/* 0: the command runs; else the errno of what failed in the new process. */
static int first_word(int fd)
{
	int errnum = 0;
	ssize_t n;

	do
		n = read(fd, &errnum, sizeof errnum);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof errnum ? errnum : 0;
}

static struct child_entry *acquire(void)
{
	for (size_t i = 0; i < LIMIT_CHILDREN; i++) {
		bool free_one = false;

		if (atomic_compare_exchange_strong(&child_list[i].used, &free_one, true))
			return &child_list[i];
	}
	return NULL;
}

static void release(struct child_entry *x)
{
	atomic_store(&x->pid, 0);
	atomic_store(&x->reaped, false);
	atomic_store(&x->used, false);
}

/* No handler runs between the fork and the entry in the list, and none of ours in the child. */
static pid_t fork_listed(struct child_entry *x, const struct child_options *o, char **argv,
			 char **envp, int report)
{
	sigset_t all, before;
	pid_t pid;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pid = fork();
	if (pid == 0)
		become(o, argv, envp, report);
	if (pid > 0) {
		setpgid(pid, pid);
		x->born = child_born(pid);
		atomic_store(&x->pid, pid);
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return pid;
}

static void keep_statuses(void)
{
	struct sigaction sa;

	if (sigaction(SIGCHLD, NULL, &sa) == 0 && sa.sa_handler == SIG_IGN) {
		sa.sa_handler = SIG_DFL;
		sigaction(SIGCHLD, &sa, NULL);
	}
}

static int start(struct child *c, struct child_entry *x, const struct child_options *o, char **argv,
		 char **envp, struct err *e)
{
	int ends[2], errnum;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return err_set_errno(e, ERR_IO, errno, "%s: cannot be started", o->command);
	keep_statuses();
	x->subreaper = o->subreaper && prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0;
	c->pid = fork_listed(x, o, argv, envp, ends[1]);
	errnum = errno;
	close(ends[1]);
	if (c->pid > 0)
		errnum = first_word(ends[0]);
	close(ends[0]);
	if (c->pid > 0 && errnum == 0)
		return 0;
	if (c->pid > 0)
		waitpid(c->pid, NULL, 0);
	return err_set_errno(e, ERR_IO, errnum, "%s: cannot be started", o->command);
}

int child_start(struct child *c, const struct child_options *o, struct err *e)
{
	char **argv = make_argv(o), **envp = make_envp(o);
	struct child_entry *x = acquire();
	int rc = -1;

	*c = (struct child){0};
	if (!x)
		err_set(e, ERR_LIMIT, "%s: more than %d commands at once", o->command,
			LIMIT_CHILDREN);
	else if (!argv || !envp)
		err_set(e, ERR_MEMORY, "%s: out of memory", o->command);
	else
		rc = start(c, x, o, argv, envp, e);
	free(argv);
	free(envp);
	if (rc == 0) {
		c->entry = x;
	} else {
		*c = (struct child){0};
		if (x)
			release(x);
	}
	return rc;
}

static void take_status(struct child *c)
{
	if (!c->reaped)
		c->status = atomic_load(&c->entry->status);
	c->reaped = true;
}

static void forget(struct child *c)
{
	if (c->entry)
		release(c->entry);
	c->entry = NULL;
}

int child_wait(struct child *c, int64_t timeout_ms, struct err *e)
{
	int64_t end = timeout_ms >= 0 ? child_clock() + timeout_ms : INT64_MAX, nap = 1;

	if (c->reaped)
		return 1;
	if (!c->entry)
		return err_set(e, ERR_INTERNAL, "no command to wait for");
	while (!child_reap(c->entry)) {
		int64_t left = end - child_clock();

		if (left <= 0)
			return 0;
		child_nap(nap < left ? nap : left);
		nap = nap < NAP_MAX_MS ? nap + 1 : nap;
	}
	take_status(c);
	if (!c->entry->subreaper)
		forget(c);
	return 1;
}

void child_stop(struct child *c, int64_t grace_ms)
{
	if (!c->entry)
		return;
	child_stop_entries(&c->entry, 1, grace_ms);
	take_status(c);
	forget(c);
}

int child_run(const struct child_options *o, int64_t timeout_ms, int *status, struct err *e)
{
	struct child c;
	int rc;

	if (child_start(&c, o, e) != 0)
		return -1;
	rc = child_wait(&c, timeout_ms, e);
	if (rc != 1) {
		child_stop(&c, RUN_GRACE_MS);
		return rc == 0 ? err_set(e, ERR_TIMEOUT, "%s: not done after %g s, stopped",
					 o->command, (double)timeout_ms / 1000) :
				 -1;
	}
	forget(&c);
	*status = WIFEXITED(c.status) ? WEXITSTATUS(c.status) : 128 + WTERMSIG(c.status);
	return 0;
}
