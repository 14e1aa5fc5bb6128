/* What a thread does: files, and parts of large ones, to records. */
#include "crypto/pkcs11.h"
#include "ground/file.h"
#include "ground/file_quick.h"
#include "ground/limits.h"
#include "task/scan_part.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

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
			n = file_quick_read(fd, room, ask, (off_t)out->n);
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
	scan_take_problem(k, k->source, STORE_NO_INDEX, w, reason);
}

static void read_content(struct sink_state *k, struct worker *w, struct item_file *file,
			 struct span bytes)
{
	struct store_sink sink = scan_sink_of(k);
	struct store_input in = {.options = &k->scan->o->store, .sink = &sink, .source = k->source,
				 .path = k->path, .bytes = bytes, .scratch = &w->scratch};

	if (k->scan->o->servers && server_kind(bytes) && !store_reader_of(bytes)) {
		struct store_object o = {.source = k->source, .format = "configuration",
					 .index = STORE_NO_INDEX};
		struct record *x = scan_add_record(k, RECORD_SERVER, &o);

		if (x) {
			buf_add(&k->item->bytes, bytes);
			scan_end_record(k, x);
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
	struct store_sink sink = scan_sink_of(&k);
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
	struct sink_state k = {.scan = s, .item = it, .worker = w, .entry = file->entry};
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
	if (file->late) {
		scan_open_late(file, k.path);
		error = file->error;
	}
	if (file->fd >= 0)
		error = read_whole(file->fd, file->size, &w->file);
	if (file->late && file->fd >= 0)
		file_quick_close(file->fd);
	if (file->late)
		file->fd = -1;
	file->read = error == 0;
	if (error != 0)
		not_read(&k, file, error);
	else
		read_content(&k, w, file, buf_span(file->held ? &it->content : &w->file));
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
	struct store_sink sink = scan_sink_of(k);
	struct store_input in = {.options = &k->scan->o->store, .sink = &sink, .source = k->source,
				 .path = k->path, .format = "pem", .scratch = &w->scratch};
	size_t want = PART_SIZE, more = PART_MORE, done = 0;
	int error = 0;

	buf_reset(&w->file);
	if (it->big) /* with the block that stands over its end; growing would copy it */
		(void)buf_reserve(&w->file, PART_SIZE + PART_MORE);
	it->part = (struct store_pem_part){.offset = it->offset, .own = PART_SIZE};
	if (!it->big) { /* cut behind a block */
		in.bytes = buf_span(&it->content);
		it->part.own = in.bytes.n;
		it->part.last = true;
		error = it->files[0].error;
		(void)!store_pem_part(&in, &it->part, &done);
	}
	while (it->big) {
		it->part.last = !fill(it, &w->file, want, &error);
		in.bytes = buf_span(&w->file);
		want += more;
		more *= 2;
		if (store_pem_part(&in, &it->part, &done) != 1 || it->part.last)
			break;
	}
	if (error != 0)
		problem_here(k, STORE_ERROR, strerror(error));
	it->files[0].keys = in.keys;
	it->files[0].read = error == 0;
}

static void do_part(struct scan *s, struct worker *w, struct item *it)
{
	struct sink_state k = {.scan = s, .item = it, .worker = w, .part = true,
			       .entry = it->files[0].entry};

	buf_reset(&w->path);
	walk_path(&s->walk, entry_of(s, it->files[0].entry), &w->path);
	k.source = k.path = buf_cstr(&w->path);
	/* Rows are hardly longer than what they were made from; growing would copy them. */
	(void)buf_reserve(&it->bytes, PART_SIZE);
	read_part(&k, w, it);
	it->files[0].end = it->n;
	if (!it->big)
		return;
	pthread_mutex_lock(&s->lock);
	if (--it->big->users == 0) {
		close(it->big->fd);
		free(it->big);
	}
	it->big = NULL;
	pthread_mutex_unlock(&s->lock);
}

/* Files that were opened one after the other mostly have numbers that follow each other. */
static void close_files(struct item *it)
{
	size_t i = 0, next;

	for (; i < it->file_count; i = next) {
		int first = it->files[i].fd, last = first;

		it->files[i].fd = -1;
		for (next = i + 1; first > STDERR_FILENO && next < it->file_count &&
				   it->files[next].fd == last + 1; next++) {
			it->files[next].fd = -1;
			last++;
		}
		if (first > STDERR_FILENO)
			file_quick_close_run(first, last);
	}
}

int scan_process(void *context, unsigned worker, void *item, struct err *e)
{
	struct scan *s = context;
	struct worker *w = &s->workers[worker];
	struct item *it = item;

	scan_item_furnish(s, it);
	if (it->kind == ITEM_PART)
		do_part(s, w, it);
	else
		for (size_t i = 0; i < it->file_count; i++)
			do_file(s, w, it, &it->files[i]);
	close_files(it);
	if (it->failed || it->bytes.failed || w->path.failed)
		return err_set(e, ERR_MEMORY, "out of memory while files were read");
	return 0;
}
