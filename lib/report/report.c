#include "report/report.h"

/* One row for each pair of kind and format that exists; sorted by kind, then as --format lists them. */
#define WRITER(kind, format) extern const struct report_writer report_##kind##_##format;
#include "report/writers.h"
#undef WRITER

static const struct report_writer *const writers[] = {
#define WRITER(kind, format) &report_##kind##_##format,
#include "report/writers.h"
#undef WRITER
	NULL,
};

const struct report_writer *report_writer_get(const char *kind, const char *format)
{
	for (size_t i = 0; writers[i]; i++)
		if (strcmp(writers[i]->kind, kind) == 0 && strcmp(writers[i]->format, format) == 0)
			return writers[i];
	return NULL;
}

void report_color(struct report *r, enum report_color c)
{
	static const char *const codes[] = {"\033[0m", "\033[31m", "\033[33m",
					    "\033[32m", "\033[1m",  "\033[2m"};

	if (r->color)
		buf_add_str(r->out, codes[c]);
}
