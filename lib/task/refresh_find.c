/* The certificate files of a folder. */
#include "task/refresh_item.h"

#include "ground/file.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int refresh_add_file(struct refresh *r, const char *path, bool from_folder, struct err *e)
{
	struct refresh_item **items = array_grow(r->items, r->n, &r->cap, sizeof *items), *it;

	if (!items)
		return err_set(e, ERR_MEMORY, "%s: out of memory", path);
	r->items = items;
	it = calloc(1, sizeof *it);
	if (!it || !(it->source = strdup(path))) {
		free(it);
		return err_set(e, ERR_MEMORY, "%s: out of memory", path);
	}
	it->from_folder = from_folder;
	it->due = WHEN_NONE;
	it->outcome = FETCH_IMPOSSIBLE;
	it->now = (struct staple_result){
		.this_update = WHEN_NONE, .next_update = WHEN_NONE, .produced_at = WHEN_NONE,
		.revoked_at = WHEN_NONE, .dark_at = WHEN_NONE, .delegate_not_after = WHEN_NONE};
	buf_init(&it->staple_path);
	buf_init(&it->issuer_path);
	buf_init(&it->request);
	buf_init(&it->text);
	cert_list_init(&it->own);
	cert_list_init(&it->more);
	findings_init(&it->old, r->o->policy, r->o->now);
	findings_init(&it->found, r->o->policy, r->o->now);
	findings_init(&it->failure, r->o->policy, r->o->now);
	items[r->n++] = it;
	return 0;
}

/* What staple-fetch itself or a server keeps beside a certificate. */
static bool is_companion(const char *name)
{
	static const char *const ends[] = {".ocsp", ".issuer", ".key", ".csr", ".sctl", ".dh", "~"};

	return name[0] == '.' || strcmp(name, "tls.ocsp-staple") == 0 ||
	       file_name_ends(name, ends, sizeof ends / sizeof *ends);
}

static int add_entry(struct refresh *r, const char *folder, const char *name, struct err *e)
{
	struct stat st;
	struct buf path;
	int rc = 0, seen;

	buf_init(&path);
	buf_printf(&path, "%s%s%s", folder, folder[strlen(folder) - 1] == '/' ? "" : "/", name);
	seen = stat(buf_cstr(&path), &st);
	if (seen == 0 && S_ISDIR(st.st_mode)) {
		buf_add_str(&path, "/fullchain.pem"); /* as certbot and dehydrated keep them */
		seen = stat(buf_cstr(&path), &st);
		if (seen != 0 && errno == ENOENT)
			goto out;
	}
	/* What cannot be looked at is told when it is read. */
	if (seen != 0 || S_ISREG(st.st_mode))
		rc = refresh_add_file(r, buf_cstr(&path), true, e);
	if (path.failed)
		rc = err_set(e, ERR_MEMORY, "%s: out of memory", folder);
out:
	buf_wipe(&path);
	return rc;
}

int refresh_find(struct refresh *r, const char *folder, struct err *e)
{
	struct dirent **names = NULL;
	int n = scandir(folder, &names, NULL, alphasort), rc = 0;

	if (n < 0)
		return err_set_errno(e, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, errno, "%s", folder);
	for (int i = 0; i < n; i++) {
		if (rc == 0 && !is_companion(names[i]->d_name))
			rc = add_entry(r, folder, names[i]->d_name, e);
		free(names[i]);
	}
	free(names);
	return rc;
}
