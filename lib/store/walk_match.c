/* Which files and folders the globs of --include and --exclude mean. */
#include "store/walk_part.h"

#include <fnmatch.h>
#include <stdlib.h>

/* '*' stands for '/' too: "*" + ".pem" as a path is meant everywhere.  A '/' at the end: folders only. */
static bool matches_one(const char *glob, const char *text, bool folder)
{
	size_t n = strlen(glob);
	char *plain;
	bool yes;

	if (n < 2 || glob[n - 1] != '/')
		return fnmatch(glob, text, 0) == 0;
	plain = folder ? strndup(glob, n - 1) : NULL;
	yes = plain && fnmatch(plain, text, 0) == 0;
	free(plain);
	return yes;
}

/* By its name, its path, or its path as seen from the root. */
static bool matches(const char *const *globs, const char *name, const char *path, const char *below,
		    bool folder)
{
	for (; globs && *globs; globs++)
		if (matches_one(*globs, name, folder) || matches_one(*globs, path, folder) ||
		    matches_one(*globs, below, folder))
			return true;
	return false;
}

bool walk_wanted(struct walk *w, uint32_t dir, const char *name, bool folder)
{
	const struct walk_options *o = w->options;
	const char *below;
	char *path;
	bool yes;

	if (!o->include && !o->exclude)
		return true;
	path = dir == WALK_NO_DIR ? strdup(name) : walk_joined(w->dirs[dir].path, name);
	if (!path) {
		w->failed = true;
		return false;
	}
	below = dir == WALK_NO_DIR ? path : path + w->root_n;
	below += *below == '/';
	yes = !matches(o->exclude, name, path, below, folder) &&
	      (folder || !o->include || matches(o->include, name, path, below, folder));
	free(path);
	return yes;
}
