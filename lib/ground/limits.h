/*
 * limits: every fixed maximum, with its reason.
 *
 * Beyond one of these there is an error or a recorded fact, never a silent cut.  tests/limits.py has
 * a test for each.
 */
#ifndef STAPLE_GROUND_LIMITS_H
#define STAPLE_GROUND_LIMITS_H

/* A certificate, request or CRL-free CMS block that a person or a CA would make is
 * below 100 KB; GnuTLS itself refuses more in a handshake. */
#define LIMIT_CERT_DER (1024u * 1024u)

/* An OCSP response: 64 KiB is all that TLS 1.3 can carry (RFC 8446, 4.4.2: a
 * CertificateEntry extension has a 16-bit length); TLS 1.2 has 24 bits. */
#define LIMIT_OCSP_RESPONSE (256u * 1024u)

/* A staple that every client takes: OpenSSL's refuse a CertificateStatus message of more than 16 KiB
 * in TLS 1.2 (with four octets before the response), mozilla::pkix more certificates than these. */
#define LIMIT_STAPLE (16u * 1024u - 4u)
#define LIMIT_STAPLE_CERTS 8u

/* What TLS 1.3 can carry: the extensions of a CertificateEntry have 65,535 octets, of which four are
 * this one's type and length, and four stand before the response. */
#define LIMIT_STAPLE_TLS13 (65535u - 8u)

/* Files that are read whole: a certificate with its chain, a request, a staple, a
 * key, a policy.  Stores are streamed and have no such limit. */
#define LIMIT_SMALL_FILE (16u * 1024u * 1024u)

/* A policy file, by a person's hand (each include is a file of its own), and how deep those nest. */
#define LIMIT_POLICY_FILE (1024u * 1024u)
#define LIMIT_POLICY_INCLUDES 16

/* Archives: how deep they may stand in one another, how many members one may have, how large one
 * member may be, and how much all that one file holds may unpack to. */
#define LIMIT_ARCHIVE_DEPTH 4u
#define LIMIT_ARCHIVE_MEMBERS 1000000u
#define LIMIT_ARCHIVE_MEMBER (64u * 1024u * 1024u)
#define LIMIT_ARCHIVE_TOTAL (1024u * 1024u * 1024u)

/* Nesting of DER that a decoder follows. */
#define LIMIT_DER_DEPTH 32

/* Certificates of one served or filed chain: no client builds longer paths. */
#define LIMIT_CHAIN 32

/* A PEM block's text.  LIMIT_CERT_DER in base64 and line ends, rounded up. */
#define LIMIT_PEM_BLOCK (2u * 1024u * 1024u)

/* The label of a PEM block ("TRUSTED CERTIFICATE"); the longest in use has 24 characters. */
#define LIMIT_PEM_LABEL 64

/* RFC 1035, 2.3.4: a name and a label; RFC 5280, A.1 ub-common-name. */
#define LIMIT_DNS_NAME 253
#define LIMIT_DNS_LABEL 63
#define LIMIT_COMMON_NAME 64

/* RFC 5019, 5: the whole URL of a GET request. */
#define LIMIT_OCSP_GET_URL 255

/* Redirects that a responder may lead us through. */
#define LIMIT_REDIRECTS 5

/* Commands (hooks, rehearsals) under way at once. */
#define LIMIT_CHILDREN 64

/* Names in one request: CAs take 100 to 2,000; beyond that it is a mistake. */
#define LIMIT_REQUEST_NAMES 2000

/* What one server may send until its handshake is over: the largest sound flight, 32 certificates with
 * a staple each, comes to some 200 KB. */
#define LIMIT_TLS_BYTES (512u * 1024u)

/* Plaintext before TLS: a line (SMTP has 512, others some 1,000), and all of it. */
#define LIMIT_STARTTLS_LINE 4096u
#define LIMIT_STARTTLS_BYTES 65536u

/* Header lines of a responder's answer. */
#define LIMIT_HTTP_HEADERS ((size_t)64 * 1024)

/* Addresses of one name: large pools give some ten at a time. */
#define LIMIT_ADDRESSES 64

/* Handshakes on one path. */
#define LIMIT_ROUNDS 10000

/* Binary containers (Java, PKCS#12, PKCS#7) are read whole, up to this. */
#define LIMIT_CONTAINER ((size_t)1 << 30)

/* Nesting of YAML: libyaml takes quadratic time for it. */
#define LIMIT_YAML_DEPTH 64

/* Anchors of one YAML document, and the text that all its aliases come to: a hundred lines can stand for
 * gigabytes. */
#define LIMIT_YAML_ANCHORS 1024u
#define LIMIT_YAML_ALIASES (64u * 1024u * 1024u)

/* One name of a request as it is written, a URI being the longest: RFC 5280 has no limit for it. */
#define LIMIT_NAME_TEXT 2048

/* A password's line. */
#define LIMIT_SECRET 1024

#endif
