/* Any file, as staple-inspect takes it: told, taken apart, and written as text and as JSON that a
 * reader takes. */
#include "tests/fuzz/fuzz.h"

#include <jansson.h>

#include "crypto/library.h"
#include "ground/utf8.h"
#include "report/report.h"
#include "task/inspect.h"

#define NOW 1790000000

static void write_as(const struct inspect_list *list, const char *format, struct buf *out)
{
	struct report r = {.out = out, .tool = "fuzz", .version = "0", .at = NOW, .columns = 80};

	buf_reset(out);
	r.writer = report_writer_get("inspect", format);
	r.writer->begin(&r);
	for (size_t i = 0; i < list->n; i++)
		r.writer->item(&r, &(struct inspect_item){list, i});
	r.writer->end(&r, VERDICT_PASS, NULL);
	FUZZ_CHECK(!out->failed);
	for (struct span s = buf_span(out); s.n > 0;) {
		uint32_t c;

		s = span_from(s, utf8_next(s, &c));
		FUZZ_CHECK(c != UTF8_BAD);
		FUZZ_CHECK(c == '\n' || !utf8_hidden(c));
	}
}

static void reads_back(const struct buf *out, size_t objects)
{
	json_error_t why;
	json_t *root = json_loadb((char *)out->p, out->n, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &why);
	json_t *list = json_object_get(root, "objects");

	if (!root)
		fprintf(stderr, "%s (octet %d)\n", why.text, why.position);
	FUZZ_CHECK(root);
	FUZZ_CHECK(json_array_size(list) == objects);
	for (size_t i = 0; i < objects; i++)
		FUZZ_CHECK(json_string_length(json_object_get(json_array_get(list, i), "kind")) > 0);
	json_decref(root);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool started;
	struct inspect in;
	struct buf bytes, out;
	struct err e;

	if (!started)
		FUZZ_CHECK(crypto_start(&e) == 0);
	started = true;
	inspect_init(&in, NOW);
	buf_init(&bytes);
	buf_init(&out);
	buf_add_bytes(&bytes, data, size);
	FUZZ_CHECK(inspect_bytes(&in, "-", &bytes, &e) == 0);
	FUZZ_CHECK(in.list.n > 0);
	for (size_t i = 0; i < in.list.n; i++) {
		const struct inspect_object *o = &in.list.v[i];

		FUZZ_CHECK(o->index == i);
		FUZZ_CHECK(o->kind != INSPECT_UNREADABLE || o->reason[0]);
		FUZZ_CHECK(o->within < (ptrdiff_t)i);
	}
	write_as(&in.list, "json", &out);
	FUZZ_CHECK(out.n > 0 && out.p[out.n - 1] == '\n');
	reads_back(&out, in.list.n);
	write_as(&in.list, "text", &out);
	inspect_wipe(&in);
	buf_wipe(&bytes);
	buf_wipe(&out);
	return 0;
}
