#include "task/gate_advice.h"

#include <strings.h>

enum pattern {
	PATTERN_NEVER,  /* no path at all is stapled */
	PATTERN_LATE,   /* the first round had none, a later one has */
	PATTERN_SOME    /* some are, some are not */
};

static enum pattern pattern_of(const struct gate_result *r)
{
	enum pattern found = PATTERN_NEVER;

	for (size_t i = 0; i < r->path_count; i++) {
		const struct gate_path *a = &r->paths[i];

		if (a->outcome != PATH_SERVED || !a->stapled)
			continue;
		found = found == PATTERN_NEVER ? PATTERN_SOME : found;
		for (size_t k = 0; k < r->path_count; k++)
			if (r->paths[k].outcome == PATH_SERVED && !r->paths[k].stapled &&
			    r->paths[k].round < a->round)
				found = PATTERN_LATE;
	}
	return found;
}

/* By what the server calls itself; the first row fits any. */
struct row {
	const char *server; /* part of its name, lower case; NULL: any */
	const char *advice[3]; /* by pattern; NULL: as the row for any */
};

static const struct row rows[] = {
	{NULL,
	 {"Turn stapling on, and make sure that the server has the issuer's certificate and reaches the "
	  "responder; or let staple-fetch keep a staple file for it.",
	  "The server fetches its staple only when a client asks: give it a staple file (staple-fetch) "
	  "so that the first client gets one too.",
	  "Some workers have the staple and some do not: give all of them the same staple file "
	  "(staple-fetch)."}},
	{"nginx",
	 {"nginx fetches lazily: after each start and reload the first handshakes have no staple, and it "
	  "never has one without 'ssl_stapling on', an http OCSP URL, a 'resolver' for its name, "
	  "'ssl_trusted_certificate' and a responder that answers. 'ssl_stapling_file' kept by "
	  "staple-fetch needs none of these.",
	  "nginx fetches lazily: after each start and reload the first handshake of every worker has no "
	  "staple. Use 'ssl_stapling_file' with a file kept by staple-fetch.",
	  "nginx fetches lazily, each worker and each certificate for itself. Use 'ssl_stapling_file' "
	  "with a file kept by staple-fetch (one certificate kind a server block: it sends one file "
	  "with all kinds)."}},
	{"apache",
	 {"Apache: set 'SSLUseStapling on' and 'SSLStaplingCache', with the issuer in "
	  "SSLCertificateFile; without an OCSP URL in the certificate set 'SSLStaplingForceURL'. Or "
	  "use mod_md's MDStapling, which keeps its staples on disk.",
	  "mod_md fetches in the background: right after a start there is no staple yet unless its "
	  "store already has one. Keep MDStoreDir over restarts.",
	  NULL}},
	{"caddy",
	 {"Caddy staples by itself when the responder answers; look into its log for the fetch that "
	  "failed, and whether it reaches the responder.", NULL, NULL}},
	{"lighttpd",
	 {"lighttpd: set 'ssl.stapling-file' to a file kept by staple-fetch; it stops sending a staple "
	  "that has expired, and reads a new one near the end of the old or on USR1.", NULL, NULL}},
	{"exim",
	 {"Exim: set 'tls_ocsp_file' to a file kept by staple-fetch; it stops sending one that has "
	  "expired.", NULL, NULL}},
	{"postfix",
	 {"Postfix cannot staple: use a certificate without Must-Staple for it.", NULL, NULL}},
	{"dovecot",
	 {"Dovecot cannot staple: use a certificate without Must-Staple for it.", NULL, NULL}},
	{"haproxy",
	 {"HAProxy: put the staple into CERTFILE.ocsp (staple-fetch --layout haproxy). The file must "
	  "exist at the start, even an empty one, for the runtime API to take updates.", NULL, NULL}},
};
#define ROWS (sizeof rows / sizeof rows[0])

static const struct row *row_of(const char *server)
{
	for (size_t i = 1; server && i < ROWS; i++)
		for (const char *p = server; *p; p++)
			if (strncasecmp(p, rows[i].server, strlen(rows[i].server)) == 0)
				return &rows[i];
	return &rows[0];
}

/* A server that does not say what it is: what is true of the usual ones. */
static const char any_never[] =
	"Turn stapling on. nginx: ssl_stapling_file kept by staple-fetch; Apache: SSLUseStapling and "
	"SSLStaplingCache; HAProxy: CERTFILE.ocsp, there at the start; stunnel, Dovecot and Postfix "
	"cannot staple at all.";

const char *gate_advice_missing(const struct gate_result *r, const struct gate_path *p)
{
	enum pattern pattern = p->first_after_start ? PATTERN_LATE : pattern_of(r);
	const struct row *row = row_of(r->server);

	if (row == &rows[0] && pattern == PATTERN_NEVER)
		return any_never;
	return row->advice[pattern] ? row->advice[pattern] : rows[0].advice[pattern];
}

const char *gate_advice_difference(const struct gate_path *with, const struct gate_path *without)
{
	if (with->address != without->address)
		return "One machine behind this name lacks the staple: compare its configuration and its "
		       "staple file with those of the other addresses.";
	if (with->key != without->key)
		return "The certificate of one key kind lacks its own staple: fetch one for each "
		       "certificate (nginx's ssl_stapling_file sends one file with both: use one kind "
		       "there, or let nginx fetch).";
	if (with->tls != without->tls)
		return "One TLS version lacks the staple: look for two listeners or a proxy in front.";
	return "The same path answers differently from round to round: several workers or machines, of "
	       "which one has no sound staple (yet). Give all of them the same staple file "
	       "(staple-fetch).";
}

static bool worst_has(const struct gate_result *r, const char *id)
{
	return r->worst && findings_has(&r->worst->findings, 0, id);
}

static bool is_server(const struct gate_result *r, const char *name)
{
	return r->server && row_of(r->server)->server && strcmp(row_of(r->server)->server, name) == 0;
}

void gate_advice_cause(struct gate_result *r)
{
	if (worst_has(r, "staple.try-later") && (!r->server || is_server(r, "apache")))
		findings_add(&r->findings, "advice.apache-try-later", r->target,
			     "the staple is tryLater%s, as Apache forges it when its responder does not "
			     "answer", r->worst->staple->bytes.n == 5 ? " of five bytes" : "");
	if (worst_has(r, "staple.expired") || worst_has(r, "staple.revoked") ||
	    worst_has(r, "staple.other-certificate"))
		findings_add(&r->findings, "advice.staple-file", r->target,
			     "a staple that the server should not have sent: it sends a file without looking "
			     "into it, or one that nothing refreshes");
	for (size_t i = 0; i < r->path_count; i++)
		if (is_server(r, "exim") && (r->paths[i].outcome == PATH_BROKEN ||
					     r->paths[i].outcome == PATH_NOT_TLS)) {
			findings_add(&r->findings, "advice.exim-file", r->target,
				     "STARTTLS is offered and then fails");
			break;
		}
}
