/* Which configured line serves a certificate, and which staple stands for it. */
#include "ground/file.h"
#include "ground/limits.h"
#include "store/server.h"
#include "task/scan_part.h"

#include <stdlib.h>

/* All configurations that were found, main files first: the others may be parts of them. */
void scan_servers(struct scan *s)
{
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < s->side_count; i++) {
			const struct side *x = &s->sides[i];
			const char *name, *base;
			bool main;

			if (x->kind != RECORD_SERVER)
				continue;
			name = s->sources[x->source].name;
			base = strrchr(name, '/') ? strrchr(name, '/') + 1 : name;
			main = strcmp(base, "nginx.conf") == 0 || strcmp(base, "apache2.conf") == 0 ||
			       strcmp(base, "httpd.conf") == 0;
			if (main == (pass == 0))
				server_read(&s->servers, name, span_of(x->bytes, x->n));
		}
	for (size_t i = 0; i < s->servers.n; i++) { /* compared with real paths */
		char *real = realpath(s->servers.v[i].cert, NULL);

		if (real) {
			free(s->servers.v[i].cert);
			s->servers.v[i].cert = real;
		}
	}
}

/* Is it one of the row's staples already? */
static bool is_listed(const struct inventory_cert *row, const char *path)
{
	char *real = realpath(path, NULL), *other;
	bool yes = false;

	for (size_t i = 0; real && !yes && i < row->staple_count; i++) {
		other = realpath(row->staples[i].source, NULL);
		yes = other && strcmp(other, real) == 0;
		free(other);
	}
	free(real);
	return yes;
}

/* The staple file that the line names, judged for the certificate. */
static int judge_file(struct scan *s, const char *where, const struct inventory_cert *row,
		      struct inventory_service *x, struct findings *f, struct err *e)
{
	bool must = cert_must_staple(row->cert) != MUST_STAPLE_NO;
	enum severity severity = must ? SEVERITY_ERROR : SEVERITY_WARNING;
	struct findings mine;
	struct buf bytes;
	struct err why;
	int rc = 0;

	buf_init(&bytes);
	findings_init(&mine, s->o->policy, s->o->now);
	x->staple.source = x->staple_file;
	if (file_read(x->staple_file, LIMIT_OCSP_RESPONSE, &bytes, &why) != 0) {
		findings_add_as(f, "server.staple-missing", severity, where, "%s", why.text);
	} else {
		rc = scan_judge_staple(s, row, buf_span(&bytes), &x->staple, &mine, e);
		if (rc == 0 && !x->staple.matched)
			findings_add_as(f, "server.staple-wrong", severity, where,
					"%s is no OCSP response for this certificate", x->staple_file);
		else if (rc == 0 && !is_listed(row, x->staple_file))
			findings_move(f, &mine);
	}
	findings_wipe(&mine);
	buf_wipe(&bytes);
	return rc;
}

static int judge_service(struct scan *s, const struct server_service *x,
			 const struct inventory_cert *row, struct inventory_service *out,
			 struct findings *f, struct err *e)
{
	bool must = cert_must_staple(row->cert) != MUST_STAPLE_NO;
	struct buf where;
	int rc = 0;

	buf_init(&where);
	buf_printf(&where, "%s:%zu", x->file, x->line);
	if (must && (x->stapling == SERVER_OFF || x->stapling == SERVER_CANNOT))
		findings_add(f, "server.stapling-off", buf_cstr(&where),
			     x->stapling == SERVER_OFF ? "%s serves this Must-Staple certificate with stapling off"
						       : "%s serves this Must-Staple certificate, and cannot staple",
			     x->server);
	if (must && x->stapling == SERVER_ON && strcmp(x->server, "nginx") == 0)
		findings_add(f, "server.first-handshake", buf_cstr(&where),
			     "nginx fetches the staple after the first handshake with it");
	if (x->shared_staple)
		findings_add(f, "server.shared-staple", buf_cstr(&where),
			     "%s is sent with several certificates", x->staple_file);
	if (x->staple_file)
		rc = judge_file(s, buf_cstr(&where), row, out, f, e);
	buf_wipe(&where);
	return rc;
}

/* The lines that serve the file in which the certificate stands first. */
static int find_services(struct scan *s, struct inventory_cert *row,
			 struct inventory_service **v, struct findings *f, struct err *e)
{
	size_t cap = 0;
	int rc = 0;

	for (size_t i = 0; i < row->place_count; i++) {
		char *real = row->places[i].index == 0 ? realpath(row->places[i].source, NULL) : NULL;

		for (size_t k = 0; rc == 0 && real && k < s->servers.n; k++) {
			const struct server_service *x = &s->servers.v[k];
			struct inventory_service *p;

			if (strcmp(x->cert, real) != 0)
				continue;
			p = array_grow(*v, row->service_count, &cap, sizeof *p);
			if (!p) {
				rc = err_set(e, ERR_MEMORY, "out of memory for the report");
				break;
			}
			*v = p;
			p += row->service_count++;
			*p = (struct inventory_service){x->server, x->file, x->line,
							server_stapling_text(x->stapling), x->staple_file, {0}};
			rc = judge_service(s, x, row, p, f, e);
		}
		free(real);
	}
	row->services = *v;
	return rc;
}

int scan_connect(struct scan *s, struct inventory_cert *row, struct inventory_staple **staples,
		 struct inventory_service **services, struct findings *f, struct err *e)
{
	if (scan_find_staples(s, row, staples, &row->staple_count, f, e) != 0)
		return -1;
	row->staples = *staples;
	return s->servers.n > 0 ? find_services(s, row, services, f, e) : 0;
}
