/* Certificates and their staples for people: a line each, then the findings. */
#include "report/fetch.h"

static void begin(struct report *r)
{
	(void)r;
}

static void add_outcome(struct buf *b, const struct report_fetch *x)
{
	char t[WHEN_TEXT_SIZE];

	switch (x->outcome) {
	case FETCH_REPLACED:
		buf_add_str(b, ", new staple in ");
		buf_add_str(b, x->staple);
		break;
	case FETCH_KEPT:
		buf_add_str(b, x->present ? ", the staple that is there stays" : ", and none could be had");
		break;
	case FETCH_REMOVED:
		buf_add_str(b, ", the staple was removed");
		break;
	case FETCH_NOT_DUE:
		buf_printf(b, ", not asked: next refresh at %s",
			   when_format(x->next_refresh, t));
		break;
	case FETCH_IMPOSSIBLE:
		buf_add_str(b, x->cert ? ", could not be asked" : ": could not be read");
		break;
	case FETCH_CHECKED:
		break;
	}
}

static void add_life(const struct report *r, struct buf *b, const struct report_fetch *x)
{
	char t[WHEN_TEXT_SIZE], d[WHEN_DURATION_SIZE];

	if (!x->cert)
		return;
	if (!x->present) {
		buf_add_str(b, ": no staple");
		return;
	}
	buf_printf(b, ": staple %s", x->status);
	if (x->now.dark_at != WHEN_NONE)
		buf_printf(b, " until %s (%s left)", when_format(x->now.dark_at, t),
			   when_duration_human(x->now.dark_at - r->at, d));
	else if (x->now.next_update != WHEN_NONE && x->now.next_update < r->at)
		buf_printf(b, " since %s", when_format(x->now.next_update, t));
}

static void item(struct report *r, const void *p)
{
	static const enum report_color colors[] = {REPORT_GREEN, REPORT_YELLOW, REPORT_RED};
	const struct report_fetch *x = p;
	struct buf b;

	if (r->quiet)
		return;
	report_color(r, REPORT_BOLD);
	text_terminal(r->out, span_str(x->source));
	report_color(r, REPORT_PLAIN);
	buf_add_str(r->out, ": ");
	report_color(r, colors[x->verdict]);
	buf_add_str(r->out, verdict_text(x->verdict));
	report_color(r, REPORT_PLAIN);
	buf_init(&b);
	add_life(r, &b, x);
	add_outcome(&b, x);
	r->out->failed |= b.failed;
	report_text_wrap(r, text_width(span_str(x->source)) + 2 + strlen(verdict_text(x->verdict)), 4,
			 buf_span(&b));
	buf_wipe(&b);
	buf_add_byte(r->out, '\n');
	report_text_findings(r, x->findings, x->first, x->end);
}

static void end(struct report *r, enum verdict verdict, const void *summary)
{
	(void)r;
	(void)verdict;
	(void)summary;
}

const struct report_writer report_fetch_text = {"fetch", "text", begin, item, end};
