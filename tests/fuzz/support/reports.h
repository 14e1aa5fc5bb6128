/*
 * reports: whole reports of every kind and format, with the words that one is given in each place where a
 * text from outside may stand.  The second time they are harmless: the shape must be the same.
 */
#ifndef STAPLE_TESTS_FUZZ_REPORTS_H
#define STAPLE_TESTS_FUZZ_REPORTS_H

#include "tests/fuzz/support/parse_back.h"

#include "ground/dermake.h"
#include "report/fetch.h"
#include "report/gate.h"
#include "report/inventory.h"
#include "report/verify.h"

#define WORDS 8
#define NOW INT64_C(1790000000)

struct world {
	char *word[WORDS];       /* without NUL, none empty; of the input, cut at its NULs */
	struct span all;         /* the input as it is */
	struct buf der, request;
	struct cert cert;
	struct csr csr;
	struct ocsp_response response;
	struct findings found;
};

/* --- a certificate and a request that are made of them --- */

static void name(struct buf *b, const char *prefix, struct span text)
{
	static const uint8_t cn[] = {0x55, 4, 3};
	size_t n = dermake_begin(b, DER_SEQUENCE), set = dermake_begin(b, DER_SET), pair, value;

	pair = dermake_begin(b, DER_SEQUENCE);
	dermake_add(b, DER_OID, span_of(cn, sizeof cn));
	value = dermake_begin(b, 0x0c);
	buf_add_str(b, prefix);
	buf_add(b, text);
	dermake_end(b, value);
	dermake_end(b, pair);
	dermake_end(b, set);
	dermake_end(b, n);
}

static void extension(struct buf *b, const char *oid, size_t n, struct span value)
{
	size_t x = dermake_begin(b, DER_SEQUENCE);

	dermake_add(b, DER_OID, span_of(oid, n));
	dermake_add(b, DER_OCTET_STRING, value);
	dermake_end(b, x);
}

static void extensions(struct buf *b, struct span text)
{
	static const uint8_t names[] = {0x81, 0x82, 0x86}; /* mail, DNS, URI */
	static const uint8_t ocsp[] = {0x2b, 6, 1, 5, 5, 7, 0x30, 1};
	struct buf v;
	size_t outer = dermake_begin(b, DER_CONTEXT_CONS(3)), list = dermake_begin(b, DER_SEQUENCE), n, one;

	buf_init(&v);
	n = dermake_begin(&v, DER_SEQUENCE);
	for (size_t i = 0; i < 3; i++)
		dermake_add(&v, names[i], text);
	dermake_end(&v, n);
	extension(b, "\x55\x1d\x11", 3, buf_span(&v));
	buf_reset(&v);
	n = dermake_begin(&v, DER_SEQUENCE);
	one = dermake_begin(&v, DER_SEQUENCE);
	dermake_add(&v, DER_OID, span_of(ocsp, sizeof ocsp));
	dermake_add(&v, 0x86, text);
	dermake_end(&v, one);
	dermake_end(&v, n);
	extension(b, "\x2b\6\1\5\5\7\1\1", 8, buf_span(&v));
	extension(b, "\x2b\6\1\5\5\7\1\x18", 8, span_of("\x30\3\2\1\5", 5));
	dermake_end(b, list);
	dermake_end(b, outer);
	buf_wipe(&v);
}

static void key_of_world(struct buf *b)
{
	static const uint8_t ec[] = {0x30, 0x13, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 8, 0x2a, 0x86, 0x48,
				     0xce, 0x3d, 3, 1, 7};
	uint8_t point[65] = {4};
	size_t n = dermake_begin(b, DER_SEQUENCE);

	buf_add_bytes(b, ec, sizeof ec);
	dermake_bits(b, span_of(point, sizeof point));
	dermake_end(b, n);
}

static void signature(struct buf *b, bool value)
{
	static const uint8_t ecdsa[] = {0x30, 0xa, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2};

	buf_add_bytes(b, ecdsa, sizeof ecdsa);
	if (value)
		dermake_bits(b, span_of("sig", 3));
}

static void make_cert(struct world *w)
{
	struct buf *b = &w->der;
	size_t whole = dermake_begin(b, DER_SEQUENCE), tbs = dermake_begin(b, DER_SEQUENCE);

	buf_add_bytes(b, "\xa0\3\2\1\2\2\1\7", 8);
	signature(b, false);
	name(b, "I", w->all);
	buf_add_str(b, "\x30\x1e\x17\x0d" "260101000000Z\x17\x0d" "270101000000Z");
	name(b, "S", w->all);
	key_of_world(b);
	extensions(b, w->all);
	dermake_end(b, tbs);
	signature(b, true);
	dermake_end(b, whole);
	FUZZ_CHECK(cert_decode(buf_span(b), &w->cert, NULL) == 0);
	b = &w->request;
	whole = dermake_begin(b, DER_SEQUENCE);
	tbs = dermake_begin(b, DER_SEQUENCE);
	dermake_unsigned(b, 0);
	name(b, "S", w->all);
	key_of_world(b);
	dermake_add(b, DER_CONTEXT_CONS(0), span_str(""));
	dermake_end(b, tbs);
	signature(b, true);
	dermake_end(b, whole);
	FUZZ_CHECK(csr_decode(buf_span(b), &w->csr, NULL) == 0);
	FUZZ_CHECK(ocsp_decode(span_of("\x30\3\x0a\1\3", 5), &w->response, NULL) == 0);
}

/* `harmless`: as many letters in place of each word. */
static void world_init(struct world *w, struct span s, bool harmless)
{
	const uint8_t *end = s.p + s.n, *at = s.p;

	*w = (struct world){.all = harmless || s.n == 0 ? span_str("xyz") : s};
	for (int i = 0; i < WORDS; i++) {
		size_t n = at < end ? strnlen((const char *)at, (size_t)(end - at)) : 0;

		w->word[i] = n == 0 || harmless ? strdup("x") : strndup((const char *)at, n);
		FUZZ_CHECK(w->word[i]);
		at = at + n < end ? at + n + 1 : s.p;
	}
	buf_init(&w->der);
	buf_init(&w->request);
	make_cert(w);
	findings_init(&w->found, NULL, NOW);
	findings_add(&w->found, "staple.expired", w->word[0], "%s", w->word[1]);
	findings_add_hint(&w->found, "staple.no-issuer", w->word[2], w->word[3], "%s", w->word[4]);
	findings_add(&w->found, "staple.none", w->word[5], "%s", w->word[6]);
	FUZZ_CHECK(!w->found.failed);
}

static void world_wipe(struct world *w)
{
	for (int i = 0; i < WORDS; i++)
		free(w->word[i]);
	buf_wipe(&w->der);
	buf_wipe(&w->request);
	findings_wipe(&w->found);
}

/* --- the reports --- */

static void inventory(struct report *r, struct world *w)
{
	static const uint8_t sha256[32] = {1};
	const char *links[] = {w->word[5], NULL}, *roots[] = {w->word[6], NULL};
	struct inventory_place places[2] = {{w->word[0], 0, w->word[1], links}, {w->word[2], 7, NULL, NULL}};
	struct inventory_staple staple = {.source = w->word[3], .response_status = OCSP_TRY_LATER};
	struct inventory_service service = {.server = "nginx", .file = w->word[4], .line = 3, .stapling = "file",
					    .staple_file = w->word[5], .staple = staple};
	struct inventory_cert cert = {.cert = &w->cert, .sha256 = sha256, .format = "pem", .places = places,
		.place_count = 2, .staples = &staple, .staple_count = 1, .services = &service, .service_count = 1,
		.findings = &w->found, .end = w->found.n, .now = NOW};
	struct inventory_request request = {.place = places[0], .format = "pem", .csr = &w->csr,
					    .findings = &w->found};
	struct inventory_response response = {.place = places[1], .format = "der", .response = &w->response};
	struct inventory_problem problem = {w->word[7], 2, false, w->word[0]};
	struct inventory_count ca = {w->word[1], 1, 1};
	struct inventory_summary sum = {.roots = roots, .files = 4, .found = 2, .distinct = 1, .errors = 1,
					.problems = 1, .findings = &w->found, .cas = &ca, .ca_count = 1};
	struct inventory_item items[] = {{INVENTORY_CERT, {.cert = &cert}}, {INVENTORY_REQUEST, {.request = &request}},
		{INVENTORY_RESPONSE, {.response = &response}}, {INVENTORY_PROBLEM, {.problem = &problem}}};

	for (size_t i = 0; i < sizeof items / sizeof *items; i++)
		r->writer->item(r, &items[i]);
	r->writer->end(r, VERDICT_FAIL, &sum);
}

static void gate(struct report *r, struct world *w)
{
	struct gate_chain chain = {.certs = {.n = 1}, .readable = true};
	struct gate_staple staple = {.chain = &chain, .result = {.status = OCSP_REVOKED}};
	struct gate_path paths[2] = {{.address = w->word[0], .sni = w->word[1], .tls = PATH_TLS_1_3, .key = KEY_EC,
		.round = 1, .chain = &chain, .stapled = true, .staple = &staple, .verdict = VERDICT_FAIL},
		{.address = w->word[0], .sni = w->word[1], .tls = PATH_TLS_1_2, .key = KEY_RSA, .round = 1,
		.outcome = PATH_BROKEN, .reason = w->word[2], .verdict = VERDICT_UNKNOWN}};
	struct gate_not_served not_served = {w->word[3], w->word[4], PATH_TLS_1_2, KEY_EC, w->word[5]};
	struct gate_result result = {.target = w->word[6], .host = w->word[7], .protocol = "tls", .server = w->word[0],
		.verdict = VERDICT_FAIL, .cell = GATE_BROKEN, .served = true, .must_staple = MUST_STAPLE_YES,
		.dark_at = WHEN_NONE, .paths = paths, .path_count = 2, .not_served = &not_served,
		.not_served_count = 1, .findings = w->found, .worst = paths, .clients_known = true};
	struct gate_summary sum = {.targets = 1, .failed = 1, .paths = 2, .findings = &w->found};

	chain.certs.v = &w->cert;
	chain.findings = staple.findings = paths[0].findings = paths[1].findings = w->found;
	snprintf(staple.result.responder, sizeof staple.result.responder, "%s", w->word[1]);
	for (int i = 0; i < CLIENT_COUNT; i++) {
		result.clients[i] = (struct client_row){.client = "firefox", .answer = CLIENT_REFUSES};
		snprintf(result.clients[i].reason, sizeof result.clients[i].reason, "%s", w->word[i]);
		result.clients_up[i] = result.clients[i];
	}
	r->writer->item(r, &result);
	r->writer->end(r, VERDICT_FAIL, &sum);
}

static void fetch(struct report *r, struct world *w)
{
	struct report_fetch item = {.source = w->word[0], .staple = w->word[1], .cert = &w->cert,
		.verdict = VERDICT_FAIL, .outcome = FETCH_KEPT, .status = "missing", .now = {.this_update = WHEN_NONE,
		.next_update = WHEN_NONE, .produced_at = WHEN_NONE, .dark_at = WHEN_NONE}, .next_refresh = WHEN_NONE,
		.url = w->word[2], .last_error = w->word[3], .findings = &w->found, .end = w->found.n};
	struct report_fetch_summary sum = {&w->found, &item, 1};

	r->writer->item(r, &item);
	r->writer->end(r, VERDICT_FAIL, &sum);
}

static void verify(struct report *r, struct world *w)
{
	struct report_verify bad = {.source = w->word[0], .error = w->word[1], .verdict = VERDICT_UNKNOWN,
				    .findings = &w->found, .end = w->found.n};
	struct report_verify item = {.source = w->word[2], .verdict = VERDICT_FAIL, .findings = &w->found,
				     .end = w->found.n, .cert = &w->cert};

	r->writer->item(r, &bad);
	r->writer->item(r, &item);
	r->writer->end(r, VERDICT_FAIL, &w->found);
}

static const struct {
	const char *kind;
	void (*fill)(struct report *r, struct world *w);
	const char *formats[7];
} reports[] = {
	{"inventory", inventory, {"json", "ndjson", "csv", "html", "openmetrics", "text"}},
	{"gate", gate, {"json", "junit", "openmetrics", "nagios", "text"}},
	{"fetch", fetch, {"json", "openmetrics", "text"}},
	{"verify", verify, {"json", "text"}},
};

static void write_report(size_t kind, const char *format, struct world *w, struct buf *out)
{
	struct report r = {.out = out, .tool = "fuzz", .version = "0", .at = NOW, .columns = 80, .verbose = 1};

	r.writer = report_writer_get(reports[kind].kind, format);
	FUZZ_CHECK(r.writer);
	r.writer->begin(&r);
	reports[kind].fill(&r, w);
	FUZZ_CHECK(!out->failed);
}

static void shape_of_report(const char *format, struct span text, struct buf *shape)
{
	bool csv = strcmp(format, "csv") == 0, html = strcmp(format, "html") == 0;

	parse_back_text(csv ? span_from(text, 3) : text, csv ? "\t\r\n" : html ? "\t\n" : "\n",
			strcmp(format, "junit") == 0);
	if (strstr(format, "json"))
		parse_back_json(text, strcmp(format, "ndjson") == 0, shape);
	else if (csv)
		parse_back_csv(text, shape);
	else if (html || strcmp(format, "junit") == 0)
		parse_back_tags(text, shape);
	else if (strcmp(format, "openmetrics") == 0)
		parse_back_metrics(text, shape);
	else if (strcmp(format, "nagios") == 0) /* one line; behind its only bar stand our numbers */
		for (size_t i = 0; i < text.n; i++)
			if (text.p[i] == '\n' || text.p[i] == '|')
				buf_add_byte(shape, text.p[i]);
}

/* libFuzzer, whose builds are slow, gets one kind for an input; `make check` all. */
static bool is_left_out(struct span s, size_t kind)
{
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
	return s.n > 0 && s.p[0] % (sizeof reports / sizeof *reports) != kind;
#else
	(void)s;
	(void)kind;
	return false;
#endif
}

static void whole_reports(struct span s)
{
	struct world w[2];
	struct buf out, shape[2];

	buf_init(&out);
	for (int i = 0; i < 2; i++) {
		world_init(&w[i], s, i == 1);
		buf_init(&shape[i]);
	}
	for (size_t k = 0; k < sizeof reports / sizeof *reports; k++) {
		for (const char *const *f = reports[k].formats; *f && !is_left_out(s, k); f++) {
			for (int i = 0; i < 2; i++) {
				buf_reset(&out);
				buf_reset(&shape[i]);
				write_report(k, *f, &w[i], &out);
				shape_of_report(*f, buf_span(&out), &shape[i]);
			}
			FUZZ_CHECK(span_equal(buf_span(&shape[0]), buf_span(&shape[1])));
		}
	}
	for (int i = 0; i < 2; i++) {
		world_wipe(&w[i]);
		buf_wipe(&shape[i]);
	}
	buf_wipe(&out);
}

#endif
