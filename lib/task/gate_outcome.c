/* Paths without a handshake: those that are no question of the target, and what the others mean. */
#include "task/gate_verdict.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* --- paths that are no question of this target --- */

static bool address_served(const struct gate_result *r, const char *address)
{
	for (size_t i = 0; i < r->path_count; i++)
		if (gate_served(&r->paths[i]) && r->paths[i].address == address)
			return true;
	return false;
}

static bool any_served(const struct gate_result *r)
{
	for (size_t i = 0; i < r->path_count; i++)
		if (gate_served(&r->paths[i]))
			return true;
	return false;
}

static void drop_path(struct gate_result *r, size_t i)
{
	free(r->paths[i].reason);
	findings_wipe(&r->paths[i].findings);
	r->path_count--;
	memmove(&r->paths[i], &r->paths[i + 1], (r->path_count - i) * sizeof r->paths[0]);
}

/*
 * An address without a listener stays unknown, but for "localhost", whose addresses are the
 * machine's and not the service's, and where the policy is content with some addresses.
 */
static void excuse_addresses(const struct gate_options *o, const struct gate_plan *plan,
			     struct gate_result *r)
{
	bool local = strcasecmp(plan->target->host, "localhost") == 0 &&
		     plan->scope.connect_count == 0;
	const char *told = NULL;

	if ((!local && o->policy->every_address) || !any_served(r))
		return;
	for (size_t i = 0; i < r->path_count;) {
		struct gate_path *p = &r->paths[i];

		if (address_served(r, p->address) ||
		    (p->outcome != PATH_UNREACHABLE && p->outcome != PATH_SKIPPED &&
		     (local || p->outcome != PATH_TIMEOUT))) {
			i++;
			continue;
		}
		if (told != p->address)
			findings_add(&r->findings, "path.no-listener", r->target, "%s: %s", p->address,
				     p->reason ? p->reason : "no answer");
		told = p->address;
		drop_path(r, i);
	}
}

/* --- versions and kinds that are refused --- */

static bool same_cell(const struct gate_path *a, const struct gate_path *b)
{
	return a->address == b->address && a->tls == b->tls && a->key == b->key && strcmp(a->sni, b->sni) == 0;
}

/* Is it refused here and served in another round? */
static bool fickle(const struct gate_result *r, size_t at)
{
	const struct gate_path *p = &r->paths[at];

	if (p->outcome != PATH_NOT_SERVED)
		return false;
	for (size_t i = at; i > 0 && same_cell(&r->paths[i - 1], p); i--)
		if (gate_served(&r->paths[i - 1]))
			return true;
	for (size_t i = at + 1; i < r->path_count && same_cell(&r->paths[i], p); i++)
		if (gate_served(&r->paths[i]))
			return true;
	return false;
}

/* Then one of the servers there does not do what the others do: nobody has seen what it staples. */
static int settle_fickle(struct gate_result *r, struct err *e)
{
	char why[512];

	for (size_t i = 0; i < r->path_count; i++) {
		struct gate_path *p = &r->paths[i];

		if (!fickle(r, i))
			continue;
		p->outcome = PATH_BROKEN;
		snprintf(why, sizeof why, "served in another round, and in this one %s",
			 p->reason ? p->reason : "refused");
		free(p->reason);
		p->reason = strdup(why);
		if (!p->reason)
			return err_set(e, ERR_MEMORY, "gate: out of memory");
	}
	return 0;
}

/* What every round refuses is told once. */
static void drop_repeats(struct gate_result *r)
{
	for (size_t i = r->path_count; i-- > 1;)
		if (r->paths[i].outcome == PATH_NOT_SERVED && r->paths[i - 1].outcome == PATH_NOT_SERVED &&
		    same_cell(&r->paths[i], &r->paths[i - 1]))
			drop_path(r, i);
}

/* A version or kind that is refused while another works is not there; if none works, nothing is
 * known. */
static int settle_not_served(struct gate_result *r, struct err *e)
{
	for (size_t i = 0; i < r->path_count;) {
		struct gate_path *p = &r->paths[i];
		struct gate_not_served *v;

		if (p->outcome != PATH_NOT_SERVED || !address_served(r, p->address)) {
			i++;
			continue;
		}
		v = array_grow(r->not_served, r->not_served_count, &r->not_served_cap, sizeof *v);
		if (!v)
			return err_set(e, ERR_MEMORY, "gate: out of memory");
		r->not_served = v;
		v[r->not_served_count++] = (struct gate_not_served){
			p->address, p->sni, p->tls, p->key, p->reason};
		findings_add(&r->findings, "path.not-served", r->target, "%s TLS %s %s%s%s: %s", p->address,
			     path_tls_text(p->tls), gate_key_text(p->key), p->sni[0] ? " sni " : "",
			     p->sni, p->reason ? p->reason : "");
		p->reason = NULL;
		drop_path(r, i);
	}
	return 0;
}

static void tell_reason(struct gate_result *r, struct gate_path *p)
{
	static const char *const ids[] = {
		[PATH_SERVED] = NULL,          [PATH_NOT_SERVED] = "path.not-served",
		[PATH_UNREACHABLE] = "path.unreachable", [PATH_TIMEOUT] = "path.timeout",
		[PATH_NOT_TLS] = "path.not-tls", [PATH_BROKEN] = "path.broken",
		[PATH_SKIPPED] = "path.skipped", [PATH_LIMIT] = "path.too-much",
		[PATH_INJECTED] = "path.injected",
	};
	char subject[512];

	if (!ids[p->outcome])
		return;
	gate_judge_subject(r, p, subject);
	findings_add(&p->findings, ids[p->outcome], subject, "%s", p->reason ? p->reason : "no reason known");
}

void gate_outcome_tell(struct gate_result *r)
{
	char subject[512];

	for (size_t i = 0; i < r->path_count; i++) {
		struct gate_path *p = &r->paths[i];

		if (gate_served(p))
			continue;
		if (p->outcome == PATH_NOT_SERVED) {
			gate_judge_subject(r, p, subject);
			findings_add(&p->findings, "path.nothing-served", subject, "%s",
				     p->reason ? p->reason : "refused");
		} else {
			tell_reason(r, p);
		}
	}
}

int gate_outcome_settle(const struct gate_options *o, const struct gate_plan *plan,
			struct gate_result *r, struct err *e)
{
	excuse_addresses(o, plan, r);
	if (settle_fickle(r, e) != 0)
		return -1;
	drop_repeats(r);
	return settle_not_served(r, e);
}
