/* One round of staple-fetch: certificates refreshed, reported, and the server told. */
#include "tools/fetch.h"

#include "ground/file.h"
#include "task/deliver.h"

#include <unistd.h>

#define STATUS_TEMPFAIL 75 /* EX_TEMPFAIL of sysexits(3) */

static void tell_attempt(void *context, const char *text)
{
	const struct tool_run *run = context;

	if (run->verbose)
		tool_note(run, "%s", text);
}

/* --- the server is told --- */

static int push_haproxy(struct tool_run *run, const char *socket, const struct report_fetch *items,
			size_t n)
{
	int status = STATUS_HOLDS;
	struct err e;

	for (size_t i = 0; i < n; i++) {
		if (items[i].outcome != FETCH_REPLACED)
			continue;
		if (deliver_haproxy(socket, items[i].staple, run->timeout_ms, &e) != 0) {
			tool_fail(run, &e);
			status = STATUS_UNCHECKED;
		}
	}
	return status;
}

static int deliver(struct tool_run *run, const struct fetch_words *words, const struct refresh *r)
{
	const char *const *changed;
	const struct report_fetch *items;
	size_t n, changed_count;
	int status = STATUS_HOLDS;
	struct err e;

	items = refresh_items(r, &n);
	changed = refresh_changed(r, &changed_count);
	if (changed_count == 0)
		return STATUS_HOLDS;
	if (words->haproxy)
		status = push_haproxy(run, words->haproxy, items, n);
	tool_flush(run); /* before what the hook itself writes */
	if (words->hook && deliver_hook(words->hook, changed, changed_count, &e) != 0) {
		tool_fail(run, &e);
		status = STATUS_UNCHECKED;
	}
	return status;
}

/* --- the report --- */

/* Loud, whatever the format is. */
static void warn_of_revoked(const struct tool_run *run, const struct report_fetch *x)
{
	for (size_t i = x->first; i < x->end; i++)
		if (strcmp(x->findings->v[i].rule->id, "staple.revoked") == 0 ||
		    strcmp(x->findings->v[i].rule->id, "fetch.goes-dark") == 0)
			tool_error(run, "%s: %s", x->source, x->findings->v[i].message);
}

static enum verdict write_items(struct tool_run *run, const struct refresh *r)
{
	struct report report = tool_report(run, "fetch");
	struct report_fetch_summary summary = {.findings = refresh_findings(r)};
	enum verdict all = VERDICT_PASS;

	summary.items = refresh_items(r, &summary.n);
	report.writer->begin(&report);
	for (size_t i = 0; i < summary.n; i++) {
		report.writer->item(&report, &summary.items[i]);
		warn_of_revoked(run, &summary.items[i]);
		all = verdict_worst(all, summary.items[i].verdict);
	}
	report.writer->end(&report, all, &summary);
	return all;
}

/* Standard output is the staple's. */
static void write_aside(struct tool_run *run)
{
	struct err e;

	if (file_write_fd(STDERR_FILENO, "standard error", buf_span(&run->out), &e) != 0)
		tool_fail(run, &e);
	buf_reset(&run->out);
}

/* --- a round --- */

static int refuse(const struct tool_run *run, const struct err *e)
{
	tool_fail(run, e);
	return STATUS_UNCHECKED;
}

static int run_round(struct tool_run *run, const struct refresh_options *o, struct refresh *r,
		     const char *const *args, size_t n, struct fetch_round *out)
{
	struct err e;
	size_t count;
	int status;

	for (size_t i = 0; i < n; i++)
		if (refresh_add(r, args[i], &e) != 0)
			return refuse(run, &e);
	if (refresh_run(r, &e) != 0)
		return refuse(run, &e);
	refresh_items(r, &count);
	if (count == 0) {
		tool_error(run, "%s: no certificate that could be stapled", args[0]);
		return STATUS_UNCHECKED;
	}
	out->next = refresh_next(r);
	out->count = count;
	status = tool_status_of(write_items(run, r));
	if (o->out_stream && !run->output)
		write_aside(run);
	if (out->words->tempfail && status == STATUS_UNCHECKED && refresh_unanswered(r))
		status = STATUS_TEMPFAIL;
	if (o->check)
		return status;
	return deliver(run, out->words, r) == STATUS_HOLDS || status == STATUS_FAILS ? status : STATUS_UNCHECKED;
}

/* Everything is read anew in each round: certificates are renewed meanwhile. */
int fetch_round(struct tool_run *run, const char *const *args, size_t n, struct fetch_round *out)
{
	const struct fetch_words *words = out->words;
	struct refresh_options o;
	struct cert_list issuers;
	struct refresh *r = NULL;
	struct err e;
	int status = fetch_options_read(run, &o);

	if (status != STATUS_HOLDS)
		return status;
	cert_list_init(&issuers);
	o.given = &issuers;
	o.note = tell_attempt;
	o.note_context = run;
	o.limits.tick = out->tick;
	if ((words->issuer && cert_list_add_file(&issuers, words->issuer, &e) != 0) ||
	    (run->chain && cert_list_add_file(&issuers, run->chain, &e) != 0) ||
	    refresh_new(&r, &o, &e) != 0)
		status = refuse(run, &e);
	else
		status = run_round(run, &o, r, args, n, out);
	refresh_free(r);
	cert_list_wipe(&issuers);
	return status;
}
