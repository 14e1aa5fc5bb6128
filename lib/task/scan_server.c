/* Which configured line serves a certificate, and which staple stands for it. */
#include "crypto/hash.h"
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

/* The response's word on this certificate. */
static bool matches(const struct ocsp_response *r, const struct cert *c, struct inventory_staple *out)
{
	struct span cursor = r->responses;
	struct ocsp_single one;
	struct digest d;

	out->response_status = r->status;
	while (r->basic && ocsp_single_next(&cursor, &one)) {
		if (!span_equal(one.serial, c->serial) ||
		    hash_digest(hash_from_oid(one.hash_oid), c->issuer, &d, NULL) != 0 ||
		    !span_equal(digest_span(&d), one.name_hash))
			continue;
		out->matched = true;
		out->status = one.status;
		out->this_update = one.this_update;
		out->next_update = one.next_update;
		return true;
	}
	return false;
}

static void judge(const struct scan *s, const struct inventory_staple *x, struct findings *f)
{
	char a[WHEN_TEXT_SIZE], b[WHEN_TEXT_SIZE];

	if (x->status == OCSP_REVOKED)
		findings_add(f, "staple.revoked", x->source, "the certificate is revoked");
	if (x->status == OCSP_UNKNOWN)
		findings_add(f, "staple.unknown", x->source, "the responder does not know the certificate");
	if (x->next_update != WHEN_NONE && x->next_update < s->o->now - s->o->policy->skew)
		findings_add(f, "staple.expired", x->source, "nextUpdate %s, now %s",
			     when_format(x->next_update, a), when_format(s->o->now, b));
}

static struct inventory_staple *more_staples(struct inventory_staple **v, size_t n, size_t *cap)
{
	struct inventory_staple *p = array_grow(*v, n, cap, sizeof *p);

	if (p)
		*v = p;
	return p;
}

/* The staples found in the scan that are for this certificate. */
static size_t find_staples(const struct scan *s, const struct cert *c, struct inventory_staple **v,
			   struct findings *f)
{
	struct ocsp_response r;
	size_t n = 0, cap = 0;

	for (size_t i = 0; i < s->side_count; i++) {
		const struct side *x = &s->sides[i];
		struct inventory_staple one = {.source = s->sources[x->source].name};

		if (x->kind != RECORD_STAPLE || ocsp_decode(span_of(x->bytes, x->n), &r, NULL) != 0 ||
		    !matches(&r, c, &one) || !more_staples(v, n, &cap))
			continue;
		(*v)[n++] = one;
		judge(s, &one, f);
	}
	return n;
}

static void judge_service(const struct scan *s, const struct server_service *x,
			  const struct inventory_cert *row, struct findings *f)
{
	bool must = cert_must_staple(row->cert) != MUST_STAPLE_NO;
	struct inventory_staple one = {.source = x->staple_file};
	struct ocsp_response r;
	struct buf where, bytes;
	struct err e;

	buf_init(&where);
	buf_init(&bytes);
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
	if (x->staple_file) {
		if (file_read(x->staple_file, LIMIT_OCSP_RESPONSE, &bytes, &e) != 0)
			findings_add_as(f, "server.staple-missing", must ? SEVERITY_ERROR : SEVERITY_WARNING,
					buf_cstr(&where), "%s", e.text);
		else if (ocsp_decode(buf_span(&bytes), &r, &e) != 0 || !matches(&r, row->cert, &one))
			findings_add_as(f, "server.staple-wrong", must ? SEVERITY_ERROR : SEVERITY_WARNING,
					buf_cstr(&where), "%s is no OCSP response for this certificate",
					x->staple_file);
		else
			judge(s, &one, f);
	}
	buf_wipe(&where);
	buf_wipe(&bytes);
}

/* The lines that serve the file in which the certificate stands first. */
static size_t find_services(const struct scan *s, const struct inventory_cert *row,
			    struct inventory_service **v, struct findings *f)
{
	size_t n = 0, cap = 0;

	for (size_t i = 0; i < row->place_count; i++) {
		char *real = row->places[i].index == 0 ? realpath(row->places[i].source, NULL) : NULL;

		for (size_t k = 0; real && k < s->servers.n; k++) {
			const struct server_service *x = &s->servers.v[k];
			struct inventory_service *p;

			if (strcmp(x->cert, real) != 0 || !(p = array_grow(*v, n, &cap, sizeof *p)))
				continue;
			*v = p;
			p[n++] = (struct inventory_service){x->server, x->file, x->line,
							    server_stapling_text(x->stapling), x->staple_file};
			judge_service(s, x, row, f);
		}
		free(real);
	}
	return n;
}

void scan_connect(const struct scan *s, struct inventory_cert *row, struct inventory_staple **staples,
		  struct inventory_service **services, struct findings *f)
{
	row->staple_count = s->sum.staples > 0 ? find_staples(s, row->cert, staples, f) : 0;
	row->staples = *staples;
	row->service_count = s->servers.n > 0 ? find_services(s, row, services, f) : 0;
	row->services = *services;
}
