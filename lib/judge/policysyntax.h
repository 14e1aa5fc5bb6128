/*
 * policysyntax: is this text a policy file, to the letter?
 *
 * libconfuse reads the values, but is lax: it expands ${VAR} from the environment, skips
 * characters that it does not know, appends with +=, counts lines wrong in block comments, and
 * takes a quote that never ends for the rest of the file.  This pass comes before it and
 * refuses all that, with the line, the option and what is allowed.
 *
 *	file     = { statement }
 *	statement = OPTION "=" value
 *	         | SECTION [TITLE] "{" { OPTION "=" value } "}"
 *	         | "include" "(" WORD ")"
 *	value    = WORD | "{" WORD { "," WORD } "}"
 *	WORD     = letters, digits and ._-%:@  |  'text'  |  "text" without ${
 */
#ifndef STAPLE_JUDGE_POLICYSYNTAX_H
#define STAPLE_JUDGE_POLICYSYNTAX_H

#include "judge/policyoption.h"

/* `top` is the section that the file's outermost options belong to: SECTION_TOP for a policy,
 * SECTION_CA for a CA record (which has neither sections nor include).  `name` is the file's,
 * for errors. */
MUST_USE int policysyntax_check(struct span text, const char *name, enum policysection_id top,
				struct err *e);

#endif
