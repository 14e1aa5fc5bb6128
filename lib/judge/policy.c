#include "judge/policy.h"

#include "facts/dn.h"
#include "ground/text.h"

#include <stdlib.h>

int policy_init(struct policy *p, struct err *e)
{
	*p = (struct policy){
		.skew = 300,
		.staple_min_left = {.percent = 25},
		.staple_min_left_severity = SEVERITY_WARNING,
		.ocsp_sha1 = SEVERITY_ERROR,
		.ocsp_rsa_min = 2048,
		.key_rsa_min = 2048,
		.key_ec_min = 256,
		.cert_sha1 = SEVERITY_ERROR,
		.must_staple = POLICY_ALLOWED,
		.rounds = 3,
		.tls = 3,
		.every_address = true,
		.clients = POLICY_FIREFOX | POLICY_GNUTLS,
	};
	p->severity = malloc(finding_rule_count * sizeof *p->severity);
	if (!p->severity)
		return err_set(e, ERR_MEMORY, "out of memory for the policy");
	memset(p->severity, -1, finding_rule_count * sizeof *p->severity);
	return 0;
}

static void strings_free(char **v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(v[i]);
	free(v);
}

static void waiver_wipe(struct policy_waiver *w)
{
	free(w->finding);
	free(w->subject);
	free((char *)(uintptr_t)w->w.reason);
	free((char *)(uintptr_t)w->w.by);
}

static void ca_wipe(struct policy_ca *c)
{
	free(c->id);
	free(c->name);
	free(c->source);
	free(c->remedy);
	strings_free(c->issuer_match, c->issuer_match_count);
	strings_free(c->key_ids, c->key_id_count);
}

void policy_wipe(struct policy *p)
{
	for (size_t i = 0; i < p->name_count; i++)
		free(p->names[i].pattern);
	for (size_t i = 0; i < p->responder_count; i++) {
		free(p->responders[i].pattern);
		free(p->responders[i].url);
	}
	for (size_t i = 0; i < p->waiver_count; i++)
		waiver_wipe(&p->waivers[i]);
	for (size_t i = 0; i < p->ca_count; i++)
		ca_wipe(&p->cas[i]);
	if (p->origins)
		p->origins_free(p->origins);
	free(p->names);
	free(p->responders);
	free(p->waivers);
	free(p->cas);
	free(p->severity);
	*p = (struct policy){0};
}

enum severity policy_severity(const struct policy *p, const struct finding_rule *r)
{
	int8_t s;

	if (!p || !p->severity || r->unchecked)
		return r->severity;
	s = p->severity[r - finding_rules];
	return s < 0 ? r->severity : (enum severity)s;
}

const struct policy_waiver *policy_waiver(const struct policy *p, const char *id,
					  const char *subject, int64_t now,
					  const struct policy_waiver **ended)
{
	for (size_t i = 0; i < p->waiver_count; i++) {
		struct policy_waiver *w = &p->waivers[i];

		if (strcmp(w->finding, id) != 0 || !text_glob(w->subject, span_str(subject)))
			continue;
		/* judges run in several threads, and all write the same value */
		__atomic_store_n(&w->used, true, __ATOMIC_RELAXED);
		if (now <= w->until)
			return w;
		*ended = w;
	}
	return NULL;
}

enum policy_stance policy_stance(const struct policy *p, const char *name)
{
	for (size_t i = p->name_count; i-- > 0;)
		if (text_glob(p->names[i].pattern, span_str(name)))
			return p->names[i].stance;
	return p->must_staple;
}

const char *policy_responder(const struct policy *p, const char *url)
{
	for (size_t i = p->responder_count; i-- > 0;)
		if (text_glob(p->responders[i].pattern, span_str(url)))
			return p->responders[i].url;
	return NULL;
}

static bool key_id_matches(const struct policy_ca *ca, struct span id)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < ca->key_id_count; i++) {
		const char *hex = ca->key_ids[i];
		size_t n = 0;

		if (strlen(hex) != 2 * id.n)
			continue;
		while (n < id.n && hex[2 * n] == digits[id.p[n] >> 4] &&
		       hex[2 * n + 1] == digits[id.p[n] & 15])
			n++;
		if (n == id.n && n > 0)
			return true;
	}
	return false;
}

/* The value of one attribute of the issuer, kept from one record to the next, as most ask
 * for the same. */
struct attribute {
	char type[16];
	bool found;
	struct buf value;
};

static bool issuer_matches(const struct policy_ca *ca, struct span issuer, struct attribute *a)
{
	for (size_t i = 0; i < ca->issuer_match_count; i++) {
		const char *want = ca->issuer_match[i];
		size_t n = strcspn(want, "=");

		if (want[n] != '=' || n == 0 || n >= sizeof a->type)
			continue;
		if (strlen(a->type) != n || memcmp(a->type, want, n) != 0) {
			memcpy(a->type, want, n);
			a->type[n] = '\0';
			buf_reset(&a->value);
			a->found = dn_attribute(issuer, a->type, &a->value);
		}
		if (a->found && text_glob(want + n + 1, buf_span(&a->value)))
			return true;
	}
	return false;
}

const struct policy_ca *policy_ca_of(const struct policy *p, const struct cert *c)
{
	const struct policy_ca *found = NULL;
	struct attribute a = {.type = ""};

	if (span_present(c->x.aki))
		for (size_t i = 0; i < p->ca_count && !found; i++)
			if (key_id_matches(&p->cas[i], c->x.aki))
				found = &p->cas[i];
	buf_init(&a.value);
	for (size_t i = 0; i < p->ca_count && !found; i++)
		if (issuer_matches(&p->cas[i], c->issuer, &a))
			found = &p->cas[i];
	buf_wipe(&a.value);
	return found;
}

const struct policy_ca *policy_ca_get(const struct policy *p, const char *id)
{
	for (size_t i = 0; i < p->ca_count; i++)
		if (strcmp(p->cas[i].id, id) == 0)
			return &p->cas[i];
	return NULL;
}

bool policy_ca_old(const struct policy_ca *ca, int64_t now)
{
	return ca->checked != WHEN_NONE && now - ca->checked >= INT64_C(366) * 86400;
}
