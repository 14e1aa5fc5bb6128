/* An issuer that is not at hand, from the certificate's CA Issuers URLs (RFC 5280, 4.2.2.1). */
#include "task/refresh_item.h"

#include <stdio.h>

int item_ask_issuer(struct refresh *r, struct refresh_item *it, struct err *e)
{
	struct span url = extension_ca_issuers_url(&it->cert->x, it->url);
	struct fetch_request q = {.tag = it};
	struct err why;

	if (!span_present(url)) {
		findings_wipe(&it->old); /* says the same of the staple that is there */
		findings_add(&it->found, "staple.no-issuer", it->source, "the issuer is not at hand%s%s",
			     it->last_error[0] ? ": " : ", and the certificate names no CA Issuers URL",
			     it->last_error);
		return 0;
	}
	buf_reset(&it->text);
	buf_add(&it->text, url);
	q.url = buf_cstr(&it->text);
	if (fetch_add(r->fetch, &q, &why) == 0)
		return 0;
	if (why.code == ERR_MEMORY)
		return err_set(e, why.code, "%s", why.text);
	snprintf(it->last_error, sizeof it->last_error, "%s", why.text);
	it->url++;
	return item_ask_issuer(r, it, e);
}

/* One certificate, PEM or DER, or a PKCS #7 bundle; what signed ours is taken. */
int item_take_issuer(struct refresh *r, struct refresh_item *it, const struct fetch_answer *a,
		     struct err *e)
{
	struct err why = a->err;

	if (why.code == ERR_NONE && a->status != 200)
		err_set(&why, ERR_NETWORK, "%s: HTTP status %d", a->url, a->status);
	else if (why.code == ERR_NONE)
		(void)!cert_list_add_bytes(&it->more, buf_span(&a->body), a->url, &why);
	if (why.code == ERR_MEMORY) {
		*e = why;
		return -1;
	}
	item_find_issuer(r, it);
	if (it->issuer) {
		it->asking_issuer = false;
		it->url = 0;
		if (item_write_issuer(it, &it->found, e) != 0 ||
		    (!r->o->out_stream && item_judge_present(r, it, e) != 0))
			return -1;
		return item_begin(r, it, e);
	}
	if (why.code == ERR_NONE)
		err_set(&why, ERR_PARSE, "%s: what is there did not issue the certificate", a->url);
	snprintf(it->last_error, sizeof it->last_error, "%s", why.text);
	refresh_note(r, "%s: %s", it->source, why.text);
	it->url++;
	return item_ask(r, it, 0, e);
}
