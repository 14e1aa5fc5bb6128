#include "ground/file_part.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINKS_MAX 40 /* as the kernel's own limit */

/* The folder part of a path, with its last slash, put before `name` unless that is absolute. */
static char *beside(const char *path, const char *name)
{
	const char *slash = strrchr(path, '/');
	size_t folder = slash && name[0] != '/' ? (size_t)(slash - path) + 1 : 0;
	char *joined = malloc(folder + strlen(name) + 1);

	if (!joined)
		return NULL;
	memcpy(joined, path, folder);
	memcpy(joined + folder, name, strlen(name) + 1);
	return joined;
}

static bool is_descriptor(const char *path)
{
	return strncmp(path, "/dev/fd/", 8) == 0 || strncmp(path, "/proc/", 6) == 0;
}

int file_target_follow(const char *path, char **target, bool *missing, struct err *e)
{
	char link[PATH_MAX];

	*missing = false;
	for (int i = 0; i < LINKS_MAX; i++) {
		ssize_t n;
		char *next;

		if (is_descriptor(*target))
			return 0;
		n = readlink(*target, link, sizeof link - 1);
		if (n < 0) {
			*missing = errno == ENOENT;
			return 0;
		}
		link[n] = '\0';
		next = beside(*target, link);
		if (!next)
			return file_cannot(path, ENOMEM, "cannot be replaced", e);
		free(*target);
		*target = next;
	}
	return file_cannot(path, ELOOP, "cannot be replaced", e);
}

bool file_target_is_direct(const char *target)
{
	struct stat st;

	return is_descriptor(target) ||
	       (stat(target, &st) == 0 && (S_ISCHR(st.st_mode) || S_ISFIFO(st.st_mode)));
}

char *file_replace_folder(const char *path)
{
	char *target = strdup(path), *slash;
	bool missing;

	if (!target || file_target_follow(path, &target, &missing, NULL) != 0 ||
	    (!missing && file_target_is_direct(target))) {
		free(target);
		return NULL;
	}
	slash = strrchr(target, '/');
	if (slash) {
		slash[1] = '\0';
		return target;
	}
	free(target);
	return strdup(".");
}
