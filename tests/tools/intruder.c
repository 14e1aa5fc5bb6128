/*
 * For tests/tools/sandbox.t, preloaded: what code that has taken over a program could try.  When
 * the program reads standard input, it tries to write a file, to run a program and to open a
 * socket, and says on standard error what was possible.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void tell(const char *what, int possible)
{
	fprintf(stderr, "intruder: %s %s\n", what, possible ? "possible" : "refused");
}

static void try_all(void)
{
	const char *file = getenv("INTRUDER_FILE"), *inside = getenv("INTRUDER_INSIDE");
	int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600), status = 1;
	pid_t pid;

	tell("write", fd >= 0);
	if (inside)
		tell("write inside", open(inside, O_WRONLY | O_CREAT, 0600) >= 0);
	pid = fork();
	if (pid == 0) {
		execl("/bin/true", "true", (char *)NULL);
		_exit(1);
	}
	if (pid > 0)
		waitpid(pid, &status, 0);
	tell("run", pid > 0 && status == 0);
	tell("connect", socket(AF_INET, SOCK_STREAM, 0) >= 0);
	tell("read", open("/etc/passwd", O_RDONLY) >= 0);
}

ssize_t read(int fd, void *p, size_t n)
{
	static int done;

	if (fd == 0 && !done) {
		done = 1;
		try_all();
	}
	return syscall(SYS_read, fd, p, n);
}
