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
	buf_add_str(r->out, "  ");
	report_text_wrap(r, 30, 30, span_str(row->reason));
	buf_add_byte(r->out, '\n');
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

static void add_staple(const struct report *r, struct buf *b, const struct report_verify *v)
{
	char t[WHEN_TEXT_SIZE], d[WHEN_DURATION_SIZE];

	if (!v->staple)
		return;
	if (v->staple->state != STAPLE_GOOD) {
		buf_add_str(b, v->staple->state == STAPLE_REFUSED
					    ? "; the staple is not good"
					    : "; the staple could not be checked");
		return;
	}
	buf_add_str(b, "; the staple is good");
	if (v->staple->dark_at != WHEN_NONE)
		buf_printf(b, " until %s (%s left)", when_format(v->staple->dark_at, t),
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
	struct buf b;

	report_color(r, REPORT_BOLD);
	text_terminal(r->out, span_str(v->source));
	report_color(r, REPORT_PLAIN);
	buf_add_str(r->out, ": ");
	report_color(r, colors[v->verdict]);
	buf_add_str(r->out, verdict_text(v->verdict));
	report_color(r, REPORT_PLAIN);
	buf_init(&b);
	if (v->error) {
		buf_printf(&b, ": %s", reason_of(v));
	} else if (!v->staple_only) {
		buf_printf(&b, ": %s, valid until %s", promise_of(v->cert),
			   v->cert->not_after == WHEN_NONE ? "?"
							   : when_format(v->cert->not_after, t));
		if (v->path && v->path->state == CHAIN_TRUSTED)
			buf_add_str(&b, ", trusted");
	}
	if (!v->error)
		add_staple(r, &b, v);
	r->out->failed |= b.failed;
	report_text_wrap(r, text_width(span_str(v->source)) + 2 + strlen(verdict_text(v->verdict)), 4,
			 buf_span(&b));
	buf_wipe(&b);
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
