/* The gate's verdict for people: a table of the paths, what was found, what clients do, the verdict. */
#include "report/gate.h"
#include "report/report.h"

#include "ground/when.h"

static enum report_color color_of(enum verdict v)
{
	return v == VERDICT_PASS ? REPORT_GREEN : v == VERDICT_FAIL ? REPORT_RED : REPORT_YELLOW;
}

/* --- the table: equal rounds are one row --- */

/* Equal but for who signed it when: as one reads it. */
static bool same_staple(const struct gate_staple *a, const struct gate_staple *b)
{
	if (a == b || !a || !b)
		return a == b;
	if (a->result.state != b->result.state || a->result.dark_at != b->result.dark_at ||
	    a->findings.n != b->findings.n)
		return false;
	for (size_t i = 0; i < a->findings.n; i++)
		if (a->findings.v[i].rule != b->findings.v[i].rule)
			return false;
	return true;
}

static bool same_row(const struct gate_path *a, const struct gate_path *b)
{
	return a->address == b->address && strcmp(a->sni, b->sni) == 0 && a->tls == b->tls &&
	       a->key == b->key && a->outcome == b->outcome && a->stapled == b->stapled &&
	       same_staple(a->staple, b->staple) && a->chain == b->chain &&
	       a->verdict == b->verdict && a->first_after_start == b->first_after_start &&
	       (a->reason == b->reason || (a->reason && b->reason && strcmp(a->reason, b->reason) == 0));
}

static void write_state(struct report *r, const struct gate_path *p, struct buf *b)
{
	char until[WHEN_TEXT_SIZE], left[WHEN_DURATION_SIZE];
	const struct staple_result *s;

	if (p->outcome != PATH_SERVED) {
		buf_printf(b, "%s: %s", path_outcome_text(p->outcome), p->reason ? p->reason : "");
		return;
	}
	if (!p->stapled) {
		buf_add_str(b, p->chain->readable &&
			    cert_must_staple(&p->chain->certs.v[0]) == MUST_STAPLE_YES
				    ? "none, and the certificate is Must-Staple" : "none");
		return;
	}
	if (!p->staple) {
		buf_add_str(b, "not checked");
		return;
	}
	s = &p->staple->result;
	if (s->state == STAPLE_GOOD) {
		buf_add_str(b, "good");
		if (s->dark_at != WHEN_NONE)
			buf_printf(b, " until %s (%s left)", when_format(s->dark_at, until),
				   when_duration_human(s->dark_at - r->at, left));
		return;
	}
	buf_add_str(b, "BAD");
	for (size_t i = 0; i < p->staple->findings.n; i++)
		if (p->staple->findings.v[i].severity == SEVERITY_ERROR)
			buf_printf(b, " %s", p->staple->findings.v[i].rule->id);
}

static bool is_first(const struct gate_result *g, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (same_row(&g->paths[k], &g->paths[i]))
			return false;
	return true;
}

/* "1-3", "2", "1,3" */
static void write_rounds(struct buf *b, const struct gate_result *g, const struct gate_path *like,
			 size_t *rows)
{
	unsigned max = 0;
	bool first = true;

	*rows = 0;
	for (size_t i = 0; i < g->path_count; i++)
		if (same_row(&g->paths[i], like)) {
			++*rows;
			max = g->paths[i].round > max ? g->paths[i].round : max;
		}
	for (unsigned n = 1, from = 0; n <= max + 1; n++) {
		bool in = false;

		for (size_t i = 0; n <= max && i < g->path_count && !in; i++)
			in = g->paths[i].round == n && same_row(&g->paths[i], like);
		if (in && !from)
			from = n;
		if (in || !from)
			continue;
		buf_printf(b, from == n - 1 ? "%s%u" : "%s%u-%u", first ? "" : ",", from, n - 1);
		first = false;
		from = 0;
	}
}

struct widths {
	size_t address, sni, rounds;
};

static struct widths measure(const struct gate_result *g)
{
	struct widths w = {7, 0, 6};
	const char *sni = g->path_count ? g->paths[0].sni : "";
	bool several = false;

	for (size_t i = 0; i < g->path_count; i++) {
		size_t n = strlen(g->paths[i].address), m = strlen(g->paths[i].sni);

		several = several || strcmp(sni, g->paths[i].sni) != 0;
		w.address = n > w.address ? n : w.address;
		w.sni = m > w.sni ? m : w.sni;
	}
	if (!several)
		w.sni = 0;
	else if (w.sni < 6)
		w.sni = 6;
	return w;
}

static void write_row(struct report *r, const struct gate_result *g, const struct gate_path *p,
		      const struct widths *w)
{
	struct buf rounds, state;
	size_t rows;

	buf_init(&rounds);
	buf_init(&state);
	write_rounds(&rounds, g, p, &rows);
	write_state(r, p, &state);
	buf_add_str(r->out, "  ");
	text_column(r->out, span_str(p->address), w->address, true);
	buf_printf(r->out, "  %-3s  %-5s  ", path_tls_text(p->tls), gate_key_text(p->key));
	if (w->sni) {
		text_column(r->out, span_str(p->sni[0] ? p->sni : "(none)"), w->sni, true);
		buf_add_str(r->out, "  ");
	}
	text_column(r->out, buf_span(&rounds), w->rounds, true);
	buf_add_str(r->out, "  ");
	report_color(r, color_of(p->verdict));
	text_terminal(r->out, buf_span(&state));
	if (p->first_after_start)
		buf_add_str(r->out, " (first handshake after the start)");
	report_color(r, REPORT_PLAIN);
	buf_add_byte(r->out, '\n');
	buf_wipe(&rounds);
	buf_wipe(&state);
}

static void write_table(struct report *r, const struct gate_result *g)
{
	struct widths w = measure(g);

	if (g->path_count == 0)
		return;
	report_color(r, REPORT_DIM);
	buf_printf(r->out, "  %-*s  TLS  key    ", (int)w.address, "address");
	if (w.sni)
		buf_printf(r->out, "%-*s  ", (int)w.sni, "sni");
	buf_printf(r->out, "%-*s  staple\n", (int)w.rounds, "rounds");
	report_color(r, REPORT_PLAIN);
	for (size_t i = 0; i < g->path_count; i++)
		if (is_first(g, i))
			write_row(r, g, &g->paths[i], &w);
}

/* --- findings: the same one on many paths is told once --- */

static void write_findings(struct report *r, const struct gate_result *g)
{
	struct findings all;

	findings_init(&all, NULL, r->at);
	for (size_t i = 0; i <= g->path_count; i++) {
		const struct findings *f = i < g->path_count ? &g->paths[i].findings : &g->findings;

		for (size_t k = 0; k < f->n; k++) {
			const struct finding *x = &f->v[k];
			bool known = false;

			for (size_t m = 0; m < all.n && !known; m++)
				known = all.v[m].rule == x->rule &&
					strcmp(all.v[m].message, x->message) == 0;
			if (known || (x->severity == SEVERITY_INFO && r->verbose == 0 &&
				      strncmp(x->rule->id, "candidate.", 10) != 0))
				continue;
			findings_add_copy(&all, x, x->subject);
			if (!all.failed)
				all.v[all.n - 1].waived = x->waived;
		}
	}
	r->out->failed = r->out->failed || all.failed; /* one is missing */
	report_text_findings(r, &all, 0, all.n);
	findings_wipe(&all);
}

#define CLIENT_REASON 22 /* where it begins: behind the client and its answer */

static void write_clients(struct report *r, const struct gate_result *g)
{
	struct buf why;

	if (!g->clients_known || (g->verdict == VERDICT_PASS && r->verbose == 0))
		return;
	buf_init(&why);
	buf_add_str(r->out, "  clients on the worst path:\n");
	for (size_t i = 0; i < CLIENT_COUNT; i++) {
		const struct client_row *c = &g->clients[i], *up = &g->clients_up[i];

		buf_printf(r->out, "    %-8s ", c->client);
		report_color(r, c->answer == CLIENT_REFUSES ? REPORT_RED : REPORT_PLAIN);
		buf_printf(r->out, "%-7s", client_answer_text(c->answer));
		report_color(r, REPORT_PLAIN);
		buf_add_str(r->out, "  ");
		buf_reset(&why);
		buf_add_str(&why, c->reason);
		if (up->answer != c->answer)
			buf_printf(&why, " (responder up: %s: %s)", client_answer_text(up->answer), up->reason);
		r->out->failed |= why.failed;
		report_text_wrap(r, CLIENT_REASON, CLIENT_REASON, buf_span(&why));
		buf_add_byte(r->out, '\n');
	}
	buf_wipe(&why);
}

static void write_verdict(struct report *r, const struct gate_result *g)
{
	char until[WHEN_TEXT_SIZE], left[WHEN_DURATION_SIZE];
	static const char *const word[] = {"PASS", "UNKNOWN", "FAIL"};
	struct buf b;

	report_color(r, color_of(g->verdict));
	buf_printf(r->out, "%s", word[g->verdict]);
	report_color(r, REPORT_PLAIN);
	buf_add_byte(r->out, ' ');
	buf_init(&b);
	buf_add_str(&b, g->target);
	if (g->cell != GATE_UNKNOWN)
		buf_printf(&b, ": %s (score %d)", gate_cell_text(g->cell), (int)g->cell);
	buf_printf(&b, ", %zu path%s", g->path_count, g->path_count == 1 ? "" : "s");
	if (g->dark_at != WHEN_NONE)
		buf_printf(&b, ", dark in %s (%s) if nothing refreshes",
			   when_duration_human(g->dark_at - r->at, left), when_format(g->dark_at, until));
	r->out->failed |= b.failed;
	report_text_wrap(r, strlen(word[g->verdict]) + 1, 5, buf_span(&b));
	buf_add_byte(r->out, '\n');
	buf_wipe(&b);
}

static void begin(struct report *r)
{
	(void)r;
}

static void item(struct report *r, const void *what)
{
	const struct gate_result *g = what;

	if (r->quiet)
		return;
	if (r->items++ > 0)
		buf_add_byte(r->out, '\n');
	report_color(r, REPORT_BOLD);
	text_terminal(r->out, span_str(g->target));
	report_color(r, REPORT_PLAIN);
	if (strcmp(g->protocol, "tls") != 0)
		buf_printf(r->out, " (STARTTLS %s)", g->protocol);
	if (g->server) {
		buf_add_str(r->out, "  ");
		text_terminal(r->out, span_str(g->server));
	}
	buf_add_byte(r->out, '\n');
	write_table(r, g);
	write_findings(r, g);
	write_clients(r, g);
	write_verdict(r, g);
}

static void end(struct report *r, enum verdict verdict, const void *what)
{
	const struct gate_summary *s = what;

	if (r->quiet)
		return;
	if (s->targets != 1) {
		buf_printf(r->out, "\n%zu targets: %zu pass, %zu fail, %zu unknown\n", s->targets, s->passed,
			   s->failed, s->unknown);
	}
	if (r->verbose)
		buf_printf(r->out, "%zu handshakes, %zu staples verified\n", s->paths, s->staples_verified);
	(void)verdict;
}

const struct report_writer report_gate_text = {"gate", "text", begin, item, end};
