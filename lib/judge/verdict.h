/*
 * verdict: how bad a finding is, and what follows from all of them, as words and in order.
 *
 * Not here: which findings make which verdict (findings_verdict in judge/finding.h).
 */
#ifndef STAPLE_JUDGE_VERDICT_H
#define STAPLE_JUDGE_VERDICT_H

#include "ground/span.h"

enum severity { SEVERITY_OFF, SEVERITY_INFO, SEVERITY_WARNING, SEVERITY_ERROR };
const char *severity_text(enum severity s); /* "off", "info", "warning", "error" */

/* One of those words, exactly; -1 for any other text. */
MUST_USE int severity_parse(const char *text, enum severity *out);

enum verdict { VERDICT_PASS, VERDICT_UNKNOWN, VERDICT_FAIL };
const char *verdict_text(enum verdict v); /* "pass", "unknown", "fail" */

/* Fail beats unknown beats pass. */
enum verdict verdict_worst(enum verdict a, enum verdict b);

#endif
