/*
 * For tests/tools/sandbox.t, preloaded: what code that has taken over a program could try.  When
 * the program reads standard input, or first hears from the network, it tries to write a file, to run
 * a program, to open sockets and more, and says on standard error what was possible.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void tell(const char *what, int possible)
{
	char line[80];
	int n = snprintf(line, sizeof line, "intruder: %s %s\n", what, possible ? "possible" : "refused");

	(void)!write(STDERR_FILENO, line, (size_t)n);
}

static int can_run(void)
{
	int status = 1;
	pid_t pid = fork();

	if (pid == 0) {
		execl("/bin/true", "true", (char *)NULL);
		_exit(1);
	}
	if (pid > 0)
		waitpid(pid, &status, 0);
	return pid > 0 && status == 0;
}

static void try_all(void)
{
	const char *file = getenv("INTRUDER_FILE"), *inside = getenv("INTRUDER_INSIDE");
	const char *old = getenv("INTRUDER_OLD");

	tell("write", open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600) >= 0);
	tell("remove", unlink(old) == 0 || errno == ENOENT);
	tell("change", chmod(old, 0666) == 0 || errno == ENOENT);
	if (inside)
		tell("write inside", open(inside, O_WRONLY | O_CREAT, 0600) >= 0);
	tell("run", can_run());
	tell("kill", kill(getppid(), 0) == 0);
	tell("connect", socket(AF_INET, SOCK_STREAM, 0) >= 0);
	tell("read", open("/etc/passwd", O_RDONLY) >= 0);
}

static void wake(void)
{
	static int done;

	if (!done) {
		done = 1;
		try_all();
	}
}

ssize_t read(int fd, void *p, size_t n)
{
	if (fd == 0)
		wake();
	return syscall(SYS_read, fd, p, n);
}

ssize_t recv(int fd, void *p, size_t n, int flags)
{
	if (getenv("INTRUDER_NETWORK"))
		wake();
	return syscall(SYS_recvfrom, fd, p, n, flags, NULL, NULL);
}
