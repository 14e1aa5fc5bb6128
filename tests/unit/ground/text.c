#include "tests/unit/unit.h"

#include "ground/text.h"
#include "ground/utf8.h"

#include <stdio.h>

static struct buf out;

static int fresh(void **state)
{
	(void)state;
	buf_init(&out);
	return 0;
}

static int wiped(void **state)
{
	(void)state;
	buf_wipe(&out);
	return 0;
}

static const char *made(void (*f)(struct buf *, struct span), const char *in)
{
	buf_reset(&out);
	f(&out, span_str(in));
	assert_false(out.failed);
	return buf_cstr(&out);
}

static void a_terminal_is_not_controlled(void **state)
{
	static const struct {
		const char *in, *want;
	} cases[] = {
		{"", ""},
		{"www.example.com", "www.example.com"},
		{"Z\xc3\xbcrich \xe4\xb8\xad\xe5\x9b\xbd \xf0\x9f\x94\x92 a\xcc\x81",
		 "Z\xc3\xbcrich \xe4\xb8\xad\xe5\x9b\xbd \xf0\x9f\x94\x92 a\xcc\x81"},
		{"\x1b]0;x\x07", "\\x1b]0;x\\x07"},
		{"a\tb\r\nc\x7f", "a\\x09b\\x0d\\x0ac\\x7f"},
		{"\xc2\x9b" "2J\xc2\x85", "\\x9b2J\\x85"},
		{"\xe2\x80\xae" "moc", "\\u{202e}moc"},
		{"\xe2\x81\xa6\xe2\x80\x8b\xef\xbb\xbf\xc2\xad\xd8\x9c\xe3\x85\xa4",
		 "\\u{2066}\\u{200b}\\u{feff}\\xad\\u{61c}\\u{3164}"},
		{"\xf3\xa0\x81\x81", "\\u{e0041}"},
		{"\xef\xbf\xbe\xef\xbf\xbf", "\\u{fffe}\\u{ffff}"},
		{"a\\x1b", "a\\x1b"},
		{"\x9b\xff", "\xef\xbf\xbd\xef\xbf\xbd"},
		{"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_string_equal(made(text_terminal, cases[i].in), cases[i].want);
	buf_reset(&out);
	text_terminal(&out, span_of("a\0b", 3));
	assert_string_equal(buf_cstr(&out), "a\\x00b");
	buf_reset(&out);
	text_terminal(&out, SPAN_NONE);
	assert_int_equal(out.n, 0);
}

static void html_stays_text(void **state)
{
	(void)state;
	assert_string_equal(made(text_html, "<script>alert(\"1\" & '2')</script>"),
			    "&lt;script&gt;alert(&quot;1&quot; &amp; &#39;2&#39;)&lt;/script&gt;");
	assert_string_equal(made(text_html, "a\tb\nc\rd\x01"), "a\tb\nc\\x0dd\\x01");
	assert_string_equal(made(text_html, "\xe2\x80\xae\xff\xc3\xbc"),
			    "\\u{202e}\xef\xbf\xbd\xc3\xbc");
	assert_string_equal(made(text_html, "&amp;"), "&amp;amp;");
}

static void csv_fields(void **state)
{
	static const struct {
		const char *in, *want;
	} cases[] = {
		{"", ""},
		{"plain text", "plain text"},
		{"a,b", "\"a,b\""},
		{"a;b", "\"a;b\""},
		{"say \"hi\"", "\"say \"\"hi\"\"\""},
		{"two\r\nlines", "\"two\r\nlines\""},
		{" lead", "\" lead\""},
		{"trail ", "\"trail \""},
		{"=1+1", "'=1+1"},
		{"  =1+1", "\"'  =1+1\""},
		{"+49", "'+49"},
		{"-5", "'-5"},
		{"@SUM(A1)", "'@SUM(A1)"},
		{"\t=1", "\"'\t=1\""},
		{"\r=1", "\"'\r=1\""},
		{"\n=1", "\"'\n=1\""},
		{"=\"x\",1", "\"'=\"\"x\"\",1\""},
		{"\xef\xbc\x9d" "1", "'\xef\xbc\x9d" "1"},
		{"a=1", "a=1"},
		{"\x1b[2J\xff", "\\x1b[2J\xef\xbf\xbd"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_string_equal(made(text_csv, cases[i].in), cases[i].want);
}

static void hex(void **state)
{
	uint8_t all[256];

	(void)state;
	for (int i = 0; i < 256; i++)
		all[i] = (uint8_t)i;
	text_hex(&out, span_of(all, 256));
	assert_int_equal(out.n, 512);
	assert_memory_equal(out.p, "000102030405060708090a0b0c0d0e0f10", 34);
	assert_memory_equal(out.p + 506, "fdfeff", 6);
	text_hex(&out, SPAN_NONE);
	assert_int_equal(out.n, 512);
}

static void width_of(const char *text, size_t want)
{
	assert_int_equal(text_width(span_str(text)), want);
}

static void widths(void **state)
{
	(void)state;
	width_of("", 0);
	width_of("abc", 3);
	width_of("Z\xc3\xbcrich", 6);
	width_of("e\xcc\x81", 1);
	width_of("\xe4\xb8\xad\xe5\x9b\xbd", 4);
	width_of("\xef\xbc\xa1", 2);
	width_of("\xef\xbd\xb1", 1);
	width_of("\xf0\x9f\x94\x92", 2);
	width_of("\xed\x95\x9c", 2);
	width_of("\xff\xc3", 2);
	width_of("\xe2\x80\xa6", 1);
	width_of("\xd7\x90\xd6\xb0", 1);
}

static const char *column(const char *in, size_t columns, bool pad)
{
	buf_reset(&out);
	buf_add_str(&out, "|");
	text_column(&out, span_str(in), columns, pad);
	buf_add_str(&out, "|");
	return buf_cstr(&out);
}

static void columns(void **state)
{
	(void)state;
	assert_string_equal(column("abc", 5, true), "|abc  |");
	assert_string_equal(column("abc", 5, false), "|abc|");
	assert_string_equal(column("abcde", 5, true), "|abcde|");
	assert_string_equal(column("abcdef", 5, true), "|abcd\xe2\x80\xa6|");
	assert_string_equal(column("abcdef", 1, true), "|\xe2\x80\xa6|");
	assert_string_equal(column("abcdef", 0, true), "||");
	assert_string_equal(column("", 2, true), "|  |");
	assert_string_equal(column("\xe4\xb8\xad\xe5\x9b\xbd\xe4\xb8\xad", 4, true),
			    "|\xe4\xb8\xad\xe2\x80\xa6 |");
	assert_string_equal(column("\xe4\xb8\xad\xe5\x9b\xbd", 4, true),
			    "|\xe4\xb8\xad\xe5\x9b\xbd|");
	assert_string_equal(column("e\xcc\x81x", 2, true), "|e\xcc\x81x|");
	assert_string_equal(column("a\x1b", 5, true), "|a\\x1b|");
	assert_string_equal(column("a\x1b", 4, true), "|a\\x\xe2\x80\xa6|");
}

static void globs(void **state)
{
	static const struct {
		const char *pattern, *text;
		bool want;
	} cases[] = {
		{"", "", true}, {"", "a", false}, {"*", "", true}, {"*", "anything", true},
		{"?", "", false}, {"?", "a", true}, {"?", "ab", false}, {"?", "\xc3\xbc", true},
		{"??", "\xc3\xbc", false}, {"a*c", "abbbc", true}, {"a*c", "abbbcd", false},
		{"*.example.com", "www.EXAMPLE.com", true}, {"*.example.com", "example.com", false},
		{"*R3*", "CN=r3,O=x", true}, {"a**b", "ab", true}, {"*a*b*c*", "xxaxxbxxcxx", true},
		{"*a*b*c*", "xxaxxcxxbxx", false}, {"*ab", "aab", true}, {"a?c*", "abcdef", true},
		{"abc", "abcd", false}, {"abcd", "abc", false}, {"*\xbc", "\xc3\xbc", false},
		{"[a]", "[a]", true}, {"[a]", "a", false},
	};
	char many[4096];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (text_glob(cases[i].pattern, span_str(cases[i].text)) != cases[i].want)
			fail_msg("'%s' and '%s'", cases[i].pattern, cases[i].text);
	/* Exponential matchers never come back from this. */
	memset(many, 'a', sizeof many);
	assert_false(text_glob("*a*a*a*a*a*a*a*a*a*a*a*a*b", span_of(many, sizeof many)));
	assert_true(text_glob("a*a*a", span_of(many, sizeof many)));
}

/* Each code point and its encoding, against the definition. */
static void decodes_every_character(void **state)
{
	(void)state;
	for (uint32_t v = 0; v < 0x110000; v++) {
		uint8_t p[4];
		size_t n = v < 0x80 ? 1 : v < 0x800 ? 2 : v < 0x10000 ? 3 : 4;
		uint32_t c, rest = v;

		for (size_t i = n; i-- > 1; rest >>= 6)
			p[i] = (uint8_t)(0x80 | (rest & 0x3f));
		p[0] = (uint8_t)(n == 1 ? rest : ((0xf0u << (4 - n)) & 0xff) | rest);
		if (v >= 0xd800 && v <= 0xdfff) {
			assert_int_equal(utf8_next(span_of(p, n), &c), 1);
			assert_true(c == UTF8_BAD);
			continue;
		}
		if (utf8_next(span_of(p, n), &c) != n || c != v)
			fail_msg("U+%04X: U+%04X", v, c);
		for (size_t cut = 1; cut < n; cut++)
			if (utf8_next(span_of(p, cut), &c) != 1 || c != UTF8_BAD)
				fail_msg("U+%04X cut to %zu", v, cut);
		if (utf8_width(v) > 2)
			fail_msg("U+%04X", v);
	}
}

#define TEXT_TEST(f) cmocka_unit_test_setup_teardown(f, fresh, wiped)

static void same_number(int64_t v)
{
	uint8_t got[TEXT_INT_MAX + 1];
	char want[TEXT_INT_MAX + 1];

	*text_put_int(got, v) = '\0';
	snprintf(want, sizeof want, "%lld", (long long)v);
	assert_string_equal((const char *)got, want);
}

static void numbers(void **state)
{
	(void)state;
	for (int64_t v = -12000; v <= 12000; v++)
		same_number(v);
	for (int64_t v = INT64_MAX; v > 0; v /= 10)
		for (int64_t d = -1; d <= 1; d++) {
			same_number(v - 1 + d);
			same_number(-v + d + (v == INT64_MAX));
		}
	same_number(INT64_MAX);
	same_number(INT64_MIN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		TEXT_TEST(a_terminal_is_not_controlled),
		TEXT_TEST(html_stays_text),
		TEXT_TEST(csv_fields),
		TEXT_TEST(hex),
		TEXT_TEST(widths),
		TEXT_TEST(columns),
		TEXT_TEST(globs),
		TEXT_TEST(decodes_every_character),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
