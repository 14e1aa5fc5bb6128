#include "crypto/request.h"

#include "facts/csr.h"
#include "ground/dermake.h"

static int differs(struct err *e, const char *what)
{
	return err_set(e, ERR_INTERNAL, "the request was read back and its %s is not what was asked for: "
					"nothing was written", what);
}

static int check_names(const struct request *r, const struct csr *c, struct err *e)
{
	struct span cursor = c->x.san;
	struct general_name g;
	bool inside = false;

	if (r->names.n == 0)
		return span_present(c->x.san) ? differs(e, "subjectAltName") : 0;
	if (!span_present(c->x.san) || c->x.san_critical != (r->subject.n == 2))
		return differs(e, "subjectAltName");
	for (size_t i = 0; i < r->names.n; i++)
		if (!extension_name_next(&cursor, &inside, &g) || g.kind != r->names.v[i].kind ||
		    !span_equal(g.value, san_value(&r->names.v[i])))
			return differs(e, "subjectAltName");
	return extension_name_next(&cursor, &inside, &g) ? differs(e, "subjectAltName") : 0;
}

static int check_features(const struct request *r, const struct csr *c, struct err *e)
{
	const struct feature_facts *f = &c->x.feature;
	struct span cursor = extension_feature_value(&c->x, 0), content;
	bool inside = false;
	int64_t value;

	if (f->extensions != (r->feature_count > 0) || f->critical || f->malformed ||
	    f->values != r->feature_count)
		return differs(e, "TLS Feature extension");
	for (size_t i = 0; i < r->feature_count; i++)
		if (!feature_next(&cursor, &inside, &content) || !feature_int(content, &value) ||
		    value != r->features[i])
			return differs(e, "TLS Feature extension");
	return 0;
}

static int check_usages(const struct request *r, const struct csr *c, struct err *e)
{
	struct span value = c->x.eku_value, list;

	if (c->x.has_key_usage != (r->key_usage != 0) || c->x.key_usage != r->key_usage)
		return differs(e, "key usage");
	if (c->x.has_eku != (r->eku.n > 0))
		return differs(e, "extended key usage");
	if (r->eku.n > 0 && (der_get(&value, DER_SEQUENCE, &list) != 0 ||
			     !span_equal(list, buf_span(&r->eku))))
		return differs(e, "extended key usage");
	return 0;
}

/* Made again from its parts it must be the same octets: nothing hides between them. */
static bool form_is_ours(const struct csr *c)
{
	struct buf again;
	size_t at;
	bool same;

	buf_init(&again);
	at = dermake_begin(&again, DER_SEQUENCE);
	buf_add(&again, c->tbs);
	buf_add(&again, c->signature_algorithm);
	dermake_bits(&again, c->signature);
	dermake_end(&again, at);
	same = !again.failed && span_equal(buf_span(&again), c->der);
	buf_wipe(&again);
	return same;
}

int request_check(const struct request *r, const struct key *k, struct span der, bool signature,
		  struct err *e)
{
	unsigned extensions = (r->names.n > 0) + (r->key_usage != 0) + (r->eku.n > 0) +
			      (r->feature_count > 0);
	struct csr c;

	if (csr_decode(der, &c, e) != 0)
		return err_prefix(e, "the request was read back");
	if (c.version != 1 || c.deviations != 0 || !form_is_ours(&c))
		return differs(e, "form");
	if (!span_equal(c.subject, buf_span(&r->subject)))
		return differs(e, "subject");
	if (!span_equal(c.key.der, key_spki(k)->der))
		return differs(e, "public key");
	if (!span_equal(c.signature_algorithm, key_signature_algorithm(k)))
		return differs(e, "signature algorithm");
	if (c.x.count != extensions || c.extension_requests != (extensions > 0) ||
	    c.has_challenge_password)
		return differs(e, "list of extensions");
	if (check_names(r, &c, e) != 0 || check_features(r, &c, e) != 0 || check_usages(r, &c, e) != 0)
		return -1;
	return signature ? key_verify(k, c.tbs, c.signature, e) : 0;
}
