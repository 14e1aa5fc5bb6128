/*
 * How long does a program take?
 *
 *	inventory-time cpu|wall N COMMAND...
 *
 * Runs it N times, one after the other, with nothing to read and its output thrown away, and prints
 * the mean in microseconds: user and system time of the program alone, as the kernel counts it, or
 * what elapses from its start to its end.  A shell would be counted with it.  Status 2 when it
 * cannot be run, or ends by a signal.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static double seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	double cpu = 0, wall = 0;
	long n = argc > 3 ? atol(argv[2]) : 0;
	posix_spawn_file_actions_t files;

	if (n < 1 || (strcmp(argv[1], "cpu") != 0 && strcmp(argv[1], "wall") != 0))
		return fputs("usage: inventory-time cpu|wall N COMMAND...\n", stderr), 2;
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
	for (long i = 0; i < n; i++) {
		double start = now();
		struct rusage used;
		pid_t child;
		int status;

		if (posix_spawnp(&child, argv[3], &files, NULL, argv + 3, environ) != 0)
			return fprintf(stderr, "%s: cannot be run\n", argv[3]), 2;
		if (wait4(child, &status, 0, &used) != child || !WIFEXITED(status))
			return fprintf(stderr, "%s: ended by a signal\n", argv[3]), 2;
		wall += now() - start;
		cpu += seconds(used.ru_utime) + seconds(used.ru_stime);
	}
	printf("%.0f\n", (strcmp(argv[1], "cpu") == 0 ? cpu : wall) / (double)n * 1e6);
	return 0;
}
