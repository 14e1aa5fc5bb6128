/* Java key stores. */
#include "tests/fuzz/support/store.h"

static bool fuzz_is_java(struct span s)
{
	return store_jks_is(s) || store_jceks_is(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_store(fuzz_is_java, data, size);
}
