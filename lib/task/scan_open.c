/* Items for the threads: their files are opened ahead of who reads them. */
#include "crypto/pkcs11.h"
#include "ground/file_quick.h"
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

void scan_item_furnish(struct scan *s, struct item *it)
{
	struct room r = {0};

	pthread_mutex_lock(&s->lock);
	if (s->room_count > 0)
		r = s->rooms[--s->room_count];
	pthread_mutex_unlock(&s->lock);
	it->records = r.records;
	it->cap = r.cap;
	it->bytes = r.bytes;
}

/* With the lock held.  Where there is no memory to keep it, it goes. */
static void clear_out(struct scan *s, struct item *it)
{
	struct room *v = array_grow(s->rooms, s->room_count, &s->room_cap, sizeof *v);

	buf_reset(&it->bytes);
	if (v) {
		s->rooms = v;
		v[s->room_count++] = (struct room){it->records, it->cap, it->bytes};
	} else {
		free(it->records);
		buf_wipe(&it->bytes);
	}
	it->records = NULL;
	it->n = it->cap = 0;
	buf_init(&it->bytes);
}

void scan_rooms_wipe(struct scan *s)
{
	for (size_t i = 0; i < s->room_count; i++) {
		free(s->rooms[i].records);
		buf_wipe(&s->rooms[i].bytes);
	}
	free(s->rooms);
}

void scan_item_put(struct scan *s, struct item *it)
{
	for (size_t i = 0; i < it->file_count; i++)
		if (it->files[i].fd > STDERR_FILENO)
			close(it->files[i].fd);
	it->file_count = 0;
	memset(it->found, 0, sizeof it->found);
	buf_reset(&it->content);
	pthread_mutex_lock(&s->lock);
	if (it->bytes.p || it->records)
		clear_out(s, it);
	if (it->big && --it->big->users == 0) {
		close(it->big->fd);
		free(it->big);
	}
	it->big = NULL;
	it->next = s->free_items;
	s->free_items = it;
	pthread_mutex_unlock(&s->lock);
}

void scan_item_free(struct item *it)
{
	free(it->records);
	buf_wipe(&it->bytes);
	buf_wipe_secret(&it->content);
	free(it);
}

/* --- producing --- */

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

/* Is anything read from a disk, or waited for?  Reading ahead costs a call for each file, which all
 * is for nothing when they are in memory.  Blocks are not counted on every file system. */
static bool asks_disk(struct scan *s)
{
	struct rusage u;

	if (getrusage(RUSAGE_SELF, &u) != 0)
		return true;
	if (u.ru_inblock != s->reads || u.ru_nvcsw - s->waits >= ITEM_FILES / 2)
		s->in_memory = 0;
	else if (s->in_memory < ITEMS_UNTIL_QUIET)
		s->in_memory++;
	s->reads = u.ru_inblock;
	s->waits = u.ru_nvcsw;
	return s->in_memory < ITEMS_UNTIL_QUIET;
}

/* Its size, of what is open; what is no file any more is not kept. */
static bool measure(struct item_file *f, bool listed)
{
	struct stat st = {0};
	/* Of what the folder calls a file the size is asked alone, which costs a third; pipes and
	 * sockets have none, and devices none but disks. */
	off_t size = listed ? lseek(f->fd, 0, SEEK_END) : 0;

	if (size <= 0 && (fstat(f->fd, &st) != 0 || !S_ISREG(st.st_mode))) {
		f->became = st.st_mode;
		f->error = EINVAL;
		close(f->fd);
		f->fd = -1;
		return false;
	}
	f->size = (uint64_t)(size > 0 ? size : st.st_size);
	return true;
}

/* By its path, as the folder that was open is not; by then others have been closed. */
void scan_open_late(struct item_file *f, const char *path)
{
	f->fd = open(path, OPEN_FLAGS | O_NOFOLLOW);
	f->error = f->fd < 0 ? errno : 0;
	if (f->fd >= 0)
		(void)measure(f, false);
}

static bool none_left(int error)
{
	return error == EMFILE || error == ENFILE;
}

static void open_file(struct scan *s, struct item_file *f, bool ahead)
{
	struct stat st = {0};

	if (s->walk.v[f->entry].dir == WALK_NO_DIR &&
	    pkcs11_is_url(walk_name(&s->walk, &s->walk.v[f->entry])))
		return; /* no file */
	f->fd = open_entry(s, &s->walk.v[f->entry]);
	if (f->fd < 0) {
		f->late = none_left(errno);
		f->error = f->late ? 0 : errno;
		return;
	}
	if (f->fd == STDIN_FILENO) { /* a file, from its front, is one like others */
		if (fstat(f->fd, &st) != 0 || !S_ISREG(st.st_mode) || lseek(f->fd, 0, SEEK_CUR) != 0)
			return;
		f->fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
		f->error = f->fd < 0 ? errno : 0;
		if (f->fd < 0)
			return;
	}
	if (!measure(f, s->walk.v[f->entry].dir != WALK_NO_DIR))
		return;
	if (ahead && f->size > 0 && f->size <= LARGE_FILE)
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

/* Standard input that is a file: it has no path to be opened again by. */
static bool is_input(const struct scan *s, const struct item_file *f)
{
	const struct walk_entry *x = &s->walk.v[f->entry];

	return x->dir == WALK_NO_DIR && strcmp(walk_name(&s->walk, x), "-") == 0;
}

/* Fills an item with the next files.  1, 0 at the end, or -1. */
static int fill_item(struct scan *s, struct item *it, struct err *e)
{
	bool ahead = asks_disk(s);
	uint64_t sizes = 0;

	it->kind = ITEM_SMALL;
	while (sizes < LARGE_FILE && it->file_count < ITEM_FILES && s->next_entry < s->walk.n) {
		struct item_file *f = &it->files[it->file_count];
		enum walk_kind kind = s->walk.v[s->next_entry].kind;

		*f = (struct item_file){.entry = s->next_entry++, .fd = -1};
		if (kind == WALK_FILE || kind == WALK_LINK)
			open_file(s, f, ahead);
		if (f->fd == STDIN_FILENO) {
			scan_pipe_begin(s, f->entry);
			return it->file_count > 0;
		}
		if (f->size > LARGE_FILE && is_text(f->fd))
			return start_big(s, f, e) != 0 ? -1 : it->file_count > 0;
		if (s->few && f->fd > STDERR_FILENO && !is_input(s, f)) {
			close(f->fd);
			f->fd = -1;
			f->late = true;
		}
		it->file_count++;
		sizes += f->size;
	}
	return it->file_count > 0;
}

int scan_produce(void *context, void **item, struct err *e)
{
	struct scan *s = context;
	struct item *it = item_get(s, e);
	int rc;

	if (!it)
		return -1;
	rc = s->big || s->pipe.active ? 0 : fill_item(s, it, e);
	if (rc == 0 && s->big) {
		next_part(s, it);
		rc = 1;
	} else if (rc == 0 && s->pipe.active) {
		scan_pipe_next(s, it);
		rc = 1;
	}
	if (rc == 1)
		*item = it;
	else
		scan_item_put(s, it);
	return rc;
}

void scan_discard(void *context, void *item)
{
	scan_item_put(context, item);
}
