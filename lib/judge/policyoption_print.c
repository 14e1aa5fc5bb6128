/* Values of options in the policy's own syntax. */
#include "judge/policyoption.h"

/* --- printing --- */

void policyoption_quote(struct buf *out, const char *text)
{
	buf_add_byte(out, '\'');
	for (; *text; text++) {
		if (*text == '\'' || *text == '\\')
			buf_add_byte(out, '\\');
		buf_add_byte(out, (uint8_t)*text);
	}
	buf_add_byte(out, '\'');
}

static bool print_set(const struct policyoption *o, unsigned bits, struct buf *out)
{
	const char *between = "";

	if (bits == 0)
		bits = 1; /* "all" */
	buf_add_byte(out, '{');
	for (int i = 0; o->words[i]; i++)
		if (bits & (1u << i)) {
			buf_printf(out, "%s%s", between, o->words[i]);
			between = ", ";
		}
	buf_add_byte(out, '}');
	return true;
}

static bool print_strings(char *const *v, size_t n, struct buf *out)
{
	if (n == 0)
		return false;
	buf_add_byte(out, '{');
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_add_str(out, ", ");
		policyoption_quote(out, v[i]);
	}
	buf_add_byte(out, '}');
	return true;
}

static bool print_date(int64_t t, const char *before, const char *after, struct buf *out)
{
	char text[WHEN_TEXT_SIZE];

	if (t == WHEN_NONE)
		return false;
	when_format(t, text);
	buf_printf(out, "%s%.10s%s", before, text, after);
	return true;
}

static bool print_text(const char *s, struct buf *out)
{
	if (s)
		policyoption_quote(out, s);
	return s != NULL;
}

bool policyoption_print(const struct policyoption *o, const void *base, struct buf *out)
{
	const void *at = (const char *)base + o->offset, *at2 = (const char *)base + o->offset2;
	char text[WHEN_DURATION_SIZE];
	struct duration d = {0, -1};
	unsigned w;

	switch (o->kind) {
	case OPTION_DURATION:
		d.seconds = *(const int64_t *)at;
		buf_add_str(out, when_duration_format(d, text));
		return true;
	case OPTION_SHARE:
		buf_add_str(out, when_duration_format(*(const struct duration *)at, text));
		return true;
	case OPTION_NUMBER:
		buf_printf(out, "%u", *(const unsigned *)at);
		return true;
	case OPTION_WORD:
		buf_add_str(out, o->words[*(const unsigned *)at]);
		return true;
	case OPTION_BOOL:
		buf_add_str(out, *(const bool *)at ? "yes" : "no");
		return true;
	case OPTION_SET:
		return print_set(o, *(const unsigned *)at, out);
	case OPTION_STRINGS:
	case OPTION_HEX:
		return print_strings(*(char *const *const *)at, *(const size_t *)at2, out);
	case OPTION_STRING:
	case OPTION_URL:
	case OPTION_FINDING:
		return print_text(*(char *const *)at, out);
	case OPTION_DATE:
	case OPTION_LAST_DAY:
		return print_date(*(const int64_t *)at, "", "", out);
	case OPTION_OCSP:
		w = *(const enum policy_ca_ocsp *)at;
		if (w == CA_OCSP_ENDED)
			return print_date(*(const int64_t *)at2, "'ended ", "'", out);
		buf_add_str(out, o->words[w]);
		return true;
	}
	return false;
}
