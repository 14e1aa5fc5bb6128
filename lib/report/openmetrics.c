/* What the OpenMetrics writers of all kinds share. */
#include "report/report.h"

void report_metric_family(struct buf *out, const char *name, const char *help)
{
	buf_printf(out, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

void report_metric_label(struct buf *out, const char *name, struct span value)
{
	struct buf safe;

	buf_init(&safe);
	text_terminal(&safe, value);
	buf_printf(out, "%s=\"", name);
	for (size_t i = 0; i < safe.n; i++) {
		if (safe.p[i] == '\\' || safe.p[i] == '"')
			buf_add_byte(out, '\\');
		buf_add_byte(out, safe.p[i]);
	}
	buf_add_byte(out, '"');
	out->failed |= safe.failed;
	buf_wipe(&safe);
}
