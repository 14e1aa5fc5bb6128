/*
 * An inventory as CSV (RFC 4180) for spreadsheets: a byte order mark, so that they take it for
 * UTF-8, CRLF line ends, and nothing that they would take for a formula.  A problem is a row too.
 */
#include "report/inventory.h"

static void field(struct report *r, struct span s, bool ours)
{
	buf_add_byte(r->out, ',');
	if (ours)
		buf_add(r->out, s); /* a word or number that we made */
	else
		text_csv(r->out, s);
}

static const struct inventory_column *const *chosen(const struct report *r)
{
	return r->choose;
}

static void begin(struct report *r)
{
	buf_add_str(r->out, "\xef\xbb\xbf" "type");
	if (chosen(r)) {
		for (const struct inventory_column *const *c = chosen(r); *c; c++)
			field(r, span_str((*c)->title), true);
	} else {
		for (const struct inventory_column *c = inventory_columns; c->title; c++)
			field(r, span_str(c->title), true);
	}
	buf_add_str(r->out, ",reason\r\n");
}

static void value(struct report *r, const struct inventory_column *c, const struct inventory_cert *x)
{
	struct buf b;

	buf_init(&b);
	c->write(&b, x);
	field(r, buf_span(&b), c->ours);
	r->out->failed |= b.failed;
	buf_wipe(&b);
}

static void write_cert(struct report *r, const struct inventory_cert *x)
{
	buf_add_str(r->out, "certificate");
	if (chosen(r)) {
		for (const struct inventory_column *const *c = chosen(r); *c; c++)
			value(r, *c, x);
	} else {
		for (const struct inventory_column *c = inventory_columns; c->title; c++)
			value(r, c, x);
	}
	buf_add_str(r->out, ",\r\n");
}

/* What a row of another kind has in a column: source, index, must_staple; else nothing. */
static void other_value(struct report *r, const char *title, const struct inventory_place *p,
			const char *must_staple)
{
	struct buf b;

	buf_init(&b);
	if (strcmp(title, "source") == 0)
		field(r, span_str(p->source), false);
	else if (strcmp(title, "index") == 0 && p->index != SIZE_MAX) {
		buf_printf(&b, "%zu", p->index);
		field(r, buf_span(&b), true);
	} else if (strcmp(title, "must_staple") == 0 && must_staple)
		field(r, span_str(must_staple), true);
	else
		field(r, span_str(""), true);
	buf_wipe(&b);
}

static void write_other(struct report *r, const char *type, const struct inventory_place *p,
			const char *must_staple, const char *reason)
{
	buf_add_str(r->out, type);
	if (chosen(r)) {
		for (const struct inventory_column *const *c = chosen(r); *c; c++)
			other_value(r, (*c)->title, p, must_staple);
	} else {
		for (const struct inventory_column *c = inventory_columns; c->title; c++)
			other_value(r, c->title, p, must_staple);
	}
	field(r, span_str(reason), false);
	buf_add_str(r->out, "\r\n");
}

static void item(struct report *r, const void *what)
{
	const struct inventory_item *i = what;

	if (i->kind == INVENTORY_CERT) {
		write_cert(r, i->u.cert);
	} else if (i->kind == INVENTORY_REQUEST) {
		write_other(r, "request", &i->u.request->place,
			    must_staple_text(csr_must_staple(i->u.request->csr)), "");
	} else if (i->kind == INVENTORY_RESPONSE) {
		write_other(r, "staple", &i->u.response->place, NULL,
			    ocsp_response_status_text(i->u.response->response->status));
	} else {
		struct inventory_place p = {.source = i->u.problem->source, .index = i->u.problem->index};

		write_other(r, i->u.problem->note ? "note" : "problem", &p, NULL, i->u.problem->reason);
	}
}

static void end(struct report *r, enum verdict verdict, const void *summary)
{
	(void)r;
	(void)verdict;
	(void)summary;
}

const struct report_writer report_inventory_csv = {"inventory", "csv", begin, item, end};
