#include "task/source.h"

#include "facts/mistaken.h"
#include "ground/file.h"
#include "ground/limits.h"
#include "ground/pem.h"

/* The first block that is a certificate or a request; or the whole, when it is no PEM. */
static int find_der(struct span file, const char *path, struct buf *der, struct err *e)
{
	const char *damage = NULL;
	struct span all = file;
	struct pem_block b;
	ptrdiff_t n;

	if (!pem_present(file)) {
		buf_add(der, file);
		return buf_check(der, path, e);
	}
	while (pem_next(&file, true, &b) == PEM_BLOCK) {
		if (!span_equal(b.label, span_str("CERTIFICATE")) &&
		    !span_equal(b.label, span_str("CERTIFICATE REQUEST")) &&
		    !span_equal(b.label, span_str("NEW CERTIFICATE REQUEST")))
			continue;
		if (!buf_reserve(der, b.body.n + 3))
			return buf_check(der, path, e);
		n = b.damage ? -1 : pem_decode(b.body, der->p, &damage);
		if (n < 0)
			return err_set(e, ERR_PARSE, "%s: a damaged PEM block: %s", path,
				       b.damage ? b.damage : damage);
		der->n = (size_t)n;
		return 0;
	}
	if (mistaken(MISTAKEN_FOR_SOURCE, all, path, e))
		return -1;
	return err_set(e, ERR_PARSE, "%s: neither a certificate nor a request in it", path);
}

int source_read(const char *path, struct buf *der, struct err *e)
{
	struct buf file;
	int rc;

	buf_init(&file);
	rc = file_read(path, LIMIT_SMALL_FILE, &file, e);
	if (rc == 0)
		rc = find_der(buf_span(&file), path, der, e);
	buf_wipe(&file);
	return rc;
}
