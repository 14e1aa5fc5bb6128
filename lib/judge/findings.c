#include "judge/finding.h"

#include "judge/policy.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void findings_init(struct findings *f, const struct policy *policy, int64_t now)
{
	*f = (struct findings){.policy = policy, .now = now};
}

static void finding_wipe(struct finding *x)
{
	free(x->subject);
	free(x->message);
	if (x->own_hint)
		free((char *)(uintptr_t)x->hint);
}

void findings_wipe(struct findings *f)
{
	for (size_t i = 0; i < f->n; i++)
		finding_wipe(&f->v[i]);
	free(f->v);
	findings_init(f, f->policy, f->now);
}

void findings_move(struct findings *to, struct findings *from)
{
	for (size_t i = 0; i < from->n; i++) {
		struct finding *v = array_grow(to->v, to->n, &to->cap, sizeof *v);

		if (v) {
			to->v = v;
			v[to->n++] = from->v[i];
		} else {
			to->failed = true;
			finding_wipe(&from->v[i]);
		}
	}
	to->failed = to->failed || from->failed;
	to->bad_id = to->bad_id ? to->bad_id : from->bad_id;
	from->n = 0;
	findings_wipe(from);
}

static struct finding *slot(struct findings *f)
{
	struct finding *v = array_grow(f->v, f->n, &f->cap, sizeof *v);

	if (!v)
		return NULL;
	f->v = v;
	v[f->n] = (struct finding){0};
	return &v[f->n];
}

static void add(struct findings *f, const char *id, const char *subject, const char *hint,
		const char *fmt, va_list ap) PRINTF_LIKE(5, 0);

static void add_plain(struct findings *f, const char *id, const char *subject, const char *fmt, ...)
	PRINTF_LIKE(4, 5);

static void add_plain(struct findings *f, const char *id, const char *subject, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(f, id, subject, NULL, fmt, ap);
	va_end(ap);
}

/* A waiver for this finding, or the note that one has ended. */
static const struct waived *waive(struct findings *f, const struct finding_rule *r,
				  const char *subject, const struct policy_waiver **ended)
{
	const struct policy_waiver *w;

	*ended = NULL;
	if (!f->policy || r->unchecked)
		return NULL;
	w = policy_waiver(f->policy, r->id, subject, f->now, ended);
	return w ? &w->w : NULL;
}

static void add(struct findings *f, const char *id, const char *subject, const char *hint,
		const char *fmt, va_list ap)
{
	const struct finding_rule *r = finding_rule_get(id);
	const struct policy_waiver *ended;
	char until[WHEN_TEXT_SIZE];
	enum severity severity;
	struct finding *x;

	if (!r) {
		f->failed = true;
		f->bad_id = id;
		return;
	}
	severity = policy_severity(f->policy, r);
	if (severity == SEVERITY_OFF)
		return;
	x = slot(f);
	if (!x) {
		f->failed = true;
		return;
	}
	x->rule = r;
	x->severity = severity;
	x->subject = strdup(subject ? subject : "");
	if (vasprintf(&x->message, fmt, ap) < 0)
		x->message = NULL;
	x->own_hint = hint != NULL;
	x->hint = hint ? strdup(hint) : r->remedy;
	if (!x->subject || !x->message || !x->hint) {
		finding_wipe(x);
		f->failed = true;
		return;
	}
	x->waived = waive(f, r, x->subject, &ended);
	f->n++;
	if (ended && !x->waived)
		add_plain(f, "policy.waiver-ended", subject,
			  "the waiver of %s (%s, by %s) ended at %s", id, ended->w.reason,
			  ended->w.by, when_format(ended->until, until));
}

void findings_add(struct findings *f, const char *id, const char *subject, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(f, id, subject, NULL, fmt, ap);
	va_end(ap);
}

void findings_add_hint(struct findings *f, const char *id, const char *subject, const char *hint,
		       const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(f, id, subject, hint, fmt, ap);
	va_end(ap);
}

void findings_add_as(struct findings *f, const char *id, enum severity severity,
		     const char *subject, const char *fmt, ...)
{
	const struct finding_rule *r = finding_rule_get(id);
	bool named = r && f->policy && f->policy->severity &&
		     f->policy->severity[r - finding_rules] >= 0;
	size_t first = f->n;
	va_list ap;

	if (severity == SEVERITY_OFF)
		return;
	va_start(ap, fmt);
	add(f, id, subject, NULL, fmt, ap);
	va_end(ap);
	if (f->n > first && !r->unchecked && !named)
		f->v[first].severity = severity;
}

void findings_add_copy(struct findings *f, const struct finding *x, const char *subject)
{
	size_t first = f->n;

	if (strcmp(x->rule->id, "policy.waiver-ended") == 0) /* comes anew with its finding */
		return;
	if (x->own_hint)
		findings_add_hint(f, x->rule->id, subject, x->hint, "%s", x->message);
	else
		findings_add(f, x->rule->id, subject, "%s", x->message);
	if (f->n > first)
		f->v[first].severity = x->severity;
}

int findings_check(const struct findings *f, struct err *e)
{
	if (!f->failed)
		return 0;
	if (f->bad_id)
		return err_set(e, ERR_INTERNAL, "finding '%s' is not in the catalogue", f->bad_id);
	return err_set(e, ERR_MEMORY, "out of memory: a finding could not be kept");
}

enum verdict findings_verdict(const struct findings *f, size_t first)
{
	enum verdict v = f->failed ? VERDICT_UNKNOWN : VERDICT_PASS;

	for (size_t i = first; i < f->n; i++) {
		const struct finding *x = &f->v[i];

		if (x->rule->unchecked)
			v = verdict_worst(v, VERDICT_UNKNOWN);
		else if (x->severity == SEVERITY_ERROR && !x->waived)
			v = verdict_worst(v, VERDICT_FAIL);
	}
	return v;
}

bool findings_has(const struct findings *f, size_t first, const char *id)
{
	for (size_t i = first; i < f->n; i++)
		if (strcmp(f->v[i].rule->id, id) == 0)
			return true;
	return false;
}
