/* What a live server shows. */
#include "net/probe.h"
#include "task/gate.h"
#include "task/inspect_part.h"

#include <stdio.h>

static const enum path_tls versions[] = {PATH_TLS_1_3, PATH_TLS_1_2};
#define VERSIONS (sizeof versions / sizeof versions[0])

static int memory(struct err *e)
{
	return err_set(e, ERR_MEMORY, "out of memory");
}

/* Was the same shown in an earlier handshake? */
static bool is_known(const struct inspect *in, size_t first, struct span der)
{
	for (size_t i = first; i < in->list.n; i++)
		if (span_equal(in->list.v[i].der, der))
			return true;
	return false;
}

static int add(struct inspect *in, struct inspect_place *at, size_t first, struct span der,
	       enum inspect_kind kind, struct err *e)
{
	struct inspect_object *o;
	struct err why;
	int rc;

	if (is_known(in, first, der))
		return 0;
	if (!(o = inspect_add(in, at, der)))
		return memory(e);
	o->kind = kind;
	if (kind == INSPECT_CERTIFICATE)
		rc = cert_decode(der, &o->cert, &why);
	else
		rc = ocsp_decode(der, &o->ocsp, &why);
	if (rc != 0)
		inspect_unreadable(o, why.text);
	return 0;
}

/* Each certificate and each staple of the handshakes once, the certificates first. */
static int add_shown(struct inspect *in, struct inspect_place *at, const struct path *paths,
		     struct err *e)
{
	size_t first = in->list.n;

	for (size_t v = 0; v < VERSIONS; v++)
		for (size_t i = 0; i < paths[v].count; i++)
			if (add(in, at, first, paths[v].cert[i].der, INSPECT_CERTIFICATE, e) != 0)
				return -1;
	for (size_t v = 0; v < VERSIONS; v++)
		for (size_t i = 0; i < paths[v].count; i++)
			if (paths[v].cert[i].staple.n > 0 &&
			    add(in, at, first, paths[v].cert[i].staple, INSPECT_OCSP_RESPONSE, e) != 0)
				return -1;
	return 0;
}

static int look(struct path *paths, const struct gate_target *t,
		const struct inspect_server_options *o, struct err *e)
{
	struct probe_options probe = {.timeout_ms = o->timeout_ms,
				      .deadline_ms = o->deadline_ms};

	for (size_t v = 0; v < VERSIONS; v++)
		if (probe_server(t->host, t->port, o->sni, versions[v], t->starttls, &probe,
				 &paths[v], e) != 0)
			return -1;
	return 0;
}

int inspect_server(struct inspect *in, const char *source, const struct inspect_server_options *o,
		   struct err *e)
{
	struct inspect_place at = {.source = source, .within = -1};
	struct inspect_object *server;
	struct gate_target t;
	struct path *paths;
	struct buf room, *kept;
	int rc;

	if (gate_target_parse(source, o->starttls, &t, e) != 0)
		return -1;
	buf_init(&room);
	if (!buf_reserve(&room, VERSIONS * sizeof *paths) || !(kept = inspect_keep(in, &room))) {
		buf_wipe(&room);
		gate_target_wipe(&t);
		return memory(e);
	}
	paths = (void *)kept->p;
	for (size_t v = 0; v < VERSIONS; v++)
		path_init(&paths[v]);
	rc = look(paths, &t, o, e);
	gate_target_wipe(&t);
	server = inspect_add(in, &at, SPAN_NONE);
	if (!server) {
		for (size_t v = 0; v < VERSIONS; v++)
			path_wipe(&paths[v]);
		return memory(e);
	}
	server->kind = INSPECT_SERVER;
	server->server = (struct inspect_server){paths, VERSIONS};
	at.within = (ptrdiff_t)in->list.n - 1;
	return rc != 0 ? -1 : add_shown(in, &at, paths, e);
}
