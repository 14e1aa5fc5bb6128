/* Which configured line serves a certificate, and can it staple?  Which staple stands for it? */
#include "ground/file.h"
#include "ground/limits.h"
#include "task/scan_part.h"

#include <stdlib.h>

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

/* Is the URL's host an address? */
static bool is_address(struct span url)
{
	uint8_t c = url.n > 7 ? url.p[7] : 0;

	return c == '[' || (c >= '0' && c <= '9');
}

/* Can the server fetch the staple itself?  What nginx and Apache say of it at start is only a warning. */
static void judge_fetching(const struct server_service *x, const char *where,
			   const struct inventory_cert *row, struct findings *f)
{
	const struct extension_facts *facts = &row->cert->x;
	struct span url = extension_ocsp_url(facts, 0);
	struct cert_list given;
	struct err why;

	if (!x->responder && !span_present(url))
		findings_add(f, "server.cannot-fetch", where,
			     "%s is to fetch staples, and the certificate names no OCSP responder", x->server);
	else if (!x->responder && (url.n < 7 || memcmp(url.p, "http://", 7) != 0))
		findings_add(f, "server.cannot-fetch", where, "%s is to fetch staples, and asks http:// URLs only",
			     x->server);
	else if (!x->responder && !x->resolver && !is_address(url))
		findings_add(f, "server.cannot-fetch", where,
			     "%s is to fetch staples, and has no 'resolver' for the responder's name", x->server);
	cert_list_init(&given);
	(void)!cert_list_add_file(&given, x->cert, &why);
	if (x->trusted)
		(void)!cert_list_add_file(&given, x->trusted, &why);
	if (!chain_issuer(row->cert, &given, NULL))
		findings_add(f, "server.cannot-fetch", where,
			     "%s is to fetch staples, and finds no issuer: neither in %s nor in %s", x->server, x->cert,
			     x->trusted ? x->trusted : "a file of trusted certificates");
	cert_list_wipe(&given);
}

static void judge_stapling(const struct server_service *x, const char *where, bool must,
			   struct findings *f)
{
	if (must && x->stapling == SERVER_OFF)
		findings_add(f, "server.stapling-off", where,
			     "%s serves this Must-Staple certificate with stapling off", x->server);
	if (must && x->varies)
		findings_add(f, "server.stapling-off", where,
			     "%s never staples for a certificate that a variable names", x->server);
	else if (must && x->stapling == SERVER_CANNOT)
		findings_add(f, "server.stapling-off", where,
			     "%s serves this Must-Staple certificate, and cannot staple", x->server);
	if (must && x->stapling == SERVER_ON && strcmp(x->server, "nginx") == 0)
		findings_add(f, "server.first-handshake", where,
			     "nginx fetches the staple after the first handshake with it");
	if (x->forges && x->stapling == SERVER_ON)
		findings_add(f, "server.forged-answer", where,
			     "Apache answers tryLater itself when the responder does not answer");
	if (x->shared_staple)
		findings_add(f, "server.shared-staple", where, "%s is sent with several certificates",
			     x->staple_file);
}

static int judge_service(struct scan *s, const struct server_service *x, const struct inventory_cert *row,
			 struct inventory_service *out, struct findings *f, struct err *e)
{
	bool must = cert_must_staple(row->cert) != MUST_STAPLE_NO;
	bool fetches = strcmp(x->server, "nginx") == 0 || strcmp(x->server, "apache") == 0;
	struct buf where;
	int rc = 0;

	buf_init(&where);
	buf_printf(&where, "%s:%zu", x->file, x->line);
	judge_stapling(x, buf_cstr(&where), must, f);
	if (must && fetches && x->stapling == SERVER_ON)
		judge_fetching(x, buf_cstr(&where), row, f);
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
