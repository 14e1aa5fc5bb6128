/* One rule of the catalogue: found by its id, and told to people. */
#include "judge/finding.h"

#include <stdlib.h>

static int compare(const void *id, const void *rule)
{
	return strcmp(id, ((const struct finding_rule *)rule)->id);
}

const struct finding_rule *finding_rule_get(const char *id)
{
	return bsearch(id, finding_rules, finding_rule_count, sizeof finding_rules[0], compare);
}

/* Words of `text` in lines of at most 78 columns, each behind `indent` blanks. */
static void paragraph(struct buf *out, const char *text, size_t indent)
{
	size_t column = 0;

	while (*text) {
		size_t n = strcspn(text, " "), skip = n + strspn(text + n, " ");

		if (column && column + 1 + n > 78) {
			buf_add_byte(out, '\n');
			column = 0;
		}
		if (!column) {
			buf_printf(out, "%*s", (int)indent, "");
			column = indent;
		} else {
			buf_add_byte(out, ' ');
			column++;
		}
		buf_add_bytes(out, text, n);
		column += n;
		text += skip;
	}
	buf_add_byte(out, '\n');
}

void finding_explain(struct buf *out, const struct finding_rule *r)
{
	buf_printf(out, "%s (%s%s): ", r->id, severity_text(r->severity),
		   r->unchecked ? ", could not be checked" : "");
	buf_add_str(out, r->title);
	buf_printf(out, "\n    basis:  %s\n", r->basis);
	paragraph(out, r->explanation, 4);
	buf_add_str(out, "    remedy: ");
	buf_add_str(out, r->remedy);
	buf_add_byte(out, '\n');
}
