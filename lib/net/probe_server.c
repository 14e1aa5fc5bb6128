/* One look at one server. */
#include "net/probe.h"

#include <stdio.h>

struct look {
	struct probe_job job;       /* the one under way */
	struct probe_address v[16];
	size_t n, next;
	bool asked, busy, served;
	struct path *out;
};

static enum probe_next next_job(void *context, struct probe_job *job)
{
	struct look *l = context;

	if (!l->asked) {
		l->asked = l->busy = true;
		*job = l->job;
		return PROBE_JOB;
	}
	if (l->busy)
		return PROBE_WAIT;
	if (l->served || l->next == l->n)
		return PROBE_END;
	l->busy = true;
	*job = l->job;
	job->kind = PROBE_HANDSHAKE;
	job->address = l->v[l->next++];
	return PROBE_JOB;
}

static void on_resolved(void *context, const struct probe_job *job, const struct probe_address *v,
			size_t n, const char *why)
{
	struct look *l = context;

	(void)job;
	l->busy = false;
	for (l->n = 0; l->n < n && l->n < 16; l->n++)
		l->v[l->n] = v[l->n];
	if (n == 0) {
		l->out->outcome = PATH_UNREACHABLE;
		snprintf(l->out->reason, sizeof l->out->reason, "%s", why);
	}
}

static void on_done(void *context, const struct probe_job *job, struct path *path)
{
	struct look *l = context;

	(void)job;
	l->busy = false;
	l->served = path->outcome == PATH_SERVED;
	path_wipe(l->out);
	*l->out = *path;
}

int probe_server(const char *host, uint16_t port, const char *sni, enum path_tls tls,
		 const struct starttls *starttls, const struct probe_options *o, struct path *out,
		 struct err *e)
{
	struct look l = {.out = out};
	struct probe_callbacks c = {.context = &l, .next = next_job, .resolved = on_resolved,
				    .done = on_done};
	struct probe *p;
	int rc;

	path_init(out);
	out->tls = tls;
	l.job = (struct probe_job){.kind = PROBE_RESOLVE, .host = host, .port = port, .tls = tls,
				   .round = 1, .starttls = starttls};
	l.job.sni = sni ? sni : probe_is_address(host) ? "" : host;
	if (probe_new(&p, o, e) != 0)
		return -1;
	rc = probe_run(p, &c, e);
	probe_free(p);
	return rc;
}
