#include "tests/unit/unit.h"

#include "ground/file.h"
#include "ground/file_quick.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64];
static char path[128];
static struct buf out;
static struct err e;

static const char *in_folder(const char *name)
{
	snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

static void put(const char *name, const void *p, size_t n)
{
	FILE *f = fopen(in_folder(name), "w");

	assert_non_null(f);
	assert_int_equal(fwrite(p, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

static int make_folder(void **state)
{
	(void)state;
	snprintf(folder, sizeof folder, "/tmp/staple-unit-XXXXXX");
	buf_init(&out);
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	char command[128];

	(void)state;
	buf_wipe(&out);
	snprintf(command, sizeof command, "rm -rf '%s'", folder);
	return system(command);
}

static void reads_whole_files(void **state)
{
	static char big[200000];

	(void)state;
	for (size_t i = 0; i < sizeof big; i++)
		big[i] = (char)(i * 31);
	put("big", big, sizeof big);
	buf_add_str(&out, "before");
	assert_int_equal(file_read(in_folder("big"), sizeof big, &out, &e), 0);
	assert_int_equal(out.n, 6 + sizeof big);
	assert_memory_equal(out.p, "before", 6);
	assert_memory_equal(out.p + 6, big, sizeof big);
	buf_reset(&out);
	put("empty", "", 0);
	assert_int_equal(file_read(in_folder("empty"), 0, &out, &e), 0);
	assert_int_equal(out.n, 0);
}

static void keeps_the_limit(void **state)
{
	(void)state;
	put("ten", "0123456789", 10);
	assert_int_equal(file_read(in_folder("ten"), 10, &out, &e), 0);
	assert_int_equal(file_read(in_folder("ten"), 9, &out, &e), -1);
	assert_int_equal(e.code, ERR_LIMIT);
	assert_non_null(strstr(e.text, "ten: 10 bytes, more than the 9 allowed"));
	assert_int_equal(out.n, 10);
}

static void reads_within_a_folder(void **state)
{
	int dirfd;

	(void)state;
	put("x", "inside", 6);
	dirfd = open(folder, O_RDONLY | O_DIRECTORY);
	assert_true(dirfd >= 0);
	assert_int_equal(file_read_at(dirfd, "x", 100, &out, &e), 0);
	assert_string_equal(buf_cstr(&out), "inside");
	assert_int_equal(file_read_at(dirfd, "y", 100, &out, &e), -1);
	assert_int_equal(e.code, ERR_NOT_FOUND);
	close(dirfd);
}

static void wants(const char *name, enum err_code code, const char *text)
{
	if (file_read(name, 100, &out, &e) != -1 || e.code != code || !strstr(e.text, text))
		fail_msg("%s: code %d, %s", name, e.code, e.text);
	assert_non_null(strstr(e.text, name));
	assert_int_equal(out.n, 0);
}

static void refuses_what_is_no_file(void **state)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int s;

	(void)state;
	wants(in_folder("none"), ERR_NOT_FOUND, "No such file");
	wants(folder, ERR_IO, "is a folder");
	wants("/dev/null", ERR_IO, "is a device");
	assert_int_equal(mkfifo(in_folder("pipe"), 0600), 0);
	wants(path, ERR_IO, "is a pipe");
	s = socket(AF_UNIX, SOCK_STREAM, 0);
	snprintf(a.sun_path, sizeof a.sun_path, "%.90s", in_folder("socket"));
	assert_int_equal(bind(s, (struct sockaddr *)&a, sizeof a), 0);
	wants(path, ERR_IO, "is a socket");
	close(s);
	put("file", "", 0);
	wants(in_folder("file/below"), ERR_NOT_FOUND, "Not a directory");
	assert_int_equal(symlink("loop", in_folder("loop")), 0);
	wants(path, ERR_IO, "symbolic links");
	if (geteuid() != 0) {
		assert_int_equal(chmod(in_folder("file"), 0), 0);
		wants(path, ERR_IO, "Permission denied");
	}
}

static void reads_what_has_no_size(void **state)
{
	(void)state;
	assert_int_equal(file_read("/proc/self/status", 1000000, &out, &e), 0);
	assert_memory_equal(out.p, "Name:", 5);
	buf_reset(&out);
	assert_int_equal(file_read("/proc/self/status", 10, &out, &e), -1);
	assert_int_equal(e.code, ERR_LIMIT);
	assert_int_equal(out.n, 0);
}

/* A pipe that is slow, gives little at a time, and is non-blocking. */
static void reads_descriptors_to_their_end(void **state)
{
	int ends[2], status;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		for (int i = 0; i < 300; i++) {
			if (write(ends[1], "0123456789", 10) != 10)
				_exit(1);
			if (i % 100 == 0)
				usleep(2000);
		}
		_exit(0);
	}
	close(ends[1]);
	assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(file_read_fd(ends[0], "standard input", 3000, &out, &e), 0);
	assert_int_equal(out.n, 3000);
	assert_memory_equal(out.p + 2990, "0123456789", 10);
	close(ends[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);

	buf_reset(&out);
	assert_int_equal(file_read_fd(-1, "standard input", 10, &out, &e), -1);
	assert_non_null(strstr(e.text, "standard input: cannot be read: Bad file"));
}

/* What a shell gives for <(command). */
static void reads_the_pipes_that_are_its_own(void **state)
{
	char name[40];
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "content", 7), 7);
	close(ends[1]);
	snprintf(name, sizeof name, "/dev/fd/%d", ends[0]);
	assert_int_equal(file_own_descriptor(name), ends[0]);
	assert_int_equal(file_read(name, 100, &out, &e), 0);
	assert_int_equal(out.n, 7);
	close(ends[0]);
	buf_reset(&out);
	wants(name, ERR_NOT_FOUND, "No such file");

	assert_int_equal(file_own_descriptor("/dev/stdin"), 0);
	assert_int_equal(file_own_descriptor("/proc/self/fd/12"), 12);
	assert_int_equal(file_own_descriptor("/proc/1/fd/1"), -1);
	assert_int_equal(file_own_descriptor("/dev/fd/1x"), -1);
	assert_int_equal(file_own_descriptor("/dev/fd/-1"), -1);
	assert_int_equal(file_own_descriptor("/dev/fd/"), -1);
	assert_int_equal(file_own_descriptor("/dev/fd/2147483648"), -1);
}

static void keeps_the_limit_on_pipes(void **state)
{
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "01234567890", 11), 11);
	close(ends[1]);
	buf_add_str(&out, "kept");
	assert_int_equal(file_read_fd(ends[0], "in", 10, &out, &e), -1);
	assert_int_equal(e.code, ERR_LIMIT);
	assert_int_equal(out.n, 4);
	close(ends[0]);
}

static void writes_all_or_says_why(void **state)
{
	static char big[300000];
	int ends[2], status, fd;
	pid_t pid;

	(void)state;
	memset(big, 'b', sizeof big);
	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		close(ends[1]);
		usleep(5000);
		_exit(file_read_fd(ends[0], "in", sizeof big, &out, &e) == 0 && out.n == sizeof big ?
			      0 :
			      1);
	}
	close(ends[0]);
	assert_int_equal(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(file_write_fd(ends[1], "out", span_of(big, sizeof big), &e), 0);
	close(ends[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);

	fd = open("/dev/full", O_WRONLY);
	assert_true(fd >= 0);
	assert_int_equal(file_write_fd(fd, "standard output", span_str("x"), &e), -1);
	assert_int_equal(e.code, ERR_IO);
	assert_string_equal(e.text, "standard output: cannot be written: No space left on device");
	assert_int_equal(file_write_fd(fd, "standard output", SPAN_NONE, &e), 0);
	close(fd);
}

static void reads_quickly(void **state)
{
	char text[8] = "";
	int fd;

	(void)state;
	put("quick", "0123456789", 10);
	fd = file_quick_open(AT_FDCWD, in_folder("quick"), O_RDONLY | O_CLOEXEC);
	assert_true(fd > STDERR_FILENO);
	assert_int_equal(file_quick_read(fd, text, 4, 3), 4);
	assert_memory_equal(text, "3456", 4);
	assert_int_equal(file_quick_read(fd, text, 4, 10), 0);
	file_quick_close(fd);
	assert_int_equal(file_quick_read(fd, text, 4, 0), -1);
	assert_int_equal(errno, EBADF);
	assert_int_equal(file_quick_open(AT_FDCWD, in_folder("none"), O_RDONLY), -1);
	assert_int_equal(errno, ENOENT);
}

#define FILE_TEST(f) cmocka_unit_test_setup_teardown(f, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FILE_TEST(reads_quickly),
		FILE_TEST(reads_whole_files),
		FILE_TEST(keeps_the_limit),
		FILE_TEST(reads_within_a_folder),
		FILE_TEST(refuses_what_is_no_file),
		FILE_TEST(reads_what_has_no_size),
		FILE_TEST(reads_descriptors_to_their_end),
		FILE_TEST(reads_the_pipes_that_are_its_own),
		FILE_TEST(keeps_the_limit_on_pipes),
		FILE_TEST(writes_all_or_says_why),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
