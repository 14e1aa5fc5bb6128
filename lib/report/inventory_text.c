/* An inventory for people: a table that fits the terminal, what is wrong, and a summary. */
#include "report/inventory.h"

#include "facts/dn.h"
#include "ground/when.h"

#include <stdio.h>
#include <stdlib.h>

/* A column: its title, the least and the best width, and from which terminal width on it is
 * there.  The columns that may grow share what is left. */
enum column { COLUMN_STATE, COLUMN_STAPLE, COLUMN_LEFT, COLUMN_NAME, COLUMN_KEY, COLUMN_ISSUER,
	      COLUMN_SOURCE, COLUMN_COUNT };

static const struct {
	const char *title;
	size_t least, share; /* share of the rest, in percent */
	size_t from;
} columns[COLUMN_COUNT] = {
	[COLUMN_STATE] = {"", 1, 0, 0},
	[COLUMN_STAPLE] = {"STAPLE", 6, 0, 0},
	[COLUMN_LEFT] = {"LEFT", 7, 0, 0},
	[COLUMN_NAME] = {"NAME", 18, 35, 0},
	[COLUMN_KEY] = {"KEY", 9, 0, 100},
	[COLUMN_ISSUER] = {"ISSUER", 12, 25, 0},
	[COLUMN_SOURCE] = {"SOURCE", 18, 40, 0},
};

struct state {
	const struct inventory_column *const *chosen; /* of --columns; or NULL */
	size_t chosen_width[64];
	size_t width[COLUMN_COUNT]; /* 0: not shown */
	size_t rows;
	struct buf trouble, problems;
	size_t troubled, notes;
};

static void lay_out(struct report *r, struct state *s)
{
	size_t used = 0, total = r->columns > 60 ? r->columns : 60;

	for (int i = 0; i < COLUMN_COUNT; i++)
		if (total >= columns[i].from) {
			s->width[i] = columns[i].least;
			used += columns[i].least + (i > 0);
		}
	for (int i = 0; i < COLUMN_COUNT && used < total; i++)
		if (s->width[i])
			s->width[i] += (total - used) * columns[i].share / 100;
}

/* Less than a few letters say nothing. */
#define CUT_LEAST 8

/* The columns of --columns share what is left evenly. */
static void lay_out_chosen(struct report *r, struct state *s)
{
	size_t used = 0, n = 0, fixed = 0, total = r->columns > 60 ? r->columns : 60;

	for (; n < 64 && s->chosen[n]; n++) {
		s->chosen_width[n] = s->chosen[n]->least;
		used += s->chosen[n]->least + (n > 0);
		fixed += (s->chosen[n]->ours ? s->chosen[n]->least : 0) + (n > 0);
	}
	/* Too many: the texts from outside are cut shorter, what we made is never. */
	for (size_t i = 0; i < n && used > total && total > fixed; i++) {
		size_t width = s->chosen[i]->least * (total - fixed) / (used - fixed);

		if (!s->chosen[i]->ours)
			s->chosen_width[i] = width > CUT_LEAST ? width : CUT_LEAST;
	}
	for (size_t i = 0; i < n && used < total; i++)
		s->chosen_width[i] += (total - used) / n;
}

static void chosen_row(struct report *r, struct state *s, const struct inventory_cert *c)
{
	struct buf b;

	buf_init(&b);
	for (size_t i = 0; s->chosen[i]; i++) {
		buf_reset(&b);
		if (c)
			s->chosen[i]->write(&b, c);
		if (i > 0)
			buf_add_byte(r->out, ' ');
		text_column(r->out, c ? buf_span(&b) : span_str(s->chosen[i]->title), s->chosen_width[i],
			    s->chosen[i + 1] != NULL);
	}
	buf_add_byte(r->out, '\n');
	r->out->failed |= b.failed;
	buf_wipe(&b);
}

static void begin(struct report *r)
{
	struct state *s = calloc(1, sizeof *s);

	r->state = s;
	if (!s) {
		r->out->failed = true;
		return;
	}
	s->chosen = r->choose;
	if (s->chosen)
		lay_out_chosen(r, s);
	else
		lay_out(r, s);
}

static void title(struct report *r, struct state *s)
{
	report_color(r, REPORT_BOLD);
	for (int i = 0; i < COLUMN_COUNT; i++) {
		if (!s->width[i])
			continue;
		if (i > 0)
			buf_add_byte(r->out, ' ');
		if (i == COLUMN_LEFT) /* as its numbers */
			buf_printf(r->out, "%*s", (int)s->width[i], columns[i].title);
		else
			text_column(r->out, span_str(columns[i].title), s->width[i], i + 1 < COLUMN_COUNT);
	}
	report_color(r, REPORT_PLAIN);
	buf_add_byte(r->out, '\n');
}

/* A long path is cut in front: its end tells more. */
static void add_source(struct buf *out, const struct inventory_cert *c, size_t width)
{
	struct span s;
	struct buf b;
	size_t more = c->place_count - 1;
	char tail[32] = "";

	buf_init(&b);
	buf_add_str(&b, c->places[0].source);
	if (c->places[0].index > 0)
		buf_printf(&b, "#%zu", c->places[0].index);
	if (more > 0)
		snprintf(tail, sizeof tail, " +%zu", more);
	width -= strlen(tail) < width ? strlen(tail) : 0;
	s = buf_span(&b);
	if (text_width(s) > width) {
		buf_add_str(out, "…");
		while (s.n > 0 && (text_width(s) > width - 1 || (s.p[0] & 0xc0) == 0x80))
			s = span_from(s, 1);
	}
	text_column(out, s, width, false);
	buf_add_str(out, tail);
	buf_wipe(&b);
}

static void add_left(struct report *r, const struct inventory_cert *c, size_t width)
{
	int64_t days = inventory_days(c->cert->not_after, c->now);
	char text[32];

	if (days == INT64_MIN)
		snprintf(text, sizeof text, "?");
	else if (c->cert->not_after < c->now)
		snprintf(text, sizeof text, "expired");
	else if (days < 10000)
		snprintf(text, sizeof text, "%lldd", (long long)days);
	else
		snprintf(text, sizeof text, "%lldy", (long long)(days / 365));
	report_color(r, days < 0 ? REPORT_RED : days <= 30 ? REPORT_YELLOW : REPORT_PLAIN);
	buf_printf(r->out, "%*s", (int)width, text);
	report_color(r, REPORT_PLAIN);
}

static void add_text(struct report *r, size_t width, struct span s)
{
	text_column(r->out, s, width, true);
}

static void add_column(struct report *r, const struct inventory_cert *c, int column, size_t width)
{
	static const char *const staple[] = {"-", "yes", "broken"};
	enum severity worst = inventory_worst(c);
	enum must_staple m = cert_must_staple(c->cert);
	char key[32];
	struct buf b;

	buf_init(&b);
	switch (column) {
	case COLUMN_STATE:
		report_color(r, worst == SEVERITY_ERROR ? REPORT_RED : REPORT_YELLOW);
		add_text(r, width, span_str(worst == SEVERITY_ERROR ? "!" : worst == SEVERITY_WARNING ? "~" : " "));
		report_color(r, REPORT_PLAIN);
		break;
	case COLUMN_STAPLE:
		report_color(r, m == MUST_STAPLE_YES ? REPORT_BOLD : m == MUST_STAPLE_NO ? REPORT_DIM : REPORT_RED);
		add_text(r, width, span_str(staple[m]));
		report_color(r, REPORT_PLAIN);
		break;
	case COLUMN_LEFT:
		add_left(r, c, width);
		break;
	case COLUMN_NAME:
		cert_label(c->cert, &b);
		add_text(r, width, buf_span(&b));
		break;
	case COLUMN_KEY:
		add_text(r, width, span_str(spki_text(&c->cert->key, key)));
		break;
	case COLUMN_ISSUER:
		if (cert_self_issued(c->cert))
			buf_add_str(&b, "(itself)");
		else
			inventory_issuer(&b, c->cert);
		add_text(r, width, buf_span(&b));
		break;
	default:
		add_source(r->out, c, width);
	}
	buf_wipe(&b);
}

/* Findings are gathered and follow the table; of a plain certificate only with -v. */
static void add_trouble(struct report *r, struct state *s, const struct inventory_cert *c)
{
	struct report sub = *r;
	struct buf label;

	if (!c->findings || c->first == c->end || inventory_worst(c) < SEVERITY_WARNING)
		return;
	if (r->verbose == 0 && cert_must_staple(c->cert) == MUST_STAPLE_NO && c->service_count == 0) {
		s->troubled++;
		return;
	}
	buf_init(&label);
	cert_label(c->cert, &label);
	text_terminal(&s->trouble, buf_span(&label));
	buf_add_str(&s->trouble, " (");
	text_terminal(&s->trouble, span_str(c->places[0].source));
	buf_printf(&s->trouble, "#%zu)\n", c->places[0].index);
	sub.out = &s->trouble;
	report_text_findings(&sub, c->findings, c->first, c->end);
	buf_wipe(&label);
}

static void add_problem(struct report *r, struct state *s, const struct inventory_problem *p)
{
	if (p->note && r->verbose == 0) {
		s->notes++;
		return;
	}
	buf_add_str(&s->problems, "  ");
	text_terminal(&s->problems, span_str(p->source));
	if (p->index != SIZE_MAX)
		buf_printf(&s->problems, "#%zu", p->index);
	buf_add_str(&s->problems, ": ");
	text_terminal(&s->problems, span_str(p->reason));
	buf_add_byte(&s->problems, '\n');
}

static void heading(struct report *r, const char *text)
{
	buf_add_byte(r->out, '\n');
	report_color(r, REPORT_BOLD);
	buf_add_str(r->out, text);
	report_color(r, REPORT_PLAIN);
	buf_add_byte(r->out, '\n');
}

static void add_request(struct report *r, struct state *s, const struct inventory_request *q)
{
	struct buf b;

	(void)s;
	if (csr_must_staple(q->csr) == MUST_STAPLE_NO && q->findings->n == 0 && r->verbose == 0)
		return;
	buf_init(&b);
	dn_text(&b, q->csr->subject);
	buf_add_str(r->out, "request ");
	text_terminal(r->out, span_str(q->place.source));
	buf_printf(r->out, ": asks for Must-Staple: %s; subject ",
		   must_staple_text(csr_must_staple(q->csr)));
	text_terminal(r->out, buf_span(&b));
	buf_add_byte(r->out, '\n');
	report_text_findings(r, q->findings, 0, q->findings->n);
	buf_wipe(&b);
}

static void add_response(struct report *r, const struct inventory_response *q)
{
	struct span cursor = q->response->responses;
	struct ocsp_single one;
	char until[WHEN_TEXT_SIZE];

	if (q->for_sha256 && r->verbose == 0)
		return; /* told with its certificate */
	buf_add_str(r->out, "staple ");
	text_terminal(r->out, span_str(q->place.source));
	buf_printf(r->out, q->for_sha256 ? ": %s" : ": for no certificate here, not checked: %s",
		   ocsp_response_status_text(q->response->status));
	while (q->response->basic && ocsp_single_next(&cursor, &one))
		buf_printf(r->out, ", says %s until %s", ocsp_cert_status_text(one.status),
			   one.next_update == WHEN_NONE ? "(not said)"
							: when_format(one.next_update, until));
	if (q->judged)
		buf_printf(r->out, "; %s", strcmp(q->judged, "unchecked") == 0 ? "not checked" : q->judged);
	buf_add_byte(r->out, '\n');
}

/* Below a row: who serves it, and the staples that stand for it. */
static void add_below(struct report *r, const struct inventory_cert *c)
{
	struct buf b;

	buf_init(&b);
	for (size_t i = 0; i < c->service_count + c->staple_count; i++) {
		bool service = i < c->service_count;
		const struct inventory_staple *s = service ? &c->services[i].staple
							   : &c->staples[i - c->service_count];
		bool red = service ? strcmp(c->services[i].stapling, "off") == 0 &&
				     cert_must_staple(c->cert) != MUST_STAPLE_NO : false;

		red |= s->judged && strcmp(s->judged, "good") != 0;
		buf_reset(&b);
		if (service) {
			inventory_service_text(&b, &c->services[i]);
		} else {
			buf_printf(&b, "%s: ", s->source);
			inventory_staple_text(&b, s);
		}
		buf_add_str(r->out, service ? "    served by " : "    staple ");
		report_color(r, red ? REPORT_RED : REPORT_DIM);
		text_terminal(r->out, buf_span(&b));
		report_color(r, REPORT_PLAIN);
		buf_add_byte(r->out, '\n');
	}
	r->out->failed |= b.failed;
	buf_wipe(&b);
}

static void item(struct report *r, const void *what)
{
	const struct inventory_item *i = what;
	struct state *s = r->state;

	if (!s || r->quiet)
		return;
	if (i->kind == INVENTORY_PROBLEM)
		add_problem(r, s, i->u.problem);
	if (i->kind == INVENTORY_REQUEST)
		add_request(r, s, i->u.request);
	if (i->kind == INVENTORY_RESPONSE)
		add_response(r, i->u.response);
	if (i->kind != INVENTORY_CERT)
		return;
	if (s->chosen) {
		if (s->rows++ == 0)
			chosen_row(r, s, NULL);
		chosen_row(r, s, i->u.cert);
		add_below(r, i->u.cert);
		add_trouble(r, s, i->u.cert);
		return;
	}
	if (s->rows++ == 0)
		title(r, s);
	for (int c = 0; c < COLUMN_COUNT; c++) {
		if (!s->width[c])
			continue;
		if (c > 0)
			buf_add_byte(r->out, ' ');
		add_column(r, i->u.cert, c, s->width[c]);
	}
	buf_add_byte(r->out, '\n');
	add_below(r, i->u.cert);
	add_trouble(r, s, i->u.cert);
}

static void summary_lines(struct report *r, const struct state *s, const struct inventory_summary *sum)
{
	size_t shown = sum->ca_count < 10 || r->verbose ? sum->ca_count : 10;

	heading(r, "Summary");
	for (const char *const *root = sum->roots; sum->usual && *root; root++)
		buf_printf(r->out, "%s    %s\n", root == sum->roots ? "  no path was given; the usual places were read:\n" : "",
			   *root);
	buf_add_str(r->out, "  ");
	if (sum->distinct < sum->known) /* by a filter */
		buf_printf(r->out, "%zu of ", sum->distinct);
	buf_printf(r->out, "%zu certificate%s%s in %zu place%s, %zu file%s read", sum->known,
		   sum->known == 1 ? "" : "s", sum->distinct < sum->known ? " that stand" : "", sum->found,
		   sum->found == 1 ? "" : "s", sum->files, sum->files == 1 ? "" : "s");
	if (sum->requests)
		buf_printf(r->out, "\n  %zu requests, of them %zu ask for Must-Staple", sum->requests,
			   sum->requests_must_staple);
	if (sum->staples)
		buf_printf(r->out, "\n  %zu staples", sum->staples);
	buf_printf(r->out, "\n  Must-Staple: %zu", sum->must_staple);
	if (sum->malformed)
		buf_printf(r->out, ", and %zu with a broken extension", sum->malformed);
	buf_printf(r->out, "\n  expired: %zu; within 30 days: %zu\n  in trouble: %zu with errors, %zu with warnings",
		   sum->expired, sum->expires_30d, sum->errors, sum->warnings);
	if (s->troubled)
		buf_printf(r->out, "\n    (-v tells those of the %zu that are not Must-Staple)", s->troubled);
	buf_printf(r->out, "\n  not read: %zu", sum->problems);
	if (sum->notes)
		buf_printf(r->out, "; nothing in them, or left out: %zu%s", sum->notes,
			   r->verbose ? "" : " (-v names them)");
	buf_add_byte(r->out, '\n');
	if (shown > 0)
		heading(r, "By issuer");
	for (size_t i = 0; i < shown; i++) {
		buf_printf(r->out, "  %6zu", sum->cas[i].n);
		if (sum->must_staple + sum->malformed)
			buf_printf(r->out, "  %6zu must staple", sum->cas[i].must_staple);
		buf_add_str(r->out, "  ");
		text_column(r->out, span_str(sum->cas[i].name), r->columns > 40 ? r->columns - 30 : 20, false);
		buf_add_byte(r->out, '\n');
	}
	if (shown < sum->ca_count)
		buf_printf(r->out, "  and %zu more (-v)\n", sum->ca_count - shown);
}

static void end(struct report *r, enum verdict verdict, const void *summary)
{
	struct state *s = r->state;

	(void)verdict;
	if (!s)
		return;
	if (s->trouble.n > 0) {
		heading(r, "In trouble");
		buf_add(r->out, buf_span(&s->trouble));
	}
	if (s->problems.n > 0) {
		heading(r, "Not read");
		buf_add(r->out, buf_span(&s->problems));
	}
	if (!r->quiet)
		summary_lines(r, s, summary);
	r->out->failed |= s->trouble.failed || s->problems.failed;
	buf_wipe(&s->trouble);
	buf_wipe(&s->problems);
	free(s);
	r->state = NULL;
}

const struct report_writer report_inventory_text = {"inventory", "text", begin, item, end};
