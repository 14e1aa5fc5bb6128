/*
 * policyoption: every option of a policy file, one row each, and how its value is read,
 * checked and printed.  Sections and options have their names here and nowhere else.
 */
#ifndef STAPLE_JUDGE_POLICYOPTION_H
#define STAPLE_JUDGE_POLICYOPTION_H

#include "judge/policy.h"

enum policysection_id {
	SECTION_TOP, SECTION_STAPLE, SECTION_CERTIFICATE, SECTION_GATE, SECTION_SEVERITY,
	SECTION_NAME, SECTION_RESPONDER, SECTION_WAIVER, SECTION_CA
};

struct policysection {
	const char *name; /* "" for the options outside every section */
	bool titled;      /* name "TITLE" { */
	bool many;        /* each one is an object of its own */
};
extern const struct policysection policysections[];
extern const size_t policysection_count;

/* NULL: there is no such section. */
const struct policysection *policysection_get(const char *name);

enum policyoption_kind {
	OPTION_DURATION, OPTION_SHARE, OPTION_NUMBER, OPTION_WORD, OPTION_SET, OPTION_BOOL,
	OPTION_STRING, OPTION_STRINGS, OPTION_HEX, OPTION_URL, OPTION_DATE, OPTION_LAST_DAY,
	OPTION_OCSP, OPTION_FINDING
};

struct policyoption {
	enum policysection_id section;
	const char *name;
	enum policyoption_kind kind;
	size_t offset;            /* of the value in the section's struct */
	size_t offset2;           /* of a second one that belongs to it: a count, a time */
	int64_t min, max;         /* OPTION_NUMBER; OPTION_DURATION's greatest, 0: none */
	const char *const *words; /* OPTION_WORD, OPTION_SET: NULL-terminated; "" stands for no word */
	bool required;            /* in each section of its kind */
};
extern const struct policyoption policyoptions[];
extern const size_t policyoption_count;

/* NULL: there is no such option.  For SECTION_SEVERITY any finding id that may be changed
 * gives the same row. */
const struct policyoption *policyoption_get(const struct policysection *section, const char *name);

static inline bool policyoption_is_list(const struct policyoption *o)
{
	return o->kind == OPTION_SET || o->kind == OPTION_STRINGS || o->kind == OPTION_HEX;
}

/* Names of what may stand in a section, separated by ", ". */
void policyoption_names(const struct policysection *section, struct buf *out);

/* Reads the values (one, unless it is a list) into the struct at `base`.  ERR_PARSE says what
 * was met and what is allowed. */
MUST_USE int policyoption_set(const struct policyoption *o, void *base, char *const *values,
			      size_t n, struct err *e);

/* Appends the value in the policy's own syntax.  False, and nothing appended: it is not set. */
bool policyoption_print(const struct policyoption *o, const void *base, struct buf *out);

/* Appends text in single quotes, as the reader takes it back. */
void policyoption_quote(struct buf *out, const char *text);

#endif
