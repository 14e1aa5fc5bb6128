/* Runs a fuzz target over files, each given by name, or over standard input. */
#include "tests/fuzz/fuzz.h"

#include "ground/file.h"

#include <unistd.h>

#define GREATEST (64u * 1024u * 1024u)

int main(int argc, char **argv)
{
	struct buf b;
	struct err e;

	buf_init(&b);
	for (int i = 1; i < argc || (argc == 1 && i == 1); i++) {
		buf_reset(&b);
		if ((argc == 1 ? file_read_fd(STDIN_FILENO, "standard input", GREATEST, &b, &e)
			       : file_read(argv[i], GREATEST, &b, &e)) != 0) {
			fprintf(stderr, "%s\n", e.text);
			return 2;
		}
		LLVMFuzzerTestOneInput(buf_span(&b).p, b.n);
	}
	buf_wipe(&b);
	return 0;
}
