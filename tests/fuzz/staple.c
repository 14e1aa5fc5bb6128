/*
 * The judge.  The input is up to three DER objects one behind the other: a response, a
 * certificate and its issuer.  Whatever they are, the judge must come to a verdict; and what it
 * calls good must be so in GnuTLS's eyes as far as those see: signed by the issuer or by a
 * certificate in it that the issuer signed, about this serial number, good and in time.
 */
#include "tests/fuzz/fuzz.h"

#include "crypto/library.h"
#include "ground/der.h"
#include "judge/staple.h"

#include <gnutls/ocsp.h>
#include <gnutls/x509.h>

#define NOW 1790000000 /* within the corpus's responses */

static gnutls_x509_crt_t import(struct span der)
{
	gnutls_datum_t d = {(unsigned char *)der.p, (unsigned)der.n};
	gnutls_x509_crt_t c;

	FUZZ_CHECK(gnutls_x509_crt_init(&c) == 0);
	if (gnutls_x509_crt_import(c, &d, GNUTLS_X509_FMT_DER) == 0)
		return c;
	gnutls_x509_crt_deinit(c);
	return NULL;
}

static bool signed_by(gnutls_ocsp_resp_t r, gnutls_x509_crt_t signer)
{
	unsigned why = 1;

	return signer && gnutls_ocsp_resp_verify_direct(r, signer, &why, 0) == 0 &&
	       (why & GNUTLS_OCSP_VERIFY_SIGNATURE_FAILURE) == 0;
}

/* The certificates are taken one by one: GnuTLS hands out none when it cannot read one of them. */
static bool signed_by_delegate(gnutls_ocsp_resp_t r, gnutls_x509_crt_t issuer, struct span response)
{
	struct ocsp_response facts;
	struct span der;
	bool found = false;
	struct err e;

	FUZZ_CHECK(ocsp_decode(response, &facts, &e) == 0);
	for (struct span cursor = facts.certs; !found && ocsp_cert_next(&cursor, &der);) {
		gnutls_x509_crt_t c = import(der);
		unsigned why;

		if (!c)
			continue;
		found = signed_by(r, c) &&
			gnutls_x509_crt_verify(c, &issuer, 1,
					       GNUTLS_VERIFY_DISABLE_TIME_CHECKS |
						       GNUTLS_VERIFY_DISABLE_CA_SIGN,
					       &why) == 0 &&
			(why & GNUTLS_CERT_SIGNATURE_FAILURE) == 0;
		gnutls_x509_crt_deinit(c);
	}
	return found;
}

/* Does it say of this serial number that it is good? */
static bool says_good(gnutls_ocsp_resp_t r, struct span serial)
{
	gnutls_datum_t theirs;
	unsigned status;
	bool says = false;

	for (unsigned i = 0; !says && gnutls_ocsp_resp_get_single(r, i, NULL, NULL, NULL, &theirs, &status, NULL, NULL,
								  NULL, NULL) == 0; i++) {
		says = status == GNUTLS_OCSP_CERT_GOOD && span_equal(span_of(theirs.data, theirs.size), serial);
		gnutls_free(theirs.data);
	}
	return says;
}

static void good_is_good(const struct staple_input *in, const struct staple_result *out)
{
	gnutls_datum_t d = {(unsigned char *)in->response.p, (unsigned)in->response.n};
	gnutls_x509_crt_t issuer = import(in->issuer->der);
	gnutls_ocsp_resp_t r;

	FUZZ_CHECK(out->decoded && out->matched && out->status == OCSP_GOOD);
	FUZZ_CHECK(out->this_update <= in->now + 300);
	FUZZ_CHECK(out->next_update == WHEN_NONE || out->next_update >= in->now - 300);
	FUZZ_CHECK(gnutls_ocsp_resp_init(&r) == 0);
	if (issuer && gnutls_ocsp_resp_import(r, &d) == 0)
		FUZZ_CHECK((signed_by(r, issuer) || signed_by_delegate(r, issuer, in->response)) &&
			   says_good(r, in->cert->serial));
	gnutls_ocsp_resp_deinit(r);
	if (issuer)
		gnutls_x509_crt_deinit(issuer);
}

static void judge(struct staple_input *in)
{
	struct staple_result out;
	struct findings f;
	struct err e;

	findings_init(&f, in->policy, in->now);
	FUZZ_CHECK(staple_judge(in, &out, &f, &e) == 0);
	FUZZ_CHECK(findings_check(&f, &e) == 0);
	switch (findings_verdict(&f, 0)) {
	case VERDICT_PASS:
		FUZZ_CHECK(out.state == STAPLE_GOOD);
		break;
	case VERDICT_FAIL:
		FUZZ_CHECK(out.state == STAPLE_REFUSED);
		break;
	default:
		FUZZ_CHECK(out.state == STAPLE_UNCHECKED);
	}
	if (out.state == STAPLE_GOOD)
		good_is_good(in, &out);
	findings_wipe(&f);
}

/* The next object, or what is left. */
static struct span take(struct span *in)
{
	struct span whole = *in;
	size_t n = in->n;

	if (der_measure(*in, &n) != 0 || n > in->n)
		n = in->n;
	whole.n = n;
	*in = span_from(*in, n);
	return whole;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct policy policy;
	static bool ready;
	struct span in = span_of(data, size);
	struct staple_input input = {.now = NOW, .policy = &policy, .subject = "fuzz"};
	struct cert cert, issuer;
	struct err e;

	if (!ready) {
		FUZZ_CHECK(crypto_start(&e) == 0);
		FUZZ_CHECK(policy_init(&policy, &e) == 0);
		ready = true;
	}
	input.response = take(&in);
	if (cert_decode(take(&in), &cert, &e) != 0)
		return 0;
	input.cert = &cert;
	if (cert_decode(take(&in), &issuer, &e) == 0)
		input.issuer = &issuer;
	judge(&input);
	return 0;
}
