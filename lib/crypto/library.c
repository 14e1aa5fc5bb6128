#include "crypto/library.h"

#include "ground/buf.h"

#include <gnutls/gnutls.h>

#include <stdlib.h>

/* Without this the library starts before main(), with the environment as it is.  Only a
 * program that calls crypto_start() links it. */
extern int _gnutls_global_init_skip(void);
GNUTLS_SKIP_GLOBAL_INIT

extern char **environ;

static char neutralised[512];

/* The library keeps a pointer to this value, so the bytes must stay.  An empty file takes the
 * place of /etc/gnutls/config: nothing is overridden, nothing is missing. */
static char no_system_file[] = "GNUTLS_SYSTEM_PRIORITY_FILE=/dev/null";

static bool is_steering(const char *entry)
{
	if (!strchr(entry, '=')) /* no variable: getenv does not see it, unsetenv leaves it */
		return false;
	return strncmp(entry, "GNUTLS_", 7) == 0 || strncmp(entry, "SSLKEYLOGFILE=", 14) == 0;
}

static void remember(const char *name)
{
	size_t used = strlen(neutralised), n = strlen(name);

	if (used + n + 2 > sizeof neutralised)
		return;
	if (used > 0)
		neutralised[used++] = ' ';
	memcpy(neutralised + used, name, n + 1);
}

/* Takes them out one by one: unsetenv moves what is behind. */
static int drop_variables(struct err *e)
{
	char name[128];
	size_t n;

	for (char **p = environ; p && *p;) {
		if (!is_steering(*p)) {
			p++;
			continue;
		}
		n = strcspn(*p, "=");
		if (n >= sizeof name)
			return err_set(e, ERR_LIMIT, "environment: a variable's name is longer than %zu",
				       sizeof name - 1);
		memcpy(name, *p, n);
		name[n] = '\0';
		if (unsetenv(name) != 0)
			return err_set(e, ERR_INTERNAL, "environment: %s cannot be dropped", name);
		remember(name);
	}
	return 0;
}

int crypto_start(struct err *e)
{
	static bool started;
	int rc;

	if (started)
		return 0;
	if (drop_variables(e) != 0)
		return -1;
	if (putenv(no_system_file) != 0)
		return err_set(e, ERR_MEMORY, "environment: out of memory");
	rc = gnutls_global_init();
	unsetenv("GNUTLS_SYSTEM_PRIORITY_FILE"); /* not for the commands that we start */
	if (rc < 0)
		return err_set(e, ERR_CRYPTO, "GnuTLS cannot be started: %s", crypto_error_text(rc));
	started = true;
	return 0;
}

const char *crypto_neutralised(void)
{
	return neutralised;
}

const char *crypto_error_text(int code)
{
	return gnutls_strerror(code);
}
