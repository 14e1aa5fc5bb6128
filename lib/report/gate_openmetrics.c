/*
 * The gate as OpenMetrics.  What could not be checked has no sample but the one that says so: an
 * absent value is never 0 and never good.
 */
#include "report/gate.h"
#include "report/report.h"

#include <stdlib.h>

enum family { CHECKED, HOLDS, MUST_STAPLE, SCORE, DARK, PATHS, STAPLED, FAMILIES };

static const struct {
	const char *name, *help;
} families[FAMILIES] = {
	[CHECKED] = {"staple_gate_checked", "Whether every path could be checked (1) or not (0)."},
	[HOLDS] = {"staple_gate_holds", "Whether every path holds (1) or some does not (0); absent when "
		   "that is unknown."},
	[MUST_STAPLE] = {"staple_gate_must_staple", "Whether the served certificate is Must-Staple."},
	[SCORE] = {"staple_gate_score", "100 binding, 60 broken, 30 optional, 0 open, of the worst path."},
	[DARK] = {"staple_gate_dark_timestamp_seconds", "When clients start to refuse if nothing is "
		  "refreshed."},
	[PATHS] = {"staple_gate_paths", "Paths by verdict."},
	[STAPLED] = {"staple_gate_address_stapled", "Whether every path seen of this address, version and "
		     "key kind has a sound staple."},
};

struct state {
	struct buf b[FAMILIES];
};

static void sample(struct state *s, enum family f, const struct gate_result *g, int64_t value)
{
	buf_printf(&s->b[f], "%s{", families[f].name);
	report_metric_label(&s->b[f], "target", span_str(g->target));
	buf_printf(&s->b[f], "} %lld\n", (long long)value);
}

static void begin(struct report *r)
{
	r->state = calloc(1, sizeof(struct state));
	if (!r->state)
		r->out->failed = true;
}

static bool sound(const struct gate_path *p)
{
	return p->staple && p->staple->result.state == STAPLE_GOOD;
}

static bool same_kind(const struct gate_path *a, const struct gate_path *b)
{
	return a->address == b->address && a->tls == b->tls && a->key == b->key &&
	       strcmp(a->sni, b->sni) == 0;
}

static void addresses(struct state *s, const struct gate_result *g)
{
	struct buf *b = &s->b[STAPLED];

	for (size_t i = 0; i < g->path_count; i++) {
		const struct gate_path *p = &g->paths[i];
		bool first = p->outcome == PATH_SERVED, all = true;

		for (size_t k = 0; k < g->path_count; k++) {
			const struct gate_path *x = &g->paths[k];

			if (x->outcome != PATH_SERVED || !same_kind(x, p))
				continue;
			first = first && k >= i;
			all = all && sound(x);
		}
		if (!first)
			continue;
		buf_printf(b, "%s{", families[STAPLED].name);
		report_metric_label(b, "target", span_str(g->target));
		buf_add_byte(b, ',');
		report_metric_label(b, "address", span_str(p->address));
		buf_printf(b, ",tls=\"%s\",key=\"%s\",", path_tls_text(p->tls), gate_key_word(p->key));
		report_metric_label(b, "sni", span_str(p->sni));
		buf_printf(b, "} %d\n", all);
	}
}

static void item(struct report *r, const void *what)
{
	const struct gate_result *g = what;
	struct state *s = r->state;
	bool complete = g->path_count > 0;

	if (!s)
		return;
	for (enum verdict v = VERDICT_PASS; v <= VERDICT_FAIL; v++) {
		size_t n = 0;

		for (size_t i = 0; i < g->path_count; i++)
			n += g->paths[i].verdict == v;
		complete = complete && (v != VERDICT_UNKNOWN || n == 0);
		buf_printf(&s->b[PATHS], "%s{", families[PATHS].name);
		report_metric_label(&s->b[PATHS], "target", span_str(g->target));
		buf_printf(&s->b[PATHS], ",verdict=\"%s\"} %zu\n", verdict_text(v), n);
	}
	sample(s, CHECKED, g, complete && g->verdict != VERDICT_UNKNOWN);
	if (g->verdict != VERDICT_UNKNOWN)
		sample(s, HOLDS, g, g->verdict == VERDICT_PASS);
	if (g->served)
		sample(s, MUST_STAPLE, g, g->must_staple != MUST_STAPLE_NO);
	if (g->cell != GATE_UNKNOWN)
		sample(s, SCORE, g, g->cell);
	if (g->dark_at != WHEN_NONE)
		sample(s, DARK, g, g->dark_at);
	addresses(s, g);
}

static void end(struct report *r, enum verdict verdict, const void *summary)
{
	struct state *s = r->state;

	(void)verdict;
	(void)summary;
	if (!s)
		return;
	for (enum family f = 0; f < FAMILIES; f++) {
		report_metric_family(r->out, families[f].name, families[f].help);
		buf_add(r->out, buf_span(&s->b[f]));
		if (s->b[f].failed)
			r->out->failed = true;
		buf_wipe(&s->b[f]);
	}
	report_metric_family(r->out, "staple_gate_run_timestamp_seconds", "When this was judged.");
	buf_printf(r->out, "staple_gate_run_timestamp_seconds %lld\n# EOF\n", (long long)r->at);
	free(s);
	r->state = NULL;
}

const struct report_writer report_gate_openmetrics = {"gate", "openmetrics", begin, item, end};
