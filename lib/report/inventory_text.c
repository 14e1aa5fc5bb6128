/* An inventory for people: a table (inventory_table.c), what is wrong, and a summary. */
#include "report/inventory.h"

#include "facts/dn.h"
#include "ground/when.h"
#include "report/inventory_table.h"

#include <stdlib.h>

struct state {
	struct inventory_table table;
	struct buf trouble, problems;
	size_t troubled, notes;
};

static void begin(struct report *r)
{
	struct state *s = calloc(1, sizeof *s);

	r->state = s;
	if (!s) {
		r->out->failed = true;
		return;
	}
	inventory_table_begin(&s->table, r);
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
	inventory_table_row(&s->table, r, i->u.cert);
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
		buf_printf(r->out, "\n  %zu request%s, of them %zu ask%s for Must-Staple", sum->requests,
			   sum->requests == 1 ? "" : "s", sum->requests_must_staple,
			   sum->requests_must_staple == 1 ? "s" : "");
	if (sum->staples)
		buf_printf(r->out, "\n  %zu staple%s", sum->staples, sum->staples == 1 ? "" : "s");
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
