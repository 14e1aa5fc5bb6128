/*
 * gate: may this certificate ship to this server?
 *
 * A target becomes a plan of paths (gate_plan), each is tried by net/probe, judged (gate_judge),
 * and the verdict of all is drawn (gate_verdict) with the cause that fits (gate_advice).  The
 * candidate (gate_candidate) is the certificate that is to be deployed.
 *
 * It sees what a client sees from here: not what a worker will do that no handshake met, and not
 * UDP.
 */
#ifndef STAPLE_TASK_GATE_H
#define STAPLE_TASK_GATE_H

#include "net/probe.h"
#include "report/gate.h"

enum gate_tls { GATE_TLS_1_2 = 1, GATE_TLS_1_3 = 2 };
enum gate_keys { GATE_KEY_ECDSA = 1, GATE_KEY_RSA = 2, GATE_KEY_EDDSA = 4 };

/* What is to be tried; 0 and NULL: as the gate's options say. */
struct gate_scope {
	unsigned rounds;
	unsigned tls;              /* enum gate_tls */
	unsigned keys;             /* enum gate_keys */
	char **sni;                /* owned; "" means none */
	size_t sni_count;
	char **connect;            /* owned: addresses instead of the name's */
	size_t connect_count;
	char *starttls;            /* owned: a protocol, "auto", "none" */
};
void gate_scope_wipe(struct gate_scope *s);
/* "none" becomes "".  -1: memory, or what is no name. */
MUST_USE int gate_scope_add_sni(struct gate_scope *s, const char *name, struct err *e);
MUST_USE int gate_scope_add_connect(struct gate_scope *s, const char *address, struct err *e);
MUST_USE int gate_scope_tls(struct gate_scope *s, const char *text, struct err *e);
MUST_USE int gate_scope_keys(struct gate_scope *s, const char *text, struct err *e);

struct gate_target {
	char *text;                /* owned: as given */
	char *host;                /* owned: name or address, without brackets */
	uint16_t port;
	const struct starttls *starttls; /* NULL: TLS at once */
	bool may_be_http;          /* its port or scheme is not another protocol's */
	struct gate_scope scope;
};

/* "HOST", "HOST:PORT", "[v6]:PORT", "smtp://HOST[:PORT]", "https://HOST", "imaps://HOST", ...
 * ERR_USAGE says what is wrong.  The scope's starttls (or `starttls`, or NULL) decides when there
 * is no scheme. */
MUST_USE int gate_target_parse(const char *text, const char *starttls, struct gate_target *out,
			       struct err *e);
void gate_target_wipe(struct gate_target *t);

struct gate_candidate;

struct gate_options {
	const struct policy *policy;
	const struct trust *trust;
	int64_t now;
	struct gate_scope scope;   /* defaults for every target */
	struct probe_options probe;
	const struct gate_candidate *candidate; /* or NULL */
	const char *save;          /* a folder for chains and staples as evidence; or NULL */
	bool rehearsal;            /* the first handshake is made alone and told as such */
};

struct gate_callbacks {
	void *context;
	/* The next target, or NULL; borrowed until delivered. */
	const struct gate_target *(*next)(void *context);
	/* In the order of next; the result is wiped afterwards. */
	void (*deliver)(void *context, const struct gate_result *r);
	void (*progress)(void *context, size_t targets, size_t paths); /* or NULL */
};

/* Runs all targets.  -1 only when the gate itself cannot go on. */
MUST_USE int gate_run(const struct gate_options *o, const struct gate_callbacks *c,
		      struct gate_summary *summary, struct err *e);

#endif
