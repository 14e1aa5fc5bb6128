/*
 * policyparts: what the files behind judge/policyfile.h share, and nobody else needs.
 *
 *	policyfile.c    finds and reads files; libconfuse; gives statements
 *	policyapply.c   statements into a policy, with the place where each value was set
 *	policyprint.c   a policy back into text
 */
#ifndef STAPLE_JUDGE_POLICYPARTS_H
#define STAPLE_JUDGE_POLICYPARTS_H

#include "judge/policyoption.h"

enum statement_kind { STATEMENT_SET, STATEMENT_END, STATEMENT_INCLUDE };

/* One "option = value", the end of one section, or an include. */
struct statement {
	enum statement_kind kind;
	const struct policysection *section;
	unsigned instance; /* counts the sections of a file */
	unsigned line;     /* of STATEMENT_END: the closing brace */
	char *title;       /* owned, as all below; of the section, or NULL */
	char *option;      /* of STATEMENT_SET */
	char **values;     /* of STATEMENT_SET; one for STATEMENT_INCLUDE */
	size_t n, cap;
};

/* Where one value was set. */
struct origin {
	const struct policyoption *option;
	size_t item; /* which name, responder, waiver, CA; which finding of SECTION_SEVERITY */
	size_t file; /* in origins.files */
	unsigned line;
};

struct origins {
	char **files; /* owned */
	size_t file_count, file_cap;
	struct origin *v;
	size_t n, cap;
};

/* NULL: built in. */
const struct origin *policyapply_origin(const struct policy *p, const struct policyoption *o,
					size_t item);
const char *policyapply_file(const struct policy *p, const struct origin *at);

/* The file's index among the origins; SIZE_MAX: no memory. */
size_t policyapply_file_index(struct policy *p, const char *file);

MUST_USE int policyapply_remember(struct policy *p, const struct policyoption *o, size_t item,
				  size_t file, unsigned line, struct err *e);

/* One object of this section is gone: those behind it moved down. */
void policyapply_forget(struct policy *p, enum policysection_id section, size_t item);

/* The statements of one file, includes not among them; `from` and `to` bound what is between
 * two includes.  `seen` is where the file begins: an option given twice since then is an
 * error.  `ca_id`: the file is the record of this CA; else NULL. */
MUST_USE int policyapply(struct policy *p, const char *file, const char *ca_id,
			 const struct statement *seen, const struct statement *from,
			 const struct statement *to, struct err *e);

/* After the file of a CA record: does it have all that a record must have? */
MUST_USE int policyapply_check_ca(const struct policy *p, const char *file, const char *id,
				  struct err *e);

#endif
