#include "judge/policyfile.h"

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SUFFIX ".conf"

static char *format(const char *fmt, ...) PRINTF_LIKE(1, 2);

static char *format(const char *fmt, ...)
{
	char *s = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&s, fmt, ap);
	va_end(ap);
	return n < 0 ? NULL : s;
}

static int no_memory(struct err *e)
{
	return err_set(e, ERR_MEMORY, "out of memory for the policy");
}

/* The folder "../policies" beside the program, when that was not installed but lies in a folder
 * "tools" (".libs" never: nothing here is a shared library).  NULL: it is not so. */
static char *beside_program(void)
{
	char self[4096], *slash, *dir = NULL, *probe;
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);

	if (n <= 0 || (size_t)n >= sizeof self - 1)
		return NULL;
	self[n] = '\0';
	slash = strrchr(self, '/');
	if (!slash || slash - self < 6 || memcmp(slash - 6, "/tools", 6) != 0)
		return NULL;
	slash[-5] = '\0'; /* keeps the slash in front of "tools" */
	dir = format("%spolicies", self);
	probe = dir ? format("%s/default" SUFFIX, dir) : NULL;
	if (!probe || access(probe, R_OK) != 0) {
		free(dir);
		dir = NULL;
	}
	free(probe);
	return dir;
}

int policy_places_find(struct policy_places *out, struct err *e)
{
	out->system = strdup(SYSCONFDIR "/staple-tools/policy" SUFFIX);
	out->data = beside_program();
	if (!out->data)
		out->data = strdup(DATADIR "/staple-tools/policies");
	if (out->system && out->data)
		return 0;
	policy_places_wipe(out);
	return no_memory(e);
}

void policy_places_wipe(struct policy_places *p)
{
	free(p->system);
	free(p->data);
	*p = (struct policy_places){0};
}

/* --- CA records --- */

static int is_record(const struct dirent *d)
{
	size_t n = strlen(d->d_name), s = sizeof SUFFIX - 1;

	return n > s && d->d_name[0] != '.' && strcmp(d->d_name + n - s, SUFFIX) == 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int read_record(struct policy *p, const char *dir, const char *file, struct err *e)
{
	char *path = format("%s/%s", dir, file), *id = strdup(file);
	int rc = -1;

	if (!path || !id) {
		no_memory(e);
	} else {
		id[strlen(id) - (sizeof SUFFIX - 1)] = '\0';
		rc = policy_read_ca(p, path, id, e);
	}
	free(path);
	free(id);
	return rc;
}

int policy_read_cas(struct policy *p, const char *dir, struct err *e)
{
	struct dirent **files = NULL;
	int n = scandir(dir, &files, is_record, by_name), rc = 0;

	if (n < 0)
		return err_set_errno(e, ERR_IO, errno, "%s: the CA records cannot be listed", dir);
	for (int i = 0; i < n; i++) {
		if (rc == 0)
			rc = read_record(p, dir, files[i]->d_name, e);
		free(files[i]);
	}
	free(files);
	return rc;
}

/* --- loading --- */

static void shipped_names(const char *dir, struct buf *out)
{
	struct dirent **files = NULL;
	int n = scandir(dir, &files, is_record, by_name);

	for (int i = 0; i < n; i++) {
		size_t length = strlen(files[i]->d_name) - (sizeof SUFFIX - 1);

		buf_printf(out, "%s%.*s", i ? ", " : "", (int)length, files[i]->d_name);
		free(files[i]);
	}
	free(files);
}

/* A shipped policy by its bare name, else a path.  A file of that name in the working folder
 * never takes a shipped policy's place. */
static int read_named(struct policy *p, const struct policy_places *places, const char *name,
		      struct err *e)
{
	char *path = strchr(name, '/') ? NULL : format("%s/%s" SUFFIX, places->data, name);
	struct buf names;
	int rc;

	if (path && *name && access(path, F_OK) == 0) {
		rc = policy_read(p, path, e);
		free(path);
		return rc;
	}
	free(path);
	if (strchr(name, '/') || strcmp(name, "-") == 0 || access(name, F_OK) == 0)
		return policy_read(p, name, e);
	buf_init(&names);
	shipped_names(places->data, &names);
	err_set(e, ERR_NOT_FOUND, "policy '%s': there is no such file, and the shipped ones are: %s",
		name, buf_cstr(&names));
	buf_wipe(&names);
	return -1;
}

int policy_load_from(struct policy *p, const struct policy_places *places, bool system,
		     const char *const *names, size_t n, struct err *e)
{
	char *records = format("%s/ca", places->data);
	int rc;

	if (!records)
		return no_memory(e);
	rc = policy_read_cas(p, records, e);
	free(records);
	if (rc == 0 && system && (access(places->system, F_OK) == 0 || errno != ENOENT))
		rc = policy_read(p, places->system, e);
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = read_named(p, places, names[i], e);
	return rc;
}

int policy_load(struct policy *p, bool system, const char *const *names, size_t n, struct err *e)
{
	struct policy_places places;
	int rc;

	if (policy_init(p, e) != 0)
		return -1;
	if (policy_places_find(&places, e) != 0) {
		policy_wipe(p);
		return -1;
	}
	rc = policy_load_from(p, &places, system, names, n, e);
	policy_places_wipe(&places);
	if (rc != 0)
		policy_wipe(p);
	return rc;
}
