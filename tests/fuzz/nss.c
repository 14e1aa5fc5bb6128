/* NSS databases: whole SQLite files. */
#include "tests/fuzz/support/store.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_store(store_nss_is, data, size);
}
