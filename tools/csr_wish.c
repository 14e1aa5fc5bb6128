#include "tools/csr.h"

#include "facts/feature.h"
#include "judge/ask.h"
#include "task/renew.h"

#include <limits.h>
#include <stdlib.h>

/* A rule that the user's words break is a finding, all else an error. */
static int value_error(struct csr_run *w, const char *id, const char *subject, const struct err *e)
{
	if (e->code != ERR_USAGE && e->code != ERR_LIMIT) {
		tool_fail(w->run, e);
		return STATUS_UNCHECKED;
	}
	findings_add(&w->findings, id, subject, "%s", e->text);
	return STATUS_HOLDS;
}

static int add_name(struct csr_run *w, enum name_kind kind, const char *text)
{
	struct err e;
	int rc = san_list_add(&w->request.names, kind, text, &e);

	if (rc < 0)
		return value_error(w, "request.bad-name", text, &e);
	if (rc == 0)
		findings_add(&w->findings, "request.name-repeated", text,
			     "name \"%s\": given twice, asked for once", text);
	return STATUS_HOLDS;
}

static int parse_feature(struct request *r, const char *text, struct err *e)
{
	char *end;
	long value = strtol(text, &end, 10);

	if (end == text || *end || value == LONG_MAX || value == LONG_MIN)
		return err_set(e, ERR_USAGE, "feature \"%s\": must be a number (5 is status_request)", text);
	return request_add_feature(r, value, e);
}

static int add_repeated(struct csr_run *w, const struct csr_option *x, unsigned *carry)
{
	static const enum name_kind kinds[] = {[CSR_DNS] = NAME_DNS, [CSR_IP] = NAME_IP,
					       [CSR_EMAIL] = NAME_EMAIL, [CSR_URI] = NAME_URI};
	struct err e;
	int rc;

	switch (x->what) {
	case CSR_FEATURE:
		rc = parse_feature(&w->request, x->arg, &e);
		break;
	case CSR_EKU:
		rc = request_add_eku(&w->request, x->arg, &e);
		break;
	case CSR_KEY_USAGE:
		rc = request_add_key_usage(&w->request, x->arg, &e);
		break;
	case CSR_CARRY:
		rc = renew_carry_parse(x->arg, carry, &e);
		break;
	default:
		return add_name(w, kinds[x->what], x->arg);
	}
	return rc == 0 ? STATUS_HOLDS : value_error(w, "request.bad-value", x->arg, &e);
}

/* Names, subject, features and usages, in the order: source, arguments, options. */
int csr_wish_read(struct csr_run *w, const char *const *args, size_t n)
{
	const struct csr_options *o = &csr_options;
	struct err e;
	unsigned carry = 0;
	int status = STATUS_HOLDS;

	if (!o->no_must_staple && request_add_feature(&w->request, FEATURE_STATUS_REQUEST, &e) != 0)
		return value_error(w, "request.bad-value", "5", &e);
	for (size_t i = 0; i < o->repeated_count && status == STATUS_HOLDS; i++)
		if (o->repeated[i].what >= CSR_FEATURE)
			status = add_repeated(w, &o->repeated[i], &carry);
	if (status == STATUS_HOLDS && o->subject &&
	    request_set_subject(&w->request, o->subject, &e) != 0)
		status = value_error(w, "request.bad-value", o->subject, &e);
	if (status == STATUS_HOLDS && o->from &&
	    renew_read(&w->request, o->from, carry, &w->findings, &e) != 0) {
		tool_fail(w->run, &e);
		return STATUS_UNCHECKED;
	}
	for (size_t i = 0; i < n && status == STATUS_HOLDS; i++)
		status = add_name(w, NAME_OTHER, args[i]);
	for (size_t i = 0; i < o->repeated_count && status == STATUS_HOLDS; i++)
		if (o->repeated[i].what < CSR_FEATURE)
			status = add_repeated(w, &o->repeated[i], &carry);
	return status;
}

static int unknown_ca(const struct tool_run *run, const char *id)
{
	struct buf known;
	int status;

	buf_init(&known);
	for (size_t i = 0; i < run->policy.ca_count; i++)
		buf_printf(&known, "%s%s", i ? ", " : "", run->policy.cas[i].id);
	status = tool_usage(run, "--ca %s: no such record; there are: %s", id,
			    known.n ? buf_cstr(&known) : "none");
	buf_wipe(&known);
	return status;
}

/* The CA's record against what is asked for; with --force an error becomes a warning. */
int csr_wish_judge(struct csr_run *w)
{
	const struct policy_ca *ca = csr_options.ca ? policy_ca_get(&w->run->policy, csr_options.ca) : NULL;
	size_t first = w->findings.n;
	bool must_staple = false;

	for (size_t i = 0; i < w->request.feature_count; i++)
		must_staple = must_staple || w->request.features[i] == FEATURE_STATUS_REQUEST;
	ask_features(w->request.features, w->request.feature_count, "request", &w->findings);
	if (!csr_options.batch)
		ask_stance(&w->request.names, must_staple, "request", &w->run->policy, &w->findings);
	if (!csr_options.ca)
		return STATUS_HOLDS;
	if (!ca)
		return unknown_ca(w->run, csr_options.ca);
	if (!must_staple)
		return STATUS_HOLDS;
	first = w->findings.n;
	ask_ca(ca, ca->id, w->run->now, &w->findings);
	for (size_t i = first; csr_options.force && i < w->findings.n; i++)
		if (w->findings.v[i].severity == SEVERITY_ERROR)
			w->findings.v[i].severity = SEVERITY_WARNING;
	return STATUS_HOLDS;
}
