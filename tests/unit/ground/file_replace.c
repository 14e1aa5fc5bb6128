#include "tests/unit/unit.h"

#include "ground/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64];
static struct err e;

/* A few names at once. */
static const char *in_folder(const char *name)
{
	static char paths[4][160];
	static unsigned next;
	char *p = paths[next++ % 4];

	snprintf(p, sizeof paths[0], "%s/%s", folder, name);
	return p;
}

static const char *content(const char *name)
{
	static struct buf b;

	buf_wipe(&b);
	if (file_read(in_folder(name), 1000000, &b, &e) != 0)
		return NULL;
	return buf_cstr(&b);
}

static unsigned mode_of(const char *name)
{
	struct stat st;

	assert_int_equal(lstat(in_folder(name), &st), 0);
	return st.st_mode & 07777;
}

static int entries(void)
{
	DIR *d = opendir(folder);
	int n = 0;

	assert_non_null(d);
	while (readdir(d))
		n++;
	closedir(d);
	return n - 2;
}

static int make_folder(void **state)
{
	(void)state;
	umask(022);
	snprintf(folder, sizeof folder, "/tmp/staple-unit-XXXXXX");
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	char command[192];

	(void)state;
	snprintf(command, sizeof command, "chmod -R u+rwX '%s'; rm -rf '%s'", folder, folder);
	return system(command);
}

static int replace(const char *name, mode_t mode, unsigned flags, const char *text)
{
	return file_replace(in_folder(name), mode, flags, span_str(text), &e);
}

static void makes_and_replaces(void **state)
{
	(void)state;
	assert_int_equal(replace("a", 0644, 0, "one"), 0);
	assert_string_equal(content("a"), "one");
	assert_int_equal(mode_of("a"), 0644);
	assert_int_equal(replace("a", 0600, 0, ""), 0);
	assert_string_equal(content("a"), "");
	assert_int_equal(mode_of("a"), 0600);
	umask(077);
	assert_int_equal(replace("b", 0644, 0, "b"), 0);
	assert_int_equal(mode_of("b"), 0600);
	assert_int_equal(entries(), 2);
}

static void a_name_without_folder_is_here(void **state)
{
	char *before = getcwd(NULL, 0);

	(void)state;
	assert_non_null(before);
	assert_int_equal(chdir(folder), 0);
	assert_int_equal(file_replace("here", 0644, 0, span_str("x"), &e), 0);
	assert_int_equal(chdir(before), 0);
	free(before);
	assert_string_equal(content("here"), "x");
}

static void keeps_mode_and_owner(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(replace("a", 0600, 0, "one"), 0);
	assert_int_equal(chmod(in_folder("a"), 0640), 0);
	if (geteuid() == 0)
		assert_int_equal(chown(in_folder("a"), 12, 34), 0);
	assert_int_equal(replace("a", 0644, FILE_KEEP_MODE, "two"), 0);
	assert_string_equal(content("a"), "two");
	assert_int_equal(stat(in_folder("a"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	assert_int_equal(st.st_uid, geteuid() == 0 ? 12 : geteuid());
	if (geteuid() == 0)
		assert_int_equal(st.st_gid, 34);
	assert_int_equal(replace("new", 0640, FILE_KEEP_MODE, "x"), 0);
	assert_int_equal(mode_of("new"), 0640);
}

static void follows_links(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(mkdir(in_folder("archive"), 0755), 0);
	assert_int_equal(mkdir(in_folder("live"), 0755), 0);
	assert_int_equal(replace("archive/1", 0644, 0, "one"), 0);
	assert_int_equal(symlink("../archive/1", in_folder("live/x")), 0);
	assert_int_equal(symlink(in_folder("live/x"), in_folder("absolute")), 0);
	assert_int_equal(replace("absolute", 0644, 0, "two"), 0);
	assert_string_equal(content("archive/1"), "two");
	assert_int_equal(lstat(in_folder("live/x"), &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(lstat(in_folder("absolute"), &st), 0);
	assert_true(S_ISLNK(st.st_mode));

	assert_int_equal(symlink("archive/later", in_folder("dangling")), 0);
	assert_int_equal(replace("dangling", 0644, FILE_NEW_ONLY, "made"), 0);
	assert_string_equal(content("archive/later"), "made");
	assert_int_equal(replace("dangling", 0644, FILE_NEW_ONLY, "again"), -1);
	assert_int_equal(e.code, ERR_EXISTS);

	assert_int_equal(symlink("loop", in_folder("loop")), 0);
	assert_int_equal(replace("loop", 0644, 0, "x"), -1);
	assert_int_equal(e.code, ERR_IO);
}

static void folder_is(const char *path, const char *want)
{
	char *folder_found = file_replace_folder(path);

	if (want)
		assert_string_equal(folder_found, want);
	else
		assert_null(folder_found);
	free(folder_found);
}

static void tells_the_folder(void **state)
{
	char want[160];

	(void)state;
	folder_is("a", ".");
	folder_is("/etc/a", "/etc/");
	folder_is("/a", "/");
	folder_is("/dev/null", NULL);
	folder_is("/dev/fd/7", NULL);
	assert_int_equal(symlink("elsewhere/file", in_folder("link")), 0);
	snprintf(want, sizeof want, "%s/elsewhere/", folder);
	folder_is(in_folder("link"), want);
}

static void without_commit_nothing_happens(void **state)
{
	struct file_replace r;

	(void)state;
	assert_int_equal(replace("a", 0644, 0, "old"), 0);
	assert_int_equal(file_replace_open(&r, in_folder("a"), 0644, 0, &e), 0);
	assert_int_equal(file_replace_write(&r, span_str("new"), &e), 0);
	assert_int_equal(entries(), 2);
	assert_string_equal(content("a"), "old");
	assert_int_equal(file_replace_finish(&r, false, &e), 0);
	assert_string_equal(content("a"), "old");
	assert_int_equal(entries(), 1);
}

static void new_only_never_overwrites(void **state)
{
	struct file_replace r;

	(void)state;
	assert_int_equal(replace("a", 0600, FILE_NEW_ONLY, "first"), 0);
	assert_int_equal(mode_of("a"), 0600);
	assert_int_equal(replace("a", 0600, FILE_NEW_ONLY, "second"), -1);
	assert_int_equal(e.code, ERR_EXISTS);
	assert_non_null(strstr(e.text, "a: exists already"));
	assert_string_equal(content("a"), "first");

	/* Someone else makes it while ours is being written. */
	assert_int_equal(file_replace_open(&r, in_folder("b"), 0600, FILE_NEW_ONLY, &e), 0);
	assert_int_equal(file_replace_write(&r, span_str("ours"), &e), 0);
	assert_int_equal(replace("b", 0600, 0, "theirs"), 0);
	assert_int_equal(file_replace_finish(&r, true, &e), -1);
	assert_int_equal(e.code, ERR_EXISTS);
	assert_string_equal(content("b"), "theirs");
	assert_int_equal(entries(), 2);
}

static void wants(const char *name, unsigned flags, enum err_code code, const char *text)
{
	int before = entries();

	if (replace(name, 0644, flags, "x") != -1 || e.code != code || !strstr(e.text, text))
		fail_msg("%s: code %d, %s", name, e.code, e.text);
	assert_int_equal(entries(), before);
}

static void says_why_not(void **state)
{
	char many[300];

	(void)state;
	wants("none/a", 0, ERR_NOT_FOUND, "its folder");
	wants("", 0, ERR_USAGE, "names no file");
	wants(".", 0, ERR_USAGE, "names no file");
	assert_int_equal(mkdir(in_folder("d"), 0755), 0);
	wants("d", 0, ERR_IO, "is a folder");
	assert_int_equal(replace("f", 0644, 0, ""), 0);
	wants("f/x", 0, ERR_NOT_FOUND, "Not a directory");
	memset(many, 'n', sizeof many);
	many[256] = '\0';
	assert_int_equal(file_replace(many, 0644, 0, span_str("x"), &e), -1);
	assert_non_null(strstr(e.text, "File name too long"));
	assert_int_equal(file_replace("", 0644, 0, span_str("x"), &e), -1);
	assert_int_equal(e.code, ERR_USAGE);
	if (geteuid() != 0) {
		assert_int_equal(chmod(in_folder("d"), 0555), 0);
		wants("d/x", 0, ERR_IO, "no temporary file can be made in its folder: Permission");
	}
}

static void what_is_no_file_is_written_to(void **state)
{
	int ends[2], fd;
	char name[32], got[8];
	struct stat st;

	(void)state;
	assert_int_equal(file_replace("/dev/null", 0644, 0, span_str("x"), &e), 0);
	assert_int_equal(stat("/dev/null", &st), 0);
	assert_true(S_ISCHR(st.st_mode));
	assert_int_equal(file_replace("/dev/null", 0644, FILE_NEW_ONLY, span_str("x"), &e), -1);
	assert_int_equal(e.code, ERR_EXISTS);
	assert_int_equal(file_replace("/dev/full", 0644, 0, span_str("x"), &e), -1);
	assert_int_equal(e.code, ERR_IO);
	assert_non_null(strstr(e.text, "/dev/full: cannot be written: No space"));

	assert_int_equal(pipe(ends), 0);
	snprintf(name, sizeof name, "/dev/fd/%d", ends[1]);
	assert_int_equal(file_replace(name, 0644, 0, span_str("piped"), &e), 0);
	assert_int_equal(read(ends[0], got, sizeof got), 5);
	close(ends[0]);
	close(ends[1]);

	/* An appending redirection keeps what is there. */
	assert_int_equal(replace("log", 0644, 0, "first\n"), 0);
	fd = open(in_folder("log"), O_WRONLY | O_APPEND);
	snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
	assert_int_equal(symlink(name, in_folder("stdout")), 0);
	assert_int_equal(replace("stdout", 0644, 0, "second\n"), 0);
	close(fd);
	assert_string_equal(content("log"), "first\nsecond\n");
	assert_int_equal(entries(), 2);
}

/* A file that may not grow further stands for a full disk. */
static void a_full_disk_leaves_the_old_file(void **state)
{
	static char big[65536];
	struct rlimit before, small;

	(void)state;
	assert_int_equal(replace("a", 0644, 0, "old"), 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = before;
	small.rlim_cur = 4096;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_int_equal(file_replace(in_folder("a"), 0644, 0, span_of(big, sizeof big), &e), -1);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	signal(SIGXFSZ, SIG_DFL);
	assert_int_equal(e.code, ERR_IO);
	assert_non_null(strstr(e.text, "a: cannot be written: File too large"));
	assert_string_equal(content("a"), "old");
	assert_int_equal(entries(), 1);
}

static void abandoning_removes_what_is_unfinished(void **state)
{
	struct file_replace r[3];

	(void)state;
	for (int i = 0; i < 3; i++) {
		char name[2] = {(char)('a' + i), '\0'};

		assert_int_equal(file_replace_open(&r[i], in_folder(name), 0644, 0, &e), 0);
		assert_int_equal(file_replace_write(&r[i], span_str("x"), &e), 0);
	}
	assert_int_equal(file_replace_finish(&r[0], true, &e), 0);
	assert_int_equal(entries(), 3);
	file_replace_abandon_all();
	assert_int_equal(entries(), 1);
	assert_int_equal(file_replace_finish(&r[1], true, &e), -1);
	assert_int_equal(e.code, ERR_NOT_FOUND);
	assert_int_equal(file_replace_finish(&r[2], false, &e), 0);
	assert_int_equal(file_replace(in_folder("later"), 0600, 0, span_str("x"), &e), -1);
	assert_int_equal(entries(), 1);
	assert_string_equal(content("a"), "x");
}

/* The handler runs in the middle of anything, and nothing stays behind. */
static void stop(int number)
{
	file_replace_abandon_all();
	_exit(100 + number);
}

static void a_signal_leaves_no_temporary_file(void **state)
{
	(void)state;
	for (int i = 0; i < 20; i++) {
		int status;
		pid_t pid = fork();

		if (pid == 0) {
			signal(SIGTERM, stop);
			for (;;)
				if (replace("a", 0644, 0, "0123456789") != 0)
					_exit(1);
		}
		usleep(1000 + (unsigned)i * 700);
		assert_int_equal(kill(pid, SIGTERM), 0);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		if (WIFEXITED(status))
			assert_int_equal(WEXITSTATUS(status), 100 + SIGTERM);
		assert_true(entries() <= 1);
		if (entries() == 1)
			assert_string_equal(content("a"), "0123456789");
	}
}

#define WRITERS 8
#define ROUNDS 20

static void *write_many(void *number)
{
	char name[16], text[16];
	struct err mine;

	for (int i = 0; i < ROUNDS; i++) {
		snprintf(name, sizeof name, "%d-%d", *(int *)number, i);
		snprintf(text, sizeof text, "%s", name);
		char full[160];
		snprintf(full, sizeof full, "%s/%s", folder, name);
		if (file_replace(full, 0600, FILE_NEW_ONLY, span_str(text), &mine) != 0)
			return number;
		snprintf(full, sizeof full, "%s/shared", folder);
		if (file_replace(full, 0600, 0, span_str("same"), &mine) != 0)
			return number;
	}
	return NULL;
}

static void many_threads_at_once(void **state)
{
	pthread_t threads[WRITERS];
	int numbers[WRITERS];
	void *result;

	(void)state;
	for (int i = 0; i < WRITERS; i++) {
		numbers[i] = i;
		assert_int_equal(pthread_create(&threads[i], NULL, write_many, &numbers[i]), 0);
	}
	for (int i = 0; i < WRITERS; i++) {
		assert_int_equal(pthread_join(threads[i], &result), 0);
		assert_null(result);
	}
	assert_int_equal(entries(), WRITERS * ROUNDS + 1);
	assert_string_equal(content("7-19"), "7-19");
	assert_string_equal(content("shared"), "same");
}

/* Exactly one of many wins, and its content is whole. */
static void new_only_has_one_winner(void **state)
{
	int winners = 0;

	(void)state;
	for (int i = 0; i < 8; i++)
		if (fork() == 0) {
			char text[2] = {(char)('0' + i), '\0'};

			_exit(replace("key", 0600, FILE_NEW_ONLY, text) == 0 ? 0 :
			      e.code == ERR_EXISTS			     ? 1 :
									       2);
		}
	for (int i = 0; i < 8; i++) {
		int status;

		assert_true(wait(&status) > 0);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) < 2);
		winners += WEXITSTATUS(status) == 0;
	}
	assert_int_equal(winners, 1);
	assert_int_equal(entries(), 1);
	assert_int_equal(strlen(content("key")), 1);
}

#define REPLACE_TEST(f) cmocka_unit_test_setup_teardown(f, make_folder, remove_folder)

/* Opens and writes n files "many-0", ... with their name as content. */
static void open_many(struct file_replace *v, size_t n, unsigned flags)
{
	char name[32];

	for (size_t i = 0; i < n; i++) {
		snprintf(name, sizeof name, "many-%zu", i);
		assert_int_equal(file_replace_open(&v[i], in_folder(name), 0600, flags, &e), 0);
		assert_int_equal(file_replace_write(&v[i], span_str(name), &e), 0);
	}
}

static void many_get_their_names_together(void **state)
{
	struct file_replace v[40];
	char name[32];

	(void)state;
	open_many(v, 40, FILE_NEW_ONLY);
	assert_null(content("many-0"));
	assert_int_equal(file_replace_finish_all(v, 40, true, &e), 0);
	for (size_t i = 0; i < 40; i++) {
		snprintf(name, sizeof name, "many-%zu", i);
		assert_string_equal(content(name), name);
		unlink(in_folder(name));
	}
	open_many(v, 2, 0);
	assert_int_equal(file_replace_finish_all(v, 2, false, &e), 0);
	assert_int_equal(file_replace_finish_all(v, 0, true, &e), 0);
	assert_int_equal(entries(), 0);
}

static void one_of_many_fails(void **state)
{
	struct file_replace v[8];

	(void)state;
	open_many(v, 8, FILE_NEW_ONLY);
	assert_int_equal(file_replace(in_folder("many-5"), 0600, 0, span_str("first"), &e), 0);
	assert_int_equal(file_replace_finish_all(v, 8, true, &e), -1);
	assert_int_equal(e.code, ERR_EXISTS);
	assert_non_null(strstr(e.text, "many-5"));
	assert_string_equal(content("many-4"), "many-4"); /* those in front have their names */
	assert_string_equal(content("many-5"), "first");
	assert_null(content("many-6"));
	assert_int_equal(entries(), 6);
}

static bool same(const char *a, const char *b)
{
	return file_same(in_folder(a), in_folder(b)) && file_same(in_folder(b), in_folder(a));
}

static void names_of_one_file(void **state)
{
	(void)state;
	assert_true(same("a", "a")); /* none of them is there */
	assert_true(same("a", "./a"));
	assert_false(same("a", "b"));
	assert_int_equal(symlink("a", in_folder("link")), 0);
	assert_int_equal(symlink("link", in_folder("second")), 0);
	assert_true(same("a", "second"));
	assert_false(same("b", "second"));
	assert_int_equal(file_replace(in_folder("a"), 0600, 0, span_str("x"), &e), 0);
	assert_true(same("a", "second"));
	assert_false(same("a", "b"));
	assert_int_equal(file_replace(in_folder("b"), 0600, 0, span_str("x"), &e), 0);
	assert_false(same("b", "second"));
	assert_false(file_same("/dev/null", "/dev/null"));
	for (int i = 0; i < 4; i++)
		unlink(in_folder((const char *[]){"a", "b", "link", "second"}[i]));
}

/* --- what a killed process left --- */

static int leave(const char *name, time_t age)
{
	struct timespec when[2] = {{.tv_sec = time(NULL) - age}, {.tv_sec = time(NULL) - age}};
	int fd = open(in_folder(name), O_RDWR | O_CREAT | O_EXCL, 0600);

	assert_true(fd >= 0);
	assert_int_equal(futimens(fd, when), 0);
	return fd;
}

static void removes_what_was_left(void **state)
{
	static const char stale[] = ".staple-0123456789abcdef.tmp", young[] = ".staple-00000000000000aa.tmp",
			  busy[] = ".staple-00000000000000bb.tmp", other[] = ".staple-mine.tmp",
			  twice[] = ".staple-00000000000000cc.tmp", name[] = ".staple-00000000000000dd.tmp";
	int fd;

	(void)state;
	close(leave(stale, 3600));
	close(leave(young, 500));
	close(leave(other, 3600));
	close(leave(twice, 3600));
	assert_int_equal(link(in_folder(twice), in_folder("second-name")), 0);
	assert_int_equal(symlink("elsewhere", in_folder(name)), 0);
	fd = leave(busy, 3600);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	assert_int_equal(file_replace(in_folder("a"), 0600, 0, span_str("content"), &e), 0);
	assert_int_equal(access(in_folder(stale), F_OK), -1);
	assert_int_equal(access(in_folder(young), F_OK), 0);
	assert_int_equal(access(in_folder(other), F_OK), 0);
	assert_int_equal(access(in_folder(twice), F_OK), 0);
	assert_int_equal(access(in_folder(busy), F_OK), 0);
	assert_string_equal(content("a"), "content");
	assert_int_equal(entries(), 7);
	close(fd);
}

/* So that nobody takes it for left behind. */
static void what_is_under_way_is_locked(void **state)
{
	struct file_replace r;
	struct dirent *x;
	DIR *d;
	int fd, found = 0;

	(void)state;
	assert_int_equal(file_replace_open(&r, in_folder("slow"), 0600, 0, &e), 0);
	d = opendir(folder);
	assert_non_null(d);
	while ((x = readdir(d)) != NULL) {
		if (strncmp(x->d_name, ".staple-", 8) != 0)
			continue;
		fd = openat(dirfd(d), x->d_name, O_RDONLY);
		assert_true(fd >= 0);
		assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), -1);
		assert_int_equal(errno, EWOULDBLOCK);
		close(fd);
		found++;
	}
	closedir(d);
	assert_int_equal(found, 1);
	assert_int_equal(file_replace_finish(&r, true, &e), 0);
	assert_int_equal(entries(), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		/* first: once for each folder and process, and the inodes of folders come again */
		REPLACE_TEST(removes_what_was_left),
		REPLACE_TEST(makes_and_replaces),
		REPLACE_TEST(a_name_without_folder_is_here),
		REPLACE_TEST(keeps_mode_and_owner),
		REPLACE_TEST(follows_links),
		REPLACE_TEST(tells_the_folder),
		REPLACE_TEST(without_commit_nothing_happens),
		REPLACE_TEST(new_only_never_overwrites),
		REPLACE_TEST(says_why_not),
		REPLACE_TEST(what_is_no_file_is_written_to),
		REPLACE_TEST(a_full_disk_leaves_the_old_file),
		REPLACE_TEST(a_signal_leaves_no_temporary_file),
		REPLACE_TEST(many_threads_at_once),
		REPLACE_TEST(new_only_has_one_winner),
		REPLACE_TEST(many_get_their_names_together),
		REPLACE_TEST(one_of_many_fails),
		REPLACE_TEST(names_of_one_file),
		REPLACE_TEST(what_is_under_way_is_locked),
		REPLACE_TEST(abandoning_removes_what_is_unfinished), /* last: it is for good */
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
