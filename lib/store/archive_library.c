#include "store/archive_library.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>

static const struct {
	const char *name;
	size_t at;
} calls[] = {
#define CALL(name) {#name, offsetof(struct archive_library, name)},
	ARCHIVE_CALLS(CALL)
#undef CALL
};

static struct archive_library library;
static struct err refusal;
static bool there;

static void refuse(const char *what)
{
	const char *why = dlerror();

	err_set(&refusal, ERR_UNSUPPORTED, "archives cannot be read without " LIBARCHIVE ": %s",
		why ? why : what);
}

static void load(void)
{
	void *handle = dlopen(LIBARCHIVE, RTLD_NOW | RTLD_LOCAL);

	if (!handle) {
		refuse("it cannot be loaded");
		return;
	}
	for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
		void *call = dlsym(handle, calls[i].name);

		if (!call) {
			refuse(calls[i].name);
			dlclose(handle);
			return;
		}
		memcpy((char *)&library + calls[i].at, &call, sizeof call);
	}
	there = true; /* and stays so: the handle is never closed */
}

const struct archive_library *archive_library(struct err *e)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, load);
	if (there)
		return &library;
	if (e)
		*e = refusal;
	return NULL;
}
