/* What the header lines of an answer say. */
#include "net/fetch_transfer.h"

#include "ground/when.h"

#include <curl/curl.h>
#include <stdio.h>

/* Is it a line with this name?  Then *value is what follows, without blanks around it. */
static bool header_is(struct span line, const char *name, struct span *value)
{
	size_t n = strlen(name);

	if (line.n <= n || line.p[n] != ':' || !curl_strnequal((const char *)line.p, name, n))
		return false;
	line = span_from(line, n + 1);
	while (line.n > 0 && (line.p[0] == ' ' || line.p[0] == '\t'))
		line = span_from(line, 1);
	while (line.n > 0 && strchr(" \t\r\n", line.p[line.n - 1]))
		line.n--;
	*value = line;
	return true;
}

/* Digits at the front, capped; -1 when there are none. */
static int64_t seconds_of(struct span s)
{
	int64_t v = 0;
	size_t i = 0;

	for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9' && v < INT32_MAX; i++)
		v = v * 10 + (s.p[i] - '0');
	return i > 0 ? v : -1;
}

static int64_t max_age_of(struct span s)
{
	static const char name[] = "max-age=";

	for (; s.n >= sizeof name - 1; s = span_from(s, 1))
		if (curl_strnequal((const char *)s.p, name, sizeof name - 1))
			return seconds_of(span_from(s, sizeof name - 1));
	return -1;
}

static int64_t date_of(struct span s)
{
	char text[64];
	time_t t;

	snprintf(text, sizeof text, "%.*s", (int)(s.n < 63 ? s.n : 63), (const char *)s.p);
	t = curl_getdate(text, NULL);
	return t == -1 ? WHEN_NONE : (int64_t)t;
}

static void take_type(struct fetch_answer *a, struct span s)
{
	size_t n = 0;

	for (; n < s.n && n < sizeof a->type - 1 && !strchr("; \t", s.p[n]); n++)
		a->type[n] = (char)(s.p[n] >= 'A' && s.p[n] <= 'Z' ? s.p[n] - 'A' + 'a' : s.p[n]);
	a->type[n] = '\0';
}

void fetch_header_forget(struct fetch_answer *a)
{
	a->type[0] = '\0';
	a->date = WHEN_NONE;
	a->age = a->max_age = a->retry_after = -1;
}

void fetch_header_read(struct fetch_answer *a, struct span line)
{
	struct span v;

	if (line.n >= 5 && memcmp(line.p, "HTTP/", 5) == 0)
		fetch_header_forget(a); /* a further answer, as after 100 Continue */
	else if (header_is(line, "Content-Type", &v))
		take_type(a, v);
	else if (header_is(line, "Date", &v))
		a->date = date_of(v);
	else if (header_is(line, "Age", &v))
		a->age = seconds_of(v);
	else if (header_is(line, "Cache-Control", &v))
		a->max_age = max_age_of(v);
	else if (header_is(line, "Retry-After", &v))
		a->retry_after = seconds_of(v);
}
