#include "task/scan.h"

#include "crypto/pkcs11.h"
#include "ground/work.h"
#include "task/scan_part.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

/* Items under way, each with its open files: as many as the system lets us open.  Where it lets us
 * hardly open any, each thread opens what it reads, and there are fewer. */
static void share_descriptors(struct scan *s, struct work *w)
{
	struct rlimit l;
	unsigned most;

	if (getrlimit(RLIMIT_NOFILE, &l) != 0 || l.rlim_cur > 65536)
		l.rlim_cur = 1024;
	s->few = l.rlim_cur < 64 + 2 * ITEM_FILES;
	if (s->few && w->jobs > l.rlim_cur / 8)
		w->jobs = l.rlim_cur < 16 ? 1 : (unsigned)l.rlim_cur / 8;
	most = s->few ? 2 : (unsigned)(l.rlim_cur - 64) / ITEM_FILES;
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
	struct work w = {.jobs = s->o->jobs, .ahead = ITEMS_AHEAD, .context = s, .produce = scan_produce,
			 .process = scan_process, .deliver = scan_deliver_item, .discard = scan_discard};

	share_descriptors(s, &w);
	if (roots[0] && strcmp(roots[0], "-") == 0 && !roots[1])
		w.ahead = 1; /* what has come is told before more is waited for */
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
		scan_item_free(it);
	}
	scan_rooms_wipe(s);
	buf_wipe_secret(&s->pipe.bytes);
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
	struct scan s = {.o = o, .r = r, .dirfd = -1, .entry = SIZE_MAX, .sum.roots = roots, .sum.usual = o->usual};
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
