#include "tests/unit/unit.h"

#include "facts/dn.h"
#include "facts/dn_parse.h"

#include <stdio.h>

static struct err e;

/* Text to Name, and that to text again. */
static void becomes(const char *text, const char *want)
{
	struct buf name, out;

	buf_init(&name);
	buf_init(&out);
	if (dn_parse(text, &name, &e) != 0)
		fail_msg("%s: %s", text, e.text);
	dn_text(&out, buf_span(&name));
	assert_string_equal(buf_cstr(&out), want);
	buf_wipe(&out);
	buf_wipe(&name);
}

static void stays(const char *text)
{
	becomes(text, text);
}

static void refused(const char *text, size_t at, const char *why)
{
	struct buf name;
	char place[40];

	buf_init(&name);
	assert_int_equal(dn_parse(text, &name, &e), -1);
	assert_int_equal(e.code, ERR_USAGE);
	snprintf(place, sizeof place, "at character %zu:", at);
	if (!strstr(e.text, place) || !strstr(e.text, why))
		fail_msg("%s: %s", text, e.text);
	assert_int_equal(name.n, 0);
	buf_wipe(&name);
}

static void names_go_both_ways(void **state)
{
	(void)state;
	stays("");
	stays("CN=www.example.com");
	stays("CN=www.example.com,O=Example,C=DE");
	stays("CN=Müller\\, Söhne,O=a\\+b");
	stays("CN=\\ blanks\\ ");
	stays("CN=\\#hash");
	stays("DC=example,DC=com");
	stays("CN=a,1.2.3.4=#0c0161");
	/* every type that dn_text has a name for */
	stays("EMAIL=a@b.example,description=d,postalAddress=p,postOfficeBox=1,telephoneNumber=12");
	stays("name=n,initials=i,generationQualifier=g,dnQualifier=q,pseudonym=p,title=t,UID=u");
	stays("SN=s,givenName=g,STREET=s,L=l,ST=s,serialNumber=1,businessCategory=b,postalCode=1");
	stays("OU=o,organizationIdentifier=o,jurisdictionC=DE,jurisdictionST=s,jurisdictionL=l");
	becomes("emailAddress=a@b.example", "EMAIL=a@b.example");
	becomes("cn=a , o = b ", "CN=a,O=b");
	becomes("2.5.4.3=a;O=b", "CN=a,O=b");
	becomes("CN=\\4d\\c3\\bcller", "CN=Müller");
}

static void the_first_rdn_is_the_texts_last(void **state)
{
	static const uint8_t want[] = {0x30, 0x18, 0x31, 0x0b, 0x30, 0x09, 0x06, 0x03, 0x55,
				       0x04, 0x06, 0x13, 0x02, 'D',  'E',  0x31, 0x09, 0x30,
				       0x07, 0x06, 0x03, 0x55, 0x04, 0x03, 0x0c, 0x00};
	struct buf name;

	(void)state;
	buf_init(&name);
	assert_int_equal(dn_parse("CN=x,C=DE", &name, &e), 0);
	assert_int_equal(name.n, sizeof want + 1);
	assert_memory_equal(name.p + 2, want + 2, 13); /* C, a PrintableString, comes first */
	assert_memory_equal(name.p + name.n - 3, "\x0c\x01x", 3); /* CN is UTF8String */
	buf_wipe(&name);
}

static void several_values_are_a_sorted_set(void **state)
{
	struct buf a, b;

	(void)state;
	buf_init(&a);
	buf_init(&b);
	assert_int_equal(dn_parse("OU=x+CN=y", &a, &e), 0);
	assert_int_equal(dn_parse("CN=y + OU=x", &b, &e), 0);
	assert_true(span_equal(buf_span(&a), buf_span(&b)));
	buf_wipe(&b);
	buf_wipe(&a);
}

static void rules_that_are_broken(void **state)
{
	char text[200] = "CN=";

	(void)state;
	refused("CN", 3, "'=' is missing");
	refused("=x", 1, "type is missing");
	refused("CN=", 4, "value is missing");
	refused("XX=y", 1, "no known attribute type");
	refused("3.1=y", 1, "no known attribute type");
	refused("1.02=y", 1, "no known attribute type");
	refused("CN=a,", 6, "attribute is missing");
	refused("CN=a+", 6, "type is missing");
	refused("CN=a\"b", 5, "needs a '\\'");
	refused("CN=a\\", 5, "hex digits or a special");
	refused("CN=a\\zz", 5, "hex digits or a special");
	refused("CN=\\ff", 7, "not UTF-8");
	refused("CN=a\\00", 8, "NUL");
	refused("C=DEU", 6, "must have 2");
	refused("C=\\c3\\bcb", 10, "PrintableString");
	refused("DC=\\c3\\bc", 10, "ASCII");
	refused("CN=#0c0261", 11, "one DER value");
	refused("CN=a+CN=b+CN=c+CN=d+CN=e+CN=f+CN=g+CN=h+CN=i+CN=j+CN=k+CN=l+CN=m+CN=n+CN=o+CN=p+CN=q",
		81, "too many attributes");
	memset(text + 3, 'a', 65);
	refused(text, 69, "65 characters, at most 64");
	text[67] = '\0';
	stays(text);
}

static void a_cn_by_itself(void **state)
{
	struct buf a, b;

	(void)state;
	buf_init(&a);
	buf_init(&b);
	dn_parse_cn(span_str("www.example.com"), &a);
	assert_int_equal(dn_parse("CN=www.example.com", &b, &e), 0);
	assert_true(span_equal(buf_span(&a), buf_span(&b)));
	buf_wipe(&b);
	buf_wipe(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_go_both_ways),
		cmocka_unit_test(the_first_rdn_is_the_texts_last),
		cmocka_unit_test(several_values_are_a_sorted_set),
		cmocka_unit_test(rules_that_are_broken),
		cmocka_unit_test(a_cn_by_itself),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
