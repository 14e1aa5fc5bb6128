/* What the text and the JSON page of staple-inspect share. */
#include "report/inspect.h"

#include "facts/oid.h"

const char *inspect_kind_text(enum inspect_kind k)
{
	static const char *const text[] = {
		[INSPECT_CERTIFICATE] = "certificate", [INSPECT_REQUEST] = "request",
		[INSPECT_OCSP_RESPONSE] = "ocsp-response", [INSPECT_OCSP_REQUEST] = "ocsp-request",
		[INSPECT_CRL] = "crl", [INSPECT_PKCS7] = "pkcs7", [INSPECT_PKCS12] = "pkcs12",
		[INSPECT_PRIVATE_KEY] = "private-key", [INSPECT_PUBLIC_KEY] = "public-key",
		[INSPECT_STORE] = "store", [INSPECT_SERVER] = "server", [INSPECT_OTHER] = "other",
		[INSPECT_UNREADABLE] = "unreadable",
	};

	return text[k];
}

static bool issued(const struct inspect_object *issuer, const struct inspect_object *o)
{
	return issuer->kind == INSPECT_CERTIFICATE && strcmp(issuer->source, o->source) == 0 &&
	       span_equal(issuer->cert.subject, o->cert.issuer);
}

/* Chains are filed leaf first; a root may stand anywhere. */
#define NEIGHBOURS 64

const struct inspect_object *inspect_issuer(const struct inspect_list *l, size_t at)
{
	const struct inspect_object *o = &l->v[at];

	if (o->kind != INSPECT_CERTIFICATE || cert_self_issued(&o->cert))
		return NULL;
	for (size_t i = at + 1; i < l->n && i <= at + NEIGHBOURS; i++)
		if (issued(&l->v[i], o))
			return &l->v[i];
	for (size_t i = at > NEIGHBOURS ? at - NEIGHBOURS : 0; i < at; i++)
		if (issued(&l->v[i], o))
			return &l->v[i];
	return NULL;
}

/* The lists of extensions: a certificate has one, a request one for each extensionRequest. */
bool inspect_extensions_next(const struct inspect_object *o, struct inspect_extensions *w)
{
	if (o->kind == INSPECT_CERTIFICATE) {
		w->list = w->begun ? SPAN_NONE : o->cert.x.list;
		w->begun = true;
		return span_present(w->list);
	}
	if (!w->begun)
		w->cursor = o->csr.attributes;
	w->begun = true;
	return csr_extensions_next(&w->cursor, &w->values, &w->list);
}

/* The next well-formed TLS Feature value of any list. */
static bool next_value(const struct inspect_object *o, struct inspect_features *w)
{
	struct extension ext;

	do {
		while (extension_next(&w->lists.list, &ext)) {
			if (!span_equal(ext.oid, OID_TLS_FEATURE) || feature_why(ext.value))
				continue;
			w->value = ext.value;
			w->inside = false;
			return true;
		}
	} while (inspect_extensions_next(o, &w->lists));
	return false;
}

bool inspect_feature_next(const struct inspect_object *o, struct inspect_features *w,
			  struct span *content)
{
	do {
		while (span_present(w->value) && feature_next(&w->value, &w->inside, content))
			if (feature_set_add(&w->set, *content))
				return true;
	} while (next_value(o, w));
	return false;
}

const char *const inspect_key_usages[9] = {
	"digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment",
	"keyAgreement", "keyCertSign", "cRLSign", "encipherOnly", "decipherOnly",
};
