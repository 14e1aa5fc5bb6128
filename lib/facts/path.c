#include "facts/path.h"

void path_init(struct path *p)
{
	*p = (struct path){.outcome = PATH_SKIPPED};
	buf_init(&p->storage);
}

void path_wipe(struct path *p)
{
	buf_wipe(&p->storage);
	p->count = 0;
}

const char *path_outcome_text(enum path_outcome o)
{
	static const char *const text[] = {
		[PATH_SERVED] = "served",     [PATH_NOT_SERVED] = "not served",
		[PATH_UNREACHABLE] = "unreachable", [PATH_TIMEOUT] = "timeout",
		[PATH_NOT_TLS] = "not TLS",   [PATH_BROKEN] = "broken",
		[PATH_SKIPPED] = "skipped",   [PATH_LIMIT] = "too much data",
		[PATH_INJECTED] = "plaintext behind STARTTLS",
	};

	return (unsigned)o < sizeof text / sizeof text[0] ? text[o] : "?";
}

const char *path_tls_text(enum path_tls t)
{
	return t == PATH_TLS_1_2 ? "1.2" : t == PATH_TLS_1_3 ? "1.3" : "any";
}
