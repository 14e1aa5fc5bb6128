/* Any file: its kind is told by its content. */
#include "tests/fuzz/support/store.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_store(NULL, data, size);
}
