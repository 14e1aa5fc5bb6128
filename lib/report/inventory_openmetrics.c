/*
 * An inventory as OpenMetrics, for node_exporter's textfile collector.  A series for each
 * certificate that must staple or is in trouble or ends within ninety days; all others are in
 * the counts.
 */
#include "report/inventory.h"

#include "ground/when.h"

#include <stdlib.h>

#define SOON (90 * 86400)

struct state {
	struct buf ends, findings;
};

static void begin(struct report *r)
{
	r->state = calloc(1, sizeof(struct state));
	if (!r->state)
		r->out->failed = true;
}

static void labels(struct buf *b, const struct inventory_cert *c)
{
	struct buf text;

	buf_init(&text);
	text_hex(&text, span_of(c->sha256, 32));
	report_metric_label(b, "sha256", buf_span(&text));
	buf_reset(&text);
	cert_label(c->cert, &text);
	buf_add_byte(b, ',');
	report_metric_label(b, "name", buf_span(&text));
	buf_reset(&text);
	inventory_issuer(&text, c->cert);
	buf_add_byte(b, ',');
	report_metric_label(b, "issuer", buf_span(&text));
	buf_add_byte(b, ',');
	report_metric_label(b, "must_staple", span_str(must_staple_text(cert_must_staple(c->cert))));
	buf_add_byte(b, ',');
	report_metric_label(b, "source", span_str(c->places[0].source));
	b->failed |= text.failed;
	buf_wipe(&text);
}

static void item(struct report *r, const void *what)
{
	const struct inventory_item *i = what;
	const struct inventory_cert *c = i->u.cert;
	struct state *s = r->state;
	size_t errors = 0, warnings = 0;

	if (!s || i->kind != INVENTORY_CERT)
		return;
	for (size_t k = c->first; c->findings && k < c->end; k++)
		if (!c->findings->v[k].waived) {
			errors += c->findings->v[k].severity == SEVERITY_ERROR;
			warnings += c->findings->v[k].severity == SEVERITY_WARNING;
		}
	if (cert_must_staple(c->cert) == MUST_STAPLE_NO && errors + warnings == 0 &&
	    c->cert->not_after != WHEN_NONE && c->cert->not_after - c->now > SOON)
		return;
	if (c->cert->not_after != WHEN_NONE) {
		buf_add_str(&s->ends, "staple_inventory_not_after_timestamp_seconds{");
		labels(&s->ends, c);
		buf_printf(&s->ends, "} %lld\n", (long long)c->cert->not_after);
	}
	for (int k = 0; k < 2; k++) {
		buf_add_str(&s->findings, "staple_inventory_certificate_findings{");
		labels(&s->findings, c);
		buf_printf(&s->findings, ",severity=\"%s\"} %zu\n", k ? "warning" : "error",
			   k ? warnings : errors);
	}
}

static void family(struct buf *b, const char *name, const char *help)
{
	buf_printf(b, "# TYPE staple_inventory_%s gauge\n# HELP staple_inventory_%s %s\n", name, name,
		   help);
}

static void end(struct report *r, enum verdict verdict, const void *summary)
{
	const struct inventory_summary *sum = summary;
	struct state *s = r->state;
	struct buf *b = r->out;

	(void)verdict;
	if (!s)
		return;
	family(b, "certificates", "Different certificates, by what their TLS features say.");
	buf_printf(b, "staple_inventory_certificates{must_staple=\"yes\"} %zu\n", sum->must_staple);
	buf_printf(b, "staple_inventory_certificates{must_staple=\"malformed\"} %zu\n", sum->malformed);
	buf_printf(b, "staple_inventory_certificates{must_staple=\"no\"} %zu\n",
		   sum->distinct - sum->must_staple - sum->malformed);
	family(b, "certificates_in_trouble", "Certificates with a finding, by the worst.");
	buf_printf(b, "staple_inventory_certificates_in_trouble{severity=\"error\"} %zu\n", sum->errors);
	buf_printf(b, "staple_inventory_certificates_in_trouble{severity=\"warning\"} %zu\n", sum->warnings);
	family(b, "certificates_expired", "Certificates that have ended.");
	buf_printf(b, "staple_inventory_certificates_expired %zu\n", sum->expired);
	family(b, "requests", "Certificate requests, by whether they ask for Must-Staple.");
	buf_printf(b, "staple_inventory_requests{must_staple=\"yes\"} %zu\n", sum->requests_must_staple);
	buf_printf(b, "staple_inventory_requests{must_staple=\"no\"} %zu\n",
		   sum->requests - sum->requests_must_staple);
	family(b, "staples", "OCSP responses found.");
	buf_printf(b, "staple_inventory_staples %zu\n", sum->staples);
	family(b, "files", "Files read.");
	buf_printf(b, "staple_inventory_files %zu\n", sum->files);
	family(b, "problems", "What could not be read.");
	buf_printf(b, "staple_inventory_problems %zu\n", sum->problems);
	family(b, "scan_timestamp_seconds", "The time as of which it was judged.");
	buf_printf(b, "staple_inventory_scan_timestamp_seconds %lld\n", (long long)r->at);
	family(b, "not_after_timestamp_seconds",
	       "The end of each certificate that must staple, is in trouble, or ends within 90 days.");
	buf_add(b, buf_span(&s->ends));
	family(b, "certificate_findings", "Findings that are not waived, of the same certificates.");
	buf_add(b, buf_span(&s->findings));
	buf_add_str(b, "# EOF\n");
	b->failed |= s->ends.failed || s->findings.failed;
	buf_wipe(&s->ends);
	buf_wipe(&s->findings);
	free(s);
	r->state = NULL;
}

const struct report_writer report_inventory_openmetrics = {"inventory", "openmetrics", begin, item,
							    end};
