#include "crypto/pkcs11.h"

#include "crypto/key_internal.h"
#include "crypto/library.h"

#include <gnutls/pkcs11.h>

#include <stdlib.h>
#include <strings.h>

/* Owned by the key: the library may ask again when it signs. */
struct asker {
	pkcs11_pin *ask;
	void *context;
	bool missing; /* no PIN was to be had */
	bool wrong;   /* the token refused it */
};

static int on_pin(void *userdata, int attempt, const char *token_url, const char *token_label,
		  unsigned flags, char *pin, size_t pin_max)
{
	struct asker *a = userdata;

	(void)token_url;
	if (attempt > 0 || (flags & GNUTLS_PIN_WRONG)) {
		a->wrong = true;
		return -1;
	}
	if (!a->ask || a->ask(a->context, token_label, pin, pin_max) != 0) {
		a->missing = true;
		return -1;
	}
	return 0;
}

bool pkcs11_is_url(const char *text)
{
	return strncasecmp(text, "pkcs11:", 7) == 0;
}

static int open_error(const struct asker *a, int rc, const char *url, struct err *e)
{
	if (a->wrong)
		return err_set(e, ERR_SECRET, "%s: the token refused the PIN", url);
	if (a->missing)
		return err_set(e, ERR_SECRET, "%s: the token wants a PIN and none was given", url);
	if (rc == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE ||
	    rc == GNUTLS_E_PKCS11_REQUESTED_OBJECT_NOT_AVAILBLE)
		return err_set(e, ERR_NOT_FOUND, "%s: no such private key on any token", url);
	if (rc == GNUTLS_E_PARSING_ERROR)
		return err_set(e, ERR_USAGE, "%s: not a PKCS#11 URL (RFC 7512)", url);
	return err_set(e, ERR_CRYPTO, "%s: %s", url, crypto_error_text(rc));
}

/* RFC 7512, 2.4 writes pin-source=file:/path; the library wants pin-source=/path.  Owned. */
static char *plain_pin_source(const char *url)
{
	const char *at = strcasestr(url, "pin-source=file:");
	size_t head = at ? (size_t)(at - url) + strlen("pin-source=") : 0;
	char *out = strdup(url);

	if (out && at)
		memmove(out + head, out + head + 5, strlen(out + head + 5) + 1);
	return out;
}

static int open_key(struct key *k, const char *url, struct err *e)
{
	struct asker *a = k->owned;
	char *plain = plain_pin_source(url);
	int rc = plain ? gnutls_privkey_init(&k->handle) : GNUTLS_E_MEMORY_ERROR;

	if (rc == 0) {
		gnutls_privkey_set_pin_function(k->handle, on_pin, a);
		rc = gnutls_privkey_import_url(k->handle, plain, 0);
	}
	free(plain);
	return rc < 0 ? open_error(a, rc, url, e) : key_complete(k, url, e);
}

int pkcs11_key(struct key **out, const char *url, pkcs11_pin *ask, void *context, struct err *e)
{
	struct key *k = calloc(1, sizeof *k);
	struct asker *a = calloc(1, sizeof *a);

	if (!k || !a) {
		free(k);
		free(a);
		return err_set(e, ERR_MEMORY, "private key: out of memory");
	}
	*a = (struct asker){ask, context, false, false};
	k->owned = a;
	if (strcasestr(url, "pin-value=")) {
		key_free(k);
		return err_set(e, ERR_USAGE, "pkcs11 URL: pin-value= shows the PIN to every user of this "
					     "machine; put it into a file");
	}
	if (open_key(k, url, e) != 0) {
		key_free(k);
		return -1;
	}
	*out = k;
	return 0;
}
