#include "task/deliver.h"

#include "ground/child.h"
#include "ground/file.h"
#include "ground/limits.h"
#include "ground/pem.h"
#include "net/local.h"

#include <stdlib.h>

int deliver_hook(const char *command, const char *const *changed, size_t n, struct err *e)
{
	const char *env[2] = {NULL, NULL};
	const char **args = calloc(n + 1, sizeof *args);
	struct child_options o = {.command = command, .args = args, .env = env};
	int rc = -1, status = 0;
	struct buf list;

	buf_init(&list);
	buf_add_str(&list, "STAPLE_CHANGED=");
	for (size_t i = 0; i < n && args; i++) {
		args[i] = changed[i];
		buf_printf(&list, "%s%s", i > 0 ? "\n" : "", changed[i]);
	}
	env[0] = buf_cstr(&list);
	if (!args || list.failed)
		err_set(e, ERR_MEMORY, "hook: out of memory");
	else if (child_run(&o, DELIVER_HOOK_MS, &status, e) != 0)
		err_prefix(e, "hook '%s'", command);
	else if (status != 0)
		err_set(e, ERR_IO, "hook '%s': ended with status %d", command, status);
	else
		rc = 0;
	buf_wipe(&list);
	free(args);
	return rc;
}

int deliver_haproxy(const char *socket, const char *staple, int64_t timeout_ms, struct err *e)
{
	struct buf file, der;
	struct pem_block block;
	struct span window;
	int rc;

	buf_init(&file);
	buf_init(&der);
	rc = file_read(staple, LIMIT_SMALL_FILE, &file, e);
	window = buf_span(&file);
	if (rc == 0 && pem_present(window)) {
		if (pem_next(&window, true, &block) != PEM_BLOCK ||
		    pem_base64_decode(block.body, &der) != 0)
			rc = err_set(e, ERR_PARSE, "%s: no PEM block", staple);
	} else if (rc == 0) {
		buf_add(&der, window);
	}
	if (rc == 0)
		rc = local_haproxy_staple(socket, buf_span(&der), timeout_ms, e);
	if (rc != 0)
		err_prefix(e, "%s", staple);
	buf_wipe(&der);
	buf_wipe(&file);
	return rc;
}
