/*
 * gate: what staple-gate reports.  Facts and verdicts as data; task/gate.h fills them, the writers
 * gate_*.c show them.
 */
#ifndef STAPLE_REPORT_GATE_H
#define STAPLE_REPORT_GATE_H

#include "crypto/chain.h"
#include "facts/path.h"
#include "judge/client.h"
#include "judge/staple.h"

/* A chain as served, judged once and shared by the paths that served it. */
struct gate_chain {
	struct gate_chain *next;
	struct buf bytes;          /* what was served, one behind the other: the key of the cache */
	char sni[256];             /* that it was judged for */
	struct cert_list certs;    /* decoded; the leaf first */
	bool readable;             /* the leaf could be decoded */
	struct findings findings;  /* without subject */
	struct cert issuer;        /* of the leaf; spans into certs or the trust anchors */
	bool has_issuer;
};

/* A staple as served for a certificate, judged once and shared. */
struct gate_staple {
	struct gate_staple *next;
	const struct gate_chain *chain;
	size_t level;              /* 0: of the leaf */
	struct buf bytes;
	struct staple_result result;
	struct findings findings;  /* without subject */
};

struct gate_path {
	const char *address;       /* borrowed from the result's list of addresses */
	const char *sni;           /* borrowed from the target; "": none was sent */
	enum path_tls tls;
	enum key_kind key;
	unsigned round;
	enum path_outcome outcome;
	char *reason;              /* owned; NULL when served and nothing is to be said */
	int64_t elapsed_ms;
	bool first_after_start;
	const struct gate_chain *chain;   /* NULL: none was seen */
	bool stapled;              /* the leaf's staple was there, good or bad */
	const struct gate_staple *staple; /* the leaf's, or NULL */
	const struct gate_staple **upper; /* of the other certificates of the chain, or NULL; owned */
	enum verdict verdict;
	struct findings findings;
};

/* A version or key kind that the server does not have. */
struct gate_not_served {
	const char *address, *sni;
	enum path_tls tls;
	enum key_kind key;
	char *reason;              /* owned */
};

/* Score of a target, of its worst path. */
enum gate_cell { GATE_UNKNOWN = -1, GATE_OPEN = 0, GATE_OPTIONAL = 30, GATE_BROKEN = 60,
		 GATE_BINDING = 100 };
const char *gate_cell_text(enum gate_cell c); /* "open", ...; NULL for GATE_UNKNOWN */

struct gate_result {
	const char *target;        /* as given */
	const char *host;          /* the name or address that clients use */
	const char *protocol;      /* "tls", "smtp", ... */
	char *server;              /* what the server calls itself; or NULL; owned */
	enum verdict verdict;
	enum gate_cell cell;
	bool served;               /* a leaf was seen: must_staple holds */
	enum must_staple must_staple;
	int64_t dark_at;           /* WHEN_NONE: no good staple, or it is dark already */
	struct gate_path *paths;
	size_t path_count, path_cap;
	struct gate_not_served *not_served;
	size_t not_served_count, not_served_cap;
	struct findings findings;  /* of the target as a whole: differences, candidate, advice */
	const struct gate_path *worst; /* of the served paths, or NULL */
	bool clients_known;
	struct client_row clients[CLIENT_COUNT];      /* on the worst path, responder down */
	struct client_row clients_up[CLIENT_COUNT];   /* and up */
	struct gate_chain *chains; /* owned */
	struct gate_staple *staples; /* owned */
	char **addresses;          /* owned */
	size_t address_count, address_cap;
};

struct gate_summary {
	size_t targets, passed, failed, unknown;
	size_t paths;              /* handshakes tried */
	size_t staples_verified;   /* judged once each */
	const struct findings *findings; /* of the run, the candidate's; or NULL */
};

/* One more path, with what a handshake showed but for chain and staples.  `sni` is borrowed.  The
 * answer is valid until the next call; NULL: failed, ERR_MEMORY. */
struct gate_path *gate_result_add(struct gate_result *r, const struct path *met, const char *sni,
				  const struct policy *policy, int64_t now, struct err *e);
void gate_result_wipe(struct gate_result *r);

/* "192.0.2.1:443 TLS 1.3 ECDSA sni www round 2", appended. */
void gate_path_text(struct buf *out, const struct gate_path *p);

/* "ECDSA", "RSA", "EdDSA"; lower-case words for options and JSON. */
const char *gate_key_text(enum key_kind k);
const char *gate_key_word(enum key_kind k);

#endif
