/* Kubernetes objects as YAML and JSON. */
#include "tests/fuzz/support/store.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_store(store_kubernetes_is, data, size);
}
