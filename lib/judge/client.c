#include "judge/client.h"

#include "ground/der.h"
#include "judge/client_staple.h"

#include <stdio.h>

/*
 * Sources.  Firefox: mozilla::pkix (pkixcheck.cpp, pkixocsp.cpp) and Firefox ESR, observed with a
 * responder that answers and with one that does not.  GnuTLS: cert-session.c and gnutls-cli 3.7.9,
 * observed.  OpenSSL: its clients look at no staple unless told to; observed with s_client and
 * curl.  tests/lab compares each row with the real programs.
 */

#define HOUR 3600
#define DAY (24 * HOUR)
#define FIREFOX_SLOP DAY             /* on both ends */
#define FIREFOX_MAX_LIFE (10 * DAY)  /* whatever nextUpdate says */
#define FIREFOX_NO_NEXT DAY          /* the life without nextUpdate */
#define GNUTLS_MAX_AGE (15 * DAY)    /* without nextUpdate */

const char *client_answer_text(enum client_answer a)
{
	static const char *const text[] = {"accepts", "refuses", "depends"};

	return text[a];
}

static void answer(struct client_row *row, enum client_answer a, const char *reason)
{
	row->answer = a;
	snprintf(row->reason, sizeof row->reason, "%s", reason);
}

/* --- how each client reads the TLS Feature extension --- */

/* GnuTLS looks for 5 only, takes padded integers, and forgets an extension that it cannot read. */
static bool gnutls_sees_must_staple(const struct cert *c)
{
	struct span value, list, content;
	bool padded, found = false;

	for (size_t i = 0; span_present(value = extension_feature_value(&c->x, i)); i++) {
		if (der_get(&value, DER_SEQUENCE, &list) != 0 || !der_end(value))
			continue;
		while (list.n > 0) {
			if (der_get_integer(&list, &content, &padded) != 0)
				return false;
			while (content.n > 1 && content.p[0] == 0)
				content = span_from(content, 1);
			if (content.n == 1 && content.p[0] == FEATURE_STATUS_REQUEST)
				found = true;
		}
	}
	return found;
}

static bool same_feature_bytes(const struct cert *a, const struct cert *b)
{
	return span_equal(extension_feature_value(&a->x, 0), extension_feature_value(&b->x, 0));
}

/* A list that Firefox refuses whatever is stapled; NULL: it does not. */
static const char *firefox_refuses_list(const struct feature_facts *x)
{
	if (x->extensions == 0)
		return NULL;
	if (x->malformed && x->why && strstr(x->why, "padded"))
		return "a feature other than 5 is listed (MOZILLA_PKIX_ERROR_REQUIRED_TLS_FEATURE_MISSING)";
	if (x->malformed || x->empty)
		return "the extension cannot be read or is empty (SEC_ERROR_BAD_DER)";
	if (x->extensions > 1)
		return "the extension occurs twice (SEC_ERROR_EXTENSION_VALUE_INVALID)";
	if (x->other || x->status_request_v2)
		return "a feature other than 5 is listed (MOZILLA_PKIX_ERROR_REQUIRED_TLS_FEATURE_MISSING)";
	return NULL;
}

/* --- Firefox --- */

static int64_t firefox_end(const struct staple_result *r)
{
	int64_t end = r->this_update + FIREFOX_MAX_LIFE;

	if (r->next_update == WHEN_NONE)
		end = r->this_update + FIREFOX_NO_NEXT;
	else if (r->next_update < end)
		end = r->next_update;
	return end + FIREFOX_SLOP;
}

/* A fault that Firefox mends by asking the responder itself, when that one answers. */
static void firefox_mends(const struct client_input *in, struct client_row *row, const char *code)
{
	char reason[200];

	if (in->responder_up) {
		answer(row, CLIENT_ACCEPTS, "it asks the responder itself, which answers; refuses when "
					    "the responder is down");
		return;
	}
	snprintf(reason, sizeof reason, "the responder is down and the staple is not good (%s)", code);
	answer(row, CLIENT_REFUSES, reason);
}

static void firefox_times(const struct client_input *in, const struct client_staple *s,
			  struct client_row *row)
{
	if (s->result.this_update - FIREFOX_SLOP > in->now)
		answer(row, CLIENT_REFUSES, "thisUpdate is more than 24 hours in the future "
					    "(SEC_ERROR_OCSP_FUTURE_RESPONSE)");
	else if (firefox_end(&s->result) < in->now)
		firefox_mends(in, row, "SEC_ERROR_OCSP_OLD_RESPONSE");
	else if (s->times_odd && s->result.next_update != WHEN_NONE && s->result.next_update < in->now)
		answer(row, CLIENT_ACCEPTS, "within its 24 hours of slop after nextUpdate");
	else
		answer(row, CLIENT_ACCEPTS, "the staple is good");
}

static void firefox_staple(const struct client_input *in, const struct client_staple *s,
			   bool must_staple, struct client_row *row)
{
	switch (s->fault) {
	case CLIENT_STAPLE_NONE:
		if (must_staple)
			answer(row, CLIENT_REFUSES, "no staple "
			       "(MOZILLA_PKIX_ERROR_REQUIRED_TLS_FEATURE_MISSING)");
		else
			answer(row, CLIENT_ACCEPTS, "not Must-Staple, nothing stapled");
		break;
	case CLIENT_STAPLE_EMPTY:
		answer(row, CLIENT_DEPENDS, "a staple of zero bytes, which TLS forbids");
		break;
	case CLIENT_STAPLE_UNREADABLE:
		answer(row, CLIENT_REFUSES, "SEC_ERROR_OCSP_MALFORMED_RESPONSE");
		break;
	case CLIENT_STAPLE_TRY_LATER:
		firefox_mends(in, row, "SEC_ERROR_OCSP_TRY_SERVER_LATER");
		break;
	case CLIENT_STAPLE_UNSUCCESSFUL:
		answer(row, CLIENT_REFUSES, "the stapled response is an error of the responder");
		break;
	case CLIENT_STAPLE_SIGNER:
	case CLIENT_STAPLE_ANCESTOR:
		firefox_mends(in, row, "SEC_ERROR_OCSP_INVALID_SIGNING_CERT");
		break;
	case CLIENT_STAPLE_ALGORITHM:
		answer(row, CLIENT_DEPENDS, "the staple's signature algorithm or key is weak");
		break;
	case CLIENT_STAPLE_SIGNATURE:
		answer(row, CLIENT_REFUSES, "SEC_ERROR_OCSP_BAD_SIGNATURE");
		break;
	case CLIENT_STAPLE_CRITICAL:
		answer(row, CLIENT_REFUSES, "SEC_ERROR_UNKNOWN_CRITICAL_EXTENSION");
		break;
	case CLIENT_STAPLE_OTHER_SERIAL:
	case CLIENT_STAPLE_OTHER_NAME:
	case CLIENT_STAPLE_OTHER_KEY:
		firefox_mends(in, row, "MOZILLA_PKIX_ERROR_OCSP_RESPONSE_FOR_CERT_MISSING");
		break;
	case CLIENT_STAPLE_REVOKED:
		answer(row, CLIENT_REFUSES, "SEC_ERROR_REVOKED_CERTIFICATE");
		break;
	case CLIENT_STAPLE_UNKNOWN:
		answer(row, CLIENT_REFUSES, "SEC_ERROR_OCSP_UNKNOWN_CERT");
		break;
	case CLIENT_STAPLE_READ:
		firefox_times(in, s, row);
		break;
	}
}

static void predict_firefox(const struct client_input *in, const struct client_staple *s,
			    struct client_row *row)
{
	const struct feature_facts *x = &in->chain[0].x.feature;
	const char *refused = firefox_refuses_list(x);

	for (size_t i = 0; !refused && i + 1 < in->n; i++)
		if (in->chain[i + 1].x.feature.extensions > 0 &&
		    !same_feature_bytes(&in->chain[i], &in->chain[i + 1]))
			refused = "an issuer's TLS Feature extension is not the same in what it issued "
				  "(MOZILLA_PKIX_ERROR_REQUIRED_TLS_FEATURE_MISSING)";
	if (refused)
		answer(row, CLIENT_REFUSES, refused);
	else
		firefox_staple(in, s, x->status_request, row);
}

/* --- GnuTLS --- */

/* Every certificate of the chain is asked for its staple in TLS 1.3, the leaf alone in 1.2. */
static bool gnutls_misses_upper(const struct client_input *in)
{
	if (in->tls != PATH_TLS_1_3)
		return false;
	for (size_t i = 1; i < in->n; i++)
		if (gnutls_sees_must_staple(&in->chain[i]) && !cert_self_issued(&in->chain[i]) &&
		    !span_present(in->staples[i]))
			return true;
	return false;
}

static bool gnutls_superset_holds(const struct client_input *in)
{
	for (size_t i = 0; i + 1 < in->n; i++) {
		struct span upper = extension_feature_value(&in->chain[i + 1].x, 0);
		struct span lower = extension_feature_value(&in->chain[i].x, 0);

		if (span_present(upper) && !in->chain[i + 1].x.feature.malformed &&
		    !feature_superset(lower, upper, NULL))
			return false;
	}
	return true;
}

static void gnutls_staple(const struct client_input *in, const struct client_staple *s,
			  bool must_staple, struct client_row *row)
{
	const struct staple_result *r = &s->result;

	switch (s->fault) {
	case CLIENT_STAPLE_EMPTY:
		answer(row, CLIENT_REFUSES, "a staple of zero bytes breaks its handshake");
		return;
	case CLIENT_STAPLE_NONE:
	case CLIENT_STAPLE_TRY_LATER:
	case CLIENT_STAPLE_UNSUCCESSFUL:
		if (must_staple)
			answer(row, CLIENT_REFUSES, "the certificate's promise of a staple is not kept");
		else
			answer(row, CLIENT_ACCEPTS, "not Must-Staple, no answer stapled");
		return;
	case CLIENT_STAPLE_UNREADABLE:
		answer(row, CLIENT_REFUSES, "the staple cannot be read");
		return;
	case CLIENT_STAPLE_SIGNER:
	case CLIENT_STAPLE_ALGORITHM:
	case CLIENT_STAPLE_SIGNATURE:
		answer(row, CLIENT_REFUSES, "the staple's signature or signer is refused");
		return;
	case CLIENT_STAPLE_ANCESTOR:
		answer(row, CLIENT_DEPENDS, "it takes a delegate of any CA on a path to its own roots");
		return;
	case CLIENT_STAPLE_OTHER_SERIAL:
	case CLIENT_STAPLE_OTHER_NAME:
		answer(row, CLIENT_REFUSES, "the staple is about another certificate");
		return;
	case CLIENT_STAPLE_REVOKED:
		answer(row, CLIENT_REFUSES, "the staple says revoked");
		return;
	case CLIENT_STAPLE_CRITICAL:
	case CLIENT_STAPLE_OTHER_KEY:
	case CLIENT_STAPLE_UNKNOWN:
	case CLIENT_STAPLE_READ:
		break;
	}
	if (r->next_update != WHEN_NONE && r->next_update < in->now)
		answer(row, CLIENT_REFUSES, "nextUpdate is past, and it has no slop");
	else if (r->next_update == WHEN_NONE && in->now - r->this_update > GNUTLS_MAX_AGE)
		answer(row, CLIENT_REFUSES, "no nextUpdate, and older than 15 days");
	else if (s->fault == CLIENT_STAPLE_UNKNOWN)
		answer(row, CLIENT_ACCEPTS, "it trusts an answer of unknown");
	else if (s->fault == CLIENT_STAPLE_READ && r->this_update <= in->now)
		answer(row, CLIENT_ACCEPTS, "the staple is good");
	else
		answer(row, CLIENT_ACCEPTS, "it does not look at what is wrong here");
}

static void predict_gnutls(const struct client_input *in, const struct client_staple *s,
			   struct client_row *row)
{
	if (!gnutls_superset_holds(in))
		answer(row, CLIENT_REFUSES, "the certificate lacks a TLS feature of its issuer's");
	else if (gnutls_misses_upper(in))
		answer(row, CLIENT_REFUSES, "an issuer's certificate is Must-Staple, and its own staple "
					    "is missing in TLS 1.3");
	else
		gnutls_staple(in, s, gnutls_sees_must_staple(&in->chain[0]), row);
}

/* --- OpenSSL's clients, and the letter of the RFC --- */

static void predict_openssl(const struct client_input *in, struct client_row *row)
{
	for (size_t i = 0; i < in->n; i++)
		if (in->chain[i].x.feature.critical) {
			answer(row, CLIENT_REFUSES, "the TLS Feature extension is critical, and it does "
						    "not process it");
			return;
		}
	answer(row, CLIENT_ACCEPTS, "it enforces no staple unless told to");
}

static bool rfc_superset_holds(const struct client_input *in)
{
	for (size_t i = 0; i + 1 < in->n; i++) {
		struct span upper = extension_feature_value(&in->chain[i + 1].x, 0);

		if (span_present(upper) &&
		    !feature_superset(extension_feature_value(&in->chain[i].x, 0), upper, NULL))
			return false;
	}
	return true;
}

static void predict_rfc7633(const struct client_input *in, const struct client_staple *s,
			    struct client_row *row)
{
	const struct feature_facts *x = &in->chain[0].x.feature;
	char reason[200];

	if (x->malformed)
		answer(row, CLIENT_REFUSES, "the TLS Feature extension is malformed (RFC 7633, 4)");
	else if (!rfc_superset_holds(in))
		answer(row, CLIENT_REFUSES, "a certificate lacks a feature of its issuer's "
					    "(RFC 7633, 4.2.2)");
	else if (s->fault != CLIENT_STAPLE_NONE && s->result.state != STAPLE_GOOD) {
		snprintf(reason, sizeof reason, "the staple is not satisfactory: %s (RFC 6066, 8)",
			 s->finding[0] ? s->finding : "not good");
		answer(row, CLIENT_REFUSES, reason);
	} else if (x->status_request && s->fault == CLIENT_STAPLE_NONE)
		answer(row, CLIENT_REFUSES, "no staple, though promised (RFC 7633, 4.2.3.1)");
	else if (x->other || x->status_request_v2)
		answer(row, CLIENT_DEPENDS, "whether it knows, and the server keeps, the other features "
					    "that are listed (RFC 7633, 4.3.3)");
	else if (s->fault == CLIENT_STAPLE_NONE)
		answer(row, CLIENT_ACCEPTS, "not Must-Staple, nothing stapled");
	else
		answer(row, CLIENT_ACCEPTS, "the staple is good");
}

int client_predict(const struct client_input *in, struct client_row out[CLIENT_COUNT],
		   struct err *e)
{
	struct client_staple s;

	if (client_staple_read(in, in->staples[0], &s, e) != 0)
		return -1;
	out[0].client = "firefox";
	out[1].client = "gnutls";
	out[2].client = "openssl";
	out[3].client = "rfc7633";
	predict_firefox(in, &s, &out[0]);
	predict_gnutls(in, &s, &out[1]);
	predict_openssl(in, &out[2]);
	predict_rfc7633(in, &s, &out[3]);
	return 0;
}
