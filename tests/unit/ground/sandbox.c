#include "tests/unit/unit.h"

#include "ground/file.h"
#include "ground/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64], inside[96], outside[96];
static const char *write_list[2], *read_list[4];
static unsigned possible; /* fences of this kernel */

#define FAILED_TO_ENTER 250

/* In a process of its own: enters, then tries.  What `attempt` returns: an errno, 0 for success. */
static int sandboxed(const struct sandbox *s, int (*attempt)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		unsigned fences = 0;
		struct err e;

		if (sandbox_enter(s, &fences, &e) != 0 || fences != possible) {
			fprintf(stderr, "%s\n", e.text);
			_exit(FAILED_TO_ENTER);
		}
		_exit(attempt());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_not_equal(WEXITSTATUS(status), FAILED_TO_ENTER);
	return WEXITSTATUS(status);
}

static int find_out(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		struct err e;
		unsigned fences = 0;

		_exit(sandbox_enter(&(struct sandbox){0}, &fences, &e) == 0 ? (int)fences : 255);
	}
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status) == 255)
		return -1;
	possible = (unsigned)WEXITSTATUS(status);
	return 0;
}

static int make_folder(void **state)
{
	char sub[96];

	(void)state;
	snprintf(folder, sizeof folder, "/tmp/staple-unit-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(sub, sizeof sub, "%s/out", folder);
	snprintf(inside, sizeof inside, "%s/out/file", folder);
	snprintf(outside, sizeof outside, "%s/other", folder);
	write_list[0] = strdup(sub);
	read_list[0] = "/usr";
	read_list[1] = "/no-such-folder";
	return mkdir(sub, 0755) != 0 || find_out();
}

static int remove_folder(void **state)
{
	char command[128];

	(void)state;
	free((char *)(uintptr_t)write_list[0]);
	snprintf(command, sizeof command, "rm -rf '%s'", folder);
	return system(command);
}

static void needs(unsigned fence)
{
	if (!(possible & fence)) {
		print_message("%s\n", sandbox_missing(possible));
		skip();
	}
}

static int opened(const char *path, int flags)
{
	int fd = open(path, flags, 0600);

	return fd >= 0 ? close(fd) : errno;
}

static int write_outside(void)
{
	return opened(outside, O_WRONLY | O_CREAT);
}

static int write_inside(void)
{
	struct err e;

	return file_replace(inside, 0600, 0, span_str("x"), &e) != 0 ||
	       file_replace(inside, 0600, FILE_KEEP_MODE, span_str("y"), &e) != 0;
}

static int write_new_inside(void)
{
	struct err e;

	return file_replace(inside, 0600, FILE_NEW_ONLY, span_str("x"), &e);
}

static int unlink_outside(void)
{
	return unlink(outside) == 0 ? 0 : errno;
}

static int truncate_outside(void)
{
	return truncate(outside, 0) == 0 ? 0 : errno;
}

static int truncate_by_open(void)
{
	return opened(outside, O_RDONLY | O_TRUNC);
}

static int read_passwd(void)
{
	return opened("/etc/passwd", O_RDONLY);
}

static int read_usr(void)
{
	return opened("/usr/include", O_RDONLY | O_DIRECTORY) & opened("/usr", O_RDONLY | O_DIRECTORY);
}

static int execute(void)
{
	execl("/bin/true", "true", (char *)NULL);
	return errno;
}

__attribute__((unused)) static int make_process(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid > 0 ? 0 : errno;
}

static void *nothing(void *p)
{
	return p;
}

static int make_thread(void)
{
	pthread_t t;
	int rc = pthread_create(&t, NULL, nothing, NULL);

	return rc ? rc : pthread_join(t, NULL);
}

static int make_socket(void)
{
	int s = socket(AF_INET, SOCK_STREAM, 0);

	return s >= 0 ? close(s) : errno;
}

static int signal_parent(void)
{
	return kill(getppid(), 0) == 0 ? 0 : errno;
}

static int signal_self(void)
{
	signal(SIGUSR1, SIG_IGN);
	return raise(SIGUSR1) == 0 && kill(getpid(), SIGUSR1) == 0 ? 0 : errno;
}

static int change_mode(void)
{
	return chmod(outside, 0777) == 0 ? 0 : errno;
}

__attribute__((unused)) static int trace(void)
{
	return ptrace(PTRACE_ATTACH, getppid(), 0, 0) == 0 ? 0 : errno;
}

static int gain(void)
{
	return setuid(getuid()) == 0 ? 0 : errno;
}

static int write_open(void)
{
	struct err e;

	return file_write_fd(STDOUT_FILENO, "standard output", span_str(""), &e);
}

static const struct sandbox nothing_at_all = {0};
static const struct sandbox writer = {.write = write_list};
static const struct sandbox reader = {.read = read_list};
static const struct sandbox networker = {.may = SANDBOX_NETWORK};

static void refused(int errnum)
{
	assert_true(errnum == EPERM || errnum == EACCES);
}

static void files_are_fenced(void **state)
{
	(void)state;
	assert_int_equal(opened(outside, O_WRONLY | O_CREAT), 0);
	if (possible == 0)
		needs(SANDBOX_FILES);
	refused(sandboxed(&nothing_at_all, write_outside));
	refused(sandboxed(&nothing_at_all, write_inside) ? EPERM : 0);
	refused(sandboxed(&nothing_at_all, unlink_outside));
	refused(sandboxed(&nothing_at_all, truncate_outside));
	refused(sandboxed(&nothing_at_all, truncate_by_open));
	assert_int_equal(sandboxed(&nothing_at_all, read_passwd), 0);
	assert_int_equal(sandboxed(&nothing_at_all, write_open), 0);
}

/* By Landlock since its third version. */
static bool truncation_is_fenced(void)
{
	return syscall(444, NULL, 0, 1) >= 3;
}

static void folders_may_be_written_in(void **state)
{
	(void)state;
	needs(SANDBOX_FILES);
	assert_int_equal(opened(outside, O_WRONLY | O_CREAT), 0);
	assert_int_equal(sandboxed(&writer, write_new_inside), 0);
	assert_int_equal(sandboxed(&writer, write_inside), 0);
	refused(sandboxed(&writer, write_outside));
	refused(sandboxed(&writer, unlink_outside));
	if (truncation_is_fenced()) {
		refused(sandboxed(&writer, truncate_outside));
		refused(sandboxed(&writer, truncate_by_open));
	}
	assert_int_equal(sandboxed(&writer, read_passwd), 0);
}

static void reading_may_be_fenced(void **state)
{
	(void)state;
	needs(SANDBOX_FILES);
	refused(sandboxed(&reader, read_passwd));
	assert_int_equal(sandboxed(&reader, read_usr), 0);
	refused(sandboxed(&reader, write_outside));
}

static void nothing_is_run(void **state)
{
	(void)state;
	if (possible == 0)
		needs(SANDBOX_CALLS);
	refused(sandboxed(&nothing_at_all, execute));
	refused(sandboxed(&networker, execute));
	needs(SANDBOX_CALLS);
#if !defined(__SANITIZE_ADDRESS__)
	refused(sandboxed(&nothing_at_all, make_process));
#endif
	assert_int_equal(sandboxed(&nothing_at_all, make_thread), 0);
}

static void the_network_is_asked_for(void **state)
{
	(void)state;
	needs(SANDBOX_CALLS);
	refused(sandboxed(&nothing_at_all, make_socket));
	refused(sandboxed(&writer, make_socket));
	assert_int_equal(sandboxed(&networker, make_socket), 0);
}

static void others_are_left_alone(void **state)
{
	(void)state;
	needs(SANDBOX_CALLS);
	assert_int_equal(opened(outside, O_WRONLY | O_CREAT), 0);
	refused(sandboxed(&networker, signal_parent));
	assert_int_equal(sandboxed(&networker, signal_self), 0);
	refused(sandboxed(&writer, change_mode));
#if !defined(__SANITIZE_ADDRESS__)
	refused(sandboxed(&networker, trace));
#endif
	refused(sandboxed(&networker, gain));
}

static void says_what_is_missing(void **state)
{
	(void)state;
	assert_string_equal(sandbox_missing(SANDBOX_FILES | SANDBOX_CALLS), "");
	assert_non_null(strstr(sandbox_missing(0), "nothing is fenced"));
	assert_non_null(strstr(sandbox_missing(SANDBOX_CALLS), "no Landlock"));
	assert_non_null(strstr(sandbox_missing(SANDBOX_FILES), "no seccomp"));
}

static int dumpable(void)
{
	struct rlimit core;

	sandbox_hide_memory();
	return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0 || getrlimit(RLIMIT_CORE, &core) != 0 ||
	       core.rlim_cur != 0;
}

static void memory_can_be_hidden(void **state)
{
	(void)state;
	assert_int_equal(sandboxed(&nothing_at_all, dumpable), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_are_fenced),
		cmocka_unit_test(folders_may_be_written_in),
		cmocka_unit_test(reading_may_be_fenced),
		cmocka_unit_test(nothing_is_run),
		cmocka_unit_test(the_network_is_asked_for),
		cmocka_unit_test(others_are_left_alone),
		cmocka_unit_test(says_what_is_missing),
		cmocka_unit_test(memory_can_be_hidden),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
