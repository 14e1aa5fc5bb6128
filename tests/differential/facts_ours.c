#include "tests/differential/facts.h"

#include "facts/cert.h"
#include "facts/csr.h"
#include "facts/oid.h"
#include "ground/der.h"

/* An extension is there, but its value could not be read: "?", as the others say. */
static bool unread(struct buf *out, const struct extension_facts *x, struct span oid, bool read)
{
	struct span cursor = x->list;
	struct extension ext;

	while (!read && extension_next(&cursor, &ext)) {
		if (!span_equal(ext.oid, oid))
			continue;
		buf_add_byte(out, '?');
		return true;
	}
	return false;
}

static const uint8_t ski_oid[] = {0x55, 0x1d, 0x0e};

static void mark_unread(struct facts *f, const struct extension_facts *x)
{
	unread(&f->text[FACT_NAMES], x, OID_SUBJECT_ALT_NAME, span_present(x->san));
	unread(&f->text[FACT_CA], x, OID_BASIC_CONSTRAINTS, x->has_basic_constraints);
	unread(&f->text[FACT_KEY_USAGE], x, OID_KEY_USAGE, x->has_key_usage);
	unread(&f->text[FACT_PURPOSES], x, OID_EXT_KEY_USAGE, x->has_eku);
	unread(&f->text[FACT_OCSP], x, OID_AIA, span_present(x->aia));
	unread(&f->text[FACT_SKI], x, span_of(ski_oid, 3), span_present(x->ski));
}

static void names(struct buf *out, const struct extension_facts *x)
{
	struct span cursor = x->san;
	struct general_name n;
	bool inside = false;

	while (span_present(x->san) && extension_name_next(&cursor, &inside, &n)) {
		buf_printf(out, "%s:", name_kind_text(n.kind));
		if (n.kind == NAME_DNS || n.kind == NAME_EMAIL || n.kind == NAME_URI ||
		    n.kind == NAME_IP)
			facts_hex(out, n.value.p, n.value.n);
		buf_add_byte(out, ' ');
	}
	if (span_present(x->san) && (!inside || !der_end(cursor)))
		buf_add_byte(out, '?');
}

/* As GnuTLS and OpenSSL do: those that are OCSP, up to the first that cannot be read. */
static void ocsp(struct buf *out, const struct extension_facts *x)
{
	struct span cursor = x->aia, method;
	struct general_name n;
	bool inside = false;

	while (span_present(x->aia) && extension_aia_next(&cursor, &inside, &method, &n)) {
		if (n.kind != NAME_URI || !span_equal(method, OID_OCSP))
			continue;
		facts_hex(out, n.value.p, n.value.n);
		buf_add_byte(out, ' ');
	}
	if (span_present(x->aia) && (!inside || !der_end(cursor)))
		buf_add_byte(out, '?');
}

static void purposes(struct buf *out, const struct extension_facts *x)
{
	struct span cursor = x->eku_value, oid;
	bool inside = false;

	while (x->has_eku && extension_eku_next(&cursor, &inside, &oid)) {
		oid_dotted(out, oid);
		buf_add_byte(out, ' ');
	}
}

static void features(struct buf *out, const struct feature_facts *f, const struct extension_facts *x)
{
	struct span value = extension_feature_value(x, 0), content;
	bool inside = false;
	int64_t v;

	if (f->extensions == 0) {
		buf_add_str(out, "none");
		return;
	}
	if (f->malformed) {
		buf_add_str(out, "malformed");
		return;
	}
	buf_add_str(out, "list");
	while (feature_next(&value, &inside, &content)) {
		if (feature_int(content, &v))
			buf_printf(out, " %lld", (long long)v);
		else
			buf_add_str(out, " large");
	}
}

static void key(struct facts *f, const struct spki *k)
{
	facts_hex(&f->text[FACT_KEY], k->der.p, k->der.n);
	buf_printf(&f->text[FACT_KEY_SIZE], "%u", k->size);
}

static void extended(struct facts *f, const struct extension_facts *x)
{
	names(&f->text[FACT_NAMES], x);
	if (x->has_basic_constraints)
		buf_printf(&f->text[FACT_CA], "%d %d", x->ca, x->path_len);
	if (x->has_key_usage)
		buf_printf(&f->text[FACT_KEY_USAGE], "%x", x->key_usage);
	purposes(&f->text[FACT_PURPOSES], x);
	ocsp(&f->text[FACT_OCSP], x);
	facts_hex(&f->text[FACT_SKI], x->ski.p, x->ski.n);
	facts_hex(&f->text[FACT_AKI], x->aki.p, x->aki.n);
	buf_printf(&f->text[FACT_CRITICAL], "%d", x->feature.critical);
	features(&f->text[FACT_FEATURES], &x->feature, x);
	mark_unread(f, x);
}

static bool loads(struct facts *f, bool it_does)
{
	for (size_t i = 0; i < FACT_COUNT; i++)
		buf_reset(&f->text[i]);
	buf_add_str(&f->text[FACT_LOADS], it_does ? "yes" : "no");
	return it_does;
}

bool facts_ours(struct facts *f, struct span der)
{
	struct cert c;
	struct err e;

	if (!loads(f, cert_decode(der, &c, &e) == 0))
		return false;
	buf_printf(&f->text[FACT_VERSION], "%d", c.version);
	facts_hex(&f->text[FACT_SERIAL], c.serial.p, c.serial.n);
	facts_hex(&f->text[FACT_ISSUER], c.issuer.p, c.issuer.n);
	facts_hex(&f->text[FACT_SUBJECT], c.subject.p, c.subject.n);
	facts_time(&f->text[FACT_NOT_BEFORE], c.not_before);
	facts_time(&f->text[FACT_NOT_AFTER], c.not_after);
	key(f, &c.key);
	oid_dotted(&f->text[FACT_ALGORITHM], c.signature_algorithm_oid);
	facts_hex(&f->text[FACT_SIGNATURE], c.signature.p, c.signature.n);
	extended(f, &c.x);
	return true;
}

bool facts_ours_request(struct facts *f, struct span der)
{
	struct csr c;
	struct err e;

	if (!loads(f, csr_decode(der, &c, &e) == 0))
		return false;
	buf_printf(&f->text[FACT_VERSION], "%d", c.version);
	facts_hex(&f->text[FACT_SUBJECT], c.subject.p, c.subject.n);
	key(f, &c.key);
	oid_dotted(&f->text[FACT_ALGORITHM], c.signature_algorithm_oid);
	facts_hex(&f->text[FACT_SIGNATURE], c.signature.p, c.signature.n);
	extended(f, &c.x);
	return true;
}
