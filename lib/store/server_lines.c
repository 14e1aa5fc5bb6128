/* Servers whose configuration is a setting a line. */
#include "store/server_part.h"

#include <stdlib.h>
#include <unistd.h>

#define CERTS_MAX 64

/* `key = value` in one or several words: the value, or NULL when the key is another. */
static const char *value_of(const struct words *w, const char *key)
{
	size_t n = strlen(key);

	if (w->n == 0 || strncmp(w->text[0], key, n) != 0)
		return NULL;
	if (w->text[0][n] == '=')
		return w->text[0][n + 1] ? w->text[0] + n + 1 : w->n > 1 ? w->text[1] : NULL;
	if (w->text[0][n] != '\0' || w->n < 2)
		return NULL;
	if (strcmp(w->text[1], "=") == 0)
		return w->n > 2 ? w->text[2] : NULL;
	return w->text[1][0] == '=' ? w->text[1] + 1 : w->text[1];
}

/* Certificates gathered until it is known whether and from where they are stapled. */
struct gathered {
	char *path;
	size_t line;
};

static void flush(struct server_list *l, const char *server, const char *file, struct gathered *v,
		  size_t *n, enum server_stapling s, const char *staple)
{
	for (size_t i = 0; i < *n; i++) {
		server_add(l, server, file, v[i].line, v[i].path, s, staple, NULL);
		free(v[i].path);
	}
	*n = 0;
}

/* A certificate setting and a staple setting, both for the whole file. */
static void read_pair(struct server_list *l, const char *server, const char *path, struct span text,
		      const char *cert_key, const char *staple_key, enum server_stapling without)
{
	struct gathered v[CERTS_MAX];
	char *staple = NULL;
	size_t n = 0, line = 0;
	const char *value;
	struct words w;

	while (server_line(&text, &line, &w)) {
		if ((value = value_of(&w, cert_key)) != NULL && n < CERTS_MAX) {
			v[n].path = strdup(value[0] == '<' ? value + 1 : value);
			v[n].line = line;
			n += v[n].path != NULL;
		} else if (staple_key && (value = value_of(&w, staple_key)) != NULL) {
			free(staple);
			staple = strdup(value);
		}
	}
	flush(l, server, path, v, &n, staple ? SERVER_FILE : without, staple);
	free(staple);
}

void server_lighttpd_read(struct server_list *l, const char *path, struct span text)
{
	read_pair(l, "lighttpd", path, text, "ssl.pemfile", "ssl.stapling-file", SERVER_OFF);
}

void server_exim_read(struct server_list *l, const char *path, struct span text)
{
	read_pair(l, "exim", path, text, "tls_certificate", "tls_ocsp_file", SERVER_OFF);
}

void server_postfix_read(struct server_list *l, const char *path, struct span text)
{
	read_pair(l, "postfix", path, text, "smtpd_tls_cert_file", NULL, SERVER_CANNOT);
}

void server_dovecot_read(struct server_list *l, const char *path, struct span text)
{
	read_pair(l, "dovecot", path, text, "ssl_cert", NULL, SERVER_CANNOT);
}

/* hitch: pem-file = "F", or pem-file = { cert = "F" ocsp-resp-file = "S" }; ocsp-dir fetches. */
void server_hitch_read(struct server_list *l, const char *path, struct span text)
{
	struct gathered v[CERTS_MAX];
	size_t n = 0, line = 0, at = 0;
	char *staple = NULL, *cert = NULL;
	bool fetches = false, inside = false;
	const char *value;
	struct words w;

	while (server_line(&text, &line, &w)) {
		fetches |= value_of(&w, "ocsp-dir") != NULL;
		for (size_t i = 0; i < w.n; i++)
			if (strcmp(w.text[i], "{") == 0 && value_of(&w, "pem-file"))
				inside = true, at = line;
		for (size_t i = 0; inside && i + 2 < w.n; i++) {
			char **to = strcmp(w.text[i], "cert") == 0 ? &cert
				    : strcmp(w.text[i], "ocsp-resp-file") == 0 ? &staple : NULL;

			if (to && strcmp(w.text[i + 1], "=") == 0) {
				free(*to);
				*to = strdup(w.text[i + 2]);
			}
		}
		if (inside && w.n > 0 && strcmp(w.text[w.n - 1], "}") == 0) {
			if (cert)
				server_add(l, "hitch", path, at, cert, staple ? SERVER_FILE : SERVER_OFF, staple, NULL);
			free(cert);
			free(staple);
			cert = staple = NULL;
			inside = false;
		} else if (!inside && (value = value_of(&w, "pem-file")) != NULL && n < CERTS_MAX) {
			v[n].path = strdup(value);
			v[n].line = line;
			n += v[n].path != NULL;
		}
	}
	free(cert);
	free(staple);
	flush(l, "hitch", path, v, &n, fetches ? SERVER_ON : SERVER_OFF, NULL);
}

/* HAProxy: bind ... ssl crt FILE; the staple is FILE.ocsp when that is there. */
void server_haproxy_read(struct server_list *l, const char *path, struct span text)
{
	size_t line = 0;
	struct words w;
	struct buf b, staple;

	buf_init(&b);
	buf_init(&staple);
	while (server_line(&text, &line, &w))
		for (size_t i = 1; i + 1 < w.n && strcmp(w.text[0], "bind") == 0; i++) {
			const char *cert = w.text[i + 1];
			bool there;

			if (strcmp(w.text[i], "crt") != 0)
				continue;
			buf_reset(&staple);
			buf_printf(&staple, "%s.ocsp", cert);
			there = access(server_path(&b, path, buf_cstr(&staple)), F_OK) == 0;
			server_add(l, "haproxy", path, line, cert, there ? SERVER_FILE : SERVER_OFF,
				   there ? buf_cstr(&staple) : NULL, NULL);
		}
	buf_wipe(&b);
	buf_wipe(&staple);
}
