#include "judge/policyparts.h"

#include <stdlib.h>

static int no_memory(struct err *e)
{
	return err_set(e, ERR_MEMORY, "out of memory for the policy");
}

/* --- objects: names, responders, waivers, CAs --- */

/* The arrays of a policy by section; all elements begin as zeros. */
struct list {
	void *at; /* of the pointer to the elements */
	size_t *n;
	size_t size;
};

static char *elements(const struct list *l)
{
	char *v;

	memcpy(&v, l->at, sizeof v);
	return v;
}

static struct list list_of(struct policy *p, enum policysection_id section)
{
	switch (section) {
	case SECTION_NAME:
		return (struct list){&p->names, &p->name_count, sizeof *p->names};
	case SECTION_RESPONDER:
		return (struct list){&p->responders, &p->responder_count,
				     sizeof *p->responders};
	case SECTION_WAIVER:
		return (struct list){&p->waivers, &p->waiver_count, sizeof *p->waivers};
	default:
		return (struct list){&p->cas, &p->ca_count, sizeof *p->cas};
	}
}

/* A name or a responder that is given again stands last, with its new value only. */
static void drop_same_title(struct policy *p, enum policysection_id section, const char *title)
{
	struct list l = list_of(p, section);

	for (size_t i = 0; i < *l.n; i++) {
		char *at = elements(&l) + i * l.size;

		if (section == SECTION_NAME) {
			struct policy_name_rule *r = (void *)at;

			if (strcmp(r->pattern, title) != 0)
				continue;
			free(r->pattern);
		} else {
			struct policy_responder *r = (void *)at;

			if (strcmp(r->pattern, title) != 0)
				continue;
			free(r->pattern);
			free(r->url);
		}
		memmove(at, at + l.size, (*l.n - i - 1) * l.size);
		--*l.n;
		policyapply_forget(p, section, i);
		return;
	}
}

/* A new object at the end; NULL without memory.  The arrays grow by one: there are few. */
static void *append(struct policy *p, enum policysection_id section)
{
	struct list l = list_of(p, section);
	char *v = calloc(*l.n + 1, l.size);

	if (!v)
		return NULL;
	if (*l.n)
		memcpy(v, elements(&l), *l.n * l.size);
	free(elements(&l));
	memcpy(l.at, &v, sizeof v);
	return v + (*l.n)++ * l.size;
}

static int open_titled(struct policy *p, enum policysection_id section, const char *title,
		       struct err *e)
{
	char *copy = strdup(title);
	void *object;

	drop_same_title(p, section, title);
	object = copy ? append(p, section) : NULL;
	if (!object) {
		free(copy);
		return no_memory(e);
	}
	*(char **)object = copy; /* the pattern stands first in both structs */
	return 0;
}

static int open_ca(struct policy *p, const char *id, size_t *item, struct err *e)
{
	struct policy_ca *ca;

	for (*item = 0; *item < p->ca_count; ++*item)
		if (strcmp(p->cas[*item].id, id) == 0)
			return 0;
	ca = append(p, SECTION_CA);
	if (!ca || !(ca->id = strdup(id)))
		return no_memory(e);
	ca->ocsp_ended = ca->since = ca->checked = WHEN_NONE;
	return 0;
}

/* Finds or makes the object that a section speaks about. */
static int open_object(struct policy *p, const struct statement *s, const char *ca_id,
		       size_t *item, struct err *e)
{
	enum policysection_id section = (enum policysection_id)(s->section - policysections);
	const char *title = ca_id ? ca_id : s->title;

	*item = 0;
	if (section == SECTION_CA && title && *title)
		return open_ca(p, title, item, e);
	if (!s->section->many)
		return 0;
	if (s->section->titled && (!title || !*title))
		return err_set(e, ERR_PARSE, "a title that is not empty is missing behind '%s'",
			       s->section->name);
	if (s->section->titled && open_titled(p, section, title, e) != 0)
		return -1;
	if (!s->section->titled && !append(p, section))
		return no_memory(e);
	*item = *list_of(p, section).n - 1;
	return 0;
}

static void *base_of(struct policy *p, enum policysection_id section, size_t item)
{
	struct list l;

	if (!policysections[section].many)
		return p;
	l = list_of(p, section);
	return elements(&l) + item * l.size;
}

/* --- statements --- */

/* Is it the same option of the same section?  Untitled sections of which there are many are
 * each its own. */
static bool same_option(const struct statement *a, const struct statement *b)
{
	if (a->kind != STATEMENT_SET || a->section != b->section || strcmp(a->option, b->option) != 0)
		return false;
	if (!a->section->many)
		return true;
	if (!a->title || !b->title)
		return a->instance == b->instance;
	return strcmp(a->title, b->title) == 0;
}

static int refuse_twice(const struct statement *s, const struct statement *first, struct err *e)
{
	if (!s->section->name[0])
		return err_set(e, ERR_PARSE, "option '%s' is given twice (first in line %u)",
			       s->option, first->line);
	if (s->title)
		return err_set(e, ERR_PARSE, "option '%s' of %s '%s' is given twice (first in line %u)",
			       s->option, s->section->name, s->title, first->line);
	return err_set(e, ERR_PARSE, "option '%s' of '%s' is given twice (first in line %u)", s->option,
		       s->section->name, first->line);
}

static int set_severity(struct policy *p, const struct policyoption *o, const struct statement *s,
			size_t *item, struct err *e)
{
	const struct finding_rule *r = finding_rule_get(s->option);
	unsigned severity;

	if (r->unchecked)
		return err_set(e, ERR_PARSE,
			       "'%s' says that something could not be checked, which no policy can "
			       "change", s->option);
	if (policyoption_set(o, &severity, s->values, s->n, e) != 0)
		return -1;
	*item = (size_t)(r - finding_rules);
	p->severity[*item] = (int8_t)severity;
	return 0;
}

static int apply_set(struct policy *p, const struct statement *s, size_t item, size_t file,
		     struct err *e)
{
	const struct policyoption *o = policyoption_get(s->section, s->option);
	int rc;

	if (!o)
		return err_set(e, ERR_PARSE, "unknown option '%s' in '%s'", s->option,
			       s->section->name);
	if (o->section == SECTION_SEVERITY)
		rc = set_severity(p, o, s, &item, e);
	else
		rc = policyoption_set(o, base_of(p, o->section, item), s->values, s->n, e);
	if (rc != 0)
		return err_prefix(e, "%s%s%s", s->section->name, s->section->name[0] ? "." : "",
				  s->option);
	return policyapply_remember(p, o, item, file, s->line, e);
}

/* The first option that an object must have and that nothing set, or NULL. */
static const char *missing(const struct policy *p, enum policysection_id section, size_t item)
{
	for (size_t i = 0; i < policyoption_count; i++) {
		const struct policyoption *o = &policyoptions[i];

		if (o->section == section && o->required && !policyapply_origin(p, o, item))
			return o->name;
	}
	return NULL;
}

/* Every option that the section must have was given, here or, for a CA, before. */
static int check_whole(const struct policy *p, const struct statement *end, const char *id,
		       size_t item, struct err *e)
{
	enum policysection_id section = (enum policysection_id)(end->section - policysections);
	const char *name = missing(p, section, item);

	if (!name)
		return 0;
	if (section == SECTION_CA)
		return err_set(e, ERR_PARSE, "unknown CA id '%s'; a new record needs its '%s' too", id,
			       name);
	return err_set(e, ERR_PARSE, "'%s' of this section '%s' is missing", name, end->section->name);
}

int policyapply_check_ca(const struct policy *p, const char *file, const char *id, struct err *e)
{
	const char *name = "name";
	size_t item = 0;

	while (item < p->ca_count && strcmp(p->cas[item].id, id) != 0)
		item++;
	if (item < p->ca_count)
		name = missing(p, SECTION_CA, item);
	return name ? err_set(e, ERR_PARSE, "%s: '%s' of the record is missing", file, name) : 0;
}

static int apply_one(struct policy *p, const char *ca_id, const struct statement *seen,
		     const struct statement *s, bool first, size_t *item, size_t file, struct err *e)
{
	if (first && open_object(p, s, ca_id, item, e) != 0)
		return -1;
	if (s->kind == STATEMENT_END)
		return s->section->many ? check_whole(p, s, ca_id ? ca_id : s->title, *item, e) : 0;
	for (; seen < s; seen++)
		if (same_option(seen, s))
			return refuse_twice(s, seen, e);
	return apply_set(p, s, *item, file, e);
}

int policyapply(struct policy *p, const char *name, const char *ca_id, const struct statement *seen,
		const struct statement *from, const struct statement *to, struct err *e)
{
	size_t file = policyapply_file_index(p, name), item = 0;

	if (file == SIZE_MAX)
		return no_memory(e);
	for (const struct statement *s = from; s < to; s++) {
		bool first = s == from || s[-1].section != s->section ||
			     s[-1].instance != s->instance;

		if (apply_one(p, ca_id, seen, s, first, &item, file, e) != 0)
			return e && e->code == ERR_MEMORY ? -1 : err_prefix(e, "%s:%u", name, s->line);
	}
	return 0;
}
