#include "task/layout.h"

const struct layout layouts[] = {
	{"plain", NULL, false, "CERT.ocsp"},
	{"nginx", NULL, false, "ssl_stapling on; ssl_stapling_file CERT.ocsp; (reload)"},
	{"haproxy", NULL, true, "bind ... ssl crt CERT (reads CERT.ocsp and CERT.issuer; or push it)"},
	{"hitch", NULL, false, "pem-file = { cert = CERT, ocsp-resp-file = CERT.ocsp } (HUP)"},
	{"exim", NULL, false, "tls_ocsp_file = CERT.ocsp (read again by itself)"},
	{"lighttpd", NULL, false, "ssl.stapling-file = CERT.ocsp (USR1)"},
	{"gnutls", NULL, false, "gnutls-serv --ocsp-response=CERT.ocsp"},
	{"kubernetes", "tls.ocsp-staple", false, "the key tls.ocsp-staple beside tls.crt in the Secret"},
};
const size_t layout_count = sizeof layouts / sizeof *layouts;

const struct layout *layout_get(const char *name)
{
	for (size_t i = 0; i < layout_count; i++)
		if (strcmp(layouts[i].name, name) == 0)
			return &layouts[i];
	return NULL;
}

/* The folder with its slash, and the rest of the path in *base. */
static void add_folder(const char *cert, const char *folder, struct buf *out, const char **base)
{
	const char *slash = strrchr(cert, '/');

	*base = slash ? slash + 1 : cert;
	if (folder) {
		buf_add_str(out, folder);
		if (folder[0] && folder[strlen(folder) - 1] != '/')
			buf_add_byte(out, '/');
	} else {
		buf_add_bytes(out, cert, (size_t)(*base - cert));
	}
}

void layout_staple(const struct layout *l, const char *cert, const char *folder, struct buf *out)
{
	const char *base;

	add_folder(cert, folder, out, &base);
	if (l->file) {
		buf_add_str(out, l->file);
	} else {
		buf_add_str(out, base);
		buf_add_str(out, ".ocsp");
	}
}

void layout_issuer(const char *cert, const char *folder, struct buf *out)
{
	const char *base;

	add_folder(cert, folder, out, &base);
	buf_add_str(out, base);
	buf_add_str(out, ".issuer");
}
