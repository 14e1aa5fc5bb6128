/* An inventory as lines, each a JSON object with its "type".  The rows of certificates come from
 * the scan's threads, which call inventory_json_cert themselves; this writes the last line. */
#include "report/inventory.h"

static void begin(struct report *r)
{
	(void)r;
}

static void item(struct report *r, const void *what)
{
	(void)what;
	r->out->failed = true; /* rows do not come this way */
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
