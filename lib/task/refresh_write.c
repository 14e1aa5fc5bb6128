/* The only place that changes files. */
#include "task/refresh_item.h"

#include "ground/file.h"
#include "ground/limits.h"
#include "ground/pem.h"

static void unwritable(struct refresh_item *it, struct findings *f, const struct err *why)
{
	findings_add(f, "fetch.unwritable", it->source, "%s", why->text);
	memcpy(it->last_error, why->text, sizeof it->last_error);
}

/* Does the file hold these bytes already? */
static bool same(const char *path, struct span bytes)
{
	struct err why;
	struct buf b;
	bool yes;

	buf_init(&b);
	yes = file_read(path, LIMIT_SMALL_FILE, &b, &why) == 0 && span_equal(buf_span(&b), bytes);
	buf_wipe(&b);
	return yes;
}

int item_write_issuer(struct refresh_item *it, struct findings *f, struct err *e)
{
	const char *path = buf_cstr(&it->issuer_path);
	struct err why = {ERR_NONE, ""};
	struct buf b;
	int rc = 0;

	buf_init(&b);
	pem_encode(&b, "CERTIFICATE", it->issuer->der);
	if (buf_check(&b, path, e) != 0)
		rc = -1;
	else if (same(path, buf_span(&b)))
		rc = 0;
	else if (file_replace(path, 0644, FILE_KEEP_MODE | FILE_NO_DEVICE, buf_span(&b), &why) != 0)
		unwritable(it, f, &why);
	else
		it->issuer_changed = true;
	buf_wipe(&b);
	return rc;
}

int item_replace(const struct refresh *r, struct refresh_item *it, struct span der,
		 const struct staple_result *judged, struct findings *f, struct err *e)
{
	const char *path = buf_cstr(&it->staple_path);
	/* Only who names the file may mean a pipe, where nobody may ever read. */
	unsigned flags = FILE_KEEP_MODE | (r->o->out ? 0 : FILE_NO_DEVICE);
	struct err why = {ERR_NONE, ""};
	struct buf b;
	int rc = 0;

	buf_init(&b);
	if (r->o->pem)
		pem_encode(&b, "OCSP RESPONSE", der);
	else
		buf_add(&b, der);
	if (buf_check(&b, path, e) != 0) {
		rc = -1;
	} else if (file_replace(path, 0644, flags, buf_span(&b), &why) != 0) {
		it->outcome = FETCH_KEPT;
		unwritable(it, f, &why);
	} else {
		it->outcome = FETCH_REPLACED;
		it->present = true;
		it->now = *judged;
		it->due = refresh_due(judged, r->o->refresh_at);
		it->staple_changed = true;
	}
	buf_wipe(&b);
	return rc;
}
