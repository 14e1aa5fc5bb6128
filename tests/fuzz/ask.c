/* What a user asks for: a subject, or a list of lines with names. */
#include "tests/fuzz/fuzz.h"

#include "facts/dn.h"
#include "facts/dn_parse.h"
#include "ground/der.h"
#include "task/batch_line.h"

#include <string.h>

/* What was understood is the same when it is written out and read again. */
static void ask_subject(const char *text)
{
	struct buf name, shown, again, twice;
	struct span all, content;
	struct err e;

	buf_init(&name);
	buf_init(&shown);
	buf_init(&again);
	buf_init(&twice);
	if (dn_parse(text, &name, &e) != 0) {
		FUZZ_CHECK(e.code == ERR_USAGE && e.text[0] && name.n == 0);
	} else {
		all = buf_span(&name);
		FUZZ_CHECK(der_get(&all, DER_SEQUENCE, &content) == 0 && der_end(all));
		dn_text(&shown, buf_span(&name));
		/* After "#" stands a value of any type and length, where a text has what its attribute may. */
		if (dn_parse(buf_cstr(&shown), &again, &e) == 0) {
			dn_text(&twice, buf_span(&again));
			FUZZ_CHECK(span_equal(buf_span(&shown), buf_span(&twice)));
			FUZZ_CHECK(strchr(text, '#') || span_equal(buf_span(&name), buf_span(&again)));
		} else {
			FUZZ_CHECK(strchr(text, '#'));
		}
	}
	buf_wipe(&twice);
	buf_wipe(&again);
	buf_wipe(&shown);
	buf_wipe(&name);
}

/* A name that was accepted is ASCII, fits its kind's limits, and is accepted again as itself. */
static void check_names(struct san_list *names)
{
	struct err e;
	char *file;

	for (size_t i = 0; i < names->n; i++) {
		const struct san *s = &names->v[i];

		for (const char *p = s->text; *p; p++)
			FUZZ_CHECK(*p > 0x20 && *p < 0x7f);
		FUZZ_CHECK(s->kind != NAME_DNS || strlen(s->text) <= LIMIT_DNS_NAME);
		FUZZ_CHECK(san_list_add(names, s->kind, s->text, &e) == 0);
	}
	if (names->n == 0)
		return;
	file = batch_line_file(&names->v[0]);
	FUZZ_CHECK(file && file[0] && file[0] != '.' && !strchr(file, '/'));
	free(file);
}

static void ask_lines(struct span text)
{
	struct san_list names;
	struct span line;
	size_t number = 0;
	struct err e;

	while (batch_line_next(&text, &number, &line)) {
		san_list_init(&names);
		if (batch_line_names(line, &names, &e) == 0)
			check_names(&names);
		else
			FUZZ_CHECK(e.code == ERR_USAGE || e.code == ERR_LIMIT);
		san_list_wipe(&names);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[4096];

	if (size == 0 || size > sizeof text)
		return 0;
	if (data[0] != 's') {
		ask_lines(span_of(data, size));
		return 0;
	}
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	ask_subject(text);
	return 0;
}
