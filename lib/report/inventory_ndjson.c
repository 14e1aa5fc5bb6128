/* An inventory as lines, each a JSON object with its "type".  In a stream the rows of certificates
 * come from the scan's threads, which call inventory_json_cert themselves; what is written here are
 * the last line, and all rows when they had to be kept (--servers). */
#include "report/inventory.h"

static void begin(struct report *r)
{
	(void)r;
}

static void write_cert(struct json *j, const struct inventory_cert *c)
{
	json_member_cstring(j, "type", "certificate");
	inventory_json_place(j, &c->places[0]);
	inventory_json_cert(j, c);
}

/* The same certificate in another place. */
static void write_repeat(struct report *r, const struct inventory_cert *c, size_t i)
{
	struct json *j = &r->json;
	struct buf first;

	buf_init(&first);
	buf_printf(&first, "%s#%zu", c->places[0].source, c->places[0].index);
	json_begin(j, r->out, 0);
	json_object(j);
	json_member_cstring(j, "type", "certificate");
	inventory_json_place(j, &c->places[i]);
	json_member_hex(j, "sha256", span_of(c->sha256, 32));
	json_member_cstring(j, "must_staple", must_staple_text(cert_must_staple(c->cert)));
	json_member_string(j, "duplicate_of", buf_span(&first));
	json_object_end(j);
	buf_add_byte(r->out, '\n');
	r->out->failed |= first.failed;
	buf_wipe(&first);
}

static void item(struct report *r, const void *what)
{
	const struct inventory_item *i = what;
	struct json *j = &r->json;

	json_begin(j, r->out, 0);
	json_object(j);
	switch (i->kind) {
	case INVENTORY_CERT:
		write_cert(j, i->u.cert);
		break;
	case INVENTORY_REQUEST:
		json_member_cstring(j, "type", "request");
		inventory_json_request(j, i->u.request);
		break;
	case INVENTORY_RESPONSE:
		json_member_cstring(j, "type", "staple");
		inventory_json_response(j, i->u.response);
		break;
	case INVENTORY_PROBLEM:
		json_member_cstring(j, "type", "problem");
		inventory_json_problem(j, i->u.problem);
		break;
	}
	json_object_end(j);
	json_end(j);
	buf_add_byte(r->out, '\n');
	for (size_t k = 1; i->kind == INVENTORY_CERT && k < i->u.cert->place_count; k++)
		write_repeat(r, i->u.cert, k);
}

static void end(struct report *r, enum verdict verdict, const void *summary)
{
	struct json *j = &r->json;

	json_begin(j, r->out, 0);
	json_object(j);
	json_member_cstring(j, "type", "summary");
	json_member_int(j, "schema", 1);
	json_member_cstring(j, "tool", r->tool);
	json_member_cstring(j, "version", r->version);
	json_member_time(j, "at", r->at);
	inventory_json_summary(j, summary);
	json_member_cstring(j, "verdict", verdict_text(verdict));
	json_object_end(j);
	json_end(j);
	buf_add_byte(r->out, '\n');
}

const struct report_writer report_inventory_ndjson = {"inventory", "ndjson", begin, item, end};
