/* Archives, compressed and nested ones too. */
#include "tests/fuzz/support/store.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_store(store_archive_is, data, size);
}
