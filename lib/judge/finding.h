/*
 * finding: the catalogue of rules, and a list of what was found.
 *
 * A finding is data, not an error.  Every rule stands once, in the table of finding.c:
 * id, default severity, basis, title, explanation, remedy.  An id that is used but is not
 * in the table makes the list fail (ERR_INTERNAL), so that no finding is lost.
 */
#ifndef STAPLE_JUDGE_FINDING_H
#define STAPLE_JUDGE_FINDING_H

#include "ground/buf.h"
#include "judge/verdict.h"

struct finding_rule {
	const char *id;          /* "staple.expired": stable for ever */
	enum severity severity;  /* unless a policy says otherwise */
	bool unchecked;          /* "could not be checked": verdict unknown instead of fail; its
				    severity is error and no policy can lower or waive it */
	const char *basis;       /* "RFC 6960, 4.2.2.1", "Firefox (mozilla::pkix)", "policy" */
	const char *title;       /* one line */
	const char *explanation; /* a paragraph */
	const char *remedy;      /* one sentence: the hint */
};

/* finding.c: the catalogue, in the order of the ids. */
extern const struct finding_rule finding_rules[];
extern const size_t finding_rule_count;

/* finding_rule.c: one rule.  NULL: there is no such id. */
const struct finding_rule *finding_rule_get(const char *id);

/* Appends the entry for people; it begins with the id at the start of a line. */
void finding_explain(struct buf *out, const struct finding_rule *r);

/* A waiver that is in force for a finding; borrowed from the policy. */
struct waived {
	const char *reason, *by;
	int64_t until;
};

struct finding {
	const struct finding_rule *rule;
	enum severity severity;  /* after the policy */
	char *subject;           /* owned: the object */
	char *message;           /* owned: what was met, with the values */
	const char *hint;        /* the rule's remedy, or a better one (owned when own_hint) */
	bool own_hint;
	const struct waived *waived; /* NULL, or the waiver in force */
};

struct policy;

struct findings {
	struct finding *v;
	size_t n, cap;
	const struct policy *policy; /* severities and waivers are applied as findings come; or NULL */
	int64_t now;                 /* for waivers */
	bool failed;                 /* memory, or an id that is not in the catalogue */
	const char *bad_id;
};

/* findings.c: the list. */
void findings_init(struct findings *f, const struct policy *policy, int64_t now);
void findings_wipe(struct findings *f);

/* Adds one, unless the policy turned the rule off.  Text from outside goes in as it is; it is
 * escaped where it is shown. */
void findings_add(struct findings *f, const char *id, const char *subject, const char *fmt, ...)
	PRINTF_LIKE(4, 5);

/* As above, with a hint that fits better than the rule's remedy. */
void findings_add_hint(struct findings *f, const char *id, const char *subject, const char *hint,
		       const char *fmt, ...) PRINTF_LIKE(5, 6);

/* As findings_add, with a severity that a threshold of the policy gives (SEVERITY_OFF: nothing is
 * added).  A severity that the policy sets for the id itself still wins. */
void findings_add_as(struct findings *f, const char *id, enum severity severity,
		     const char *subject, const char *fmt, ...) PRINTF_LIKE(5, 6);

/* Adds a finding of another list for this subject, with its severity; the waivers are asked anew. */
void findings_add_copy(struct findings *f, const struct finding *x, const char *subject);

/* Everything of `from` goes to the end of `to`; `from` is then empty. */
void findings_move(struct findings *to, struct findings *from);

/* 0, or -1 with ERR_MEMORY or ERR_INTERNAL when any finding could not be kept. */
MUST_USE int findings_check(const struct findings *f, struct err *e);

/* Fail: an error that is not waived.  Unknown: an unchecked rule.  Else pass.  A failed list is
 * unknown.  From `first` on. */
enum verdict findings_verdict(const struct findings *f, size_t first);

/* Is there a finding with this id, from `first` on? */
bool findings_has(const struct findings *f, size_t first, const char *id);

#endif
