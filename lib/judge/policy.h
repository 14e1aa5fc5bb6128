/*
 * policy: the rules that a judgement follows, as data, and what they mean.
 *
 * policy_init gives the built-in defaults; judge/policyfile.h reads files over them.
 */
#ifndef STAPLE_JUDGE_POLICY_H
#define STAPLE_JUDGE_POLICY_H

#include "facts/cert.h"
#include "ground/when.h"
#include "judge/finding.h"

enum policy_stance { POLICY_ALLOWED, POLICY_REQUIRED, POLICY_FORBIDDEN };

enum policy_client {
	POLICY_FIREFOX = 1 << 0, POLICY_GNUTLS = 1 << 1, POLICY_OPENSSL = 1 << 2,
	POLICY_RFC7633 = 1 << 3
};

enum policy_ca_ocsp { CA_OCSP_UNKNOWN, CA_OCSP_YES, CA_OCSP_NO, CA_OCSP_ENDED };
enum policy_ca_staple {
	CA_STAPLE_UNKNOWN, CA_STAPLE_ON_REQUEST, CA_STAPLE_PROFILE, CA_STAPLE_DROPPED,
	CA_STAPLE_REFUSED
};

struct policy_ca {
	char *id, *name, *source, *remedy; /* owned */
	char **issuer_match;     /* "O=Let's Encrypt": attribute=value of the issuer DN; owned */
	size_t issuer_match_count;
	char **key_ids;          /* lower-case hex of an issuer's key identifier; owned */
	size_t key_id_count;
	enum policy_ca_ocsp ocsp;
	int64_t ocsp_ended;      /* with CA_OCSP_ENDED */
	enum policy_ca_staple must_staple;
	int64_t since, checked;  /* WHEN_NONE: not said */
};

struct policy_name_rule {    /* the last match wins */
	char *pattern;
	enum policy_stance stance;
};

struct policy_waiver {
	char *finding, *subject; /* id; glob over the finding's subject */
	struct waived w;         /* strings owned */
	int64_t until;           /* the last second: the end of that day in UTC */
	bool used;
};

struct policy_responder {    /* where to ask instead; the last match wins */
	char *pattern;       /* glob over the certificate's OCSP URL */
	char *url;
};

struct policy {
	/* staples */
	int64_t skew;                       /* seconds; default 300 */
	struct duration staple_min_left;    /* default 25% */
	enum severity staple_min_left_severity; /* default warning */
	int64_t staple_max_age;             /* seconds; 0: no limit (default) */
	enum severity ocsp_sha1;            /* error (default), warning, off = allow */
	unsigned ocsp_rsa_min;              /* bits; default 2048 */
	/* certificates */
	int64_t cert_min_left, cert_max_life; /* seconds; 0: no limit (default) */
	unsigned key_rsa_min, key_ec_min;   /* bits; 2048, 256 */
	unsigned key_kinds;                 /* bit set of 1 << enum key_kind; 0: all */
	enum severity cert_sha1;            /* default error */
	enum policy_stance must_staple;     /* default allowed */
	struct policy_name_rule *names;
	size_t name_count;
	/* gate */
	unsigned rounds;                    /* default 3 */
	unsigned tls;                       /* bit 0: 1.2, bit 1: 1.3; default 3 */
	bool every_address;                 /* default true */
	unsigned clients;                   /* enum policy_client; default firefox | gnutls */
	/* severities, parallel to finding_rules[]; -1: the rule's own */
	int8_t *severity;
	struct policy_waiver *waivers;
	size_t waiver_count;
	struct policy_ca *cas;
	size_t ca_count;
	struct policy_responder *responders;
	size_t responder_count;
	/* where each value was set, for --show-policy: policyfile's own */
	void *origins;
	void (*origins_free)(void *origins);
};

/* Built-in defaults; no CA records. */
MUST_USE int policy_init(struct policy *p, struct err *e);
void policy_wipe(struct policy *p);

/* The severity of a rule under this policy (p may be NULL). */
enum severity policy_severity(const struct policy *p, const struct finding_rule *r);

/* The waiver in force for this finding at this time, or NULL; marks it as used.  *ended is set
 * when one would match but its last second is past. */
const struct policy_waiver *policy_waiver(const struct policy *p, const char *id,
					  const char *subject, int64_t now,
					  const struct policy_waiver **ended);

/* Required, allowed or forbidden for this DNS name. */
enum policy_stance policy_stance(const struct policy *p, const char *name);

/* The URL to ask instead of this OCSP URL, or NULL. */
const char *policy_responder(const struct policy *p, const char *url);

/* The record that fits the certificate's issuer, or NULL; by id, or NULL. */
const struct policy_ca *policy_ca_of(const struct policy *p, const struct cert *c);
const struct policy_ca *policy_ca_get(const struct policy *p, const char *id);

/* Was the record last checked more than a year (366 days) ago?  Then ca.record-old. */
bool policy_ca_old(const struct policy_ca *ca, int64_t now);

#endif
