/* staple-gate: may this certificate ship to this server? */
#include "tools/tool.h"

#include "report/report.h"
#include "task/gate.h"
#include "task/gate_candidate.h"
#include "task/gate_rehearsal.h"
#include "tools/gate_targets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { OPT_SNI = 1, OPT_CONNECT };

static struct {
	char *cert, *staple, *targets, *tls, *keys, *starttls, *alpn, *save, *client_cert, *client_key, *rehearse, *rounds;
	int proxy, no_ask, nagios;
	bool warned;
	struct gate_scope scope;
} given;

static struct poptOption candidate_options[] = {
	{"cert", '\0', POPT_ARG_STRING, &given.cert, 0,
	 "the certificate (with its chain) that is to be deployed", "FILE"},
	{"staple", '\0', POPT_ARG_STRING, &given.staple, 0, "the staple that is shipped with it", "FILE"},
	{"no-ask", '\0', POPT_ARG_NONE, &given.no_ask, 0, "leave its responder out of the question", NULL},
	{"rehearse", '\0', POPT_ARG_STRING, &given.rehearse, 0,
	 "start this server for the time of the run", "COMMAND"},
	POPT_TABLEEND};
static struct poptOption path_options[] = {
	{"targets", '\0', POPT_ARG_STRING, &given.targets, 0, "read targets from this file, a line each",
	 "FILE"},
	{"connect", '\0', POPT_ARG_STRING, NULL, OPT_CONNECT,
	 "connect there instead of the name's addresses (repeatable)", "ADDR[:PORT]"},
	{"sni", '\0', POPT_ARG_STRING, NULL, OPT_SNI, "ask for this name, or none (repeatable)", "NAME"},
	{"tls", '\0', POPT_ARG_STRING, &given.tls, 0, "only these versions", "1.2,1.3"},
	{"key-kind", '\0', POPT_ARG_STRING, &given.keys, 0, "only these kinds of certificate",
	 "ecdsa,rsa,eddsa"},
	{"rounds", '\0', POPT_ARG_STRING, &given.rounds, 0, "handshakes on each path (default 3)", "N"},
	POPT_TABLEEND};
static struct poptOption talk_options[] = {
	{"starttls", '\0', POPT_ARG_STRING, &given.starttls, 0,
	 "protocol before TLS; auto (by port) unless given", "PROTOCOL"},
	{"alpn", '\0', POPT_ARG_STRING, &given.alpn, 0, "offer these protocols", "NAME,NAME"},
	{"client-cert", '\0', POPT_ARG_STRING, &given.client_cert, 0,
	 "show this certificate when the server asks for one", "FILE"},
	{"client-key", '\0', POPT_ARG_STRING, &given.client_key, 0,
	 "its key, when it is not in the same file", "FILE"},
	{"proxy-protocol", '\0', POPT_ARG_NONE, &given.proxy, 0, "send a PROXY line first", NULL},
	POPT_TABLEEND};
static struct poptOption result_options[] = {
	{"nagios", '\0', POPT_ARG_NONE, &given.nagios, 0,
	 "one line with performance data, and status 0 to 3", NULL},
	{"save", '\0', POPT_ARG_STRING, &given.save, 0, "keep chains and staples there as evidence", "DIR"},
	POPT_TABLEEND};

static const struct poptOption options[] = {
	TOOL_GROUP("Before the deploy:", candidate_options),
	TOOL_GROUP("Which paths:", path_options),
	TOOL_GROUP("How it is talked to:", talk_options),
	TOOL_GROUP("What comes out:", result_options),
	POPT_TABLEEND};

struct gate_program {
	struct tool_run *run;
	struct report report;
	struct gate_targets targets;
	size_t next;
	struct trust *trust;
	struct gate_candidate candidate;
	struct probe_identity identity;
	struct gate_options o;
};

static int on_option(struct tool_run *run, int val, const char *arg)
{
	struct err e;
	int rc = val == OPT_SNI ? gate_scope_add_sni(&given.scope, arg, &e)
				: gate_scope_add_connect(&given.scope, arg, &e);

	free((char *)(uintptr_t)arg); /* popt's copy */
	return rc == 0 ? 0 : tool_usage(run, "--%s: %s", val == OPT_SNI ? "sni" : "connect", e.text);
}

/* --- targets --- */

static int read_targets(struct gate_program *g, const char *const *args, size_t n)
{
	struct err e;

	g->targets.starttls = given.starttls;
	for (size_t i = 0; i < n; i++)
		if (gate_targets_add(&g->targets, args[i], &e) != 0)
			return tool_usage(g->run, "%s", e.text);
	if (given.targets && gate_targets_read(&g->targets, given.targets, &e) != 0) {
		tool_fail(g->run, &e);
		return STATUS_UNCHECKED;
	}
	if (g->targets.n == 0)
		return tool_usage(g->run, "no target; HOST, HOST:PORT or smtp://HOST is expected");
	return 0;
}

/* --- options --- */

static int read_scope(struct gate_program *g)
{
	struct err e;

	if (tool_number(g->run, "rounds", given.rounds, 1, LIMIT_ROUNDS, &given.scope.rounds) != 0)
		return STATUS_UNCHECKED;
	if (given.tls && gate_scope_tls(&given.scope, given.tls, &e) != 0)
		return tool_usage(g->run, "--tls %s", e.text);
	if (given.keys && gate_scope_keys(&given.scope, given.keys, &e) != 0)
		return tool_usage(g->run, "--key-kind %s", e.text);
	if (given.nagios && strcmp(g->run->format, "text") != 0)
		return tool_usage(g->run, "--nagios is a format of its own; leave --format out");
	if (given.staple && !given.cert)
		return tool_usage(g->run, "--staple belongs to --cert");
	if (given.no_ask && !given.cert)
		return tool_usage(g->run, "--no-ask belongs to --cert");
	if (given.client_key && !given.client_cert)
		return tool_usage(g->run, "--client-key belongs to --client-cert");
	return 0;
}

static int open_inputs(struct gate_program *g, struct err *e)
{
	struct tool_run *run = g->run;

	if ((run->trust ? trust_new_file(&g->trust, run->trust, e) : trust_new_system(&g->trust, e)) != 0)
		return -1;
	g->o = (struct gate_options){.policy = &run->policy, .trust = g->trust, .now = run->now,
				     .scope = given.scope, .save = given.save};
	g->o.probe = (struct probe_options){.timeout_ms = run->timeout_ms,
					    .deadline_ms = run->deadline_ms,
					    .in_flight = run->jobs_given ? run->jobs : 0,
					    .alpn = given.alpn, .proxy_protocol = given.proxy != 0};
	g->identity = (struct probe_identity){given.client_cert, given.client_key};
	if (given.client_cert)
		g->o.probe.identity = &g->identity;
	if (!given.cert)
		return 0;
	g->o.candidate = &g->candidate;
	g->candidate.ask = !given.no_ask;
	g->candidate.timeout_ms = run->timeout_ms;
	if (gate_candidate_open(&g->candidate, given.cert, run->chain, given.staple, e) != 0)
		return -1;
	return gate_candidate_judge(&g->candidate, &g->o, e);
}

/* --- the run --- */

static const struct gate_target *next_target(void *context)
{
	struct gate_program *g = context;

	return g->next < g->targets.n ? &g->targets.v[g->next++] : NULL;
}

static void deliver(void *context, const struct gate_result *result)
{
	struct gate_program *g = context;

	g->report.writer->item(&g->report, result);
}

static void progress(void *context, size_t targets, size_t paths)
{
	struct gate_program *g = context;

	tool_progress(g->run, "%zu of %zu targets, %zu handshakes", targets, g->targets.n, paths);
}

static enum verdict verdict_of(const struct gate_summary *s)
{
	return s->failed ? VERDICT_FAIL : s->unknown || !s->targets ? VERDICT_UNKNOWN : VERDICT_PASS;
}

static int judge(struct gate_program *g)
{
	struct tool_run *run = g->run;
	struct gate_callbacks c = {g, next_target, deliver, progress};
	struct gate_summary summary;
	struct err e;
	int status;

	if (given.nagios)
		run->format = "nagios";
	g->report = tool_report(run, "gate");
	g->report.writer->begin(&g->report);
	status = gate_run(&g->o, &c, &summary, &e);
	g->report.writer->end(&g->report, verdict_of(&summary), &summary);
	if (status != 0) {
		tool_fail(run, &e);
		buf_reset(&run->out); /* no half report */
		return STATUS_UNCHECKED;
	}
	given.warned = given.nagios && g->report.items > 0;
	return tool_status_of(verdict_of(&summary));
}

static int rehearse(struct gate_program *g)
{
	int64_t wait = g->run->deadline_ms ? g->run->deadline_ms : 30000;
	struct gate_rehearsal r;
	struct err e;
	int status;

	if (gate_rehearsal_start(&r, given.rehearse, g->run->quiet, g->targets.v, g->targets.n, &given.scope,
				 wait, &e) != 0) {
		tool_fail(g->run, &e);
		return STATUS_UNCHECKED;
	}
	g->o.rehearsal = true;
	status = judge(g);
	gate_rehearsal_stop(&r);
	return status;
}

/* A rehearsed server, and a token's module, need what we do not. */
static int confine(struct tool_run *run)
{
	const char *key = given.client_key ? given.client_key : given.client_cert;
	const char *outputs[] = {given.save, NULL};

	if (given.save && mkdir(given.save, 0777) != 0 && errno != EEXIST)
		return tool_usage(run, "--save %s: cannot be made: %s", given.save, strerror(errno));
	if (given.rehearse || (key && strncmp(key, "pkcs11:", 7) == 0))
		return STATUS_HOLDS;
	return tool_confine(run, true, outputs);
}

static int gate_main(struct tool_run *run, const char *const *args, size_t n)
{
	struct gate_program g = {.run = run};
	struct err e;
	int status = read_scope(&g);

	if (status == 0)
		status = confine(run);
	if (status == 0)
		status = read_targets(&g, args, n);
	if (status == 0 && open_inputs(&g, &e) != 0) {
		tool_fail(run, &e);
		status = STATUS_UNCHECKED;
	}
	if (status == 0)
		status = given.rehearse ? rehearse(&g) : judge(&g);
	gate_targets_wipe(&g.targets);
	gate_candidate_wipe(&g.candidate);
	trust_free(g.trust);
	gate_scope_wipe(&given.scope);
	return status;
}

static const struct tool tool = {
	.name = "staple-gate",
	.summary = "may this certificate ship to this server?",
	.args = "TARGET...",
	.example = "staple-gate --cert new.pem www.example.com smtp://mx.example.com",
	.has = TOOL_FORMAT | TOOL_TRUST | TOOL_CHAIN | TOOL_TIMEOUT | TOOL_JOBS | TOOL_PROGRESS,
	.formats = "text json junit openmetrics",
	.timeout_default_ms = 10000,
	.deadline_default_ms = 0,
	.options = options,
	.option = on_option,
	.run = gate_main,
};

/* Nagios has its own numbers: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN. */
static int nagios_status(int status)
{
	static const int numbers[] = {[STATUS_HOLDS] = 0, [STATUS_FAILS] = 2, [STATUS_UNCHECKED] = 3};

	return status == STATUS_HOLDS && given.warned ? 1 : numbers[status];
}

int main(int argc, char **argv)
{
	int status = tool_main(argc, argv, &tool);

	return given.nagios ? nagios_status(status) : status;
}
