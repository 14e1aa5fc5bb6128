#include "judge/verdict.h"

#include <string.h>

const char *severity_text(enum severity s)
{
	static const char *const text[] = {"off", "info", "warning", "error"};

	return (unsigned)s < sizeof text / sizeof text[0] ? text[s] : "?";
}

int severity_parse(const char *text, enum severity *out)
{
	for (enum severity s = SEVERITY_OFF; s <= SEVERITY_ERROR; s++)
		if (strcmp(text, severity_text(s)) == 0) {
			*out = s;
			return 0;
		}
	return -1;
}

const char *verdict_text(enum verdict v)
{
	return v == VERDICT_PASS ? "pass" : v == VERDICT_FAIL ? "fail" : "unknown";
}

enum verdict verdict_worst(enum verdict a, enum verdict b)
{
	return a > b ? a : b;
}
