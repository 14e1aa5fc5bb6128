/* The order of the certificates in one file: a server shows the first as its own. */
#include "judge/promise.h"

void promise_order(const struct cert_list *file, const char *subject, struct findings *f)
{
	struct buf first, leaf;

	for (size_t i = 1; i < file->n && file->v[0].x.ca; i++) {
		if (file->v[i].x.ca || !chain_issuer(&file->v[i], file, NULL))
			continue;
		buf_init(&first);
		buf_init(&leaf);
		cert_label(&file->v[0], &first);
		cert_label(&file->v[i], &leaf);
		findings_add(f, "chain.wrong-order", subject,
			     "the first of the %zu certificates is the CA's (%s), and number %zu is the "
			     "server's (%s)", file->n, buf_cstr(&first), i + 1, buf_cstr(&leaf));
		buf_wipe(&first);
		buf_wipe(&leaf);
		return;
	}
}
