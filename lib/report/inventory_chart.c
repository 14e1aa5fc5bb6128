#include "report/inventory_chart.h"

#include "ground/when.h"

static int month_of(int64_t t)
{
	int y, m, d;

	when_civil(t, &y, &m, &d);
	return y * 12 + m - 1;
}

void inventory_timeline_count(struct inventory_timeline *s, const struct inventory_cert *c)
{
	int month;

	if (c->cert->not_after == WHEN_NONE)
		return;
	if (c->cert->not_after < c->now) {
		s->expired++;
		return;
	}
	month = month_of(c->cert->not_after) - month_of(c->now);
	if (month >= INVENTORY_MONTHS) {
		s->later++;
		return;
	}
	s->ends[month]++;
	s->staple[month] += cert_must_staple(c->cert) != MUST_STAPLE_NO;
}

void inventory_timeline_draw(const struct inventory_timeline *s, struct report *r)
{
	struct buf *b = r->out;
	size_t most = 1;
	int first = month_of(r->at);

	for (int i = 0; i < INVENTORY_MONTHS; i++)
		if (s->ends[i] > most)
			most = s->ends[i];
	buf_add_str(b, "<figure><figcaption>Certificates by the month they end in</figcaption>\n"
	       "<svg viewBox=\"0 0 640 190\" role=\"img\" aria-labelledby=\"tl\"><title id=\"tl\">");
	buf_printf(b, "%zu have ended, %zu end later than in %d months</title>\n", s->expired, s->later,
		   INVENTORY_MONTHS);
	for (int i = 0; i < INVENTORY_MONTHS; i++) {
		size_t h = s->ends[i] * 130 / most, hs = s->staple[i] * 130 / most;
		int month = first + i;

		if (s->ends[i] > 0 && h < 2)
			h = 2;
		buf_printf(b, "<g><title>%04d-%02d: %zu, of them %zu must staple</title>"
			   "<rect x=\"%d\" y=\"%zu\" width=\"20\" height=\"%zu\" class=\"%s\"/>",
			   month / 12, month % 12 + 1, s->ends[i], s->staple[i], 8 + i * 26, 150 - h,
			   s->ends[i] ? h : 1, s->ends[i] ? i < 1 ? "red" : i < 3 ? "amber" : "blue" : "dim");
		if (hs > 0)
			buf_printf(b, "<rect x=\"%d\" y=\"%zu\" width=\"6\" height=\"%zu\" class=\"green\"/>",
				   8 + i * 26, 150 - hs, hs);
		if (s->ends[i] > 0)
			buf_printf(b, "<text x=\"%d\" y=\"%zu\" text-anchor=\"middle\">%zu</text>",
				   18 + i * 26, 145 - h, s->ends[i]);
		if (i % 3 == 0)
			buf_printf(b, "<text x=\"%d\" y=\"166\" text-anchor=\"middle\">%04d-%02d</text>",
				   18 + i * 26 + (i == 0 ? 4 : 0), month / 12, month % 12 + 1);
		buf_add_str(b, "</g>\n");
	}
	buf_printf(b, "<text x=\"8\" y=\"184\">ended already: %zu; later: %zu; the narrow bar: those that "
		   "must staple</text></svg></figure>\n", s->expired, s->later);
}

static void bar(struct buf *b, int y, const char *class, const char *name, size_t n, size_t of)
{
	size_t w = of ? n * 300 / of : 0;

	buf_printf(b, "<text x=\"0\" y=\"%d\">%s: %zu</text>"
		   "<rect x=\"0\" y=\"%d\" width=\"300\" height=\"10\" class=\"dim\"/>"
		   "<rect x=\"0\" y=\"%d\" width=\"%zu\" height=\"10\" class=\"%s\"/>\n", y, name, n,
		   y + 6, y + 6, n && w < 2 ? 2 : w, class);
}

void inventory_states_draw(const struct inventory_summary *sum, struct report *r)
{
	struct buf *b = r->out;
	size_t sound = sum->distinct - sum->errors - sum->warnings;

	buf_add_str(b, "<figure><figcaption>State</figcaption>\n<svg viewBox=\"0 0 300 185\" role=\"img\" "
	       "aria-labelledby=\"st\"><title id=\"st\">Certificates by state</title>\n");
	bar(b, 12, "red", "with errors", sum->errors, sum->distinct);
	bar(b, 48, "amber", "with warnings only", sum->warnings, sum->distinct);
	bar(b, 84, "green", "without either", sound, sum->distinct);
	bar(b, 120, "blue", "must staple", sum->must_staple, sum->distinct);
	bar(b, 156, "red", "broken extension", sum->malformed, sum->distinct);
	buf_add_str(b, "</svg></figure>\n");
}
