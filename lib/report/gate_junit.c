/* The gate as JUnit XML, as CI servers show it: a suite a target, a case a path. */
#include "report/gate.h"
#include "report/report.h"

/* XML 1.0 has no control characters at all, so they are made visible first. */
static void xml(struct report *r, const char *text)
{
	struct buf safe;

	buf_init(&safe);
	text_terminal(&safe, span_str(text));
	text_html(r->out, buf_span(&safe));
	buf_wipe(&safe);
}

static void begin(struct report *r)
{
	buf_add_str(r->out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"staple-gate\">\n");
}

static void open_case(struct report *r, const struct gate_result *g, const char *name, int64_t ms)
{
	buf_add_str(r->out, "    <testcase classname=\"");
	xml(r, g->target);
	buf_add_str(r->out, "\" name=\"");
	xml(r, name);
	buf_printf(r->out, "\" time=\"%lld.%03lld\"", (long long)(ms / 1000), (long long)(ms % 1000));
}

static bool counts(const struct finding *x, enum verdict v)
{
	return !x->waived && x->severity == SEVERITY_ERROR && x->rule->unchecked == (v == VERDICT_UNKNOWN);
}

static void write_text(struct report *r, const struct findings *f)
{
	for (size_t i = 0; i < f->n; i++) {
		xml(r, severity_text(f->v[i].severity));
		buf_add_str(r->out, " ");
		xml(r, f->v[i].rule->id);
		buf_add_str(r->out, ": ");
		xml(r, f->v[i].message);
		if (f->v[i].hint && f->v[i].severity > SEVERITY_INFO) {
			buf_add_str(r->out, "\n  ");
			xml(r, f->v[i].hint);
		}
		buf_add_byte(r->out, '\n');
	}
}

/* <failure> for what does not hold, <error> for what could not be checked. */
static void write_case(struct report *r, const struct findings *f, enum verdict v)
{
	const char *element = v == VERDICT_FAIL ? "failure" : "error";
	const struct finding *first = NULL;

	for (size_t i = 0; i < f->n && !first; i++)
		if (counts(&f->v[i], v))
			first = &f->v[i];
	if (v == VERDICT_PASS || !first) {
		buf_add_str(r->out, "/>\n");
		return;
	}
	buf_printf(r->out, ">\n      <%s type=\"%s\" message=\"", element, first->rule->id);
	xml(r, first->message);
	buf_add_str(r->out, "\">");
	write_text(r, f);
	buf_printf(r->out, "</%s>\n    </testcase>\n", element);
}

static void item(struct report *r, const void *what)
{
	const struct gate_result *g = what;
	enum verdict own = findings_verdict(&g->findings, 0);
	size_t failures = own == VERDICT_FAIL, errors = own == VERDICT_UNKNOWN;
	struct buf name;

	for (size_t i = 0; i < g->path_count; i++) {
		failures += g->paths[i].verdict == VERDICT_FAIL;
		errors += g->paths[i].verdict == VERDICT_UNKNOWN;
	}
	buf_add_str(r->out, "  <testsuite name=\"");
	xml(r, g->target);
	buf_printf(r->out, "\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\">\n",
		   g->path_count + g->not_served_count + 1, failures, errors, g->not_served_count);
	for (size_t i = 0; i < g->path_count; i++) {
		buf_init(&name);
		gate_path_text(&name, &g->paths[i]);
		open_case(r, g, buf_cstr(&name), g->paths[i].elapsed_ms);
		write_case(r, &g->paths[i].findings, g->paths[i].verdict);
		buf_wipe(&name);
	}
	for (size_t i = 0; i < g->not_served_count; i++) {
		const struct gate_not_served *n = &g->not_served[i];

		buf_init(&name);
		buf_printf(&name, "%s TLS %s %s%s%s", n->address, path_tls_text(n->tls), gate_key_text(n->key),
			   n->sni[0] ? " sni " : "", n->sni);
		open_case(r, g, buf_cstr(&name), 0);
		buf_add_str(r->out, ">\n      <skipped message=\"not served: ");
		xml(r, n->reason ? n->reason : "");
		buf_add_str(r->out, "\"/>\n    </testcase>\n");
		buf_wipe(&name);
	}
	open_case(r, g, "as a whole", 0);
	write_case(r, &g->findings, own);
	buf_add_str(r->out, "  </testsuite>\n");
}

static void end(struct report *r, enum verdict verdict, const void *summary)
{
	(void)verdict;
	(void)summary;
	buf_add_str(r->out, "</testsuites>\n");
}

const struct report_writer report_gate_junit = {"gate", "junit", begin, item, end};
