#include "crypto/validate.h"

#include "crypto/library.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdio.h>

#define FLAGS                                                                                      \
	(GNUTLS_VERIFY_DISABLE_TIME_CHECKS | GNUTLS_VERIFY_DISABLE_TRUSTED_TIME_CHECKS |           \
	 GNUTLS_VERIFY_DISABLE_CRL_CHECKS | GNUTLS_VERIFY_ALLOW_SIGN_WITH_SHA1)

struct imported {
	gnutls_x509_crt_t v[LIMIT_CHAIN];
	size_t n;
};

static void imported_wipe(struct imported *c)
{
	for (size_t i = 0; i < c->n; i++)
		gnutls_x509_crt_deinit(c->v[i]);
	c->n = 0;
}

static void refuse(struct validation *v, enum chain_state state, size_t level, const char *reason)
{
	v->state = state;
	v->level = level;
	snprintf(v->reason, sizeof v->reason, "%s", reason);
}

/* 0: all imported; 1: refused, *out says which; -1: no memory. */
static int import_path(const struct cert *const *path, size_t n, struct imported *c,
		       struct validation *out, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		gnutls_datum_t d = {(unsigned char *)(uintptr_t)path[i]->der.p,
				    (unsigned)path[i]->der.n};
		int rc;

		if (gnutls_x509_crt_init(&c->v[i]) != 0)
			return err_set(e, ERR_MEMORY, "path: out of memory");
		c->n = i + 1;
		rc = gnutls_x509_crt_import(c->v[i], &d, GNUTLS_X509_FMT_DER);
		if (rc != 0) {
			snprintf(out->reason, sizeof out->reason, "GnuTLS cannot read it: %s",
				 crypto_error_text(rc));
			out->state = CHAIN_INVALID;
			out->level = i;
			return 1;
		}
	}
	return 0;
}

/* GnuTLS's verdict on certs[0..n-1] with `anchor` as the only trusted one. */
static int status_of(gnutls_x509_crt_t *certs, size_t n, gnutls_x509_crt_t anchor, bool server,
		     unsigned *status, struct err *e)
{
	gnutls_typed_vdata_st purpose = {GNUTLS_DT_KEY_PURPOSE_OID,
					 (unsigned char *)(uintptr_t)GNUTLS_KP_TLS_WWW_SERVER, 0};
	gnutls_x509_trust_list_t list = NULL;
	int rc;

	if (gnutls_x509_trust_list_init(&list, 1) != 0)
		return err_set(e, ERR_MEMORY, "path: out of memory");
	rc = gnutls_x509_trust_list_add_cas(list, &anchor, 1, 0);
	if (rc >= 0)
		rc = gnutls_x509_trust_list_verify_crt2(list, certs, (unsigned)n, &purpose,
							server ? 1 : 0, FLAGS, status, NULL);
	gnutls_x509_trust_list_deinit(list, 0);
	if (rc < 0)
		return err_set(e, ERR_CRYPTO, "path validation: %s", crypto_error_text(rc));
	return 0;
}

/* GnuTLS's status bits, the gravest first. */
static const struct {
	unsigned bit;
	enum chain_state state;
	const char *reason;
} grounds[] = {
	{GNUTLS_CERT_SIGNATURE_FAILURE, CHAIN_BAD_SIGNATURE, "its signature does not verify"},
	{GNUTLS_CERT_SIGNER_NOT_CA, CHAIN_NOT_CA, "its issuer is no CA that may sign certificates"},
	{GNUTLS_CERT_SIGNER_NOT_FOUND, CHAIN_NO_ISSUER, "its issuer is not at hand"},
	{GNUTLS_CERT_INSECURE_ALGORITHM, CHAIN_WEAK, "it is signed with an insecure algorithm"},
	{GNUTLS_CERT_UNKNOWN_CRIT_EXTENSIONS, CHAIN_CONSTRAINTS,
	 "it has a critical extension that is not understood"},
	{GNUTLS_CERT_PURPOSE_MISMATCH, CHAIN_CONSTRAINTS,
	 "an issuer's extended key usage does not allow TLS servers"},
};

/* True: these bits refuse.  SIGNER_CONSTRAINTS_FAILURE is looked into by the caller. */
static bool apply_status(unsigned status, size_t level, struct validation *out)
{
	unsigned rest =
		status & ~(unsigned)(GNUTLS_CERT_INVALID | GNUTLS_CERT_SIGNER_CONSTRAINTS_FAILURE);
	char text[64];

	for (size_t i = 0; i < sizeof grounds / sizeof *grounds; i++) {
		if (rest & grounds[i].bit) {
			refuse(out, grounds[i].state, level, grounds[i].reason);
			return true;
		}
	}
	if (rest == 0)
		return false;
	snprintf(text, sizeof text, "GnuTLS refuses it (status 0x%x)", status);
	refuse(out, CHAIN_INVALID, level, text);
	return true;
}

/* RFC 5280, 4.2.1.9: certificates that are not self-issued between issuer and leaf. */
static bool path_length_holds(const struct cert *const *path, size_t n, size_t *level)
{
	int between = 0;

	for (size_t i = 1; i < n; i++) {
		if (path[i]->x.path_len >= 0 && path[i]->x.has_basic_constraints &&
		    between > path[i]->x.path_len) {
			*level = i - 1;
			return false;
		}
		if (!cert_self_issued(path[i]))
			between++;
	}
	return true;
}

/* RFC 5280, 4.2.1.3: what signs certificates says so, if it says anything.  GnuTLS reports this
 * with the same bit as RFC 7633's rule. */
static bool usage_holds(const struct cert *const *path, size_t n, size_t *level)
{
	for (size_t i = 1; i < n; i++) {
		*level = i - 1;
		if (path[i]->x.has_key_usage && !(path[i]->x.key_usage & KEY_USAGE_KEY_CERT_SIGN))
			return false;
	}
	return true;
}

/* RFC 5280, 4.2.1.10, for the kinds of names that GnuTLS can compare. */
static bool names_allowed(gnutls_x509_crt_t issuer, gnutls_x509_crt_t lower)
{
	static const gnutls_x509_subject_alt_name_t kinds[] = {
		GNUTLS_SAN_DNSNAME, GNUTLS_SAN_RFC822NAME, GNUTLS_SAN_DN, GNUTLS_SAN_URI,
		GNUTLS_SAN_IPADDRESS};
	gnutls_x509_name_constraints_t nc = NULL;
	unsigned critical;
	bool fits = true;

	if (gnutls_x509_name_constraints_init(&nc) != 0)
		return false;
	if (gnutls_x509_crt_get_name_constraints(issuer, nc, 0, &critical) == 0)
		for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
			fits = fits &&
			       gnutls_x509_name_constraints_check_crt(nc, kinds[i], lower) != 0;
	gnutls_x509_name_constraints_deinit(nc);
	return fits;
}

static bool names_hold(const struct imported *c, size_t *level)
{
	for (size_t i = 1; i < c->n; i++)
		for (*level = i; (*level)-- > 0;)
			if (!names_allowed(c->v[i], c->v[*level]))
				return false;
	return true;
}

/* GnuTLS counts a breach of RFC 7633, 4.2.2 as a constraints failure too. */
static bool features_breached(const struct cert *const *path, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct span upper = extension_feature_value(&path[i]->x, 0);

		if (span_present(upper) &&
		    !feature_superset(extension_feature_value(&path[i - 1]->x, 0), upper, NULL))
			return true;
	}
	return false;
}

/* The whole path was refused: which link, and why?  Each is asked for alone, since GnuTLS stops
 * at the first breach, be it of RFC 7633, which is not ours to refuse. */
static int find_breach(const struct cert *const *path, struct imported *c, unsigned whole,
		       bool server, struct validation *out, struct err *e)
{
	unsigned status;
	size_t level;

	for (size_t i = 0; i + 1 < c->n; i++) {
		if (status_of(&c->v[i], 1, c->v[i + 1], server && i == 0, &status, e) != 0)
			return -1;
		if (apply_status(status, i, out))
			return 0;
	}
	if (!usage_holds(path, c->n, &level))
		refuse(out, CHAIN_NOT_CA, level,
		       "its issuer's key usage does not allow to sign certificates");
	else if (!path_length_holds(path, c->n, &level))
		refuse(out, CHAIN_NOT_CA, level, "the path is longer than an issuer above allows");
	else if (!names_hold(c, &level))
		refuse(out, CHAIN_CONSTRAINTS, level,
		       "an issuer's name constraints do not allow its names");
	else if (apply_status(whole, 0, out))
		return 0;
	else if (!features_breached(path, c->n))
		refuse(out, CHAIN_CONSTRAINTS, 0, "an issuer's constraints do not allow it");
	return 0;
}

int validate_path(const struct cert *const *path, size_t n, struct validation *out, struct err *e)
{
	struct imported c = {.n = 0};
	/* One that is for no servers by its own word is told elsewhere; what its issuers allow counts
	 * for all others, those that name no purpose too. */
	bool server = !path[0]->x.has_eku || (path[0]->x.eku & (EKU_SERVER_AUTH | EKU_ANY)) != 0;
	unsigned status = 0;
	int rc;

	*out = (struct validation){CHAIN_TRUSTED, 0, ""};
	rc = import_path(path, n, &c, out, e);
	if (rc == 0)
		rc = status_of(c.v, n > 1 ? n - 1 : 1, c.v[n - 1], server, &status, e);
	if (rc == 0 && status != 0)
		rc = find_breach(path, &c, status, server, out, e);
	imported_wipe(&c);
	return rc < 0 ? -1 : 0;
}
