#include "tests/unit/unit.h"

#include "crypto/library.h"

#include <gnutls/gnutls.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* Does a plain priority string offer TLS 1.2? */
static bool offers_tls12(void)
{
	const unsigned *list;
	gnutls_priority_t p;
	bool found = false;
	int n;

	assert_int_equal(gnutls_priority_init(&p, "NORMAL", NULL), 0);
	n = gnutls_priority_protocol_list(p, &list);
	for (int i = 0; i < n; i++)
		found = found || list[i] == GNUTLS_TLS1_2;
	gnutls_priority_deinit(p);
	return found;
}

/* A system priority file that takes TLS 1.2 away; its path goes into the environment. */
static void set_hostile_environment(char path[])
{
	static const char text[] = "[overrides]\ndisabled-version = tls1.2\n";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, sizeof text - 1), sizeof text - 1);
	close(fd);
	setenv("GNUTLS_SYSTEM_PRIORITY_FILE", path, 1);
	setenv("SSLKEYLOGFILE", "/nonexistent/keys", 1);
	setenv("GNUTLS_NO_IMPLICIT_INIT", "1", 1);
}

/* The file does work when the library is started without care: otherwise the next test
 * would prove nothing. */
static void the_file_does_harm_by_itself(void **state)
{
	char path[] = "/tmp/staple-unit-XXXXXX";
	int status;
	pid_t pid;

	(void)state;
	set_hostile_environment(path);
	unsetenv("GNUTLS_NO_IMPLICIT_INIT");
	pid = fork();
	if (pid == 0)
		_exit(gnutls_global_init() == 0 && !offers_tls12() ? 0 : 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	unlink(path);
	assert_int_equal(status, 0);
}

static void nobody_outside_steers_the_library(void **state)
{
	char path[] = "/tmp/staple-unit-XXXXXX";
	struct err e;

	(void)state;
	set_hostile_environment(path);
	setenv("GNUTLSX", "stays", 1);
	assert_int_equal(crypto_start(&e), 0);
	unlink(path);
	assert_true(offers_tls12());
	assert_null(getenv("GNUTLS_SYSTEM_PRIORITY_FILE"));
	assert_null(getenv("GNUTLS_NO_IMPLICIT_INIT"));
	assert_null(getenv("SSLKEYLOGFILE"));
	assert_string_equal(getenv("GNUTLSX"), "stays");
	assert_non_null(strstr(crypto_neutralised(), "GNUTLS_SYSTEM_PRIORITY_FILE"));
	assert_non_null(strstr(crypto_neutralised(), "SSLKEYLOGFILE"));
	assert_int_equal(crypto_start(&e), 0); /* a second time does nothing */
}

static void errors_have_a_text(void **state)
{
	(void)state;
	assert_string_equal(crypto_error_text(GNUTLS_E_MEMORY_ERROR), "Internal error in memory allocation.");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_file_does_harm_by_itself),
		cmocka_unit_test(nobody_outside_steers_the_library),
		cmocka_unit_test(errors_have_a_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
