/* The gate as one line for Nagios and Icinga, with performance data.  A warning (status 1) is a pass with
 * a finding of severity warning. */
#include "report/gate.h"
#include "report/report.h"

#include "ground/when.h"

#include <stdlib.h>

struct state {
	bool warned;
	int64_t dark_at;
	struct buf text;
};

static void begin(struct report *r)
{
	struct state *s = calloc(1, sizeof *s);

	if (!s) {
		r->out->failed = true;
		return;
	}
	s->dark_at = WHEN_NONE;
	r->state = s;
}

/* The first finding of this weight; `unchecked` for the unknown ones. */
static const struct finding *pick(const struct findings *f, enum severity severity, bool unchecked)
{
	for (size_t i = 0; i < f->n; i++)
		if (!f->v[i].waived && f->v[i].severity == severity && f->v[i].rule->unchecked == unchecked)
			return &f->v[i];
	return NULL;
}

static const struct finding *worst_of(const struct gate_result *g, enum severity severity,
				      bool unchecked)
{
	const struct finding *x = NULL;

	for (size_t i = 0; i < g->path_count && !x; i++)
		x = pick(&g->paths[i].findings, severity, unchecked);
	return x ? x : pick(&g->findings, severity, unchecked);
}

static void item(struct report *r, const void *what)
{
	const struct gate_result *g = what;
	struct state *s = r->state;
	const struct finding *x;

	if (!s)
		return;
	if (g->dark_at != WHEN_NONE && (s->dark_at == WHEN_NONE || g->dark_at < s->dark_at))
		s->dark_at = g->dark_at;
	x = g->verdict == VERDICT_FAIL ? worst_of(g, SEVERITY_ERROR, false) :
	    g->verdict == VERDICT_UNKNOWN ? worst_of(g, SEVERITY_ERROR, true) :
	    worst_of(g, SEVERITY_WARNING, false);
	s->warned = s->warned || (g->verdict == VERDICT_PASS && x);
	if (s->text.n > 0)
		buf_add_str(&s->text, "; ");
	text_terminal(&s->text, span_str(g->target));
	if (!x) {
		buf_printf(&s->text, " %s", gate_cell_text(g->cell) ? gate_cell_text(g->cell) : "unknown");
		return;
	}
	buf_printf(&s->text, " %s: ", x->rule->id);
	text_terminal(&s->text, span_str(x->message));
}

static void end(struct report *r, enum verdict verdict, const void *what)
{
	const struct gate_summary *summary = what;
	struct state *s = r->state;

	if (!s)
		return;
	buf_printf(r->out, "STAPLE %s - ", verdict == VERDICT_FAIL ? "CRITICAL" :
		   verdict == VERDICT_UNKNOWN ? "UNKNOWN" : s->warned ? "WARNING" : "OK");
	for (size_t i = 0; i < s->text.n; i++) /* a bar begins the performance data */
		buf_add_byte(r->out, s->text.p[i] == '|' ? '/' : s->text.p[i]);
	buf_printf(r->out, " | targets=%zu failed=%zu unknown=%zu handshakes=%zu", summary->targets,
		   summary->failed, summary->unknown, summary->paths);
	if (s->dark_at != WHEN_NONE)
		buf_printf(r->out, " dark_in=%llds", (long long)(s->dark_at - r->at));
	buf_add_byte(r->out, '\n');
	r->items = s->warned; /* for the exit status */
	buf_wipe(&s->text);
	free(s);
	r->state = NULL;
}

const struct report_writer report_gate_nagios = {"gate", "nagios", begin, item, end};
