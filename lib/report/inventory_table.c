#include "report/inventory_table.h"

#include <stdio.h>

enum column { COLUMN_STATE, COLUMN_STAPLE, COLUMN_LEFT, COLUMN_NAME, COLUMN_KEY, COLUMN_ISSUER,
	      COLUMN_SOURCE, COLUMN_COUNT };
_Static_assert(COLUMN_COUNT == INVENTORY_TABLE_COLUMNS, "one width for each");

/* A column: its title, the least width, its share of what is left, and from which terminal width
 * on it is there. */
static const struct {
	const char *title;
	size_t least, share; /* in percent; 0: it does not grow */
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

static void lay_out(const struct report *r, struct inventory_table *t)
{
	size_t used = 0, total = r->columns > 60 ? r->columns : 60;

	for (int i = 0; i < COLUMN_COUNT; i++)
		if (total >= columns[i].from) {
			t->width[i] = columns[i].least;
			used += columns[i].least + (i > 0);
		}
	for (int i = 0; i < COLUMN_COUNT && used < total; i++)
		if (t->width[i])
			t->width[i] += (total - used) * columns[i].share / 100;
}

/* Less than a few letters say nothing. */
#define CUT_LEAST 8

/* The columns of --columns share what is left evenly. */
static void lay_out_chosen(const struct report *r, struct inventory_table *t)
{
	size_t used = 0, n = 0, fixed = 0, total = r->columns > 60 ? r->columns : 60;

	for (; n < 64 && t->chosen[n]; n++) {
		t->chosen_width[n] = t->chosen[n]->least;
		used += t->chosen[n]->least + (n > 0);
		fixed += (t->chosen[n]->ours ? t->chosen[n]->least : 0) + (n > 0);
	}
	/* Too many: the texts from outside are cut shorter, what we made is never. */
	for (size_t i = 0; i < n && used > total && total > fixed; i++) {
		size_t width = t->chosen[i]->least * (total - fixed) / (used - fixed);

		if (!t->chosen[i]->ours)
			t->chosen_width[i] = width > CUT_LEAST ? width : CUT_LEAST;
	}
	for (size_t i = 0; i < n && used < total; i++)
		t->chosen_width[i] += (total - used) / n;
}

static void chosen_row(struct report *r, struct inventory_table *t, const struct inventory_cert *c)
{
	struct buf b;

	buf_init(&b);
	for (size_t i = 0; t->chosen[i]; i++) {
		buf_reset(&b);
		if (c)
			t->chosen[i]->write(&b, c);
		if (i > 0)
			buf_add_byte(r->out, ' ');
		text_column(r->out, c ? buf_span(&b) : span_str(t->chosen[i]->title), t->chosen_width[i],
			    t->chosen[i + 1] != NULL);
	}
	buf_add_byte(r->out, '\n');
	r->out->failed |= b.failed;
	buf_wipe(&b);
}

void inventory_table_begin(struct inventory_table *t, const struct report *r)
{
	t->chosen = r->choose;
	if (t->chosen)
		lay_out_chosen(r, t);
	else
		lay_out(r, t);
}

static void title(struct report *r, struct inventory_table *t)
{
	report_color(r, REPORT_BOLD);
	for (int i = 0; i < COLUMN_COUNT; i++) {
		if (!t->width[i])
			continue;
		if (i > 0)
			buf_add_byte(r->out, ' ');
		if (i == COLUMN_LEFT) /* as its numbers */
			buf_printf(r->out, "%*s", (int)t->width[i], columns[i].title);
		else
			text_column(r->out, span_str(columns[i].title), t->width[i], i + 1 < COLUMN_COUNT);
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

void inventory_table_row(struct inventory_table *t, struct report *r, const struct inventory_cert *c)
{
	if (t->chosen) {
		if (t->rows++ == 0)
			chosen_row(r, t, NULL);
		chosen_row(r, t, c);
		return;
	}
	if (t->rows++ == 0)
		title(r, t);
	for (int i = 0; i < COLUMN_COUNT; i++) {
		if (!t->width[i])
			continue;
		if (i > 0)
			buf_add_byte(r->out, ' ');
		add_column(r, c, i, t->width[i]);
	}
	buf_add_byte(r->out, '\n');
}
