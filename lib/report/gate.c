#include "report/gate.h"

#include <stdlib.h>

static void path_free(struct gate_path *p)
{
	free(p->reason);
	free((void *)(uintptr_t)p->upper);
	findings_wipe(&p->findings);
}

static void chains_free(struct gate_chain *c)
{
	while (c) {
		struct gate_chain *next = c->next;

		buf_wipe(&c->bytes);
		findings_wipe(&c->findings);
		cert_list_wipe(&c->certs);
		free(c);
		c = next;
	}
}

static void staples_free(struct gate_staple *s)
{
	while (s) {
		struct gate_staple *next = s->next;

		buf_wipe(&s->bytes);
		findings_wipe(&s->findings);
		free(s);
		s = next;
	}
}

/* The address as the result keeps it: one string for all its paths. */
static const char *address_of(struct gate_result *r, const char *text, struct err *e)
{
	const char *added;

	for (size_t i = 0; i < r->address_count; i++)
		if (strcmp(r->addresses[i], text) == 0)
			return r->addresses[i];
	added = array_add_copy(&r->addresses, &r->address_count, &r->address_cap, text);
	if (!added)
		err_set(e, ERR_MEMORY, "gate: out of memory");
	return added;
}

struct gate_path *gate_result_add(struct gate_result *r, const struct path *met, const char *sni,
				  const struct policy *policy, int64_t now, struct err *e)
{
	struct gate_path *v = array_grow(r->paths, r->path_count, &r->path_cap, sizeof *v), *p;

	if (!v) {
		err_set(e, ERR_MEMORY, "gate: out of memory");
		return NULL;
	}
	r->paths = v;
	p = &v[r->path_count];
	*p = (struct gate_path){.sni = sni, .tls = met->tls, .key = met->key, .round = met->round,
				.outcome = met->outcome, .elapsed_ms = met->elapsed_ms};
	findings_init(&p->findings, policy, now);
	p->address = address_of(r, met->address, e);
	if (!p->address || (met->reason[0] && !(p->reason = strdup(met->reason))))
		return NULL;
	r->path_count++;
	return p;
}

void gate_result_wipe(struct gate_result *r)
{
	for (size_t i = 0; i < r->path_count; i++)
		path_free(&r->paths[i]);
	free(r->paths);
	for (size_t i = 0; i < r->not_served_count; i++)
		free(r->not_served[i].reason);
	free(r->not_served);
	findings_wipe(&r->findings);
	chains_free(r->chains);
	staples_free(r->staples);
	for (size_t i = 0; i < r->address_count; i++)
		free(r->addresses[i]);
	free(r->addresses);
	free(r->server);
	*r = (struct gate_result){0};
}

const char *gate_cell_text(enum gate_cell c)
{
	switch (c) {
	case GATE_OPEN:
		return "open";
	case GATE_OPTIONAL:
		return "optional";
	case GATE_BROKEN:
		return "broken";
	case GATE_BINDING:
		return "binding";
	case GATE_UNKNOWN:
		break;
	}
	return NULL;
}

const char *gate_key_text(enum key_kind k)
{
	const char *word = gate_key_word(k);

	return word[0] == 'e' ? (word[1] == 'c' ? "ECDSA" : "EdDSA") : word[0] == 'r' ? "RSA" : "any";
}

const char *gate_key_word(enum key_kind k)
{
	switch (k) {
	case KEY_RSA:
	case KEY_RSA_PSS:
		return "rsa";
	case KEY_EC:
		return "ecdsa";
	case KEY_ED25519:
	case KEY_ED448:
		return "eddsa";
	default:
		return "any";
	}
}

void gate_path_text(struct buf *out, const struct gate_path *p)
{
	buf_printf(out, "%s TLS %s %s", p->address, path_tls_text(p->tls), gate_key_text(p->key));
	if (p->sni[0])
		buf_printf(out, " sni %s", p->sni);
	buf_printf(out, " round %u", p->round);
}
