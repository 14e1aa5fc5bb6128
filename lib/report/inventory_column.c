/* A certificate's values by name: the columns of CSV, and of --columns in the text table. */
#include "report/inventory.h"

#include "facts/dn.h"
#include "facts/oid.h"
#include "ground/when.h"

static void source(struct buf *b, const struct inventory_cert *c)
{
	buf_add_str(b, c->places[0].source);
}

static void index_of(struct buf *b, const struct inventory_cert *c)
{
	buf_printf(b, "%zu", c->places[0].index);
}

static void entry(struct buf *b, const struct inventory_cert *c)
{
	if (c->places[0].entry)
		buf_add_str(b, c->places[0].entry);
}

static void sha256(struct buf *b, const struct inventory_cert *c)
{
	text_hex(b, span_of(c->sha256, 32));
}

static void must_staple(struct buf *b, const struct inventory_cert *c)
{
	buf_add_str(b, must_staple_text(cert_must_staple(c->cert)));
}

static void features(struct buf *b, const struct inventory_cert *c)
{
	const char *blank = "";

	for (size_t i = 0; i < c->cert->x.feature.extensions; i++) {
		struct span value = extension_feature_value(&c->cert->x, i), content;
		struct feature_facts f = {0};
		bool inside = false;
		int64_t v;

		if (!feature_decode(value, &f))
			continue;
		while (feature_next(&value, &inside, &content)) {
			buf_add_str(b, blank);
			if (feature_int(content, &v))
				buf_printf(b, "%lld", (long long)v);
			else
				text_hex(b, content);
			blank = " ";
		}
	}
}

static void name(struct buf *b, const struct inventory_cert *c)
{
	cert_label(c->cert, b);
}

static void subject(struct buf *b, const struct inventory_cert *c)
{
	dn_text(b, c->cert->subject);
}

static void issuer(struct buf *b, const struct inventory_cert *c)
{
	dn_text(b, c->cert->issuer);
}

static void serial(struct buf *b, const struct inventory_cert *c)
{
	text_hex(b, c->cert->serial);
}

static void time_text(struct buf *b, int64_t t)
{
	char text[WHEN_TEXT_SIZE];

	buf_add_str(b, when_format(t, text));
}

static void not_before(struct buf *b, const struct inventory_cert *c)
{
	time_text(b, c->cert->not_before);
}

static void not_after(struct buf *b, const struct inventory_cert *c)
{
	time_text(b, c->cert->not_after);
}

static void days_left(struct buf *b, const struct inventory_cert *c)
{
	int64_t days = inventory_days(c->cert->not_after, c->now);

	if (days != INT64_MIN)
		buf_printf(b, "%lld", (long long)days);
}

void inventory_names(struct buf *out, const struct cert *c)
{
	struct span cursor = c->x.san;
	struct general_name n;
	bool inside = false, first = true;

	while (span_present(c->x.san) && extension_name_next(&cursor, &inside, &n)) {
		if (!first)
			buf_add_byte(out, ' ');
		first = false;
		extension_name_text(out, &n);
	}
}

static void names(struct buf *b, const struct inventory_cert *c)
{
	inventory_names(b, c->cert);
}

static void key(struct buf *b, const struct inventory_cert *c)
{
	char text[32];

	buf_add_str(b, spki_text(&c->cert->key, text));
}

static void key_kind(struct buf *b, const struct inventory_cert *c)
{
	buf_add_str(b, key_kind_text(c->cert->key.kind));
}

static void key_size(struct buf *b, const struct inventory_cert *c)
{
	buf_printf(b, "%u", c->cert->key.size);
}

static void signature_algorithm(struct buf *b, const struct inventory_cert *c)
{
	inventory_algorithm(b, c->cert->signature_algorithm_oid);
}

static void ocsp_urls(struct buf *b, const struct inventory_cert *c)
{
	struct span url;

	for (size_t i = 0; span_present(url = extension_ocsp_url(&c->cert->x, i)); i++) {
		if (i > 0)
			buf_add_byte(b, ' ');
		buf_add(b, url);
	}
}

static void ca_id(struct buf *b, const struct inventory_cert *c)
{
	if (c->ca)
		buf_add_str(b, c->ca->id);
}

static void self_issued(struct buf *b, const struct inventory_cert *c)
{
	buf_add_str(b, cert_self_issued(c->cert) ? "true" : "false");
}

static void ca(struct buf *b, const struct inventory_cert *c)
{
	buf_add_str(b, cert_is_ca(c->cert) ? "true" : "false");
}

static void format(struct buf *b, const struct inventory_cert *c)
{
	buf_add_str(b, c->format);
}

static void sources(struct buf *b, const struct inventory_cert *c)
{
	for (size_t i = 0; i < c->place_count; i++)
		buf_printf(b, "%s%s#%zu", i ? " " : "", c->places[i].source, c->places[i].index);
}

static void links(struct buf *b, const struct inventory_cert *c)
{
	for (const char *const *l = c->places[0].links; l && *l; l++)
		buf_printf(b, "%s%s", l == c->places[0].links ? "" : " ", *l);
}

static void staples(struct buf *b, const struct inventory_cert *c)
{
	for (size_t i = 0; i < c->staple_count; i++) {
		buf_printf(b, "%s%s: ", i ? "; " : "", c->staples[i].source);
		inventory_staple_text(b, &c->staples[i]);
	}
}

static void served_by(struct buf *b, const struct inventory_cert *c)
{
	for (size_t i = 0; i < c->service_count; i++) {
		buf_add_str(b, i ? "; " : "");
		inventory_service_text(b, &c->services[i]);
	}
}

static void findings(struct buf *b, const struct inventory_cert *c)
{
	for (size_t i = c->first; c->findings && i < c->end; i++)
		buf_printf(b, "%s%s%s", i > c->first ? " " : "", c->findings->v[i].rule->id,
			   c->findings->v[i].waived ? " (waived)" : "");
}

const struct inventory_column inventory_columns[] = {
	{"source", 18, source, false},
	{"index", 5, index_of, true},
	{"entry", 12, entry, false},
	{"sha256", 16, sha256, false},
	{"must_staple", 11, must_staple, true},
	{"features", 8, features, true},
	{"name", 18, name, false},
	{"subject", 18, subject, false},
	{"issuer", 18, issuer, false},
	{"serial", 16, serial, false},
	{"not_before", 20, not_before, true},
	{"not_after", 20, not_after, true},
	{"days_left", 9, days_left, true},
	{"names", 18, names, false},
	{"key", 9, key, true},
	{"key_kind", 8, key_kind, true},
	{"key_size", 8, key_size, true},
	{"signature_algorithm", 19, signature_algorithm, false},
	{"ocsp_urls", 16, ocsp_urls, false},
	{"ca_id", 8, ca_id, false},
	{"self_issued", 11, self_issued, true},
	{"ca", 5, ca, true},
	{"format", 6, format, true},
	{"sources", 18, sources, false},
	{"links", 12, links, false},
	{"staples", 12, staples, false},
	{"served_by", 12, served_by, false},
	{"findings", 12, findings, false},
	{NULL, 0, NULL, false},
};

const struct inventory_column *inventory_column_get(const char *title)
{
	for (const struct inventory_column *c = inventory_columns; c->title; c++)
		if (strcmp(c->title, title) == 0)
			return c;
	return NULL;
}
