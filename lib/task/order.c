#include "task/order.h"

#include "ground/file.h"
#include "ground/pem.h"

#include <sys/stat.h>
#include <unistd.h>

int order_key_place(const char *path, bool force, struct err *e)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return 0;
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_EXISTS, "%s: a private key is not written to %s", path,
			       file_kind(st.st_mode));
	if (!force)
		return err_set(e, ERR_EXISTS, "%s: exists already, and a private key is not replaced "
					      "without --force", path);
	return 0;
}

/* The request as it goes out. */
static int make_request(const struct order *o, struct buf *out, struct err *e)
{
	struct buf der;
	int rc = -1;

	buf_init(&der);
	if (request_build(o->request, o->key, &der, e) == 0 &&
	    request_check(o->request, o->key, buf_span(&der), !o->trust_signature, e) == 0) {
		if (o->der)
			buf_add(out, buf_span(&der));
		else
			pem_encode(out, "CERTIFICATE REQUEST", buf_span(&der));
		rc = buf_check(out, "request", e);
	}
	buf_wipe(&der);
	return rc;
}

static int write_request(const struct order *o, struct span bytes, struct err *e)
{
	if (!o->path)
		return file_write_fd(STDOUT_FILENO, "standard output", bytes, e);
	return file_replace(o->path, 0644, FILE_KEEP_MODE, bytes, e);
}

/* The key is written whole before the request, and gets its name before the request does: a
 * request without its key would be worthless, a key without its request is not. */
static int write_both(const struct order *o, struct span request, struct span key, struct err *e)
{
	struct file_replace r;
	int rc;

	if (file_replace_open(&r, o->key_path, 0600, o->force ? 0 : FILE_NEW_ONLY, e) != 0)
		return -1;
	rc = file_replace_write(&r, key, e);
	if (rc == 0 && !o->path)
		rc = write_request(o, request, e);
	if (file_replace_finish(&r, rc == 0, rc == 0 ? e : NULL) != 0)
		rc = -1;
	if (rc != 0 || !o->path)
		return rc;
	rc = write_request(o, request, e);
	if (rc != 0 && !o->force)
		unlink(o->key_path); /* made a moment ago, and used by nobody yet */
	return rc;
}

int order_run(const struct order *o, struct err *e)
{
	struct buf request, key;
	int rc = -1;

	buf_init(&request);
	buf_init(&key);
	if (make_request(o, &request, e) != 0)
		goto out;
	if (!o->key_path) {
		rc = write_request(o, buf_span(&request), e);
		goto out;
	}
	if (order_key_place(o->key_path, o->force, e) != 0 ||
	    key_save(o->key, o->password, &key, e) != 0)
		goto out;
	rc = write_both(o, buf_span(&request), buf_span(&key), e);
out:
	buf_wipe_secret(&key);
	buf_wipe(&request);
	return rc;
}
