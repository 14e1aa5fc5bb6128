/*
 * Certificates and their staples as metrics, for a node exporter's text folder.
 *
 * What is not known has no sample: a missing staple has staple_present 0, and no age, remaining
 * time or date that could be taken for a good one.
 */
#include "report/fetch.h"

struct family {
	const char *name, *help;
	/* the value, or WHEN_NONE for no sample */
	int64_t (*value)(const struct report_fetch *x, int64_t at);
};

static int64_t present(const struct report_fetch *x, int64_t at)
{
	(void)at;
	return x->present;
}

static int64_t good(const struct report_fetch *x, int64_t at)
{
	(void)at;
	return x->present && x->now.state == STAPLE_GOOD;
}

static int64_t this_update(const struct report_fetch *x, int64_t at)
{
	(void)at;
	return x->now.this_update;
}

static int64_t next_update(const struct report_fetch *x, int64_t at)
{
	(void)at;
	return x->now.next_update;
}

static int64_t dark_at(const struct report_fetch *x, int64_t at)
{
	(void)at;
	return x->now.dark_at;
}

static int64_t age(const struct report_fetch *x, int64_t at)
{
	return x->now.this_update == WHEN_NONE ? WHEN_NONE : at - x->now.this_update;
}

/* Nothing is left of a staple that is not good, whatever its nextUpdate says. */
static int64_t remaining(const struct report_fetch *x, int64_t at)
{
	return x->now.dark_at == WHEN_NONE ? WHEN_NONE : x->now.dark_at - at;
}

static int64_t next_refresh(const struct report_fetch *x, int64_t at)
{
	return x->cert && x->next_refresh == WHEN_NONE ? at : x->next_refresh;
}

static int64_t failed(const struct report_fetch *x, int64_t at)
{
	(void)at;
	return x->last_error != NULL;
}

static int64_t verdict(const struct report_fetch *x, int64_t at)
{
	(void)at;
	return x->verdict == VERDICT_PASS;
}

static int64_t must_staple(const struct report_fetch *x, int64_t at)
{
	(void)at;
	return x->cert ? cert_must_staple(x->cert) == MUST_STAPLE_YES : WHEN_NONE;
}

static const struct family families[] = {
	{"staple_present", "Whether there is a staple file (1) or none (0).", present},
	{"staple_good", "Whether the staple proves the certificate good now.", good},
	{"staple_pass", "Whether nothing is wrong with certificate, staple and the last request.",
	 verdict},
	{"staple_must_staple", "Whether the certificate promises a staple.", must_staple},
	{"staple_this_update_timestamp_seconds", "thisUpdate of the staple.", this_update},
	{"staple_next_update_timestamp_seconds", "nextUpdate of the staple.", next_update},
	{"staple_dark_timestamp_seconds", "When clients start to refuse if no new staple comes.", dark_at},
	{"staple_age_seconds", "Time since thisUpdate.", age},
	{"staple_remaining_seconds", "Time until clients start to refuse.", remaining},
	{"staple_next_refresh_timestamp_seconds", "When the responder will be asked.", next_refresh},
	{"staple_last_error", "Whether the last answer could not be had or taken.", failed},
};

static void begin(struct report *r)
{
	(void)r;
}

static void item(struct report *r, const void *p)
{
	(void)r;
	(void)p;
}

static void write_family(struct report *r, const struct family *f, const struct report_fetch_summary *s)
{
	report_metric_family(r->out, f->name, f->help);
	for (size_t i = 0; i < s->n; i++) {
		int64_t v = f->value(&s->items[i], r->at);

		if (v == WHEN_NONE)
			continue;
		buf_printf(r->out, "%s{", f->name);
		report_metric_label(r->out, "certificate", span_str(s->items[i].source));
		buf_printf(r->out, "} %lld\n", (long long)v);
	}
}

static void write_statuses(struct report *r, const struct report_fetch_summary *s)
{
	report_metric_family(r->out, "staple_status", "1 for what the staple file holds, 0 for the other words.");
	for (size_t i = 0; i < s->n; i++) {
		for (size_t k = 0; report_fetch_statuses[k]; k++) {
			const char *word = report_fetch_statuses[k];

			buf_add_str(r->out, "staple_status{");
			report_metric_label(r->out, "certificate", span_str(s->items[i].source));
			buf_printf(r->out, ",status=\"%s\"} %d\n", word,
				   strcmp(word, s->items[i].status) == 0);
		}
	}
}

static void end(struct report *r, enum verdict all, const void *summary)
{
	const struct report_fetch_summary *s = summary;

	(void)all;
	for (size_t i = 0; i < sizeof families / sizeof *families; i++)
		write_family(r, &families[i], s);
	write_statuses(r, s);
	report_metric_family(r->out, "staple_fetch_last_run_timestamp_seconds", "When staple-fetch looked last.");
	buf_printf(r->out, "staple_fetch_last_run_timestamp_seconds %lld\n# EOF\n", (long long)r->at);
}

const struct report_writer report_fetch_openmetrics = {"fetch", "openmetrics", begin, item, end};
