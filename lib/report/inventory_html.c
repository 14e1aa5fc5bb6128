/*
 * An inventory as one HTML file: counts, charts, a table that can be sorted and searched, and what
 * was not read.  Nothing is loaded from anywhere; without scripts it is still all there.
 */
#include "report/inventory.h"

#include "ground/when.h"
#include "report/inventory_chart.h"
#include "report/inventory_page.h"

#include <stdlib.h>

struct state {
	struct buf rows, others;
	size_t other_count;
	struct inventory_timeline timeline;
};

static void begin(struct report *r)
{
	r->state = calloc(1, sizeof(struct state));
	if (!r->state)
		r->out->failed = true;
}

static void add(struct buf *b, const char *s)
{
	buf_add_str(b, s);
}

/* A text from outside; isolated, as one that is written from right to left would move what
 * stands beside it. */
static void text(struct buf *b, struct span s)
{
	add(b, "<bdi>");
	text_html(b, s);
	add(b, "</bdi>");
}

/* --- rows --- */

static void findings(struct buf *b, const struct inventory_cert *c)
{
	bool any = false;

	for (size_t i = c->first; c->findings && i < c->end; i++) {
		const struct finding *f = &c->findings->v[i];

		add(b, any ? "" : "<ul>");
		any = true;
		buf_printf(b, "<li class=\"%s\">", f->waived ? "" : f->severity == SEVERITY_ERROR ? "red"
			   : f->severity == SEVERITY_WARNING ? "amber" : "");
		buf_printf(b, "%s%s: ", f->rule->id, f->waived ? " (waived)" : "");
		text(b, span_str(f->message));
		add(b, "</li>");
	}
	add(b, any ? "</ul>" : "");
}

static void places(struct buf *b, const struct inventory_cert *c)
{
	for (size_t i = 0; i < c->place_count; i++) {
		if (i == 5) {
			buf_printf(b, "<small>and %zu more</small>", c->place_count - i);
			break;
		}
		add(b, i ? "<small>" : "");
		text(b, span_str(c->places[i].source));
		buf_printf(b, "#%zu%s", c->places[i].index, i ? "</small>" : "");
	}
	for (size_t i = 0; i < c->service_count; i++) {
		struct buf t;

		buf_init(&t);
		inventory_service_text(&t, &c->services[i]);
		add(b, "<small>served by ");
		text(b, buf_span(&t));
		add(b, "</small>");
		b->failed |= t.failed;
		buf_wipe(&t);
	}
}

static void staple_cell(struct buf *b, const struct inventory_cert *c)
{
	static const char *const classes[] = {"", "green", "red"};
	static const char *const words[] = {"no", "yes", "broken"};
	enum must_staple m = cert_must_staple(c->cert);

	buf_printf(b, "<td data-label=\"Must-Staple\">");
	if (m == MUST_STAPLE_NO)
		add(b, "no");
	else
		buf_printf(b, "<span class=\"tag %s\">%s</span>", classes[m], words[m]);
	for (size_t i = 0; i < c->staple_count; i++) {
		bool good = c->staples[i].judged && strcmp(c->staples[i].judged, "good") == 0;

		buf_printf(b, "<small class=\"%s\">staple ", good ? "green" : "red");
		inventory_staple_text(b, &c->staples[i]);
		add(b, "</small>");
	}
	add(b, "</td>");
}

static void end_cell(struct buf *b, const struct inventory_cert *c)
{
	int64_t days = inventory_days(c->cert->not_after, c->now);
	char when[WHEN_TEXT_SIZE];

	if (days == INT64_MIN) {
		add(b, "<td class=\"n\" data-label=\"Days left\" data-key=\"-999999\">?</td>");
		return;
	}
	buf_printf(b, "<td class=\"n %s\" data-label=\"Days left\" data-key=\"%lld\">%lld",
		   days < 0 ? "red" : days <= 30 ? "amber" : "", (long long)days, (long long)days);
	buf_printf(b, "<small>%.10s</small></td>", when_format(c->cert->not_after, when));
}

static void row(struct buf *b, const struct inventory_cert *c)
{
	enum severity worst = inventory_worst(c);
	struct buf t;
	char key[32];

	buf_init(&t);
	buf_printf(b, "<tr><td data-label=\"State\" data-key=\"%d\"><span class=\"%s\">%s</span></td>\n",
		   9 - (int)worst, worst == SEVERITY_ERROR ? "red" : worst == SEVERITY_WARNING ? "amber" : "green",
		   worst == SEVERITY_ERROR ? "error" : worst == SEVERITY_WARNING ? "warning" : "ok");
	staple_cell(b, c);
	end_cell(b, c);
	cert_label(c->cert, &t);
	add(b, "\n<td data-label=\"Name\">");
	text(b, buf_span(&t));
	findings(b, c);
	buf_reset(&t);
	if (cert_self_issued(c->cert))
		add(&t, "(itself)");
	else
		inventory_issuer(&t, c->cert);
	add(b, "</td>\n<td data-label=\"Issuer\">");
	text(b, buf_span(&t));
	buf_printf(b, "</td><td class=\"k\" data-label=\"Key\">%s</td>\n<td data-label=\"Source\">",
		   spki_text(&c->cert->key, key));
	places(b, c);
	add(b, "<code><small>");
	text_hex(b, span_of(c->sha256, 32));
	add(b, "</small></code></td></tr>\n");
	b->failed |= t.failed;
	buf_wipe(&t);
}

static void other(struct state *s, const char *kind, const char *source, size_t index,
		  const char *what)
{
	s->other_count++;
	buf_printf(&s->others, "<tr><td>%s</td><td>", kind);
	text(&s->others, span_str(source));
	if (index != SIZE_MAX)
		buf_printf(&s->others, "#%zu", index);
	add(&s->others, "</td><td>");
	text(&s->others, span_str(what));
	add(&s->others, "</td></tr>\n");
}

static void item(struct report *r, const void *what)
{
	const struct inventory_item *i = what;
	struct state *s = r->state;

	if (!s)
		return;
	switch (i->kind) {
	case INVENTORY_CERT:
		inventory_timeline_count(&s->timeline, i->u.cert);
		row(&s->rows, i->u.cert);
		return;
	case INVENTORY_REQUEST:
		other(s, "request", i->u.request->place.source, i->u.request->place.index,
		      csr_must_staple(i->u.request->csr) == MUST_STAPLE_YES ? "asks for Must-Staple"
									    : "does not ask for Must-Staple");
		return;
	case INVENTORY_RESPONSE:
		other(s, "staple", i->u.response->place.source, i->u.response->place.index,
		      ocsp_response_status_text(i->u.response->response->status));
		return;
	default:
		if (!i->u.problem->note || r->verbose)
			other(s, i->u.problem->note ? "note" : "problem", i->u.problem->source,
			      i->u.problem->index, i->u.problem->reason);
	}
}

static void card(struct buf *b, size_t n, const char *class, const char *name)
{
	buf_printf(b, "<div class=\"card\"><b class=\"%s\">%zu</b><span>%s</span></div>\n",
		   n ? class : "", n, name);
}

static void head(struct report *r, const struct inventory_summary *sum)
{
	struct buf *b = r->out;
	char at[WHEN_TEXT_SIZE];

	add(b, "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
	       /* Whatever stood in a value: nothing is loaded, and nothing is sent. */
	       "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	       "style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n"
	       "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
	       "<title>Certificates and Must-Staple</title>\n<style>\n");
	add(b, inventory_style);
	buf_printf(b, "</style></head><body><main>\n<h1>Certificates and Must-Staple</h1>\n"
		   "<p class=\"meta\">As of %s, by %s %s. Read:", when_format(r->at, at), r->tool, r->version);
	for (const char *const *root = sum->roots; root && *root; root++) {
		add(b, " ");
		text(b, span_str(*root));
	}
	add(b, "</p>\n<div class=\"cards\">\n");
	card(b, sum->distinct, "", "certificates");
	card(b, sum->must_staple, "green", "must staple");
	card(b, sum->malformed, "red", "broken extension");
	card(b, sum->errors, "red", "with errors");
	card(b, sum->warnings, "amber", "with warnings");
	card(b, sum->expired, "red", "have ended");
	card(b, sum->expires_30d, "amber", "end within 30 days");
	card(b, sum->problems, "red", "could not be read");
	add(b, "</div>\n");
}

static void issuers(struct buf *b, const struct inventory_summary *sum)
{
	add(b, "<h2>Issuers</h2>\n<div class=\"wrap\"><table><thead><tr><th scope=\"col\">Certificates</th>"
	       "<th scope=\"col\">Must staple</th><th scope=\"col\">Issuer</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < sum->ca_count && i < 20; i++) {
		buf_printf(b, "<tr><td class=\"n\">%zu</td><td class=\"n\">%zu</td><td>", sum->cas[i].n,
			   sum->cas[i].must_staple);
		text(b, span_str(sum->cas[i].name));
		add(b, "</td></tr>\n");
	}
	if (sum->ca_count > 20)
		buf_printf(b, "<tr><td></td><td></td><td>and %zu more</td></tr>\n", sum->ca_count - 20);
	add(b, "</tbody></table></div>\n");
}

static void end(struct report *r, enum verdict verdict, const void *summary)
{
	const struct inventory_summary *sum = summary;
	struct state *s = r->state;
	struct buf *b = r->out;

	(void)verdict;
	if (!s)
		return;
	head(r, sum);
	add(b, "<h2>At a glance</h2>\n<div class=\"charts\">\n");
	inventory_timeline_draw(&s->timeline, r);
	inventory_states_draw(sum, r);
	add(b, "</div>\n<h2>Certificates</h2>\n<div class=\"tools\" hidden><label for=\"q\">Search</label>"
	       "<input id=\"q\" type=\"search\" autocomplete=\"off\"><span id=\"shown\" role=\"status\"></span>"
	       "</div>\n<div class=\"wrap\"><table id=\"certs\"><thead><tr>");
	add(b, "<th scope=\"col\">State</th><th scope=\"col\">Must-Staple</th><th scope=\"col\" class=\"n\">Days left</th>"
	       "<th scope=\"col\">Name</th><th scope=\"col\">Issuer</th><th scope=\"col\">Key</th>"
	       "<th scope=\"col\">Source</th></tr></thead><tbody>\n");
	buf_add(b, buf_span(&s->rows));
	add(b, "</tbody></table></div>\n");
	issuers(b, sum);
	if (s->other_count > 0) {
		add(b, "<h2>Requests, staples, and what was not read</h2>\n<div class=\"wrap\"><table><thead>"
		       "<tr><th scope=\"col\">Kind</th><th scope=\"col\">Source</th><th scope=\"col\">What</th>"
		       "</tr></thead><tbody>\n");
		buf_add(b, buf_span(&s->others));
		add(b, "</tbody></table></div>\n");
	}
	add(b, "</main>\n<script>\n");
	add(b, inventory_script);
	add(b, "</script></body></html>\n");
	b->failed |= s->rows.failed || s->others.failed;
	buf_wipe(&s->rows);
	buf_wipe(&s->others);
	free(s);
	r->state = NULL;
}

const struct report_writer report_inventory_html = {"inventory", "html", begin, item, end};
