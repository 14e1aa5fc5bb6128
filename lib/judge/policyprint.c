#include "judge/policyfile.h"

#include "ground/text.h"
#include "judge/policyparts.h"

#define VALUE_COLUMN 48 /* where the comments begin, when the value is short enough */

/* "# FILE:LINE", or what else set the value, and the end of the line. */
static void origin(const struct policy *p, const struct policyoption *o, size_t item,
		   size_t line_start, struct buf *out)
{
	const struct origin *at = policyapply_origin(p, o, item);
	size_t n = out->n - line_start + (o->section == SECTION_TOP ? 0 : 7); /* a tab is 8 wide */

	buf_printf(out, "%*s# ", n < VALUE_COLUMN ? (int)(VALUE_COLUMN - n) : 1, "");
	if (at) {
		text_terminal(out, span_str(policyapply_file(p, at)));
		buf_printf(out, ":%u\n", at->line);
	} else {
		buf_add_str(out, "built in\n");
	}
}

static void option(const struct policy *p, const struct policyoption *o, const void *base,
		   size_t item, struct buf *out)
{
	size_t start = out->n;

	buf_printf(out, "%s%s = ", o->section == SECTION_TOP ? "" : "\t", o->name);
	if (policyoption_print(o, base, out))
		origin(p, o, item, start, out);
	else
		out->n = start;
}

static void options(const struct policy *p, enum policysection_id section, const void *base,
		    size_t item, struct buf *out)
{
	for (size_t i = 0; i < policyoption_count; i++)
		if (policyoptions[i].section == section)
			option(p, &policyoptions[i], base, item, out);
}

static void severities(const struct policy *p, struct buf *out)
{
	const struct policyoption *o =
		policyoption_get(&policysections[SECTION_SEVERITY], finding_rules[0].id);

	buf_add_str(out, "\n# Findings that are not named here have the severity of "
			 "staple-findings(7).\nseverity {\n");
	for (size_t i = 0; i < finding_rule_count; i++) {
		size_t start = out->n;

		if (p->severity[i] < 0)
			continue;
		buf_printf(out, "\t%s = %s", finding_rules[i].id,
			   severity_text((enum severity)p->severity[i]));
		origin(p, o, i, start, out);
	}
	buf_add_str(out, "}\n");
}

static void object(const struct policy *p, enum policysection_id section, const char *title,
		   const void *base, size_t item, struct buf *out)
{
	buf_printf(out, "\n%s ", policysections[section].name);
	if (title) {
		policyoption_quote(out, title);
		buf_add_byte(out, ' ');
	}
	buf_add_str(out, "{\n");
	options(p, section, base, item, out);
	buf_add_str(out, "}\n");
}

int policy_print(const struct policy *p, struct buf *out, struct err *e)
{
	options(p, SECTION_TOP, p, 0, out);
	for (enum policysection_id s = SECTION_STAPLE; s <= SECTION_GATE; s++) {
		buf_printf(out, "\n%s {\n", policysections[s].name);
		options(p, s, p, 0, out);
		buf_add_str(out, "}\n");
	}
	severities(p, out);
	for (size_t i = 0; i < p->name_count; i++)
		object(p, SECTION_NAME, p->names[i].pattern, &p->names[i], i, out);
	for (size_t i = 0; i < p->responder_count; i++)
		object(p, SECTION_RESPONDER, p->responders[i].pattern, &p->responders[i], i, out);
	for (size_t i = 0; i < p->waiver_count; i++)
		object(p, SECTION_WAIVER, NULL, &p->waivers[i], i, out);
	for (size_t i = 0; i < p->ca_count; i++)
		object(p, SECTION_CA, p->cas[i].id, &p->cas[i], i, out);
	return buf_check(out, "policy", e);
}

void policy_print_unused(const struct policy *p, struct buf *out)
{
	const struct policyoption *o =
		policyoption_get(&policysections[SECTION_WAIVER], "finding");

	for (size_t i = 0; i < p->waiver_count; i++) {
		const struct origin *at = policyapply_origin(p, o, i);

		if (p->waivers[i].used)
			continue;
		if (at)
			buf_printf(out, "%s:%u: ", policyapply_file(p, at), at->line);
		buf_printf(out, "the waiver of %s for '%s' matched nothing\n", p->waivers[i].finding,
			   p->waivers[i].subject);
	}
}
