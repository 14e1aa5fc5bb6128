/*
 * inventory: what the writers of staple-inventory are given.
 *
 * A report has certificates, requests, staples and problems in this order; report.item gets a
 * struct inventory_item, report.end a struct inventory_summary.  report.choose is NULL or an array of
 * struct inventory_column pointers, NULL at its end.
 */
#ifndef STAPLE_REPORT_INVENTORY_H
#define STAPLE_REPORT_INVENTORY_H

#include "facts/cert.h"
#include "facts/csr.h"
#include "facts/ocsp.h"
#include "judge/policy.h"
#include "report/report.h"

/* One place where a certificate stands. */
struct inventory_place {
	const char *source;        /* the file, or FILE!MEMBER */
	size_t index;
	const char *entry;         /* alias, nickname, "namespace/name:key", or NULL */
	const char *const *links;  /* symbolic links that lead to the file; NULL-terminated or NULL */
};

/* A staple that was found for a certificate. */
struct inventory_staple {
	const char *source;
	size_t index;              /* among the staples of its file */
	int64_t response_status;   /* enum ocsp_response_status; -1: it is none that can be read */
	bool matched;              /* the fields below are filled */
	enum ocsp_cert_status status;
	int64_t this_update, next_update;
	const char *judged;        /* "good", "refused", "unchecked": by judge/staple.h; NULL: not at all */
};

/* A line of a server's configuration that serves a certificate. */
struct inventory_service {
	const char *server;        /* "nginx", ... */
	const char *file;
	size_t line;
	const char *stapling;      /* "on", "off", "file" */
	const char *staple_file;   /* or NULL */
	struct inventory_staple staple; /* of staple_file; not judged: it could not be read */
};

struct inventory_cert {
	const struct cert *cert;
	const uint8_t *sha256;     /* 32 octets */
	const char *format;        /* the reader that found it first */
	const struct inventory_place *places; /* at least one, the first first */
	size_t place_count;
	const struct policy_ca *ca;
	struct span issuer;        /* the issuer's text, when it is known already; or absent */
	const struct inventory_staple *staples;
	size_t staple_count;
	const struct inventory_service *services;
	size_t service_count;
	const struct findings *findings;
	size_t first, end;         /* this certificate's findings */
	int64_t now;
};

struct inventory_request {
	struct inventory_place place;
	const char *format;
	const struct csr *csr;
	const struct findings *findings; /* of the policy, all of this request */
};

struct inventory_response {
	struct inventory_place place;
	const char *format;
	const struct ocsp_response *response;
	const uint8_t *for_sha256; /* of the certificate it is for, 32 octets; or NULL */
	const char *judged;        /* for it; or NULL */
};

struct inventory_problem {
	const char *source;
	size_t index;              /* SIZE_MAX: the file as a whole */
	bool note;                 /* nothing is lost by it */
	const char *reason;
};

struct inventory_item {
	enum { INVENTORY_CERT, INVENTORY_REQUEST, INVENTORY_RESPONSE, INVENTORY_PROBLEM } kind;
	union {
		const struct inventory_cert *cert;
		const struct inventory_request *request;
		const struct inventory_response *response;
		const struct inventory_problem *problem;
	} u;
};

struct inventory_count {
	const char *name;
	size_t n, must_staple;
};

struct inventory_summary {
	const char *const *roots;  /* NULL-terminated: what was scanned */
	bool usual;                /* it was not given, but where certificates usually stand */
	size_t files;              /* read */
	size_t found;              /* certificates, each place counted */
	size_t known;              /* different ones; 0 in a stream */
	size_t distinct;           /* those of them that are reported */
	size_t must_staple, malformed; /* of the distinct ones */
	size_t expired, expires_30d;
	size_t errors, warnings;   /* distinct certificates with one */
	size_t requests, requests_must_staple, staples;
	size_t keys;               /* private keys that were passed over */
	size_t problems, notes;
	const struct findings *findings; /* those of no certificate: servers; or NULL */
	const struct inventory_count *cas; /* by issuer, the most frequent first */
	size_t ca_count;
};

/* --- shared by the writers --- */

/* A value of a certificate by name: CSV's columns, and those of --columns.  `ours`: the text is
 * a word or number that we made, never one from outside. */
struct inventory_column {
	const char *title;
	size_t least;              /* width in a table */
	void (*write)(struct buf *out, const struct inventory_cert *c);
	bool ours;
};
extern const struct inventory_column inventory_columns[]; /* ends with a NULL title */
const struct inventory_column *inventory_column_get(const char *title);

/* The members of a certificate's JSON object from "sha256" on (no braces). */
void inventory_json_cert(struct json *j, const struct inventory_cert *c);
void inventory_json_place(struct json *j, const struct inventory_place *p);
void inventory_json_request(struct json *j, const struct inventory_request *r);
void inventory_json_response(struct json *j, const struct inventory_response *r);
void inventory_json_problem(struct json *j, const struct inventory_problem *p);
void inventory_json_summary(struct json *j, const struct inventory_summary *s);

/* Whole days until t, downward; INT64_MIN for WHEN_NONE. */
int64_t inventory_days(int64_t t, int64_t now);

/* The names of the subjectAltName, with blanks between. */
void inventory_names(struct buf *out, const struct cert *c);

/* The issuer for people: its CN, or O, or the whole name. */
void inventory_issuer(struct buf *out, const struct cert *c);

/* The signature algorithm's name, or its dotted OID. */
void inventory_algorithm(struct buf *out, struct span oid);

/* "good until 2026-11-27T00:00:00Z", "NOT CHECKED, its issuer is not found": only what was
 * verified is called good. */
void inventory_staple_text(struct buf *out, const struct inventory_staple *s);

/* "nginx, sites/shop:2: stapling from s.der, good until ..." */
void inventory_service_text(struct buf *out, const struct inventory_service *s);

/* The worst severity among the findings that are not waived. */
enum severity inventory_worst(const struct inventory_cert *c);

#endif
