/* What the TLS features promise, for people. */
#include "report/inspect_text.h"

static const char *meaning(enum must_staple m, bool ca)
{
	switch (m) {
	case MUST_STAPLE_YES:
		if (ca)
			return "This CA promises that every certificate below it is Must-Staple as "
			       "well (RFC 7633, 4.2.2); clients that enforce it refuse those that "
			       "are not.";
		return "Every server that shows this certificate promises to show with it, in each "
		       "TLS handshake, a fresh statement of the CA that it is not revoked (an OCSP "
		       "staple). Firefox and all that verify through GnuTLS refuse the connection "
		       "when the staple is missing, has run out or is not good.";
	case MUST_STAPLE_NO:
		if (ca)
			return "It demands nothing of the certificates below it.";
		return "A server may staple; clients accept the certificate without a staple too.";
	case MUST_STAPLE_MALFORMED:
		break;
	}
	return "The extension that makes the promise is there, but its value cannot be read. Clients "
	       "differ: Firefox refuses the certificate, GnuTLS takes it for one that is not "
	       "Must-Staple, OpenSSL does not look. The certificate has to be replaced.";
}

void inspect_text_features(struct buf *out, const struct inspect_object *o)
{
	struct inspect_features w = {.inside = false};
	struct span content;
	int64_t v;

	while (inspect_feature_next(o, &w, &content)) {
		if (out->n)
			buf_add_str(out, ", ");
		if (feature_int(content, &v) && v == FEATURE_STATUS_REQUEST)
			buf_add_str(out, "status_request (5)");
		else if (feature_int(content, &v) && v == FEATURE_STATUS_REQUEST_V2)
			buf_add_str(out, "status_request_v2 (17)");
		else
			feature_decimal(out, content);
	}
	if (w.set.left_out)
		buf_printf(out, "%s%zu more that are too large", out->n ? ", " : "",
			   w.set.left_out);
}

/* What a word means is told once in a report. */
static bool told(struct report *r, unsigned what)
{
	uintptr_t bit = (uintptr_t)1 << what, before = (uintptr_t)r->state;

	r->state = (void *)(before | bit);
	return (before & bit) != 0;
}

static void put_meaning(struct report *r, struct buf *b, const struct inspect_object *o,
			enum must_staple m, bool ca)
{
	bool request = o->kind == INSPECT_REQUEST;

	buf_add_str(b, must_staple_text(m));
	if (told(r, (unsigned)m * 4 + (request ? 2 : 0) + (ca ? 1 : 0)))
		return;
	buf_add_str(b, ". ");
	if (request && m == MUST_STAPLE_YES)
		buf_add_str(b, "It asks the CA for a certificate that promises a fresh OCSP staple "
			    "in every TLS handshake. Some CAs leave that out without a word: check "
			    "what comes back with staple-verify --csr.");
	else if (request && m == MUST_STAPLE_NO)
		buf_add_str(b, "It does not ask for it.");
	else
		buf_add_str(b, meaning(m, ca));
}

void inspect_text_feature(struct report *r, const struct inspect_object *o,
			  const struct feature_facts *f, bool ca)
{
	enum must_staple m = feature_must_staple(f);
	struct buf b;

	buf_init(&b);
	put_meaning(r, &b, o, m, ca);
	inspect_text_row_take(r, "Must-Staple", &b);
	if (f->extensions == 0) {
		buf_wipe(&b);
		return;
	}
	inspect_text_features(&b, o);
	if (!f->malformed && b.n == 0)
		buf_add_str(&b, "none: the list is empty");
	inspect_text_row_take(r, "TLS features", &b);
	if (f->malformed) {
		buf_printf(&b, "the value is malformed: %s", f->why);
		inspect_text_row_take(r, "", &b);
	}
	if (f->extensions > 1) {
		buf_printf(&b, "the extension occurs %u times", f->extensions);
		inspect_text_row_take(r, "", &b);
	}
	if (f->critical)
		inspect_text_row(r, "", "marked critical: clients that do not know the extension "
				 "refuse the certificate (RFC 7633, 4)");
	buf_wipe(&b);
}
