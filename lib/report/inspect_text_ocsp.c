/* OCSP responses for people. */
#include "report/inspect_text.h"

#include "facts/dn.h"

static const char *status_means(const struct ocsp_single *s, int64_t now)
{
	if (s->status == OCSP_REVOKED)
		return "revoked";
	if (s->status == OCSP_UNKNOWN)
		return "unknown: the responder does not know this certificate";
	if (s->next_update != WHEN_NONE && s->next_update < now)
		return "good, as it was then: this statement has run out";
	if (s->this_update > now)
		return "good, but only from a later time on";
	return "good: not revoked";
}

static void write_single(struct report *r, const struct ocsp_single *s, int64_t now)
{
	char time[32];
	struct buf b;

	buf_init(&b);
	inspect_text_row(r, "Status", status_means(s, now));
	if (s->status == OCSP_REVOKED) {
		buf_printf(&b, "since %s", inspect_text_time(s->revoked_at, time));
		if (s->reason >= 0)
			buf_printf(&b, ", reason: %s", ocsp_reason_text(s->reason));
		inspect_text_row_take(r, "", &b);
	}
	buf_printf(&b, "from %s", inspect_text_time(s->this_update, time));
	if (s->next_update == WHEN_NONE) {
		buf_add_str(&b, ", no end is given (nextUpdate is missing)");
	} else {
		buf_printf(&b, " to %s, ", inspect_text_time(s->next_update, time));
		inspect_text_left(&b, s->next_update, now);
	}
	inspect_text_row_take(r, "Valid", &b);
	inspect_text_bar(r, s->this_update, s->next_update, now);
	buf_add_str(&b, "serial ");
	text_hex(&b, s->serial);
	buf_add_str(&b, ", issuer by ");
	inspect_text_oid(&b, s->hash_oid);
	buf_add_str(&b, " of its key ");
	text_hex(&b, s->key_hash);
	inspect_text_row_take(r, "About", &b);
	if (s->unknown_critical) {
		buf_printf(&b, "%u critical, the first is ", s->unknown_critical);
		inspect_text_oid(&b, s->unknown_critical_oid);
		inspect_text_row_take(r, "Extensions", &b);
	}
	buf_wipe(&b);
}

static void write_responder(struct report *r, const struct ocsp_response *o, struct buf *b)
{
	struct span cursor = o->certs, der;
	struct cert c;

	if (span_present(o->responder_name)) {
		dn_text(b, o->responder_name);
	} else {
		buf_add_str(b, "the key with SHA-1 ");
		text_hex(b, o->responder_key);
	}
	inspect_text_row_take(r, "Responder", b);
	while (span_present(o->certs) && ocsp_cert_next(&cursor, &der)) {
		if (cert_decode(der, &c, NULL) != 0) {
			buf_add_str(b, "a certificate that cannot be read");
		} else {
			dn_text(b, c.subject);
			buf_add_str(b, ", issued by ");
			dn_text(b, c.issuer);
		}
		inspect_text_row_take(r, "Carries", b);
	}
}

void inspect_text_ocsp(struct report *r, const struct inspect_object *obj, int64_t now)
{
	const struct ocsp_response *o = &obj->ocsp;
	struct span cursor = o->responses;
	struct ocsp_single s;
	char time[32];
	struct buf b;

	buf_init(&b);
	if (o->status != OCSP_SUCCESSFUL) {
		buf_printf(&b, "%s (%lld): an error of the responder, not a statement about a "
			   "certificate. It cannot be stapled.",
			   ocsp_response_status_text(o->status), (long long)o->status);
		inspect_text_row_take(r, "Response", &b);
	} else if (!o->basic) {
		buf_add_str(&b, "of type ");
		inspect_text_oid(&b, o->type);
		buf_add_str(&b, ", which clients do not know");
		inspect_text_row_take(r, "Response", &b);
	} else if (o->count == 0) {
		inspect_text_row(r, "Status", "none: it speaks of no certificate");
	}
	while (span_present(o->responses) && ocsp_single_next(&cursor, &s))
		write_single(r, &s, now);
	if (o->basic) {
		write_responder(r, o, &b);
		buf_add_str(&b, inspect_text_time(o->produced_at, time));
		inspect_text_row_take(r, "Produced", &b);
		inspect_text_oid(&b, o->signature_algorithm_oid);
		inspect_text_row_take(r, "Signature", &b);
	}
	if (span_present(o->nonce)) {
		text_hex(&b, o->nonce);
		inspect_text_row_take(r, "Nonce", &b);
	}
	inspect_text_deviations(r, o->deviations);
	buf_wipe(&b);
}
