/*
 * inspect: what staple-inspect reports: objects as they were met, each described and none
 * judged.  The writers are inspect_text.c and inspect_json.c; task/inspect.c fills the list.
 */
#ifndef STAPLE_REPORT_INSPECT_H
#define STAPLE_REPORT_INSPECT_H

#include "crypto/hash.h"
#include "facts/cert.h"
#include "facts/csr.h"
#include "facts/ocsp.h"
#include "facts/path.h"

enum inspect_kind {
	INSPECT_CERTIFICATE,
	INSPECT_REQUEST,
	INSPECT_OCSP_RESPONSE,
	INSPECT_OCSP_REQUEST,
	INSPECT_CRL,
	INSPECT_PKCS7,
	INSPECT_PKCS12,
	INSPECT_PRIVATE_KEY,
	INSPECT_PUBLIC_KEY,
	INSPECT_STORE,      /* a container of another kind, named by store.format */
	INSPECT_SERVER,
	INSPECT_OTHER,      /* a PEM block that is sound and of no kind that is described */
	INSPECT_UNREADABLE
};

/* "certificate", "ocsp-response", ...: the contract of staple-json(7). */
const char *inspect_kind_text(enum inspect_kind k);

struct inspect_crl {
	struct span issuer;
	int64_t this_update, next_update;
};

struct inspect_key {
	bool encrypted;  /* a private key whose password was not given: nothing else is known */
	bool known;      /* spki is filled */
	struct spki spki;
};

struct inspect_store {
	const char *format;  /* "pkcs12", "jks", ... */
	size_t certificates; /* that follow as objects of their own */
	size_t keys;         /* private keys, of which nothing is shown */
};

/* What one TLS version of a server showed. */
struct inspect_server {
	struct path *paths; /* owned by the list */
	size_t n;
};

struct inspect_object {
	enum inspect_kind kind;
	const char *source;       /* the file or server, borrowed */
	size_t index;             /* within the source, from 0 */
	size_t line;              /* of the PEM block; 0: not PEM */
	ptrdiff_t within;         /* place in the list of what it came from, or -1 */
	const char *entry;        /* its alias in a container, or NULL */
	struct span label;        /* of the PEM block, or absent */
	struct span der;          /* absent: none was decoded */
	struct digest sha256;     /* over der; n == 0 without */
	size_t trailing;          /* octets behind the object in its block or file */
	char reason[ERR_TEXT_MAX];        /* INSPECT_UNREADABLE: why; a container: what was left out */
	union {
		struct cert cert;
		struct csr csr;
		struct ocsp_response ocsp;
		struct inspect_crl crl;
		struct inspect_key key;
		struct inspect_server server;
		struct inspect_store store; /* PKCS#7, PKCS#12 and INSPECT_STORE */
	};
};

struct inspect_list {
	struct inspect_object *v;
	size_t n, cap;
	int64_t now; /* --at: for what is left of a life */
};

/* What report_writer.item is given: one object of the list, so that a writer sees the others. */
struct inspect_item {
	const struct inspect_list *list;
	size_t at;
};

/* The certificate of the same source whose subject is the issuer of object `at`, among its
 * neighbours in the list, those behind it first; NULL: none (and for a self-issued one). */
const struct inspect_object *inspect_issuer(const struct inspect_list *l, size_t at);

/* For the writers: walks the lists of extensions of a certificate or request; starts as zeros. */
struct inspect_extensions {
	bool begun;
	struct span cursor, values;
	struct span list; /* as extension_next wants it */
};
bool inspect_extensions_next(const struct inspect_object *o, struct inspect_extensions *w);

/* Walks the values of its TLS features, each once, over all well-formed extensions; starts as
 * zeros.  In the end set.left_out tells how many were too large to be listed. */
struct inspect_features {
	struct inspect_extensions lists;
	struct feature_set set;
	struct span value;
	bool inside;
};
bool inspect_feature_next(const struct inspect_object *o, struct inspect_features *w,
			  struct span *content);

/* By the bit's number (RFC 5280, 4.2.1.3). */
extern const char *const inspect_key_usages[9];

#endif
