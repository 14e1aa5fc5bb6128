#include "task/scan.h"

#include "crypto/pkcs11.h"
#include "ground/file_quick.h"
#include "ground/work.h"
#include "task/scan_part.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- items --- */

static struct item *item_get(struct scan *s, struct err *e)
{
	struct item *it;

	pthread_mutex_lock(&s->lock);
	it = s->free_items;
	if (it)
		s->free_items = it->next;
	pthread_mutex_unlock(&s->lock);
	if (!it)
		it = calloc(1, sizeof *it);
	if (!it)
		err_set(e, ERR_MEMORY, "out of memory for the scan");
	return it;
}

static void item_put(struct scan *s, struct item *it)
{
	for (size_t i = 0; i < it->file_count; i++)
		if (it->files[i].fd > STDERR_FILENO)
			close(it->files[i].fd);
	it->file_count = it->n = it->certs = 0;
	buf_reset(&it->bytes);
	pthread_mutex_lock(&s->lock);
	if (it->big && --it->big->users == 0) {
		close(it->big->fd);
		free(it->big);
	}
	it->big = NULL;
	it->next = s->free_items;
	s->free_items = it;
	pthread_mutex_unlock(&s->lock);
}

static void item_free(struct item *it)
{
	free(it->records);
	buf_wipe(&it->bytes);
	free(it);
}

/* --- producing: files are opened ahead of the threads that read them --- */

/* Devices would be started and pipes would block: what is no file is not opened, or, when it
 * came in between, not read. */
#define OPEN_FLAGS (O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

static int open_entry(struct scan *s, const struct walk_entry *x)
{
	const char *name = walk_name(&s->walk, x);

	if (x->kind == WALK_LINK)
		return open(s->walk.links[x->link].target, OPEN_FLAGS | O_NOFOLLOW);
	if (x->dir == WALK_NO_DIR)
		return strcmp(name, "-") == 0 ? STDIN_FILENO : open(name, OPEN_FLAGS | O_NOFOLLOW);
	if (s->dirfd < 0 || s->dir != x->dir) {
		if (s->dirfd >= 0)
			close(s->dirfd);
		s->dirfd = open(s->walk.dirs[x->dir].path, O_PATH | O_DIRECTORY | O_CLOEXEC);
		s->dir = x->dir;
		if (s->dirfd < 0)
			return -1;
	}
	return file_quick_open(s->dirfd, name, OPEN_FLAGS | O_NOFOLLOW);
}

static void open_file(struct scan *s, struct item_file *f)
{
	struct stat st = {0};
	off_t size;

	if (s->walk.v[f->entry].dir == WALK_NO_DIR &&
	    pkcs11_is_url(walk_name(&s->walk, &s->walk.v[f->entry])))
		return; /* no file */
	f->fd = open_entry(s, &s->walk.v[f->entry]);
	if (f->fd < 0) {
		f->error = errno;
		return;
	}
	if (f->fd == STDIN_FILENO)
		return;
	/* Of what the folder calls a file the size is asked alone, which costs a third; pipes and
	 * sockets have none, and devices none but disks. */
	size = s->walk.v[f->entry].dir == WALK_NO_DIR ? 0 : lseek(f->fd, 0, SEEK_END);
	if (size <= 0 && (fstat(f->fd, &st) != 0 || !S_ISREG(st.st_mode))) {
		f->became = st.st_mode;
		f->error = EINVAL;
		close(f->fd);
		f->fd = -1;
		return;
	}
	f->size = (uint64_t)(size > 0 ? size : st.st_size);
	if (f->size > 0 && f->size <= LARGE_FILE)
		posix_fadvise(f->fd, 0, 0, POSIX_FADV_WILLNEED);
}

/* A large file of text is shared out; containers are read whole by one thread, or by path. */
static bool is_text(int fd)
{
	uint8_t head[4096];
	ssize_t n = pread(fd, head, sizeof head, 0);

	return n > 0 && store_reads_parts(span_of(head, (size_t)n));
}

static int start_big(struct scan *s, const struct item_file *f, struct err *e)
{
	s->big = calloc(1, sizeof *s->big);
	if (!s->big)
		return err_set(e, ERR_MEMORY, "out of memory for the scan");
	*s->big = (struct big_file){.fd = f->fd, .size = f->size, .users = 1};
	s->big_entry = f->entry;
	s->big_offset = 0;
	posix_fadvise(f->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	return 0;
}

static void next_part(struct scan *s, struct item *it)
{
	it->kind = ITEM_PART;
	it->big = s->big;
	it->offset = s->big_offset;
	it->of = s->big->size;
	it->file_count = 1;
	it->files[0] = (struct item_file){.entry = s->big_entry, .fd = -1};
	s->big_offset += PART_SIZE;
	it->final = s->big_offset >= s->big->size;
	if (it->final) {
		s->big = NULL; /* this part keeps the producer's share */
		return;
	}
	pthread_mutex_lock(&s->lock);
	s->big->users++;
	pthread_mutex_unlock(&s->lock);
}

/* Fills an item with the next files.  1, 0 at the end, or -1. */
static int fill_item(struct scan *s, struct item *it, struct err *e)
{
	uint64_t sizes = 0;

	it->kind = ITEM_SMALL;
	while (sizes < LARGE_FILE && it->file_count < ITEM_FILES && s->next_entry < s->walk.n) {
		struct item_file *f = &it->files[it->file_count];
		enum walk_kind kind = s->walk.v[s->next_entry].kind;

		*f = (struct item_file){.entry = s->next_entry++, .fd = -1};
		if (kind == WALK_FILE || kind == WALK_LINK)
			open_file(s, f);
		if (f->size > LARGE_FILE && is_text(f->fd))
			return start_big(s, f, e) != 0 ? -1 : it->file_count > 0;
		it->file_count++;
		sizes += f->size;
	}
	return it->file_count > 0;
}

static int produce(void *context, void **item, struct err *e)
{
	struct scan *s = context;
	struct item *it = item_get(s, e);
	int rc;

	if (!it)
		return -1;
	rc = s->big ? 0 : fill_item(s, it, e);
	if (rc == 0 && s->big) {
		next_part(s, it);
		rc = 1;
	}
	if (rc == 1)
		*item = it;
	else
		item_put(s, it);
	return rc;
}

static void discard(void *context, void *item)
{
	item_put(context, item);
}

/* --- delivering --- */

static int set_path(struct scan *s, size_t entry, struct err *e)
{
	if (s->entry == entry && s->path.n > 0)
		return 0;
	free((void *)s->links);
	s->links = NULL;
	if (s->o->stream && scan_links(s, &s->walk.v[entry], &s->links, e) != 0)
		return -1;
	s->entry = entry;
	s->base = 0;
	s->open_end = 0;
	buf_reset(&s->path);
	buf_reset(&s->head);
	walk_path(&s->walk, &s->walk.v[entry], &s->path);
	(void)buf_cstr(&s->path);
	return buf_check(&s->path, "the path of a file", e);
}

static void count_side(struct scan *s, const struct record *x)
{
	s->sum.requests += x->kind == RECORD_REQUEST;
	s->sum.requests_must_staple +=
		x->kind == RECORD_REQUEST && x->must_staple == MUST_STAPLE_YES;
	s->sum.staples += x->kind == RECORD_STAPLE;
	s->sum.problems += x->kind == RECORD_PROBLEM && !x->note;
	s->sum.notes += x->kind == RECORD_PROBLEM && x->note;
}

int scan_deliver(struct scan *s, const struct item *it, const struct record *x, const char *source,
		 struct err *e)
{
	const char *entry = NULL;
	struct buf member;
	int rc;

	buf_init(&member);
	if (x->source_n > 0) {
		buf_add_bytes(&member, it->bytes.p + x->at, x->source_n);
		source = buf_cstr(&member);
	}
	if (x->entry_n > 0)
		entry = (const char *)it->bytes.p + x->at + x->source_n;
	count_side(s, x);
	rc = s->o->stream ? scan_stream(s, x, it->bytes.p, source, entry, e)
			  : scan_keep(s, x, it->bytes.p, source, entry, e);
	buf_wipe(&member);
	return rc;
}

static int deliver_record(struct scan *s, struct item *it, const struct item_file *f, struct record *x,
			  struct err *e)
{
	int done = scan_stream_whole(s, x, it->bytes.p, f->entry, e);

	if (done != 0)
		return done == 1 ? 0 : -1;
	if (set_path(s, f->entry, e) != 0)
		return -1;
	if (x->index != STORE_NO_INDEX)
		x->index += s->base;
	return scan_deliver(s, it, x, (const char *)s->path.p, e);
}

/* The END line at a part's front is told when the part before did not end with it. */
static int deliver_orphan(struct scan *s, struct item *it, struct err *e)
{
	static const char text[] = "the PEM block is damaged: END without BEGIN";
	struct record x = {.kind = RECORD_PROBLEM, .n = sizeof text, .format = "pem"};

	x.index = s->base;
	if (!it->part.orphan || s->open_end > it->part.orphan_at)
		return 0;
	count_side(s, &x);
	return s->o->stream
		       ? scan_stream(s, &x, (const uint8_t *)text, (const char *)s->path.p, NULL, e)
		       : scan_keep(s, &x, (const uint8_t *)text, (const char *)s->path.p, NULL, e);
}

static int nothing_found(struct scan *s, struct err *e)
{
	static const char text[] = "no certificate, request or staple is in it";
	struct record x = {.kind = RECORD_PROBLEM, .n = sizeof text, .note = true,
			   .index = STORE_NO_INDEX};

	count_side(s, &x);
	return s->o->stream
		       ? scan_stream(s, &x, (const uint8_t *)text, (const char *)s->path.p, NULL, e)
		       : scan_keep(s, &x, (const uint8_t *)text, (const char *)s->path.p, NULL, e);
}

static int deliver_file(struct scan *s, struct item *it, struct item_file *f, size_t from,
			struct err *e)
{
	bool part = it->kind == ITEM_PART;

	if (part && (set_path(s, f->entry, e) != 0 || deliver_orphan(s, it, e) != 0))
		return -1;
	for (size_t i = from; i < f->end; i++)
		if (deliver_record(s, it, f, &it->records[i], e) != 0)
			return -1;
	s->sum.keys += f->keys;
	if (part) {
		s->base += it->certs;
		if (it->part.open_end > s->open_end)
			s->open_end = it->part.open_end;
		if (it->final && s->open_end == 0 && nothing_found(s, e) != 0)
			return -1;
		if (!it->final)
			return 0;
	}
	s->sum.files += f->read;
	s->done = f->entry + 1;
	return 0;
}

/* Of a large file its parts count, too. */
static void show_progress(const struct scan *s, double part)
{
	double share = ((double)s->done + part) / (double)(s->walk.n > 0 ? s->walk.n : 1);

	s->o->progress(s->o->context, s->done, s->walk.n, s->sum.found, share < 1 ? share : 1);
}

static int deliver(void *context, void *item, struct err *e)
{
	struct scan *s = context;
	struct item *it = item;
	double part = it->kind == ITEM_PART && !it->final ? (double)(it->offset + PART_SIZE) / (double)it->of : 0;
	size_t from = 0;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < it->file_count; i++) {
		rc = deliver_file(s, it, &it->files[i], from, e);
		from = it->files[i].end;
	}
	item_put(s, it);
	if (rc == 0 && s->o->progress)
		show_progress(s, part);
	if (rc == 0 && s->o->stream && s->o->flush)
		rc = s->o->flush(s->o->context, e);
	return rc;
}

/* --- the run --- */

/* Items under way, each with its open files: as many as the system lets us open. */
static void share_descriptors(struct work *w)
{
	struct rlimit l;
	unsigned most;

	if (getrlimit(RLIMIT_NOFILE, &l) != 0 || l.rlim_cur > 65536)
		l.rlim_cur = 1024;
	most = l.rlim_cur > 64 + 2 * ITEM_FILES ? (unsigned)(l.rlim_cur - 64) / ITEM_FILES : 2;
	w->window = 2 * w->jobs + ITEMS_AHEAD;
	if (w->window > most)
		w->window = most;
}

/* A writer that was begun is ended, as that frees what it holds; what it says then is no report. */
int scan_give_up(struct scan *s)
{
	size_t n = s->r->out->n;

	s->r->writer->end(s->r, VERDICT_UNKNOWN, &s->sum);
	s->r->out->n = n;
	return -1;
}

static int run(struct scan *s, const char *const *roots, struct err *e)
{
	struct work w = {.jobs = s->o->jobs, .ahead = ITEMS_AHEAD, .context = s, .produce = produce,
			 .process = scan_process, .deliver = deliver, .discard = discard};

	share_descriptors(&w);
	for (const char *const *r = roots; *r; r++)
		if (strcmp(*r, "-") == 0 || pkcs11_is_url(*r) ? walk_add_name(&s->walk, *r, e) != 0
								 : walk_add(&s->walk, *r, e) != 0)
			return -1;
	if (walk_finish(&s->walk, e) != 0)
		return -1;
	s->workers = calloc(s->o->jobs, sizeof *s->workers);
	if (!s->workers)
		return err_set(e, ERR_MEMORY, "out of memory for the scan");
	s->r->writer->begin(s->r);
	if (work_run(&w, e) != 0)
		return scan_give_up(s);
	if (!s->o->stream)
		return scan_report(s, e);
	s->r->writer->end(s->r, scan_verdict(s), &s->sum);
	return buf_check(s->r->out, "the report", e);
}

static void wipe(struct scan *s)
{
	for (unsigned i = 0; s->workers && i < s->o->jobs; i++) {
		buf_wipe(&s->workers[i].file);
		buf_wipe(&s->workers[i].scratch);
		buf_wipe(&s->workers[i].path);
		buf_wipe(&s->workers[i].beside);
		for (unsigned k = 0; k < ISSUERS; k++) {
			buf_wipe(&s->workers[i].issuers[k].der);
			buf_wipe(&s->workers[i].issuers[k].text);
		}
	}
	free(s->workers);
	for (struct item *it = s->free_items, *next; it; it = next) {
		next = it->next;
		item_free(it);
	}
	if (s->dirfd >= 0)
		close(s->dirfd);
	if (s->big) {
		close(s->big->fd);
		free(s->big);
	}
	scan_keep_wipe(s);
	free((void *)s->links);
	buf_wipe(&s->path);
	buf_wipe(&s->head);
	buf_wipe(&s->text);
	seen_wipe(&s->seen);
	walk_wipe(&s->walk);
	pthread_mutex_destroy(&s->lock);
}

int scan_run(const struct scan_options *o, const char *const *roots, struct report *r,
	     enum verdict *verdict, struct err *e)
{
	struct scan s = {.o = o, .r = r, .dirfd = -1, .entry = SIZE_MAX, .sum.roots = roots};
	int rc;

	pthread_mutex_init(&s.lock, NULL);
	walk_init(&s.walk, &o->walk);
	seen_init(&s.seen);
	rc = run(&s, roots, e);
	*verdict = verdict_worst(scan_verdict(&s), rc != 0 ? VERDICT_UNKNOWN : VERDICT_PASS);
	if (o->counts && rc == 0)
		*o->counts = (struct scan_counts){s.sum.files, s.sum.problems,
						  s.sum.found + s.sum.requests + s.sum.staples};
	wipe(&s);
	return rc;
}
