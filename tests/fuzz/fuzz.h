/*
 * A fuzz target is one file here, tests/fuzz/NAME.c, with this function.  libFuzzer links it
 * for tests/fuzz/run; `make check` links it with driver.c and runs it over its corpus, so that
 * it never rots.  It ends the process when something is wrong.
 */
#ifndef STAPLE_TESTS_FUZZ_H
#define STAPLE_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_CHECK(holds) \
	do { \
		if (!(holds)) { \
			fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #holds); \
			abort(); \
		} \
	} while (0)

#endif
