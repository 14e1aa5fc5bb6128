/* What is there before anybody is asked: certificate, issuer, staple, and when it is due. */
#include "task/refresh_item.h"

#include "facts/mistaken.h"
#include "ground/file.h"
#include "ground/limits.h"
#include "ground/pem.h"
#include "judge/promise.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

void item_free(struct refresh_item *it)
{
	findings_wipe(&it->found);
	findings_wipe(&it->old);
	findings_wipe(&it->failure);
	cert_list_wipe(&it->own);
	cert_list_wipe(&it->more);
	buf_wipe(&it->staple_path);
	buf_wipe(&it->issuer_path);
	buf_wipe(&it->request);
	buf_wipe(&it->text);
	for (size_t i = 0; i < it->url_count; i++)
		free(it->urls[i]);
	free(it->asked);
	free(it->source);
	free(it);
}

bool item_good(const struct refresh_item *it)
{
	return it->present && it->now.state == STAPLE_GOOD;
}

static void unreadable(struct refresh_item *it, const struct err *why)
{
	findings_add(&it->found, "fetch.unreadable", it->source, "%s", why->text);
}

static int read_source(const char *path, struct buf *b, struct err *why)
{
	if (strcmp(path, "-") == 0)
		return file_read_fd(STDIN_FILENO, "standard input", LIMIT_SMALL_FILE, b, why);
	return file_read(path, LIMIT_SMALL_FILE, b, why);
}

/* The certificates of CERT.  A file of a folder that holds none is none of our business. */
static int read_certificates(struct refresh_item *it, struct err *e)
{
	static const char begin[] = "-----BEGIN CERTIFICATE-----";
	struct err why = {ERR_NONE, ""};
	struct buf b;
	int rc = 0;

	buf_init(&b);
	if (read_source(it->source, &b, &why) == 0 &&
	    cert_list_add_bytes(&it->own, buf_span(&b), it->source, &why) == 0 && it->own.n == 0)
		err_set(&why, ERR_PARSE, "%s: holds no certificate", it->source);
	if (why.code == ERR_MEMORY) {
		*e = why;
		rc = -1;
	} else if (why.code == ERR_NONE) {
		it->cert = &it->own.v[0];
		promise_order(&it->own, it->source, &it->found);
	} else if (it->from_folder && !strstr(buf_cstr(&b), begin) && why.code != ERR_IO) {
		it->dropped = true;
	} else {
		mistaken_server(it->source, it->source, &why);
		unreadable(it, &why);
	}
	buf_wipe(&b);
	return rc;
}

/* NAME/fullchain.pem of a folder is called NAME where the staples of many stand together. */
static void add_name(const struct refresh_options *o, const struct refresh_item *it, struct buf *out)
{
	static const char chain[] = "/fullchain.pem";
	size_t n = strlen(it->source), more = sizeof chain - 1;

	if (it->from_folder && o->out_dir && n > more && strcmp(it->source + n - more, chain) == 0)
		n -= more;
	buf_add_bytes(out, it->source, n);
}

static void name_files(const struct refresh *r, struct refresh_item *it)
{
	const struct refresh_options *o = r->o;
	struct buf name;
	struct stat st;

	buf_init(&name);
	add_name(o, it, &name);
	if (o->out)
		buf_add_str(&it->staple_path, o->out);
	else
		layout_staple(o->layout, buf_cstr(&name), o->out_dir, &it->staple_path);
	layout_issuer(buf_cstr(&name), o->out_dir, &it->issuer_path);
	buf_wipe(&name);
	/* both end in NUL from here on */
	it->staple_is_link = lstat(buf_cstr(&it->staple_path), &st) == 0 && S_ISLNK(st.st_mode);
	(void)buf_cstr(&it->issuer_path);
}

void item_find_issuer(const struct refresh *r, struct refresh_item *it)
{
	const struct cert_list *lists[] = {&it->own, r->o->given, &it->more};

	it->issuer = NULL;
	for (size_t i = 0; i < 3 && !it->issuer; i++)
		if (lists[i]->n > 0)
			it->issuer = chain_issuer(it->cert, lists[i], NULL);
}

/* CERT.issuer, as HAProxy has it, when the chain and --issuer do not do. */
static int read_issuer(const struct refresh *r, struct refresh_item *it, struct err *e)
{
	struct err why = {ERR_NONE, ""};

	item_find_issuer(r, it);
	if (it->issuer)
		return 0;
	if (cert_list_add_file(&it->more, buf_cstr(&it->issuer_path), &why) == 0)
		item_find_issuer(r, it);
	else if (why.code == ERR_MEMORY)
		return err_set(e, why.code, "%s", why.text);
	else if (why.code != ERR_NOT_FOUND)
		refresh_note(r, "%s", why.text);
	return 0;
}

/* The staple's DER, from DER or PEM. */
static int read_staple(struct refresh_item *it, struct buf *der, struct err *why)
{
	struct buf b;
	struct span window;
	struct pem_block block;
	int rc;

	buf_init(&b);
	rc = file_read(buf_cstr(&it->staple_path), LIMIT_SMALL_FILE, &b, why);
	window = buf_span(&b);
	if (rc == 0 && pem_present(window) && pem_next(&window, true, &block) == PEM_BLOCK &&
	    !block.damage) {
		if (pem_base64_decode(block.body, der) != 0)
			buf_reset(der); /* judged as an empty one */
	} else if (rc == 0) {
		buf_add(der, buf_span(&b));
	}
	buf_wipe(&b);
	return rc;
}

/* One that is not good counts as absent: what is wrong with it is only told. */
static void tell_unusable(struct refresh_item *it)
{
	const struct finding *why = it->old.n > 0 ? &it->old.v[0] : NULL;

	for (size_t i = 0; i < it->old.n; i++)
		if (it->old.v[i].severity > why->severity)
			why = &it->old.v[i];
	findings_add(&it->found, "fetch.unusable-file", it->source, "%s is not good for it: %s",
		     buf_cstr(&it->staple_path), why ? why->message : "refused");
	findings_wipe(&it->old);
}

int item_judge_present(struct refresh *r, struct refresh_item *it, struct err *e)
{
	struct err why = {ERR_NONE, ""};
	struct buf der;
	int rc = 0;

	buf_init(&der);
	findings_wipe(&it->old);
	if (read_staple(it, &der, &why) == 0) {
		struct staple_input in = {.response = buf_span(&der), .cert = it->cert,
			.issuer = it->issuer, .extra = r->o->given, .now = r->o->now,
			.policy = r->o->policy, .max_age = r->o->max_age,
			.subject = it->source};

		it->present = true;
		rc = staple_judge(&in, &it->now, &it->old, e);
		if (it->now.state == STAPLE_REFUSED && !r->o->check)
			tell_unusable(it);
	} else if (why.code != ERR_NOT_FOUND) {
		unreadable(it, &why);
	}
	it->due = refresh_due(&it->now, r->o->refresh_at);
	buf_wipe(&der);
	return rc;
}

int64_t refresh_due(const struct staple_result *s, struct duration refresh_at)
{
	int64_t life, due;

	if (s->state != STAPLE_GOOD || s->dark_at == WHEN_NONE || s->next_update == WHEN_NONE)
		return WHEN_NONE; /* without nextUpdate newer information is there at any time */
	life = s->dark_at - s->this_update;
	due = s->this_update + when_duration_resolve(refresh_at, life);
	return due < s->dark_at ? due : s->dark_at;
}

static int add_url(struct refresh_item *it, const char *url, size_t n, struct err *e)
{
	if (it->url_count == REFRESH_URLS)
		return 0;
	it->urls[it->url_count] = strndup(url, n);
	if (!it->urls[it->url_count])
		return err_set(e, ERR_MEMORY, "%s: out of memory", it->source);
	it->url_count++;
	return 0;
}

static bool is_http(struct span url)
{
	struct buf b;
	bool yes;

	buf_init(&b);
	buf_add(&b, url);
	yes = text_glob("http://?*", buf_span(&b)) || text_glob("https://?*", buf_span(&b));
	buf_wipe(&b);
	return yes && !memchr(url.p, '\0', url.n);
}

/* --url, or the certificate's URLs in their order, each as the policy maps it. */
static int find_urls(struct refresh *r, struct refresh_item *it, struct err *e)
{
	struct span url;
	struct buf b;
	int rc = 0;

	if (r->o->url)
		return add_url(it, r->o->url, strlen(r->o->url), e);
	buf_init(&b);
	for (size_t i = 0; rc == 0 && span_present(url = extension_ocsp_url(&it->cert->x, i)); i++) {
		const char *other;

		if (memchr(url.p, '\0', url.n))
			continue;
		buf_reset(&b);
		buf_add(&b, url);
		other = policy_responder(r->o->policy, buf_cstr(&b));
		if (other)
			rc = add_url(it, other, strlen(other), e);
		else if (is_http(url))
			rc = add_url(it, (const char *)url.p, url.n, e);
	}
	buf_wipe(&b);
	return rc;
}

static bool in_a_folder_for_another_reason(const struct refresh_item *it)
{
	return it->from_folder &&
	       (cert_is_ca(it->cert) ||
		(it->url_count == 0 && cert_must_staple(it->cert) == MUST_STAPLE_NO));
}

int item_load(struct refresh *r, struct refresh_item *it, struct err *e)
{
	char t[WHEN_TEXT_SIZE];

	if (read_certificates(it, e) != 0)
		return -1;
	if (!it->cert)
		return 0;
	name_files(r, it);
	if (find_urls(r, it, e) != 0)
		return -1;
	if (in_a_folder_for_another_reason(it)) {
		it->dropped = true;
		return 0;
	}
	if (read_issuer(r, it, e) != 0)
		return -1;
	if (it->cert->not_after != WHEN_NONE && it->cert->not_after < r->o->now)
		findings_add(&it->found, "cert.expired", it->source, "the certificate expired at %s",
			     when_format(it->cert->not_after, t));
	return r->o->out_stream ? 0 : item_judge_present(r, it, e);
}
