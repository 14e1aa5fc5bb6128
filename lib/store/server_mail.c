/* Servers that cannot staple: Postfix and Dovecot.  What they serve is told all the same. */
#include "store/server_part.h"

static void add(struct server_list *l, const char *server, const char *path, size_t line, const char *cert,
		const char *base)
{
	struct server_service s = {.server = server, .file = path, .line = line, .stapling = SERVER_CANNOT};

	s.cert = cert[0] == '<' ? cert + 1 : cert;
	if (strcmp(s.cert, "none") == 0 || s.cert[0] == '\0')
		return;
	if (strchr(s.cert, '$'))
		server_note(l, path, line, true, "%s: not followed", s.cert);
	else
		server_add(l, &s, base);
}

void server_postfix_read(struct server_list *l, const char *path, struct span text)
{
	static const char *const keys[] = {"smtpd_tls_cert_file", "smtpd_tls_eccert_file",
					   "smtpd_tls_chain_files"};
	struct words w = {.n = 0};
	size_t line = 0;

	while (!l->failed && server_line(&text, &line, &w))
		for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
			const char *value = server_value(&w, keys[i]);
			size_t n = value ? strcspn(value, ",") : 0;

			if (value)
				add(l, "postfix", path, w.line, server_text(l, span_of(value, n)), path);
		}
	buf_wipe(&w.bytes);
}

struct dovecot {
	const char *main;
};

static void read_dovecot(struct server_list *l, const char *path, struct span text, void *context)
{
	static const char *const keys[] = {"ssl_cert", "ssl_alt_cert", "ssl_server_cert_file"};
	const struct dovecot *x = context;
	struct words w = {.n = 0};
	size_t line = 0;

	while (!l->failed && server_line(&text, &line, &w)) {
		const struct server_include at = {path, w.line, path, w.n > 0 && strcmp(w.text[0], "!include") == 0,
						  false};

		if (w.n > 1 && (at.must || strcmp(w.text[0], "!include_try") == 0))
			server_include(l, &at, w.text[1], read_dovecot, context);
		for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
			const char *value = server_value(&w, keys[i]);

			if (value)
				add(l, "dovecot", path, w.line, server_text(l, span_str(value)), x->main);
		}
	}
	buf_wipe(&w.bytes);
}

void server_dovecot_read(struct server_list *l, const char *path, struct span text)
{
	struct dovecot x = {path};

	read_dovecot(l, path, text, &x);
}
