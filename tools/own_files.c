/* What a run writes must not be what it reads, nor what it writes elsewhere: a report in the place of the
 * key that was just made is the end of that key. */
#include "tools/options.h"

#include "ground/file.h"

struct named {
	const char *option; /* without its hyphens; NULL: an argument */
	const char *path;
};

static bool is_written(const struct named *f)
{
	return f->option && (strcmp(f->option, "output") == 0 || strcmp(f->option, "out") == 0 ||
			     strcmp(f->option, "out-key") == 0);
}

/* A renewal may take its names from the request that it replaces. */
static bool is_fine(const struct named *a, const struct named *b)
{
	return b->option && strcmp(a->option, "out") == 0 && strcmp(b->option, "from") == 0;
}

static int compare(const struct tool_run *run, const struct named *a, const struct named *b)
{
	if (strcmp(a->path, "-") == 0 || strcmp(b->path, "-") == 0 || is_fine(a, b) ||
	    !file_same(a->path, b->path))
		return STATUS_HOLDS;
	if (!b->option)
		return tool_usage(run, "--%s is one of the files to read: %s", a->option, a->path);
	return tool_usage(run, "--%s and --%s are the same file: %s", a->option, b->option, a->path);
}

/* Each file that the options of this table name, compared with `a`. */
static int compare_options(const struct tool_run *run, const struct poptOption *table,
			   const struct named *a)
{
	int status = STATUS_HOLDS;

	for (const struct poptOption *o = table; status == STATUS_HOLDS && (o->longName || o->arg); o++) {
		unsigned kind = o->argInfo & POPT_ARG_MASK;

		if (kind == POPT_ARG_INCLUDE_TABLE) {
			status = compare_options(run, o->arg, a);
		} else if (o->longName && o->arg && kind == POPT_ARG_STRING && o->argDescrip &&
			   strncmp(o->argDescrip, "FILE", 4) == 0 && strcmp(o->longName, a->option) != 0) {
			struct named b = {o->longName, *(char *const *)o->arg};

			if (b.path)
				status = compare(run, a, &b);
		}
	}
	return status;
}

static int check_table(const struct tool_run *run, const struct options *o,
		       const struct poptOption *table)
{
	bool files = strncmp(run->tool->args, "NAME", 4) != 0 && strncmp(run->tool->args, "TARGET", 6) != 0;
	int status = STATUS_HOLDS;

	for (; status == STATUS_HOLDS && (table->longName || table->arg); table++) {
		struct named a = {table->longName, NULL};

		if ((table->argInfo & POPT_ARG_MASK) == POPT_ARG_INCLUDE_TABLE) {
			status = check_table(run, o, table->arg);
			continue;
		}
		if (!is_written(&a) || !(a.path = *(char *const *)table->arg))
			continue;
		status = compare_options(run, o->table, &a);
		for (size_t i = 0; files && status == STATUS_HOLDS && i < o->arg_count; i++)
			status = compare(run, &a, &(struct named){NULL, o->args[i]});
	}
	return status;
}

int options_own_files(const struct options *o, const struct tool_run *run)
{
	return check_table(run, o, o->table);
}
