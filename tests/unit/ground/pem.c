#include "tests/unit/unit.h"

#include "ground/limits.h"
#include "ground/pem.h"
#include "ground/pem_wide.h"
#include "tests/fuzz/support/slow_pem.h"

#include <stdio.h>
#include <stdlib.h>

#define MAX_BLOCKS 64

/* --- the real one, fed in pieces of `step` bytes (0: random sizes) --- */

static uint64_t random_state = 7;

static unsigned rnd(unsigned below)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(random_state >> 33) % below;
}

static char damage_letter(const char *damage)
{
	return !damage				      ? 0 :
	       !strcmp(damage, "no END line")	      ? 'L' :
	       !strcmp(damage, "END label differs")    ? 'D' :
	       !strcmp(damage, "another BEGIN inside") ? 'X' :
	       !strcmp(damage, "END without BEGIN")    ? 'E' :
							 '?';
}

static size_t fast_blocks(const char *s, size_t n, size_t step, struct slow_block *out)
{
	size_t base = 0, end = step ? 0 : n, count = 0;
	char *copy = NULL;

	for (;;) {
		/* A block of its own, so that a sanitizer sees each step over its end. */
		struct span window;
		struct pem_block b;
		size_t before;
		enum pem_next next;

		free(copy);
		copy = malloc(end - base ? end - base : 1);
		memcpy(copy, s + base, end - base);
		window = span_of(copy, end - base);
		before = window.n;
		next = pem_next(&window, end == n, &b);
		if (next == PEM_BLOCK) {
			assert_true(count < MAX_BLOCKS);
			out[count++] = (struct slow_block){
				base + b.offset,
				b.text.n,
				base + (size_t)(b.body.p - (uint8_t *)copy),
				b.body.n,
				b.label.n,
				damage_letter(b.damage),
			};
			assert_int_equal(b.text.p - (uint8_t *)copy, b.offset);
			assert_int_equal(before - window.n, b.offset + b.text.n);
		}
		base += before - window.n;
		if (next == PEM_END) {
			assert_int_equal(end, n);
			assert_int_equal(base, n);
			break;
		}
		if (next == PEM_MORE) {
			assert_true(end < n);
			end += step ? step : 1 + rnd(200);
			if (end > n)
				end = n;
		}
	}
	free(copy);
	return count;
}

static void same(const char *s, size_t n, size_t step)
{
	struct slow_block want[MAX_BLOCKS], got[MAX_BLOCKS];
	size_t wanted = slow_blocks(s, n, want, MAX_BLOCKS), count = fast_blocks(s, n, step, got);

	if (count != wanted || memcmp(got, want, count * sizeof want[0]) != 0) {
		for (size_t i = 0; i < wanted || i < count; i++)
			print_error("%zu: %zu+%zu %c, wanted %zu+%zu %c\n", i, got[i].offset,
				    got[i].text_n, (int)got[i].damage + '0', want[i].offset,
				    want[i].text_n, (int)want[i].damage + '0');
		fail_msg("step %zu, %zu blocks, wanted %zu: %.*s", step, count, wanted, (int)n, s);
	}
}

static void same_bytes_with(pem_wide_decode *wide, struct span body)
{
	uint8_t *in = malloc(body.n ? body.n : 1), *out = malloc(body.n / 4 * 3 + 3);
	uint8_t *want = malloc(body.n + 3);
	const char *damage = NULL;
	ptrdiff_t n, wanted;

	memcpy(in, body.p, body.n);
	n = pem_decode_with(wide, span_of(in, body.n), out, &damage);
	wanted = slow_decode(in, body.n, want);
	if (n != wanted || (n > 0 && memcmp(out, want, (size_t)n) != 0))
		fail_msg("%td, wanted %td: %.*s", n, wanted, (int)body.n, (const char *)body.p);
	assert_true((n < 0) == (damage != NULL));
	free(in);
	free(out);
	free(want);
}

static void same_bytes(struct span body)
{
	same_bytes_with(NULL, body);
	for (size_t i = 0; pem_wide_get(i); i++)
		same_bytes_with(pem_wide_get(i), body);
}

/* --- texts --- */

/* A bundle with blocks of every look. */
static void make_bundle(struct buf *b)
{
	static const char *const labels[] = {"CERTIFICATE", "X509 CERTIFICATE",
					     "TRUSTED CERTIFICATE", "PRIVATE KEY", "A", ""};
	static const char *const between[] = {"", "\n", "\r\n", " text - with -- dashes ---\n",
					      "\xef\xbb\xbf", "-----", "subject=CN = x\n\n"};
	static const char *const ends[] = {"\n", "\r\n", "", " ", "\t\n", " \r\n"};
	unsigned blocks = 1 + rnd(4);

	for (unsigned i = 0; i < blocks; i++) {
		const char *label = labels[rnd(6)], *end = ends[rnd(6)];
		uint8_t der[160];
		unsigned n = rnd(sizeof der), width = 1 + rnd(90);
		struct buf text;

		for (unsigned k = 0; k < n; k++)
			der[k] = (uint8_t)rnd(256);
		buf_init(&text);
		pem_base64(&text, span_of(der, n));
		buf_add_str(b, between[rnd(7)]);
		buf_printf(b, "-----BEGIN %s-----%s", label, end);
		for (size_t at = 0; at < text.n; at += width) {
			struct span rest = span_from(buf_span(&text), at);

			buf_add(b, span_of(rest.p, rest.n < width ? rest.n : width));
			buf_add_str(b, end);
		}
		buf_printf(b, "-----END %s-----", rnd(8) ? label : labels[rnd(6)]);
		buf_wipe(&text);
	}
	if (rnd(2))
		buf_add_str(b, "\n");
}

static void mutate(struct buf *b)
{
	static const char *const pieces[] = {"-----BEGIN ", "-----END ", "-----", "-", "=", "==", "\n",
					     "-----BEGIN CERTIFICATE-----", "Proc-Type: 4\n", "\r",
					     "-----END CERTIFICATE-----\n", "AAAA", "A", "*", " "};
	unsigned times = 1 + rnd(4);

	while (times-- > 0 && b->n > 0) {
		const char *piece = pieces[rnd(15)];
		size_t at = rnd((unsigned)b->n), n = strlen(piece);

		switch (rnd(4)) {
		case 0:
			b->p[at] = (uint8_t)rnd(256);
			break;
		case 1:
			b->n = rnd(4) ? b->n : at;
			break;
		case 2:
			memmove(b->p + at, b->p + at + 1, b->n - at - 1);
			b->n--;
			break;
		default:
			if (buf_reserve(b, n)) {
				memmove(b->p + at + n, b->p + at, b->n - at);
				memcpy(b->p + at, piece, n);
				b->n += n;
			}
		}
	}
}

static void agrees_with_the_slow_reader(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b);
	for (int round = 0; round < 6000; round++) {
		struct slow_block seen[MAX_BLOCKS];
		size_t count;

		buf_reset(&b);
		make_bundle(&b);
		if (round % 4)
			mutate(&b);
		same((char *)b.p, b.n, b.n + 1);
		same((char *)b.p, b.n, 0);
		same((char *)b.p, b.n, 1 + rnd(20));
		count = slow_blocks((char *)b.p, b.n, seen, MAX_BLOCKS);
		for (size_t i = 0; i < count; i++)
			same_bytes(span_of(b.p + seen[i].body_at, seen[i].body_n));
	}
	buf_wipe(&b);
}

static void every_chunk_size_gives_the_same(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b);
	for (int round = 0; round < 6; round++) {
		buf_reset(&b);
		make_bundle(&b);
		if (round % 2)
			mutate(&b);
		for (size_t step = 1; step <= b.n + 1; step++)
			same((char *)b.p, b.n, step);
	}
	buf_wipe(&b);
}

/* --- cases by hand --- */

static void block_is(struct span *w, const char *label, const char *body, const char *damage)
{
	struct pem_block b;

	assert_int_equal(pem_next(w, true, &b), PEM_BLOCK);
	assert_int_equal(b.label.n, strlen(label));
	assert_memory_equal(b.label.p, label, b.label.n);
	if (damage)
		assert_string_equal(b.damage, damage);
	else
		assert_null(b.damage);
	if (body) {
		uint8_t out[256];
		const char *why = "";

		assert_true(b.body.n < 300);
		assert_int_equal(pem_decode(b.body, out, &why), strlen(body));
		assert_memory_equal(out, body, strlen(body));
	}
}

static void ends(struct span *w)
{
	struct pem_block b;

	assert_int_equal(pem_next(w, true, &b), PEM_END);
	assert_int_equal(w->n, 0);
}

static void looks_that_are_read(void **state)
{
	static const char *const one[] = {
		"-----BEGIN X-----\naGVsbG8=\n-----END X-----\n",
		"-----BEGIN X-----\r\naGVsbG8=\r\n-----END X-----\r\n",
		"-----BEGIN X-----\raGVsbG8=\r-----END X-----\r",
		"-----BEGIN X-----\naGVsbG8=\n-----END X-----",
		"-----BEGIN X-----aGVsbG8=-----END X-----",
		"-----BEGIN X----- aGVs bG8= -----END X-----",
		"\xef\xbb\xbf-----BEGIN X-----\naGVsbG8=\n-----END X-----\n",
		"-----BEGIN X-----   \t\naGVs  \t \nbG8=\t\n-----END X-----  \n",
		"-----BEGIN X-----\n\n\na\nG\nV\ns\nb\nG\n8\n=\n\n-----END X-----\n",
		"  -----BEGIN X-----\n  aGVsbG8=\n  -----END X-----\n",
		"Bag Attributes: -\n - --- -----BEGIN\n-----BEGIN X-----\naGVsbG8=\n-----END X-----\n#",
		"------BEGIN X-----\naGVsbG8=\n-----END X------\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof one / sizeof one[0]; i++) {
		struct span w = span_str(one[i]);

		assert_true(pem_present(w));
		block_is(&w, "X", "hello", NULL);
		ends(&w);
	}
}

static void damage_stays_in_its_block(void **state)
{
	struct span w = span_str("-----BEGIN A-----\naGVs\n"
				 "-----BEGIN B-----\nbG8=\n-----END B-----\n"
				 "-----BEGIN C-----\nbG8=\n-----END D-----\n"
				 "-----END E-----\n"
				 "-----BEGIN F----\nbG8=\n-----END F-----\n"
				 "-----BEGIN G-----\nbG8=\n-----END G----\n"
				 "-----BEGIN H-----\nbG8=\n-----END H-----\n"
				 "-----BEGIN I-----\nbG");

	(void)state;
	block_is(&w, "A", "hel", "another BEGIN inside");
	block_is(&w, "B", "lo", NULL);
	block_is(&w, "C", "lo", "END label differs");
	block_is(&w, "E", "", "END without BEGIN");
	block_is(&w, "F", "", "END without BEGIN");
	block_is(&w, "G", NULL, "another BEGIN inside");
	block_is(&w, "H", "lo", NULL);
	block_is(&w, "I", NULL, "no END line");
	ends(&w);
}

static void no_blocks_in_other_text(void **state)
{
	char many[200];
	struct span w = SPAN_NONE;

	(void)state;
	ends(&w);
	w = span_str("-----BEGIN\n-----BEGINX-----\n----BEGIN X----\n-----BEGIN X\n-----\n");
	assert_false(pem_present(w));
	ends(&w);
	/* A label at the limit, and above. */
	snprintf(many, sizeof many, "-----BEGIN %*d-----", LIMIT_PEM_LABEL, 7);
	assert_true(pem_present(span_str(many)));
	snprintf(many, sizeof many, "-----BEGIN %*d-----", LIMIT_PEM_LABEL + 1, 7);
	assert_false(pem_present(span_str(many)));
	assert_false(pem_present(span_str("-----BEGIN Z\xc3\xbcrich-----")));
	assert_false(pem_present(span_str("-----END X-----")));
	assert_true(pem_present(span_str("-----END X-----\n-----BEGIN X-----")));
	w = span_str("-----END X-----BEGIN Y-----");
	assert_false(pem_present(w));
	block_is(&w, "X", "", "END without BEGIN");
	ends(&w);
}

static void says_what_is_wrong_with_base64(void **state)
{
	static const struct {
		const char *body, *damage;
	} cases[] = {
		{"aGVs\nbG8", "its base64 ends within a group of four"},
		{"a", "its base64 ends within a group of four"},
		{"aGVsb===", "padding where none may be"},
		{"====", "padding where none may be"},
		{"aG=s", "data after the padding"},
		{"bG8=\nbG8=", "data after the padding"},
		{"bG8==", "data after the padding"},
		{"bA==x", "data after the padding"},
		{"aGVs*G8=", "a character that is not base64"},
		{"aGVs-_8=", "a character that is not base64"},
		{"aGVs\\naGVs", "a character that is not base64"},
		{"aGVsaGVsaGVsaGVsaGVs\xc3\xbc" "aGVsaGVs", "a character that is not base64"},
		{"Proc-Type: 4,ENCRYPTED\nDEK-Info: x\n\naGVs\n",
		 "headers (RFC 1421), as of an encrypted object"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *damage = NULL;
		uint8_t out[100];

		assert_int_equal(pem_decode(span_str(cases[i].body), out, &damage), -1);
		assert_string_equal(damage, cases[i].damage);
		same_bytes(span_str(cases[i].body));
	}
	assert_true(pem_has_headers(span_str("\n  Comment: x\n\naGVs")));
	assert_false(pem_has_headers(span_str("aGVs\nComment: x")));
	assert_false(pem_has_headers(span_str(" \n")));
}

/* Each byte in each place of a group, in the fast loop and at the end. */
static void every_byte_is_judged(void **state)
{
	char text[25];

	(void)state;
	for (unsigned c = 0; c < 256; c++)
		for (size_t at = 0; at < 24; at++) {
			memset(text, 'Q', 24);
			text[at] = (char)c;
			same_bytes(span_of(text, 24));
			same_bytes(span_of(text, 22));
		}
}

/* The limit, reached in one window and in a stream. */
/* The same where 32 characters are taken at a time, and with every length and line width. */
static void every_byte_is_judged_in_lines(void **state)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	static const unsigned widths[] = {4, 5, 32, 63, 64, 65, 76, 1000};
	char text[240];

	(void)state;
	for (unsigned w = 0; w < sizeof widths / sizeof widths[0]; w++) {
		for (size_t i = 0; i < sizeof text; i++)
			text[i] = i % (widths[w] + 1) == widths[w] ? '\n' : letters[rnd(64)];
		for (size_t n = 0; n <= sizeof text; n++)
			same_bytes(span_of(text, n));
		for (unsigned c = 0; c < 256; c++)
			for (size_t at = 0; at < 130; at++) {
				char before = text[at];

				text[at] = (char)c;
				same_bytes(span_of(text, sizeof text));
				text[at] = before;
			}
	}
}

static void a_block_may_not_be_endless(void **state)
{
	const size_t n = LIMIT_PEM_BLOCK + 200;
	char *s = malloc(n + 1);
	struct pem_block b;
	struct span w;

	(void)state;
	memset(s, 'A', n);
	memcpy(s, "-----BEGIN X-----", 17);
	memcpy(s + LIMIT_PEM_BLOCK - 1, "-----END X-----", 15);
	w = span_of(s, n);
	assert_int_equal(pem_next(&w, false, &b), PEM_BLOCK);
	assert_null(b.damage);
	assert_int_equal(b.text.n, LIMIT_PEM_BLOCK + 14);

	memset(s + LIMIT_PEM_BLOCK - 1, 'A', 15);
	memcpy(s + LIMIT_PEM_BLOCK, "-----END X-----", 15);
	memcpy(s + LIMIT_PEM_BLOCK + 20, "-----BEGIN X-----bG8=-----END X-----", 36);
	w = span_of(s, n);
	assert_int_equal(pem_next(&w, false, &b), PEM_BLOCK);
	assert_non_null(strstr(b.damage, "longer than"));
	assert_int_equal(b.text.n, LIMIT_PEM_BLOCK);
	block_is(&w, "X", "", "END without BEGIN");
	block_is(&w, "X", "lo", NULL);

	/* A neighbour that begins before the limit is not touched. */
	memset(s + 17, 'A', n - 17);
	memcpy(s + LIMIT_PEM_BLOCK - 5, "-----BEGIN X-----bG8=-----END X-----", 36);
	w = span_of(s, LIMIT_PEM_BLOCK + 1);
	assert_int_equal(pem_next(&w, false, &b), PEM_MORE);
	assert_int_equal(w.n, LIMIT_PEM_BLOCK + 1);
	w = span_of(s, n);
	block_is(&w, "X", NULL, "another BEGIN inside");
	block_is(&w, "X", "lo", NULL);
	free(s);
}

static void encodes(void **state)
{
	struct buf b, back;
	struct span w;
	struct pem_block block;
	uint8_t der[200];

	(void)state;
	buf_init(&b);
	buf_init(&back);
	pem_encode(&b, "X", span_str("hello"));
	assert_string_equal(buf_cstr(&b), "-----BEGIN X-----\naGVsbG8=\n-----END X-----\n");
	buf_reset(&b);
	for (size_t n = 0; n <= sizeof der; n++) {
		for (size_t i = 0; i < n; i++)
			der[i] = (uint8_t)(i * 37 + n);
		buf_reset(&b);
		buf_reset(&back);
		pem_encode(&b, "CERTIFICATE", span_of(der, n));
		w = buf_span(&b);
		assert_int_equal(pem_next(&w, true, &block), PEM_BLOCK);
		assert_int_equal(pem_base64_decode(block.body, &back), 0);
		assert_int_equal(back.n, n);
		assert_memory_equal(back.p ? back.p : der, der, n);
		buf_reset(&b);
		pem_base64(&b, span_of(der, n));
		assert_int_equal(b.n, (n + 2) / 3 * 4);
		assert_null(memchr(b.p ? b.p : der, '\n', b.n));
	}
	buf_reset(&b);
	pem_encode(&b, "X", span_of(der, 49));
	assert_int_equal(strchr(strchr(buf_cstr(&b), '\n') + 1, '\n') - strchr(buf_cstr(&b), '\n'),
			 65);
	buf_reset(&back);
	buf_add_str(&back, "kept");
	assert_int_equal(pem_base64_decode(span_str("!"), &back), -1);
	assert_string_equal(buf_cstr(&back), "kept");
	buf_wipe(&b);
	buf_wipe(&back);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(looks_that_are_read),
		cmocka_unit_test(damage_stays_in_its_block),
		cmocka_unit_test(no_blocks_in_other_text),
		cmocka_unit_test(says_what_is_wrong_with_base64),
		cmocka_unit_test(every_byte_is_judged),
		cmocka_unit_test(every_byte_is_judged_in_lines),
		cmocka_unit_test(a_block_may_not_be_endless),
		cmocka_unit_test(encodes),
		cmocka_unit_test(agrees_with_the_slow_reader),
		cmocka_unit_test(every_chunk_size_gives_the_same),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
