#include "task/gate_rehearsal.h"

#include "net/listening.h"

#include <sys/wait.h>
#include <stdio.h>

#define LISTENERS 16
#define LOOK_EVERY_MS 10
#define GRACE_MS 5000

static const struct gate_scope *connects(const struct gate_target *t, const struct gate_scope *scope)
{
	return t->scope.connect_count ? &t->scope : scope;
}

/* Of one target: do all its addresses listen (or any, for *any)? */
static int look(const struct gate_target *t, const struct gate_scope *scope, bool *all, bool *any,
		struct err *e)
{
	const struct gate_scope *s = connects(t, scope);
	struct probe_address v[LISTENERS];
	size_t n;
	bool yes;

	*all = true;
	*any = false;
	if (s->connect_count == 0) {
		if (listening_on(t->port, v, LISTENERS, &n, e) != 0)
			return -1;
		*all = *any = n > 0;
		return 0;
	}
	for (size_t i = 0; i < s->connect_count; i++) {
		if (probe_address_parse(s->connect[i], t->port, &v[0]) != 0)
			return err_set(e, ERR_USAGE, "'%s' is no address", s->connect[i]);
		if (listening_at(&v[0], &yes, e) != 0)
			return -1;
		*all = *all && yes;
		*any = *any || yes;
	}
	return 0;
}

static int nobody_there(const struct gate_target *targets, size_t n, const struct gate_scope *scope,
			struct err *e)
{
	bool all, any;

	for (size_t i = 0; i < n; i++) {
		if (look(&targets[i], scope, &all, &any, e) != 0)
			return -1;
		if (any)
			return err_set(e, ERR_EXISTS, "rehearsal: somebody listens already where %s is "
				       "expected", targets[i].text);
	}
	return 0;
}

static int ended(const struct child *c, struct err *e)
{
	if (WIFSIGNALED(c->status))
		return err_set(e, ERR_IO, "rehearsal: the command was ended by signal %d before it listened",
			       WTERMSIG(c->status));
	return err_set(e, ERR_IO, "rehearsal: the command ended with status %d before it listened",
		       WEXITSTATUS(c->status));
}

static int wait_for(struct gate_rehearsal *r, const struct gate_target *t,
		    const struct gate_scope *scope, int64_t *left_ms, struct err *e)
{
	bool all, any;
	int rc;

	for (;;) {
		if (look(t, scope, &all, &any, e) != 0)
			return -1;
		if (all)
			return 0;
		if (*left_ms <= 0)
			return err_set(e, ERR_TIMEOUT, "rehearsal: nobody listens yet where %s is expected",
				       t->text);
		rc = child_wait(&r->child, LOOK_EVERY_MS, e);
		if (rc < 0)
			return -1;
		if (rc > 0)
			return ended(&r->child, e);
		*left_ms -= LOOK_EVERY_MS;
	}
}

/* Where it listens is where we go. */
static int adopt(struct gate_target *t, const struct gate_scope *scope, struct err *e)
{
	struct probe_address v[LISTENERS];
	char text[80];
	size_t n;

	if (connects(t, scope)->connect_count > 0)
		return 0;
	if (listening_on(t->port, v, LISTENERS, &n, e) != 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		probe_address_text(&v[i], text);
		if (gate_scope_add_connect(&t->scope, text, e) != 0)
			return -1;
	}
	return 0;
}

int gate_rehearsal_start(struct gate_rehearsal *r, const char *command, bool quiet,
			 struct gate_target *targets, size_t n, const struct gate_scope *scope,
			 int64_t wait_ms, struct err *e)
{
	struct child_options o = {.quiet = quiet, .subreaper = true};
	struct buf line;
	int rc;

	*r = (struct gate_rehearsal){0};
	buf_init(&line);
	buf_printf(&line, "exec >&2\n%s", command); /* standard output is the report's */
	o.command = buf_cstr(&line);
	rc = nobody_there(targets, n, scope, e);
	if (rc == 0)
		rc = child_start(&r->child, &o, e);
	buf_wipe(&line);
	if (rc != 0)
		return -1;
	r->running = true;
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = wait_for(r, &targets[i], scope, &wait_ms, e);
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = adopt(&targets[i], scope, e);
	if (rc != 0)
		gate_rehearsal_stop(r);
	return rc;
}

void gate_rehearsal_stop(struct gate_rehearsal *r)
{
	if (r->running)
		child_stop(&r->child, GRACE_MS);
	r->running = false;
}
