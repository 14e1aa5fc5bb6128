/* An inventory as one JSON document (staple-json(7)). */
#include "report/inventory.h"

#include <stdlib.h>

/* The findings of all certificates stand at the end of the document too. */
struct state {
	int section;         /* INVENTORY_CERT, ...: whose array is open */
	struct buf findings; /* ready JSON, with commas */
};

static const char *const sections[] = {"certificates", "requests", "staples", "problems"};

static void begin(struct report *r)
{
	struct state *s = calloc(1, sizeof *s);

	r->state = s;
	if (!s) {
		r->out->failed = true;
		return;
	}
	report_json_head(r);
	json_key(&r->json, sections[0]);
	json_array(&r->json);
}

/* Closes the arrays before this kind's, empty ones too. */
static void section(struct report *r, struct state *s, int kind)
{
	while (s->section < kind) {
		json_array_end(&r->json);
		json_key(&r->json, sections[++s->section]);
		json_array(&r->json);
	}
}

static void keep_findings(struct state *s, const struct findings *f, size_t first, size_t end)
{
	struct json j;
	struct buf one;

	for (size_t i = first; f && i < end; i++) {
		buf_init(&one);
		json_begin(&j, &one, 0);
		report_json_findings(&j, f, i, i + 1);
		if (s->findings.n > 0)
			buf_add_byte(&s->findings, ',');
		buf_add_str(&s->findings, "\n    ");
		if (one.n > 2)
			buf_add_bytes(&s->findings, one.p + 1, one.n - 2);
		buf_wipe(&one);
	}
}

static void write_cert(struct report *r, struct state *s, const struct inventory_cert *c)
{
	struct json j;
	struct buf one;

	/* A line for each certificate: a store has thousands. */
	buf_init(&one);
	json_begin(&j, &one, 0);
	json_object(&j);
	inventory_json_place(&j, &c->places[0]);
	inventory_json_cert(&j, c);
	json_key(&j, "sources");
	json_array(&j);
	for (size_t i = 0; i < c->place_count; i++) {
		json_object(&j);
		inventory_json_place(&j, &c->places[i]);
		json_object_end(&j);
	}
	json_array_end(&j);
	json_object_end(&j);
	json_end(&j);
	r->out->failed |= one.failed;
	json_raw(&r->json, buf_span(&one));
	buf_wipe(&one);
	keep_findings(s, c->findings, c->first, c->end);
}

static void item(struct report *r, const void *what)
{
	const struct inventory_item *i = what;
	struct state *s = r->state;

	if (!s)
		return;
	section(r, s, (int)i->kind);
	if (i->kind == INVENTORY_CERT) {
		write_cert(r, s, i->u.cert);
		return;
	}
	json_object(&r->json);
	if (i->kind == INVENTORY_REQUEST) {
		inventory_json_request(&r->json, i->u.request);
		keep_findings(s, i->u.request->findings, 0, i->u.request->findings->n);
	} else if (i->kind == INVENTORY_RESPONSE)
		inventory_json_response(&r->json, i->u.response);
	else
		inventory_json_problem(&r->json, i->u.problem);
	json_object_end(&r->json);
}

static void end(struct report *r, enum verdict verdict, const void *summary)
{
	const struct inventory_summary *sum = summary;
	struct state *s = r->state;
	struct json *j = &r->json;
	struct buf all;

	if (!s)
		return;
	section(r, s, INVENTORY_PROBLEM);
	json_array_end(j);
	json_key(j, "summary");
	json_object(j);
	inventory_json_summary(j, sum);
	json_object_end(j);
	json_member_cstring(j, "verdict", verdict_text(verdict));
	buf_init(&all);
	buf_add_byte(&all, '[');
	buf_add(&all, buf_span(&s->findings));
	buf_add_str(&all, s->findings.n > 0 ? "\n  ]" : "]");
	r->out->failed |= s->findings.failed || all.failed;
	json_key(j, "findings");
	json_raw(j, buf_span(&all));
	buf_wipe(&all);
	json_object_end(j);
	json_end(j);
	buf_add_byte(r->out, '\n');
	buf_wipe(&s->findings);
	free(s);
	r->state = NULL;
}

const struct report_writer report_inventory_json = {"inventory", "json", begin, item, end};
