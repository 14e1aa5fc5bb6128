/* What a session offers: one version and one kind of key, application protocols, an identity. */
#include "net/probe_tls.h"

#include "crypto/chain.h"
#include "facts/mistaken.h"
#include "ground/file.h"
#include "ground/limits.h"
#include "ground/pem.h"

#include <stdio.h>
#include <string.h>

static unsigned tls_index(enum path_tls tls)
{
	return tls == PATH_TLS_1_2 ? 1 : tls == PATH_TLS_1_3 ? 2 : 0;
}

unsigned probe_tls_key_group(enum key_kind key)
{
	switch (key) {
	case KEY_RSA:
	case KEY_RSA_PSS:
		return 1;
	case KEY_EC:
		return 2;
	case KEY_ED25519:
	case KEY_ED448:
		return 3;
	default:
		return 0;
	}
}

/* One version and one kind of key only, so that the server shows what it has for each. */
gnutls_priority_t probe_tls_priority(struct probe_tls_context *c, enum path_tls tls,
				     enum key_kind key)
{
	static const char *const versions[] = {
		"+VERS-TLS1.2:+VERS-TLS1.3", "+VERS-TLS1.2", "+VERS-TLS1.3"};
	static const char *const keys[] = {
		"",
		":-KX-ALL:+ECDHE-RSA:+DHE-RSA:+RSA:-SIGN-ALL"
		":+SIGN-RSA-PSS-RSAE-SHA256:+SIGN-RSA-PSS-RSAE-SHA384:+SIGN-RSA-PSS-RSAE-SHA512"
		":+SIGN-RSA-PSS-SHA256:+SIGN-RSA-PSS-SHA384:+SIGN-RSA-PSS-SHA512"
		":+SIGN-RSA-SHA256:+SIGN-RSA-SHA384:+SIGN-RSA-SHA512",
		":-KX-ALL:+ECDHE-ECDSA:-SIGN-ALL"
		":+SIGN-ECDSA-SHA256:+SIGN-ECDSA-SHA384:+SIGN-ECDSA-SHA512"
		":+SIGN-ECDSA-SECP256R1-SHA256:+SIGN-ECDSA-SECP384R1-SHA384"
		":+SIGN-ECDSA-SECP521R1-SHA512",
		":-KX-ALL:+ECDHE-ECDSA:-SIGN-ALL:+SIGN-EDDSA-ED25519:+SIGN-EDDSA-ED448"};
	gnutls_priority_t *p = &c->priority[tls_index(tls)][probe_tls_key_group(key)];
	char text[768];

	if (!*p) {
		snprintf(text, sizeof text, "NORMAL:-VERS-ALL:%s%s", versions[tls_index(tls)],
			 keys[probe_tls_key_group(key)]);
		if (gnutls_priority_init(p, text, NULL) < 0)
			*p = NULL;
	}
	return *p;
}

bool probe_tls_can(struct probe_tls_context *c, enum path_tls tls, enum key_kind key)
{
	return probe_tls_priority(c, tls, key) != NULL;
}

static int read_alpn(struct probe_tls_context *c, const char *list, struct err *e)
{
	while (list && *list) {
		size_t n = strcspn(list, ",");

		if (n == 0 || n >= sizeof c->alpn[0] || c->alpn_count == 8)
			return err_set(e, ERR_USAGE, "ALPN '%s': a name of 1 to 63 bytes is expected, at most 8",
				       list);
		memcpy(c->alpn[c->alpn_count], list, n);
		c->alpn[c->alpn_count++][n] = '\0';
		list += n + (list[n] == ',');
	}
	return 0;
}

/* GnuTLS gets no certificate that we cannot read: it loses memory over some of them. */
static int check_certificates(struct span bytes, const char *name, struct err *e)
{
	struct cert_list list;
	struct err why;
	int rc;

	cert_list_init(&list);
	rc = cert_list_add_bytes(&list, bytes, name, e);
	if (rc == 0 && list.n == 0)
		rc = err_set(e, ERR_PARSE, "%s: no certificate for the client in it", name);
	cert_list_wipe(&list);
	if (rc != 0 && mistaken(MISTAKEN_FOR_CERTIFICATE, bytes, name, &why))
		*e = why;
	return rc;
}

/* What the client shows of itself: PEM or DER. */
static int read_identity(struct probe_tls_context *c, const struct probe_identity *id, struct err *e)
{
	const char *key = id->key ? id->key : id->cert;
	struct buf cert_file, key_file;
	bool pem = true;
	int rc = 0, read = 0;

	buf_init(&cert_file);
	buf_init(&key_file);
	if (!strstr(id->cert, "pkcs11:")) {
		read = file_read(id->cert, LIMIT_SMALL_FILE, &cert_file, e);
		if (read == 0)
			read = check_certificates(buf_span(&cert_file), id->cert, e);
	}
	if (read == 0 && !strstr(key, "pkcs11:"))
		read = file_read(key, LIMIT_SMALL_FILE, &key_file, e);
	if (read == 0) {
		pem = cert_file.n == 0 || pem_present(buf_span(&cert_file));
		rc = gnutls_certificate_set_x509_key_file(c->credentials, id->cert, key,
				pem ? GNUTLS_X509_FMT_PEM : GNUTLS_X509_FMT_DER);
	}
	if (rc < 0) {
		read = -1;
		if (!mistaken(MISTAKEN_FOR_KEY, buf_span(&key_file), key, e))
			err_set(e, ERR_IO, "%s: no certificate and key for the client: %s", id->cert,
				gnutls_strerror(rc));
	}
	buf_wipe(&cert_file);
	buf_wipe_secret(&key_file);
	return read;
}

int probe_tls_start(struct probe_tls_context *c, const struct probe_options *o, struct err *e)
{
	const struct probe_identity *id = o->identity;
	int rc;

	*c = (struct probe_tls_context){.max_bytes = o->max_bytes ? o->max_bytes : LIMIT_TLS_BYTES};
	if (read_alpn(c, o->alpn, e) != 0)
		return -1;
	rc = gnutls_certificate_allocate_credentials(&c->credentials);
	if (rc < 0)
		return err_set(e, ERR_CRYPTO, "TLS: %s", gnutls_strerror(rc));
	return id ? read_identity(c, id, e) : 0;
}

void probe_tls_end(struct probe_tls_context *c)
{
	for (size_t i = 0; i < 3; i++)
		for (size_t k = 0; k < 4; k++)
			if (c->priority[i][k])
				gnutls_priority_deinit(c->priority[i][k]);
	if (c->credentials)
		gnutls_certificate_free_credentials(c->credentials);
	*c = (struct probe_tls_context){0};
}
