#include "tools/csr.h"

#include "crypto/pkcs11.h"
#include "ground/file.h"
#include "judge/ask.h"
#include "task/order.h"
#include "tools/secret.h"

#include <stdio.h>
#include <unistd.h>

const char *csr_key_password(struct csr_run *w)
{
	return w->password.n > 0 ? buf_cstr(&w->password) : NULL;
}

int csr_key_need_password(struct csr_run *w, const char *prompt, bool twice, struct err *e)
{
	if (csr_options.password_file)
		return secret_read(csr_options.password_file, &w->password, e);
	if (secret_ask(prompt, twice, &w->password, e) != 0)
		return err_prefix(e, "%s (--password-file gives it without a terminal)", csr_options.key ?
				  csr_options.key : csr_options.out_key);
	return 0;
}

static int on_pin(void *context, const char *token, char *pin, size_t size)
{
	struct csr_run *w = context;
	char prompt[128];
	struct buf secret;
	struct err e;
	int rc;

	buf_init(&secret);
	snprintf(prompt, sizeof prompt, "PIN of token \"%.64s\"", token);
	rc = csr_options.pin_file ? secret_read(csr_options.pin_file, &secret, &e) :
			      secret_ask(prompt, false, &secret, &e);
	if (rc == 0 && secret.n >= size)
		rc = err_set(&e, ERR_SECRET, "PIN: longer than %zu octets", size - 1);
	if (rc == 0)
		memcpy(pin, buf_cstr(&secret), secret.n + 1);
	else
		tool_fail(w->run, &e);
	buf_wipe_secret(&secret);
	return rc;
}

static int load_key(struct csr_run *w, struct err *e)
{
	const char *path = csr_options.key;
	struct buf file;
	int rc;

	if (pkcs11_is_url(path))
		return pkcs11_key(&w->key, path, on_pin, w, e);
	buf_init(&file);
	if (strcmp(path, "-") == 0)
		rc = file_read_fd(STDIN_FILENO, "standard input", LIMIT_SMALL_FILE, &file, e);
	else
		rc = file_read(path, LIMIT_SMALL_FILE, &file, e);
	if (rc == 0 && key_is_encrypted(buf_span(&file)))
		rc = csr_key_need_password(w, "password of the key", false, e);
	if (rc == 0)
		rc = key_load(&w->key, buf_span(&file), path, csr_key_password(w), e);
	buf_wipe_secret(&file);
	return rc;
}

const struct key_algorithm *csr_key_algorithm(struct csr_run *w)
{
	const char *name = csr_options.new_key ? csr_options.new_key : "ecdsa-p256";
	const struct key_algorithm *a = key_algorithm_get(name);
	struct buf known;

	if (a) {
		struct spki key = {.kind = a->kind, .size = a->size};

		return ask_key(&key, name, &w->run->policy, &w->findings) ? a : NULL;
	}
	buf_init(&known);
	for (a = key_algorithms; a->name; a++)
		buf_printf(&known, " %s", a->name);
	findings_add(&w->findings, "request.bad-value", name, "--new-key %s: must be one of:%s", name,
		     buf_cstr(&known));
	buf_wipe(&known);
	return NULL;
}

/* An algorithm that the policy refuses is refused before minutes go into a key of it. */
static int make_key(struct csr_run *w, struct err *e)
{
	const struct key_algorithm *a = csr_key_algorithm(w);

	if (!a)
		return 0;
	if (order_key_place(csr_options.out_key, csr_options.force, e) != 0)
		return -1;
	if ((csr_options.encrypt_key || csr_options.password_file) &&
	    csr_key_need_password(w, "new password for the key", true, e) != 0)
		return -1;
	return key_generate(&w->key, a, e);
}

int csr_key_get(struct csr_run *w)
{
	struct err e;

	if ((csr_options.key ? load_key(w, &e) : make_key(w, &e)) != 0) {
		tool_fail(w->run, &e);
		return STATUS_UNCHECKED;
	}
	if (w->key && csr_options.key)
		ask_key(key_spki(w->key), csr_options.key, &w->run->policy, &w->findings);
	return STATUS_HOLDS;
}
