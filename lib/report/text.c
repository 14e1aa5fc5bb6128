/* What all text writers share: findings for people. */
#include "report/report.h"

#include "ground/when.h"

static enum report_color color_of(const struct finding *x)
{
	if (x->waived)
		return REPORT_DIM;
	if (x->severity == SEVERITY_ERROR && !x->rule->unchecked)
		return REPORT_RED;
	return x->severity >= SEVERITY_WARNING ? REPORT_YELLOW : REPORT_PLAIN;
}

#define HANG 9 /* blanks before a hint, and before what is wrapped */

void report_text_wrap(struct report *r, size_t used, size_t hang, struct span text)
{
	struct span rest, word;
	const uint8_t *blank;
	struct buf safe;
	size_t width, gap = 0;

	buf_init(&safe);
	text_terminal(&safe, text);
	r->out->failed |= safe.failed;
	for (rest = buf_span(&safe); rest.n > 0; rest = span_from(rest, word.n + 1)) {
		blank = memchr(rest.p, ' ', rest.n);
		word = span_of(rest.p, blank ? (size_t)(blank - rest.p) : rest.n);
		if (word.n > 0 && word.p[0] == '[' && rest.p[rest.n - 1] == ']')
			word = rest; /* the basis at the end stays whole */
		width = text_width(word);
		if (r->wrap && used + gap + width > r->columns && used > hang) {
			buf_printf(r->out, "\n%*s", (int)hang, "");
			used = hang;
			gap = 0;
		}
		buf_add_bytes(r->out, " ", gap);
		buf_add(r->out, word);
		used += gap + width;
		gap = 1;
	}
	buf_wipe(&safe);
}

static void write_hint(struct report *r, const struct finding *x)
{
	char until[WHEN_TEXT_SIZE];
	struct buf b;

	if (!x->waived && (!x->hint || !x->hint[0] || x->severity == SEVERITY_INFO))
		return;
	buf_init(&b);
	if (x->waived)
		buf_printf(&b, "waived until %.10s by %s: %s", when_format(x->waived->until, until),
			   x->waived->by, x->waived->reason);
	else
		buf_add_str(&b, x->hint);
	r->out->failed |= b.failed;
	buf_printf(r->out, "%*s", HANG, "");
	report_color(r, x->waived ? REPORT_PLAIN : REPORT_DIM);
	report_text_wrap(r, HANG, HANG, buf_span(&b));
	report_color(r, REPORT_PLAIN);
	buf_add_byte(r->out, '\n');
	buf_wipe(&b);
}

static void write_finding(struct report *r, const struct finding *x)
{
	const char *severity = x->rule->unchecked ? "unknown" : severity_text(x->severity);
	struct buf b;

	buf_add_str(r->out, "  ");
	report_color(r, color_of(x));
	buf_add_str(r->out, severity);
	report_color(r, REPORT_PLAIN);
	buf_printf(r->out, "  %s  ", x->rule->id);
	buf_init(&b);
	buf_printf(&b, "%s [%s]", x->message, x->rule->basis);
	r->out->failed |= b.failed;
	report_text_wrap(r, 6 + strlen(severity) + strlen(x->rule->id), HANG, buf_span(&b));
	buf_add_byte(r->out, '\n');
	buf_wipe(&b);
	write_hint(r, x);
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
