#include "tests/unit/unit.h"

#include "crypto/chain.h"

/* PKCS#7 that says SignedData and then ends, at each depth. */
static void broken_signed_data_is_refused(void **state)
{
	static const uint8_t der[] = {0x30, 0x11, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d,
				      0x01, 0x07, 0x02, 0xa0, 0x04, 0x30, 0x02, 0x02, 0x00};
	static const uint8_t bare[] = {0x30, 0x0b, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86,
				       0xf7, 0x0d, 0x01, 0x07, 0x02};
	struct cert_list l;
	struct err e;

	(void)state;
	cert_list_init(&l);
	e.text[0] = '\0';
	assert_int_equal(cert_list_add_bytes(&l, span_of(bare, sizeof bare), "F", &e), -1);
	assert_non_null(strstr(e.text, "PKCS#7 SignedData that cannot be read"));
	assert_int_equal(cert_list_add_bytes(&l, span_of(der, sizeof der), "F", &e), -1);
	assert_non_null(strstr(e.text, "PKCS#7 SignedData that cannot be read"));
	assert_int_equal(l.n, 0);
	cert_list_wipe(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(broken_signed_data_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
