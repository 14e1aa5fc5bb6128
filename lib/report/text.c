/* What all text writers share: findings for people. */
#include "report/report.h"

#include "ground/when.h"

static enum report_color color_of(const struct finding *x)
{
	if (x->waived)
		return REPORT_DIM;
	if (x->severity == SEVERITY_ERROR)
		return REPORT_RED;
	return x->severity == SEVERITY_WARNING ? REPORT_YELLOW : REPORT_PLAIN;
}

static void write_finding(struct report *r, const struct finding *x)
{
	char until[WHEN_TEXT_SIZE];

	buf_add_str(r->out, "  ");
	report_color(r, color_of(x));
	buf_add_str(r->out, x->rule->unchecked ? "unknown" : severity_text(x->severity));
	report_color(r, REPORT_PLAIN);
	buf_printf(r->out, "  %s  ", x->rule->id);
	text_terminal(r->out, span_str(x->message));
	buf_printf(r->out, " [%s]\n", x->rule->basis);
	if (x->waived) {
		when_format(x->waived->until, until);
		buf_printf(r->out, "         waived until %.10s by ", until);
		text_terminal(r->out, span_str(x->waived->by));
		buf_add_str(r->out, ": ");
		text_terminal(r->out, span_str(x->waived->reason));
		buf_add_byte(r->out, '\n');
	} else if (x->hint && x->hint[0] && x->severity > SEVERITY_INFO) {
		report_color(r, REPORT_DIM);
		buf_add_str(r->out, "         ");
		text_terminal(r->out, span_str(x->hint));
		report_color(r, REPORT_PLAIN);
		buf_add_byte(r->out, '\n');
	}
}

void report_text_findings(struct report *r, const struct findings *f, size_t first, size_t end)
{
	if (end > f->n)
		end = f->n;
	for (int s = SEVERITY_ERROR; s >= SEVERITY_INFO; s--)
		for (size_t i = first; i < end; i++)
			if (f->v[i].severity == (enum severity)s &&
			    (s > SEVERITY_INFO || !r->quiet))
				write_finding(r, &f->v[i]);
}
