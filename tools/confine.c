/* The sandbox of a program, from what its options say it will do. */
#include "tools/tool.h"

#include "ground/file.h"
#include "ground/sandbox.h"

#include <stdlib.h>
#include <sys/stat.h>

/* Where a path can be written: itself when it is a folder or no file at all, else its folder. */
static char *place_of(const char *path)
{
	struct stat st;
	char *folder;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return strdup(path);
	folder = file_replace_folder(path);
	return folder ? folder : strdup(path);
}

static int enter(struct tool_run *run, unsigned may, const char *const *write)
{
	struct sandbox s = {.may = may, .write = write};
	unsigned fences;
	struct err e;

	if (sandbox_enter(&s, &fences, &e) != 0) {
		tool_error(run, "%s (--no-sandbox does without)", e.text);
		return STATUS_UNCHECKED;
	}
	if (run->verbose && *sandbox_missing(fences))
		tool_note(run, "sandbox: %s", sandbox_missing(fences));
	return STATUS_HOLDS;
}

static void free_places(char **write)
{
	for (size_t i = 0; write && write[i]; i++)
		free(write[i]);
	free(write);
}

/* The places of all, NULL-terminated; NULL: out of memory. */
static char **places_of(const char *const *outputs, const char *report)
{
	size_t n = 0, at = 0;
	char **write;

	while (outputs && outputs[n])
		n++;
	write = calloc(n + 2, sizeof *write);
	for (size_t i = 0; write && i < n + 1; i++) {
		const char *path = i < n ? outputs[i] : report;

		if (!path || strcmp(path, "-") == 0)
			continue;
		write[at] = place_of(path);
		if (!write[at++]) {
			free_places(write);
			return NULL;
		}
	}
	return write;
}

int tool_confine(struct tool_run *run, bool network, const char *const *outputs)
{
	char **write;
	int status;

	if (run->no_sandbox)
		return STATUS_HOLDS;
	write = places_of(outputs, run->output);
	if (!write) {
		tool_error(run, "sandbox: out of memory");
		return STATUS_UNCHECKED;
	}
	status = enter(run, network ? SANDBOX_NETWORK : 0, (const char *const *)write);
	free_places(write);
	return status;
}
