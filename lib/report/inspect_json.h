/* For inspect_json.c alone: the parts of its documents. */
#ifndef STAPLE_REPORT_INSPECT_JSON_H
#define STAPLE_REPORT_INSPECT_JSON_H

#include "ground/json.h"
#include "report/inspect.h"

void inspect_json_oid(struct json *j, const char *key, struct span oid);
void inspect_json_left(struct json *j, const char *key, int64_t until, int64_t now);
void inspect_json_deviations(struct json *j, uint32_t deviations);
void inspect_json_key(struct json *j, const struct spki *k);
void inspect_json_certificate(struct json *j, const struct inspect_object *o,
			      const struct inspect_item *item);
void inspect_json_request(struct json *j, const struct inspect_object *o);

#endif
