#include "tests/unit/unit.h"

#include "ground/child.h"
#include "ground/file.h"
#include "ground/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char folder[64];
static struct err e;

static int make_folder(void **state)
{
	(void)state;
	snprintf(folder, sizeof folder, "/tmp/staple-unit-XXXXXX");
	return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int remove_folder(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof command, "rm -rf '%s'", folder);
	return chdir("/") == 0 ? system(command) : -1;
}

static int run(const char *command)
{
	int status = -1;

	if (child_run(&(struct child_options){.command = command}, 20000, &status, &e) != 0)
		fail_msg("%s", e.text);
	return status;
}

static const char *content(const char *name)
{
	static struct buf b;

	buf_wipe(&b);
	return file_read(name, 100000, &b, &e) == 0 ? buf_cstr(&b) : NULL;
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void nap(unsigned ms)
{
	usleep(ms * 1000);
}

/* Waits for a file that a command writes its process number into. */
static pid_t pid_in(const char *name)
{
	for (int i = 0; i < 1000; i++) {
		const char *text = content(name);

		if (text && strchr(text, '\n'))
			return (pid_t)atoi(text);
		nap(10);
	}
	fail_msg("%s: never written", name);
	return 0;
}

/* A process that is gone, or is a zombie that only its parent can remove. */
static bool gone(pid_t pid)
{
	char path[64];
	const char *text, *state;

	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	text = content(path);
	state = text ? strrchr(text, ')') : NULL;
	return kill(pid, 0) != 0 || (state && (state[2] == 'Z' || state[2] == 'X'));
}

static void tells_how_it_ended(void **state)
{
	(void)state;
	assert_int_equal(run("exit 0"), 0);
	assert_int_equal(run("exit 3"), 3);
	assert_int_equal(run("kill -9 $$"), 128 + 9);
	assert_int_equal(run("no-such-command-here 2>/dev/null"), 127);
}

static void gets_arguments_and_environment(void **state)
{
	const char *args[] = {"a b", "$(touch bad)", NULL};
	const char *env[] = {"STAPLE_TEST=new", "STAPLE_OTHER=x=y", NULL};
	struct child_options o = {
		.command = "printf '%s|' \"$0\" \"$#\" \"$1\" \"$2\" \"$STAPLE_TEST\" "
			   "\"$STAPLE_OTHER\" \"$STAPLE_KEPT\" >out",
		.args = args,
		.env = env,
	};
	int status;

	(void)state;
	setenv("STAPLE_TEST", "old", 1);
	setenv("STAPLE_TESTING", "not the same name", 1);
	setenv("STAPLE_KEPT", "kept", 1);
	assert_int_equal(child_run(&o, 20000, &status, &e), 0);
	assert_int_equal(status, 0);
	assert_string_equal(content("out"), "sh|2|a b|$(touch bad)|new|x=y|kept|");
	assert_null(content("bad"));
	assert_int_equal(run("[ \"$(env | grep -c '^STAPLE_TEST=')\" = 1 ]"), 0);
}

static void has_nothing_of_ours(void **state)
{
	int fd = open("/dev/null", O_RDONLY), high = fcntl(fd, F_DUPFD, 50);
	sigset_t blocked, before;
	unsigned long long block, ignore;

	(void)state;
	assert_true(high >= 50);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigprocmask(SIG_BLOCK, &blocked, &before);
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(run("ls /proc/$$/fd >fds; readlink /proc/$$/fd/0 >in; "
			     "grep -E '^Sig(Blk|Ign)' /proc/self/status >signals; "
			     "cut -d' ' -f5 /proc/$$/stat >group; echo $$ >pid"),
			 0);
	signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_SETMASK, &before, NULL);
	assert_string_equal(content("in"), "/dev/null\n");
	assert_null(strstr(content("fds"), "50"));
	assert_int_equal(sscanf(content("signals"), "SigBlk:\t%llx\nSigIgn:\t%llx", &block, &ignore), 2);
	assert_true(block == 0);
	/* Signals 32 and 33 belong to the C library, which lets nobody reset them. */
	assert_true((ignore & ~(3ull << 31)) == 0);
	assert_int_equal(atoi(content("group")), pid_in("pid"));
	close(fd);
	close(high);
}

static void quiet_is_quiet(void **state)
{
	int saved = dup(1), status, fd = open("out", O_WRONLY | O_CREAT, 0600);
	struct child_options o = {.command = "echo heard; echo loud >&2", .quiet = true};

	(void)state;
	fflush(stdout);
	dup2(fd, 1);
	status = run("echo heard");
	assert_int_equal(child_run(&o, 20000, &status, &e), 0);
	dup2(saved, 1);
	close(saved);
	close(fd);
	assert_int_equal(status, 0);
	assert_string_equal(content("out"), "heard\n");
}

static void waits_no_longer_than_told(void **state)
{
	struct child c;
	int64_t before;

	(void)state;
	assert_int_equal(child_start(&c, &(struct child_options){.command = "sleep 60"}, &e), 0);
	assert_int_equal(child_wait(&c, 0, &e), 0);
	before = now_ms();
	assert_int_equal(child_wait(&c, 50, &e), 0);
	assert_in_range(now_ms() - before, 50, 5000);
	child_stop(&c, 5000);
	assert_true(c.reaped);
	assert_true(WIFSIGNALED(c.status) && WTERMSIG(c.status) == SIGTERM);
	assert_int_equal(child_wait(&c, 0, &e), 1);
	child_stop(&c, 5000);

	assert_int_equal(child_start(&c, &(struct child_options){.command = "exit 7"}, &e), 0);
	assert_int_equal(child_wait(&c, -1, &e), 1);
	assert_int_equal(WEXITSTATUS(c.status), 7);
	assert_int_equal(child_wait(&c, -1, &e), 1);
	child_stop(&c, 0);
	assert_int_equal(WEXITSTATUS(c.status), 7);
}

static void a_command_that_takes_too_long(void **state)
{
	struct child_options o = {.command = "sleep 60 & echo $! >pid; wait"};
	int status = 55;

	(void)state;
	assert_int_equal(child_run(&o, 300, &status, &e), -1);
	assert_int_equal(e.code, ERR_TIMEOUT);
	assert_non_null(strstr(e.text, "not done after 0.3 s"));
	assert_int_equal(status, 55);
	assert_true(gone(pid_in("pid")));
}

static void what_ignores_sigterm_is_killed(void **state)
{
	struct child c;
	int64_t before;

	(void)state;
	assert_int_equal(child_start(&c,
				     &(struct child_options){
					     .command = "trap '' TERM; (echo $$ >pid; while :; do "
							"sleep 1; done) & wait; sleep 60"},
				     &e),
			 0);
	pid_in("pid");
	before = now_ms();
	child_stop(&c, 200);
	assert_in_range(now_ms() - before, 200, 6000);
	assert_true(WIFSIGNALED(c.status) && WTERMSIG(c.status) == SIGKILL);
}

static void stopped_processes_end_too(void **state)
{
	struct child c;

	(void)state;
	assert_int_equal(
		child_start(&c, &(struct child_options){.command = "echo $$ >pid; kill -STOP $$"}, &e),
		0);
	pid_in("pid");
	nap(50);
	child_stop(&c, 5000);
	assert_true(WIFSIGNALED(c.status) && WTERMSIG(c.status) == SIGTERM);
}

/* A session and group of its own, its parent still there. */
static void descendants_outside_the_group(void **state)
{
	struct child c;
	pid_t other;

	(void)state;
	assert_int_equal(child_start(&c,
				     &(struct child_options){
					     .command = "setsid sh -c 'echo $$ >pid; exec sleep 60' "
							"& wait; sleep 60"},
				     &e),
			 0);
	other = pid_in("pid");
	assert_false(gone(other));
	child_stop(&c, 5000);
	assert_true(gone(other));
}

#define DAEMON "setsid sh -c '(sh -c \"echo \\$\\$ >pid; exec sleep 60\" &) ; exit 0'; "

static void daemons_are_found_by_a_subreaper(void **state)
{
	struct child_options o = {.command = DAEMON "exit 4", .subreaper = true};
	struct child c;
	pid_t daemon;

	(void)state;
	assert_int_equal(child_start(&c, &o, &e), 0);
	assert_int_equal(child_wait(&c, 20000, &e), 1);
	daemon = pid_in("pid");
	assert_false(gone(daemon));
	child_stop(&c, 5000);
	assert_int_equal(kill(daemon, 0), -1);
	assert_int_equal(WEXITSTATUS(c.status), 4);
}

static void another_child_of_ours_is_no_daemon(void **state)
{
	struct child_options daemon = {.command = "sleep 60", .subreaper = true};
	struct child c, other;
	pid_t before = fork();

	(void)state;
	if (before == 0) {
		sleep(60);
		_exit(0);
	}
	nap(30); /* the clock of /proc ticks every 10 ms */
	assert_int_equal(child_start(&c, &daemon, &e), 0);
	assert_int_equal(child_start(&other, &(struct child_options){.command = "sleep 60"}, &e),
			 0);
	child_stop(&c, 5000);
	assert_false(gone(before));
	assert_false(gone(other.pid));
	child_stop(&other, 5000);
	assert_false(gone(before));
	assert_int_equal(kill(before, SIGKILL), 0);
	assert_int_equal(waitpid(before, NULL, 0), before);
}

static void what_a_finished_command_left_is_left(void **state)
{
	struct child_options o = {.command = "sleep 60 >/dev/null 2>&1 & echo $! >pid"};
	int status;
	pid_t left;

	(void)state;
	assert_int_equal(child_run(&o, 20000, &status, &e), 0);
	left = pid_in("pid");
	assert_false(gone(left));
	assert_int_equal(kill(left, SIGKILL), 0);
}

static void on_signal(int number)
{
	child_stop_all();
	_exit(100 + number);
}

static void a_signal_stops_them_all(void **state)
{
	pid_t one, two, self = fork();
	int status;

	(void)state;
	if (self == 0) {
		struct child a, b;
		struct child_options daemon = {
			.command = "setsid sh -c '(sh -c \"echo \\$\\$ >two; exec sleep 60\" &)'",
			.subreaper = true,
		};

		signal(SIGINT, on_signal);
		if (child_start(&a, &(struct child_options){.command = "echo $$ >one; sleep 60"},
				&e) != 0 ||
		    child_start(&b, &daemon, &e) != 0 || child_wait(&a, -1, &e) != 1)
			_exit(1);
		_exit(2);
	}
	one = pid_in("one");
	two = pid_in("two");
	assert_int_equal(kill(self, SIGINT), 0);
	assert_int_equal(waitpid(self, &status, 0), self);
	assert_int_equal(WEXITSTATUS(status), 100 + SIGINT);
	assert_true(gone(one));
	assert_true(gone(two));
}

static void an_ignored_sigchld_loses_no_status(void **state)
{
	(void)state;
	signal(SIGCHLD, SIG_IGN);
	assert_int_equal(run("exit 5"), 5);
	signal(SIGCHLD, SIG_DFL);
}

static void no_more_than_the_limit(void **state)
{
	static struct child c[LIMIT_CHILDREN + 1];
	struct child_options o = {.command = "sleep 60"};

	(void)state;
	for (int i = 0; i < LIMIT_CHILDREN; i++)
		assert_int_equal(child_start(&c[i], &o, &e), 0);
	assert_int_equal(child_start(&c[LIMIT_CHILDREN], &o, &e), -1);
	assert_int_equal(e.code, ERR_LIMIT);
	child_stop(&c[LIMIT_CHILDREN], 0);
	child_stop_all();
	for (int i = 0; i < LIMIT_CHILDREN; i++) {
		assert_int_equal(child_wait(&c[i], 0, &e), 1);
		assert_true(WIFSIGNALED(c[i].status));
	}
	assert_int_equal(run("exit 0"), 0);
}

#define CHILD_TEST(f) cmocka_unit_test_setup_teardown(f, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CHILD_TEST(tells_how_it_ended),
		CHILD_TEST(gets_arguments_and_environment),
		CHILD_TEST(has_nothing_of_ours),
		CHILD_TEST(quiet_is_quiet),
		CHILD_TEST(waits_no_longer_than_told),
		CHILD_TEST(a_command_that_takes_too_long),
		CHILD_TEST(what_ignores_sigterm_is_killed),
		CHILD_TEST(stopped_processes_end_too),
		CHILD_TEST(descendants_outside_the_group),
		CHILD_TEST(daemons_are_found_by_a_subreaper),
		CHILD_TEST(another_child_of_ours_is_no_daemon),
		CHILD_TEST(what_a_finished_command_left_is_left),
		CHILD_TEST(a_signal_stops_them_all),
		CHILD_TEST(an_ignored_sigchld_loses_no_status),
		CHILD_TEST(no_more_than_the_limit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
