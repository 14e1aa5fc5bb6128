#include "store/server.h"

#include "ground/limits.h"
#include "store/server_part.h"

#include <stdlib.h>
#include <strings.h>

/* How a line of this server's configurations begins, and of no other's. */
static const struct {
	const char *name;
	void (*read)(struct server_list *l, const char *path, struct span text);
	const char *words[9];
} servers[] = {
	{"nginx", server_nginx_read, {"ssl_certificate", "ssl_stapling", "ssl_stapling_file", "http {", "http{",
	 "events {", "server {", "server{", "worker_processes"}},
	{"apache", server_apache_read, {"SSLCertificateFile", "SSLUseStapling", "<VirtualHost", "ServerRoot",
	 "IncludeOptional", "MDStapling", "LoadModule", "<IfModule"}},
	{"hitch", server_hitch_read, {"pem-file", "pem-dir", "ocsp-dir"}},
	{"lighttpd", server_lighttpd_read, {"ssl.pemfile", "ssl.engine", "ssl.stapling-file", "include_shell",
	 "server" ".modules", "server" ".document-root"}}, /* no ids of findings */
	{"postfix", server_postfix_read, {"smtpd_tls_cert_file", "smtpd_tls_eccert_file",
	 "smtpd_tls_chain_files"}},
	{"exim", server_exim_read, {"tls_certificate", "tls_ocsp_file", "begin acl", "begin routers",
	 ".include_if_exists", "MAIN_TLS_CERTIFICATE", "primary_hostname", "tls_advertise_hosts"}},
	{"dovecot", server_dovecot_read, {"ssl_cert", "ssl_server_cert_file", "!include", "!include_try",
	 "auth_mechanisms"}},
	{"caddy", server_caddy_read, {"file_server", "reverse_proxy", "php_fastcgi", "respond", "auto_https",
	 "ocsp_stapling", "acme_ca", "default_sni", "tls internal"}},
	{"haproxy", server_haproxy_read, {"crt-base", "crt-store", "frontend", "listen", "bind", "defaults",
	 "global"}},
};
#define SERVERS (sizeof servers / sizeof servers[0])

static const char *const mains[] = {"nginx.conf", "apache2.conf", "httpd.conf", "haproxy.cfg", "hitch.conf",
				    "lighttpd.conf", "dovecot.conf", "exim4.conf", "exim.conf", "main.cf",
				    "Caddyfile"};

const char *server_stapling_text(enum server_stapling s)
{
	static const char *const texts[] = {"off", "on", "file", "impossible"};

	return texts[s];
}

void server_list_wipe(struct server_list *l)
{
	for (size_t i = 0; i < l->text_count; i++)
		free(l->texts[i]);
	free(l->texts);
	free(l->v);
	free(l->notes);
	free((void *)l->read);
	*l = (struct server_list){0};
}

/* --- which server --- */

static bool ends_word(const struct span *s, size_t i)
{
	return i >= s->n || strchr(" \t\r\n=;\"'{:", s->p[i]) != NULL;
}

/* Does a line begin with it? */
static bool has_line(struct span text, const char *word)
{
	size_t n = strlen(word);

	for (struct span rest = text; rest.n >= n;) {
		const uint8_t *hit = memmem(rest.p, rest.n, word, n);
		size_t at;

		if (!hit)
			return false;
		at = (size_t)(hit - text.p);
		rest = span_from(text, at + 1);
		if (!ends_word(&text, at + n) && word[n - 1] != '{')
			continue;
		while (at > 0 && (text.p[at - 1] == ' ' || text.p[at - 1] == '\t'))
			at--;
		if (at == 0 || text.p[at - 1] == '\n')
			return true;
	}
	return false;
}

/* HAProxy's sections have names that other texts use too: two are wanted, or `bind ... crt`. */
static bool is_haproxy(struct span text)
{
	bool bind = has_line(text, "bind") && memmem(text.p, text.n, " crt", 4) != NULL;

	return bind || has_line(text, "crt-base") || has_line(text, "crt-store") ||
	       (has_line(text, "global") &&
		(has_line(text, "defaults") || has_line(text, "frontend") || has_line(text, "listen")));
}

static size_t kind_of(struct span text)
{
	if (text.n == 0 || text.n > LIMIT_POLICY_FILE || memchr(text.p, '\0', text.n))
		return SERVERS;
	for (size_t i = 0; i < SERVERS; i++) {
		if (servers[i].read == server_haproxy_read)
			return is_haproxy(text) ? i : SERVERS;
		for (size_t k = 0; k < 9 && servers[i].words[k]; k++)
			if (has_line(text, servers[i].words[k]))
				return i;
	}
	return SERVERS;
}

const char *server_kind(struct span text)
{
	size_t i = kind_of(text);

	return i < SERVERS ? servers[i].name : NULL;
}

bool server_is_main(const char *path, struct span text)
{
	const char *slash = strrchr(path, '/');

	for (size_t i = 0; i < sizeof mains / sizeof mains[0]; i++)
		if (strcmp(slash ? slash + 1 : path, mains[i]) == 0)
			return true;
	return has_line(text, "http {") || has_line(text, "http{") || has_line(text, "events {") ||
	       has_line(text, "ServerRoot");
}

/* --- the list --- */

void *server_grow(struct server_list *l, void *v, size_t n, size_t *cap, size_t size)
{
	void *p = array_grow(v, n, cap, size);

	if (!p)
		l->failed = true;
	return p;
}

const char *server_text(struct server_list *l, struct span text)
{
	char **v = server_grow(l, l->texts, l->text_count, &l->text_cap, sizeof *v);

	if (!v)
		return "";
	l->texts = v;
	v[l->text_count] = malloc(text.n + 1);
	if (!v[l->text_count]) {
		l->failed = true;
		return "";
	}
	if (text.n > 0)
		memcpy(v[l->text_count], text.p, text.n);
	v[l->text_count][text.n] = '\0';
	return v[l->text_count++];
}

bool server_was_read(const struct server_list *l, const char *path)
{
	char *real = realpath(path, NULL);
	bool yes = false;

	for (size_t i = 0; i < l->read_count && !yes; i++)
		yes = strcmp(l->read[i], real ? real : path) == 0;
	free(real);
	return yes;
}

void server_read(struct server_list *l, const char *path, struct span text, bool firm)
{
	char *real = realpath(path, NULL);
	bool again = server_was_read(l, path);
	size_t i = kind_of(text);

	if (i < SERVERS && !again) {
		const char **v = server_grow(l, (void *)l->read, l->read_count, &l->read_cap, sizeof *v);

		l->firm = firm;
		if (v) {
			l->read = v;
			v[l->read_count++] = server_text(l, span_str(real ? real : path));
			l->open[0] = v[l->read_count - 1];
			l->depth = 1;
			servers[i].read(l, server_text(l, span_str(path)), text);
			l->depth = 0;
		}
	}
	free(real);
}
