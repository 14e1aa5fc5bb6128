/* Runs a fuzz target over files and folders of files, each given by name, or over standard
 * input: the main() of every target where libFuzzer's is not linked. */
#include "tests/fuzz/fuzz.h"

#include "ground/file.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#define GREATEST (64u * 1024u * 1024u)

static unsigned long inputs;

/* A block of exactly the input's size, so that a sanitizer sees each step over its end. */
static void run_bytes(struct span s)
{
	uint8_t *copy = malloc(s.n ? s.n : 1);

	FUZZ_CHECK(copy);
	memcpy(copy, s.p, s.n);
	LLVMFuzzerTestOneInput(copy, s.n);
	free(copy);
	inputs++;
}

static int run_file(const char *path, struct err *e)
{
	struct buf b;
	int rc;

	buf_init(&b);
	rc = file_read(path, GREATEST, &b, e);
	if (rc == 0)
		run_bytes(buf_span(&b));
	buf_wipe(&b);
	return rc;
}

static int run_folder(const char *path, struct err *e)
{
	struct dirent **names;
	int n = scandir(path, &names, NULL, alphasort), rc = 0;

	if (n < 0)
		return err_set(e, ERR_IO, "%s: cannot be listed", path);
	for (int i = 0; i < n; i++) {
		char file[4096];

		snprintf(file, sizeof file, "%s/%s", path, names[i]->d_name);
		if (names[i]->d_name[0] != '.' && rc == 0)
			rc = run_file(file, e);
		free(names[i]);
	}
	free(names);
	return rc;
}

static int run_input(struct err *e)
{
	struct buf b;
	int rc;

	buf_init(&b);
	rc = file_read_fd(STDIN_FILENO, "standard input", GREATEST, &b, e);
	if (rc == 0)
		run_bytes(buf_span(&b));
	buf_wipe(&b);
	return rc;
}

int main(int argc, char **argv)
{
	struct err e = {0};
	int rc = argc == 1 ? run_input(&e) : 0;

	for (int i = 1; i < argc && rc == 0; i++) {
		struct stat st;

		if (stat(argv[i], &st) == 0 && S_ISDIR(st.st_mode))
			rc = run_folder(argv[i], &e);
		else
			rc = run_file(argv[i], &e);
	}
	if (rc != 0) {
		fprintf(stderr, "%s\n", e.text);
		return 2;
	}
	printf("%lu inputs\n", inputs);
	return 0;
}
