#include "task/batch_keep.h"

#include "facts/csr.h"
#include "task/source.h"

int batch_describe_key(struct batch_item *i, const struct spki *k, struct err *e)
{
	i->key = (struct spki){.kind = k->kind, .size = k->size};
	return hash_digest(HASH_SHA256, k->der, &i->key_sha256, e);
}

/* Are the names of a request those of the line, in any order? */
static bool same_names(const struct csr *c, const struct san_list *names)
{
	struct span cursor = c->x.san;
	struct general_name g;
	bool inside = false;
	size_t count = 0;

	while (extension_name_next(&cursor, &inside, &g)) {
		size_t j = 0;

		while (j < names->n && (names->v[j].kind != g.kind ||
					!span_equal(san_value(&names->v[j]), g.value)))
			j++;
		if (j == names->n)
			return false;
		count++;
	}
	return count == names->n;
}

static bool same_features(const struct csr *c, const struct request *r)
{
	struct span cursor = extension_feature_value(&c->x, 0), content;
	bool inside = false;
	size_t count = 0;
	int64_t value;

	if (c->x.feature.malformed || c->x.feature.values != r->feature_count)
		return false;
	while (feature_next(&cursor, &inside, &content)) {
		size_t j = 0;

		while (j < r->feature_count && !(feature_int(content, &value) && value == r->features[j]))
			j++;
		if (j == r->feature_count)
			return false;
		count++;
	}
	return count == r->feature_count;
}

/* What is there stays; but it must be a request, and other names are told. */
int batch_keep(struct batch_item *i, struct err *e)
{
	struct buf der;
	struct csr c;
	int rc;

	buf_init(&der);
	i->state = BATCH_KEPT;
	rc = source_read(i->path, &der, &i->why);
	if (rc == 0)
		rc = csr_decode(buf_span(&der), &c, &i->why);
	if (rc != 0) {
		err_prefix(&i->why, "%s exists, but is no request", i->path);
		i->state = BATCH_BAD;
		rc = 0;
	} else {
		if (!same_names(&c, &i->request.names))
			err_set(&i->note, ERR_EXISTS, "%s is kept, but its names are not those of the line",
				i->path);
		else if (!same_features(&c, &i->request))
			err_set(&i->note, ERR_EXISTS,
				"%s is kept, but its TLS features are not those asked for now%s", i->path,
				csr_must_staple(&c) == MUST_STAPLE_YES ? " (it asks for Must-Staple)" : "");
		rc = batch_describe_key(i, &c.key, e);
	}
	buf_wipe(&der);
	return rc;
}
