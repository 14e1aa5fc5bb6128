/* A judged certificate for people: findings with hints, what clients do, one line of verdict. */
#include "report/verify.h"

static void begin(struct report *r)
{
	(void)r;
}

static void write_row(struct report *r, const char *when, const struct client_row *row)
{
	static const enum report_color colors[] = {REPORT_GREEN, REPORT_RED, REPORT_YELLOW};

	buf_printf(r->out, "    %-16s ", when);
	report_color(r, colors[row->answer]);
	buf_printf(r->out, "%-7s", client_answer_text(row->answer));
	report_color(r, REPORT_PLAIN);
	buf_printf(r->out, "  %s\n", row->reason);
}

static void write_clients(struct report *r, const struct report_verify *v)
{
	for (size_t i = 0; i < CLIENT_COUNT; i++) {
		if (!(v->clients & 1u << i))
			continue;
		buf_printf(r->out, "  %s\n", v->with_staple[i].client);
		write_row(r, "a good staple:", &v->with_staple[i]);
		write_row(r, "no staple:", &v->without_staple[i]);
		if (v->staple)
			write_row(r, "this staple:", &v->this_staple[i]);
	}
}

static const char *promise_of(const struct cert *c)
{
	switch (cert_must_staple(c)) {
	case MUST_STAPLE_YES:
		return "Must-Staple";
	case MUST_STAPLE_MALFORMED:
		return "malformed TLS Feature extension";
	case MUST_STAPLE_NO:
		break;
	}
	return c->x.feature.extensions ? "not Must-Staple (other TLS features)" : "not Must-Staple";
}

static void write_staple(struct report *r, const struct report_verify *v)
{
	char t[WHEN_TEXT_SIZE], d[WHEN_DURATION_SIZE];

	if (!v->staple)
		return;
	if (v->staple->state != STAPLE_GOOD) {
		buf_add_str(r->out, v->staple->state == STAPLE_REFUSED
					    ? "; the staple is not good"
					    : "; the staple could not be checked");
		return;
	}
	buf_add_str(r->out, "; the staple is good");
	if (v->staple->dark_at != WHEN_NONE)
		buf_printf(r->out, " until %s (%s left)", when_format(v->staple->dark_at, t),
			   when_duration_human(v->staple->dark_at - r->at, d));
}

/* The error begins with the name that stands in the line already. */
static const char *reason_of(const struct report_verify *v)
{
	size_t n = strlen(v->source);

	return strncmp(v->error, v->source, n) == 0 && strncmp(v->error + n, ": ", 2) == 0
		       ? v->error + n + 2 : v->error;
}

static void write_verdict(struct report *r, const struct report_verify *v)
{
	static const enum report_color colors[] = {REPORT_GREEN, REPORT_YELLOW, REPORT_RED};
	char t[WHEN_TEXT_SIZE];

	report_color(r, REPORT_BOLD);
	text_terminal(r->out, span_str(v->source));
	report_color(r, REPORT_PLAIN);
	buf_add_str(r->out, ": ");
	report_color(r, colors[v->verdict]);
	buf_add_str(r->out, verdict_text(v->verdict));
	report_color(r, REPORT_PLAIN);
	if (v->error) {
		buf_add_str(r->out, ": ");
		text_terminal(r->out, span_str(reason_of(v)));
	} else if (!v->staple_only) {
		buf_printf(r->out, ": %s, valid until %s", promise_of(v->cert),
			   v->cert->not_after == WHEN_NONE ? "?"
							   : when_format(v->cert->not_after, t));
		if (v->path && v->path->state == CHAIN_TRUSTED)
			buf_add_str(r->out, ", trusted");
	}
	if (!v->error)
		write_staple(r, v);
	buf_add_byte(r->out, '\n');
}

static void item(struct report *r, const void *p)
{
	const struct report_verify *v = p;

	if (r->quiet)
		return;
	report_text_findings(r, v->findings, v->first, v->end);
	if (v->clients && !v->error)
		write_clients(r, v);
	write_verdict(r, v);
}

static void end(struct report *r, enum verdict verdict, const void *summary)
{
	(void)r;
	(void)verdict;
	(void)summary;
}

const struct report_writer report_verify_text = {"verify", "text", begin, item, end};
