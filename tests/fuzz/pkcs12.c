/* PKCS#12 containers, with the password "changeit". */
#include "tests/fuzz/support/store.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_store(store_pkcs12_is, data, size);
}
