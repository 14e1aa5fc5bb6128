#include "judge/client_case.h"

#include <stdio.h>

static const char *const names[CLIENT_COUNT] = {"firefox", "gnutls", "openssl", "rfc7633"};

const char *client_answer_text(enum client_answer a)
{
	switch (a) {
	case CLIENT_ACCEPTS:
		return "accepts";
	case CLIENT_REFUSES:
		return "refuses";
	case CLIENT_DEPENDS:
		break;
	}
	return "depends";
}

/* mozilla::pkix: values other than 5 cannot be met; an issuer's extension must be byte-equal in
 * what it issued (CheckTLSFeatures). */
static void predict_firefox(const struct client_input *in, const struct client_leaf_staple *s,
			    struct client_row *row)
{
	struct span value = extension_feature_value(&in->chain[0].x, 0), upper;
	const char *why;

	if (in->chain[0].x.feature.extensions > 1) {
		client_say(row, CLIENT_REFUSES, "the TLS Feature extension occurs more than once");
		return;
	}
	if (span_present(value) && (why = client_firefox_features(value)) != NULL) {
		client_say(row, CLIENT_REFUSES, "%s", why);
		return;
	}
	for (size_t i = 0; i + 1 < in->n; i++) {
		upper = extension_feature_value(&in->chain[i + 1].x, 0);
		if (span_present(upper) &&
		    !span_equal(upper, extension_feature_value(&in->chain[i].x, 0))) {
			client_say(row, CLIENT_REFUSES,
				   "an issuer's TLS Feature extension is not repeated byte "
				   "for byte in what it issued");
			return;
		}
	}
	if (s->present && client_staple_decide(in, s, true, row))
		return;
	if (span_present(value))
		client_say(row, CLIENT_REFUSES,
			   "the certificate is Must-Staple, and there is no staple "
			   "(MOZILLA_PKIX_ERROR_REQUIRED_TLS_FEATURE_MISSING)");
	else
		client_say(row, CLIENT_ACCEPTS, "the certificate does not ask for a staple");
}

/* An issuer that is Must-Staple itself: GnuTLS wants its staple too, also in TLS 1.2, where none
 * can be sent. */
static bool issuer_staple_missing(const struct client_input *in, size_t *level)
{
	bool wants;

	if (in->suppose == CLIENT_ALL_GOOD)
		return false;
	for (*level = 1; *level < in->n; (*level)++) {
		const struct cert *c = &in->chain[*level];
		struct span value = extension_feature_value(&c->x, 0);
		bool given = in->suppose == CLIENT_AS_SERVED && in->tls == PATH_TLS_1_3 &&
			     in->staples && span_present(in->staples[*level]);

		if (!cert_self_issued(c) && span_present(value) &&
		    client_gnutls_features(value, &wants) && wants && !given)
			return true;
	}
	return false;
}

/* GnuTLS looks for 5 only; what it cannot decode is no Must-Staple; RFC 7633, 4.2.2 is checked. */
static void predict_gnutls(const struct client_input *in, const struct client_leaf_staple *s,
			   struct client_row *row)
{
	const struct cert *leaf = &in->chain[0];
	struct span value = extension_feature_value(&leaf->x, 0);
	bool wants = false,
	     readable = !span_present(value) || client_gnutls_features(value, &wants);
	size_t level;

	if (leaf->x.feature.extensions > 1)
		client_say(row, CLIENT_REFUSES,
			   "it cannot load a certificate with an extension twice");
	else if (leaf->x.unknown_critical > 0)
		client_say(row, CLIENT_REFUSES,
			   "the certificate has an unknown critical extension");
	else if (!client_superset_holds(in, &level))
		client_say(row, CLIENT_REFUSES,
			   "a certificate lacks a TLS feature of its issuer (RFC 7633, 4.2.2)");
	else if (issuer_staple_missing(in, &level))
		client_say(row, CLIENT_REFUSES,
			   "an issuer of the chain is Must-Staple, and its own staple is missing");
	else if (s->present && client_staple_decide(in, s, false, row))
		return;
	else if (wants)
		client_say(row, CLIENT_REFUSES,
			   "the certificate is Must-Staple, and there is no staple");
	else
		client_say(
			row, CLIENT_ACCEPTS,
			readable
				? "the certificate does not ask for a staple"
				: "the TLS Feature extension cannot be read, and counts as absent");
}

/* OpenSSL and what is built on it: nothing but the critical bit, which it does not know here. */
static void predict_openssl(const struct client_input *in, struct client_row *row)
{
	for (size_t i = 0; i < in->n; i++) {
		const struct extension_facts *x = &in->chain[i].x;

		if (x->feature.critical || x->unknown_critical > 0) {
			client_say(row, CLIENT_REFUSES, "unhandled critical extension%s",
				   x->feature.critical ? ": TLS Feature" : "");
			return;
		}
	}
	client_say(row, CLIENT_ACCEPTS, "it looks at neither the extension nor the staple");
}

/* RFC 7633 read to the letter: a client that knows status_request and status_request_v2. */
static void predict_rfc7633(const struct client_input *in, const struct client_leaf_staple *s,
			    struct client_row *row)
{
	const struct feature_facts *f = &in->chain[0].x.feature;
	size_t level;

	if (f->malformed)
		client_say(row, CLIENT_REFUSES,
			   "the TLS Feature extension is malformed (RFC 7633, 4)");
	else if (f->extensions > 1)
		client_say(row, CLIENT_REFUSES,
			   "the TLS Feature extension occurs more than once (RFC 5280, 4.2)");
	else if (!client_superset_holds(in, &level))
		client_say(row, CLIENT_REFUSES,
			   "a certificate lacks a TLS feature of its issuer (RFC 7633, 4.2.2)");
	else if (s->present && !s->good)
		client_say(row, in->issuer ? CLIENT_REFUSES : CLIENT_DEPENDS, "%s",
			   client_staple_error(s));
	else if (f->status_request && !s->present)
		client_say(row, CLIENT_REFUSES,
			   "the certificate is Must-Staple, and there is no staple "
			   "(RFC 7633, 4.2.3.1)");
	else if (f->other || f->status_request_v2)
		client_say(row, CLIENT_DEPENDS,
			   "the certificate promises TLS features besides status_request, "
			   "which the server has to offer too (RFC 7633, 4.2.3)");
	else
		client_say(row, CLIENT_ACCEPTS,
			   f->status_request ? "the certificate is Must-Staple, and the "
					       "staple is good"
					     : "the certificate does not ask for a staple");
}

int client_predict(const struct client_input *in, struct client_row out[CLIENT_COUNT],
		   struct err *e)
{
	struct client_leaf_staple s;
	int rc = client_staple_judge(in, &s, e);

	for (size_t i = 0; i < CLIENT_COUNT; i++)
		out[i] = (struct client_row){.client = names[i]};
	if (rc == 0) {
		predict_firefox(in, &s, &out[0]);
		predict_gnutls(in, &s, &out[1]);
		predict_openssl(in, &out[2]);
		predict_rfc7633(in, &s, &out[3]);
	}
	findings_wipe(&s.found);
	return rc;
}

int client_parse(const char *list, unsigned *out, char bad[33])
{
	unsigned set = 0;

	while (true) {
		size_t n = strcspn(list, ","), i = 0;

		while (i < CLIENT_COUNT &&
		       !(strlen(names[i]) == n && memcmp(names[i], list, n) == 0))
			i++;
		if (i < CLIENT_COUNT)
			set |= 1u << i;
		else if (n == 3 && memcmp(list, "all", 3) == 0)
			set |= (1u << CLIENT_COUNT) - 1;
		else {
			snprintf(bad, 33, "%.*s", (int)(n > 32 ? 32 : n), list);
			return -1;
		}
		if (list[n] == '\0')
			break;
		list += n + 1;
	}
	*out = set;
	return 0;
}

int client_judge(const struct cert *chain, size_t n, unsigned wanted, const char *subject,
		 int64_t now, struct findings *f, struct err *e)
{
	static const char *const ids[CLIENT_COUNT] = {
		"client.firefox-refuses", "client.gnutls-refuses", "client.openssl-refuses",
		"client.rfc7633-refuses"};
	struct client_input in = {.chain = chain,
				  .n = n,
				  .now = now,
				  .tls = PATH_TLS_1_3,
				  .suppose = CLIENT_ALL_GOOD};
	size_t level;
	struct client_row rows[CLIENT_COUNT];

	if (client_predict(&in, rows, e) != 0)
		return -1;
	for (size_t i = 0; i < CLIENT_COUNT; i++)
		if ((wanted & 1u << i) && rows[i].answer == CLIENT_REFUSES)
			findings_add(f, ids[i], subject, "%s", rows[i].reason);
	in.suppose = CLIENT_GOOD;
	if ((wanted & POLICY_GNUTLS) && rows[1].answer == CLIENT_ACCEPTS &&
	    issuer_staple_missing(&in, &level))
		findings_add(f, "client.gnutls-issuer-staple", subject,
			     "the issuer at level %zu is Must-Staple itself",
			     level);
	return 0;
}
