#include "crypto/pkcs11.h"

#include "crypto/key_internal.h"
#include "crypto/library.h"
#include "ground/file.h"

#include <gnutls/pkcs11.h>

#include <stdlib.h>
#include <strings.h>

/* More than any PIN's file has. */
#define PIN_FILE_MAX 4096

void pkcs11_asker_free(struct pkcs11_asker *a)
{
	if (!a)
		return;
	free(a->source);
	free(a);
}

/* The first line of the file that the URL names. */
static int read_source(const char *path, char *pin, size_t size)
{
	struct buf b;
	size_t n;
	int rc = -1;

	buf_init(&b);
	if (buf_reserve(&b, PIN_FILE_MAX + 1) && file_read(path, PIN_FILE_MAX, &b, NULL) == 0) {
		for (n = 0; n < b.n && b.p[n] != '\n' && b.p[n] != '\r' && b.p[n] != 0;)
			n++;
		if (n > 0 && n < size) {
			memcpy(pin, b.p, n);
			pin[n] = '\0';
			rc = 0;
		}
	}
	buf_wipe_secret(&b);
	return rc;
}

int pkcs11_on_pin(void *userdata, int attempt, const char *token_url, const char *token_label,
		  unsigned flags, char *pin, size_t pin_max)
{
	struct pkcs11_asker *a = userdata;

	(void)token_url;
	if (attempt > 0 || (flags & GNUTLS_PIN_WRONG)) {
		a->wrong = true;
		return -1;
	}
	if (a->source ? read_source(a->source, pin, pin_max) != 0 :
			!a->ask || a->ask(a->context, token_label, pin, pin_max) != 0) {
		a->missing = true;
		return -1;
	}
	return 0;
}

bool pkcs11_is_url(const char *text)
{
	return strncasecmp(text, "pkcs11:", 7) == 0;
}

int pkcs11_check_url(const char *url, struct err *e)
{
	if (strcasestr(url, "pin-value="))
		return err_set(e, ERR_USAGE, "pkcs11 URL: pin-value= shows the PIN to every user of this "
					     "machine; put it into a file");
	return 0;
}

static int open_error(const struct pkcs11_asker *a, int rc, const char *url, struct err *e)
{
	if (a->wrong)
		return err_set(e, ERR_SECRET, "%s: the token refused the PIN", url);
	if (a->missing && a->source)
		return err_set(e, ERR_SECRET, "%s: no PIN can be read from %s", url, a->source);
	if (a->missing)
		return err_set(e, ERR_SECRET, "%s: the token wants a PIN and none was given", url);
	if (rc == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE ||
	    rc == GNUTLS_E_PKCS11_REQUESTED_OBJECT_NOT_AVAILBLE)
		return err_set(e, ERR_NOT_FOUND, "%s: no such private key on any token", url);
	if (rc == GNUTLS_E_PARSING_ERROR)
		return err_set(e, ERR_USAGE, "%s: not a PKCS#11 URL (RFC 7512)", url);
	return err_set(e, ERR_CRYPTO, "%s: %s", url, crypto_error_text(rc));
}

/* "%2F" and its like (RFC 3986, 2.1), in place. */
static void percent_decode(char *s)
{
	char *out = s, two[3] = "";
	unsigned long c;
	char *end;

	for (; *s; *out++ = (char)c) {
		c = (unsigned char)*s++;
		if (c != '%' || !s[0] || !s[1])
			continue;
		memcpy(two, s, 2);
		c = strtoul(two, &end, 16);
		if (*end)
			c = '%';
		else
			s += 2;
	}
	*out = '\0';
}

char *pkcs11_take_pin_source(const char *url, char **source)
{
	char *out = strdup(url), *at = out ? strcasestr(out, "pin-source=") : NULL, *end;

	if (!at)
		return out;
	end = at + strcspn(at, "&");
	at += strlen("pin-source=");
	if (strncasecmp(at, "file:", 5) == 0)
		at += 5;
	*source = strndup(at, (size_t)(end - at));
	if (!*source) {
		free(out);
		return NULL;
	}
	percent_decode(*source);
	at = strcasestr(out, "pin-source=");
	memmove(at, *end ? end + 1 : end, strlen(*end ? end + 1 : end) + 1);
	if (*at == '\0') /* what stood in front of it is left over */
		at[-1] = '\0';
	return out;
}

static int open_key(struct key *k, const char *url, struct err *e)
{
	struct pkcs11_asker *a = k->asker;
	char *plain = pkcs11_take_pin_source(url, &a->source);
	int rc = plain ? gnutls_privkey_init(&k->handle) : GNUTLS_E_MEMORY_ERROR;

	if (rc == 0) {
		gnutls_privkey_set_pin_function(k->handle, pkcs11_on_pin, a);
		rc = gnutls_privkey_import_url(k->handle, plain, 0);
	}
	free(plain);
	return rc < 0 ? open_error(a, rc, url, e) : key_complete(k, url, e);
}

int pkcs11_key(struct key **out, const char *url, pkcs11_pin *ask, void *context, struct err *e)
{
	struct key *k = calloc(1, sizeof *k);
	struct pkcs11_asker *a = calloc(1, sizeof *a);

	if (!k || !a) {
		free(k);
		free(a);
		return err_set(e, ERR_MEMORY, "private key: out of memory");
	}
	*a = (struct pkcs11_asker){.ask = ask, .context = context};
	k->asker = a;
	if (pkcs11_check_url(url, e) != 0) {
		key_free(k);
		return -1;
	}
	if (open_key(k, url, e) != 0) {
		key_free(k);
		return -1;
	}
	*out = k;
	return 0;
}
