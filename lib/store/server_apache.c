/* Apache httpd: a directive a line.  What a <VirtualHost> does not say, the server says, wherever that
 * stands: so hosts are kept, and looked at when all of them are known. */
#include "store/server_part.h"

#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>

/* Macros in macros, and how often they are used in all. */
#define MACRO_DEPTH_MAX 8
#define MACRO_USES_MAX 4096

enum said { UNSAID, OFF, ON };

struct host {
	enum said stapling, engine, fake, errors;
	bool responder;
	const char *chain;
};

struct cert {
	size_t host;
	const char *path, *file;
	size_t line;
};

struct define {
	const char *name, *value;
};

struct apache {
	struct server_list *l;
	struct host *v;          /* the first: the server itself */
	size_t n, cap, here;
	struct cert *certs;
	size_t cert_count, cert_cap;
	struct define *defines;
	size_t define_count, define_cap;
	struct server_macros macros;
	unsigned uses;           /* of macros, one in the other */
	bool md;                 /* MDStapling: mod_md does it */
	unsigned off;            /* sections around that do not count, and those in them */
	const char *base;        /* relative paths are seen from its folder */
};

static void read_text(struct server_list *l, const char *path, struct span text, void *context);

static bool begin_host(struct apache *x)
{
	struct host *v = server_grow(x->l, x->v, x->n, &x->cap, sizeof *v);

	if (!v)
		return false;
	x->v = v;
	v[x->n] = (struct host){UNSAID, UNSAID, UNSAID, UNSAID, false, NULL};
	x->here = x->n++;
	return true;
}

static const char *defined(const struct apache *x, struct span name)
{
	for (size_t i = x->define_count; i > 0; i--)
		if (span_equal(span_str(x->defines[i - 1].name), name))
			return x->defines[i - 1].value;
	return NULL;
}

static void define(struct apache *x, const char *name, const char *value)
{
	struct define *v;

	if (x->define_count == NAMES_MAX) {
		server_note(x->l, x->base, 0, false, "more than %d names: not all are followed", NAMES_MAX);
		return;
	}
	v = server_grow(x->l, x->defines, x->define_count, &x->define_cap, sizeof *v);
	if (!v)
		return;
	x->defines = v;
	v[x->define_count++] = (struct define){server_text(x->l, span_str(name)),
					       server_text(x->l, span_str(value))};
}

/* With each ${NAME} that Define gave a value. */
static const char *expand(struct apache *x, const char *text)
{
	struct buf b;
	const char *out;

	if (!strstr(text, "${"))
		return server_text(x->l, span_str(text));
	buf_init(&b);
	while (*text) {
		const char *end = strncmp(text, "${", 2) == 0 ? strchr(text, '}') : NULL;
		const char *value = end ? defined(x, span_of(text + 2, (size_t)(end - text) - 2)) : NULL;

		if (value)
			buf_add_str(&b, value);
		else
			buf_add_byte(&b, (uint8_t)*text);
		text = value ? end + 1 : text + 1;
	}
	out = server_text(x->l, buf_span(&b));
	x->l->failed |= b.failed;
	buf_wipe(&b);
	return out;
}

static void add_cert(struct apache *x, const char *path, size_t line, const char *value)
{
	struct cert *v;

	if (strstr(value, "${") || strncmp(value, "pkcs11:", 7) == 0) {
		server_note(x->l, path, line, true, "SSLCertificateFile %s: not followed", value);
		return;
	}
	v = server_grow(x->l, x->certs, x->cert_count, &x->cert_cap, sizeof *v);
	if (!v)
		return;
	x->certs = v;
	v[x->cert_count++] = (struct cert){x->here, value, path, line};
}

/* <IfModule !NAME> is taken as no: what it asks for is there, as far as a file can tell. */
static bool holds(struct apache *x, const char *section, const char *value)
{
	bool no = value[0] == '!';
	struct span name = span_str(value + no);

	if (name.n > 0 && name.p[name.n - 1] == '>')
		name.n--;
	if (strcasecmp(section, "<IfDefine") == 0)
		return (defined(x, name) != NULL) != no;
	return strncasecmp(section, "<IfModule", 9) != 0 || !no;
}

static void section(struct apache *x, const struct words *w)
{
	const char *name = w->text[0];
	bool counts = strncasecmp(name, "<If", 3) == 0;

	if (strncasecmp(name, "</If", 4) == 0) {
		x->off -= x->off > 0;
	} else if (counts && (x->off > 0 || !holds(x, name, w->n > 1 ? w->text[1] : ""))) {
		x->off++;
	} else if (x->off == 0 && strcasecmp(name, "<VirtualHost") == 0) {
		(void)!begin_host(x);
	} else if (x->off == 0 && strcasecmp(name, "</VirtualHost>") == 0) {
		x->here = 0;
	}
}

static enum said on_off(const char *value)
{
	return strcasecmp(value, "on") == 0 ? ON : OFF;
}

static void directive(struct apache *x, const char *path, size_t line, const struct words *w)
{
	struct host *h = &x->v[x->here];
	const char *name = w->text[0], *value = w->n > 1 ? expand(x, w->text[1]) : "";
	struct server_include at = {path, line, x->base, strcasecmp(name, "Include") == 0, true};
	struct stat st;

	if (strcasecmp(name, "SSLUseStapling") == 0) {
		h->stapling = on_off(value);
	} else if (strcasecmp(name, "SSLEngine") == 0) {
		h->engine = strcasecmp(value, "optional") == 0 ? ON : on_off(value);
	} else if (strcasecmp(name, "SSLStaplingFakeTryLater") == 0) {
		h->fake = on_off(value);
	} else if (strcasecmp(name, "SSLStaplingReturnResponderErrors") == 0) {
		h->errors = on_off(value);
	} else if (strcasecmp(name, "SSLStaplingForceURL") == 0) {
		h->responder = true;
	} else if (strcasecmp(name, "SSLCertificateChainFile") == 0) {
		h->chain = value;
	} else if (strcasecmp(name, "MDStapling") == 0) {
		x->md = on_off(value) == ON;
	} else if (strcasecmp(name, "Define") == 0) {
		define(x, value, w->n > 2 ? w->text[2] : "");
	} else if (strcasecmp(name, "ServerRoot") == 0 && stat(value, &st) == 0 && S_ISDIR(st.st_mode)) {
		struct buf b; /* a folder, where a file of it is wanted */

		buf_init(&b);
		buf_printf(&b, "%s/", value);
		x->base = server_text(x->l, buf_span(&b));
		buf_wipe(&b);
	} else if (at.must || strcasecmp(name, "IncludeOptional") == 0) {
		if (strstr(value, "${"))
			server_note(x->l, path, line, true, "%s %s: not followed", name, value);
		else
			server_include(x->l, &at, value, read_text, x);
	} else if (strcasecmp(name, "SSLCertificateFile") == 0) {
		add_cert(x, path, line, value);
	}
}

/* The lines of a macro, whose head was read; they count where it is used. */
static void keep_macro(struct apache *x, const char *path, const struct words *head, struct span *text,
		       size_t *line)
{
	struct span begin = *text, before = *text;
	struct words w = {.n = 0};
	bool inside = true;

	while (inside && server_line(text, line, &w)) {
		inside = w.n == 0 || strcasecmp(w.text[0], "</Macro>") != 0;
		if (inside)
			before = *text;
	}
	begin.n = (size_t)(before.p - begin.p);
	server_macro_add(x->l, &x->macros, head, path, span_str(server_text(x->l, begin)));
	buf_wipe(&w.bytes);
}

static void read_lines(struct apache *x, const char *path, struct span text, size_t line);

static void use_macro(struct apache *x, const char *path, const struct words *w)
{
	const struct server_macro *m = w->n > 1 ? server_macro_get(&x->macros, w->text[1]) : NULL;
	struct buf b;

	if (!m) {
		server_note(x->l, path, w->line, true, "Use %s: no such macro is known", w->n > 1 ? w->text[1] : "");
		return;
	}
	buf_init(&b);
	server_macro_expand(m, w, &b);
	if (b.failed) {
		x->l->failed = true;
	} else if (x->uses == MACRO_DEPTH_MAX || x->l->includes++ >= MACRO_USES_MAX) {
		server_note(x->l, path, w->line, false, "Use %s: nested too deep, or too often: not followed", w->text[1]);
	} else {
		x->uses++;
		read_lines(x, m->file, buf_span(&b), m->line);
		x->uses--;
	}
	buf_wipe(&b);
}

static void read_lines(struct apache *x, const char *path, struct span text, size_t line)
{
	struct words w = {.n = 0};

	while (!x->l->failed && server_line(&text, &line, &w)) {
		if (w.n == 0)
			continue;
		if (x->off == 0 && strcasecmp(w.text[0], "<Macro") == 0)
			keep_macro(x, path, &w, &text, &line);
		else if (w.text[0][0] == '<')
			section(x, &w);
		else if (x->off == 0 && strcasecmp(w.text[0], "Use") == 0)
			use_macro(x, path, &w);
		else if (x->off == 0)
			directive(x, path, w.line, &w);
	}
	buf_wipe(&w.bytes);
}

static void read_text(struct server_list *l, const char *path, struct span text, void *context)
{
	(void)l;
	read_lines(context, path, text, 0);
}

static enum said said(enum said here, enum said above, enum said otherwise)
{
	return here != UNSAID ? here : above != UNSAID ? above : otherwise;
}

static void add_service(struct apache *x, const struct cert *c)
{
	const struct host *h = &x->v[c->host], *top = &x->v[0];
	bool on = said(h->stapling, top->stapling, OFF) == ON || x->md;
	struct server_service s = {.server = "apache", .stapling = on ? SERVER_ON : SERVER_OFF, .file = c->file,
				   .line = c->line, .cert = c->path, .resolver = true,
				   .responder = h->responder || top->responder || x->md,
				   .trusted = h->chain ? h->chain : top->chain};

	if (said(h->engine, top->engine, ON) == OFF)
		return;
	s.forges = on && !x->md && said(h->fake, top->fake, ON) == ON && said(h->errors, top->errors, ON) == ON;
	server_add(x->l, &s, x->base);
}

void server_apache_read(struct server_list *l, const char *path, struct span text)
{
	struct apache x = {.l = l, .base = path};

	if (begin_host(&x))
		read_text(l, path, text, &x);
	for (size_t i = 0; i < x.cert_count && !l->failed; i++)
		add_service(&x, &x.certs[i]);
	free(x.v);
	free(x.certs);
	free(x.defines);
	free(x.macros.v);
}
