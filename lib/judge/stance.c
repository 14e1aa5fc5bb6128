#include "judge/stance.h"

#include "facts/extension.h"
#include "ground/limits.h"

bool stance_judge(const struct policy *p, const char *name, enum must_staple m,
		  const char *subject, struct findings *f)
{
	enum policy_stance s = name ? policy_stance(p, name) : p->must_staple;
	const char *of = name ? " for " : "";

	if (s == POLICY_REQUIRED && m != MUST_STAPLE_YES)
		findings_add(f, "policy.required", subject, "the policy requires Must-Staple%s%s", of,
			     name ? name : "");
	else if (s == POLICY_FORBIDDEN && m != MUST_STAPLE_NO)
		findings_add(f, "policy.forbidden", subject, "the policy forbids Must-Staple%s%s", of,
			     name ? name : "");
	else
		return false;
	return true;
}

void stance_judge_names(const struct policy *p, struct span san, enum must_staple m,
			const char *subject, struct findings *f)
{
	char name[LIMIT_DNS_NAME + 1];
	struct general_name n;
	bool inside = false, any = false;

	while (span_present(san) && extension_name_next(&san, &inside, &n)) {
		if (n.kind != NAME_DNS || n.value.n > LIMIT_DNS_NAME)
			continue;
		any = true;
		memcpy(name, n.value.p, n.value.n);
		name[n.value.n] = '\0';
		if (stance_judge(p, name, m, subject, f))
			return;
	}
	if (!any)
		stance_judge(p, NULL, m, subject, f);
}
