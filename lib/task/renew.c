#include "task/renew.h"

#include "facts/cert.h"
#include "facts/csr.h"
#include "facts/dn.h"
#include "facts/mistaken.h"
#include "ground/der.h"
#include "task/source.h"

#include <stdlib.h>
#include <string.h>

struct source {
	const char *path;
	const char *what;      /* "certificate", "request" */
	struct span subject;
	struct extension_facts x;
};

int renew_carry_parse(const char *words, unsigned *out, struct err *e)
{
	static const struct {
		const char *word;
		unsigned bits;
	} known[] = {{"features", RENEW_FEATURES}, {"key-usage", RENEW_KEY_USAGE}, {"eku", RENEW_EKU},
		     {"all", RENEW_FEATURES | RENEW_KEY_USAGE | RENEW_EKU}};

	for (const char *p = words; *p || p == words;) {
		size_t n = strcspn(p, ","), i = 0;

		while (i < 4 && (strlen(known[i].word) != n || memcmp(known[i].word, p, n) != 0))
			i++;
		if (i == 4)
			return err_set(e, ERR_USAGE, "--carry %s: must be of: features, key-usage, eku, all",
				       words);
		*out |= known[i].bits;
		p += n + (p[n] == ',');
	}
	return 0;
}

static int decode(struct span der, struct source *s, struct err *e)
{
	struct cert cert;
	struct csr csr;

	if (csr_decode(der, &csr, NULL) == 0) {
		s->what = "request";
		s->subject = csr.subject;
		s->x = csr.x;
		return 0;
	}
	if (cert_decode(der, &cert, e) != 0)
		return mistaken(MISTAKEN_FOR_SOURCE, der, s->path, e)
			       ? -1 : err_prefix(e, "%s: neither a request nor a certificate", s->path);
	s->what = "certificate";
	s->subject = cert.subject;
	s->x = cert.x;
	return 0;
}

static int take_name(struct request *r, const struct source *s, const struct general_name *g,
		     struct findings *f, struct err *e)
{
	struct err why;
	struct buf text;
	int rc;

	buf_init(&text);
	extension_name_text(&text, g);
	if (g->kind != NAME_DNS && g->kind != NAME_IP && g->kind != NAME_EMAIL && g->kind != NAME_URI) {
		findings_add(f, "request.not-carried", s->path,
			     "%s: a name of kind %s in the %s is left out", s->path,
			     name_kind_text(g->kind), s->what);
		rc = 0;
	} else if (memchr(g->value.p, 0, g->value.n) && g->kind != NAME_IP) {
		findings_add(f, "request.bad-name", s->path, "%s: a name in the %s contains a NUL", s->path,
			     s->what);
		rc = 0;
	} else {
		rc = san_list_add(&r->names, g->kind, buf_cstr(&text), &why);
		if (rc < 0 && why.code == ERR_USAGE) {
			findings_add(f, "request.bad-name", s->path, "%s: %s", s->path, why.text);
			rc = 0;
		} else if (rc < 0) {
			err_set(e, why.code, "%s", why.text);
		}
	}
	buf_wipe(&text);
	return rc < 0 ? -1 : 0;
}

/* A certificate without names has its host name in the CN, as it was done before RFC 2818. */
static int take_common_name(struct request *r, const struct source *s, struct findings *f,
			    struct err *e)
{
	struct general_name g = {.kind = NAME_DNS};
	struct buf cn;
	int rc = 0;

	buf_init(&cn);
	if (dn_attribute(s->subject, "CN", &cn)) {
		g.value = buf_span(&cn);
		rc = take_name(r, s, &g, f, e);
	}
	buf_wipe(&cn);
	return rc;
}

static int take_names(struct request *r, const struct source *s, struct findings *f, struct err *e)
{
	struct span cursor = s->x.san;
	struct general_name g;
	bool inside = false;

	if (!span_present(s->x.san))
		return take_common_name(r, s, f, e);
	while (extension_name_next(&cursor, &inside, &g))
		if (take_name(r, s, &g, f, e) != 0)
			return -1;
	return 0;
}

static int take_features(struct request *r, const struct source *s, bool carry, struct findings *f,
			 struct err *e)
{
	struct span cursor = extension_feature_value(&s->x, 0), content;
	struct buf list;
	bool inside = false;
	int64_t value;
	int rc = 0;

	if (s->x.feature.extensions == 0)
		return 0;
	if (s->x.feature.malformed)
		return carry ? err_set(e, ERR_PARSE, "%s: its TLS Feature extension is malformed (%s): it "
				       "cannot be carried over", s->path, s->x.feature.why) : 0;
	buf_init(&list);
	while (rc == 0 && feature_next(&cursor, &inside, &content)) {
		if (!feature_int(content, &value))
			value = -1;
		buf_printf(&list, "%s%lld", list.n ? ", " : "", (long long)value);
		if (carry)
			rc = request_add_feature(r, value, e);
	}
	if (!carry)
		findings_add(f, "request.not-carried", s->path,
			     "%s: the %s has the TLS features {%s}%s; they are not carried over%s", s->path,
			     s->what, buf_cstr(&list),
			     s->x.feature.status_request ? " (Must-Staple)" : "",
			     r->feature_count > 0 ? ", this request asks for its own" :
						    ", this request asks for none");
	buf_wipe(&list);
	return rc;
}

static void take_usages(struct request *r, const struct source *s, unsigned carry, struct findings *f)
{
	struct span value = s->x.eku_value, list;
	struct buf text;

	if (s->x.has_key_usage && carry & RENEW_KEY_USAGE) {
		r->key_usage |= s->x.key_usage;
	} else if (s->x.has_key_usage) {
		buf_init(&text);
		request_key_usage_text(s->x.key_usage, &text);
		findings_add(f, "request.not-carried", s->path,
			     "%s: the key usage of the %s (%s) is not carried over", s->path, s->what,
			     buf_cstr(&text));
		buf_wipe(&text);
	}
	if (!s->x.has_eku)
		return;
	if (!(carry & RENEW_EKU))
		findings_add(f, "request.not-carried", s->path,
			     "%s: the extended key usage of the %s is not carried over", s->path, s->what);
	else if (r->eku.n == 0 && der_get(&value, DER_SEQUENCE, &list) == 0)
		buf_add(&r->eku, list);
}

int renew_read(struct request *r, const char *path, unsigned carry, struct findings *f,
	       struct err *e)
{
	struct source s = {.path = path};
	struct buf der;
	int rc = -1;

	buf_init(&der);
	if (source_read(path, &der, e) != 0 || decode(buf_span(&der), &s, e) != 0)
		goto out;
	if (r->subject.n == 0)
		buf_add(&r->subject, s.subject);
	if (take_names(r, &s, f, e) != 0 ||
	    take_features(r, &s, (carry & RENEW_FEATURES) != 0, f, e) != 0)
		goto out;
	take_usages(r, &s, carry, f);
	rc = buf_check(&r->subject, path, e);
out:
	buf_wipe(&der);
	return rc;
}
