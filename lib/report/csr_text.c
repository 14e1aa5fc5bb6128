#include "facts/dn.h"
#include "facts/feature.h"
#include "report/csr.h"

static void field(struct report *r, const char *name, struct span value)
{
	buf_printf(r->out, "  %-10s ", name);
	report_text_wrap(r, 13, 13, value);
	buf_add_byte(r->out, '\n');
}

static void write_key(struct report *r, const struct report_csr *x)
{
	struct buf text;
	char kind[32];

	buf_init(&text);
	buf_printf(&text, "%s (%s%s%s)", x->key_path, x->key_new ? "new, " : "",
		   spki_text(x->key, kind), x->key_encrypted ? ", encrypted" : "");
	field(r, "key", buf_span(&text));
	buf_reset(&text);
	text_hex(&text, digest_span(x->key_sha256));
	field(r, "key sha256", buf_span(&text));
	buf_wipe(&text);
}

static void write_features(struct report *r, const struct request *q)
{
	struct buf text;

	buf_init(&text);
	if (q->feature_count == 0)
		buf_add_str(&text, "none: the certificate will not be Must-Staple");
	for (size_t i = 0; i < q->feature_count; i++)
		buf_printf(&text, "%s%lld%s", i ? ", " : "", (long long)q->features[i],
			   q->features[i] == FEATURE_STATUS_REQUEST ? " (status_request: Must-Staple)" : "");
	field(r, "features", buf_span(&text));
	buf_wipe(&text);
}

static void write_asked(struct report *r, const struct request *q)
{
	struct buf text;

	buf_init(&text);
	for (size_t i = 0; i < q->names.n; i++)
		buf_printf(&text, "%s%s", i ? ", " : "", q->names.v[i].text);
	field(r, "names", buf_span(&text));
	buf_reset(&text);
	dn_text(&text, buf_span(&q->subject));
	field(r, "subject", text.n ? buf_span(&text) : span_str("(empty)"));
	buf_wipe(&text);
}

static void begin(struct report *r)
{
	(void)r;
}

static void item(struct report *r, const void *item_)
{
	const struct report_csr *x = item_;

	if (r->quiet)
		return;
	if (x->line > 0) { /* a line for each is enough */
		if (r->verbose) {
			buf_printf(r->out, "%s ", x->kept ? "kept" : "made");
			text_terminal(r->out, span_str(x->path));
			buf_add_byte(r->out, '\n');
		}
		return;
	}
	report_color(r, REPORT_BOLD);
	text_terminal(r->out, span_str(x->path ? x->path : "(standard output)"));
	report_color(r, REPORT_PLAIN);
	buf_add_str(r->out, ": certificate request\n");
	write_asked(r, x->request);
	write_features(r, x->request);
	write_key(r, x);
}

static void end(struct report *r, enum verdict verdict, const void *summary)
{
	const struct report_csr_end *s = summary;

	(void)verdict;
	report_text_findings(r, s->findings, 0, s->findings->n);
	if (s->batch && !r->quiet)
		buf_printf(r->out, "%zu made, %zu kept, %zu bad\n", s->made, s->kept, s->bad);
}

const struct report_writer report_csr_text = {"csr", "text", begin, item, end};
