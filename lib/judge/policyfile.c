#include "judge/policyfile.h"

#include "facts/mistaken.h"
#include "ground/file.h"
#include "ground/limits.h"
#include "judge/policyparts.h"
#include "judge/policysyntax.h"

#include <confuse.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* --- libconfuse: text to statements --- */

/* libconfuse gives its callbacks no context of ours, and its lexer is global anyway. */
static struct parse {
	struct statement *v;
	size_t n, cap;
	unsigned instance;
	enum policysection_id top;
	const char *name;
	bool failed; /* e is set */
	struct err *e;
} *parse;

static void statements_free(struct parse *p)
{
	for (size_t i = 0; i < p->n; i++) {
		struct statement *s = &p->v[i];

		for (size_t j = 0; j < s->n; j++)
			free(s->values[j]);
		free(s->values);
		free(s->option);
		free(s->title);
	}
	free(p->v);
}

static int no_memory(void)
{
	parse->failed = true;
	return err_set(parse->e, ERR_MEMORY, "out of memory for the policy");
}

static struct statement *add(enum statement_kind kind, const char *section, const char *title,
			     int line)
{
	struct statement *v = array_grow(parse->v, parse->n, &parse->cap, sizeof *v), *s;

	if (!v)
		return NULL;
	parse->v = v;
	s = &v[parse->n];
	*s = (struct statement){.kind = kind, .line = (unsigned)line, .instance = parse->instance};
	s->section = strcmp(section, "root") == 0 ? &policysections[parse->top]
						  : policysection_get(section);
	if (title && !(s->title = strdup(title)))
		return NULL;
	parse->n++;
	return s;
}

/* One value; of a list each, and nvalues counts from 1 in each assignment. */
static int on_value(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result)
{
	struct statement *s;

	if (opt->nvalues > 1 && parse->n > 0) {
		s = &parse->v[parse->n - 1];
	} else {
		s = add(STATEMENT_SET, cfg->name, cfg->title, cfg->line);
		if (!s || !(s->option = strdup(opt->name)))
			return no_memory();
	}
	if (!array_add_copy(&s->values, &s->n, &s->cap, value))
		return no_memory();
	*(const char **)result = value;
	return 0;
}

static int on_section_end(cfg_t *cfg, cfg_opt_t *opt)
{
	cfg_t *section = cfg_opt_getnsec(opt, cfg_opt_size(opt) - 1);
	const struct statement *last = parse->n > 0 ? &parse->v[parse->n - 1] : NULL;
	const char *title = section ? section->title : NULL;

	if (last && last->kind == STATEMENT_SET && last->instance == parse->instance &&
	    strcmp(last->section->name, opt->name) == 0)
		title = last->title;
	if (!add(STATEMENT_END, opt->name, title, cfg->line))
		return no_memory();
	parse->instance++;
	return 0;
}

static int on_include(cfg_t *cfg, cfg_opt_t *opt, int argc, const char **argv)
{
	struct statement *s = add(STATEMENT_INCLUDE, "root", NULL, cfg->line);

	(void)opt;
	parse->instance++;
	if (!s || argc != 1 || !array_add_copy(&s->values, &s->n, &s->cap, argv[0]))
		return no_memory();
	return 0;
}

static void on_error(cfg_t *cfg, const char *fmt, va_list ap) PRINTF_LIKE(2, 0);

static void on_error(cfg_t *cfg, const char *fmt, va_list ap)
{
	char text[256];

	if (parse->failed)
		return;
	parse->failed = true;
	vsnprintf(text, sizeof text, fmt, ap);
	err_set(parse->e, ERR_PARSE, "%s:%d: %s", parse->name, cfg->line, text);
}

/* The rows of one section; severities are one option for each finding. */
static size_t fill(cfg_opt_t *out, const struct policysection *section)
{
	size_t n = 0;

	for (size_t i = 0; i < policyoption_count; i++) {
		const struct policyoption *o = &policyoptions[i];
		cfg_flag_t list = policyoption_is_list(o) ? CFGF_LIST : 0;

		if (&policysections[o->section] != section)
			continue;
		for (size_t j = 0; j < (o->name ? 1 : finding_rule_count); j++)
			out[n++] = (cfg_opt_t){.name = o->name ? o->name : finding_rules[j].id,
					       .type = CFGT_STR,
					       .flags = CFGF_NODEFAULT | list,
					       .parsecb = on_value};
	}
	return n;
}

/* All rows in one block: the outermost first, then each section's, a zero behind each.  Only the
 * outermost of a whole policy has sections, and with them the severities. */
static cfg_opt_t *options_new(enum policysection_id top)
{
	size_t sections = top == SECTION_TOP ? finding_rule_count + 2 * policysection_count + 1 : 0, n;
	cfg_opt_t *v = calloc(policyoption_count + sections + 1, sizeof *v), *sub;

	if (!v)
		return NULL;
	n = fill(v, &policysections[top]);
	if (top != SECTION_TOP)
		return v;
	sub = v + n + policysection_count + 1;
	for (size_t i = 1; i < policysection_count; i++) {
		const struct policysection *s = &policysections[i];
		cfg_flag_t many = s->many ? CFGF_MULTI : 0, titled = s->titled ? CFGF_TITLE : 0;

		v[n++] = (cfg_opt_t){.name = s->name,
				     .type = CFGT_SEC,
				     .flags = CFGF_NODEFAULT | many | titled,
				     .subopts = sub,
				     .validcb = on_section_end};
		sub += fill(sub, s) + 1;
	}
	v[n] = (cfg_opt_t){.name = "include", .type = CFGT_FUNC, .func = on_include};
	return v;
}

static int parse_text(struct parse *p, const char *text, struct err *e)
{
	cfg_opt_t *options = options_new(p->top);
	cfg_t *cfg = options ? cfg_init(options, CFGF_NONE) : NULL;
	int rc = -1;

	parse = p;
	if (!cfg) {
		err_set(e, ERR_MEMORY, "out of memory for the policy");
		goto out;
	}
	cfg_set_error_function(cfg, on_error);
	rc = cfg_parse_buf(cfg, text) == CFG_SUCCESS && !p->failed ? 0 : -1;
	if (rc != 0 && !p->failed)
		err_set(e, ERR_PARSE, "%s: this is no policy", p->name);
out:
	parse = NULL;
	if (cfg)
		cfg_free(cfg);
	free(options);
	return rc;
}

/* --- files --- */

struct reading {
	struct policy *policy;
	unsigned depth;
	const char *ca_id; /* the file is a CA record */
};

static int read_file(struct reading *r, const char *path, struct err *e);

/* A path as the including file means it: relative to its own folder. */
static int read_include(struct reading *r, const char *from, const struct statement *s,
			struct err *e)
{
	const char *slash = strrchr(from, '/');
	int folder = slash ? (int)(slash - from + 1) : 0, rc;
	struct buf path;
	struct err inner;

	if (r->depth >= LIMIT_POLICY_INCLUDES)
		return err_set(e, ERR_LIMIT, "%s:%u: includes are nested more than %d deep", from,
			       s->line, LIMIT_POLICY_INCLUDES);
	buf_init(&path);
	if (s->values[0][0] != '/')
		buf_add_bytes(&path, from, (size_t)folder);
	buf_add_str(&path, s->values[0]);
	buf_add_byte(&path, 0);
	rc = buf_check(&path, "path of an include", e);
	if (rc == 0) {
		r->depth++;
		rc = read_file(r, (const char *)path.p, &inner);
		r->depth--;
		if (rc != 0 && (inner.code == ERR_NOT_FOUND || inner.code == ERR_IO))
			err_prefix(&inner, "%s:%u: include", from, s->line);
		if (rc != 0 && e)
			*e = inner;
	}
	buf_wipe(&path);
	return rc;
}

static int apply_all(struct reading *r, const char *name, const struct parse *p, struct err *e)
{
	const struct statement *from = p->v, *end = p->n ? p->v + p->n : from;

	while (from < end) {
		const struct statement *to = from;

		while (to < end && to->kind != STATEMENT_INCLUDE)
			to++;
		if (policyapply(r->policy, name, r->ca_id, p->v, from, to, e) != 0)
			return -1;
		if (to < end && read_include(r, name, to++, e) != 0)
			return -1;
		from = to;
	}
	return 0;
}

static int read_text(struct reading *r, struct buf *text, const char *name, struct err *e)
{
	struct parse p = {.top = r->ca_id ? SECTION_CA : SECTION_TOP, .name = name, .e = e};
	int rc = -1;

	if (policysyntax_check(buf_span(text), name, p.top, e) == 0 &&
	    parse_text(&p, buf_cstr(text), e) == 0)
		rc = apply_all(r, name, &p, e);
	if (rc == 0 && r->ca_id)
		rc = policyapply_check_ca(r->policy, name, r->ca_id, e);
	statements_free(&p);
	return rc;
}

static int read_file(struct reading *r, const char *path, struct err *e)
{
	struct buf text;
	int rc;

	buf_init(&text);
	if (strcmp(path, "-") == 0)
		rc = file_read_fd(STDIN_FILENO, "standard input", LIMIT_POLICY_FILE, &text, e);
	else
		rc = file_read(path, LIMIT_POLICY_FILE, &text, e);
	if (rc == 0 && mistaken(MISTAKEN_FOR_POLICY, buf_span(&text), path, e))
		rc = -1;
	if (rc == 0)
		rc = read_text(r, &text, strcmp(path, "-") == 0 ? "standard input" : path, e);
	buf_wipe(&text);
	return rc;
}

int policy_read(struct policy *p, const char *path, struct err *e)
{
	struct reading r = {.policy = p};

	return read_file(&r, path, e);
}

int policy_read_ca(struct policy *p, const char *path, const char *id, struct err *e)
{
	struct reading r = {.policy = p, .ca_id = id};

	return read_file(&r, path, e);
}

int policy_read_text(struct policy *p, struct span text, const char *name, struct err *e)
{
	struct reading r = {.policy = p, .depth = LIMIT_POLICY_INCLUDES};
	struct buf copy;
	int rc;

	buf_init(&copy);
	buf_add(&copy, text);
	rc = buf_check(&copy, name, e);
	if (rc == 0)
		rc = read_text(&r, &copy, name, e);
	buf_wipe(&copy);
	return rc;
}
