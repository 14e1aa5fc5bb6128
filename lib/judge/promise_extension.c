/* The TLS Feature extension itself, and where it stands. */
#include "judge/promise.h"

static void check_values(const struct promise_input *in, struct findings *f)
{
	const struct feature_facts *x = &in->cert->x.feature;

	if (x->empty)
		findings_add(f, "feature.empty", in->subject, "the list of features is empty");
	if (x->negative)
		findings_add(f, "feature.negative", in->subject, "the list has a negative value");
	if (x->above_65535)
		findings_add(f, "feature.above-65535", in->subject,
			     "the list has a value above 65535, which no TLS extension has");
	if (x->repeated)
		findings_add(f, "feature.repeated-value", in->subject, "the list has a value twice");
	if (x->status_request_v2 && !x->status_request)
		findings_add(f, "feature.v2-only", in->subject,
			     "the list has status_request_v2 (17), but not status_request (5)");
	if (x->other || (x->status_request_v2 && x->status_request))
		findings_add(f, "feature.other-values", in->subject,
			     "the list has %zu values, not only status_request (5)", x->values);
}

/* Roles in which the promise binds others, means nothing, or cannot be kept. */
static void check_role(const struct promise_input *in, struct findings *f)
{
	const struct extension_facts *x = &in->cert->x;

	if (x->ca)
		findings_add(f, "feature.in-ca", in->subject,
			     "a CA certificate lists TLS features; everything below it must too");
	if (x->has_eku && (x->eku & EKU_OCSP_SIGNING))
		findings_add(f, "feature.in-ocsp-signer", in->subject,
			     "an OCSP signer's certificate lists TLS features");
	else if (!x->ca && x->has_eku && !(x->eku & (EKU_SERVER_AUTH | EKU_ANY)))
		findings_add(f, "feature.no-server-auth", in->subject,
			     "the extended key usage has no serverAuth");
	if (!x->ca && x->has_eku && (x->eku & EKU_CLIENT_AUTH))
		findings_add(f, "feature.client-auth", in->subject,
			     "the extended key usage has clientAuth");
}

void promise_extension(const struct promise_input *in, struct findings *f)
{
	const struct feature_facts *x = &in->cert->x.feature;

	if (x->extensions == 0)
		return;
	if (x->malformed)
		findings_add(f, "feature.malformed", in->subject,
			     "the TLS Feature extension is not a DER SEQUENCE OF INTEGER: %s",
			     x->why ? x->why : "unreadable");
	if (x->extensions > 1)
		findings_add(f, "feature.duplicate", in->subject,
			     "the TLS Feature extension occurs %u times", x->extensions);
	if (x->critical)
		findings_add(f, "feature.critical", in->subject,
			     "the TLS Feature extension is marked critical");
	check_values(in, f);
	check_role(in, f);
}
