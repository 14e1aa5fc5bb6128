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
	{"advice.apache-try-later", INFO, "Apache httpd mod_ssl, SSLStaplingFakeTryLater",
	 "the staple looks like one that Apache made up itself",
	 "By default Apache keeps a fetched staple for an hour only (SSLStaplingStandardCacheTimeout).  "
	 "When its responder does not answer after that, it throws the staple away, valid or not, and "
	 "sends a forged tryLater, which Firefox and GnuTLS refuse even for plain certificates.",
	 "Set 'SSLStaplingReturnResponderErrors off', 'SSLStaplingFakeTryLater off' and a long "
	 "SSLStaplingStandardCacheTimeout (as 259200), or use mod_md's MDStapling."},
	{"advice.exim-file", INFO, "Exim with GnuTLS, tls_ocsp_file",
	 "Exim's staple file may be what breaks its TLS",
	 "Exim starts with a staple file that has expired or is damaged, and then every STARTTLS fails.",
	 "Look into Exim's log, and let staple-fetch replace the file."},
	{"advice.staple-file", INFO, "nginx ssl_stapling_file; HAProxy, lighttpd, s_server",
	 "the server sends a staple file without looking into it",
	 "Several servers send the file that they were given for ever: expired, revoked, or for "
	 "another certificate.  Nothing warns but the clients.",
	 "Let staple-fetch keep the file fresh and reload the server in its hook."},
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
	{"candidate.asked", INFO, "RFC 6960, 3.2",
	 "the candidate's responder was asked and answered good",
	 "Its answer was judged as a staple is; the server will be able to get one like it.",
	 "Nothing has to be done."},
	{"candidate.new-key-kind", WARNING, "policy",
	 "the server does not serve certificates of the candidate's key kind today",
	 "No handshake of today shows how the server staples such a certificate.  A server with two "
	 "kinds of certificates needs a staple for each.",
	 "Rehearse the server with the new certificate (--rehearse)."},
	{"candidate.no-answer", UNCHECKED, "RFC 6960, 3.2",
	 "the candidate's responder could not be asked",
	 "Whether the responder knows the new certificate is the question before a deployment; without "
	 "its answer nothing is known.",
	 "Try again, or leave the responder out of the question with --no-ask."},
	{"candidate.not-asked", INFO, "policy",
	 "the candidate's responder was not asked",
	 "Whether it answers good for the new certificate is outside the question (--no-ask).",
	 "Leave --no-ask out to have it asked."},
	{"candidate.not-must-staple", WARNING, "RFC 7633, 4.2.3.1",
	 "the candidate is not Must-Staple",
	 "The certificate to be deployed has no TLS Feature extension with status_request (5).",
	 "If it should be Must-Staple, have it issued so."},
	{"candidate.other-issuer", WARNING, "policy",
	 "the candidate has another issuer than the certificate served today",
	 "The server's file of trusted issuers and its way to the new responder cannot be seen from "
	 "outside; with some servers both are needed for stapling.",
	 "Check ssl_trusted_certificate or its like and the way to the new responder, or rehearse "
	 "(--rehearse)."},
	{"candidate.staple-file", INFO, "policy",
	 "the server may staple from a file that is not the candidate's",
	 "A staple is for one certificate.  When the server sends a file, the file has to change together "
	 "with the certificate.",
	 "Ship a staple for the new certificate with it (staple-fetch, then --staple)."},
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
	{"cert.not-for-servers", ERROR, "RFC 5280, 4.2.1.12",
	 "the server's certificate is not meant for TLS servers",
	 "Its extended key usage lists purposes, and id-kp-serverAuth is not among them.  Clients refuse it "
	 "in a server, whatever is stapled.",
	 "Use a certificate that was issued for servers."},
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
	{"chain.anchor-expired", WARNING, "OpenSSL; GnuTLS; RFC 5280, 6.1",
	 "the trusted certificate at the chain's end is not valid at that time",
	 "RFC 5280 does not ask for the dates of a trust anchor, but OpenSSL and GnuTLS do, and refuse "
	 "the chain.",
	 "Use a chain that ends in a root which is valid, and trust that one."},
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
	{"chain.wrong-order", ERROR, "RFC 8446, 4.4.2",
	 "a CA's certificate stands before the server's in the file",
	 "A server takes the first certificate of its file for its own and sends the others behind it. "
	 "With the CA's in front it does not start, or shows a certificate that no client asked for.",
	 "Put the server's certificate first, then the one that issued it, and so on."},
	{"client.firefox-refuses", ERROR, "Firefox (mozilla::pkix)",
	 "Firefox refuses the certificate even with a good staple",
	 "Firefox refuses a certificate whose TLS Feature extension is not exactly status_request (5), "
	 "and one below an issuer whose extension it does not repeat byte for byte, whatever is "
	 "stapled.",
	 "Ask the CA for a certificate with exactly status_request (5), not critical, under a plain issuer."},
	{"client.gnutls-issuer-staple", WARNING, "GnuTLS",
	 "GnuTLS clients want a staple for an issuer of the certificate too",
	 "An issuer is Must-Staple itself.  GnuTLS refuses the chain unless that issuer's own staple comes "
	 "along, which TLS 1.2 has no place for, and which hardly any server can send in TLS 1.3.",
	 "Use an issuer without the TLS Feature extension."},
	{"client.gnutls-refuses", ERROR, "GnuTLS",
	 "GnuTLS clients refuse the certificate even with a good staple",
	 "GnuTLS refuses a certificate that lacks a feature of its issuer, whatever is stapled.",
	 "Ask the CA for a certificate with exactly status_request (5), not critical, under a plain issuer."},
	{"client.openssl-refuses", ERROR, "OpenSSL",
	 "OpenSSL clients refuse the certificate even with a good staple",
	 "OpenSSL, and curl, Python and others that are built on it, refuse every critical extension "
	 "that they do not know; TLS Feature is one.",
	 "Ask the CA for a certificate with exactly status_request (5), not critical, under a plain issuer."},
	{"client.rfc7633-refuses", ERROR, "RFC 7633, 4.2",
	 "a client by the letter of RFC 7633 refuses the certificate even with a good staple",
	 "A client that follows RFC 7633 to the letter refuses a malformed extension and one that "
	 "lacks a feature of its issuer.",
	 "Ask the CA for a certificate with exactly status_request (5), not critical, under a plain issuer."},
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
	{"fetch.cache-stale", WARNING, "RFC 5019, 6.1; RFC 9111, 4.2",
	 "an HTTP cache answered with what it should have thrown away",
	 "The answer's Age is above its max-age: a proxy between here and the responder serves an old "
	 "answer, and may go on to do so when a certificate was revoked or a staple is about to end.",
	 "Repair the proxy, or go around it (no_proxy)."},
	{"fetch.cached", INFO, "RFC 9111, 5.1",
	 "an HTTP cache answered, not the responder",
	 "The answer has an Age header.  That is usual with large CAs, and harmless while newer answers "
	 "come through in time.",
	 "Nothing is to be done."},
	{"fetch.clock", WARNING, "RFC 9110, 6.6.1",
	 "the responder's clock and this one differ",
	 "The answer's Date is further from the local time than the policy's skew allows.  One of the "
	 "two clocks is wrong, and with a wrong clock good staples look expired or not yet valid.",
	 "Compare the local clock with a time server."},
	{"fetch.content-type", WARNING, "RFC 6960, A.2",
	 "the answer is an OCSP response, but does not say so",
	 "Its Content-Type is not application/ocsp-response.  It was judged all the same; some servers "
	 "that fetch staples themselves refuse it.",
	 "Tell the CA."},
	{"fetch.goes-dark", ERROR, "RFC 6960, 2.2",
	 "the certificate is revoked, and the staple at hand runs out",
	 "The responder says revoked, signed and in order.  The good staple that is there can be served "
	 "until it ends; from then on clients that enforce the promise refuse the server, and no new "
	 "staple will come.",
	 "Replace the certificate now."},
	{"fetch.inflated", ERROR, "RFC 8446, 4.2; OpenSSL; Firefox (mozilla::pkix)",
	 "the answer is good, but clients or handshakes would not take it",
	 "It is larger, or holds more certificates, than every client takes as a staple.  The certificates in "
	 "it are not part of what is signed: anybody between the responder and here can add them.  Stapled, it "
	 "would make connections fail, so it replaces nothing.",
	 "See what stands between here and the responder; staple-fetch asks again."},
	{"fetch.no-answer", UNCHECKED, "RFC 6960, A.1",
	 "the responder could not be asked",
	 "No usable HTTP answer came: no connection, a timeout, an error status, too many redirects.  "
	 "The staple is missing or past its time for a refresh.",
	 "See whether the responder can be reached from here; staple-fetch tries again at its next run."},
	{"fetch.no-answer-early", WARNING, "RFC 6960, A.1",
	 "the responder could not be asked, but it was not yet time",
	 "No usable HTTP answer came, and the staple that is there is good and not yet due.",
	 "Nothing yet: it is asked again when the staple is due."},
	{"fetch.no-staple", ERROR, "RFC 7633, 4.2.3",
	 "there is no staple",
	 "No file stands where the server looks for it, so nothing is stapled.",
	 "Run staple-fetch without --check."},
	{"fetch.no-url", ERROR, "RFC 6960, 3.1",
	 "the certificate names no OCSP responder",
	 "Its authority information access has no http or https URL with id-ad-ocsp, so there is nobody "
	 "to ask.",
	 "Leave this certificate out, or name a responder with --url."},
	{"fetch.not-newer", INFO, "RFC 6960, 2.4",
	 "the answer is not newer than the staple that is there",
	 "It is good, but its thisUpdate is not later, so the file stays as it is.",
	 "Nothing is to be done while the staple lasts."},
	{"fetch.not-ocsp", ERROR, "RFC 6960, A.2",
	 "the answer is no OCSP response",
	 "The server answered with status 200, but with a web page or something else.  A captive portal, "
	 "a proxy or a parked domain is the usual reason.",
	 "Look at what the URL really serves."},
	{"fetch.overdue", WARNING, "policy",
	 "the staple is past the time at which it should have been refreshed",
	 "It is good still, but nothing has refreshed it in time.",
	 "See whether staple-fetch runs, and what it says."},
	{"fetch.unreadable", UNCHECKED, "X.690",
	 "a file could not be read",
	 "The certificate or the staple that is there cannot be opened or read.",
	 "Do what the message says: give another file, or the right to read this one."},
	{"fetch.unusable-file", INFO, "policy",
	 "the file that is there is no good staple for the certificate",
	 "It counts as absent: any good answer replaces it.",
	 "Nothing is to be done."},
	{"fetch.unwritable", UNCHECKED, "policy",
	 "the staple could not be written",
	 "A good answer came, but the file could not be replaced; the old one, if any, is untouched.",
	 "See the message; give the program the right to write in that folder."},
	{"gate.certificates-differ", WARNING, "policy",
	 "paths with the same name and key kind serve different certificates",
	 "A deployment that is half done, or machines that were configured apart.",
	 "Finish the deployment on all machines and workers."},
	{"gate.client-refuses", ERROR, "RFC 7633, 4.2.3.1",
	 "a client that must be served refuses what is served",
	 "The rules hold, but this client has its own limits, and the policy says that it must accept "
	 "(clients).",
	 "See the reason in the message."},
	{"gate.first-handshake", ERROR, "nginx ssl_stapling",
	 "the first handshake after the start had no staple",
	 "A server that fetches its staple when the first client comes sends that client none: with a "
	 "Must-Staple certificate the client is refused, after each start and reload.",
	 "Give the server a staple file that is there before it starts (staple-fetch)."},
	{"gate.paths-differ", WARNING, "policy",
	 "some paths have a sound staple and others do not",
	 "One worker, one address, one key kind or one version without a staple is the classic outage: most "
	 "visitors see nothing, some see nothing but errors.",
	 "See the hint: it names where the paths differ."},
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
	{"path.bad-certificate", ERROR, "RFC 5280, 4.1",
	 "a certificate of the served chain cannot be read",
	 "Its DER is not that of a certificate; clients break off.",
	 "Put the right certificates into the server's chain file."},
	{"path.broken", UNCHECKED, "RFC 8446, 6",
	 "the handshake broke, so this path could not be checked",
	 "A connection was made, but no handshake: an alert, a closed connection, or a message that does "
	 "not fit.",
	 "Look into the server's log for the reason."},
	{"path.injected", UNCHECKED, "RFC 3207, 4.2 (CVE-2011-0411)",
	 "plaintext stood behind the answer to STARTTLS",
	 "What follows the answer is not protected by TLS, and a client that reads it as if it were can be "
	 "fed commands or replies.  No handshake was made.",
	 "Update the server, and look for who sits between."},
	{"path.no-listener", INFO, "policy",
	 "an address has no listener, and need not have one",
	 "The addresses of localhost are the machine's own, and a policy may be content with some addresses "
	 "(every_address).",
	 "Nothing has to be done if the service is not meant to be there."},
	{"path.not-served", INFO, "RFC 8446, 4.1.1",
	 "the server does not have this TLS version or key kind",
	 "It answered with handshake_failure or protocol_version, while another version or kind works.",
	 "Nothing has to be done if that is meant."},
	{"path.not-tls", UNCHECKED, "RFC 8446, 5.1",
	 "what answered does not speak TLS",
	 "The answer is no TLS record, or STARTTLS was refused or not understood.",
	 "Check the port and the protocol (--starttls, or smtp://HOST)."},
	{"path.nothing-served", UNCHECKED, "RFC 8446, 4.1.1",
	 "the server refused every TLS version and key kind that was offered",
	 "Nothing could be looked at.  A server that wants a name (--sni), a client certificate or an older "
	 "version answers so.",
	 "Check name and port, and try --sni."},
	{"path.skipped", UNCHECKED, "policy",
	 "this path was not tried",
	 "An earlier handshake at this address ended without an answer, or the time of the run was up.",
	 "Try again, with a longer --deadline if need be."},
	{"path.timeout", UNCHECKED, "policy",
	 "no answer in time",
	 "The connection or its handshake was not over within --timeout.",
	 "Check the way to the server; raise --timeout if it is that slow."},
	{"path.too-much", UNCHECKED, "RFC 8446, 4.4.2",
	 "the server sent more than any sound server does",
	 "Certificates or staples beyond the limits were not read.  Clients have such limits too.",
	 "Look at the server's chain and staple files."},
	{"path.udp-unchecked", INFO, "RFC 9114, 3.1.1",
	 "the server also offers HTTP/3, which was not checked",
	 "HTTP/3 runs over UDP, with handshakes of its own that may be answered by another program.",
	 "Check with a client that speaks HTTP/3."},
	{"path.unreachable", UNCHECKED, "policy",
	 "no connection could be made",
	 "The connection was refused, there is no way there, or the name has no address.",
	 "Check name, port and network."},
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
	{"request.bad-file", UNCHECKED, "policy",
	 "a file of a batch is not what it should be",
	 "A request or key that exists is kept, but this one cannot be read, or is there without the "
	 "other; nothing was written for its line.",
	 "Look at the file; remove it when nobody needs it, or use --force to replace it."},
	{"request.bad-line", ERROR, "policy",
	 "a line of a batch list breaks a rule",
	 "Nothing was made for this line; the others were made.",
	 "Correct the line and run the batch again: what exists is kept."},
	{"request.bad-name", ERROR, "RFC 5280, 4.2.1.6",
	 "a name cannot be asked for",
	 "A name in a request must be a host name, a wildcard in its leftmost label, an IP address, an "
	 "e-mail address or a URI, each in its own syntax.  No CA would, or should, certify this one.",
	 "Correct the name; --dns, --ip, --email and --uri say of what kind it is."},
	{"request.bad-value", ERROR, "policy",
	 "a value that the request should hold breaks a rule",
	 "The message names the value, the rule and what is allowed.",
	 "Correct the value."},
	{"request.kept-differs", WARNING, "policy",
	 "a request that was kept is not what its line asks for now",
	 "The file was made for an earlier version of the list, or with other options: its names or TLS "
	 "features differ.  It was left as it is.",
	 "Remove the request (its key can stay) and run the batch again."},
	{"request.name-repeated", INFO, "policy",
	 "a name was given twice",
	 "It is asked for once; capital letters and Unicode forms make no difference.",
	 "Give it once."},
	{"request.not-carried", INFO, "policy",
	 "something of the renewed certificate or request was not carried over",
	 "Names and subject come along, all else only on wish, so that nothing is asked for that nobody "
	 "wants any more.",
	 "Use --carry if the new request should have it."},
	{"server.cannot-fetch", ERROR, "nginx, Apache",
	 "a server that is to fetch staples itself cannot",
	 "The server switches stapling off for the certificate, with no more than a warning in its log: for "
	 "want of an OCSP responder that it can ask, of a resolver for its name, or of the issuer.",
	 "Put the issuer into the certificate's file, give a resolver, or give the staple in a file, kept "
	 "fresh by staple-fetch."},
	{"server.first-handshake", WARNING, "nginx (ssl_stapling)",
	 "the first client after each start and reload gets no staple",
	 "nginx fetches a staple only after a handshake has asked for it, once for each worker process; "
	 "a client that enforces Must-Staple refuses that handshake.",
	 "Give it the staple in a file (ssl_stapling_file), kept fresh by staple-fetch."},
	{"server.forged-answer", WARNING, "Apache (SSLStaplingFakeTryLater)",
	 "the server makes up an answer when the responder gives none",
	 "By default Apache answers tryLater in the responder's place, for minutes to hours after the "
	 "responder is back, and throws a staple away an hour after it was fetched; Firefox refuses such an "
	 "answer, for certificates without Must-Staple too.",
	 "Set SSLStaplingReturnResponderErrors off, SSLStaplingFakeTryLater off and "
	 "SSLStaplingStandardCacheTimeout 259200."},
	{"server.shared-staple", ERROR, "nginx (ssl_stapling_file)",
	 "one staple file is sent with several certificates",
	 "nginx sends the one file of ssl_stapling_file with every certificate of the server block, so "
	 "that clients of the others get a staple that is not theirs and refuse it.",
	 "Use one certificate in the block, or let nginx fetch the staples."},
	{"server.staple-missing", ERROR, "policy",
	 "the staple file that a server's configuration names cannot be read",
	 "The server has nothing to staple, or does not start.",
	 "Fetch it with staple-fetch, and check its path and permissions."},
	{"server.staple-wrong", ERROR, "RFC 6960, 3.2",
	 "the staple file that a server's configuration names is not for the certificate",
	 "The file holds something else, or the response for another certificate.",
	 "Fetch it with staple-fetch for the certificate that is served."},
	{"server.stapling-off", ERROR, "RFC 7633, 4.3.2",
	 "a Must-Staple certificate is served without stapling",
	 "The configuration serves a certificate that promises a staple in every handshake and does not "
	 "switch stapling on, or the server cannot staple at all, as nginx for a certificate that a variable "
	 "names; clients that honour the promise refuse.",
	 "Switch stapling on, or use a certificate without Must-Staple here."},
	{"staple.bad-signature", ERROR, "RFC 6960, 3.2",
	 "the response's signature does not check",
	 "The response names a signer whose certificate is at hand, but its key did not make this "
	 "signature: the response was changed, cut, or made by somebody else.",
	 "Fetch the staple again; if it stays so, ask the CA."},
	{"staple.broken-algorithm", ERROR, "RFC 6960, 4.3; RFC 6151",
	 "a signature was made with an algorithm that proves nothing",
	 "MD2, MD4 and MD5 signatures can be forged.  No switch and no policy lets them pass.",
	 "Ask the CA to sign its responses with SHA-256 or better."},
	{"staple.contradiction", WARNING, "RFC 6960, 4.2.1",
	 "two SingleResponses for the certificate differ in status",
	 "The response says two things about one certificate.  Clients differ in which one they take; "
	 "here the worst one counts.",
	 "Ask the CA to repair its responder."},
	{"staple.critical-extension", ERROR, "RFC 6960, 4.4; RFC 5280, 5.2",
	 "the response has a critical extension that is not known",
	 "A critical extension can change what the response means, so a client that does not know it "
	 "must refuse the response.",
	 "Ask the CA for responses without it."},
	{"staple.empty", ERROR, "RFC 6066, 8",
	 "the staple has no bytes",
	 "A staple of zero length says nothing; GnuTLS clients break off the handshake over it.",
	 "Fetch a staple, or let the server send none."},
	{"staple.expired", ERROR, "RFC 6960, 4.2.2.1",
	 "the staple's nextUpdate is past",
	 "A response whose nextUpdate is earlier than now is unreliable, and clients that enforce "
	 "Must-Staple refuse it.  Some grant minutes (OpenSSL) or a day (Firefox); none has to.",
	 "Fetch a new staple and let the server load it."},
	{"staple.future", ERROR, "RFC 6960, 4.2.2.1",
	 "the staple's thisUpdate is in the future",
	 "A response whose thisUpdate is later than now is unreliable.  A wrong clock, here or at the "
	 "responder, is the usual reason; the policy's skew is granted.",
	 "Set the clocks right, or wait until thisUpdate."},
	{"staple.hash-algorithm", ERROR, "RFC 6960, 4.1.1",
	 "the CertID is hashed with an algorithm that is not taken",
	 "Names and keys are compared with SHA-1 or a member of the SHA-2 family, as the response "
	 "names it.  MD5, or an algorithm that is not known, identifies no certificate.",
	 "Ask the CA to repair its responder."},
	{"staple.internal-error", ERROR, "RFC 6960, 2.3",
	 "the responder answered internalError",
	 "The responder is in an inconsistent state.  The answer is not signed and proves nothing.",
	 "Ask again later, or another responder of the CA."},
	{"staple.issuer-mismatch", ERROR, "RFC 6960, 4.1.1; RFC 5280, 6.1.3",
	 "the issuer given did not issue the certificate",
	 "A response is about a serial number of one issuer.  Judged with another issuer, of another "
	 "name or with another key of the same name, it says nothing about this certificate.",
	 "Give the certificate of the CA that issued it."},
	{"staple.little-left", WARNING, "policy",
	 "the staple has less time left than the policy asks for",
	 "If no new staple comes, clients start to refuse at nextUpdate.  The policy's staple { "
	 "min_left } says how much time there must be to repair a broken responder.",
	 "Fetch a new staple now."},
	{"staple.malformed", ERROR, "RFC 6960, 4.2.1",
	 "the bytes are no OCSP response",
	 "They are not the DER of an OCSPResponse: a web page, an error text, a cut file, or BER.",
	 "Look at what the responder or the file really holds, and fetch the staple again."},
	{"staple.malformed-request", ERROR, "RFC 6960, 2.3",
	 "the responder answered malformedRequest",
	 "The responder did not understand the request.  The answer is not signed and proves nothing.",
	 "Ask by POST, with a SHA-1 CertID and without a nonce, which every responder knows."},
	{"staple.many-certificates", WARNING, "Firefox (mozilla::pkix)",
	 "the staple holds more certificates than some clients take",
	 "Firefox refuses a response with more than eight certificates as malformed.  They are not part "
	 "of what is signed: anybody between the responder and here can add them.",
	 "Fetch the staple again, over another way if it stays so."},
	{"staple.missing", ERROR, "RFC 7633, 4.2.3.1",
	 "no staple was sent, and there must be one",
	 "Clients that enforce the certificate's promise refuse the connection: to them it looks as if an "
	 "attacker had left the staple out.",
	 "Turn stapling on and give the server a staple (staple-fetch)."},
	{"staple.missing-intermediate", WARNING, "RFC 7633, 4.2.3.1; RFC 8446, 4.4.2.1",
	 "a Must-Staple certificate above the leaf comes without a staple",
	 "In TLS 1.3 each certificate of the chain can carry a staple.  GnuTLS insists on one for a "
	 "Must-Staple intermediate too, and hardly any server can send it.",
	 "Use an issuer without the TLS Feature extension."},
	{"staple.no-issuer", UNCHECKED, "RFC 6960, 3.2",
	 "the issuer is not at hand, so the staple could not be checked",
	 "Signature, authority and CertID can only be checked with the issuer's certificate.",
	 "Give the issuer, or a file with the chain."},
	{"staple.no-next-update", WARNING, "RFC 6960, 4.2.2.1; RFC 5019, 2.2.4",
	 "the staple has no nextUpdate",
	 "Without nextUpdate newer information is said to be available all the time: HAProxy does not "
	 "load such a staple, GnuTLS and Firefox soon call it old.",
	 "Ask the CA for responses with nextUpdate."},
	{"staple.no-single", ERROR, "RFC 6960, 4.2.1",
	 "the response says nothing about any certificate",
	 "The list of SingleResponses is empty.",
	 "Ask the CA to repair its responder."},
	{"staple.nonce-differs", ERROR, "RFC 6960, 4.4.1",
	 "the response's nonce is not the one that was sent",
	 "The nonce binds a response to its request.  Another one means a replayed answer.",
	 "Ask again; a cache between here and the responder may be at fault."},
	{"staple.nonce-missing", WARNING, "RFC 6960, 4.4.1; RFC 5019, 4",
	 "a nonce was asked for, and the response has none",
	 "Many responders make their answers beforehand and cannot put a nonce in.  Without it a "
	 "recorded answer cannot be told from a new one while it is valid.",
	 "Ask without a nonce, or ask the CA to support it."},
	{"staple.none", INFO, "RFC 6066, 8",
	 "no staple was sent, and none is asked for",
	 "The certificate is not Must-Staple.  Clients that look for a revocation have to ask the responder "
	 "themselves, or do not.",
	 "Turn stapling on if it is wanted."},
	{"staple.odd-time", WARNING, "RFC 6960, 4.2.2.1; RFC 5280, 4.1.2.5.2",
	 "a time of the response is not written as it must be",
	 "GeneralizedTime must be YYYYMMDDHHMMSSZ, without a fraction.  Clients differ in what they take.",
	 "Ask the CA to repair its responder."},
	{"staple.other-certificate", ERROR, "RFC 6960, 3.2",
	 "the staple is about another certificate",
	 "The serial number is another one.  An old staple next to a renewed certificate is the usual "
	 "reason.",
	 "Fetch a staple for this certificate."},
	{"staple.other-issuer", ERROR, "RFC 6960, 4.1.1",
	 "the staple is about a certificate of another issuer",
	 "The serial number is this certificate's, but the hash of the issuer's name is not its "
	 "issuer's: another CA's certificate happens to have that number.",
	 "Fetch a staple for this certificate, from its own CA's responder."},
	{"staple.other-issuer-key", ERROR, "RFC 6960, 4.1.1",
	 "the staple is about a certificate of another key of the issuer",
	 "Serial number and issuer's name are this certificate's, but the hash of the issuer's key is "
	 "not: the responder speaks for an older or newer key of the CA.  GnuTLS does not notice.",
	 "Fetch a staple for this certificate, from the responder that it names."},
	{"staple.outlives-cert", WARNING, "RFC 6960, 2.4",
	 "the staple's nextUpdate is after the certificate's end",
	 "The staple dies with the certificate, before its nextUpdate; some servers do not load it.",
	 "Renew the certificate in time."},
	{"staple.outlives-signer", WARNING, "RFC 6960, 4.2.2.2",
	 "the staple's nextUpdate is after the responder certificate's end",
	 "Clients refuse the staple once the delegated responder's certificate has ended, whatever "
	 "nextUpdate says.",
	 "Fetch a new staple before the responder's certificate ends."},
	{"staple.produced-before-update", WARNING, "RFC 6960, 2.4",
	 "the response was produced before its thisUpdate",
	 "thisUpdate is when the status was known to be right, so it cannot be later than the moment "
	 "of signing.",
	 "Ask the CA to repair its responder."},
	{"staple.produced-future", WARNING, "RFC 6960, 2.4",
	 "the response was produced in the future",
	 "producedAt is when the responder signed.  A wrong clock, here or there, is the usual reason.",
	 "Set the clocks right."},
	{"staple.produced-outside", ERROR, "RFC 6960, 2.4; BoringSSL",
	 "the response was produced outside the life of a certificate that vouches for it",
	 "The issuer or the delegated responder was not valid when the response was signed, so it had "
	 "no authority then.",
	 "Fetch the staple again; if it stays so, ask the CA."},
	{"staple.responder-id", ERROR, "RFC 6960, 4.2.2.3",
	 "the responder id names another than the signer",
	 "The response says by name or by key hash who signed it, and that must be the one whose key "
	 "the signature checks under.",
	 "Ask the CA to repair its responder."},
	{"staple.reversed", ERROR, "RFC 6960, 2.4",
	 "the staple's nextUpdate is before its thisUpdate",
	 "Such a response was never valid.",
	 "Ask the CA to repair its responder."},
	{"staple.revoked", ERROR, "RFC 6960, 2.2",
	 "the certificate is revoked",
	 "The CA has withdrawn the certificate.  Clients that see this staple refuse the certificate, "
	 "Must-Staple or not.",
	 "Replace the certificate now, with a new key if the old one may be known."},
	{"staple.sha1", ERROR, "policy; RFC 6194",
	 "a signature was made with SHA-1",
	 "SHA-1 signatures can be forged by those who can choose what is signed.  The policy's staple "
	 "{ sha1 } decides whether a response may rest on one.",
	 "Ask the CA to sign its responses with SHA-256 or better."},
	{"staple.sig-required", ERROR, "RFC 6960, 2.3",
	 "the responder answered sigRequired",
	 "The responder wants signed requests.  The answer is not signed and proves nothing.",
	 "Ask the CA for a responder that takes unsigned requests."},
	{"staple.signer-features", WARNING, "RFC 7633, 4.2.2; GnuTLS",
	 "the responder's certificate lacks a TLS feature of its issuer",
	 "A CA certificate with the TLS Feature extension binds every certificate that it signs, its "
	 "delegated responder's too.  GnuTLS refuses the staple.",
	 "Ask the CA to list the features in its responder's certificate, or to sign directly."},
	{"staple.signer-key-usage", ERROR, "RFC 5280, 4.2.1.3",
	 "the responder's certificate may not sign",
	 "The delegated responder's key usage lacks digitalSignature.",
	 "Ask the CA to issue its responder another certificate."},
	{"staple.signer-malformed", ERROR, "RFC 5280, 4.1 and 4.2",
	 "the responder's certificate cannot be relied on",
	 "It has a critical extension that is not known, or is so malformed that readers differ in what "
	 "it says.",
	 "Ask the CA to issue its responder another certificate."},
	{"staple.signer-missing", ERROR, "RFC 6960, 4.2.2.2",
	 "the signer's certificate is not at hand",
	 "The responder id is not the issuer's, and neither the response nor the files given hold a "
	 "certificate that it fits.  A client has no more than the response.",
	 "Ask the CA to put the responder's certificate into its responses."},
	{"staple.signer-no-eku", ERROR, "RFC 6960, 4.2.2.2",
	 "the responder's certificate is not for signing OCSP responses",
	 "A delegated responder's certificate must have id-kp-OCSPSigning in its extended key usage; "
	 "anything else, anyExtendedKeyUsage too, gives no authority.",
	 "Ask the CA to issue its responder another certificate."},
	{"staple.signer-no-nocheck", INFO, "RFC 6960, 4.2.2.2.1",
	 "the response is by a delegated responder without id-pkix-ocsp-nocheck",
	 "Nothing says that the responder's own certificate need not be checked for revocation.  "
	 "Clients do not check it, as far as is known.",
	 "Nothing has to be done."},
	{"staple.signer-nocheck", INFO, "RFC 6960, 4.2.2.2.1",
	 "the response is by a delegated responder with id-pkix-ocsp-nocheck",
	 "The CA says that the responder can be trusted for the life of its certificate.",
	 "Nothing has to be done."},
	{"staple.signer-not-delegated", ERROR, "RFC 6960, 4.2.2.2",
	 "the signer has no authority from the certificate's issuer",
	 "Only the certificate's own issuer, or one whose certificate that same issuer signed directly, "
	 "may answer.  A delegate of an ancestor or of another CA may not.",
	 "Ask the CA for responses by an authorised responder."},
	{"staple.signer-not-valid", ERROR, "RFC 6960, 4.2.2.2; RFC 5280, 6.1.3",
	 "the responder's certificate is not valid at that time",
	 "The delegated responder's certificate has ended or has not begun, and with it its authority.",
	 "Fetch the staple again; if it stays so, ask the CA."},
	{"staple.too-large", WARNING, "RFC 8446, 4.2; OpenSSL",
	 "the staple is larger than some clients or handshakes take",
	 "OpenSSL's clients refuse a staple of more than 16,380 bytes in TLS 1.2, and TLS 1.3 cannot carry "
	 "more than 65,527: servers then break off every handshake.  The certificates in a response are not "
	 "part of what is signed: anybody between the responder and here can make it large.",
	 "Fetch the staple again, over another way if it stays so."},
	{"staple.too-old", ERROR, "policy; RFC 6960, 3.2",
	 "the staple is older than allowed",
	 "thisUpdate is longer ago than --max-age or the policy's staple { max_age } allows, whatever "
	 "nextUpdate says.",
	 "Fetch a new staple."},
	{"staple.trailing-data", ERROR, "RFC 6960, 4.2.1",
	 "there are bytes behind the response",
	 "OpenSSL does not look at them; GnuTLS and Firefox refuse the staple.",
	 "Fetch the staple again and write nothing behind it."},
	{"staple.try-later", ERROR, "RFC 6960, 2.3",
	 "the responder answered tryLater",
	 "The responder cannot answer now.  The answer is not signed and proves nothing; Apache sends "
	 "such answers of its own making to its clients.",
	 "Ask again later, or another responder of the CA."},
	{"staple.unauthorized", ERROR, "RFC 6960, 2.3; RFC 5019, 2.2.3",
	 "the responder answered unauthorized",
	 "The responder does not answer for this certificate: it does not know it, or no longer.",
	 "Ask the responder that the certificate names; if it stays so, ask the CA."},
	{"staple.unknown", ERROR, "RFC 6960, 2.2",
	 "the responder does not know the certificate",
	 "The signed status is unknown.  That is no good: a new certificate may not have reached the "
	 "responder yet, or the responder is another CA's.",
	 "Wait until the responder knows the certificate; if it stays so, ask the CA."},
	{"staple.unknown-response-status", ERROR, "RFC 6960, 4.2.1",
	 "the response status is one that does not exist",
	 "Only 0 to 3, 5 and 6 are defined.",
	 "Ask the CA to repair its responder."},
	{"staple.unreadable-certificate", ERROR, "RFC 6960, 4.2.1",
	 "a certificate that the response carries cannot be read",
	 "Every element of certs is a Certificate.  OpenSSL refuses the whole response for one that is none, "
	 "GnuTLS finds no delegated responder in it.",
	 "Ask the CA to repair its responder."},
	{"staple.unsupported-algorithm", ERROR, "RFC 6960, 4.3",
	 "a signature was made with an algorithm that cannot be checked",
	 "The algorithm, or its parameters, or the key's kind is not known here, so nothing is proved.",
	 "Ask the CA to sign its responses with RSA or ECDSA and SHA-256."},
	{"staple.version", ERROR, "RFC 6960, 4.2.1",
	 "the response's version is not 1",
	 "Only version 1 is defined; what another one means is not known.",
	 "Ask the CA to repair its responder."},
	{"staple.weak-key", ERROR, "policy; NIST SP 800-57",
	 "a signature was made with a short RSA key",
	 "The policy's staple { rsa_min } is the least number of bits for a key that vouches for a staple.",
	 "Ask the CA to sign its responses with a longer key."},
	{"staple.wrong-type", ERROR, "RFC 6960, 4.2.1",
	 "the response is not a basic OCSP response",
	 "id-pkix-ocsp-basic is the only response type that clients know.",
	 "Ask the CA to repair its responder."},
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
