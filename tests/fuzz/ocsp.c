/* OCSP responses; and where GnuTLS reads the same bytes, it must say the same. */
#include "tests/fuzz/support/facts.h"

#include "facts/ocsp.h"

#include <gnutls/ocsp.h>

static void same_single(const struct ocsp_single *s, gnutls_ocsp_resp_t t, unsigned i)
{
	gnutls_datum_t serial;
	unsigned status, reason;
	time_t this_update, next_update, revoked;

	if (gnutls_ocsp_resp_get_single(t, i, NULL, NULL, NULL, &serial, &status, &this_update,
					&next_update, &revoked, &reason) != 0)
		return;
	FUZZ_CHECK(s->serial.n == serial.size && memcmp(s->serial.p, serial.data, serial.size) == 0);
	FUZZ_CHECK((int)s->status == (int)status);
	/* GnuTLS cannot tell times before 1970. */
	if (this_update != (time_t)-1 && s->this_update >= 0)
		FUZZ_CHECK(s->this_update == this_update);
	if (next_update != (time_t)-1 && s->next_update >= 0)
		FUZZ_CHECK(s->next_update == next_update);
	if (s->status == OCSP_REVOKED && revoked != (time_t)-1 && s->revoked_at >= 0)
		FUZZ_CHECK(s->revoked_at == revoked);
	if (s->status == OCSP_REVOKED)
		FUZZ_CHECK((unsigned)(s->reason < 0 ? GNUTLS_X509_CRLREASON_UNSPECIFIED : s->reason) == reason);
	gnutls_free(serial.data);
}

static bool has_single(gnutls_ocsp_resp_t t, unsigned i)
{
	gnutls_datum_t serial = {NULL, 0};
	bool has = gnutls_ocsp_resp_get_single(t, i, NULL, NULL, NULL, &serial, NULL, NULL, NULL, NULL, NULL) == 0;

	gnutls_free(serial.data);
	return has;
}

static void compare(const struct ocsp_response *r)
{
	gnutls_datum_t der = {(unsigned char *)r->der.p, (unsigned)r->der.n};
	struct span cursor = r->responses;
	struct ocsp_single s;
	gnutls_ocsp_resp_t t;

	FUZZ_CHECK(gnutls_ocsp_resp_init(&t) == 0);
	if (gnutls_ocsp_resp_import(t, &der) == 0) {
		if (gnutls_ocsp_resp_get_status(t) >= 0 && r->status < 128)
			FUZZ_CHECK(gnutls_ocsp_resp_get_status(t) == r->status);
		for (unsigned i = 0; r->basic && !r->time_odd && ocsp_single_next(&cursor, &s); i++)
			same_single(&s, t, i);
		FUZZ_CHECK(!r->basic || !has_single(t, (unsigned)r->count));
	}
	gnutls_ocsp_resp_deinit(t);
}

static void describe(struct span all, const struct ocsp_response *r, struct buf *b)
{
	struct span cursor = r->responses, der;
	struct ocsp_single s;
	size_t count = 0;

	fuzz_inside(all, r->tbs);
	fuzz_inside(all, r->signature);
	fuzz_inside(all, r->nonce);
	if (r->responder_name.p)
		fuzz_name(all, r->responder_name, b);
	while (r->basic && ocsp_single_next(&cursor, &s)) {
		fuzz_inside(all, s.cert_id);
		fuzz_inside(all, s.serial);
		FUZZ_CHECK(s.status >= OCSP_GOOD && s.status <= OCSP_UNKNOWN);
		FUZZ_CHECK((s.status == OCSP_REVOKED) == (s.revoked_at != WHEN_NONE));
		FUZZ_CHECK(s.this_update != WHEN_NONE);
		FUZZ_CHECK(ocsp_cert_status_text(s.status) && ocsp_reason_text(s.reason));
		count++;
	}
	FUZZ_CHECK(count == r->count);
	cursor = r->certs;
	while (r->certs.p && ocsp_cert_next(&cursor, &der))
		fuzz_inside(all, der);
	FUZZ_CHECK(ocsp_response_status_text(r->status) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span all = span_of(data, size);
	struct ocsp_response r;
	struct err e;
	struct buf b;

	if (ocsp_decode(all, &r, &e) == 0) {
		buf_init(&b);
		describe(all, &r, &b);
		buf_wipe(&b);
		compare(&r);
	} else {
		FUZZ_CHECK(e.code == ERR_PARSE || e.code == ERR_LIMIT);
		FUZZ_CHECK(e.text[0] != '\0');
	}
	return 0;
}
