#include "task/gate_evidence.h"

#include "ground/file.h"
#include "ground/pem.h"
#include "ground/text.h"

#include <stdio.h>

/* The target as the beginning of a file name: nothing that leads out of the folder. */
static void file_name(const char *target, char out[128])
{
	size_t n = 0;

	for (; *target && n < 127; target++) {
		bool fine = (*target >= 'a' && *target <= 'z') || (*target >= 'A' && *target <= 'Z') ||
			    (*target >= '0' && *target <= '9') || *target == '-' || *target == '_' ||
			    (*target == '.' && n > 0);

		out[n++] = fine ? *target : '_';
	}
	out[n] = '\0';
}

static int save(const char *folder, const char *name, size_t n, const char *end, struct span bytes,
		struct err *e)
{
	char path[4096];

	snprintf(path, sizeof path, "%s/%s-%zu.%s", folder, name, n, end);
	return file_replace(path, 0644, FILE_KEEP_MODE, bytes, e);
}

static int save_chain(const char *folder, const char *name, size_t n, const struct gate_chain *c,
		      struct err *e)
{
	struct buf pem;
	int rc;

	buf_init(&pem);
	for (size_t i = 0; i < c->certs.n; i++)
		pem_encode(&pem, "CERTIFICATE", c->certs.v[i].der);
	rc = buf_check(&pem, "chain", e);
	if (rc == 0)
		rc = save(folder, name, n, "chain.pem", buf_span(&pem), e);
	buf_wipe(&pem);
	return rc;
}

static size_t number_of_chain(const struct gate_result *r, const struct gate_chain *c)
{
	size_t n = 1;

	for (const struct gate_chain *x = r->chains; x && x != c; x = x->next)
		n++;
	return n;
}

static size_t number_of_staple(const struct gate_result *r, const struct gate_staple *s)
{
	size_t n = 1;

	for (const struct gate_staple *x = r->staples; x && x != s; x = x->next)
		n++;
	return n;
}

/* Which path had which chain and staple. */
static int save_index(const char *folder, const char *name, const struct gate_result *r,
		      struct err *e)
{
	char path[4096];
	struct buf b;
	int rc;

	buf_init(&b);
	buf_add_str(&b, "address\ttls\tkey\tsni\tround\toutcome\tverdict\tchain\tstaple\n");
	for (size_t i = 0; i < r->path_count; i++) {
		const struct gate_path *p = &r->paths[i];

		buf_printf(&b, "%s\t%s\t%s\t%s\t%u\t%s\t%s\t", p->address, path_tls_text(p->tls),
			   gate_key_word(p->key), p->sni[0] ? p->sni : "-", p->round,
			   path_outcome_text(p->outcome), verdict_text(p->verdict));
		if (p->chain)
			buf_printf(&b, "%s-%zu.chain.pem\t", name, number_of_chain(r, p->chain));
		else
			buf_add_str(&b, "-\t");
		if (p->staple)
			buf_printf(&b, "%s-%zu.ocsp\n", name, number_of_staple(r, p->staple));
		else
			buf_add_str(&b, "-\n");
	}
	snprintf(path, sizeof path, "%s/%s.tsv", folder, name);
	rc = buf_check(&b, "evidence", e);
	if (rc == 0)
		rc = file_replace(path, 0644, FILE_KEEP_MODE, buf_span(&b), e);
	buf_wipe(&b);
	return rc;
}

int gate_evidence_save(const char *folder, const struct gate_result *r, struct err *e)
{
	char name[128];
	size_t n = 0;

	file_name(r->target, name);
	for (const struct gate_chain *c = r->chains; c; c = c->next)
		if (save_chain(folder, name, ++n, c, e) != 0)
			return -1;
	n = 0;
	for (const struct gate_staple *s = r->staples; s; s = s->next)
		if (save(folder, name, ++n, "ocsp", buf_span(&s->bytes), e) != 0)
			return -1;
	return save_index(folder, name, r, e);
}
