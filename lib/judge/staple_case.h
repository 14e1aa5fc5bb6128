/*
 * staple_case: one judgement of one response under way, for the files of judge/staple*.c only;
 * others use judge/staple.h.
 */
#ifndef STAPLE_JUDGE_STAPLE_CASE_H
#define STAPLE_JUDGE_STAPLE_CASE_H

#include "crypto/signature.h"
#include "judge/staple.h"

struct staple_case {
	const struct staple_input *in;
	struct staple_result *out;
	struct findings *f;
	struct err *e;
	struct ocsp_response r;
	bool authentic;            /* the signature checks under a signer that may sign */
	bool by_delegate;
	struct cert delegate;      /* with by_delegate; spans into the response or in->extra */
};

#define ADD(c, id, ...) findings_add((c)->f, id, (c)->in->subject, __VA_ARGS__)

/* staple_signer.c: who signed, and may they?  -1 only when it could not be tried. */
MUST_USE int staple_signer(struct staple_case *c);

/* staple_single.c: fills what the result holds of a SingleResponse, the worst that is about the
 * certificate.  -1 only when the library failed. */
MUST_USE int staple_singles(struct staple_case *c);

/* staple_time.c: the times of one SingleResponse for the certificate, and producedAt. */
void staple_times(struct staple_case *c, const struct ocsp_single *s);
void staple_produced(struct staple_case *c);

/* staple_id.c: is this SingleResponse about the certificate?  -1 only when the library failed. */
enum staple_fit {
	STAPLE_FITS,
	STAPLE_OTHER_SERIAL,
	STAPLE_OTHER_NAME,     /* this serial, but another issuer name */
	STAPLE_OTHER_KEY,      /* this serial, but another issuer key */
	STAPLE_UNKNOWN_HASH    /* this serial, hashed with an algorithm that is not known */
};
MUST_USE int staple_fit(const struct staple_case *c, const struct ocsp_single *s,
			enum staple_fit *out);

#endif
