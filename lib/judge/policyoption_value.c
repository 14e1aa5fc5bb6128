/* Values of options: read and checked. */
#include "judge/policyoption.h"

#include <stdio.h>
#include <stdlib.h>

static int refuse(const char *value, const char *allowed, struct err *e)
{
	return err_set(e, ERR_PARSE, "'%s' is not allowed; allowed: %s", value, allowed);
}

static int refuse_words(const char *value, const char *const *words, struct err *e)
{
	char text[256];
	size_t n = 0;

	for (; *words; words++)
		if (**words)
			n += (size_t)snprintf(text + n, sizeof text - n, "%s%s", n ? ", " : "",
					      *words);
	return refuse(value, text, e);
}

static int word_index(const char *const *words, const char *value)
{
	for (int i = 0; words[i]; i++)
		if (*value && strcmp(words[i], value) == 0)
			return i;
	return -1;
}

static int set_duration(const struct policyoption *o, int64_t *out, const char *value,
			struct err *e)
{
	char greatest[WHEN_DURATION_SIZE];
	struct duration d;

	if (when_duration_parse(value, false, &d, NULL) != 0)
		return refuse(value, "a duration like 90s, 15m, 24h, 7d, 2w, or 0", e);
	if (o->max && d.seconds > o->max)
		return err_set(e, ERR_PARSE, "'%s' is not allowed; allowed: at most %s", value,
			       when_duration_format((struct duration){o->max, -1}, greatest));
	*out = d.seconds;
	return 0;
}

static int set_number(const struct policyoption *o, unsigned *out, const char *value, struct err *e)
{
	char *end;
	unsigned long v = strtoul(value, &end, 10);

	if (strspn(value, "0123456789") != strlen(value) || !*value || *end ||
	    v < (unsigned long)o->min || v > (unsigned long)o->max)
		return err_set(e, ERR_PARSE,
			       "'%s' is not allowed; allowed: a number from %ld to %ld", value,
			       (long)o->min, (long)o->max);
	*out = (unsigned)v;
	return 0;
}

static int set_set(const struct policyoption *o, unsigned *out, char *const *values, size_t n,
		   struct err *e)
{
	unsigned bits = 0;

	for (size_t i = 0; i < n; i++) {
		int w = word_index(o->words, values[i]);

		if (w < 0)
			return refuse_words(values[i], o->words, e);
		if (bits & (1u << w))
			return err_set(e, ERR_PARSE, "'%s' is listed twice", values[i]);
		if (w == 0 && n > 1 && strcmp(values[i], "all") == 0)
			return err_set(e, ERR_PARSE, "'all' stands alone");
		bits |= 1u << w;
	}
	*out = strcmp(o->words[0], "all") == 0 && bits == 1 ? 0 : bits;
	return 0;
}

static int set_string(char **out, const char *value, struct err *e)
{
	char *s;

	if (!*value)
		return refuse(value, "text that is not empty", e);
	s = strdup(value);
	if (!s)
		return err_set(e, ERR_MEMORY, "out of memory");
	free(*out);
	*out = s;
	return 0;
}

static int set_strings(const struct policyoption *o, char ***out, size_t *count,
		       char *const *values, size_t n, struct err *e)
{
	char **v = calloc(n, sizeof *v);
	size_t done = 0;

	if (!v)
		return err_set(e, ERR_MEMORY, "out of memory");
	for (; done < n; done++) {
		const char *s = values[done];

		if (o->kind == OPTION_HEX && (!*s || strlen(s) % 2 || s[strspn(s, "0123456789abcdef")])) {
			refuse(s, "a key identifier in lower-case hex", e);
			break;
		}
		if (o->kind == OPTION_STRINGS && (!strchr(s, '=') || *s == '=')) {
			refuse(s, "ATTRIBUTE=VALUE of the issuer's name, like O=Example", e);
			break;
		}
		v[done] = strdup(s);
		if (!v[done]) {
			err_set(e, ERR_MEMORY, "out of memory");
			break;
		}
	}
	if (done == n) {
		char **old = *out;

		for (size_t i = 0; i < *count; i++)
			free(old[i]);
		free(old);
		*out = v;
		*count = n;
		return 0;
	}
	while (done-- > 0)
		free(v[done]);
	free(v);
	return -1;
}

static int set_date(int64_t *out, const char *value, struct err *e)
{
	if (strlen(value) != 10 || when_parse(value, out, NULL) != 0)
		return refuse(value, "a date like 2026-12-31", e);
	return 0;
}

static int set_ocsp(const struct policyoption *o, enum policy_ca_ocsp *out, int64_t *ended,
		    const char *value, struct err *e)
{
	static const char prefix[] = "ended ";
	int w = word_index(o->words, value);

	if (w >= 0 && w != CA_OCSP_ENDED) {
		*out = (enum policy_ca_ocsp)w;
		*ended = WHEN_NONE;
		return 0;
	}
	if (strncmp(value, prefix, sizeof prefix - 1) != 0 ||
	    set_date(ended, value + sizeof prefix - 1, NULL) != 0)
		return refuse(value, "yes, no, unknown, 'ended DATE'", e);
	*out = CA_OCSP_ENDED;
	return 0;
}

static int set_finding(char **out, const char *value, struct err *e)
{
	const struct finding_rule *r = finding_rule_get(value);

	if (!r)
		return err_set(e, ERR_PARSE, "'%s' is no finding id (--explain all lists them)", value);
	if (r->unchecked)
		return err_set(e, ERR_PARSE,
			       "'%s' says that something could not be checked, which no policy can "
			       "change", value);
	return set_string(out, value, e);
}

static int set_url(char **out, const char *value, struct err *e)
{
	const char *host = strncmp(value, "http://", 7) == 0 ? value + 7
			   : strncmp(value, "https://", 8) == 0 ? value + 8 : "";

	if (!*host || *host == '/' || strchr(host, ' '))
		return refuse(value, "an http:// or https:// URL with a host", e);
	return set_string(out, value, e);
}

int policyoption_set(const struct policyoption *o, void *base, char *const *values, size_t n,
		     struct err *e)
{
	void *at = (char *)base + o->offset, *at2 = (char *)base + o->offset2;
	const char *value = values[0];
	int w;

	switch (o->kind) {
	case OPTION_DURATION:
		return set_duration(o, at, value, e);
	case OPTION_SHARE:
		if (when_duration_parse(value, true, at, NULL) == 0)
			return 0;
		return refuse(value, "a duration like 24h, or a share of the staple's life like 25%", e);
	case OPTION_NUMBER:
		return set_number(o, at, value, e);
	case OPTION_WORD:
		w = word_index(o->words, value);
		if (w < 0)
			return refuse_words(value, o->words, e);
		*(unsigned *)at = (unsigned)w;
		return 0;
	case OPTION_BOOL:
		if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
			return refuse(value, "yes, no", e);
		*(bool *)at = *value == 'y';
		return 0;
	case OPTION_SET:
		return set_set(o, at, values, n, e);
	case OPTION_STRING:
		return set_string(at, value, e);
	case OPTION_STRINGS:
	case OPTION_HEX:
		return set_strings(o, at, at2, values, n, e);
	case OPTION_URL:
		return set_url(at, value, e);
	case OPTION_DATE:
		return set_date(at, value, e);
	case OPTION_LAST_DAY:
		if (set_date(at, value, e) != 0)
			return -1;
		*(int64_t *)at += 86399; /* its last second */
		*(int64_t *)at2 = *(int64_t *)at;
		return 0;
	case OPTION_OCSP:
		return set_ocsp(o, at, at2, value, e);
	case OPTION_FINDING:
		return set_finding(at, value, e);
	}
	return err_set(e, ERR_INTERNAL, "an option of no kind");
}
