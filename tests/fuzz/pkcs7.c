/* PKCS#7 and CMS files, DER and BER. */
#include "tests/fuzz/support/store.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_store(store_pkcs7_is, data, size);
}
