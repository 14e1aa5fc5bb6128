/* Do two names lead to one file? */
#include "ground/file.h"

#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINKS_MAX 40 /* as the kernel's own limit */

/* Where a file of this name would be made: its folder, and its name there.  Links are followed, also one
 * that leads to nothing yet. */
static bool place_of(const char *path, struct stat *folder, char name[PATH_MAX])
{
	char at[PATH_MAX], link[PATH_MAX], *slash;

	if (snprintf(at, sizeof at, "%s", path) >= (int)sizeof at)
		return false;
	for (int i = 0; i < LINKS_MAX; i++) {
		ssize_t n = readlink(at, link, sizeof link - 1);
		size_t head;

		if (n < 0)
			break;
		link[n] = '\0';
		slash = strrchr(at, '/');
		head = slash && link[0] != '/' ? (size_t)(slash - at) + 1 : 0;
		if (head + (size_t)n >= sizeof at)
			return false;
		memcpy(at + head, link, (size_t)n + 1);
	}
	slash = strrchr(at, '/');
	snprintf(name, PATH_MAX, "%s", slash ? slash + 1 : at);
	if (slash)
		slash[1] = '\0';
	return stat(slash ? at : ".", folder) == 0;
}

bool file_same(const char *a, const char *b)
{
	struct stat x, y;
	char name_a[PATH_MAX], name_b[PATH_MAX];
	bool there_a = stat(a, &x) == 0, there_b = stat(b, &y) == 0;

	if (there_a || there_b)
		return there_a && there_b && S_ISREG(x.st_mode) && x.st_dev == y.st_dev &&
		       x.st_ino == y.st_ino;
	return place_of(a, &x, name_a) && place_of(b, &y, name_b) && strcmp(name_a, name_b) == 0 &&
	       x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}
