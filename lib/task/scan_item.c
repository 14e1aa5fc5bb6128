/* What a thread does: files to records. */
#include "crypto/hash.h"
#include "crypto/pkcs11.h"
#include "facts/dn.h"
#include "ground/file_quick.h"
#include "ground/file.h"
#include "ground/limits.h"
#include "task/layout.h"
#include "task/scan_part.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* --- records --- */

static struct record *add_record(struct sink_state *k, enum record_kind kind,
				 const struct store_object *o)
{
	struct item *it = k->item;
	struct record *x = array_grow(it->records, it->n, &it->cap, sizeof *x);

	if (!x) {
		it->failed = true;
		return NULL;
	}
	it->records = x;
	x += it->n++;
	*x = (struct record){.kind = (uint8_t)kind, .format = o->format, .at = it->bytes.n,
			     .index = o->index, .not_after = WHEN_NONE};
	if (o->source != k->source) {
		x->source_n = (uint32_t)strlen(o->source);
		buf_add_bytes(&it->bytes, o->source, x->source_n);
	}
	if (o->entry) {
		x->entry_n = (uint32_t)strlen(o->entry) + 1;
		buf_add_bytes(&it->bytes, o->entry, x->entry_n);
	}
	return x;
}

static void end_record(struct sink_state *k, struct record *x)
{
	x->n = k->item->bytes.n - x->at;
	if (k->item->bytes.failed)
		k->item->failed = true;
}

/* The issuer's entry, made when it is new; CA records look at the certificate's key identifier
 * too, so that one belongs to name and identifier together. */
struct issuer *scan_issuer_entry(const struct scan *s, struct worker *w, const struct cert *c)
{
	struct issuer *x;

	for (unsigned i = 0; i < ISSUERS; i++) {
		x = &w->issuers[(w->last + ISSUERS - i) % ISSUERS];
		if (x->der.n == c->issuer.n + c->x.aki.n &&
		    memcmp(x->der.p, c->issuer.p, c->issuer.n) == 0 &&
		    (c->x.aki.n == 0 || memcmp(x->der.p + c->issuer.n, c->x.aki.p, c->x.aki.n) == 0))
			return x;
	}
	w->last = (w->last + 1) % ISSUERS;
	x = &w->issuers[w->last];
	buf_reset(&x->der);
	buf_reset(&x->text);
	buf_add(&x->der, c->issuer);
	buf_add(&x->der, c->x.aki);
	dn_text(&x->text, c->issuer);
	x->ca = policy_ca_of(s->o->policy, c);
	x->counted = SIZE_MAX;
	return x;
}

static const struct issuer *issuer_of(struct sink_state *k, const struct cert *c)
{
	const struct issuer *x = scan_issuer_entry(k->scan, k->worker, c);

	if (x->der.failed || x->text.failed)
		k->item->failed = true;
	return x;
}

/* The row itself; the reader's thread writes it, so that delivering is only copying.  In a part its
 * index is not known yet, and the line is begun when it is. */
static void write_row(struct sink_state *k, struct record *x, const struct store_object *o,
		      const struct cert *c, const struct inventory_staple *staple,
		      const struct findings *f)
{
	const struct issuer *issuer = issuer_of(k, c);
	struct inventory_place place = {o->source, o->index, o->entry, k->links};
	struct inventory_cert row = {.cert = c, .sha256 = x->sha256, .format = x->format,
				     .ca = issuer->ca, .issuer = buf_span(&issuer->text),
				     .staples = staple, .staple_count = staple != NULL,
				     .findings = f, .end = f ? f->n : 0, .now = k->scan->o->now};
	struct json j;

	json_begin(&j, &k->item->bytes, 0);
	json_object(&j);
	if (!k->part) {
		json_member_cstring(&j, "type", "certificate");
		inventory_json_place(&j, &place);
	}
	inventory_json_cert(&j, &row);
	json_object_end(&j);
	json_end(&j);
	if (!k->part)
		buf_add_byte(&k->item->bytes, '\n');
	x->written = true;
	x->whole = !k->part;
}

/* In a stream there is no looking back: only what stands where a server looks for it is known. */
static bool staple_beside(struct sink_state *k, const struct record *x, const struct cert *c,
			  struct inventory_staple *out, struct findings *f)
{
	struct inventory_place place = {.source = k->path, .index = x->index};
	struct inventory_cert row = {.cert = c, .places = &place, .place_count = 1};
	struct buf *path = &k->worker->beside, bytes;
	struct err e;
	bool found;

	if (x->must_staple == MUST_STAPLE_NO || x->index != 0 || x->source_n > 0 || k->part)
		return false;
	buf_init(&bytes);
	buf_reset(path);
	layout_staple(&layouts[0], k->path, NULL, path);
	*out = (struct inventory_staple){.source = buf_cstr(path)};
	found = file_read(out->source, LIMIT_OCSP_RESPONSE, &bytes, &e) == 0;
	if (found && scan_judge_staple(k->scan, &row, buf_span(&bytes), out, f, &e) != 0)
		k->item->failed = true;
	buf_wipe(&bytes);
	return found;
}

/* In a stream: judge, filter and write here, when the row's index is known. */
static void row_here(struct sink_state *k, struct record *x, const struct store_object *o,
		     const struct cert *c)
{
	struct scan *s = k->scan;
	struct findings f;
	bool may = scan_may_trouble(s, c), beside;
	struct inventory_staple staple;

	findings_init(&f, s->o->policy, s->o->now);
	if (may)
		scan_judge(s, c, issuer_of(k, c)->ca, k->path, x->index, &f);
	beside = may && staple_beside(k, x, c, &staple, &f);
	if (f.n > 0 && k->part) { /* their subject is only known in order */
		buf_add(&k->item->bytes, c->der);
		findings_wipe(&f);
		return;
	}
	x->worst = (uint8_t)scan_worst(&f);
	x->failing = scan_failing(s, &f);
	x->unchecked = scan_unchecked(&f);
	x->dropped = !scan_wanted(s, c, &f);
	if (!x->dropped)
		write_row(k, x, o, c, beside ? &staple : NULL, may ? &f : NULL);
	if (f.failed)
		k->item->failed = true;
	findings_wipe(&f);
}

/* What is recorded of it. */
static void note_here(struct sink_state *k, struct record *x, const struct cert *c)
{
	struct inventory_cert row = {.cert = c, .sha256 = x->sha256,
				     .issuer = buf_span(&issuer_of(k, c)->text)};
	size_t from = k->item->bytes.n;

	k->scan->o->note(&row, &k->item->bytes);
	x->note_n = (uint32_t)(k->item->bytes.n - from);
}

static void take_cert(void *context, const struct store_object *o, const struct cert *c)
{
	struct sink_state *k = context;
	struct record *x = add_record(k, RECORD_CERT, o);
	const struct scan *s = k->scan;
	struct digest d;

	if (!x)
		return;
	if (k->part)
		k->item->certs++;
	x->must_staple = (uint8_t)cert_must_staple(c);
	x->not_after = c->not_after;
	if (hash_digest(HASH_SHA256, c->der, &d, NULL) != 0) {
		k->item->failed = true;
		return;
	}
	memcpy(x->sha256, d.bytes, sizeof x->sha256);
	if (!s->o->stream)
		buf_add(&k->item->bytes, c->der);
	else if (s->o->unlisted)
		x->dropped = true;
	else
		row_here(k, x, o, c);
	if (s->o->stream && s->o->record)
		note_here(k, x, c);
	end_record(k, x);
}

static void take_request(void *context, const struct store_object *o, const struct csr *r)
{
	struct sink_state *k = context;
	struct record *x = add_record(k, RECORD_REQUEST, o);

	if (!x)
		return;
	x->must_staple = (uint8_t)csr_must_staple(r);
	buf_add(&k->item->bytes, r->der);
	end_record(k, x);
}

static void take_staple(void *context, const struct store_object *o, const struct ocsp_response *r)
{
	struct sink_state *k = context;
	struct record *x = add_record(k, RECORD_STAPLE, o);

	if (!x)
		return;
	buf_add(&k->item->bytes, r->der);
	end_record(k, x);
}

static void take_problem(void *context, const char *source, size_t index, enum store_weight w,
			 const char *reason)
{
	struct sink_state *k = context;
	struct store_object o = {.source = source, .index = index};
	struct record *x = add_record(k, RECORD_PROBLEM, &o);

	if (!x)
		return;
	x->note = w == STORE_NOTE;
	buf_add_bytes(&k->item->bytes, reason, strlen(reason) + 1);
	end_record(k, x);
}

static struct store_sink sink_of(struct sink_state *k)
{
	return (struct store_sink){k, take_cert, take_request, take_staple, take_problem};
}

/* --- files --- */

static const struct walk_entry *entry_of(const struct scan *s, size_t i)
{
	return &s->walk.v[i];
}

static bool is_stream(const struct walk_entry *x, const char *name)
{
	return x->kind == WALK_FILE && x->dir == WALK_NO_DIR && strcmp(name, "-") == 0;
}

/* Reads a whole descriptor of about `size` bytes.  errno, or 0. */
static int read_whole(int fd, uint64_t size, struct buf *out)
{
	size_t ask = size < LIMIT_CONTAINER ? (size_t)size + 1 : LIMIT_CONTAINER;

	buf_reset(out);
	for (;;) {
		uint8_t *room = buf_room(out, ask);
		ssize_t n;

		if (!room)
			return ENOMEM;
		do
			n = fd == STDIN_FILENO ? read(fd, room, ask)
					: file_quick_read(fd, room, ask, (off_t)out->n);
		while (n < 0 && errno == EINTR);
		if (n < 0)
			return errno;
		out->n += (size_t)n;
		/* One byte less than asked for is the size that the system told: its end. */
		if (out->n > LIMIT_CONTAINER)
			return EFBIG;
		if (n == 0 || (out->n == size && (size_t)n < ask))
			return 0;
		ask = 65536;
	}
}

static void problem_here(struct sink_state *k, enum store_weight w, const char *reason)
{
	take_problem(k, k->source, STORE_NO_INDEX, w, reason);
}

static void read_content(struct sink_state *k, struct worker *w, struct item_file *file,
			 struct span bytes)
{
	struct store_sink sink = sink_of(k);
	struct store_input in = {.options = &k->scan->o->store, .sink = &sink, .source = k->source,
				 .path = k->path, .bytes = bytes, .scratch = &w->scratch};

	if (k->scan->o->servers && server_kind(bytes) && !store_reader_of(bytes)) {
		struct store_object o = {.source = k->source, .format = "configuration",
					 .index = STORE_NO_INDEX};
		struct record *x = add_record(k, RECORD_SERVER, &o);

		if (x) {
			buf_add(&k->item->bytes, bytes);
			end_record(k, x);
		}
		return;
	}
	if (is_stream(entry_of(k->scan, file->entry), k->path))
		in.path = NULL;
	if (entry_of(k->scan, file->entry)->dir == WALK_NO_DIR && pkcs11_is_url(k->path))
		store_token_read(&in);
	else
		store_read(&in);
	file->keys = in.keys;
}

int scan_extra(struct scan *s, const char *path, struct span bytes, struct err *e)
{
	struct worker w = {0};
	struct item it = {0};
	struct sink_state k = {.scan = s, .item = &it, .worker = &w, .source = path, .path = path};
	struct store_sink sink = sink_of(&k);
	struct store_input in = {.options = &s->o->store, .sink = &sink, .source = path, .path = path,
				 .bytes = bytes, .scratch = &w.scratch};
	int rc = 0;

	store_read(&in);
	s->sum.files++;
	s->sum.keys += in.keys;
	if (it.failed)
		rc = err_set(e, ERR_MEMORY, "out of memory for %s", path);
	for (size_t i = 0; rc == 0 && i < it.n; i++)
		rc = scan_deliver(s, &it, &it.records[i], path, e);
	free(it.records);
	buf_wipe(&it.bytes);
	buf_wipe(&w.scratch);
	return rc;
}

/* What the listing called a file could not be read as one. */
static void not_read(struct sink_state *k, const struct item_file *file, int error)
{
	char text[96];

	if (error == EISDIR && strcmp(k->path, "-") == 0) {
		problem_here(k, STORE_ERROR, "a folder: standard input must be a file or a pipe");
	} else if (file->became || error == EISDIR || error == ELOOP) {
		snprintf(text, sizeof text, "became %s while the folder was scanned",
			 error == ELOOP ? "a symbolic link" : error == EISDIR ? "a folder"
									      : file_kind(file->became));
		problem_here(k, STORE_ERROR, text);
	} else if (error == ENOENT) {
		problem_here(k, STORE_ERROR, "vanished while the folder was scanned");
	} else if (error == EFBIG) {
		problem_here(k, STORE_ERROR, "more than 1 GiB in one container");
	} else {
		problem_here(k, STORE_ERROR, strerror(error));
	}
}

static void do_file(struct scan *s, struct worker *w, struct item *it, struct item_file *file)
{
	const struct walk_entry *x = entry_of(s, file->entry);
	struct sink_state k = {.scan = s, .item = it, .worker = w};
	int error = file->error;

	buf_reset(&w->path);
	walk_path(&s->walk, x, &w->path);
	k.source = k.path = buf_cstr(&w->path);
	if (x->kind == WALK_NOTE || x->kind == WALK_ERROR) {
		problem_here(&k, x->kind == WALK_NOTE ? STORE_NOTE : STORE_ERROR,
			     walk_reason(&s->walk, x));
		file->end = it->n;
		return;
	}
	if (s->o->stream && scan_links(s, x, &k.links, NULL) != 0)
		it->failed = true;
	buf_reset(&w->file);
	if (file->fd >= 0) {
		error = read_whole(file->fd, file->size, &w->file);
		if (file->fd != STDIN_FILENO)
			file_quick_close(file->fd);
		file->fd = -1;
	}
	file->read = error == 0;
	if (error != 0)
		not_read(&k, file, error);
	else
		read_content(&k, w, file, buf_span(&w->file));
	free((void *)k.links);
	file->end = it->n;
	if (w->file.cap > 4 * LARGE_FILE)
		buf_wipe(&w->file);
}

/* --- parts --- */

/* Fills the buffer from the file up to `want` bytes of the part; false at the file's end. */
static bool fill(const struct item *it, struct buf *b, size_t want, int *error)
{
	while (b->n < want) {
		uint8_t *room = buf_room(b, want - b->n);
		ssize_t n;

		if (!room) {
			*error = ENOMEM;
			return false;
		}
		n = pread(it->big->fd, room, want - b->n, (off_t)(it->offset + b->n));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			*error = errno;
		if (n <= 0)
			return false;
		b->n += (size_t)n;
	}
	return true;
}

static void read_part(struct sink_state *k, struct worker *w, struct item *it)
{
	struct store_sink sink = sink_of(k);
	struct store_input in = {.options = &k->scan->o->store, .sink = &sink, .source = k->source,
				 .path = k->path, .format = "pem", .scratch = &w->scratch};
	size_t want = PART_SIZE, more = PART_MORE, done = 0;
	int error = 0;

	buf_reset(&w->file);
	it->part = (struct store_pem_part){.offset = it->offset, .own = PART_SIZE};
	do {
		it->part.last = !fill(it, &w->file, want, &error);
		in.bytes = buf_span(&w->file);
		want += more;
		more *= 2;
	} while (store_pem_part(&in, &it->part, &done) == 1 && !it->part.last);
	if (error != 0)
		problem_here(k, STORE_ERROR, strerror(error));
	it->files[0].keys = in.keys;
	it->files[0].read = error == 0;
}

static void do_part(struct scan *s, struct worker *w, struct item *it)
{
	struct sink_state k = {.scan = s, .item = it, .worker = w, .part = true};

	buf_reset(&w->path);
	walk_path(&s->walk, entry_of(s, it->files[0].entry), &w->path);
	k.source = k.path = buf_cstr(&w->path);
	/* Rows are hardly longer than what they were made from; growing would copy them. */
	(void)buf_reserve(&it->bytes, PART_SIZE);
	read_part(&k, w, it);
	it->files[0].end = it->n;
	pthread_mutex_lock(&s->lock);
	if (--it->big->users == 0) {
		close(it->big->fd);
		free(it->big);
	}
	it->big = NULL;
	pthread_mutex_unlock(&s->lock);
}

int scan_process(void *context, unsigned worker, void *item, struct err *e)
{
	struct scan *s = context;
	struct worker *w = &s->workers[worker];
	struct item *it = item;

	if (it->kind == ITEM_PART)
		do_part(s, w, it);
	else
		for (size_t i = 0; i < it->file_count; i++)
			do_file(s, w, it, &it->files[i]);
	if (it->failed || it->bytes.failed || w->path.failed)
		return err_set(e, ERR_MEMORY, "out of memory while files were read");
	return 0;
}
