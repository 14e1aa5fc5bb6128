#include "tests/unit/unit.h"

#include "task/layout.h"
#include "task/refresh_item.h"

/* thisUpdate 1000, nextUpdate 2000, and a certificate that lasts longer. */
static struct staple_result good(void)
{
	return (struct staple_result){.state = STAPLE_GOOD, .decoded = true, .matched = true,
				      .this_update = 1000, .next_update = 2000, .dark_at = 2000};
}

static void a_staple_is_due_at_a_share_of_its_life(void **state)
{
	struct staple_result s = good();

	(void)state;
	assert_int_equal(refresh_due(&s, (struct duration){0, 50}), 1500);
	assert_int_equal(refresh_due(&s, (struct duration){0, 0}), 1000);
	assert_int_equal(refresh_due(&s, (struct duration){0, 100}), 2000);
	s.dark_at = 1600; /* the delegate's certificate ends first */
	assert_int_equal(refresh_due(&s, (struct duration){0, 50}), 1300);
}

static void or_so_long_after_this_update(void **state)
{
	struct staple_result s = good();

	(void)state;
	assert_int_equal(refresh_due(&s, (struct duration){100, -1}), 1100);
	assert_int_equal(refresh_due(&s, (struct duration){5000, -1}), 2000); /* not after it is over */
}

static void what_is_not_good_or_has_no_end_is_due_at_once(void **state)
{
	struct staple_result s = good();

	(void)state;
	s.next_update = WHEN_NONE; /* RFC 6960, 4.2.2.1: newer information is there at any time */
	assert_true(refresh_due(&s, (struct duration){0, 50}) == WHEN_NONE);
	s = good();
	s.state = STAPLE_REFUSED;
	assert_true(refresh_due(&s, (struct duration){0, 50}) == WHEN_NONE);
	s.state = STAPLE_UNCHECKED;
	assert_true(refresh_due(&s, (struct duration){0, 50}) == WHEN_NONE);
}

static void path_is(const char *layout, const char *cert, const char *folder, const char *wanted)
{
	struct buf b;

	buf_init(&b);
	layout_staple(layout_get(layout), cert, folder, &b);
	assert_string_equal(buf_cstr(&b), wanted);
	buf_wipe(&b);
}

static void each_server_has_its_names(void **state)
{
	struct buf b;

	(void)state;
	path_is("plain", "a.pem", NULL, "a.pem.ocsp");
	path_is("nginx", "/etc/tls/a.pem", NULL, "/etc/tls/a.pem.ocsp");
	path_is("haproxy", "/etc/tls/a.pem", "/var/s", "/var/s/a.pem.ocsp");
	path_is("haproxy", "tls/a.pem", "s/", "s/a.pem.ocsp");
	path_is("kubernetes", "secret/tls.crt", NULL, "secret/tls.ocsp-staple");
	path_is("kubernetes", "tls.crt", NULL, "tls.ocsp-staple");
	assert_null(layout_get("iis"));
	assert_true(layout_get("haproxy")->issuer);
	assert_false(layout_get("nginx")->issuer);
	buf_init(&b);
	layout_issuer("tls/a.pem", NULL, &b);
	assert_string_equal(buf_cstr(&b), "tls/a.pem.issuer");
	buf_wipe(&b);
}

/* Only a good staple is called good, and a missing one is never anything else. */
static void what_a_file_holds_has_one_word(void **state)
{
	struct staple_result s = good();

	(void)state;
	assert_string_equal(report_fetch_status(true, &s, 1500), "good");
	assert_string_equal(report_fetch_status(false, &s, 1500), "missing");
	s.state = STAPLE_REFUSED;
	assert_string_equal(report_fetch_status(true, &s, 1500), "refused");
	assert_string_equal(report_fetch_status(true, &s, 2001), "expired");
	assert_string_equal(report_fetch_status(true, &s, 999), "future");
	s.status = OCSP_REVOKED;
	assert_string_equal(report_fetch_status(true, &s, 1500), "revoked");
	s.status = OCSP_UNKNOWN;
	assert_string_equal(report_fetch_status(true, &s, 1500), "unknown");
	s.matched = false;
	assert_string_equal(report_fetch_status(true, &s, 1500), "other-certificate");
	s.response_status = OCSP_TRY_LATER;
	assert_string_equal(report_fetch_status(true, &s, 1500), "unsuccessful");
	s.decoded = false;
	assert_string_equal(report_fetch_status(true, &s, 1500), "malformed");
	s.state = STAPLE_UNCHECKED;
	assert_string_equal(report_fetch_status(true, &s, 1500), "unchecked");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_staple_is_due_at_a_share_of_its_life),
		cmocka_unit_test(or_so_long_after_this_update),
		cmocka_unit_test(what_is_not_good_or_has_no_end_is_due_at_once),
		cmocka_unit_test(each_server_has_its_names),
		cmocka_unit_test(what_a_file_holds_has_one_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
