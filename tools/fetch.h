/*
 * fetch: what the files of staple-fetch share: its words, one round, and staying for more.
 */
#ifndef STAPLE_TOOLS_FETCH_H
#define STAPLE_TOOLS_FETCH_H

#include "task/refresh.h"
#include "tools/tool.h"

struct fetch_words { /* the command line */
	const char *issuer, *out, *out_dir, *url, *layout, *hash, *refresh_at, *retry_for, *max_age;
	const char *hook, *haproxy, *on_revoked, *retries, *per_host;
	int pem, aia, post, nonce, force, check, watch, tempfail;
};

/* The words as what they mean, but for the lists and callbacks.  A status. */
int fetch_options_read(struct tool_run *run, struct refresh_options *o);

struct fetch_round {
	const struct fetch_words *words;
	void (*tick)(void *context); /* in: called about once a second while waiting; or NULL */
	int64_t next;                /* out: when the first staple is due; WHEN_NONE: not known */
	size_t count;                /* out: certificates */
};

/* One round over the arguments, reported into run->out.  A status. */
int fetch_round(struct tool_run *run, const char *const *args, size_t n, struct fetch_round *out);

/* Folders in which staples may have to be written, NULL-terminated. */
struct places {
	const char **v; /* owned, with its texts */
	size_t n, cap;
};

/* Those of the certificates or folders of these: their own, and those to which the links lead that
 * stand there for a staple or an issuer.  0, or -1: no memory. */
MUST_USE int fetch_places(struct places *p, const char *const *args, size_t n);
void fetch_places_wipe(struct places *p);

/* Rounds for ever: when a staple is due, after failures with backoff, and on SIGHUP.  Returns
 * only when the arguments are wrong. */
int fetch_watch(struct tool_run *run, const char *const *args, size_t n,
		const struct fetch_words *words);

#endif
