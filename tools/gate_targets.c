/* Lists of targets: the command line's and a file's, a line each with options of its own. */
#include "tools/gate_targets.h"

#include "facts/mistaken.h"
#include "ground/file.h"
#include "ground/pem.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* `scope` is taken over. */
static int add(struct gate_targets *l, const char *text, struct gate_scope *scope, struct err *e)
{
	struct gate_target *v = array_grow(l->v, l->n, &l->cap, sizeof *v);

	if (!v)
		return err_set(e, ERR_MEMORY, "out of memory");
	l->v = v;
	if (gate_target_parse(text, scope->starttls ? scope->starttls : l->starttls, &v[l->n], e) != 0)
		return -1;
	v[l->n].scope = *scope;
	*scope = (struct gate_scope){0};
	l->n++;
	return 0;
}

/* A folder may well bear a host's name; a path, or a file with a certificate's ending, is no host. */
static bool is_file(const char *text)
{
	return (strchr(text, '/') || mistaken_file(text)) && !strstr(text, "://") &&
	       access(text, F_OK) == 0;
}

int gate_targets_add(struct gate_targets *l, const char *text, struct err *e)
{
	struct gate_scope none = {0};

	if (is_file(text))
		return err_set(e, ERR_USAGE, "target '%s': a file, not a server: a certificate to be deployed "
			       "goes with --cert, a list of targets with --targets; staple-verify judges a "
			       "certificate alone", text);
	return add(l, text, &none, e);
}

/* The word behind a name: an option of one line. */
static int line_option(struct gate_scope *s, const char *name, const char *value, struct err *e)
{
	char *end;
	long n;

	if (strcmp(name, "--sni") == 0)
		return gate_scope_add_sni(s, value, e);
	if (strcmp(name, "--connect") == 0)
		return gate_scope_add_connect(s, value, e);
	if (strcmp(name, "--tls") == 0)
		return gate_scope_tls(s, value, e);
	if (strcmp(name, "--key-kind") == 0)
		return gate_scope_keys(s, value, e);
	if (strcmp(name, "--starttls") == 0) {
		free(s->starttls);
		s->starttls = strdup(value);
		return s->starttls ? 0 : err_set(e, ERR_MEMORY, "out of memory");
	}
	if (strcmp(name, "--rounds") != 0)
		return err_set(e, ERR_USAGE, "'%s' is none of --sni, --connect, --tls, --key-kind, --rounds, "
			       "--starttls", name);
	n = strtol(value, &end, 10);
	if (*end || n < 1 || n > LIMIT_ROUNDS)
		return err_set(e, ERR_USAGE, "--rounds '%s': must be from 1 to %d", value, LIMIT_ROUNDS);
	s->rounds = (unsigned)n;
	return 0;
}

static int read_line(struct gate_targets *l, char *line, struct err *e)
{
	static const char blank[] = " \t\r";
	struct gate_scope scope = {0};
	char *save = NULL, *target, *name, *value;
	int rc = 0;

	line[strcspn(line, "#")] = '\0';
	target = strtok_r(line, blank, &save);
	if (!target)
		return 0;
	while (rc == 0 && (name = strtok_r(NULL, blank, &save))) {
		value = strtok_r(NULL, blank, &save);
		rc = value ? line_option(&scope, name, value, e)
			   : err_set(e, ERR_USAGE, "'%s' wants a value", name);
	}
	if (rc == 0)
		rc = add(l, target, &scope, e);
	gate_scope_wipe(&scope);
	return rc;
}

int gate_targets_read(struct gate_targets *l, const char *path, struct err *e)
{
	const char *name = strcmp(path, "-") == 0 ? "standard input" : path;
	char *line, *end;
	unsigned number = 0;
	struct buf b;
	int rc;

	buf_init(&b);
	rc = name == path ? file_read(name, LIMIT_SMALL_FILE, &b, e)
				   : file_read_fd(0, name, LIMIT_SMALL_FILE, &b, e);
	if (rc == 0 && memchr(buf_span(&b).p, 0, b.n))
		rc = err_set(e, ERR_PARSE, "%s: a list of targets in text is expected, but it has NUL bytes",
			     name);
	if (rc == 0 && pem_present(buf_span(&b)))
		rc = err_set(e, ERR_USAGE, "%s: no list of targets, but %s: HOST[:PORT] is expected, a line "
			     "each", name, mistaken_text(buf_span(&b)));
	buf_add_byte(&b, '\0');
	if (rc == 0)
		rc = buf_check(&b, name, e);
	for (line = (char *)b.p; rc == 0 && line; line = end) {
		number++;
		end = strchr(line, '\n');
		if (end)
			*end++ = '\0';
		rc = read_line(l, line, e);
		if (rc != 0)
			err_prefix(e, "%s: line %u", name, number);
	}
	buf_wipe(&b);
	return rc;
}

void gate_targets_wipe(struct gate_targets *l)
{
	for (size_t i = 0; i < l->n; i++)
		gate_target_wipe(&l->v[i]);
	free(l->v);
	*l = (struct gate_targets){0};
}
