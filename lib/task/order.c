#include "task/order.h"

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

/* Adds a file under way; what cannot be written is not kept. */
static int add_file(struct order_files *f, const char *path, mode_t mode, unsigned flags,
		    struct span bytes, struct err *e)
{
	struct file_replace *r = &f->v[f->n];

	if (file_replace_open(r, path, mode, flags, e) != 0)
		return -1;
	f->n++;
	return file_replace_write(r, bytes, e);
}

/* The key comes first: a request without its key would be worthless, a key without its request is
 * not.  Standard output has no temporary file: it is written when all else is ready. */
static int write_files(const struct order *o, struct span request, struct span key,
		       struct order_files *f, struct err *e)
{
	if (o->key_path &&
	    add_file(f, o->key_path, 0600, o->force ? 0 : FILE_NEW_ONLY, key, e) != 0)
		return -1;
	if (!o->path)
		return file_write_fd(STDOUT_FILENO, "standard output", request, e);
	return add_file(f, o->path, 0644, FILE_KEEP_MODE, request, e);
}

void order_discard(struct order_files *f)
{
	int rc = file_replace_finish_all(f->v, f->n, false, NULL);

	(void)rc; /* nothing is committed, so nothing can fail */
	f->n = 0;
}

int order_prepare(const struct order *o, struct order_files *out, struct err *e)
{
	struct buf request, key;
	int rc = -1;

	out->n = 0;
	buf_init(&request);
	buf_init(&key);
	if (make_request(o, &request, e) != 0)
		goto out;
	if (o->key_path && (order_key_place(o->key_path, o->force, e) != 0 ||
			    key_save(o->key, o->password, &key, e) != 0))
		goto out;
	rc = write_files(o, buf_span(&request), buf_span(&key), out, e);
out:
	buf_wipe_secret(&key);
	buf_wipe(&request);
	if (rc != 0)
		order_discard(out);
	return rc;
}

int order_run(const struct order *o, struct err *e)
{
	struct order_files f;

	if (order_prepare(o, &f, e) != 0)
		return -1;
	return file_replace_finish_all(f.v, f.n, true, e);
}
