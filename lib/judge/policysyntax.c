#include "judge/policysyntax.h"

#include <stdarg.h>
#include <stdio.h>

#define WORD_MAX 256 /* of a name; values may be longer */

enum token { TOKEN_ERROR = -1, TOKEN_END, TOKEN_WORD, TOKEN_QUOTED };
/* other tokens are the characters themselves: = { } ( ) , */

struct scan {
	const uint8_t *p, *end;
	const char *name;
	unsigned line;
	char word[WORD_MAX]; /* the last unquoted word, cut when too long for a name */
	struct span shown;   /* the last token, for messages */
	enum policysection_id top;
	struct err *e;
};

static int refuse(struct scan *s, const char *fmt, ...) PRINTF_LIKE(2, 3);

static int refuse(struct scan *s, const char *fmt, ...)
{
	char text[ERR_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	return err_set(s->e, ERR_PARSE, "%s:%u: %s", s->name, s->line, text);
}

/* The last token as messages show it: quoted, and its beginning when it is long. */
#define SHOWN_MAX 30
#define SHOWN(s) (int)((s)->shown.n > SHOWN_MAX ? SHOWN_MAX : (s)->shown.n), (const char *)(s)->shown.p

static bool word_byte(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("._-%:@", c));
}

static void skip_space(struct scan *s)
{
	for (; s->p < s->end; s->p++) {
		if (*s->p == '#')
			while (s->p + 1 < s->end && s->p[1] != '\n')
				s->p++;
		else if (*s->p == '\n')
			s->line++;
		else if (*s->p == '\r' && s->p + 1 < s->end && s->p[1] == '\n')
			continue;
		else if (*s->p != ' ' && *s->p != '\t')
			return;
	}
}

static int quoted(struct scan *s, uint8_t quote)
{
	const uint8_t *start = s->p++;

	for (; s->p < s->end && *s->p != quote; s->p++) {
		uint8_t c = *s->p, next = s->p + 1 < s->end ? s->p[1] : 0;

		if (c == '\n')
			break;
		if (c < 0x20 || c == 0x7f)
			return refuse(s, "control character 0x%02x in a string", c);
		if (quote == '"' && c == '$' && next == '{')
			return refuse(s, "'${' is not allowed here: put the text in single quotes");
		if (c == '\\' && (next == '\\' || next == quote))
			s->p++;
		else if (c == '\\' && quote == '"')
			return refuse(s, "unknown escape; allowed in double quotes: \\\\ and \\\"");
	}
	if (s->p == s->end || *s->p != quote)
		return refuse(s, "a string that does not end on its line");
	s->p++;
	s->shown = span_of(start, (size_t)(s->p - start));
	return TOKEN_QUOTED;
}

static int next(struct scan *s)
{
	const uint8_t *start;
	size_t n;

	skip_space(s);
	if (s->p == s->end) {
		s->shown = span_str("end of file");
		return TOKEN_END;
	}
	if (*s->p == '"' || *s->p == '\'')
		return quoted(s, *s->p);
	if (strchr("={}(),", *s->p) && *s->p) {
		s->shown = span_of(s->p, 1);
		return *s->p++;
	}
	start = s->p;
	while (s->p < s->end && word_byte(*s->p))
		s->p++;
	n = (size_t)(s->p - start);
	if (n == 0 && *s->p == '$')
		return refuse(s, "'$' is not allowed here: put the text in single quotes");
	if (n == 0 && *s->p == '+')
		return refuse(s, "'+' is not allowed here: a list is given whole, with '='");
	if (n == 0 && *s->p > 0x20 && *s->p < 0x7f)
		return refuse(s, "'%c' is not allowed here: put the text in quotes", *s->p);
	if (n == 0)
		return refuse(s, "byte 0x%02x is not allowed here: put the text in quotes", *s->p);
	if (n >= sizeof s->word)
		n = sizeof s->word - 1;
	memcpy(s->word, start, n);
	s->word[n] = '\0';
	s->shown = span_of(start, (size_t)(s->p - start));
	return TOKEN_WORD;
}

/* Behind `what`, and the name of it if it has one. */
static int expect(struct scan *s, int token, const char *what, const char *name, const char *allowed)
{
	const char *quote = name ? "'" : "";
	int t = next(s);

	if (t == TOKEN_ERROR)
		return -1;
	if (t == token || (token == TOKEN_QUOTED && t == TOKEN_WORD))
		return 0;
	return refuse(s, "'%.*s' behind %s%s%s%s%s; allowed: %s", SHOWN(s), what, name ? " " : "", quote,
		      name ? name : "", quote, allowed);
}

/* Behind "OPTION =". */
static int value(struct scan *s, const struct policyoption *o, const char *name)
{
	int t = next(s);

	if (t == TOKEN_ERROR || t == TOKEN_WORD || t == TOKEN_QUOTED)
		return t == TOKEN_ERROR ? -1 : 0;
	if (t != '{')
		return refuse(s, "'%.*s' in place of the value of '%s'", SHOWN(s), name);
	if (!policyoption_is_list(o))
		return refuse(s, "'%s' takes one value, not a list", name);
	for (;;) {
		t = next(s);
		if (t == '}')
			return refuse(s, "an empty place in the list of '%s'", name);
		if (t == TOKEN_ERROR)
			return -1;
		if (t != TOKEN_WORD && t != TOKEN_QUOTED)
			return refuse(s, "'%.*s' in the list of '%s'; allowed: values, commas", SHOWN(s),
				      name);
		t = next(s);
		if (t == '}')
			return 0;
		if (t == TOKEN_ERROR)
			return -1;
		if (t != ',')
			return refuse(s, "'%.*s' behind a value of '%s'; allowed: ',' '}'", SHOWN(s),
				      name);
	}
}

static int unknown(struct scan *s, const struct policysection *section, const char *name)
{
	struct buf b;

	if (section == &policysections[SECTION_SEVERITY])
		return refuse(s, "unknown finding id '%s' in 'severity' (--explain all lists them)",
			      name);
	buf_init(&b);
	policyoption_names(section, &b);
	if (section->name[0])
		refuse(s, "unknown option '%s' in '%s'; allowed: %s", name, section->name,
		       buf_cstr(&b));
	else
		refuse(s, "unknown option or section '%s'; allowed: %s", name, buf_cstr(&b));
	buf_wipe(&b);
	return -1;
}

/* "OPTION = value", its name just read. */
static int assignment(struct scan *s, const struct policysection *section)
{
	const struct policyoption *o = policyoption_get(section, s->word);
	char name[WORD_MAX];

	memcpy(name, s->word, sizeof name);
	if (!o)
		return unknown(s, section, name);
	if (expect(s, '=', "option", name, "'='") != 0)
		return -1;
	return value(s, o, name);
}

/* "SECTION [TITLE] { ... }", its name just read. */
static int section_body(struct scan *s, const struct policysection *section)
{
	unsigned begin = s->line;
	int t;

	if (section->titled &&
	    expect(s, TOKEN_QUOTED, "section", section->name, "its title, then '{'") != 0)
		return -1;
	if (expect(s, '{', "section", section->name, "'{'") != 0)
		return -1;
	for (;;) {
		t = next(s);
		if (t == TOKEN_ERROR)
			return -1;
		if (t == '}')
			return 0;
		if (t == TOKEN_END)
			return refuse(s, "section '%s' of line %u has no '}'", section->name, begin);
		if (t != TOKEN_WORD)
			return refuse(s, "'%.*s' in section '%s'; allowed: an option, '}'", SHOWN(s),
				      section->name);
		if (assignment(s, section) != 0)
			return -1;
	}
}

static int statement(struct scan *s)
{
	const struct policysection *top = &policysections[s->top], *section;

	if (s->top != SECTION_TOP)
		return assignment(s, top);
	if (strcmp(s->word, "include") == 0) {
		if (expect(s, '(', "include", NULL, "'('") != 0 ||
		    expect(s, TOKEN_QUOTED, "include(", NULL, "the name of a file") != 0)
			return -1;
		return expect(s, ')', "the file of include", NULL, "')'");
	}
	section = policysection_get(s->word);
	if (section)
		return section_body(s, section);
	return assignment(s, top);
}

int policysyntax_check(struct span text, const char *name, enum policysection_id top,
		       struct err *e)
{
	struct scan s = {.p = text.p, .end = text.p + text.n, .name = name, .line = 1, .top = top,
			 .e = e};
	int t;

	if (memchr(text.p, 0, text.n))
		return err_set(e, ERR_PARSE, "%s: it holds a NUL byte; this is no policy", name);
	while ((t = next(&s)) != TOKEN_END) {
		if (t == TOKEN_ERROR)
			return -1;
		if (t != TOKEN_WORD)
			return refuse(&s, "'%.*s' in place of an option or section", SHOWN(&s));
		if (statement(&s) != 0)
			return -1;
	}
	return 0;
}
