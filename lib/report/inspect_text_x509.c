/* Certificates and requests for people. */
#include "report/inspect_text.h"

#include "facts/dn.h"
#include "facts/oid.h"

#define NAMES_SHOWN 40 /* more only with -v */

static void write_names(struct report *r, const struct extension_facts *x, bool ca)
{
	struct span cursor = x->san;
	struct general_name n;
	bool inside = false;
	size_t count = 0;
	struct buf b;

	buf_init(&b);
	while (span_present(x->san) && extension_name_next(&cursor, &inside, &n)) {
		if (++count > NAMES_SHOWN && !r->verbose)
			continue;
		if (count > 1)
			buf_add_str(&b, ", ");
		if (n.kind != NAME_DNS && n.kind != NAME_IP)
			buf_printf(&b, "%s ", name_kind_text(n.kind));
		extension_name_text(&b, &n);
	}
	if (count > NAMES_SHOWN && !r->verbose)
		buf_printf(&b, " and %zu more (-v shows all)", count - NAMES_SHOWN);
	if (count == 0 && !ca)
		buf_add_str(&b, "none (no subject alternative name)");
	inspect_text_row_take(r, "Names", &b);
	buf_wipe(&b);
}

static void write_urls(struct report *r, const struct cert *c)
{
	const char *const none = cert_is_ca(c) ? "" : "none is named: no server can fetch a staple";
	struct span cursor = c->x.aia, method;
	struct general_name n;
	bool inside = false, any = false;
	struct buf b;

	buf_init(&b);
	while (span_present(c->x.aia) && extension_aia_next(&cursor, &inside, &method, &n)) {
		if (n.kind != NAME_URI || !span_equal(method, OID_OCSP))
			continue;
		buf_add(&b, n.value);
		inspect_text_row_take(r, any ? "" : "OCSP URL", &b);
		any = true;
	}
	if (!any && *none)
		inspect_text_row(r, "OCSP URL", none);
	if (span_present(extension_ca_issuers_url(&c->x, 0))) {
		buf_add(&b, extension_ca_issuers_url(&c->x, 0));
		inspect_text_row_take(r, "Issuer's file", &b);
	}
	for (size_t i = 0; i < 8 && span_present(extension_crl_url(&c->x, i)); i++) {
		buf_add(&b, extension_crl_url(&c->x, i));
		inspect_text_row_take(r, i ? "" : "CRL", &b);
	}
	buf_wipe(&b);
}

static void write_usage(struct report *r, const struct extension_facts *x)
{
	struct span cursor = x->eku_value, oid;
	bool inside = false;
	struct buf b;

	buf_init(&b);
	if (x->has_basic_constraints && x->ca) {
		buf_add_str(&b, "yes: it may issue certificates");
		if (x->path_len >= 0)
			buf_printf(&b, ", with at most %d CA%s below it", x->path_len,
				   x->path_len == 1 ? "" : "s");
		inspect_text_row_take(r, "CA", &b);
	}
	for (unsigned i = 0; x->has_key_usage && i < 9; i++)
		if (x->key_usage & 1u << i)
			buf_printf(&b, "%s%s", b.n ? ", " : "", inspect_key_usages[i]);
	inspect_text_row_take(r, "Key usage", &b);
	while (x->has_eku && extension_eku_next(&cursor, &inside, &oid)) {
		const char *name = oid_name(oid);

		if (b.n)
			buf_add_str(&b, ", ");
		if (name && strncmp(name, "id-kp-", 6) == 0)
			buf_add_str(&b, name + 6);
		else
			inspect_text_oid(&b, oid);
	}
	inspect_text_row_take(r, "Purposes", &b);
	if (x->unknown_critical) {
		buf_printf(&b, "%u critical that is not known here, the first is ",
			   x->unknown_critical);
		inspect_text_oid(&b, x->unknown_critical_oid);
		inspect_text_row_take(r, "Extensions", &b);
	}
	buf_wipe(&b);
}

/* The features of the chain as it is filed: each issuer in turn. */
static void write_chain(struct report *r, const struct inspect_item *item)
{
	const struct inspect_object *o = &item->list->v[item->at];
	struct buf b, features;

	buf_init(&b);
	buf_init(&features);
	for (unsigned depth = 0; depth < 16; depth++) {
		o = inspect_issuer(item->list, (size_t)(o - item->list->v));
		if (!o)
			break;
		buf_printf(&b, "%s#%zu ", b.n ? ", then " : "below ", o->index);
		cert_label(&o->cert, &b);
		inspect_text_features(&features, o);
		if (features.n)
			buf_printf(&b, " with TLS features %s", buf_cstr(&features));
		else
			buf_add_str(&b, " without TLS features");
		buf_reset(&features);
	}
	inspect_text_row_take(r, "Chain", &b);
	buf_wipe(&features);
	buf_wipe(&b);
}

static void write_technical(struct report *r, const struct spki *key, struct span algorithm)
{
	char text[32];
	struct buf b;

	inspect_text_row(r, "Key", spki_text(key, text));
	buf_init(&b);
	inspect_text_oid(&b, algorithm);
	inspect_text_row_take(r, "Signature", &b);
	buf_wipe(&b);
}

static void write_dn(struct report *r, const char *label, struct span name)
{
	struct buf b;

	buf_init(&b);
	dn_text(&b, name);
	if (b.n == 0)
		buf_add_str(&b, "(empty)");
	inspect_text_row_take(r, label, &b);
	buf_wipe(&b);
}

/* "until 2027-02-19 10:42:42 UTC, 69d 3h left (since 2026-11-21)" */
static void put_validity(struct buf *b, const struct cert *c, int64_t now)
{
	char time[32];

	buf_printf(b, "until %s", inspect_text_time(c->not_after, time));
	if (c->not_before != WHEN_NONE && c->not_before > now) {
		buf_printf(b, ", but not before %s", inspect_text_time(c->not_before, time));
		return;
	}
	if (c->not_after != WHEN_NONE) {
		buf_add_str(b, ", ");
		inspect_text_left(b, c->not_after, now);
	}
	buf_printf(b, " (since %.10s)", inspect_text_time(c->not_before, time));
}

void inspect_text_certificate(struct report *r, const struct inspect_item *item)
{
	const struct inspect_object *o = &item->list->v[item->at];
	const struct cert *c = &o->cert;
	int64_t now = item->list->now;
	struct buf b;

	buf_init(&b);
	inspect_text_feature(r, o, &c->x.feature, cert_is_ca(c));
	write_dn(r, "For", c->subject);
	if (cert_self_issued(c))
		inspect_text_row(r, "By", "itself");
	else
		write_dn(r, "By", c->issuer);
	put_validity(&b, c, now);
	inspect_text_row_take(r, "Valid", &b);
	inspect_text_bar(r, c->not_before, c->not_after, now);
	write_names(r, &c->x, cert_is_ca(c));
	write_urls(r, c);
	write_chain(r, item);
	write_usage(r, &c->x);
	if (c->x.precert_poison)
		inspect_text_row(r, "Note", "a precertificate: only for Certificate Transparency "
				 "logs (RFC 6962, 3.1)");
	write_technical(r, &c->key, c->signature_algorithm_oid);
	text_hex(&b, c->serial);
	inspect_text_row_take(r, "Serial", &b);
	inspect_text_deviations(r, c->deviations);
	buf_wipe(&b);
}

void inspect_text_request(struct report *r, const struct inspect_object *o)
{
	const struct csr *c = &o->csr;

	inspect_text_feature(r, o, &c->x.feature, false);
	write_dn(r, "For", c->subject);
	write_names(r, &c->x, false);
	write_usage(r, &c->x);
	write_technical(r, &c->key, c->signature_algorithm_oid);
	if (c->has_challenge_password)
		inspect_text_row(r, "Note", "it carries a challenge password");
	inspect_text_deviations(r, c->deviations);
}
