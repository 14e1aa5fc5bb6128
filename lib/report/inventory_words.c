/* The inventory in words: texts that its formats share. */
#include "report/inventory.h"

#include "facts/dn.h"
#include "facts/oid.h"
#include "ground/when.h"

int64_t inventory_days(int64_t t, int64_t now)
{
	int64_t d;

	if (t == WHEN_NONE)
		return INT64_MIN;
	d = t - now;
	return d >= 0 ? d / 86400 : -((-d + 86399) / 86400);
}

void inventory_issuer(struct buf *out, const struct cert *c)
{
	size_t before = out->n;

	if (dn_attribute(c->issuer, "CN", out) && out->n > before)
		return;
	if (dn_attribute(c->issuer, "O", out) && out->n > before)
		return;
	dn_text(out, c->issuer);
}

void inventory_algorithm(struct buf *out, struct span oid)
{
	const char *name = oid_name(oid);

	if (name)
		buf_add_str(out, name);
	else
		oid_dotted(out, oid);
}

enum severity inventory_worst(const struct inventory_cert *c)
{
	enum severity worst = SEVERITY_OFF;

	for (size_t i = c->first; c->findings && i < c->end; i++)
		if (!c->findings->v[i].waived && c->findings->v[i].severity > worst)
			worst = c->findings->v[i].severity;
	return worst;
}

void inventory_staple_text(struct buf *out, const struct inventory_staple *s)
{
	char until[WHEN_TEXT_SIZE];

	if (!s->judged) {
		buf_add_str(out, "no staple");
	} else if (s->response_status != 0) { /* successful */
		buf_printf(out, "REFUSED, %s", s->response_status < 0 ? "no OCSP response"
							: ocsp_response_status_text(s->response_status));
	} else if (!s->matched) {
		buf_add_str(out, "REFUSED, not about this certificate");
	} else if (strcmp(s->judged, "unchecked") == 0) {
		buf_printf(out, "NOT CHECKED, the issuer is not found; it says %s",
			   ocsp_cert_status_text(s->status));
	} else {
		buf_printf(out, strcmp(s->judged, "good") == 0 ? "%s" : "REFUSED, says %s",
			   ocsp_cert_status_text(s->status));
	}
	if (s->judged && s->matched && s->next_update != WHEN_NONE)
		buf_printf(out, " until %s", when_format(s->next_update, until));
}

void inventory_service_text(struct buf *out, const struct inventory_service *s)
{
	bool file = s->staple_file != NULL;

	buf_printf(out, "%s, %s:%zu: ", s->server, s->file, s->line);
	if (!file) {
		buf_printf(out, "stapling %s", s->stapling);
		return;
	}
	buf_printf(out, "stapling from %s: ", s->staple_file);
	inventory_staple_text(out, &s->staple);
}
