#include "judge/finding.h"

#include <stdlib.h>

/*
 * The catalogue, one row a rule, sorted by id (a test looks).  A row is
 *	{id, severity, unchecked, basis,
 *	 title,
 *	 explanation,
 *	 remedy},
 * An id, once released, never changes its meaning and is never used again.
 */
#define ERROR SEVERITY_ERROR, false
#define WARNING SEVERITY_WARNING, false
#define INFO SEVERITY_INFO, false
#define UNCHECKED SEVERITY_ERROR, true

const struct finding_rule finding_rules[] = {
	{"ca.drops-must-staple", ERROR, "policy (CA record)",
	 "the CA is known to drop the extension silently",
	 "The record of this CA says that it issues certificates without the TLS Feature extension "
	 "although the request asked for it, and without an error.  A renewal that insists would run "
	 "against the CA's rate limits.",
	 "Ask another CA, or ask for the certificate without Must-Staple."},
	{"ca.ocsp-ended", ERROR, "policy (CA record)",
	 "the CA has ended its OCSP service",
	 "The record of this CA says that it no longer answers OCSP requests.  A Must-Staple "
	 "certificate from it cannot be stapled, and clients that enforce the promise refuse it.",
	 "Replace the certificate by one without Must-Staple, or by one of a CA that runs OCSP."},
	{"ca.record-old", INFO, "policy (CA record)",
	 "the CA record was last checked more than a year ago",
	 "What a CA does changes.  The record is used, but it should be looked at again.",
	 "Check the record's source, and set its 'checked' to the date of that check."},
	{"ca.refuses-must-staple", ERROR, "policy (CA record)",
	 "the CA is known to refuse requests for Must-Staple",
	 "The record of this CA says that it rejects a request that asks for the TLS Feature "
	 "extension.",
	 "Ask for the certificate without Must-Staple, or ask another CA."},
	{"cert.deviation", WARNING, "RFC 5280, 4.1",
	 "the certificate deviates from RFC 5280",
	 "A field is not encoded or filled as RFC 5280 wants it.  Some clients refuse what others "
	 "accept, so the certificate may work for one visitor and not for the next.",
	 "Ask the CA to issue it again, correctly."},
	{"cert.expired", ERROR, "RFC 5280, 4.1.2.5",
	 "the certificate's notAfter is past",
	 "Clients refuse the certificate from the second after notAfter on, whatever is stapled.",
	 "Renew the certificate."},
	{"cert.expires-soon", WARNING, "policy",
	 "the certificate has less time left than the policy asks for",
	 "The policy's certificate.min_left says how long a certificate must still be valid.",
	 "Renew the certificate now."},
	{"cert.life-too-long", ERROR, "policy",
	 "the certificate's life is longer than the policy allows",
	 "The policy's certificate.max_life bounds the time from notBefore to notAfter.",
	 "Ask the CA for a shorter validity."},
	{"cert.not-yet-valid", ERROR, "RFC 5280, 4.1.2.5",
	 "the certificate's notBefore is in the future",
	 "Clients refuse the certificate until notBefore.  A wrong clock, here or at the CA, is the "
	 "usual reason.",
	 "Wait until notBefore, or set the clock right."},
	{"cert.unknown-critical", WARNING, "RFC 5280, 4.2",
	 "the certificate has a critical extension that is not known",
	 "A client that does not know a critical extension must refuse the certificate.",
	 "Ask the CA to issue the certificate without it, or with it not critical."},
	{"cert.weak-signature", ERROR, "policy",
	 "the certificate is signed with a weak algorithm",
	 "MD5 and SHA-1 signatures can be forged; current clients refuse them in certificates.",
	 "Ask the CA to sign it with SHA-256 or better."},
	{"chain.bad-signature", ERROR, "RFC 5280, 6.1.3",
	 "a certificate of the chain is not signed by its issuer's key",
	 "The names fit, but the signature does not check under the issuer's public key.",
	 "Put the issuer that really signed it into the chain."},
	{"chain.constraints", ERROR, "RFC 5280, 6.1.4",
	 "the chain breaks a constraint of one of its issuers",
	 "An issuer's name constraints or another critical rule forbids what stands below it.",
	 "Ask the CA for a certificate within the constraints of its issuer."},
	{"chain.features-not-superset", ERROR, "RFC 7633, 4.2.2",
	 "a certificate lacks a TLS feature that its issuer's certificate lists",
	 "A CA certificate with the TLS Feature extension binds everything below it: each "
	 "certificate that it signs must list the same features, or more.  GnuTLS and Firefox refuse "
	 "the chain otherwise, whatever is stapled.",
	 "Ask the CA for a certificate that lists at least its issuer's features."},
	{"chain.invalid", ERROR, "RFC 5280, 6.1",
	 "the chain is not valid",
	 "The path from the certificate to a trust anchor was refused for a reason that the message "
	 "names.",
	 "Correct the chain as the message says."},
	{"chain.issuer-expired", ERROR, "RFC 5280, 6.1.3",
	 "an issuer's certificate of the chain is not valid at that time",
	 "Clients refuse a path with an issuer that has expired or is not valid yet.",
	 "Serve the chain with the issuer's current certificate."},
	{"chain.no-issuer", UNCHECKED, "RFC 5280, 6.1",
	 "the issuer is not at hand, so the chain could not be checked",
	 "Neither the chain that was given nor the trust store holds the certificate that issued "
	 "this one.",
	 "Give the intermediate certificates with --chain, or the roots with --trust."},
	{"chain.not-ca", ERROR, "RFC 5280, 6.1.4",
	 "a certificate of the chain was issued by one that may not issue",
	 "The issuer is no CA certificate, its key usage excludes keyCertSign, or its path length is "
	 "exceeded.",
	 "Use a chain of real CA certificates."},
	{"chain.untrusted", ERROR, "RFC 5280, 6.1",
	 "the chain does not end in a trusted certificate",
	 "The path ends in a certificate that is not among the trust anchors, so a client with the "
	 "same anchors refuses it.",
	 "Complete the chain, or name the right roots with --trust."},
	{"chain.weak", ERROR, "policy",
	 "a certificate of the chain is signed with a weak algorithm",
	 "MD5 and SHA-1 signatures can be forged, and short RSA keys factored; current clients refuse "
	 "them.",
	 "Use a chain whose certificates are signed with SHA-256 or better."},
	{"csr.feature-added", ERROR, "RFC 7633, 4.3.1",
	 "the certificate lists a TLS feature that the request did not ask for",
	 "A CA should put a feature into a certificate only when the subject means to support it.  "
	 "An extra feature is a promise that the server may not keep.",
	 "Have the certificate issued again without the added feature."},
	{"csr.feature-dropped", ERROR, "RFC 7633, 4.2.1",
	 "the CA dropped a TLS feature that the request asked for",
	 "The request asked for it, and the certificate does not have it.  Many CAs drop the extension "
	 "without a word: the certificate works, but it does not promise a staple.",
	 "Make the CA copy the extension (copy_extensions in OpenSSL, honor_crq_extensions in "
	 "certtool), or ask another CA."},
	{"csr.feature-duplicate", ERROR, "RFC 5280, 4.2",
	 "the request asks for the TLS Feature extension more than once",
	 "An extension may stand in a certificate only once; what a CA makes of two is anyone's guess.",
	 "Make the request anew with one TLS Feature extension."},
	{"csr.feature-malformed", ERROR, "RFC 7633, 4",
	 "the request's TLS Feature extension is malformed",
	 "The value is not a DER SEQUENCE OF INTEGER.  A CA that copies it makes a promise that no "
	 "client can read.",
	 "Make the request anew; the right value for Must-Staple is 30 03 02 01 05."},
	{"csr.key-differs", ERROR, "RFC 2986, 3",
	 "the certificate is for another key than the request",
	 "The subject public keys of request and certificate differ, so this certificate was not made "
	 "from this request.",
	 "Compare the certificate with the request that it was made from."},
	{"csr.key-usage-differs", WARNING, "RFC 5280, 4.2.1.3",
	 "the certificate's key usage is not what the request asked for",
	 "The CA issued the certificate with another key usage or extended key usage than the request "
	 "names.",
	 "Check that the key usage given suffices, or have the certificate issued again."},
	{"csr.name-added", WARNING, "RFC 5280, 4.2.1.6",
	 "the certificate has a name that the request did not ask for",
	 "CAs often add a name, as www. in front; every further name is one more that the key can "
	 "speak for.",
	 "Check that the added name is yours and wanted."},
	{"csr.name-missing", ERROR, "RFC 5280, 4.2.1.6",
	 "the certificate lacks a name that the request asked for",
	 "Clients that come by this name will refuse the certificate.",
	 "Have the certificate issued again with all names."},
	{"csr.signature", ERROR, "RFC 2986, 4.2",
	 "the request's own signature does not check",
	 "The request was changed after it was signed, or was not signed with the key that it holds.",
	 "Make the request anew."},
	{"feature.above-65535", ERROR, "RFC 7633, 4.1",
	 "the TLS Feature extension lists a value that no TLS extension can have",
	 "Each value is the number of a TLS extension, which has 16 bits.  No server can offer this "
	 "one.",
	 "Have the certificate issued with the feature list {5}."},
	{"feature.client-auth", WARNING, "Exim (tls_certificate)",
	 "a Must-Staple certificate is also meant for TLS clients",
	 "Before TLS 1.3 a client cannot staple at all, so a peer that enforces the promise must refuse "
	 "it as a client certificate.",
	 "Use a certificate of its own, without Must-Staple, for the client role."},
	{"feature.critical", ERROR, "RFC 7633, 4; OpenSSL",
	 "the TLS Feature extension is critical",
	 "It should not be critical.  OpenSSL, and so most clients that are no browser, refuses a "
	 "certificate with a critical extension that it does not process, whatever is stapled.",
	 "Have the certificate issued with the extension not critical."},
	{"feature.duplicate", ERROR, "RFC 5280, 4.2",
	 "the certificate has the TLS Feature extension more than once",
	 "A certificate must not have an extension twice; clients refuse it or read one of the two.",
	 "Have the certificate issued again with one TLS Feature extension."},
	{"feature.empty", ERROR, "Firefox (mozilla::pkix)",
	 "the TLS Feature extension lists no feature",
	 "An empty list promises nothing, but Firefox refuses the certificate.",
	 "Have the certificate issued with the feature list {5}, or without the extension."},
	{"feature.in-ca", WARNING, "RFC 7633, 4.2.2",
	 "a CA certificate has the TLS Feature extension",
	 "It is legal and binds every certificate below: each must list the same features, and GnuTLS "
	 "then wants a staple for the CA certificate too in TLS 1.3, which hardly any server sends.",
	 "Use a CA certificate without the extension unless this is meant."},
	{"feature.in-ocsp-signer", WARNING, "RFC 7633, 4.2.3",
	 "an OCSP signer's certificate has the TLS Feature extension",
	 "The extension speaks about TLS servers.  An OCSP signer is none, and some clients that check "
	 "the signer's chain may refuse it.",
	 "Have the OCSP signer's certificate issued without the extension."},
	{"feature.malformed", ERROR, "RFC 7633, 4",
	 "the TLS Feature extension is malformed",
	 "The value is not a DER SEQUENCE OF INTEGER.  GnuTLS reads such a certificate as not "
	 "Must-Staple, Firefox refuses it: a promise that cannot be kept.",
	 "Have the certificate issued with the value 30 03 02 01 05."},
	{"feature.missing", ERROR, "RFC 7633, 4.2.3.1",
	 "the certificate is not Must-Staple, but must be",
	 "There is no TLS Feature extension with status_request (5), so no client will insist on a "
	 "staple, and an attacker with the key can leave it out.",
	 "Ask the CA for a certificate with the TLS Feature extension (staple-csr makes the request)."},
	{"feature.negative", ERROR, "RFC 7633, 4.1",
	 "the TLS Feature extension lists a negative value",
	 "Each value is the number of a TLS extension; there are no negative ones.",
	 "Have the certificate issued with just the feature 5."},
	{"feature.no-server-auth", WARNING, "RFC 7633, 4.2.3",
	 "a Must-Staple certificate is not meant for TLS servers",
	 "RFC 7633 gives the extension a meaning in certificates with id-kp-serverAuth only.",
	 "Use it in a server's certificate, or have it issued without the extension."},
	{"feature.other-values", WARNING, "Firefox (mozilla::pkix)",
	 "the TLS Feature extension lists more than status_request (5)",
	 "Firefox refuses every list that has a value other than 5, whatever is stapled.",
	 "Have the certificate issued with exactly the feature list {5}."},
	{"feature.present", ERROR, "policy",
	 "the certificate is Must-Staple, but must not be",
	 "It lists status_request (5) where --expect says no-must-staple.  Clients that enforce it will "
	 "refuse a server that does not staple.",
	 "Have the certificate issued without the TLS Feature extension."},
	{"feature.repeated-value", WARNING, "RFC 7633, 4",
	 "the TLS Feature extension lists a value twice",
	 "The list is meant as a set; clients that were tried accept the repetition.",
	 "Have the certificate issued with each feature once."},
	{"feature.v2-only", WARNING, "RFC 6961; RFC 8446, 4.4.2.1",
	 "the TLS Feature extension lists status_request_v2 (17) without status_request (5)",
	 "Hardly any client or server speaks status_request_v2, and TLS 1.3 forbids it.  Firefox "
	 "refuses the certificate, GnuTLS enforces nothing: it is no Must-Staple.",
	 "Have the certificate issued with the feature list {5} instead of {17}."},
	{"key.kind", ERROR, "policy",
	 "the key is of a kind that the policy does not allow",
	 "The policy's certificate.key_kinds lists the kinds of key that are allowed.",
	 "Use a key of an allowed kind."},
	{"key.mismatch", ERROR, "RFC 5280, 4.1.2.7",
	 "the private key does not fit the certificate",
	 "The public half of the key is not the one in the certificate, so no server can use the two "
	 "together.",
	 "Find the key that the request was made with."},
	{"key.weak", ERROR, "policy; NIST SP 800-57",
	 "the key is too short",
	 "The policy says the least number of bits: 2048 for RSA and 256 for EC unless it is changed.",
	 "Make a new key, ECDSA P-256 or RSA 2048 at least."},
	{"name.cn-only", ERROR, "RFC 6125, 6.4.4; Firefox (mozilla::pkix)",
	 "the name stands in the common name only",
	 "Clients look at subjectAltName alone; Firefox and Chromium refuse a match by common name.",
	 "Have the certificate issued with the name as a subjectAltName."},
	{"name.mismatch", ERROR, "RFC 6125, 6",
	 "the certificate is not for this name",
	 "No subjectAltName fits the name by which clients come.",
	 "Use a certificate that has the name, or check which one the server picks for it."},
	{"ocsp.bad-url", ERROR, "RFC 5280, 4.2.2.1",
	 "the certificate's OCSP URL cannot be used",
	 "It is not http or https with a host, so no server can fetch a staple from it.",
	 "Have the certificate issued with a plain http URL of its responder."},
	{"ocsp.no-url", ERROR, "RFC 6960, 3.1",
	 "a Must-Staple certificate names no OCSP responder",
	 "Without an OCSP URL in its authority information access no server can fetch a staple, so the "
	 "promise cannot be kept.",
	 "Ask for a certificate with an OCSP URL, or for one without Must-Staple."},
	{"ocsp.short-lived", INFO, "CA/Browser Forum BR, 1.6.1",
	 "the certificate is short-lived and needs no staple",
	 "A certificate of a few days expires about as fast as a revocation would reach clients.",
	 "Ask for it without Must-Staple."},
	{"policy.forbidden", ERROR, "policy",
	 "the policy forbids Must-Staple for this name",
	 "The policy says that Must-Staple is forbidden for a name of this certificate.",
	 "Ask for the certificate without Must-Staple, or change the policy."},
	{"policy.required", ERROR, "policy",
	 "the policy requires Must-Staple for this name",
	 "The policy says that Must-Staple is required for a name of this certificate.",
	 "Ask for the certificate with Must-Staple, or change the policy."},
	{"policy.waiver-ended", INFO, "policy",
	 "a waiver for this finding has ended",
	 "A waiver is in force until the end of its last day in UTC; then the finding counts again.",
	 "Mend what the finding says, or decide anew about the waiver."},
};

const size_t finding_rule_count = sizeof finding_rules / sizeof finding_rules[0];

static int compare(const void *id, const void *rule)
{
	return strcmp(id, ((const struct finding_rule *)rule)->id);
}

const struct finding_rule *finding_rule_get(const char *id)
{
	return bsearch(id, finding_rules, finding_rule_count, sizeof finding_rules[0], compare);
}

const char *severity_text(enum severity s)
{
	static const char *const text[] = {"off", "info", "warning", "error"};

	return (unsigned)s < sizeof text / sizeof text[0] ? text[s] : "?";
}

int severity_parse(const char *text, enum severity *out)
{
	for (enum severity s = SEVERITY_OFF; s <= SEVERITY_ERROR; s++)
		if (strcmp(text, severity_text(s)) == 0) {
			*out = s;
			return 0;
		}
	return -1;
}

const char *verdict_text(enum verdict v)
{
	return v == VERDICT_PASS ? "pass" : v == VERDICT_FAIL ? "fail" : "unknown";
}

enum verdict verdict_worst(enum verdict a, enum verdict b)
{
	return a > b ? a : b;
}

/* Words of `text` in lines of at most 78 columns, each behind `indent` blanks. */
static void paragraph(struct buf *out, const char *text, size_t indent)
{
	size_t column = 0;

	while (*text) {
		size_t n = strcspn(text, " "), skip = n + strspn(text + n, " ");

		if (column && column + 1 + n > 78) {
			buf_add_byte(out, '\n');
			column = 0;
		}
		if (!column) {
			buf_printf(out, "%*s", (int)indent, "");
			column = indent;
		} else {
			buf_add_byte(out, ' ');
			column++;
		}
		buf_add_bytes(out, text, n);
		column += n;
		text += skip;
	}
	buf_add_byte(out, '\n');
}

void finding_explain(struct buf *out, const struct finding_rule *r)
{
	buf_printf(out, "%s (%s%s): ", r->id, severity_text(r->severity),
		   r->unchecked ? ", could not be checked" : "");
	buf_add_str(out, r->title);
	buf_printf(out, "\n    basis:  %s\n", r->basis);
	paragraph(out, r->explanation, 4);
	buf_add_str(out, "    remedy: ");
	buf_add_str(out, r->remedy);
	buf_add_byte(out, '\n');
}
